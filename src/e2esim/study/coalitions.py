"""Which sets of levers a bridge runs, and what each lever brings by Shapley's rule, replication by replication.

Exact where all sets can be run; else from orders in which the levers come, each with its reverse. Every order adds up to the whole, so
the shares do. A lever without its prerequisite does nothing (`e2esim.domain.levers.runnable`), so fewer sets are run than there are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

from e2esim.domain.levers import Lever, runnable

F = npt.NDArray[np.float64]
Coalition = frozenset[str]
EXACT = 5  # levers up to which every set is run
ORDERS = 6  # orders that are drawn beyond


class Estimate(NamedTuple):
    """A mean with its 95 % interval, and the probability that the true mean is above zero as the replications tell it."""

    mean: float
    low: float
    high: float
    above_zero: float


@dataclass(frozen=True, kw_only=True)
class CoalitionPlan:
    """Sets of levers to run. ``orders`` is empty where shares are exact; ``coalitions`` are runnable sets, the empty one first."""

    players: tuple[str, ...]
    levers: Mapping[str, Lever]
    orders: tuple[tuple[str, ...], ...]
    coalitions: tuple[Coalition, ...]

    def acting(self, chosen: Iterable[str]) -> Coalition:
        """Those of ``chosen`` that have an effect."""
        return runnable(chosen, self.levers)


def plan_coalitions(players: Sequence[str], levers: Mapping[str, Lever], *, orders: int = 0, chains: Iterable[Coalition] = (), seed: int = 1) -> CoalitionPlan:
    """Return the sets to run: every one up to `EXACT` levers, else those on ``orders`` drawn ways (0 = `ORDERS`) with their reverses, each lever
    alone and the whole without it; and ``chains``, which a roll-out passes through.

    Examples
    --------
    >>> levers = {name: Lever(lever=name, kind="crm", needs=needs) for name, needs in {"a": (), "b": ("a",)}.items()}
    >>> [sorted(one) for one in plan_coalitions(["a", "b"], levers).coalitions]
    [[], ['a'], ['a', 'b']]
    """
    names, drawn = tuple(players), list[tuple[str, ...]]()
    if orders == 0 and len(names) <= EXACT:
        wanted = [frozenset(some) for size in range(len(names) + 1) for some in combinations(names, size)]
    else:
        rng = np.random.default_rng(seed)
        while len(drawn) < 2 * (orders or ORDERS):
            order = tuple(names[k] for k in rng.permutation(len(names)))
            drawn += [order, order[::-1]]
        wanted = [frozenset(order[:k]) for order in drawn for k in range(len(names) + 1)]
        wanted += [frozenset([name]) for name in names] + [frozenset(names) - {name} for name in names]
    acting = {runnable(some, levers) for some in [*wanted, *chains]}
    ordered = sorted(acting, key=lambda some: (len(some), [names.index(name) for name in names if name in some]))
    return CoalitionPlan(players=names, levers=levers, orders=tuple(drawn), coalitions=tuple(ordered))


def shares(plan: CoalitionPlan, values: Mapping[Coalition, F]) -> F:
    """What each lever brings (L. S. Shapley, A value for n-person games, 1953), (orders, levers, replications); one order where exact.

    Parameters
    ----------
    plan, values
        Sets of levers, and the value of each, (replications,).
    """
    if not plan.orders:
        return np.stack([_exact(plan, name, values) for name in plan.players])[None]
    found = np.zeros((len(plan.orders), len(plan.players), len(values[frozenset()])))
    for o, order in enumerate(plan.orders):
        for k, name in enumerate(order):
            step = values[plan.acting(order[: k + 1])] - values[plan.acting(order[:k])]
            found[o, plan.players.index(name)] = step
    return found


def _exact(plan: CoalitionPlan, name: str, values: Mapping[Coalition, F]) -> F:
    """Mean step of one lever over all orders."""
    others, n = [other for other in plan.players if other != name], len(plan.players)
    total = np.zeros_like(values[frozenset()])
    for size in range(n):
        weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
        for some in combinations(others, size):
            total = total + weight * (values[plan.acting([*some, name])] - values[plan.acting(some)])
    return total


def estimate(parts: F, error: float = 0.0, degrees: int = 1) -> Estimate:
    """Mean of (orders, replications) with Student's t; where orders are drawn their spread is added to that of the replications, which is wide.

    ``error`` is a standard error of ``degrees`` degrees of freedom that comes on top; the degrees of both together are those of F. E.
    Satterthwaite (1946).

    Examples
    --------
    >>> estimate(np.array([[1.0, 2.0, 3.0]])).mean, round(estimate(np.array([[1.0, 2.0, 3.0]])).low, 4)  # t of 2 degrees: 4.3027
    (2.0, -0.4841)
    """
    orders, replications = parts.shape
    mean = float(parts.mean())
    variance = float(np.var(parts.mean(axis=0), ddof=1)) / replications
    free = float(replications - 1)
    if orders > 1:
        variance += float(np.var(parts.mean(axis=1), ddof=1)) / orders
        free = float(min(replications, orders) - 1)
    both = variance + error**2
    if both == 0.0:
        return Estimate(mean, mean, mean, 1.0 if mean > 0.0 else 0.0 if mean < 0.0 else 0.5)
    if error > 0.0:
        free = both**2 / (variance**2 / free + error**4 / degrees)
    half = float(stats.t.ppf(0.975, free)) * math.sqrt(both)
    return Estimate(mean, mean - half, mean + half, float(stats.t.cdf(mean / math.sqrt(both), free)))
