"""Tables by week: the master schedule of what is sold, and the load of every work centre."""

from __future__ import annotations

import numpy as np
import polars as pl

from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import Floats, Ints
from e2esim.planning.rccp import overloads
from e2esim.report.plan.view import PlanView, frame

LATER_WEEKS = 104  # shown at most beyond the last week with hours


def mps_frame(view: PlanView) -> pl.DataFrame:
    """One row a sold item and week: demand due, made, bought and open orders coming in, delivered, stock at the end."""
    f, r, weeks = view.facts, view.result, weeks_told(view.weeks, view.facts.order_due)
    wanted = (np.arange(len(f.orders)) < len(f.orders) - view.case.n_safety) & ~view.taken_by_firm & ~view.scrapped
    sent, firm = wanted[r.delivery_order], (view.taken_by_firm | view.scrapped)[r.delivery_order]  # what is put aside as safety stock stays in stock
    sold = np.unique(f.order_item[wanted])
    net = network(f)
    out = net.step_output[r.lot_step]
    lot, used, per = net.inputs_of(r.lot_step)
    n = view.case.facts.receipt_item.size
    coming, left = view.left.problem, np.arange(view.left.problem.receipt_item.size)
    made_before = (left >= n) & (left < n + view.lots.released)
    part = {
        "demand": _sums(f.order_item[wanted], np.minimum(f.order_due[wanted], 7 * weeks - 1), f.order_qty[wanted], sold, weeks),
        "made": _sums(out, r.lot_end, r.lot_qty, sold, weeks)
        + _sums(coming.receipt_item, coming.receipt_day, np.where(made_before, coming.receipt_qty, 0.0), sold, weeks),
        "received": _sums(f.source_item[r.purchase_source], r.purchase_received, r.purchase_qty, sold, weeks)
        + _sums(coming.receipt_item, coming.receipt_day, np.where(made_before, 0.0, coming.receipt_qty), sold, weeks),
        "delivered": _sums(f.order_item[r.delivery_order[sent]], r.delivery_day[sent], r.delivery_qty[sent], sold, weeks),
        "used": _sums(used, r.lot_start[lot], r.lot_qty[lot] * per, sold, weeks)
        + _sums(f.order_item[r.delivery_order[firm]], r.delivery_day[firm], r.delivery_qty[firm], sold, weeks),
    }
    change = part["made"] + part["received"] - part["delivered"] - part["used"]
    stock = coming.on_hand[sold][:, None] + np.cumsum(change, axis=1)
    rows = np.repeat(sold, weeks)
    return frame(
        {
            **view.of_items(rows),
            "week": view.dates(7 * np.tile(np.arange(weeks), sold.size)),
            **{name: cells.ravel().round(3) for name, cells in part.items()},
            "stock_end": stock.ravel().round(3),
        }
    )


def weeks_told(weeks: int, due: Ints) -> int:
    """Weeks of the master schedule: those with hours, and on to the last due day; what is due more than two years after them counts in the last week.

    >>> weeks_told(5, np.array([34, 35, 87])), weeks_told(5, np.array([30_000])), weeks_told(5, np.array([], dtype=np.int64))
    (13, 109, 5)
    """
    last = int(due.max(initial=-1)) // 7 + 1
    return min(max(weeks, last), weeks + LATER_WEEKS)


def _sums(node: Ints, day: Ints, qty: Floats, items: Ints, weeks: int) -> Floats:
    """Pieces by item and week, (items, weeks); what lies before today counts in week 0."""
    table = np.zeros((items.size, weeks))
    at = np.searchsorted(items, node)
    ok = (at < items.size) & (items[np.minimum(at, items.size - 1)] == node) & (day < 7 * weeks)
    np.add.at(table, (at[ok], np.maximum(day[ok], 0) // 7), qty[ok])
    return table


def load_frame(view: PlanView) -> pl.DataFrame:
    """One row a work centre and week: planned hours, hours there are, and what would be wished for without limits."""
    f, weeks = view.facts, view.weeks
    ours = np.flatnonzero(~f.is_outside)
    names = [f.centres[c] for c in ours.tolist()]
    capacity, load, wished = (x[ours, :weeks] for x in (f.capacity_h, view.load, view.wished))
    over = np.zeros(capacity.shape)
    row = {name: k for k, name in enumerate(names)}
    for found in overloads(wished, capacity, names):
        over[row[found.work_centre], found.period] = found.short_h
    safe = np.where(capacity > 0, capacity, np.nan)
    return frame(
        {
            "work_centre": np.repeat(np.array(names, dtype=object), weeks),
            "week": view.dates(7 * np.tile(np.arange(weeks), len(names))),
            "capacity_h": capacity.ravel().round(3),
            "load_h": load.ravel().round(3),
            "load_share": (load / safe).ravel().round(4),
            "wished_h": wished.ravel().round(3),
            "wished_share": (wished / safe).ravel().round(4),
            "overload_h": over.ravel().round(3),
        }
    ).with_columns(pl.col("load_share", "wished_share").fill_nan(None))
