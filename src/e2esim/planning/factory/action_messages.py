"""What to do about goods that are on order already: expedite, take sooner, put off, cancel.

Owns the day on which an open order is really needed, what is on hand and what comes before it being used first, and the message
that follows (APICS: exception or action messages). What the plan orders anew stands beside open orders, not before them: an open
order that could take the place of a new one is to come sooner.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.planning.factory.problem import Floats, Ints

EPS = 1e-6
NEVER = -1
SLACK_DAYS = 7  # an open order that comes up to so much sooner than it is needed is left alone [d]


class Action(StrEnum):
    """What to ask of a supplier or of the shop floor."""

    EXPEDITE = "expedite"  # orders of customers wait for it
    SOONER = "reschedule in"  # it would save ordering anew
    LATER = "reschedule out"
    CANCEL = "cancel"


class OnOrder(NamedTuple):
    """Goods on order, (n_rows,) each [pcs, d from today]."""

    item: Ints
    day: Ints
    qty: Floats


class ActionMessage(NamedTuple):
    """One message: ``qty`` of an open order (its row) is needed on ``day``, `NEVER` if not at all."""

    row: int
    action: Action
    qty: float
    day: int


def action_messages(on_hand: Floats, orders: OnOrder, used: Floats, wished: Floats, waiting: npt.NDArray[np.bool_]) -> list[ActionMessage]:
    """Messages for goods on order, by item and day.

    Parameters
    ----------
    on_hand : ndarray, (n_items,)
        [pcs]
    orders
        What is on order.
    used, wished : ndarray, (n_items, n_days)
        What the plan takes each day, and what would be taken if there were no limits [pcs].
    waiting : ndarray, (n_items,)
        Whether late orders of customers wait for the item.

    Examples
    --------
    >>> use = np.zeros((1, 60))
    >>> use[0, [10, 40]] = 5.0
    >>> on_order = OnOrder(item=np.array([0, 0, 0]), day=np.array([12, 20, 30]), qty=np.array([5.0, 5.0, 5.0]))
    >>> [(m.row, m.action.value, m.day) for m in action_messages(np.zeros(1), on_order, use, use, np.array([False]))]
    [(0, 'reschedule in', 10), (1, 'reschedule out', 40), (2, 'cancel', -1)]
    """
    found: list[ActionMessage] = []
    for item in np.unique(orders.item).tolist():
        mine = np.flatnonzero(orders.item == item)
        plan, wish = np.cumsum(used[item]), np.cumsum(wished[item])
        before = float(on_hand[item])
        for row in mine[np.argsort(orders.day[mine], kind="stable")].tolist():
            found += _of_row(row, int(orders.day[row]), float(orders.qty[row]), before, plan, wish, bool(waiting[item]))
            before += float(orders.qty[row])
    return found


def _of_row(row: int, day: int, qty: float, before: float, plan: Floats, wish: Floats, waiting: bool) -> Iterator[ActionMessage]:
    total = max(float(plan[-1]), float(wish[-1]))
    needed = min(max(total - before, 0.0), qty)
    if needed < qty - EPS:
        yield ActionMessage(row, Action.CANCEL, qty - needed, NEVER)
    if needed <= EPS:
        return
    by_plan, by_wish = _first_beyond(plan, before), _first_beyond(wish, before)
    if waiting and by_wish < day:
        yield ActionMessage(row, Action.EXPEDITE, needed, by_wish)
    elif by_plan < day:
        yield ActionMessage(row, Action.SOONER, needed, by_plan)
    elif min(by_plan, by_wish) > day + SLACK_DAYS:
        yield ActionMessage(row, Action.LATER, needed, min(by_plan, by_wish))


def _first_beyond(taken: Floats, before: float) -> int:
    """First day on which more is taken than there is before; far away if never."""
    beyond = np.flatnonzero(taken > before + EPS)
    return int(beyond[0]) if beyond.size else 1_000_000
