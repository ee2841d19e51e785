"""When steps may start in the fractional plan, how large their usual lots are, and how orders are summed into
demand.
"""

from __future__ import annotations

import numpy as np

from e2esim.planning.factory.flow_model import Demand, Slots
from e2esim.planning.factory.network import MaterialNetwork
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem

SETUP_SHARE = 0.25  # of the hours that running leaves idle, set-ups may take this share; the rest absorbs weeks that differ
LONGEST_CYCLE_WEEKS = 13.0


def tier_weights(problem: PlanProblem) -> Floats:
    """Price of a late piece of each order, (n_orders,): ten times more a priority, the lowest three steps apart.

    Priorities are ranked; beyond four ranks the highest share a weight so that the numbers stay well scaled.
    """
    ranks = np.unique(problem.order_priority)
    below = ranks.size - 1 - np.searchsorted(ranks, problem.order_priority)
    return np.power(10.0, np.minimum(below, 3).astype(np.float64))


def net_need(problem: PlanProblem, net: MaterialNetwork) -> Floats:
    """Pieces of every item to be made or bought for all orders after stock and receipts, (n_items,)."""
    need = np.bincount(problem.order_item, weights=problem.order_qty, minlength=problem.n_items).astype(np.float64)
    owner = [problem.receipt_owner(row) for row in range(problem.receipt_item.size)]
    have = problem.on_hand + np.bincount(np.array(owner, dtype=np.int64), weights=problem.receipt_qty, minlength=problem.n_items)
    for level in range(int(net.level.max(initial=0)) + 1):
        here = net.level == level
        need[here] = np.maximum(0.0, need[here] - have[here])
        rows = here[problem.bom_parent]
        np.add.at(need, problem.bom_component[rows], need[problem.bom_parent[rows]] * problem.bom_need[rows])
    return need


def need_by_any_way(problem: PlanProblem, net: MaterialNetwork) -> Floats:
    """As `net_need`, where what stands for the steps of another routing is needed as if all went that way, (n_items,)."""
    need = net_need(problem, net)
    for s in np.flatnonzero(problem.takes >= 0).tolist():
        need[problem.takes[s]] = max(need[problem.takes[s]], need[problem.step_item[s]] / problem.yields[s])
    return need


def lot_cycles(problem: PlanProblem, net: MaterialNetwork, weeks: float, setup_share: float = SETUP_SHARE) -> Floats:
    """Weeks of demand in a usual lot of every step, (n_steps,), at least 1.

    Where weekly set-ups fit, lots are weekly. Where they do not, the lots of a work centre grow with the square root
    of set-up over run hours, in one proportion that makes the set-ups just fit (economic lots on a shared resource;
    Dobson, 1987).
    """
    run_h = need_by_any_way(problem, net)[problem.step_item] * problem.step_need * problem.step_run_h / weeks
    own = problem.is_main & ~problem.halfway[problem.step_item]  # the hours of second choices are those of the first
    setup = np.where(run_h > 0, problem.step_setup_h, 0.0)
    n_c, at = len(problem.centres), problem.step_centre
    hours = problem.capacity_h[:, : max(1, min(problem.n_weeks, int(np.ceil(weeks))))].mean(axis=1)
    spare = np.maximum(setup_share * (hours - np.bincount(at, weights=run_h * own, minlength=n_c)), 0.02 * hours)
    shape = np.sqrt(np.maximum(setup, 1e-6) / np.maximum(run_h, 1e-6))
    low, high = np.zeros(n_c), np.full(n_c, LONGEST_CYCLE_WEEKS / shape.min(initial=1.0))
    for _ in range(50):
        middle = 0.5 * (low + high)
        cycle = np.clip(middle[at] * shape, 1.0, LONGEST_CYCLE_WEEKS)
        fits = np.bincount(at, weights=own * setup / cycle, minlength=n_c) <= spare
        low, high = np.where(fits, low, middle), np.where(fits, middle, high)
    return np.asarray(np.clip(high[at] * shape, 1.0, LONGEST_CYCLE_WEEKS), dtype=np.float64)


