"""Nobody waits for ever: what is late comes sooner where nobody else is late for it.

The number of late pieces decides first, so the search puts hopeless orders behind all others; their last pieces then wait for the end of
the horizon, as every lot before it is just what others need. Here each late order in turn, the one whose waiting weighs most first,
asks for its late pieces once more: parts and work in process that nobody needs later, and free hours, make them on its due day or some
weeks after it. A plan with these lots is kept where neither late pieces nor waiting grow. What is made twice by it falls away
afterwards (`made_less`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from e2esim.planning.factory.execute import PRICES, Wants, backward, execute, wants_of
from e2esim.planning.factory.frame import Frame
from e2esim.planning.factory.grid import tier_weights
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem
from e2esim.planning.factory.trace import Schedule
from e2esim.planning.factory.worked import hours_used

AFTER_DAYS = (0, 7, 14, 21, 28, 42, 56, 84, 120)  # days after the due day for which late pieces are asked, the first that helps is taken [d]
LONG_DAYS = 30  # a piece so many days late weighs twice its days, so that few wait long (assumed) [d]
LONG_PIECES = 3.0  # a piece later than that counts as so many late pieces more (assumed)
NEVER_DAYS = 100  # what is never delivered waits so many days longer than the horizon [d]
JOIN_DAYS = 7  # a lot of the same step begun up to so many days before takes the pieces along [d]
EPS = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Waiting:
    """A plan as those see it who wait: `late` is the weighted price of late pieces, of those later than `LONG_DAYS` and of late orders,
    `wait` (n_orders,) the weighted piece days of each order, convex in days.
    """

    wants: Wants
    schedule: Schedule
    late: float
    wait: Floats

    @property
    def total(self) -> float:
        """Waiting of all."""
        return float(self.wait.sum())

    def beats(self, other: Waiting) -> bool:
        """Whether nothing is later in sum and somebody waits less, or less is late."""
        return self.late < other.late - EPS or (self.late <= other.late + EPS and self.total < other.total - EPS)


def sooner(view: Frame, wants: Wants, most: int, may_go_on: Callable[[], bool] = lambda: True) -> Wants:
    """Wants under which late orders come as soon as they can without any other being late for it.

    Parameters
    ----------
    view, wants
        The problem laid out, and what is wished for.
    most
        Plans tried at most.
    may_go_on
        Asked before each order; False ends it.

    Examples
    --------
    >>> from e2esim.planning.factory.frame import frame
    >>> from e2esim.planning.factory.network import network
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> p = synthetic_problem(np.random.default_rng(3), finished=2, parts=2, bought=3, centres=3, orders=40, weeks=12, load=0.9)
    >>> view = frame(p, network(p), 84)
    >>> before, after = (seen(view, w) for w in (backward(view, p.order_due), sooner(view, backward(view, p.order_due), 100)))
    >>> bool(after.late <= before.late and after.total < before.total)
    True
    """
    if not view.problem.n_steps:
        return wants
    best, tries = seen(view, wants), 0
    refused: set[int] = set()
    while tries < most and may_go_on():
        order = _longest(best.wait, refused)
        if order < 0:
            break
        better, tried = _served_sooner(view, best, order, most - tries)
        tries += tried
        if better is None:
            refused.add(order)
        else:
            best = better
    return best.wants


def seen(view: Frame, wants: Wants) -> Waiting:
    """Wants carried out, as those see it who wait."""
    p, done = view.problem, execute(view, wants)
    weight = tier_weights(p)
    days = done.delivery_day - p.order_due[done.delivery_order]
    given = np.bincount(done.delivery_order, weights=done.delivery_qty, minlength=weight.size)
    never = np.maximum(p.order_qty - given, 0.0)
    late = never + np.bincount(done.delivery_order, weights=np.where(days > 0, done.delivery_qty, 0.0), minlength=weight.size)
    long = never + np.bincount(done.delivery_order, weights=np.where(days > LONG_DAYS, done.delivery_qty, 0.0), minlength=weight.size)
    wait = np.bincount(done.delivery_order, weights=done.delivery_qty * _felt(days), minlength=weight.size)
    never_comes = np.where(never > EPS, never * _felt(view.days + NEVER_DAYS - p.order_due), 0.0)
    price = late + LONG_PIECES * long + PRICES.order * (late > EPS)
    return Waiting(wants=wants, schedule=done, late=float(weight @ price), wait=weight * (wait + never_comes))


def _felt(days: Ints) -> Floats:
    """What a piece so many days late counts [d], 0 where it is not."""
    late = np.maximum(days, 0).astype(np.float64)
    return np.asarray(late * (1.0 + late / LONG_DAYS))


def _longest(wait: Floats, refused: set[int]) -> int:
    """The order whose waiting weighs most of those not refused yet, -1 if none waits."""
    left = wait.copy()
    left[list(refused)] = 0.0
    order = int(left.argmax()) if left.size else -1
    return order if order >= 0 and left[order] > EPS else -1


def _served_sooner(view: Frame, now: Waiting, order: int, most: int) -> tuple[Waiting | None, int]:
    """A better plan in which an order gets its late pieces sooner, None if none is found, and how many were tried."""
    p, done = view.problem, now.schedule
    rows = (done.delivery_order == order) & (done.delivery_day > p.order_due[order])
    missing = p.order_qty[order] - done.delivery_qty[done.delivery_order == order].sum()
    pieces = float(done.delivery_qty[rows].sum() + max(missing, 0.0))
    last = view.days if missing > EPS else int(done.delivery_day[rows].max())
    due = max(int(p.order_due[order]), 0)
    free, room = spare(view, done)
    tried = 0
    for day in (due + after for after in AFTER_DAYS if due + after < last):
        more = asked(view, free, room, order, pieces, day)
        for some in (more, joined(p, now.wants, more)):
            if tried >= most:
                return None, tried
            found = seen(view, with_more(p, now.wants, some))
            tried += 1
            if found.beats(now):
                return found, tried
    return None, tried


def spare(view: Frame, done: Schedule) -> tuple[Floats, Floats]:
    """What a schedule leaves to others: pieces of every node that become free on each day, (n_days, n_nodes), which nobody takes later,
    and hours of every work centre and week, (n_centres, n_weeks).
    """
    p, net, end = view.problem, view.net, view.days - 1
    level = view.stores.receipts.copy()
    level[0] += view.stores.stock
    row, node, per = net.inputs_of(done.lot_step)
    np.add.at(level, (np.minimum(np.ceil(done.lot_ready / 24.0 - EPS).astype(np.int64), end), net.step_output[done.lot_step]), done.lot_qty)
    np.subtract.at(level, (np.minimum(done.lot_day[row], end), node), done.lot_qty[row] * per)
    np.subtract.at(level, (np.minimum(done.delivery_day, end), p.order_item[done.delivery_order]), done.delivery_qty)
    free = np.maximum(np.minimum.accumulate(np.cumsum(level, axis=0)[::-1], axis=0)[::-1], 0.0)
    used = hours_used(p, done.lot_step, done.lot_qty, done.lot_from, done.lot_to, done.lot_machine)
    return np.diff(free, axis=0, prepend=0.0), np.maximum(p.capacity_h - used, 0.0)


def asked(view: Frame, free: Floats, room: Floats, order: int, pieces: float, day: int) -> Wants:
    """Lots that bring an order so many pieces by a day from what is free (`spare`)."""
    p = view.problem
    alone = replace(view, stores=view.stores._replace(stock=np.zeros_like(view.stores.stock), receipts=free))
    qty = np.zeros(len(p.orders))
    qty[order] = pieces
    found = backward(alone, np.full(qty.size, day, dtype=np.int64), capacity=room, qty=qty)
    return replace(found, qty=np.ceil(found.qty - EPS))


def joined(p: PlanProblem, wants: Wants, more: Wants) -> Wants:
    """Lots put to those of their step that are begun a little sooner: one set-up less, and no smallest lot of their own."""
    key, span = wants.step * (1 << 20) + wants.day, 1 << 20
    order = np.argsort(key, kind="stable")
    at = np.searchsorted(key[order], more.step * span + more.day, side="right") - 1
    before = order[np.maximum(at, 0)]
    near = (at >= 0) & (wants.step[before] == more.step) & (more.day - wants.day[before] <= JOIN_DAYS)
    return wants_of(p, more.step, np.where(near, wants.day[before], more.day), more.qty)


def with_more(p: PlanProblem, wants: Wants, more: Wants) -> Wants:
    """Wants with some more lots, in the order of rank that they have."""
    both = wants_of(p, np.r_[wants.step, more.step], np.r_[wants.day, more.day], np.r_[wants.qty, more.qty])
    return replace(both, rank=wants.rank)
