"""Which sets of levers a replication runs, and what is then known of the sets it has not run.

The first replications run every set. Each one beyond runs a single order in which the levers come and the reverse of it: the steps of each add
up to what all levers bring in that very replication, so shares add up with any number of sets (J. Castro, D. Gómez and J. Tejada 2009). An order
and its reverse together are right wherever levers help or hinder each other two at a time, whatever the order (R. Mitchell et al. 2022, antithetic
sampling); orders come in blocks in which each lever stands at each place equally often (E. J. Williams 1949), and differ between replications, so
that the spread of replications holds what the choice of orders adds. After `ORDERED` of these, replications run nothing and everything alone:
they tell the whole more exactly, and the shares by regression on it (two-phase sampling, W. G. Cochran 1977, chapter 12).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.study.coalitions import Coalition, CoalitionPlan, shares

F = npt.NDArray[np.float64]


ORDERED = 6  # replications that run one order and its reverse, after those that run every set (assumed: more narrow the shares little)
_TELL = 4  # runs of a set from which on its spread may choose what it is measured from (with fewer the smaller of two spreads is luck)


class Unsure(NamedTuple):
    """Standard error that comes on top of the spread of replications, since a set was not run in all of them, and its degrees of freedom."""

    error: float = 0.0
    degrees: int = 1


@dataclass(frozen=True, kw_only=True)
class Thinning:
    """``every``: replications, from the first, that run every set of ``plan``; ``seed`` of the orders of those beyond."""

    plan: CoalitionPlan
    every: int
    seed: int = 1

    def order(self, replication: int) -> tuple[str, ...]:
        """Order of the levers in a replication beyond the first.

        Examples
        --------
        >>> from e2esim.study.coalitions import plan_coalitions
        >>> from e2esim.domain.levers import Lever
        >>> thin = Thinning(plan=plan_coalitions("abc", {name: Lever(lever=name, kind="crm") for name in "abc"}), every=2)
        >>> [sorted(place) for place in zip(*(thin.order(r) for r in (2, 3, 4)))]
        [['a', 'b', 'c'], ['a', 'b', 'c'], ['a', 'b', 'c']]
        """
        players, beyond = self.plan.players, replication - self.every
        n = len(players)
        block, row = divmod(beyond, n)
        names = np.random.default_rng([self.seed, block]).permutation(n)
        places = [(k + 1) // 2 if k % 2 else (n - k // 2) % n for k in range(n)]  # 0, 1, n - 1, 2, n - 2 ...
        return tuple(players[names[(place + row) % n]] for place in places)

    def sets(self, replication: int) -> tuple[Coalition, ...]:
        """Sets that a replication runs, in the order of the plan."""
        if replication < self.every:
            return self.plan.coalitions
        if replication >= self.every + ORDERED:
            return frozenset(), frozenset(self.plan.players)
        order = self.order(replication)
        wanted = {self.plan.acting(way[:k]) for way in (order, order[::-1]) for k in range(len(order) + 1)}
        return tuple(sorted(wanted, key=lambda some: (len(some), [name in some for name in self.plan.players])))

    def shares(self, values: Mapping[Coalition, F]) -> tuple[F, tuple[Unsure, ...]]:
        """What each lever brings in each replication, (levers, replications), and what its mean is unsure of besides their spread.

        Parameters
        ----------
        values
            Of each set, (replications,); NaN where it was not run.
        """
        whole = values[frozenset(self.plan.players)] - values[frozenset()]
        ran = min(len(whole), self.every + ORDERED)
        found, first = np.zeros((len(self.plan.players), ran)), min(self.every, ran)
        if first:
            found[:, :first] = shares(self.plan, {some: value[:first] for some, value in values.items()}).mean(axis=0)
        for r in range(first, ran):
            order = self.order(r)
            for way in (order, order[::-1]):
                for k, name in enumerate(way):
                    step = values[self.plan.acting(way[: k + 1])][r] - values[self.plan.acting(way[:k])][r]
                    found[self.plan.players.index(name), r] += step / 2.0
        return _told_by(whole, found)


def _told_by(whole: F, found: F) -> tuple[F, tuple[Unsure, ...]]:
    """Shares of all replications, those of the last by regression on the whole: slopes of parts that add up to it add up to one."""
    ran = found.shape[1]
    if ran == len(whole):
        return found, tuple(Unsure() for _ in found)
    apart = whole[:ran] - whole[:ran].mean()
    middle = found.mean(axis=1)
    slope = (found - middle[:, None]) @ apart / max(float(apart @ apart), 1e-300)
    line = middle[:, None] + slope[:, None] * (whole - whole[:ran].mean())
    error = np.sqrt(((found - line[:, :ran]) ** 2).sum(axis=1) / (ran - 2) / ran)
    return np.concatenate([found, line[:, ran:]], axis=1), tuple(Unsure(float(one), ran - 2) for one in error)


def filled(values: Mapping[Coalition, F], whole: Coalition) -> tuple[dict[Coalition, F], dict[Coalition, Unsure]]:
    """Values of sets in replications that have not run them: that of the whole there and the mean distance to it where both were run; or, if at
    least four runs show that the set's own luck is less than its distance's, the mean of the set.

    Parameters
    ----------
    values
        Of each set, (replications,); NaN where it was not run. The whole is run in all, every set in two at least.
    whole
        All levers.

    Examples
    --------
    >>> some, every = frozenset("a"), frozenset("ab")
    >>> full, unsure = filled({some: np.array([1.0, 3.0, np.nan]), every: np.array([2.0, 6.0, 5.0])}, every)
    >>> full[some], unsure[some], unsure[every].error
    (array([1., 3., 3.]), Unsure(error=1.0, degrees=1), 0.0)
    """
    full, unsure = dict[Coalition, F](), dict[Coalition, Unsure]()
    for some, value in values.items():
        run = np.isfinite(value)
        near = values[whole]
        n = int(run.sum())
        if n >= _TELL and np.std(value[run]) < np.std((value - near)[run]):
            near = np.zeros_like(value)
        apart = (value - near)[run]
        full[some] = np.where(run, value, near + apart.mean())
        unsure[some] = Unsure() if run.all() else Unsure(float(np.std(apart, ddof=1)) / math.sqrt(n), n - 1)
    return full, unsure


def together(parts: Sequence[tuple[float, Unsure]]) -> Unsure:
    """Of a sum of sets with weights; errors of sets run in the same replications may go the same way, so they are added and not squared first."""
    some = [(abs(weight) * one.error, one.degrees) for weight, one in parts if weight and one.error]
    return Unsure(sum(error for error, _ in some), min(degrees for _, degrees in some)) if some else Unsure()
