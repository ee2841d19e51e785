"""Kernels of exponential smoothing of demand whose season is known: the level, and a level with a trend that fades.

Own code: the library of smoothing models took 50 times as long (52 states of a season), and knows no level of what is sold
in a season only. Twins in the tests.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]


@njit(cache=True)
def level_path(demand: Floats, usual: Floats, start: float, alpha: float) -> Floats:
    """Level known after 0, 1, ... n periods, (n_periods + 1,) [pcs/period]; Brown (1959), as a ratio of smoothed sums.

    Parameters
    ----------
    demand, usual : ndarray, (n_periods,)
        Demand [pcs] and seasonal index [1]: a period in which nothing is usual says nothing about the level.
    start
        Level to begin with [pcs/period].
    alpha
        Smoothing constant [1].
    """
    level = np.empty(demand.size + 1)
    level[0] = start
    sold, weight = start, 1.0
    for t in range(demand.size):
        sold += alpha * (demand[t] - sold)
        weight += alpha * (usual[t] - weight)
        level[t + 1] = sold / weight if weight > 1e-6 else level[t]
    return level


@njit(cache=True)
def best_level(demand: Floats, usual: Floats, start: float, grid: Floats) -> float:
    """The constant of the grid with the least squared error of one-period forecasts [1]; the first of equals."""
    best, least = float(grid[0]), np.inf
    for alpha in grid:
        level = level_path(demand, usual, start, alpha)
        error = 0.0
        for t in range(demand.size):
            error += (demand[t] - level[t] * usual[t]) ** 2
        if error < least:
            best, least = float(alpha), error
    return best


@njit(cache=True)
def trend_path(demand: Floats, start: tuple[float, float], alpha: float, beta: float, damping: float) -> tuple[Floats, Floats, float]:
    """Level [pcs] and slope [pcs/period] after 0, 1, ... n periods, and the squares that one-period forecasts missed by.

    Parameters
    ----------
    demand : ndarray, (n_periods,)
        Without its season [pcs].
    start
        Level and slope to begin with.
    alpha, beta
        Smoothing constants of level and slope [1].
    damping
        What is left of a slope a period later [1]; Gardner, McKenzie (1985).
    """
    level, slope = np.empty(demand.size + 1), np.empty(demand.size + 1)
    level[0], slope[0] = start
    missed = 0.0
    for t in range(demand.size):
        ahead = level[t] + damping * slope[t]
        missed += (demand[t] - ahead) ** 2
        level[t + 1] = ahead + alpha * (demand[t] - ahead)
        slope[t + 1] = beta * (level[t + 1] - level[t]) + (1.0 - beta) * damping * slope[t]
    return level, slope, missed


@njit(cache=True)
def best_trend(demand: Floats, start: tuple[float, float], alphas: Floats, betas: Floats, dampings: Floats) -> tuple[float, float, float]:
    """The constants of the grids with the least squared error of one-period forecasts; the first of equals."""
    best, least = (float(alphas[0]), float(betas[0]), float(dampings[0])), np.inf
    for alpha in alphas:
        for beta in betas:
            for damping in dampings:
                missed = trend_path(demand, start, alpha, beta, damping)[2]
                if missed < least:
                    best, least = (float(alpha), float(beta), float(damping)), missed
    return best
