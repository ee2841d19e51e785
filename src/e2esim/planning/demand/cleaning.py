"""Outliers in demand history: found against level and season, and pulled back to the edge of the believable.

An option, never a default: a one-off project order is an outlier, a growing channel is not, and only a person knows.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NORMAL: Final = 1.4826  # standard deviations of a normal in one median absolute deviation


def expected(history: Floats, season: int = 1) -> Floats:
    """Robust level times robust season, (n_periods,) [pcs].

    The season is the median ratio of each period of the year to the median of the year around it; the level is the
    running median of seven periods without their season, which two or three outliers in a row do not move.

    Examples
    --------
    >>> expected(np.array([10.0, 10.0, 99.0, 10.0, 10.0, 12.0, 12.0, 12.0])).tolist()
    [10.0, 10.0, 10.0, 10.0, 12.0, 12.0, 12.0, 12.0]
    """
    index = np.ones(history.size)
    if season > 1 and history.size >= 3 * season:
        year = _running_median(history, season + 1 - season % 2)
        ratio = np.divide(history, year, out=np.ones_like(year), where=year > 0)
        index = np.array([np.median(ratio[p::season]) for p in range(season)])[np.arange(history.size) % season]
    plain = np.divide(history, index, out=np.zeros_like(history, dtype=float), where=index > 0)
    return np.asarray(_running_median(plain, 7) * index)


def _running_median(values: Floats, width: int) -> Floats:
    """Median of an odd number of neighbours; at the ends, of the first or last so many values."""
    if values.size <= width:
        return np.full(values.size, np.median(values))
    whole = np.median(np.lib.stride_tricks.sliding_window_view(values, width), axis=1)
    return np.pad(whole, width // 2, mode="edge")


def clean(history: Floats, season: int = 1, limit: float = 5.0) -> tuple[Floats, Bools]:
    """History with outliers pulled to the limit, and where they were.

    Parameters
    ----------
    history : ndarray, (n_periods,)
        [pcs]
    season
        Periods in a season; used with three seasons of history or more.
    limit
        Robust standard deviations from the expected demand beyond which a value is not believed [1].

    Returns
    -------
    cleaned : ndarray, (n_periods,)
        [pcs]
    outlier : ndarray of bool, (n_periods,)

    Notes
    -----
    Zeros of intermittent demand are no outliers: where more than half of the periods deviate by nothing, the
    deviation has no scale and nothing is changed. At the default limit about one clean value in 100 is pulled, a
    little (five years of months with normal noise). Source: Hampel (1974).

    Examples
    --------
    >>> cleaned, outlier = clean(np.array([10.0, 12.0, 9.0, 11.0, 95.0, 10.0, 8.0, 12.0]))
    >>> cleaned.round(1).tolist(), np.flatnonzero(outlier).tolist()
    ([10.0, 12.0, 9.0, 11.0, 18.4, 10.0, 8.0, 12.0], [4])
    """
    if limit <= 0:
        raise ValueError(f"limit must be above 0, not {limit}")
    middle = expected(history, season)
    off = history - middle
    spread = NORMAL * float(np.median(np.abs(off))) * limit
    if spread == 0.0:
        return history.copy(), np.zeros(history.size, bool)
    bound = np.clip(history, np.maximum(middle - spread, 0.0), middle + spread)
    return np.asarray(bound), np.asarray(bound != history)
