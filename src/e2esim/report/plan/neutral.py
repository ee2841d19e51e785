"""The plan in the three plain files that other programs and the referee read: all lots, purchases and deliveries."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from e2esim.planning.factory.neutral import write_neutral
from e2esim.report.plan.view import PlanView


def write_neutral_view(view: PlanView, folder: Path) -> None:
    """Write lots.csv, purchases.csv and deliveries.csv, released rows included."""
    lots, bought = view.lots, view.purchases
    whole = replace(
        view.result,
        lot_step=lots.step,
        lot_qty=lots.qty,
        lot_start=lots.start,
        lot_end=lots.end,
        purchase_source=bought.source,
        purchase_qty=bought.qty,
        purchase_ordered=bought.ordered,
        purchase_received=bought.received,
    )
    write_neutral(view.facts, whole, folder)
