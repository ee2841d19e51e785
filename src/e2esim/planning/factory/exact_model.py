"""Small plants as a programme of whole numbers: lots, set-ups and weekly hours at once, solved by HiGHS and CP-SAT.

The fractional programme rounds to lots afterwards, which costs most where lots are few. Up to `MOST_SLOTS` starts the lots
themselves are decided: pieces of every step on every day, with smallest lot, multiple and set-up, stock of every item and work in
process never below zero, hours of every week, and what each order gets on its due day. The objective is that of the plan, weighted
pieces not on time.
What is late is made from what is left over (`counterfactual.completed_late`). Machines by the hour are
seen by the week (`worked.by_weeks`); the execution puts their lots in hours.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from e2esim.planning.factory.branch_and_bound import Branched, branch_and_bound
from e2esim.planning.factory.grid import need_by_any_way, tier_weights
from e2esim.planning.factory.network import MaterialNetwork
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem
from e2esim.planning.factory.trace import Schedule

MOST_SLOTS = 4000  # starts of a model that is worth solving
HOURS = 1000  # whole numbers in an hour
COST = 1000  # whole numbers in a weighted late piece
SCALES = (1, 2, 4, 5, 10, 20, 50, 100, 200, 500, 1000)  # whole numbers in a piece, as fine as a node needs
THREADS = 8  # different searches of the solver, in turn where there are fewer processors
BRANCH_SHARE = 0.7  # of the time goes to branch and bound; constraint programming goes on from there
BRANCH_ROUNDS = 1000  # rounds, as nodes of its tree, below which it is left out: its first node alone takes seconds
STEADY_WORK = 0.002  # deterministic seconds of the solver a round


Expr = Any  # a sum of variables of the solver


@dataclass(frozen=True, kw_only=True, eq=False)
class ExactLots:
    """Lots (step, day, pieces) and the least weighted late pieces that any plan by the week can have."""

    step: Ints
    day: Ints
    qty: Floats
    bound: float


class _Model:
    """The programme under construction; node balances are chains of stocks from day to day."""

    def __init__(self, problem: PlanProblem, net: MaterialNetwork, days: int) -> None:
        self.problem, self.net, self.days = problem, net, days
        self.model = cp_model.CpModel()
        whole = np.where(problem.lot_multiple > 0, problem.lot_multiple, 1.0)[problem.step_item]
        self.multiple = whole
        self.least = np.maximum(np.ceil(problem.lot_min[problem.step_item] / whole), 1.0)
        self.parts = [_scale(problem, net, node) for node in range(net.n_nodes)]
        self.lots: dict[tuple[int, int], tuple[cp_model.IntVar, cp_model.IntVar]] = {}
        self.on_time: dict[int, cp_model.IntVar] = {}
        self.moves: dict[tuple[int, int], list[Expr]] = {}

    def move(self, node: int, day: int, change: Expr) -> None:
        """Pieces that come to a node (or leave it) on a day, in its parts."""
        self.moves.setdefault((node, day), []).append(change)

    def add_lots(self, most: Floats, starts: list[list[int]]) -> None:
        """Starts of every step on its days: multiples of its lot, at least the smallest one."""
        p, n = self.problem, self.net
        for s in range(p.n_steps):
            flow, most_here = int(p.step_flow_days[s]), int(np.ceil(most[p.step_item[s]] / self.multiple[s]) + self.least[s])
            out = int(n.step_output[s])
            for day in starts[s]:
                room = p.capacity_h[p.step_centre[s], min(day // 7, p.n_weeks - 1)] - p.step_setup_h[s]
                fits = int((room + 1e-6) / (p.step_run_h[s] * self.multiple[s])) if p.step_run_h[s] > 0 else most_here
                if room < 0 or fits < self.least[s]:
                    continue
                top = min(most_here, fits, int(min(p.largest_lot[p.step_item[s]] / self.multiple[s] + 1e-6, 1e9)))
                pieces, runs = self.model.new_int_var(0, top, ""), self.model.new_bool_var("")
                self.model.add(pieces <= top * runs)
                self.model.add(pieces >= int(self.least[s]) * runs)
                self.lots[s, day] = pieces, runs
                self.move(out, day + flow, round(self.multiple[s] * self.parts[out]) * pieces)
                for i in range(n.in_start[s], n.in_start[s + 1]):
                    node = int(n.in_node[i])
                    self.move(node, day, -int(np.ceil(self.multiple[s] * n.in_qty[i] * self.parts[node] - 1e-6)) * pieces)

    def add_hours(self) -> None:
        """Hours of every work centre and week."""
        p, used = self.problem, dict[tuple[int, int], list[Expr]]()
        for (s, day), (pieces, runs) in self.lots.items():
            hours = round(p.step_run_h[s] * self.multiple[s] * HOURS) * pieces + round(p.step_setup_h[s] * HOURS) * runs
            used.setdefault((int(p.step_centre[s]), day // 7), []).append(hours)
        for (c, week), some in used.items():
            self.model.add(sum(some) <= int(p.capacity_h[c, week] * HOURS + 1e-6))

    def add_orders(self) -> Expr:
        """What each order gets on its due day; returns the weighted pieces that it does not get, in parts of `COST`."""
        p, weight, cost = self.problem, tier_weights(self.problem), []
        for j, item in enumerate(p.order_item.tolist()):
            parts, due = self.parts[item], int(p.order_due[j])
            qty, price = round(p.order_qty[j] * parts), round(weight[j] * COST / parts)
            if due >= self.net.free_from[item]:
                continue
            if due < 0:
                cost.append(price * qty)
                continue
            self.on_time[j] = self.model.new_int_var(0, qty, "")
            self.move(item, min(due, self.days - 1), -self.on_time[j])
            cost.append(price * (qty - self.on_time[j]))
        return sum(cost)

    def add_stock(self) -> None:
        """No node below zero on any day before purchases of it cover everything."""
        p, n = self.problem, self.net
        opening: dict[int, int] = {k: int(p.on_hand[k] * self.parts[k] + 1e-6) for k in range(p.n_items)}
        come: dict[tuple[int, int], int] = {}
        for node, day, qty in zip(p.receipt_item.tolist(), p.receipt_day.tolist(), p.receipt_qty.tolist(), strict=True):
            come[node, day] = come.get((node, day), 0) + int(qty * self.parts[node] + 1e-6)
        for node in {node for node, _ in self.moves}:
            stock: Expr = opening.get(node, 0)
            for day in range(min(self.days, int(n.free_from[node]))):
                change = self.moves.get((node, day), [])
                stock = stock + sum(change) + come.get((node, day), 0)
                if change:
                    left = self.model.new_int_var(0, 1 << 40, "")
                    self.model.add(left == stock)
                    stock = left


def exact_lots(
    problem: PlanProblem, net: MaterialNetwork, days: int, begin: tuple[Schedule, Floats], *, time_limit_s: float, rounds: int | None, seed: int
) -> ExactLots | None:
    """Lots of a small plant, None when it is too large or nothing was found.

    Parameters
    ----------
    problem
        By the week (`worked.by_weeks`).
    begin
        A plan to begin from, and the pieces of each order that it has late, (n_orders,).
    rounds
        Instead of the clock: work of the solver in rounds, on one thread, the same on every machine.
    """
    starts = start_days(problem, net, days)
    if not 0 < sum(len(some) for some in starts) <= MOST_SLOTS:
        return None
    build = _Model(problem, net, days)
    build.add_lots(need_by_any_way(problem, net), starts)
    build.add_hours()
    cost = build.add_orders()
    build.add_stock()
    build.model.minimize(cost)
    values, bound = _solved(build, starts, begin, time_limit_s, rounds, seed)
    if values is None:
        return None
    rows = [(s, day, values[pieces.index] * build.multiple[s]) for (s, day), (pieces, _) in build.lots.items() if values[pieces.index] > 0]
    return ExactLots(
        step=np.array([s for s, _, _ in rows], dtype=np.int64),
        day=np.array([day for _, day, _ in rows], dtype=np.int64),
        qty=np.array([qty for _, _, qty in rows], dtype=np.float64),
        bound=bound / COST,
    )


def _solved(
    build: _Model, starts: list[list[int]], begin: tuple[Schedule, Floats], time_limit_s: float, rounds: int | None, seed: int
) -> tuple[Ints | None, float]:
    """Values of the model's variables, None where none were found, and what no plan can go below, in parts of `COST`.

    Branch and bound first, unless there are too few rounds for its first node; constraint programming for the rest of the time.
    """
    began = time.perf_counter()
    first = Branched(values=None, objective=np.inf, bound=-np.inf, best=False)
    if rounds is None or rounds >= BRANCH_ROUNDS:
        first = branch_and_bound(build.model, time_limit_s=(1.0 if rounds is not None else BRANCH_SHARE) * time_limit_s, nodes=rounds)
    if first.best:
        return first.values, first.bound
    if first.values is None:
        _hint(build, starts, *begin)
    else:
        for k, value in enumerate(first.values.tolist()):
            build.model.add_hint(build.model.get_int_var_from_proto_index(k), value)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(time_limit_s - (time.perf_counter() - began), 0.1)
    solver.parameters.random_seed = seed
    solver.parameters.num_workers = 1 if rounds is not None else THREADS
    if rounds is not None:
        solver.parameters.max_deterministic_time = max(STEADY_WORK * rounds, 0.1)
    if solver.solve(build.model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return first.values, first.bound
    bound = max(first.bound, solver.best_objective_bound)
    if first.values is not None and first.objective <= solver.objective_value:
        return first.values, bound
    return np.array([solver.value(build.model.get_int_var_from_proto_index(k)) for k in range(len(build.model.proto.variables))], dtype=np.int64), bound


def _hint(build: _Model, starts: list[list[int]], plan: Schedule, late: Floats) -> None:
    """Begin from the lots of a plan, each on the last day before its own on which lots of its step may start."""
    known: dict[tuple[int, int], float] = {}
    for s, day, qty in zip(plan.lot_step.tolist(), plan.lot_day.tolist(), plan.lot_qty.tolist(), strict=True):
        if day < build.days and starts[s]:
            at = starts[s][max(bisect_right(starts[s], day) - 1, 0)]
            known[s, at] = known.get((s, at), 0.0) + qty
    for key, (pieces, runs) in build.lots.items():
        build.model.add_hint(pieces, round(known.get(key, 0.0) / build.multiple[key[0]]))
        build.model.add_hint(runs, key in known)
    for j, given in build.on_time.items():
        item = int(build.problem.order_item[j])
        build.model.add_hint(given, round((build.problem.order_qty[j] - late[j]) * build.parts[item]))


def start_days(problem: PlanProblem, net: MaterialNetwork, days: int) -> list[list[int]]:
    """Days on which lots of each step are worth starting, (n_steps,): Mondays of the plan, and days on which an input comes.

    Hours are by week, so a lot that starts between such days could start on the last of them before.
    """
    mondays = set(range(0, days, 7))
    comes: dict[int, set[int]] = {}
    for node, day in zip(problem.receipt_item.tolist(), problem.receipt_day.tolist(), strict=True):
        comes.setdefault(node, set()).add(int(day))
    for node in range(net.n_nodes):
        if net.free_from[node] < days:
            comes.setdefault(node, set()).add(int(net.free_from[node]))
    starts: list[list[int]] = [[] for _ in range(problem.n_steps)]
    for s in sorted(range(problem.n_steps), key=lambda s: (-net.level[problem.step_item[s]], s)):
        inputs = net.in_node[net.in_start[s] : net.in_start[s + 1]].tolist()
        flow = int(problem.step_flow_days[s])
        starts[s] = sorted(day for day in mondays.union(*(comes.get(node, set()) for node in inputs)) if day < days - flow)
        comes.setdefault(int(net.step_output[s]), set()).update(day + flow for day in starts[s])
    return starts


def _scale(problem: PlanProblem, net: MaterialNetwork, node: int) -> int:
    """Whole numbers in a piece of a node, so that all its quantities are whole."""
    row = problem.bom_component == node if node < problem.n_items else np.zeros(problem.bom_qty.size, dtype=bool)
    some = np.concatenate([problem.bom_qty[row], problem.order_qty[problem.order_item == node], problem.lot_multiple[problem.lot_multiple > 0]])
    return next((k for k in SCALES if np.abs(some * k - np.round(some * k)).max(initial=0.0) < 1e-6), SCALES[-1])
