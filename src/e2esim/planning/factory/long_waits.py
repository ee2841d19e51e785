"""Who waits longer than `LONG_DAYS` in a finished plan, what holds it, and what its going first would cost others.

Two answers for every such order. The proof: the first day on which new pieces of its item can be there at all (lead times and what is in stock);
where that is later, no plan brings it sooner. The price: the plan is carried out again with the order before all others of its priority from
that day on, and with its lots before those of others; the way that makes fewest other pieces late is told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from e2esim.planning.factory.bounds import earliest_days
from e2esim.planning.factory.execute import wants_of
from e2esim.planning.factory.first_claims import claim_days, late_by_order
from e2esim.planning.factory.first_hours import late_for, ways_to_go_first
from e2esim.planning.factory.frame import Claims, Frame, frame
from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import Floats, PlanProblem
from e2esim.planning.factory.result import PlanResult
from e2esim.planning.factory.sooner import EPS, LONG_DAYS, LONG_PIECES, Waiting, seen
from e2esim.planning.factory.worked import day_started, hours_used

MOST_ORDERS = 10  # whose price is asked, the longest waits first
LITTLE = 0.02  # of its hours: a work centre with less left is full


@dataclass(frozen=True, kw_only=True)
class LongWait:
    """An order with pieces more than `LONG_DAYS` late.

    Parameters
    ----------
    order, pieces, days
        The order, how many of its pieces wait so long, and how long the last of them [d].
    soonest
        First day on which new pieces of its item can be there at all [d from today].
    full
        Work centre behind its item with the least hours left from its due day to the last delivery, -1 where all have some.
    left_h, there_h
        Hours left there, of how many [h].
    first_day
        Day of its last piece if it went first; -1 where that was not asked, or where no way that was tried brings it within `LONG_DAYS`.
    others
        Pieces of other orders that would be late then and are not now, less those that are late now and would not be [pcs].
    """

    order: int
    pieces: float
    days: int
    soonest: int
    full: int
    left_h: float
    there_h: float
    first_day: int
    others: float

    def proven(self, due: int) -> bool:
        """Whether no plan brings it within `LONG_DAYS`."""
        return self.soonest > due + LONG_DAYS


def long_waits(problem: PlanProblem, result: PlanResult) -> tuple[LongWait, ...]:
    """Orders of a plan that wait longer than `LONG_DAYS`, the longest wait first.

    Examples
    --------
    >>> from e2esim.planning.factory.planner import plan
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> p = synthetic_problem(np.random.default_rng(3), finished=2, parts=2, bought=3, centres=3, orders=40, weeks=12, load=1.6)
    >>> all(wait.days > LONG_DAYS for wait in long_waits(p, plan(p, rounds=5)))
    True
    """
    end = int(max(result.lot_end.max(initial=0), result.delivery_day.max(initial=0))) + 2
    view = frame(problem, network(problem), max(end, 1))
    lots = wants_of(view.problem, result.lot_step, day_started(result.lot_from), result.lot_qty)
    now = seen(view, lots)
    late = result.delivery_day - problem.order_due[result.delivery_order]
    days = np.zeros(len(problem.orders), dtype=np.int64)
    np.maximum.at(days, result.delivery_order, late)
    pieces = np.bincount(result.delivery_order, weights=np.where(late > LONG_DAYS, result.delivery_qty, 0.0), minlength=days.size)
    left = problem.capacity_h - hours_used(problem, result.lot_step, result.lot_qty, result.lot_from, result.lot_to, result.lot_machine)
    soonest = earliest_days(problem, view.net)
    found = []
    for rank, order in enumerate(sorted(np.flatnonzero(pieces > EPS).tolist(), key=lambda k: (-int(days[k]), k))):
        full, left_h, there_h = _fullest(view, left, order, int(problem.order_due[order] + days[order]))
        first_day, others = _price(view, now, order) if rank < MOST_ORDERS else (-1, 0.0)
        found.append(
            LongWait(
                order=order, pieces=float(pieces[order]), days=int(days[order]), soonest=int(soonest[problem.order_item[order]]),
                full=full, left_h=left_h, there_h=there_h, first_day=first_day, others=others,
            )
        )  # fmt: skip
    return tuple(found)


def _fullest(view: Frame, left: Floats, order: int, until: int) -> tuple[int, float, float]:
    """Work centre behind an order with the least share of its hours left while it waits, with hours left and hours there."""
    p, trees = view.problem, view.trees
    item, first = int(p.order_item[order]), max(int(p.order_due[order]), 0) // 7
    weeks = slice(first, max(until // 7, first + 1))
    best = (-1, 0.0, 0.0)
    for centre in np.unique(p.step_centre[trees.tree_step[trees.tree_start[item] : trees.tree_start[item + 1]]]).tolist():
        free, there = float(np.maximum(left[centre, weeks], 0.0).sum()), float(p.capacity_h[centre, weeks].sum())
        share = best[1] / best[2] if best[0] >= 0 else LITTLE
        if there > 0 and free < share * there:
            best = int(centre), free, there
    return best


def _price(view: Frame, now: Waiting, order: int) -> tuple[int, float]:
    """Day on which an order comes when it goes first, and how many pieces of others are late for it; (-1, 0) where no way brings it in time."""
    until = int(claim_days(view)[order])
    nobody = Claims(who=np.zeros(len(view.problem.orders), dtype=bool), due=view.problem.order_due, weight=1.0 + LONG_PIECES)
    before = _late_others(view, now, order)
    best: tuple[float, int] | None = None
    for _, _, after in ways_to_go_first(view, now, nobody, order, until):
        if late_for(view, after, order, until) > EPS:
            continue
        others = _late_others(view, after, order) - before
        day = int(after.schedule.delivery_day[after.schedule.delivery_order == order].max())
        best = min(best, (others, day)) if best is not None else (others, day)
    return (-1, 0.0) if best is None else (best[1], best[0])


def _late_others(view: Frame, now: Waiting, order: int) -> float:
    """Late pieces of all other orders."""
    return float(np.delete(late_by_order(view, now), order).sum())
