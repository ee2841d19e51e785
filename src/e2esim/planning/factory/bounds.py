"""Lower bounds on the weighted late pieces of any plan."""

from __future__ import annotations

import numpy as np

from e2esim.planning.factory.flow_lp import solve_flow
from e2esim.planning.factory.grid import demand_of, optimistic_slots, tier_weights
from e2esim.planning.factory.network import MaterialNetwork
from e2esim.planning.factory.problem import AS_USUAL, TAKES_PARTS, Ints, PlanProblem


def lead_time_bound(problem: PlanProblem, net: MaterialNetwork) -> float:
    """Weighted pieces due before anything new can be made, beyond what lies in stock; blind to capacity and shared
    parts.
    """
    earliest = earliest_days(problem, net)
    weight = tier_weights(problem)
    total = overdue_weight(problem)
    for item in np.unique(problem.order_item):
        soon = (problem.order_due >= 0) & (problem.order_due < earliest[item])
        rows = np.flatnonzero((problem.order_item == item) & soon)
        come = (problem.receipt_item == item) & (problem.receipt_day <= earliest[item])
        short = problem.order_qty[rows].sum() - problem.on_hand[item] - problem.receipt_qty[come].sum()
        for j in rows[np.argsort(weight[rows], kind="stable")]:
            if short <= 0:
                break
            total += weight[j] * min(short, problem.order_qty[j])
            short -= problem.order_qty[j]
    return float(total)


def overdue_weight(problem: PlanProblem) -> float:
    """Weighted pieces due before day 0, late whatever is done."""
    return float(np.where(problem.order_due < 0, problem.order_qty, 0.0) @ tier_weights(problem))


def earliest_days(problem: PlanProblem, net: MaterialNetwork) -> Ints:
    """First day on which one new piece of each item can be in stock, (n_items,), when parts in stock are there at
    once.
    """
    ready = np.full(problem.n_items, np.iinfo(np.int64).max // 4)
    ready[problem.source_item] = net.free_from[problem.source_item]
    here = (problem.on_hand > 0) | np.isin(np.arange(problem.n_items), problem.receipt_item)
    for row in np.flatnonzero(~problem.item_receipts):  # work in process needs the rest of its routing only
        step = int(problem.receipt_item[row]) - problem.n_items
        item = int(problem.step_item[step])
        rest = problem.step_flow_days[step + 1 :][(problem.step_item == item)[step + 1 :] & problem.is_main[step + 1 :]].sum()
        ready[item] = min(int(ready[item]), int(problem.receipt_day[row]) + int(rest))
    for item in np.argsort(-net.level, kind="stable"):
        steps = (problem.step_item == item) & problem.is_main
        if steps.any():
            parts = problem.bom_component[problem.bom_parent == item]
            wait = max((0 if here[c] else int(ready[c]) for c in parts), default=0)
            ready[item] = min(int(ready[item]), wait + int(problem.step_flow_days[steps].sum()))
            for s in np.flatnonzero((problem.step_item == item) & (problem.takes != AS_USUAL)).tolist():  # by another routing
                from_item = int(problem.takes[s])
                before = wait if from_item == TAKES_PARTS else 0 if here[from_item] else int(ready[from_item])
                ready[item] = min(int(ready[item]), before + int(problem.step_flow_days[s]))
    return ready


def relaxed_bound(problem: PlanProblem, net: MaterialNetwork, horizon: int, time_limit_s: float) -> float:
    """Optimum of the fractional plan without set-ups and smallest lots on optimistic days; nan when not solved in
    time.
    """
    flow = solve_flow(
        problem,
        net,
        optimistic_slots(problem, horizon, daily=7),
        demand_of(problem, problem.order_due, np.where(problem.order_due < 0, 0.0, problem.order_qty)),
        delay=0.0,
        time_limit_s=time_limit_s,
    )
    return flow.objective + overdue_weight(problem) if flow.optimal else float("nan")
