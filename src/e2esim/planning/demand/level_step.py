"""Lasting steps of the level: an item lost or won a customer, got a new price, was listed or phased out.

Owns where the level stepped, and history brought to the level of today, so that every method may learn from all of it. A step
is a change of the mean that the scatter within its two sides cannot explain, nor a straight trend. Seldom demand is judged by how
often it came, and of frequent demand a lone peak is cut, because one large order is no step.
Sources: Page (1955); Killick, Fearnhead, Eckley (2012) for the likelihood ratio of a change; McCullagh, Nelder (1989), 9.2, for the scatter.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from e2esim.domain.lean import lean_njit
from e2esim.planning.demand.classes import ADI_LIMIT, demand_interval

Floats = npt.NDArray[np.float64]

PROOF: Final = {False: 14.0, True: 16.0}  # twice the log of the likelihood ratio, frequent and seldom demand [1]; 1 % of noise passes
LATELY: Final = (104, 52)  # last periods that are looked at alone where the whole has no step: what went and came back hides in it
PEAK: Final = 2.0  # times the largest of the periods around it: a lone peak [1] (assumed)
SHORTEST: Final = {True: 6, False: 3}  # on either side, of weeks and of longer periods [periods]


def at_level_of_today(history: Floats, index: Floats) -> tuple[Floats, int]:
    """History as it would have been at the level since the last lasting step, and that step's period; 0 without one.

    What lies before a time without any demand, after which an item came (back), is cut off.

    Parameters
    ----------
    history : ndarray, (n_periods,)
        [pcs]
    index : ndarray, (season,)
        Of each period of the year, the first for the first period of history [1].

    Examples
    --------
    >>> made, step = at_level_of_today(np.repeat([20.0, 60.0], [30, 10]), np.ones(52))
    >>> step, made.size, set(made.tolist())
    (30, 40, {60.0})
    >>> made, step = at_level_of_today(np.repeat([0.0, 60.0], [30, 10]), np.ones(52))
    >>> step, made.size
    (30, 10)
    """
    usual = index[np.arange(history.size) % index.size]
    steps = steps_of(history, usual, SHORTEST[index.size > 26])
    if not steps:
        return history, 0
    edges = [0, *steps, history.size]
    sides = list(pairwise(edges))
    level = [float(history[a:b].sum() / max(usual[a:b].sum(), 1e-9)) for a, b in sides]
    made = history.copy()
    for (a, b), mean in zip(sides, level, strict=True):
        made[a:b] *= level[-1] / mean if mean > 0 else 1.0
    idle = [b for (_, b), mean in zip(sides, level, strict=True) if mean == 0.0] if level[-1] > 0 else []
    return made[max(idle, default=0) :], steps[-1]


def steps_of(history: Floats, usual: Floats, shortest: int) -> list[int]:
    """Periods with which a new level begins, in their sequence: the clearest first, then on either side of it.

    Examples
    --------
    >>> steps_of(np.repeat([5.0, 20.0, 5.0], 20), np.ones(60), 6)
    [20, 40]
    """
    seldom = demand_interval(history) >= ADI_LIMIT
    came = (history > 0).astype(float) if seldom else without_peaks(np.asarray(history, float), shortest)

    def step_in(begin: int, end: int) -> int:
        at, proof = clearest_step(came[begin:end], usual[begin:end], shortest, 1.0 if seldom else 1e-6)
        return begin + at if proof > PROOF[seldom] else -1 if proof < 0 else 0

    n = history.size
    first = step_in(0, n)
    if first == 0:
        first = next((at for back in LATELY if back < n and (at := step_in(n - back, n)) > 0), 0)
    found, open_parts = ([first], [(0, first), (first, n)]) if first > 0 else ([], [])
    while open_parts:
        begin, end = open_parts.pop()
        if (at := step_in(begin, end)) > 0:
            found.append(at)
            open_parts += [(begin, at), (at, end)]
    return sorted(found)


def without_peaks(history: Floats, around: int) -> Floats:
    """History in which a lone peak is as high as the largest of the ``around`` periods before and after it.

    >>> without_peaks(np.array([5.0, 4.0, 90.0, 5.0, 40.0, 50.0, 60.0]), 2).tolist()
    [5.0, 4.0, 40.0, 5.0, 40.0, 50.0, 60.0]
    """
    padded = np.pad(history, around, constant_values=0.0)
    beside = np.lib.stride_tricks.sliding_window_view(padded, 2 * around + 1).copy()
    beside[:, around] = 0.0
    largest = beside.max(axis=1)
    return np.where((largest > 0.0) & (history > PEAK * largest), largest, history)


@njit(cache=True)
def clearest_step(came: Floats, usual: Floats, shortest: int, least_scatter: float) -> tuple[int, float]:
    """Where a step is likeliest, and twice the log of its likelihood ratio over the scatter [1]; -1 where a trend fits better.

    The scatter is the squares over the mean, one for chance arrivals; it is taken as ``least_scatter`` at least, because a side
    without any demand shows none.
    """
    n = came.size
    sums, share = np.zeros(n + 1), np.zeros(n + 1)
    for t in range(n):
        sums[t + 1], share[t + 1] = sums[t] + came[t], share[t] + usual[t]
    whole = _fit(sums[n], share[n])
    best, at = 0.0, 0
    for t in range(shortest, n - shortest + 1):
        ratio = _fit(sums[t], share[t]) + _fit(sums[n] - sums[t], share[n] - share[t]) - whole
        if ratio > best:
            best, at = ratio, t
    if at == 0:
        return 0, 0.0
    before, after = sums[at] / max(share[at], 1e-9), (sums[n] - sums[at]) / max(share[n] - share[at], 1e-9)
    scatter, step_miss = 0.0, 0.0
    for t in range(n):
        mean = (before if t < at else after) * usual[t]
        miss = (came[t] - mean) ** 2
        if mean > 0.0:
            scatter += miss / mean
        if usual[t] > 1e-9:
            step_miss += miss / usual[t]
    if step_miss >= _trend_miss(came, usual):
        return at, -1.0
    return at, 2.0 * best / max(scatter / max(n - 2, 1), least_scatter)


@lean_njit
def _fit(total: float, share: float) -> float:
    """Log likelihood of a mean, without what is the same for all means."""
    return total * np.log(total / share) if total > 0.0 and share > 0.0 else 0.0


@lean_njit
def _trend_miss(came: Floats, usual: Floats) -> float:
    """Weighted squares that the best straight trend leaves."""
    w = wt = wtt = y = yt = yy = 0.0
    for t in range(came.size):
        w += usual[t]
        wt += usual[t] * t
        wtt += usual[t] * t * t
        y += came[t]
        yt += came[t] * t
        if usual[t] > 1e-9:
            yy += came[t] ** 2 / usual[t]
    spread = w * wtt - wt * wt
    if spread <= 0.0:
        return yy
    slope = (w * yt - wt * y) / spread
    level = (y - slope * wt) / w
    return yy - level * y - slope * yt
