"""What would help: prices of limits, ways out and trials on the plan itself, within a stated time."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from e2esim.planning.factory.call_offs import with_call_offs
from e2esim.planning.factory.execute import Wants
from e2esim.planning.factory.fewest import fewest
from e2esim.planning.factory.flow_model import Flags
from e2esim.planning.factory.grid import tier_weights
from e2esim.planning.factory.limit import Limits
from e2esim.planning.factory.limits import SlotGrid, price_limits, pricing_grid
from e2esim.planning.factory.money import PlanMoney
from e2esim.planning.factory.network import MaterialNetwork, network
from e2esim.planning.factory.problem import Floats, PlanProblem
from e2esim.planning.factory.result import PlanResult
from e2esim.planning.factory.trials import Trial, candidates, try_limits
from e2esim.planning.factory.ways_out import WayOut, beyond_the_plan, elastic_model, ways_out

ENDS = (0.45, 0.7, 0.82)  # prices, cheapest ways and fewest places end by these shares of the time; trials have the rest
COVERED = 0.95  # of the weighted late pieces must fall due in the days that a large problem is looked at
MOST_TRIALS = 12


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Prices, ways out and trials of one plan.

    Parameters
    ----------
    limits
        Prices of the limits of the fractional plan.
    ways
        Cheapest ways and fewest places; those that leave least late first, then the cheapest.
    trials
        What the plan itself made of the dearest limits, the best first.
    late, overdue
        Late pieces in the plan, and those of orders due before day 0, which nothing brings on time [pcs].
    cut_short
        Whether time ended before all was done.
    """

    limits: Limits
    ways: tuple[WayOut, ...]
    trials: tuple[Trial, ...]
    late: float
    overdue: float
    cut_short: bool
    wall_s: float


def explain(problem: PlanProblem, result: PlanResult, wants: Wants, money: PlanMoney, *, chosen: Flags | None = None, time_limit_s: float = 8.0) -> Explanation:
    """Explain what would bring late orders on time; a plan without late pieces is explained at once.

    Parameters
    ----------
    wants
        Those of the plan; trials go on from them.
    chosen : (n_orders,)
        Orders that the ways out must bring on time; all by default.
    time_limit_s
        Wall time [s]; the last question may end a little later.

    Examples
    --------
    >>> from e2esim.planning.factory.money import usual_money
    >>> from e2esim.planning.factory.planner import planned
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> p = synthetic_problem(np.random.default_rng(3), finished=3, parts=3, bought=4, centres=3, orders=30, weeks=8, load=1.3)
    >>> said = explain(p, *planned(p, rounds=10), usual_money(p))
    >>> said.cut_short, said.ways[0].name, len(said.trials) > 0
    (False, 'mix', True)
    """
    began = time.perf_counter()
    problem = with_call_offs(problem)
    net = network(problem)
    late = _late(problem, result)
    overdue = float(late[problem.order_due < 0].sum())
    last = _last_late(problem, late)
    if last < 0:
        none = Limits(rows=(), late=0.0, days=0, unpriced=0, solved=True, wall_s=0.0)
        return Explanation(limits=none, ways=(), trials=(), late=float(late.sum()), overdue=overdue, cut_short=False, wall_s=0.0)
    grid = pricing_grid(problem, net, last)
    limits = price_limits(problem, net, grid, worth=money.order_worth, time_limit_s=ENDS[0] * time_limit_s)
    ways = ways_out(problem, net, grid, money, chosen=chosen, time_limit_s=began + ENDS[1] * time_limit_s - time.perf_counter())
    ways = _with_fewest(problem, net, grid, money, chosen, ways, began + ENDS[2] * time_limit_s - time.perf_counter())
    if chosen is not None:
        ways = tuple(beyond_the_plan(way, late, chosen) for way in ways)
    trials, cut = _trials(problem, result, wants, limits, money, began + time_limit_s)
    short = cut or not limits.solved or limits.unpriced > 0 or (bool(ways) and len({w.name for w in ways}) < 4)
    return Explanation(
        limits=limits,
        ways=ways,
        trials=tuple(sorted(trials, key=lambda t: -t.gain)),
        late=float(late.sum()),
        overdue=overdue,
        cut_short=short,
        wall_s=time.perf_counter() - began,
    )


def _last_late(problem: PlanProblem, late: Floats) -> int:
    """Due day up to which nearly all that is late by weight falls due, overdue orders aside; -1 if nothing is."""
    weight = tier_weights(problem) * late * (problem.order_due >= 0)
    by_due = np.argsort(problem.order_due, kind="stable")
    total = np.cumsum(weight[by_due])
    if not total.size or total[-1] <= 1e-6:
        return -1
    return int(problem.order_due[by_due[int(np.searchsorted(total, COVERED * total[-1]))]])


def _late(problem: PlanProblem, result: PlanResult) -> Floats:
    """Late pieces of every order, as the ledger has them, (n_orders,)."""
    return np.bincount(result.late_order, weights=result.late_qty, minlength=len(problem.orders)).astype(np.float64)


def _with_fewest(
    problem: PlanProblem, net: MaterialNetwork, grid: SlotGrid, money: PlanMoney, chosen: Flags | None, ways: tuple[WayOut, ...], time_limit_s: float
) -> tuple[WayOut, ...]:
    if not ways:
        return ()
    way = fewest(problem, net, elastic_model(problem, net, grid, money, chosen), money, known=ways, time_limit_s=time_limit_s)
    return ways if way is None else (*ways, way)


def _trials(problem: PlanProblem, result: PlanResult, wants: Wants, limits: Limits, money: PlanMoney, until: float) -> tuple[list[Trial], bool]:
    """Trials until the time is up, and whether it was up before they were done."""
    days = int(min(7 * problem.n_weeks, max(problem.order_due.max(initial=0), result.delivery_day.max(initial=0), result.lot_end.max(initial=0)) + 8))
    worth = money.order_worth if money.order_worth.any() else np.zeros_like(tier_weights(problem))
    asked = candidates(problem, result, limits.rows)[:MOST_TRIALS]
    found: list[Trial] = []
    if time.perf_counter() < until:
        for trial in try_limits(problem, wants, asked, worth, days):
            found.append(trial)
            if time.perf_counter() >= until:
                break
    return found, len(found) < len(asked)
