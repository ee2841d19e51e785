"""Who comes more than a month late, what holds it and what its going first would cost others: a table, and words for the terminal."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from e2esim.planning.factory.long_waits import LongWait
from e2esim.planning.factory.sooner import LONG_DAYS
from e2esim.report.plan.view import PlanView, frame


def long_waits_frame(view: PlanView) -> pl.DataFrame:
    """One row an order of a customer with pieces more than `LONG_DAYS` late, the longest wait first.

    ``soonest``: the first day on which new pieces of the item can be there at all; ``if_first``: the day of its last piece if it went before
    all others of its priority; ``others_late``: how many more pieces of others would be late then [pcs]; both empty where no way that was
    tried brings it sooner, or where it was not asked (the ten longest waits are).
    """
    f = view.facts
    found = view.long_waits
    order = np.array([w.order for w in found], dtype=np.int64)
    first = np.array([w.first_day for w in found], dtype=np.int64)
    asked = first >= 0
    others = [w.others if w.first_day >= 0 else None for w in found]
    return frame(
        {
            "order": np.array(f.orders, dtype=object)[order],
            **view.of_items(f.order_item[order]),
            "priority": f.order_priority[order],
            "late_qty": np.array([w.pieces for w in found], dtype=np.float64),
            "due": view.dates(f.order_due[order]),
            "days_late": np.array([w.days for w in found], dtype=np.int64),
            "soonest": view.dates(np.array([w.soonest for w in found], dtype=np.int64).clip(max=10_000)),
            "if_first": view.dates(np.maximum(first, 0)).set(pl.Series(~asked), None),
            "others_late": pl.Series(others, dtype=pl.Float64),
            "says": np.array([_says(view, w) for w in found], dtype=object),
        }
    )


def _says(view: PlanView, w: LongWait) -> str:
    """Why an order waits, and what would bring it sooner."""
    f = view.facts
    due = int(f.order_due[w.order])
    if w.proven(due):
        return f"cannot come within {LONG_DAYS} days: its item can be there on {_date(view, w.soonest)} at the soonest"
    full = f"{f.centres[w.full]} has {w.left_h:,.1f} of {w.there_h:,.0f} h left while it waits" if w.full >= 0 else ""
    if w.first_day < 0:
        return f"{full}; no way that was tried brings it within {LONG_DAYS} days".lstrip("; ")
    fewer = "no other piece would be late for it" if w.others <= 0.5 else f"{w.others:,.0f} more pieces of others would be late"
    return f"{full}; going first it would come on {_date(view, w.first_day)}, and {fewer}".lstrip("; ")


def _date(view: PlanView, day: int) -> Any:
    return view.dates(np.array([day]))[0]


def long_waits_json(view: PlanView) -> dict[str, Any]:
    """How many orders wait so long, how many of them whatever is planned, and how long the longest [d]."""
    due = view.facts.order_due
    proven = sum(w.proven(int(due[w.order])) for w in view.long_waits)
    return {"orders": len(view.long_waits), "proven": proven, "longest_days": max(w.days for w in view.long_waits)}


def long_waits_line(view: PlanView) -> str:
    """How many wait so long, how many of them whatever is planned, and the longest."""
    told, longest = long_waits_json(view), view.long_waits[0]
    head = f"{told['orders']} order{'s' if told['orders'] > 1 else ''} with pieces more than {LONG_DAYS} days late"
    tail = f", {told['proven']} of them whatever is planned" if told["proven"] else ""
    return f"{head}{tail}. The longest, {view.facts.orders[longest.order]} ({longest.days} days): {_says(view, longest)}"
