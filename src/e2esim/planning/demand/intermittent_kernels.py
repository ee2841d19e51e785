"""Kernels of intermittent demand: the rate after each period, and the smoothing constant that fitted best.

Own code: the library that has them (statsforecast) asks for an older pandas than OR-Tools brings and 255 MB more; twenty lines
are lighter.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]

CROSTON, SBA, TSB = 0, 1, 2


@njit(cache=True)
def rate_path(demand: Floats, size: float, interval: float, alpha: float, kind: int) -> Floats:
    """Demand rate known after 0, 1, ... n periods, (n_periods + 1,) [pcs/period].

    Parameters
    ----------
    demand : ndarray, (n_periods,)
        [pcs]
    size, interval
        Size of a demand [pcs] and periods between demands to start with.
    alpha
        Smoothing constant of sizes, intervals and chances [1].
    kind
        0 Croston (1972): size / interval, learnt only when demand comes. 1 SBA, Syntetos, Boylan (2005): without its
        bias of 1 / (1 - alpha / 2). 2 TSB, Teunter, Syntetos, Babai (2011): size x chance, learnt every period, so
        that a dying item fades.
    """
    rate = np.empty(demand.size + 1)
    chance, waited = 1.0 / interval, 0.0  # no interval is known before the first demand
    for t in range(demand.size + 1):
        if kind == 2:
            rate[t] = chance * size
        elif kind == 1:
            rate[t] = (1.0 - alpha / 2.0) * size / interval
        else:
            rate[t] = size / interval
        if t == demand.size:
            break
        if demand[t] > 0.0:
            size += alpha * (demand[t] - size)
            if waited > 0.0:
                interval += alpha * (waited - interval)
            chance += alpha * (1.0 - chance)
            waited = 1.0
        else:
            chance -= alpha * chance
            waited += 1.0 if waited > 0.0 else 0.0
    return rate


@njit(cache=True)
def best_constant(demand: Floats, size: float, interval: float, grid: Floats, kind: int) -> float:
    """The constant of the grid with the least squared error of one-period forecasts [1]; the first of equals."""
    best, least = float(grid[0]), np.inf
    for alpha in grid:
        rate = rate_path(demand, size, interval, alpha, kind)
        error = 0.0
        for t in range(demand.size):
            error += (demand[t] - rate[t]) ** 2
        if error < least:
            best, least = float(alpha), error
    return best
