"""Which of several systems is best, with a stated probability: a subset that holds the best, and the fully sequential choice of one.

Both allow common random numbers and unequal variances; they assume means of replications to be about normal. Larger is better.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]
Draw = Callable[[Sequence[int], int, int], Floats]  # systems, first replication, how many -> (n_systems, n)


def subset(values: Floats, level: float = 0.95) -> list[int]:
    """Systems among which the best is with at least the probability ``level``.

    Screening by pairs (S. S. Gupta 1965; B. L. Nelson, J. Swann, D. Goldsman, W. Song 2001), on paired differences.

    Parameters
    ----------
    values : (n_systems, n_replications)
        Replication k of all systems may share its random numbers.
    level
        Probability of holding the best.

    Examples
    --------
    >>> subset(np.array([[1.0, 1.1, 0.9], [5.0, 5.2, 4.9], [5.1, 4.9, 5.0]]))
    [1, 2]
    """
    systems, n = values.shape
    if systems == 1:
        return [0]
    t = float(stats.t.ppf(1.0 - (1.0 - level) / (systems - 1), n - 1))
    kept = []
    for i in range(systems):
        gaps = values - values[i]
        room = t * gaps.std(axis=1, ddof=1) / math.sqrt(n)
        if np.all(gaps.mean(axis=1) <= room):
            kept.append(i)
    return kept


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The system chosen, the means of all when they were last looked at, their replications, and whether the choice is proven.

    ``proven``: with at least the probability asked for, ``best`` is the best or within ``delta`` of it; False if the replications ran out.
    """

    best: int
    means: tuple[float, ...]
    replications: tuple[int, ...]
    proven: bool
    delta: float
    level: float


def choose(draw: Draw, systems: int, *, delta: float, level: float = 0.95, first: int = 10, batch: int = 10, most: int = 1000) -> Chosen:
    """Choose the best of several systems by the procedure KN (S.-H. Kim and B. L. Nelson, A fully sequential procedure for
    indifference-zone selection in simulation, ACM TOMACS 11, 2001), in the form that allows common random numbers.

    Parameters
    ----------
    draw
        Gives replications ``start`` to ``start + n - 1`` of some systems, (n_systems, n).
    systems
        Number of systems.
    delta
        Smallest difference worth detecting, positive.
    level
        Probability of choosing the best, or one within delta of it.
    first
        Replications from which variances are estimated, at least 2.
    batch
        Replications drawn at a time after that.
    most
        Replications of one system at which to give up.

    Raises
    ------
    ValueError
        If delta is not positive or there are too few first replications.
    """
    if delta <= 0.0 or first < 2:
        raise ValueError("delta must be positive and the first replications at least 2")
    values = draw(range(systems), 0, first)
    if systems == 1:
        return Chosen(best=0, means=(float(values.mean()),), replications=(first,), proven=True, delta=delta, level=level)
    spread = np.array([[np.var(values[i] - values[j], ddof=1) for j in range(systems)] for i in range(systems)])
    eta = 0.5 * ((2.0 * (1.0 - level) / (systems - 1)) ** (-2.0 / (first - 1)) - 1.0)
    h2 = 2.0 * eta * (first - 1)
    alive, sums, counts = list(range(systems)), values.sum(axis=1), np.full(systems, first)
    ahead = np.zeros((systems, 0))
    r = first
    while True:
        alive = _survivors(alive, sums, r, h2 * spread, delta)
        if len(alive) == 1 or r >= most:
            means = tuple(float(x) for x in sums / counts)
            best = max(alive, key=lambda i: sums[i])
            return Chosen(best=best, means=means, replications=tuple(int(c) for c in counts), proven=len(alive) == 1, delta=delta, level=level)
        if ahead.shape[1] == 0:
            ahead = np.full((systems, min(batch, most - r)), np.nan)
            ahead[alive] = draw(alive, r, ahead.shape[1])
        sums[alive] += ahead[alive, 0]
        counts[alive] += 1
        ahead, r = ahead[:, 1:], r + 1


def _survivors(alive: list[int], sums: Floats, r: int, scaled: Floats, delta: float) -> list[int]:
    """Systems that no other leads by more than the shrinking margin of the pair."""
    kept = []
    for i in alive:
        margins = [max(0.0, scaled[i, j] / delta - delta * r) / 2.0 for j in alive]
        if all(sums[i] >= sums[j] - margin for j, margin in zip(alive, margins, strict=True)):
            kept.append(i)
    return kept
