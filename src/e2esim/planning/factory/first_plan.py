"""The wants from which the search of a plan begins: backward passes, linear programmes, and the plan in force where there is one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from e2esim.planning.factory.bounds import lead_time_bound, relaxed_bound
from e2esim.planning.factory.change_kernels import State
from e2esim.planning.factory.counterfactual import completed
from e2esim.planning.factory.execute import Wants, backward, parted, search, wants_of
from e2esim.planning.factory.flow_lp import solve_flow
from e2esim.planning.factory.frame import Frame
from e2esim.planning.factory.grid import demand_of, early_due, lot_cycles, weekly_slots
from e2esim.planning.factory.worked import by_weeks

SECOND_H = 1e-4  # price of an hour at a second choice in the linear programmes, in late pieces
PART_H = (24.0, 8.0)  # machine hours of a part of a lot that is tried
BUFFERS = (3, 7)  # days by which a backward plan may be early, tried in turn
NEAR_DAYS = 70  # the first linear programme looks this far [d]
NEAR_SHARE = 0.7  # of the time left, at most this share may go to it
BACKWARD_SHARE = 0.15  # of the time left, after which no more backward plans are topped up
FULL_OVER_NEAR = 15.0  # the whole programme is tried when this many times the first one's time is left (measured: 12 to 15 with 10,000 orders)
LP_SHARE = 0.8  # of the time left, at most this share may go to the linear programme


@dataclass(frozen=True, kw_only=True)
class Clock:
    """When planning began and how long it may take."""

    start: float
    limit_s: float

    def left(self) -> float:
        """Seconds left."""
        return self.start + self.limit_s - time.perf_counter()


@dataclass(frozen=True, kw_only=True, eq=False)
class FirstPlan:
    """How a plan begins.

    Parameters
    ----------
    tail_s
        Time that must be left for what comes behind [s].
    steady
        The clock chooses nothing, it only caps.
    kept
        What is left of a plan in force: it stands for the linear programme over the whole horizon.
    proven
        Whether a relaxation of the whole horizon is solved for the bound.
    """

    clock: Clock
    tail_s: float
    steady: bool
    kept: Wants | None = None
    proven: bool = True

    def share_s(self, share: float) -> float:
        """Seconds that may go to a step that may take a share of what is left, all of it where the clock only caps."""
        return (1.0 if self.steady else share) * (self.clock.left() - self.tail_s)


def first_wants(view: Frame, first: FirstPlan, state: State, horizon: int) -> tuple[Wants, float]:
    """The best wants before the search, and a lower bound of the objective."""
    problem = view.problem
    ways = (True,) if problem.is_main.all() else (True, False)  # with second choices and without
    buffers = (0, *BUFFERS) if problem.cover.any() or problem.fill.any() else BUFFERS  # lots by rule are laid on the days of the orders first
    candidates = [backward(view, early_due(problem, b), second=second) for b in buffers for second in ways]
    until_s = first.clock.left() - first.share_s(BACKWARD_SHARE)
    wants = best_wants(view, candidates + ([] if first.kept is None else [first.kept]), state, lambda: first.steady or first.clock.left() > until_s)
    bound = lead_time_bound(problem, view.net)
    if not (problem.n_steps and problem.orders):
        return wants, bound
    began = time.perf_counter()
    near = _near(view, horizon, first.share_s(NEAR_SHARE))
    if near is not None:
        wants = best_wants(view, [wants, near], state)
    if first.kept is not None and near is not None:
        return wants, bound
    return _over_all(view, first, state, horizon, (wants, bound, FULL_OVER_NEAR * (time.perf_counter() - began)))


def _over_all(view: Frame, first: FirstPlan, state: State, horizon: int, so_far: tuple[Wants, float, float]) -> tuple[Wants, float]:
    """Wants and bound with the linear programmes over the whole horizon; `so_far` are those without and the time expected for one [s]."""
    wants, bound, expected_s = so_far
    time_s = first.share_s(LP_SHARE)
    began = time.perf_counter()
    guided = _guided(view, horizon, time_s) if first.steady or expected_s < time_s else None
    if guided is None:
        return wants, bound
    lp_s = time.perf_counter() - began
    wants = best_wants(view, [wants, guided], state)
    left_s = first.clock.left()
    if first.proven and (first.steady or left_s > 2.5 * lp_s + 0.3 * first.clock.limit_s):
        relaxed = relaxed_bound(view.problem, view.net, horizon, (1.0 if first.steady else 0.4) * left_s)
        bound = max(bound, relaxed) if np.isfinite(relaxed) else bound
    return wants, bound


def best_wants(view: Frame, candidates: list[Wants], state: State, may_go_on: Callable[[], bool] = lambda: True) -> Wants:
    """The cheapest of some wants, each as it is, in parts of a day or a shift, and topped up for what it never delivers, the cheapest first, as
    long as it may go on.
    """
    candidates = candidates + [part for w in candidates for hours in PART_H if (part := parted(view, w, hours)) is not None]
    priced = [(search(view, w, 0, state), k, w) for k, w in enumerate(candidates)]
    more: list[tuple[float, int, Wants]] = []
    for _, k, wants in sorted(priced, key=lambda row: row[:2]):
        if more and not may_go_on():
            break
        full = completed(view, wants)
        more.append((search(view, full, 0, state), len(priced) + k, full))
    return min(priced + more, key=lambda row: row[:2])[2]


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
