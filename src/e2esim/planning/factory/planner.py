"""The planner: from a problem to a plan that keeps every rule, within a time limit.

A backward pass gives a first plan at once; a linear programme says what to start when under capacity, priorities and
material; exact execution turns either into whole lots; a search changes the wants behind the better one and keeps
what helps.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from e2esim.planning.factory.blame import Ledger, judge, suspects
from e2esim.planning.factory.bought_less import bought_less
from e2esim.planning.factory.change_kernels import State
from e2esim.planning.factory.counterfactual import completed, completed_late, late_anyway, late_lifted, late_pieces
from e2esim.planning.factory.exact_model import exact_lots
from e2esim.planning.factory.execute import Wants, copied, execute, search, wants_of
from e2esim.planning.factory.first_choice import first_choices_again
from e2esim.planning.factory.first_claims import claimed, late_pieces_of
from e2esim.planning.factory.first_plan import Clock, FirstPlan, first_wants
from e2esim.planning.factory.frame import Frame, frame, longer
from e2esim.planning.factory.grid import tier_weights
from e2esim.planning.factory.lots_again import lots_again
from e2esim.planning.factory.made_less import made_less
from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import Floats, PlanProblem
from e2esim.planning.factory.result import PlanResult, PlanStatus
from e2esim.planning.factory.sooner import EPS, seen, sooner
from e2esim.planning.factory.trace import Schedule, peg, purchases_for
from e2esim.planning.factory.why_late import Entry, PlanWalk, walk_late
from e2esim.planning.factory.worked import by_weeks

__all__ = ["Clock", "fresh_state", "laid_out", "late_pieces", "plan", "planned", "result_of"]

SMALL_ORDERS = 250  # up to so many orders lots are also sought by constraint programming
FIRST_ROUNDS = 60  # tried changes before it
EXACT_SHARE = 0.85  # of the time left goes to it
LEAST_EXACT_S = 0.5  # time without which it is not begun [s]
RUN_OUT_DAYS = 98  # days after the last due day in which late orders are still planned by the search
LEDGER_SHARE = 0.1  # of the time is kept for the ledger of a small plant
LEDGER_SEED = 7  # of the quick plans behind the ledger, whatever the seed of the plan
FEW_ORDERS = 3000  # beyond, fewer limits are lifted, so that the ledger takes seconds
ROUNDS_A_LOOK = 20  # tried changes between two looks at the clock on a plant that is not small
CLOSE = 1e-5  # a plan this close to its bound, relative to the weight of all demand, is not improved further
FIRST_SHARE, NEXT_SHARE = 0.2, 0.5  # of the time left, at most so much goes to a search at random before those who wait have their turns
CLAIMS_SHARE = 0.3  # of the time left is kept for those who wait too long
CLAIM_SHARE = 0.4  # of the time left goes to the search of one round of first claims
MOST_TURNS = 2000  # plans tried in one round of such turns
ROUNDS_A_CLIMB = 400  # tried changes after which a search that has gained less than `PROGRESS` has stalled
PROGRESS = 0.005  # relative
KICKS = (2, 4, 8, 16)  # changes taken untried where a search goes on from its best plan, one try after the other
TRIES = 4  # climbs with new luck before those who wait have their turns
FRUITLESS = 5  # turns in a row that gain less than `PROGRESS` end the search


@dataclass(frozen=True, kw_only=True, eq=False)
class Laid:
    """Lots and deliveries of a plan before anybody asks why something is late, and the wants behind them."""

    view: Frame
    wants: Wants
    schedule: Schedule
    bound: float

    @property
    def objective(self) -> float:
        """Weighted late pieces."""
        problem, done = self.view.asked, self.schedule
        return float(tier_weights(problem) @ late_pieces(problem, done.delivery_order, done.delivery_day, done.delivery_qty))


def plan(problem: PlanProblem, *, time_limit_s: float = 10.0, seed: int = 1, rounds: int | None = None) -> PlanResult:
    """Plan all orders of a problem.

    Parameters
    ----------
    problem
        The facts.
    time_limit_s
        Wall time for the whole plan [s]; imports and the first compilation of kernels come on top.
    seed
        Seed of the search.
    rounds
        Exact number of tried changes instead of a search by the clock: then the plan is the same on every machine, as long
        as `time_limit_s` does not cut it short.

    Returns
    -------
    PlanResult
        Always a plan that keeps every rule; `status` says whether all orders are on time, some late or some never
        delivered.

    Notes
    -----
    The objective is the sum over orders of weight times pieces not delivered on or before the due day, the weight
    being ten times higher a priority (`tier_weights`). The search also counts days of delay and late orders.

    Examples
    --------
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> small = synthetic_problem(np.random.default_rng(1), finished=2, parts=2, bought=3, centres=3,
    ...                           orders=12, weeks=8, load=0.5)
    >>> done = plan(small, rounds=10)
    >>> bool(done.bound <= done.objective)
    True
    """
    return planned(problem, time_limit_s=time_limit_s, seed=seed, rounds=rounds)[0]


def planned(problem: PlanProblem, *, time_limit_s: float = 10.0, seed: int = 1, rounds: int | None = None) -> tuple[PlanResult, Wants]:
    """As `plan`, with the wants that the schedule follows, for whoever plans on from there."""
    clock = Clock(start=time.perf_counter(), limit_s=time_limit_s)
    view = _view(problem)
    began = time.perf_counter()
    anyway = late_anyway(view, fresh_state(LEDGER_SEED))
    quick_s = time.perf_counter() - began if rounds is None else -np.inf
    tail_s = 0.1 + min(4.0 * quick_s, max(2.0 * quick_s, LEDGER_SHARE * time_limit_s)) if rounds is None else 0.0  # for the ledger
    laid = _laid_out(view, FirstPlan(clock=clock, tail_s=tail_s, steady=rounds is not None), seed, rounds)
    return result_of(laid.view, laid.schedule, laid.bound, clock, anyway), laid.wants


def laid_out(problem: PlanProblem, kept: Wants | None, *, time_limit_s: float, seed: int, rounds: int) -> Laid:
    """The plan alone, without its ledger and without a proof: what is asked night after night.

    Parameters
    ----------
    kept
        What is left of the plan in force, None before the first. With it the linear programme looks at the first weeks only,
        where stock and lead times pinch, and the plan in force stands for the rest.

    Examples
    --------
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> small = synthetic_problem(np.random.default_rng(1), finished=2, parts=2, bought=3, centres=3,
    ...                           orders=12, weeks=8, load=0.5)
    >>> first = laid_out(small, None, time_limit_s=10.0, seed=1, rounds=10)
    >>> again = laid_out(small, first.wants, time_limit_s=10.0, seed=1, rounds=0)
    >>> bool(again.objective <= first.objective + 1e-6)
    True
    """
    clock = Clock(start=time.perf_counter(), limit_s=time_limit_s)
    proven = len(problem.orders) <= SMALL_ORDERS
    return _laid_out(_view(problem), FirstPlan(clock=clock, tail_s=0.0, steady=True, kept=kept, proven=proven), seed, rounds)


def _view(problem: PlanProblem) -> Frame:
    return frame(problem, network(problem), max(1, min(7 * problem.n_weeks, _end(problem) + RUN_OUT_DAYS)))


def _end(problem: PlanProblem) -> int:
    """First day without a due day at or after it."""
    return int(problem.order_due.max(initial=0)) + 1


def _laid_out(view: Frame, first: FirstPlan, seed: int, rounds: int | None) -> Laid:
    problem, end, clock, tail_s = view.asked, _end(view.asked), first.clock, first.tail_s
    calendar, state = 7 * problem.n_weeks, fresh_state(seed)
    wants, sure = first_wants(view, first, state, min(calendar, 7 * ((end + 13) // 7)))
    wants, bound = _exact(view, wants, sure, state, (clock, tail_s, end, rounds, seed))
    view, wants = _improved(view, wants, state, clock, tail_s, bound, rounds)
    wants = lots_again(view, first_choices_again(view, wants, state), state)

    def may_go_on() -> bool:
        return rounds is not None or clock.left() > tail_s

    wants = bought_less(view, wants, state, may_go_on)
    if _open(problem, execute(view, wants)).max(initial=0.0) > 1e-6:
        view = longer(view, calendar)
        wants = completed(view, wants)
    wants = made_less(view, wants, state, may_go_on)
    laid = Laid(view=view, wants=wants, schedule=execute(view, wants), bound=bound)
    return laid if bound <= laid.objective + EPS else replace(laid, bound=sure)  # a plan has shown the proof of whole lots to be wrong


def fresh_state(seed: int) -> State:
    """The state of a search that begins."""
    return np.array([(2 * seed + 1) * 0x9E3779B97F4A7C15 % (1 << 64)], dtype=np.uint64)


def _exact(view: Frame, wants: Wants, bound: float, state: State, budget: tuple[Clock, float, int, int | None, int]) -> tuple[Wants, float]:
    """On small plants, whole lots by constraint programming, where they are better than `wants`; their bound too."""
    clock, tail_s, end, rounds, seed = budget
    problem = view.problem
    if len(problem.orders) > SMALL_ORDERS or not problem.n_steps or not problem.orders:
        return wants, bound
    search(view, wants, FIRST_ROUNDS, state)
    plan = execute(view, wants)
    late = late_pieces(problem, plan.delivery_order, plan.delivery_day, plan.delivery_qty)
    if float(tier_weights(problem) @ late) <= bound + 1e-6 or (left := clock.left() - tail_s) < LEAST_EXACT_S:
        return wants, bound
    time_s = left if rounds is not None else EXACT_SHARE * left
    days = min(end + 1, 7 * problem.n_weeks)
    found = exact_lots(by_weeks(problem, view.lead_days), view.net, days, (plan, late), time_limit_s=time_s, rounds=rounds, seed=seed)
    if found is None:
        return wants, bound
    lots = completed_late(view, wants_of(problem, found.step, found.day, found.qty), state)

    def climbed(some: Wants) -> float:  # where the clock decides, by what a search makes of it
        return search(view, some, 0, state) if rounds is not None else _climbed(view, some, state, 0, lambda: clock.left() > tail_s, bound)

    better = min([wants, lots], key=climbed)
    return better, max(bound, found.bound) if problem.shifts is None and (problem.yields == 1.0).all() and not problem.lot_max.size else bound


def _improved(view: Frame, wants: Wants, state: State, clock: Clock, tail_s: float, bound: float, rounds: int | None) -> tuple[Frame, Wants]:
    """Wants after searches at random, each followed by turns for those who wait, and first claims for who waits too long: so many rounds of
    each, or in turn until the clock runs out or nothing helps.
    """

    strict = np.inf if len(view.problem.orders) <= SMALL_ORDERS else bound  # few late pieces are near proven there

    def steady(other: Frame, some: Wants) -> Wants:
        search(other, some, (rounds or 0) // 2, state)
        return sooner(other, some, (rounds or 0) // 2)

    if rounds is not None:
        search(view, wants, rounds, state)
        return claimed(view, sooner(view, wants, rounds), steady, bound=strict)

    def in_time(other: Frame, some: Wants) -> Wants:
        until_s = tail_s + (1.0 - CLAIM_SHARE) * (clock.left() - tail_s)
        some = _with_new_luck(other, some, state, lambda: clock.left() > until_s, 0.0)
        return sooner(other, some, MOST_TURNS, lambda: clock.left() > tail_s)

    enough = bound + CLOSE * float(view.orders.weight @ view.orders.qty)
    wants = _in_turns(view, wants, state, clock, tail_s + CLAIMS_SHARE * (clock.left() - tail_s), enough)
    view, wants = claimed(view, wants, in_time, lambda: clock.left() > tail_s, bound=strict)
    more = _in_turns(view, wants, state, clock, tail_s, enough)
    return view, more if late_pieces_of(view, seen(view, more)) <= late_pieces_of(view, seen(view, wants)) + EPS else wants


def _in_turns(view: Frame, wants: Wants, state: State, clock: Clock, tail_s: float, enough: float) -> Wants:
    """The best wants of a search at random and turns for those who wait, one after the other, until the clock runs out or nothing helps.

    A small plant is handed on after so many changes, whatever the machine; only a large one, or the end of its time, knows the clock.
    """
    best, failed, share = seen(view, wants), 0, FIRST_SHARE
    while failed < FRUITLESS and (left := clock.left() - tail_s) > 0.0:
        until_s = tail_s + (1.0 - share) * left
        wants = _with_new_luck(view, copied(wants), state, lambda until_s=until_s: clock.left() > until_s, enough)  # type: ignore[misc]
        wants, share = sooner(view, wants, MOST_TURNS, lambda: clock.left() > tail_s), NEXT_SHARE
        now, failed = seen(view, wants), failed + 1
        if now.beats(best):
            failed, best = failed if now.late > (1.0 - PROGRESS) * best.late else 0, now
        if search(view, wants, 0, state) <= enough:
            break
    return best.wants


def _with_new_luck(view: Frame, wants: Wants, state: State, may_go_on: Callable[[], bool], enough: float) -> Wants:
    """The best wants of some climbs: each begins from the best so far, but for the first after some changes that are taken untried."""
    best, cost = wants, _climbed(view, wants, state, 0, may_go_on, enough)
    for k in range(TRIES):
        if cost <= enough or not may_go_on():
            break
        tried = copied(best)
        new = _climbed(view, tried, state, KICKS[k % len(KICKS)], may_go_on, enough)
        if new < cost - EPS:
            best, cost = tried, new
    return best


def _climbed(view: Frame, wants: Wants, state: State, kicks: int, may_go_on: Callable[[], bool], enough: float) -> float:
    """Improve wants in place until progress has stalled; the cost reached.

    Each look at the clock gives up changes that cost nothing, so a small plant, quick to try, is looked at once a climb.
    """
    look = ROUNDS_A_CLIMB if len(view.problem.orders) <= SMALL_ORDERS else ROUNDS_A_LOOK
    cost, mark = search(view, wants, 0, state, kicks), np.inf
    while enough < cost < (1.0 - PROGRESS) * mark and may_go_on():
        mark = cost
        for _ in range(ROUNDS_A_CLIMB // look):
            if cost > enough and may_go_on():
                cost = search(view, wants, look, state)
    return cost


def _ledger(view: Frame, schedule: Schedule, walked: tuple[PlanWalk, list[Entry]], anyway: Floats) -> Ledger:
    """Why what is late is late: what the walks found, put to the test where more than one limit is suspected.

    It hangs on the plan alone: tests begin from its lots and a state of their own, and all of them are made.
    """
    first = judge(*walked, anyway)
    few = len(view.problem.orders) <= FEW_ORDERS
    suspected = suspects(walked[0], first)[: None if few else 2]
    if not suspected:
        return first
    own = wants_of(view.problem, schedule.lot_step, schedule.lot_day, schedule.lot_qty)
    return judge(*walked, anyway, late_lifted(view, own, suspected, fresh_state(LEDGER_SEED)))


def _open(problem: PlanProblem, schedule: Schedule) -> Floats:
    given = np.bincount(schedule.delivery_order, weights=schedule.delivery_qty, minlength=problem.order_qty.size)
    return np.maximum(problem.order_qty - given, 0.0)


def result_of(view: Frame, schedule: Schedule, bound: float, clock: Clock, anyway: Floats) -> PlanResult:
    """The plan with its purchases, pegging and ledger; see `plan` and `e2esim.planning.factory.calm`."""
    problem, net = view.asked, view.net
    bought = purchases_for(problem, net, schedule)
    pegs = peg(problem, net, schedule, bought)
    ledger = _ledger(view, schedule, walk_late(problem, net, schedule, bought, pegs), anyway)
    late = late_pieces(problem, schedule.delivery_order, schedule.delivery_day, schedule.delivery_qty)
    never = _open(problem, schedule).max(initial=0.0) > 1e-6
    status = PlanStatus.SHORT if never else PlanStatus.LATE if late.max(initial=0.0) > 1e-6 else PlanStatus.ON_TIME
    source, qty, received = bought
    return PlanResult(
        status=status,
        lot_step=schedule.lot_step,
        lot_qty=schedule.lot_qty,
        lot_start=schedule.lot_day,
        lot_end=schedule.lot_end,
        lot_from=schedule.lot_from,
        lot_to=schedule.lot_to,
        lot_ready=schedule.lot_ready,
        lot_machine=schedule.lot_machine,
        purchase_source=source,
        purchase_qty=qty,
        purchase_ordered=received - problem.source_lead_days[source],
        purchase_received=received,
        delivery_order=schedule.delivery_order,
        delivery_day=schedule.delivery_day,
        delivery_qty=schedule.delivery_qty,
        peg_delivery=pegs.peg_delivery,
        peg_kind=pegs.peg_kind,
        peg_row=pegs.peg_row,
        peg_qty=pegs.peg_qty,
        feed_lot=pegs.feed_lot,
        feed_kind=pegs.feed_kind,
        feed_row=pegs.feed_row,
        feed_qty=pegs.feed_qty,
        late_order=ledger.order,
        late_cause=ledger.cause,
        late_place=ledger.place,
        late_day=ledger.day,
        late_qty=ledger.qty,
        objective=float(tier_weights(problem) @ late),
        bound=bound,
        wall_s=time.perf_counter() - clock.start,
    )