def start_phases(problem: PlanProblem, net: MaterialNetwork) -> Ints:
    """Day of the week on which each step starts, (n_steps,), so that goods flow through the levels without waiting
    long.
    """
    phase = np.zeros(problem.n_steps, dtype=np.int64)
    ready = np.zeros(problem.n_items, dtype=np.int64)
    lead = np.zeros(problem.n_items, dtype=np.int64)
    made = np.zeros(problem.n_items, dtype=bool)
    made[problem.step_item] = True
    for item in sorted(np.flatnonzero(made), key=lambda i: -net.level[i]):
        parts = problem.bom_component[problem.bom_parent == item]
        parts = parts[made[parts]]
        day, total = 0, 0
        if parts.size:
            waits = (np.arange(7)[:, None] - ready[parts]) % 7
            longest = (lead[parts] + waits).max(axis=1)
            day = int(np.lexsort((waits.sum(axis=1), longest))[0])
            total = int(longest[day])
        for s in np.flatnonzero((problem.step_item == item) & problem.is_main):
            phase[s] = day % 7
            day += int(problem.step_flow_days[s])
            total += int(problem.step_flow_days[s])
        ready[item], lead[item] = day % 7, total
    return phase[problem.mains]


def weekly_slots(problem: PlanProblem, net: MaterialNetwork, horizon: int, cycle: Floats, weeks: float, *, daily: int = 7) -> Slots:
    """Start days of every step: each day of the first `daily` days, then once a week; set-ups spread over the usual
    lot.
    """
    phase = start_phases(problem, net)
    early = np.arange(daily)
    days = [np.unique(np.r_[early, np.arange(phase[s], horizon, 7)]) for s in range(problem.n_steps)]
    step = np.repeat(np.arange(problem.n_steps), [d.size for d in days])
    lot = np.maximum(problem.lot_min, 1.0)[problem.step_item]
    lot = np.maximum(lot, cycle * need_by_any_way(problem, net)[problem.step_item] / weeks)
    hours = problem.step_run_h + problem.step_setup_h / np.minimum(lot, np.maximum(problem.largest_lot, 1.0)[problem.step_item])
    day = np.concatenate(days) if days else np.zeros(0, dtype=np.int64)
    return Slots(step=step, day=day, take_day=day, run_h=hours[step])


def optimistic_slots(problem: PlanProblem, horizon: int, *, daily: int = 21) -> Slots:
    """Slots that no plan can beat: days one by one at first, then whole weeks whose outputs count from Monday while
    inputs are taken on Sunday, without set-ups or smallest lots. The optimum on them is a lower bound."""
    monday = np.r_[np.arange(daily), np.arange(7 * ((daily + 6) // 7), horizon, 7)]
    last = np.r_[np.arange(daily), np.arange(7 * ((daily + 6) // 7), horizon, 7) + 6]
    step = np.repeat(np.arange(problem.n_steps), monday.size)
    return Slots(
        step=step,
        day=np.tile(monday, problem.n_steps),
        take_day=np.tile(last, problem.n_steps),
        run_h=problem.step_run_h[step],
    )


def early_due(problem: PlanProblem, buffer_days: int, calm: int = 14) -> Ints:
    """Due days with a time buffer that grows with distance, so that near orders keep their own day, (n_orders,).

    >>> from types import SimpleNamespace as S
    >>> early_due(S(order_due=np.array([3, 16, 100])), 7).tolist()
    [3, 15, 93]
    """
    return np.asarray(problem.order_due - np.clip((problem.order_due - calm) // 2, 0, buffer_days), dtype=np.int64)


def demand_of(problem: PlanProblem, due: Ints, qty: Floats | None = None) -> Demand:
    """Orders summed by item, due day and weight; what was due before day 0 is wanted on day 0. Other quantities may
    be given.
    """
    weight, wanted = tier_weights(problem), problem.order_qty if qty is None else qty
    some = wanted > 0
    key = np.stack([problem.order_item[some], np.maximum(due[some], 0), weight[some].astype(np.int64)])
    cell, where = np.unique(key, axis=1, return_inverse=True)
    total = np.bincount(where.ravel(), weights=wanted[some], minlength=cell.shape[1]).astype(np.float64)
    return Demand(item=cell[0], day=cell[1], qty=total, weight=cell[2].astype(np.float64))
