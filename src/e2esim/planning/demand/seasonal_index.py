"""The season of a series as an index by period of the year, believed as far as the years agree on it.

Owns the classical index, the mean ratio of a period to the year around it, and its shrinkage: of 52 weekly indices from
two or three years much is chance, and a forecast by chance is worse than none. Sources: Makridakis, Wheelwright (1978)
for the index; Miller, Williams (2003) for shrinking it in the manner of James and Stein.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def seasonal_index(history: Floats, season: int) -> Floats:
    """Index of each period of the year, the first for the first period of history; (season,) with mean one [1].

    Parameters
    ----------
    history : ndarray, (n_periods,)
        At least two seasons [pcs].
    season
        Periods in a season.

    Examples
    --------
    >>> seasonal_index(np.tile([80.0, 120.0, 100.0, 100.0], 6), 4).round(6).tolist()
    [0.8, 1.2, 1.0, 1.0]
    >>> seasonal_index(np.array([9.0, 12.0, 8.0, 12.0, 9.0, 11.0, 11.0, 9.0]), 4).round(3).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    if history.size < 2 * season:
        raise ValueError(f"a seasonal index needs two seasons of history, {2 * season} periods, not {history.size}")
    ratio = _ratios(history, season)
    raw = np.nanmean(ratio, axis=0)
    raw /= raw.mean() if raw.mean() > 0 else 1.0
    return np.asarray(1.0 + _belief(ratio, raw) * (raw - 1.0))


def _ratios(history: Floats, season: int) -> Floats:
    """Ratio of each period to the mean of the season around it, (n_seasons, season); NaN where nothing is known [1]."""
    sums = np.concatenate([[0.0], np.cumsum(history)])
    begin = np.clip(np.arange(history.size) - season // 2, 0, history.size - season)
    year = (sums[begin + season] - sums[begin]) / season
    table = np.full((-(-history.size // season), season), np.nan)
    table.ravel()[: history.size] = np.divide(history, year, out=np.ones_like(year), where=year > 0)
    return table


def _belief(ratio: Floats, raw: Floats) -> float:
    """Share of the scatter of the indices that is no chance, 0 to 1."""
    years = np.sum(~np.isnan(ratio), axis=0)
    chance = float(np.mean(np.nanvar(ratio, axis=0) * years / np.maximum(years - 1, 1) / years))
    scatter = float(np.var(raw, ddof=1))
    return max(0.0, 1.0 - chance / scatter) if scatter > 0 else 0.0
