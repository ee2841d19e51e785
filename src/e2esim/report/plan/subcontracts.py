"""What subcontractors do: which lots go to whom when, with what parts, and what that costs."""

from __future__ import annotations

import numpy as np
import polars as pl

from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import Floats, Ints
from e2esim.report.plan.view import PlanView, frame


def subcontracts_frame(view: PlanView) -> pl.DataFrame:
    """One row a lot at a subcontractor: what is sent on which day, when it is back, its price a good piece and in all."""
    f, lots = view.facts, view.lots
    row = _rows(view)
    row = row[np.lexsort((lots.step[row], lots.begins[row]))]
    price, step = _prices(view, row), lots.step[row]
    suppliers = np.array(view.case.centre_supplier, dtype=object)
    return frame(
        {
            "lot": lots.name[row],
            "supplier": suppliers[f.step_centre[step]],
            **view.of_items(f.step_item[step]),
            "step": np.array(f.step_name, dtype=object)[step],
            "work_centre": np.array(f.centres, dtype=object)[f.step_centre[step]],
            "qty": lots.qty[row],
            "sent": view.dates(lots.start[row]),
            "back": view.dates(lots.end[row]),
            "sends": np.array(_sends(view, row), dtype=object),
            "price_eur": price,
            "value_eur": (price * lots.qty[row]).round(2),
        }
    )


def subcontract_eur(view: PlanView) -> float:
    """What all lots at subcontractors cost [EUR]."""
    row = _rows(view)
    return round(float((_prices(view, row) * view.lots.qty[row]).sum()), 2)


def _rows(view: PlanView) -> Ints:
    return np.flatnonzero(view.facts.is_outside[view.facts.step_centre[view.lots.step]])


def _prices(view: PlanView, row: Ints) -> Floats:
    steps = view.facts.step_price
    return np.asarray(steps[view.lots.step[row]] if steps.size else np.zeros(row.size), dtype=np.float64)


def _sends(view: PlanView, rows: Ints) -> list[str]:
    """What goes to the subcontractor with each lot: its parts, or the work before its step."""
    f, lots, net = view.facts, view.lots, network(view.facts)
    told = []
    for row in rows.tolist():
        _, node, per = net.inputs_of(lots.step[row : row + 1])
        what = [(f.items[n] if n < f.n_items else f"work after step {f.step_name[n - f.n_items]}", q * lots.qty[row]) for n, q in zip(node, per, strict=True)]
        told.append(", ".join(f"{qty:g} {name}" for name, qty in what))
    return told
