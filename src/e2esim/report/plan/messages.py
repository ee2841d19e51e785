"""Messages about goods on order: which purchase or works order to expedite, take sooner, put off or cancel, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import polars as pl

from e2esim.planning.factory.action_messages import NEVER, Action, ActionMessage, OnOrder, action_messages
from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import Ints
from e2esim.planning.factory.requirements import wished_use
from e2esim.planning.factory.result import Cause
from e2esim.report.plan.stock import movements
from e2esim.report.plan.view import Names, PlanView, frame

_RANK = {action: k for k, action in enumerate(Action)}
PURCHASE, WORKS = "purchase order", "works order"
_KIND = {"purchase": PURCHASE, "production": WORKS, "transfer": "transfer"}
CHECK = "check"  # a firm works order that cannot be as it states
NAMED = 5  # late orders named in a message


class _Placed(NamedTuple):
    """Open orders of the data, then released lots and purchases of an earlier plan."""

    goods: OnOrder
    name: Names
    kind: Names


def messages_frame(view: PlanView, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a message, the most urgent first: what is on order, when it comes, when it is needed, what to do and why.

    Parameters
    ----------
    view
        The plan.
    tables
        The typed input; ``receipts`` says which open order is a purchase and which a works order.
    """
    f, placed = view.facts, _placed(view, tables)
    wished = wished_use(f)
    used = movements(view, wished.shape[1], kept=True).taken
    waits = (view.result.late_cause == Cause.MATERIAL) & (f.order_due[view.result.late_order] >= 0)
    waiting = np.zeros(f.n_items, dtype=bool)
    waiting[view.result.late_place[waits]] = True
    found = action_messages(f.on_hand, placed.goods, used, wished, waiting)
    found.sort(key=lambda m: (_RANK[m.action], -abs(m.day - int(placed.goods.day[m.row])) if m.day != NEVER else 0, m.row))
    row = np.array([m.row for m in found], np.int64)
    item, comes = placed.goods.item[row], placed.goods.day[row]
    need = [None if m.day == NEVER else m.day for m in found]
    goods = frame(
        {
            "message": pl.Series([m.action.value for m in found], dtype=pl.String),
            "supply": placed.name[row],
            "supply_kind": placed.kind[row],
            **view.of_items(item),
            "qty": np.array([m.qty for m in found]).round(3),
            "comes": view.dates(comes),
            "needed": pl.Series([None if day is None else view.dates(range(day, day + 1))[0] for day in need], dtype=pl.Date),
            "days": pl.Series([None if day is None else day - int(c) for day, c in zip(need, comes, strict=True)], dtype=pl.Int64),
            "says": pl.Series([_words(view, m, int(i), int(c)) for m, i, c in zip(found, item, comes, strict=True)], dtype=pl.String),
        }
    )
    some = [_of_firm_orders(view, tables, goods)] if view.case.firm_notes else []
    return pl.concat([*_too_old(view, goods), *some, goods])


def _too_old(view: PlanView, like: pl.DataFrame) -> list[pl.DataFrame]:
    """Items of which the plan would use pieces after their last day, with the columns of `like`."""
    told = [] if view.aged is None else [*((i, q, "") for i, q in view.aged.stale.items()), *((i, q, "made by then ") for i, q in view.aged.old_lots.items())]
    rows = []
    for item, qty, made in told:
        about = {head: cells[0] for head, cells in view.of_items(np.array([item])).items()}
        says = f"{qty:g} of it {made}would be used after their last day: make or buy them later, or use them sooner"
        rows.append({"message": CHECK, "supply": "", "supply_kind": "stock", **about, "qty": qty, "says": says})
    return [pl.DataFrame([{head: row.get(head) for head in like.columns} for row in rows], schema=like.schema)] if rows else []


def _of_firm_orders(view: PlanView, tables: Mapping[str, pl.DataFrame], like: pl.DataFrame) -> pl.DataFrame:
    """Firm works orders whose days cannot be those that they state, with the columns of `like`."""
    stated = {row["receipt"]: row for row in tables["receipts"].rows(named=True)}
    rows: list[dict[str, object]] = []
    for name, says in view.case.firm_notes:
        item = view.facts.items.index(stated[name]["item"])
        about = {head: cells[0] for head, cells in view.of_items(np.array([item])).items()}
        order = {"supply": name, "supply_kind": WORKS, "qty": float(stated[name]["qty"]), "comes": stated[name]["due"]}
        rows.append({"message": CHECK, **order, **about, "says": says})
    return pl.DataFrame([{head: row.get(head) for head in like.columns} for row in rows], schema=like.schema)


def _placed(view: PlanView, tables: Mapping[str, pl.DataFrame]) -> _Placed:
    """All goods on order whose end is an item; work in process comes after the flow time that is left."""
    f, old = view.facts, view.case.released
    net = network(f)
    ends = np.flatnonzero((net.step_output[old.lot_step] < f.n_items) & (old.lot_end >= 0)) if old.lot_step.size else np.zeros(0, np.int64)
    owner = np.array([f.receipt_owner(k) for k in range(f.receipt_item.size)], np.int64)
    goods = OnOrder(
        item=np.r_[owner, f.step_item[old.lot_step[ends]], f.source_item[old.purchase_source]].astype(np.int64),
        day=np.r_[f.receipt_day + _flow_left(view), old.lot_end[ends], np.maximum(old.purchase_received, 0)].astype(np.int64),
        qty=np.r_[f.receipt_qty, old.lot_qty[ends], old.purchase_qty],
    )
    told = dict(tables["receipts"].select("receipt", "kind").iter_rows()) if "receipts" in tables else {}
    bought = set(f.source_item.tolist())
    kind = [
        _KIND[stated] if (stated := told.get(name, "purchase")) != "purchase" or item in bought or item not in f.step_item else WORKS
        for name, item in zip(view.case.receipt_name, owner.tolist(), strict=True)
    ]
    return _Placed(
        goods=goods,
        name=np.array([*view.case.receipt_name, *(old.lot_name[k] for k in ends.tolist()), *old.purchase_name], dtype=object),
        kind=np.array([*kind, *([WORKS] * ends.size), *([PURCHASE] * old.purchase_source.size)], dtype=object),
    )


def _flow_left(view: PlanView) -> Ints:
    """Flow time that work in process behind a step has still to go, (n_receipts,) [d]."""
    f = view.facts
    left = np.zeros(f.receipt_item.size, np.int64)
    for row in np.flatnonzero(~f.item_receipts).tolist():
        step = int(f.receipt_item[row]) - f.n_items
        after = (f.step_item == f.step_item[step]) & (np.arange(f.n_steps) > step) & f.is_main
        left[row] = int(f.step_flow_days[after].sum())
    return left


def _words(view: PlanView, m: ActionMessage, item: int, comes: int) -> str:
    """The message as one would say it."""
    r, days = view.result, abs(m.day - comes)
    if m.action is Action.EXPEDITE:
        rows = (r.late_cause == Cause.MATERIAL) & (r.late_place == item)
        names = list(dict.fromkeys(view.facts.orders[j] for j in r.late_order[rows].tolist()))
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        return f"needed {days} d sooner: late for want of it are {', '.join(names[:NAMED])}{more}"
    if m.action is Action.SOONER:
        return f"needed {days} d sooner: as it stands the plan orders or makes {view.facts.items[item]} anew before it comes"
    if m.action is Action.LATER:
        return f"not needed until {days} d after it comes"
    return f"{m.qty:g} of it are not needed by any order, forecast or safety stock known"
