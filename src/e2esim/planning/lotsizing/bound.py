"""Prices of work-centre hours and the lower bound they prove.

Put a price on every hour of every centre and week instead of a limit: each item then plans alone, and the sum of the
items' cheapest plans minus the value of the hours is a lower bound on the cost of any plan, whatever the prices. The
best prices give exactly the bound of the facility-location linear program, without solving it.
"""

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.planning.lotsizing.bound_kernels import priced_plans, worth_keeping
from e2esim.planning.lotsizing.problem import LotSizingProblem

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class ProvenBound:
    """A proven lower ``bound`` [EUR] and the prices that prove it, ``prices`` (n_centres, n_weeks) [EUR/h]."""

    bound: float
    prices: Floats


def most_late(problem: LotSizingProblem) -> npt.NDArray[np.int64]:
    """Weeks beyond which a late piece costs more than an undelivered one, (n_items,)."""
    weeks = np.full(problem.n_items, float(problem.n_weeks))
    paid = np.isfinite(problem.backlog) & (problem.backlog > 0) & np.isfinite(problem.unmet)
    weeks[paid] = np.ceil(problem.unmet[paid] / problem.backlog[paid])
    weeks[np.isinf(problem.backlog)] = 0.0
    return np.asarray(np.minimum(weeks, problem.n_weeks), dtype=np.int64)


def value_of(problem: LotSizingProblem, prices: Floats) -> tuple[float, Floats]:
    """Bound at given prices [EUR] and how much more load than capacity the items would ask for, (n_centres, n_weeks)
    [h].

    Parameters
    ----------
    prices
        Non-negative, (n_centres, n_weeks) [EUR/h].

    Examples
    --------
    At no price each item has its Wagner-Whitin plan; one lot of six pieces beats two set-ups:

    >>> from e2esim.planning.lotsizing.tiny import TWO_ITEMS
    >>> bound, excess = value_of(TWO_ITEMS, np.zeros((1, 2)))
    >>> bound, excess.tolist()
    (23.0, [[0.0, -4.0]])
    """
    net = problem.net_demand()
    made, setups = np.zeros_like(net), np.zeros_like(net)
    piece, fixed = _unit_prices(problem, prices)
    total = priced_plans(
        net, problem.holding, problem.backlog, problem.unmet, most_late(problem), piece, fixed, made, setups
    )
    extra = prices > problem.overtime_cost
    offered = problem.capacity_h + np.where(extra, problem.overtime_h, 0.0)
    paid = prices * problem.capacity_h + np.maximum(prices - problem.overtime_cost, 0.0) * problem.overtime_h
    load = np.zeros_like(prices)
    for centre, run, setup in zip(problem.centre, problem.run_h, problem.setup_h, strict=True):
        has = centre >= 0
        np.add.at(load, centre[has], run[has, None] * made[has] + setup[has, None] * setups[has])
    return float(total - paid.sum()), load - offered


def price_hours(
    problem: LotSizingProblem, *, steps: int, start: ProvenBound | None = None, deadline: float = np.inf
) -> ProvenBound:
    """Raise the bound by a deflected subgradient with Polyak steps.

    Parameters
    ----------
    steps
        Number of price changes; 150 come within about 0.2 % of the best bound.
    start
        Prices to go on from; free hours without it.
    deadline
        Stop at this reading of ``time.perf_counter`` [s].

    References
    ----------
    Barahona and Anbil (2000), The volume algorithm, Mathematical Programming 87.
    """
    prices = np.zeros_like(problem.capacity_h) if start is None else start.prices
    bound, direction = value_of(problem, prices)
    best, best_prices = bound, prices
    hope, step, failures = bound * (1.02 if start is None else 1.004) + 1e-9, 1.0, 0
    for _ in range(steps):
        uphill = np.where((best_prices <= 0) & (direction < 0), 0.0, direction)
        norm = float((uphill**2).sum())
        if norm <= 1e-9 or time.perf_counter() > deadline:
            break
        prices = np.maximum(best_prices + step * (hope - best) / norm * uphill, 0.0)
        bound, excess = value_of(problem, prices)
        direction = 0.1 * excess + 0.9 * direction
        if bound > best:
            gain, best, best_prices, failures = bound - best, bound, prices, 0
            step = min(2.0, step * 1.1) if gain > 1e-5 * abs(best) else step
            hope = max(hope, best * 1.005)
        else:
            failures += 1
            if failures >= 6:
                step, failures = step * 0.7, 0
    return ProvenBound(bound=best, prices=best_prices)


def best_blend(problem: LotSizingProblem, priced: ProvenBound, other: Floats) -> ProvenBound:
    """The best bound on the way from known prices to ``other`` ones, (n_centres, n_weeks) [EUR/h]."""
    best = priced
    for share in (0.25, 0.5, 0.75, 0.9, 1.0):
        prices = (1.0 - share) * priced.prices + share * other
        bound = value_of(problem, prices)[0]
        if bound > best.bound:
            best = ProvenBound(bound=bound, prices=prices)
    return best


def promising_pairs(problem: LotSizingProblem, prices: Floats, slack: float) -> Bools:
    """Pairs (item, week made, week due) of item plans within ``slack`` [EUR] of the cheapest at ``prices``."""
    net = problem.net_demand()
    keep = np.zeros((problem.n_items, problem.n_weeks, problem.n_weeks), dtype=np.bool_)
    piece, fixed = _unit_prices(problem, prices)
    late = most_late(problem)
    worth_keeping(net, problem.holding, problem.backlog, problem.unmet, late, piece, fixed, slack, keep)
    keep &= (net > 0)[:, None, :]
    return keep


def _unit_prices(problem: LotSizingProblem, prices: Floats) -> tuple[Floats, Floats]:
    """What a piece and a lot pay for hours (the lot also its set-up cost), each (n_items, n_weeks) [EUR]."""
    piece = np.zeros((problem.n_items, problem.n_weeks))
    fixed = np.repeat(problem.setup_cost[:, None], problem.n_weeks, axis=1)
    for centre, run, setup in zip(problem.centre, problem.run_h, problem.setup_h, strict=True):
        has = centre >= 0
        piece[has] += run[has, None] * prices[centre[has]]
        fixed[has] += setup[has, None] * prices[centre[has]]
    return piece, fixed
