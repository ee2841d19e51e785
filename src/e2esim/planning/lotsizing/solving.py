"""The door of the room: one problem in, one plan with its own proven bound out."""

import threading
import time
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from e2esim.planning.lotsizing.bound import ProvenBound, best_blend, price_hours, promising_pairs
from e2esim.planning.lotsizing.facility_location import FacilityLocation, all_pairs, build
from e2esim.planning.lotsizing.improve import Lots, as_found, polish
from e2esim.planning.lotsizing.mip import Ending, MipAnswer, solve_program
from e2esim.planning.lotsizing.problem import LotPlan, LotPlanStatus, LotSizingProblem, load_hours
from e2esim.planning.lotsizing.search import search
from e2esim.planning.lotsizing.tiny import TWO_ITEMS

SMALL: Final = 20_000  # pairs (item, week made, week due) up to which the whole problem goes to branch and bound
PROVEN: Final = 1e-4  # gap at which a plan is called optimal


@dataclass
class _Second:
    """What the second thread finds: a better bound, and for a small problem the solver's own plan."""

    bound: float
    answer: MipAnswer | None = None
    model: FacilityLocation | None = None
    fault: list[BaseException] = field(default_factory=list)


def solve(problem: LotSizingProblem, *, time_limit_s: float, seed: int, moves: int | None = None) -> LotPlan:
    """Plan lots within ``time_limit_s`` [s] on two threads: one searches for plans, one proves a bound.

    A small problem also goes whole to branch and bound, and the better of both plans is taken. With ``moves`` the
    search makes that many moves and no clock decides what it finds (the answer then depends on the seed only, save
    for what branch and bound finds in time on a small problem).

    Parameters
    ----------
    time_limit_s
        Wall time [s]; kept to within about half a second. Kernels are compiled before the clock starts.
    seed
        Of the search.

    Returns
    -------
    Plan
        ``status`` INFEASIBLE or NO_PLAN instead of an exception when there is nothing to give.

    Examples
    --------
    >>> plan = solve(TWO_ITEMS, time_limit_s=2.0, seed=1)
    >>> plan.status.value, plan.objective, plan.quantities.tolist()
    ('optimal', 23.0, [[6.0, 0.0], [0.0, 2.0]])
    """
    _compile()
    started = time.perf_counter()
    priced = price_hours(problem, steps=150, deadline=started + 0.1 * time_limit_s)
    second = _Second(bound=priced.bound)
    thread = threading.Thread(target=_prove, args=(problem, priced, second, started + time_limit_s))
    thread.start()
    best = _best_found(problem, priced, started + time_limit_s, seed, moves)
    thread.join()
    if second.fault:
        raise second.fault[0]
    if second.answer is not None and second.model is not None and second.answer.x is not None:
        spare = max(1.0, started + time_limit_s - time.perf_counter())
        other = polish(problem, second.model.setups(second.answer.x) > 0.5, time_limit_s=spare)
        if other is not None and (best is None or other.cost < best.cost):
            best = other
    return _plan(problem, best, second, time.perf_counter() - started)


def _is_small(problem: LotSizingProblem) -> bool:
    return problem.n_items * problem.n_weeks**2 <= SMALL


def _best_found(
    problem: LotSizingProblem, priced: ProvenBound, deadline: float, seed: int, moves: int | None
) -> Lots | None:
    """Search, then the exact quantities for its set-ups; a small problem leaves most of the time to the solver.

    Where capacity and demand are both hard, a search that ends beyond the limits is followed by one that minds them.
    """
    left = deadline - time.perf_counter()
    reserve = 0.05 * left + min(1.5, problem.n_items * problem.n_weeks / 10_000)
    budget = min(2.0, 0.3 * left) if _is_small(problem) else max(0.4 * left, left - reserve)
    hard = problem.overtime_share == 0 and not np.isfinite(problem.unmet).all()
    lots: Lots | None = None
    for severity in (1.0, 20.0) if hard else (1.0,):
        share = 0.5 * budget if hard else budget
        found = search(problem, priced.prices, seed=seed, time_limit_s=share, moves=moves, severity=severity)
        raw = as_found(problem, found.quantities)
        lots = polish(problem, found.quantities > 1e-9, time_limit_s=max(0.5, deadline - time.perf_counter()))
        if lots is None or (raw is not None and raw.cost < lots.cost):
            lots = raw  # a slow machine had no time for the exact quantities
        if lots is not None:
            break
    return lots


