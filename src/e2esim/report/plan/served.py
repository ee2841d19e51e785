"""Tables of what customers get: deliveries, late orders with their cause, and what each is made from."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from e2esim.planning.factory.call_offs import limited
from e2esim.planning.factory.firm import NEEDED_BY
from e2esim.planning.factory.problem import Ints
from e2esim.planning.factory.result import Cause, PegKind
from e2esim.report.plan.view import Names, PlanView, frame

_KIND = {PegKind.STOCK: "stock", PegKind.RECEIPT: "open order", PegKind.PURCHASE: "purchase", PegKind.LOT: "lot"}
CAUSE = {
    Cause.MATERIAL: "material",
    Cause.WORK_CENTRE: "work centre",
    Cause.SUPPLIER: "supplier",
    Cause.LEAD_TIME: "lead time",
    Cause.PRECEDENCE: "precedence",
}

_OVERDUE = ("overdue", "it was due before today")


def _of_orders(view: PlanView, rows: Ints) -> dict[str, Any]:
    return {
        "order": np.array(view.facts.orders, dtype=object)[rows],
        "customer": np.array(view.case.order_customer, dtype=object)[rows],
        **view.of_items(view.facts.order_item[rows]),
        "priority": view.facts.order_priority[rows],
        "due": view.dates(view.facts.order_due[rows]),
    }


def deliveries_frame(view: PlanView) -> pl.DataFrame:
    """Deliveries by order and day; days late 0 = on time. What firm works orders take or expires is no delivery."""
    f, r = view.facts, view.result
    late = np.maximum(r.delivery_day - f.order_due[r.delivery_order], 0)
    order = np.lexsort((r.delivery_day, r.delivery_order))
    return frame(
        {
            **_of_orders(view, r.delivery_order),
            "ordered_qty": f.order_qty[r.delivery_order],
            "delivered": view.dates(r.delivery_day),
            "qty": r.delivery_qty,
            "days_late": late,
        }
    )[order[~(view.taken_by_firm | view.scrapped)[r.delivery_order[order]]]]


def late_frame(view: PlanView) -> pl.DataFrame:
    """The why-late ledger: one row an order and binding cause; pieces add up to what is late or never comes.

    ``days_late`` is of the last delivery of the order, null when part of it never comes; ``short_qty`` is what never
    comes, stated once an order.
    """
    f, r = view.facts, view.result
    last = np.full(len(f.orders), -1)
    np.maximum.at(last, r.delivery_order, r.delivery_day)
    order, short = r.late_order, view.short
    days = [None if short[j] > 0 else max(0, int(last[j] - f.order_due[j])) for j in order]
    first = np.r_[np.ones(min(1, order.size), dtype=bool), order[1:] != order[:-1]]
    told = [
        _OVERDUE if f.order_due[j] < 0 and cause == Cause.LEAD_TIME else _told(view, cause, place)
        for j, cause, place in zip(order.tolist(), r.late_cause.tolist(), r.late_place.tolist(), strict=True)
    ]
    table = frame(
        {
            **_of_orders(view, order),
            "ordered_qty": f.order_qty[order],
            "late_qty": r.late_qty.round(3),
            "short_qty": np.where(first, short[order], 0.0).round(3),
            "days_late": pl.Series(days, dtype=pl.Int64),
            "cause": pl.Series([CAUSE[Cause(c)] for c in r.late_cause.tolist()], dtype=pl.String),
            "where": pl.Series([where for where, _ in told], dtype=pl.String),
            "bound_on": view.dates(r.late_day),
            "why": pl.Series([why for _, why in told], dtype=pl.String),
        }
    )
    return table.sort("priority", "late_qty", "order", descending=[False, True, False], maintain_order=True)


def _told(view: PlanView, cause: int, place: int) -> tuple[str, str]:
    """Where a cause sits, and what it says."""
    f = view.facts
    if cause == Cause.WORK_CENTRE:
        return f.centres[place], f"no hours left at {f.centres[place]} in time"
    if cause == Cause.SUPPLIER:
        item, supplier = f.items[f.source_item[place]], f.source_supplier[place]
        weekly = f", and no more than {f.source_left[place].max():g} a week" if limited(f)[place] else ""
        return supplier, f"{supplier} needs {f.source_lead_days[place]} d to bring {item}{weekly}"
    if cause == Cause.MATERIAL:
        bought = bool(np.any(f.source_item == place)) or bool(np.any(f.step_item == place))
        return f.items[place], f"open order of {f.items[place]} comes too late" if bought else (f"nobody makes or sells {f.items[place]}")
    if place < 0:
        return "", "what it needs was given to others"
    step = f"{f.items[f.step_item[place]]} step {f.step_name[place]}"
    if cause == Cause.LEAD_TIME:
        return step, f"{step} and what comes before it take longer than there was time"
    return step, f"{step} waited for the lot it shares with others"


def pegging_frame(view: PlanView) -> pl.DataFrame:
    """What every delivery and every lot is made from, in pieces of the supply, with the day it is there."""
    r, left = view.result, view.left
    old, skip = view.case.released.lot_step.size, view.lots.released
    row = r.delivery_order[r.peg_delivery]
    firm = view.taken_by_firm[row]
    works = np.array([name.removeprefix(f"{NEEDED_BY} ") for name in view.case.order_customer], dtype=object)
    order = np.where(firm, works[row], np.array(view.facts.orders, dtype=object)[row])
    use = np.concatenate([order, view.lots.name[left.feed_lot], view.lots.name[skip + r.feed_lot]])
    kind = np.r_[r.peg_kind, left.feed_kind, r.feed_kind]
    row = np.r_[r.peg_row, left.feed_row, r.feed_row]
    name, item, day = _supplies(view, kind, row)
    assert old == skip
    return frame(
        {
            "use": use,
            "use_kind": np.r_[np.where(firm, "lot", "order"), np.repeat("lot", use.size - order.size)].astype(object),
            "item": view.items[item],
            "qty": np.r_[r.peg_qty, left.feed_qty, r.feed_qty].round(6),
            "supply_kind": np.array([_KIND[PegKind(k)] for k in kind.tolist()], dtype=object),
            "supply": name,
            "there_on": view.dates(day),
        }
    )


def _supplies(view: PlanView, kind: Ints, row: Ints) -> tuple[Names, Ints, Ints]:
    """Name, item and day of supplies given by `PegKind` and row."""
    f, r, p = view.facts, view.result, view.left.problem
    name = np.full(kind.size, "", dtype=object)
    item, day = np.zeros(kind.size, dtype=np.int64), np.zeros(kind.size, dtype=np.int64)
    stock, receipt = kind == PegKind.STOCK, kind == PegKind.RECEIPT
    bought, lot = kind == PegKind.PURCHASE, kind == PegKind.LOT
    name[stock], item[stock] = "on hand", row[stock]
    name[receipt] = np.array([*view.case.supply_names(), ""], dtype=object)[row[receipt]]
    owner = np.array([p.receipt_owner(k) for k in range(p.receipt_item.size)], dtype=np.int64)
    item[receipt], day[receipt] = owner[row[receipt]], p.receipt_day[row[receipt]]
    name[bought] = view.purchases.name[view.purchases.released + row[bought]]
    item[bought], day[bought] = f.source_item[r.purchase_source[row[bought]]], r.purchase_received[row[bought]]
    name[lot] = view.lots.name[view.lots.released + row[lot]]
    item[lot], day[lot] = f.step_item[r.lot_step[row[lot]]], r.lot_end[row[lot]]
    return name, item, day
