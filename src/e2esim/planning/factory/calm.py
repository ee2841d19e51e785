"""The calm plan: an earlier plan is left only where it pays.

Data that are the same give the earlier plan back as it was. Else its lots are carried out on the new facts, which moves only
what no longer fits, and topped up for what is new; a search from there and a plan made afresh compete with it, each charged for
the pieces times days that it moves.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from e2esim.planning.factory.bounds import lead_time_bound
from e2esim.planning.factory.counterfactual import completed, late_anyway, late_pieces
from e2esim.planning.factory.execute import Wants, copied, execute, search, wants_of
from e2esim.planning.factory.frame import Frame, frame
from e2esim.planning.factory.grid import tier_weights
from e2esim.planning.factory.moves import moves, nervousness
from e2esim.planning.factory.network import network
from e2esim.planning.factory.planner import LEDGER_SEED, Clock, fresh_state, planned, result_of
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem
from e2esim.planning.factory.result import PlanResult
from e2esim.planning.factory.trace import Schedule
from e2esim.planning.factory.worked import day_started

CHANGE_PRICE = 0.01  # weighted late pieces that a piece moved by a day may cost at most
FRESH_SHARE = 0.5  # of the time goes to the plan made afresh
BATCHES, BATCH_ROUNDS = 20, 10  # of the search that starts from the earlier plan


@dataclass(frozen=True, kw_only=True, eq=False)
class Earlier:
    """An earlier plan in the rows of today's problem [pcs, h and d from today]; `same` if its data are today's, `bound` as it was proven."""

    lot_step: Ints
    lot_qty: Floats
    lot_from: Floats
    lot_to: Floats
    lot_ready: Floats
    lot_machine: Ints
    delivery_order: Ints
    delivery_day: Ints
    delivery_qty: Floats
    same: bool = False
    bound: float = float("nan")

    def schedule(self) -> Schedule:
        """As it was."""
        return Schedule(
            lot_step=self.lot_step,
            lot_qty=self.lot_qty,
            lot_from=self.lot_from,
            lot_to=self.lot_to,
            lot_ready=self.lot_ready,
            lot_machine=self.lot_machine,
            delivery_order=self.delivery_order,
            delivery_day=self.delivery_day,
            delivery_qty=self.delivery_qty,
        )


def calm_plan(
    problem: PlanProblem, earlier: Earlier, *, price: float = CHANGE_PRICE, time_limit_s: float = 10.0, seed: int = 1, rounds: int | None = None
) -> PlanResult:
    """Plan all orders of a problem, staying near an earlier plan.

    Parameters
    ----------
    earlier
        What was planned.
    price
        Weighted late pieces (the plan's objective) that a piece moved by a day is worth; 0 = the best plan, however it moves.
    time_limit_s, seed, rounds
        As in `plan`.

    Raises
    ------
    ValueError
        If `price` is negative.

    Examples
    --------
    >>> from e2esim.planning.factory.planner import plan
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> small = synthetic_problem(np.random.default_rng(1), finished=2, parts=2, bought=3, centres=3,
    ...                           orders=12, weeks=8, load=0.5)
    >>> first = plan(small, rounds=10)
    >>> again = calm_plan(small, of_result(first, same=True), rounds=10)
    >>> bool(np.array_equal(first.lot_start, again.lot_start) and first.objective == again.objective)
    True
    """
    return calm_planned(problem, earlier, price=price, time_limit_s=time_limit_s, seed=seed, rounds=rounds)[0]


def calm_planned(
    problem: PlanProblem, earlier: Earlier, *, price: float = CHANGE_PRICE, time_limit_s: float = 10.0, seed: int = 1, rounds: int | None = None
) -> tuple[PlanResult, Wants]:
    """As `calm_plan`, with the wants that the schedule follows, for whoever plans on from there."""
    if price < 0:
        raise ValueError(f"the price of a change must not be negative, got {price}")
    clock = Clock(start=time.perf_counter(), limit_s=time_limit_s)
    view = frame(problem, network(problem), max(1, 7 * problem.n_weeks))
    state = fresh_state(seed)
    anyway = late_anyway(view, fresh_state(LEDGER_SEED))
    bound = earlier.bound if np.isfinite(earlier.bound) else lead_time_bound(problem, view.net)
    kept = wants_of(problem, earlier.lot_step, day_started(earlier.lot_from), earlier.lot_qty)
    if earlier.same:
        return result_of(view, earlier.schedule(), bound, clock, anyway), kept
    fresh, renewed = planned(problem, time_limit_s=FRESH_SHARE * time_limit_s, seed=seed, rounds=rounds)
    if np.isfinite(fresh.bound):
        bound = max(bound, fresh.bound) if np.isfinite(bound) else fresh.bound
    wants, schedule, cost = _nearest(view, earlier, kept, price, state, clock, rounds)
    if _cost(problem, earlier, of_result(fresh).schedule(), price) < cost - 1e-9:
        return replace(fresh, bound=bound, wall_s=time.perf_counter() - clock.start), renewed
    return result_of(view, schedule, bound, clock, anyway), wants


def of_result(result: PlanResult, *, same: bool = False) -> Earlier:
    """A plan as the earlier one of the same problem."""
    return Earlier(
        lot_step=result.lot_step,
        lot_qty=result.lot_qty,
        lot_from=result.lot_from,
        lot_to=result.lot_to,
        lot_ready=result.lot_ready,
        lot_machine=result.lot_machine,
        delivery_order=result.delivery_order,
        delivery_day=result.delivery_day,
        delivery_qty=result.delivery_qty,
        same=same,
        bound=result.bound,
    )


def _nearest(
    view: Frame, earlier: Earlier, kept: Wants, price: float, state: np.ndarray[tuple[int], np.dtype[np.uint64]], clock: Clock, rounds: int | None
) -> tuple[Wants, Schedule, float]:
    """The cheapest of the earlier plan carried out today, as it is or topped up, and what a search makes of it."""
    best: tuple[Wants, Schedule, float] | None = None
    wants = completed(view, kept)
    tried = [kept, wants]
    for batch in range(BATCHES if rounds is None else max(1, rounds // BATCH_ROUNDS)):
        for candidate in tried:
            schedule = execute(view, candidate)
            cost = _cost(view.problem, earlier, schedule, price)
            if best is None or cost < best[2] - 1e-9:
                best = copied(candidate), schedule, cost
        if batch and rounds is None and clock.left() <= 0:
            break
        search(view, wants, BATCH_ROUNDS, state)
        tried = [wants]
    assert best is not None
    return best


def _cost(problem: PlanProblem, earlier: Earlier, schedule: Schedule, price: float) -> float:
    """Weighted late pieces, and what moving away from the earlier plan costs."""
    late = late_pieces(problem, schedule.delivery_order, schedule.delivery_day, schedule.delivery_qty)
    old = zip(earlier.lot_step.tolist(), day_started(earlier.lot_from).tolist(), earlier.lot_qty.tolist(), strict=True)
    new = zip(schedule.lot_step.tolist(), schedule.lot_day.tolist(), schedule.lot_qty.tolist(), strict=True)
    return float(tier_weights(problem) @ late) + price * nervousness(moves(old, new))