def _prove(problem: LotSizingProblem, priced: ProvenBound, second: _Second, deadline: float) -> None:
    """Second thread: branch and bound of a small problem; else the linear program, its prices turned into a bound."""
    try:
        if _is_small(problem):
            second.model = build(problem, all_pairs(problem), relaxed=False)
            left = deadline - time.perf_counter() - 0.2
            second.answer = solve_program(second.model.program, time_limit_s=left, relative_gap=0.5 * PROVEN)
            second.bound = max(second.bound, second.answer.bound)
            return
        priced = price_hours(problem, steps=300, start=priced, deadline=0.5 * (time.perf_counter() + deadline))
        second.bound = max(second.bound, priced.bound)
        slack = 0.3 * float(problem.setup_cost.mean())
        model = build(problem, promising_pairs(problem, priced.prices, slack), relaxed=True)
        answer = solve_program(model.program, time_limit_s=deadline - time.perf_counter() - 0.3)
        if answer.duals is not None:
            second.bound = max(second.bound, best_blend(problem, priced, model.prices(answer.duals)).bound)
    except BaseException as fault:
        second.fault.append(fault)


def _plan(problem: LotSizingProblem, best: Lots | None, second: _Second, wall_s: float) -> LotPlan:
    """Status and figures of the answer."""
    if best is None or not np.isfinite(best.cost):
        proven = second.answer is not None and second.answer.ending is Ending.INFEASIBLE
        nothing = np.zeros((problem.n_items, problem.n_weeks))
        return LotPlan(
            status=LotPlanStatus.INFEASIBLE if proven else LotPlanStatus.NO_PLAN,
            quantities=nothing, setups=nothing > 0, unmet=nothing.copy(), overtime_h=np.zeros_like(problem.capacity_h),
            objective=np.inf, bound=np.inf if proven else second.bound, wall_s=wall_s, reasons=shortages(problem),
        )  # fmt: skip
    over = np.maximum(load_hours(problem, best.quantities, best.setups) - problem.capacity_h, 0.0)
    bound = min(second.bound, best.cost)
    status = LotPlanStatus.OPTIMAL if best.cost - bound <= PROVEN * best.cost else LotPlanStatus.FEASIBLE
    return LotPlan(
        status=status, quantities=best.quantities, setups=best.setups, unmet=best.unmet, overtime_h=over,
        objective=best.cost, bound=bound, wall_s=wall_s,
    )  # fmt: skip


def shortages(problem: LotSizingProblem) -> tuple[str, ...]:
    """Work centres whose hours up to some week, overtime included, are less than the runs due by then, the worst first.

    Examples
    --------
    >>> from dataclasses import replace
    >>> shortages(replace(TWO_ITEMS, capacity_h=np.full((1, 2), 3.0)))
    ('work centre 0: 2.0 h short by week 1 before any set-up',)
    """
    net = problem.net_demand()
    load = load_hours(problem, net, np.zeros(net.shape, dtype=np.bool_))
    short = np.cumsum(load - problem.capacity_h - problem.overtime_h, axis=1)
    worst = np.argmax(short, axis=1)
    amount = short[np.arange(problem.n_centres), worst]
    order = np.argsort(-amount, kind="stable")
    return tuple(
        f"work centre {c}: {amount[c]:.1f} h short by week {worst[c]} before any set-up"
        for c in order
        if amount[c] > 1e-9
    )


def _compile() -> None:
    """Load or compile every kernel on a problem of two items, so that the clock measures planning."""
    priced = price_hours(TWO_ITEMS, steps=1)
    promising_pairs(TWO_ITEMS, priced.prices, 1.0)
    search(TWO_ITEMS, priced.prices, seed=0, time_limit_s=0.0, moves=60)
