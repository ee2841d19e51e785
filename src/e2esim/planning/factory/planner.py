"""The planner: from a problem to a plan that keeps every rule, within a time limit.

A backward pass gives a first plan at once; a linear programme says what to start when under capacity, priorities and
material; exact execution turns either into whole lots; a search changes the wants behind the better one and keeps
what helps.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from e2esim.planning.factory.blame import Ledger, judge, suspects
from e2esim.planning.factory.bought_less import bought_less
from e2esim.planning.factory.bounds import lead_time_bound, relaxed_bound
from e2esim.planning.factory.change_kernels import State
from e2esim.planning.factory.counterfactual import completed, completed_late, late_anyway, late_lifted, late_pieces
from e2esim.planning.factory.exact_model import exact_lots
from e2esim.planning.factory.execute import Wants, backward, execute, parted, search, wants_of
from e2esim.planning.factory.first_choice import first_choices_again
from e2esim.planning.factory.flow_lp import solve_flow
from e2esim.planning.factory.frame import Frame, frame, longer
from e2esim.planning.factory.grid import demand_of, early_due, lot_cycles, tier_weights, weekly_slots
from e2esim.planning.factory.made_less import made_less
from e2esim.planning.factory.network import MaterialNetwork, network
from e2esim.planning.factory.problem import Floats, PlanProblem
from e2esim.planning.factory.result import PlanResult, PlanStatus
from e2esim.planning.factory.trace import Schedule, peg, purchases_for
from e2esim.planning.factory.why_late import Entry, PlanWalk, walk_late
from e2esim.planning.factory.worked import by_weeks

__all__ = ["Clock", "fresh_state", "late_pieces", "plan", "result_of"]

SMALL_ORDERS = 250  # up to so many orders lots are also sought by constraint programming
FIRST_ROUNDS = 60  # tried changes before it
EXACT_SHARE = 0.85  # of the time left goes to it
LEAST_EXACT_S = 0.5  # time without which it is not begun [s]
SECOND_H = 1e-4  # price of an hour at a second choice in the linear programmes, in late pieces
PART_H = (24.0, 8.0)  # machine hours of a part of a lot that is tried
BUFFERS = (3, 7)  # days by which a backward plan may be early, tried in turn
RUN_OUT_DAYS = 98  # days after the last due day in which late orders are still planned by the search
NEAR_DAYS = 70  # the first linear programme looks this far [d]
NEAR_SHARE = 0.7  # of the time left, at most this share may go to it
FULL_OVER_NEAR = 5.0  # the whole programme is tried when this many times the first one's time is left
LEDGER_SEED = 7  # of the quick plans behind the ledger, whatever the seed of the plan
FEW_ORDERS = 3000  # beyond, fewer limits are lifted, so that the ledger takes seconds
LP_SHARE = 0.8  # of the time left, at most this share may go to the linear programme
ROUNDS_A_LOOK = 20  # tried changes between two looks at the clock
CLOSE = 1e-5  # a plan this close to its bound, relative to the weight of all demand, is not improved further
PROGRESS = 0.005  # the search has stalled when it gains less than this in a good part of its time


@dataclass(frozen=True, kw_only=True)
class Clock:
    """When planning began and how long it may take."""

    start: float
    limit_s: float

    def left(self) -> float:
        """Seconds left."""
        return self.start + self.limit_s - time.perf_counter()


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
    net = network(problem)
    calendar = 7 * problem.n_weeks
    end = int(problem.order_due.max(initial=0)) + 1
    view = frame(problem, net, max(1, min(calendar, end + RUN_OUT_DAYS)))
    state = fresh_state(seed)
    began = time.perf_counter()
    anyway = late_anyway(view, fresh_state(LEDGER_SEED))
    quick_s = time.perf_counter() - began if rounds is None else -np.inf
    tail_s = 0.1 + 2.0 * quick_s if rounds is None else 0.0  # for the ledger
    wants, bound = _start(view, net, state, clock, tail_s, min(calendar, 7 * ((end + 13) // 7)), rounds is not None)
    wants, bound = _exact(view, wants, bound, state, (clock, tail_s, end, rounds, seed))
    _search(view, wants, state, clock, tail_s, bound, rounds)
    wants = first_choices_again(view, wants, state)

    def may_go_on() -> bool:
        return rounds is not None or clock.left() > tail_s

    wants = bought_less(view, wants, state, may_go_on)
    if _open(problem, execute(view, wants)).max(initial=0.0) > 1e-6:
        view = longer(view, calendar)
        wants = completed(view, wants)
    wants = made_less(view, wants, state, may_go_on)
    schedule = execute(view, wants)
    return result_of(view, schedule, bound, clock, anyway), wants


def _start(view: Frame, net: MaterialNetwork, state: State, clock: Clock, tail_s: float, horizon: int, steady: bool) -> tuple[Wants, float]:
    """The best wants before the search, and a lower bound of the objective; `steady`: the clock chooses nothing, it only caps."""
    problem = view.problem
    ways = (True,) if problem.is_main.all() else (True, False)  # with second choices and without
    wants = _best(view, [backward(view, early_due(problem, b), second=second) for b in BUFFERS for second in ways], state)
    bound = lead_time_bound(problem, net)
    if not (problem.n_steps and problem.orders):
        return wants, bound
    began = time.perf_counter()
    near = _near(view, horizon, (1.0 if steady else NEAR_SHARE) * (clock.left() - tail_s))
    if near is not None:
        wants = _best(view, [wants, near], state)
    expected_s = FULL_OVER_NEAR * (time.perf_counter() - began)
    time_s = (1.0 if steady else LP_SHARE) * (clock.left() - tail_s)
    began = time.perf_counter()
    guided = _guided(view, horizon, time_s) if steady or expected_s < time_s else None
    lp_s = time.perf_counter() - began
    if guided is not None:
        wants = _best(view, [wants, guided], state)
        if steady or clock.left() > 2.5 * lp_s + 0.3 * clock.limit_s:
            relaxed = relaxed_bound(problem, net, horizon, (1.0 if steady else 0.4) * clock.left())
            bound = max(bound, relaxed) if np.isfinite(relaxed) else bound
    return wants, bound


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
    better = min([wants, lots], key=lambda some: search(view, some, 0, state))
    return better, max(bound, found.bound) if problem.shifts is None and (problem.yields == 1.0).all() and not problem.lot_max.size else bound


def _best(view: Frame, candidates: list[Wants], state: State) -> Wants:
    """The cheapest of some wants, each as it is, in parts of a day or a shift, and topped up for what it never delivers."""
    candidates = candidates + [part for w in candidates for hours in PART_H if (part := parted(view, w, hours)) is not None]
    return min(candidates + [completed(view, w) for w in candidates], key=lambda w: search(view, w, 0, state))


def _guided(view: Frame, horizon: int, time_limit_s: float) -> Wants | None:
    """Wants of the linear programme, None when it found no optimum in time.

    Orders get a buffer of one lot cycle: rounding to whole lots costs days, and hours are seldom the limit everywhere.
    """
    problem, net = by_weeks(view.problem, view.lead_days), view.net
    weeks = max(1.0, horizon / 7.0 - 1.0)
    cycle = lot_cycles(problem, net, weeks)
    buffer = round(7 * min(3.0, max(1.0, float(np.median(cycle)))))
    slots = weekly_slots(problem, net, horizon, cycle, weeks)
    flow = solve_flow(problem, net, slots, demand_of(problem, early_due(problem, buffer)), second=SECOND_H, time_limit_s=time_limit_s)
    return wants_of(problem, slots.step, slots.day, flow.qty) if flow.optimal else None


def _search(view: Frame, wants: Wants, state: State, clock: Clock, tail_s: float, bound: float, rounds: int | None) -> None:
    """Improve wants in place until the rounds or the clock run out, the bound is near or progress has stalled."""
    if rounds is not None:
        search(view, wants, rounds, state)
        return
    enough = bound + CLOSE * float(view.orders.weight @ view.orders.qty)
    cost = search(view, wants, 0, state)
    began = mark = time.perf_counter()
    mark_cost = cost
    while clock.left() > tail_s and cost > enough:
        cost = search(view, wants, ROUNDS_A_LOOK, state)
        now = time.perf_counter()
        if cost < (1.0 - PROGRESS) * mark_cost:
            mark, mark_cost = now, cost
        elif now - mark > max(2.0, 0.4 * (now - began)):
            return


def _near(view: Frame, horizon: int, time_limit_s: float) -> Wants | None:
    """Wants of a linear programme over the first weeks, where stock and lead times pinch, and of a backward pass for
    the rest.
    """
    if horizon <= NEAR_DAYS:
        return None
    problem, net = by_weeks(view.problem, view.lead_days), view.net
    weeks = horizon / 7.0 - 1.0
    slots = weekly_slots(problem, net, NEAR_DAYS, lot_cycles(problem, net, weeks), weeks)
    early = early_due(problem, BUFFERS[-1])
    soon = np.where(problem.order_due < NEAR_DAYS, problem.order_qty, 0.0)
    flow = solve_flow(problem, net, slots, demand_of(problem, early, soon), second=SECOND_H, time_limit_s=time_limit_s)
    if not flow.optimal:
        return None
    row, node, per = net.inputs_of(slots.step)
    stock, room = view.stores.stock + view.stores.receipts.sum(axis=0), problem.capacity_h.copy()
    np.add.at(stock, net.step_output[slots.step], flow.qty)
    np.subtract.at(stock, node, flow.qty[row] * per)
    np.subtract.at(stock, problem.order_item, soon)
    np.subtract.at(room, (problem.step_centre[slots.step], slots.day // 7), flow.qty * slots.run_h)
    rest = backward(view, early, stock=np.maximum(stock, 0.0), capacity=np.maximum(room, 0.0), qty=problem.order_qty - soon)
    return wants_of(problem, np.r_[slots.step, rest.step], np.r_[slots.day, rest.day], np.r_[flow.qty, rest.qty])


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


def fresh_state(seed: int) -> State:
    """The state of a search that begins."""
    return np.array([(2 * seed + 1) * 0x9E3779B97F4A7C15 % (1 << 64)], dtype=np.uint64)


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
