"""Stock of every item as the plan will have it: what comes and goes by day, told by week."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import Floats, Ints
from e2esim.report.plan.view import PlanView, frame


class Movements(NamedTuple):
    """What comes and goes of every item each day from today, (n_items, n_days) each [pcs]; what lies before today is done."""

    on_order: Floats
    bought: Floats
    made: Floats
    used: Floats
    delivered: Floats
    expired: Floats

    @property
    def taken(self) -> Floats:
        """What the plan takes: for lots and for orders, and what expires."""
        return self.used + self.delivered + self.expired


def movements(view: PlanView, days: int, *, kept: bool = False) -> Movements:
    """Movements of all items over so many days; of released and planned lots and purchases, open orders and deliveries.

    What is put aside as safety stock counts as delivered only if ``kept``: it does not leave.
    """
    f, r, lots, bought = view.facts, view.result, view.lots, view.purchases
    net = network(f)
    out = net.step_output[lots.step]
    ahead = np.flatnonzero(lots.start >= 0)  # lots that began before have taken their parts
    lot, used, per = net.inputs_of(lots.step[ahead])
    left = kept | (r.delivery_order < len(f.orders) - view.case.n_safety)
    old = np.flatnonzero(view.scrapped[r.delivery_order])
    gone = np.flatnonzero(left & ~(view.taken_by_firm | view.scrapped)[r.delivery_order])  # what firm works orders take is used by their lots
    order = f.order_item[r.delivery_order[gone]]

    def summed(node: Ints, day: Ints, qty: Floats) -> Floats:
        table = np.zeros((f.n_items, days))
        ok = (node < f.n_items) & (day < days)
        np.add.at(table, (node[ok], np.maximum(day[ok], 0)), qty[ok])
        return table

    return Movements(
        on_order=summed(f.receipt_item, f.receipt_day, f.receipt_qty),
        bought=summed(f.source_item[bought.source], bought.received, bought.qty),
        made=summed(out, lots.end, lots.qty),
        used=summed(used, lots.start[ahead][lot], lots.qty[ahead][lot] * per),
        delivered=summed(order, r.delivery_day[gone], r.delivery_qty[gone]),
        expired=summed(f.order_item[r.delivery_order[old]], r.delivery_day[old], r.delivery_qty[old]),
    )


def stock_frame(view: PlanView) -> pl.DataFrame:
    """One row an item and week: stock at its start, what comes and goes, the least stock at the end of a day, at its end, and what is to
    be kept."""
    f, weeks = view.facts, view.weeks
    move = movements(view, 7 * weeks)
    end_of_day = f.on_hand[:, None] + np.cumsum(move.on_order + move.bought + move.made - move.taken, axis=1)
    by_week = end_of_day.reshape(f.n_items, weeks, 7)
    end = by_week[:, :, -1]
    rows = np.repeat(np.arange(f.n_items), weeks)
    heads = {"delivered": "delivered_qty"}
    parts = {heads.get(name, name): part.reshape(f.n_items, weeks, 7).sum(axis=2) for name, part in move._asdict().items()}
    ends = {"stock_least": by_week.min(axis=2), "stock_end": end, "safety_stock": np.repeat(view.safety_stock, weeks)}
    cells = {"stock_start": np.c_[f.on_hand, end[:, :-1]], **parts, **ends}
    return frame(
        {
            **view.of_items(rows),
            "week": view.dates(7 * np.tile(np.arange(weeks), f.n_items)),
            **{name: np.round(cell, 3).ravel() + 0.0 for name, cell in cells.items()},
        }
    )
