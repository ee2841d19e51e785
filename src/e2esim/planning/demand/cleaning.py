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
    """Robust level times robust season, (n_periods,) [pcs]: running median over a season, median ratio to it.

    Examples
    --------
    >>> expected(np.array([10.0, 10.0, 99.0, 10.0, 10.0])).tolist()
    [10.0, 10.0, 10.0, 10.0, 10.0]
    """
    half = max(season // 2, 2)
    padded = np.pad(history, half, mode="reflect") if history.size > half else np.pad(history, half, mode="edge")
    level = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), axis=1)
    if season < 2 or history.size < 3 * season:
        return np.asarray(level)
    ratio = np.divide(history, level, out=np.ones_like(level), where=level > 0)
    index = np.array([np.median(ratio[p::season]) for p in range(season)])
    return np.asarray(level * index[np.arange(history.size) % season])


def clean(history: Floats, season: int = 1, limit: float = 4.0) -> tuple[Floats, Bools]:
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
    deviation has no scale and nothing is changed. Source: Hampel (1974).

    Examples
    --------
    >>> cleaned, outlier = clean(np.array([10.0, 12.0, 9.0, 11.0, 95.0, 10.0, 8.0, 12.0]))
    >>> cleaned.round(1).tolist(), np.flatnonzero(outlier).tolist()
    ([10.0, 12.0, 9.0, 11.0, 18.9, 10.0, 8.0, 12.0], [4])
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
