"""What would be late if a limit were lifted: quick plans of changed problems, the yardstick of the why-late ledger.

Every quick plan is feasible for the problem it answers, so its late pieces are an upper bound of the least possible;
each figure is the least over a few plans, item by item.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from e2esim.planning.factory.change_kernels import State
from e2esim.planning.factory.execute import Wants, backward, copied, execute, search, top_up
from e2esim.planning.factory.frame import Frame, frame, with_claims
from e2esim.planning.factory.grid import early_due
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem
from e2esim.planning.factory.result import Cause
from e2esim.planning.factory.shifts import unlimited

MOST_TOP_UPS = 8  # small lots may rob one another of parts, so a few rounds are needed
NO_LIMIT = 1e12  # hours a week of a work centre that is lifted [h]
LATER_WEEKS = (0, 1, 2, 4, 8, 13)  # weeks by which what is added may be put off so that it does not disturb the rest
FREE_BUFFERS = (0, 7, 21, 42)  # days by which the plans without limits on hours are early
LARGE, LARGE_BUFFERS = 3000, 3  # beyond so many orders only the first of them are tried: the ledger may take seconds
LEAST_ROUNDS, MOST_ROUNDS, ORDER_ROUNDS = 15, 200, 40_000  # tried changes on each quick plan: so many times orders
LIFT_BUFFERS = (3, 7)  # the same for the plans that test the lifting of one limit, beside the wants of the plan itself
NO_END = 1e9  # pieces of a material that is lifted [pcs]

Limit = tuple[int, int]  # `Cause` and place, as in the ledger


@dataclass(frozen=True, kw_only=True, eq=False)
class Lifted:
    """Late pieces of every item [pcs] when one limit is lifted: `limit` (n), `late` (n, n_items)."""

    limit: tuple[Limit, ...]
    late: Floats


def completed(view: Frame, wants: Wants, later: int = 0) -> Wants:
    """Wants topped up until every order is delivered, or it does not help any more; what is added is put off by some days."""
    for _ in range(MOST_TOP_UPS):
        more = top_up(view, wants, later)
        if more is wants:
            break
        wants = more
    return wants


def completed_late(view: Frame, wants: Wants, state: State) -> Wants:
    """Wants topped up so late that it does not disturb them: the best of some weeks of delay."""
    return min((completed(view, wants, 7 * weeks) for weeks in LATER_WEEKS), key=lambda some: search(view, some, 0, state))


def late_pieces(problem: PlanProblem, order: Ints, day: Ints, qty: Floats) -> Floats:
    """Pieces of every order not delivered on or before its due day, (n_orders,), from delivery rows."""
    in_time = day <= problem.order_due[order]
    given = np.bincount(order[in_time], weights=qty[in_time], minlength=problem.order_qty.size)
    return np.asarray(np.maximum(problem.order_qty - given, 0.0), dtype=np.float64)


def late_anyway(view: Frame, state: State) -> Floats:
    """Pieces of every item late even with hours without limit, (n_items,)."""
    free = _without_hours(view, np.arange(len(view.problem.centres)))
    buffers = FREE_BUFFERS if len(view.problem.orders) <= LARGE else FREE_BUFFERS[:LARGE_BUFFERS]
    return _least_late(free, [backward(free, early_due(view.problem, days, calm=0)) for days in buffers], state)


def late_lifted(view: Frame, wants: Wants, limits: tuple[Limit, ...], state: State) -> Lifted:
    """Pieces of every item late when one of `limits` is lifted.

    `wants` are those of the plan, which are left as they are.
    """
    late = []
    for cause, place in limits:
        free = lifted(with_claims(view, None), cause, place)  # nobody waits so long there
        late.append(_least_late(free, [copied(wants), *(backward(free, early_due(view.problem, days)) for days in LIFT_BUFFERS)], state))
    return Lifted(limit=limits, late=np.array(late, dtype=np.float64).reshape(-1, view.problem.n_items))


def lifted(view: Frame, cause: int, place: int) -> Frame:
    """The frame without one limit: hours, the lead time of a supplier, the flow time of a step, or want of a material."""
    problem = view.problem
    if cause == Cause.WORK_CENTRE:
        return _without_hours(view, np.array([place], dtype=np.int64))
    if cause == Cause.MATERIAL:
        stock = view.stores.stock.copy()
        stock[place] += NO_END
        return replace(view, stores=view.stores._replace(stock=stock))
    if cause == Cause.SUPPLIER:
        days = problem.source_lead_days.copy()
        days[place] = 0
        free = view.net.free_from.copy()
        free[problem.source_item[place]] = 0
        changed = replace(problem, source_lead_days=days)
        net = replace(view.net, free_from=free)
        return replace(view, problem=changed, net=net, stores=view.stores._replace(free_from=free))
    days, setup = problem.step_flow_days.copy(), problem.step_setup_h.copy()
    here = problem.mains == problem.mains[place]  # whichever choice
    days[here] = 0
    setup[here & problem.is_outside[problem.step_centre]] = 0.0
    return frame(replace(problem, step_flow_days=days, step_setup_h=setup), view.net, view.days)


def _without_hours(view: Frame, centres: Ints) -> Frame:
    """The frame with work centres whose hours are no limit."""
    centres = centres[~view.problem.is_outside[centres]]
    hours = view.problem.capacity_h.copy()
    hours[centres] = NO_LIMIT
    shifts = None if view.problem.shifts is None else unlimited(view.problem.shifts, centres)
    return frame(replace(view.problem, capacity_h=hours, shifts=shifts), view.net, view.days)


def _least_late(view: Frame, candidates: list[Wants], state: State) -> Floats:
    """The least late pieces of every item over some plans, each improved a little, (n_items,)."""
    problem = view.problem
    least = np.full(problem.n_items, np.inf)
    rounds = int(np.clip(ORDER_ROUNDS // max(1, len(problem.orders)), LEAST_ROUNDS, MOST_ROUNDS))
    for start in candidates:
        wants = completed(view, start)
        search(view, wants, rounds, state)
        done = execute(view, wants)
        late = late_pieces(problem, done.delivery_order, done.delivery_day, done.delivery_qty)
        least = np.minimum(least, np.bincount(problem.order_item, weights=late, minlength=problem.n_items))
    return least
