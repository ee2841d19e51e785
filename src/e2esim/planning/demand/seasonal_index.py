"""The season of a series as an index by period of the year, smoothed and believed as far as one year foretells another.

Owns the classical index, the mean ratio of a period to the year around it; its smoothing, because of 52 weekly indices from
two or three years much is chance; and the proof: each year is foretold from the others, and a season is believed only if that
beats no season beyond chance. Sources: Makridakis, Wheelwright (1978) for the index; Miller, Williams (2003) for shrinking it;
Stone (1974) for the choice by leaving out.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BEYOND_CHANCE: Final = 2.5  # standard errors by which a season must foretell better; of 200 series of noise 1 % pass it
LIKE_FELLOWS: Final = 1.3  # the same for a season that is only to be confirmed
FEW: Final = 8  # periods that confirm or refuse a season [periods]
FADING: Final = 0.8  # weight of a year against the next one: habits change [1]


def seasonal_index(history: Floats, season: int) -> Floats:
    """Index of each period of the year, the first for the first period of history; (season,) with mean one [1].

    All ones where there is no season that can be believed, or less than a season and a half of history.

    Parameters
    ----------
    history : ndarray, (n_periods,)
        [pcs]
    season
        Periods in a season.

    Examples
    --------
    >>> seasonal_index(np.tile([80.0, 120.0, 100.0, 100.0], 6), 4).round(6).tolist()
    [0.8, 1.2, 1.0, 1.0]
    >>> seasonal_index(np.array([9.0, 12.0, 8.0, 12.0, 9.0, 11.0, 11.0, 9.0]), 4).round(3).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    flat = np.ones(season)
    if season < 2 or history.size < season + season // 2 or not history.any():
        return flat
    ratio = _ratios(history, season)
    weight = np.asarray(FADING ** np.arange(ratio.shape[0])[::-1], np.float64)
    best, belief = _foretold(ratio, weight, _smoothers(season))
    if belief == 0.0:
        return flat
    index = np.maximum(1.0 + belief * (np.asarray(best @ _mean_ratio(ratio, weight)) - 1.0), 0.0)
    return np.asarray(index / index.mean()) if index.any() else flat


def fellows_index(history: Floats, first: Ints, season: int) -> Floats:
    """Index of all series together, (season,), the first for the first period of the table; large and wild ones weigh no more [1].

    Examples
    --------
    >>> fellows_index(np.tile([8.0, 12.0, 10.0, 10.0], (3, 6)), np.zeros(3, np.int64), 4).round(6).tolist()
    [0.8, 1.2, 1.0, 1.0]
    """
    size = history.std(axis=1) + history.mean(axis=1)
    whole = (first == 0) & (size > 0)  # others would look like a trend
    return seasonal_index((history[whole] / size[whole, None]).sum(axis=0), season) if whole.sum() > 1 else np.ones(season)


def confirmed(history: Floats, index: Floats) -> Floats:
    """A season heard of elsewhere as far as this series agrees with it, (season,); all ones where it does not.

    Parameters
    ----------
    history : ndarray, (n_periods,)
        Any length [pcs].
    index : ndarray, (season,)
        The first for the first period of history [1].

    Examples
    --------
    >>> confirmed(np.tile([7.0, 13.0], 10), np.array([0.5, 1.5])).round(3).tolist()
    [0.7, 1.3]
    >>> confirmed(np.tile([7.0, 7.0, 8.0, 8.0], 5), np.array([0.5, 1.5])).tolist()
    [1.0, 1.0]
    """
    usual = index[np.arange(history.size) % index.size]
    if history.size < FEW or not history.any() or is_flat(index) or usual.sum() <= 0:
        return np.ones(index.size)
    came, told = history / history.mean() - 1.0, usual / usual.mean() - 1.0
    belief = float(np.clip(told @ came / max(told @ told, 1e-12), 0.0, 1.0))
    gain = came**2 - (came - belief * told) ** 2
    if not gain.sum() > LIKE_FELLOWS * np.sqrt(np.sum(gain**2)):
        return np.ones(index.size)
    return np.asarray(1.0 + belief * (index - 1.0))


def is_flat(index: Floats) -> bool:
    """Whether an index says that there is no season.

    Examples
    --------
    >>> is_flat(np.ones(52)), is_flat(np.array([0.5, 1.5]))
    (True, False)
    """
    return bool(np.all(index == 1.0))


def _ratios(history: Floats, season: int) -> Floats:
    """Ratio of each period to the mean of the season around it, (n_seasons, season); NaN where nothing is known [1]."""
    sums = np.concatenate([[0.0], np.cumsum(history)])
    begin = np.clip(np.arange(history.size) - season // 2, 0, history.size - season)
    year = (sums[begin + season] - sums[begin]) / season
    table = np.full((-(-history.size // season), season), np.nan)
    table.ravel()[: history.size] = np.divide(history, year, out=np.full_like(year, np.nan), where=year > 1e-12)
    return table


def _mean_ratio(ratio: Floats, weight: Floats) -> Floats:
    """Weighted mean over the years of each period; one where no year knows it [1]."""
    known = ~np.isnan(ratio)
    total = weight @ known
    return np.divide(weight @ np.where(known, ratio, 0.0), total, out=np.ones(ratio.shape[1]), where=total > 0)


def _foretold(ratio: Floats, weight: Floats, smoothers: Floats) -> tuple[Floats, float]:
    """The smoother by which the other years foretell a year best, and how far to believe it, 0 to 1."""
    ahead, came = [], []
    for year in range(ratio.shape[0]):
        others = np.arange(ratio.shape[0]) != year
        twice = ~np.isnan(ratio[year]) & (~np.isnan(ratio[others])).any(axis=0)
        ahead.append((smoothers @ _mean_ratio(ratio[others], weight[others]) - 1.0)[:, twice])
        came.append(ratio[year][twice] - 1.0)
    told, real = np.concatenate(ahead, axis=1), np.concatenate(came)
    size = np.sum(told**2, axis=1)
    belief = np.clip(np.divide(told @ real, size, out=np.zeros(size.size), where=size > 1e-12), 0.0, 1.0)
    gain = real**2 - (real - belief[:, None] * told) ** 2
    best = int(np.argmax(gain.sum(axis=1)))
    noise = float(np.sqrt(np.sum(gain[best] ** 2)))
    proven = noise > 0 and float(gain[best].sum()) > BEYOND_CHANCE * noise
    return smoothers[best], float(belief[best]) if proven else 0.0


@lru_cache(maxsize=8)
def _smoothers(season: int) -> Floats:
    """Ways to smooth an index around the year, (n_ways, season, season): one to four waves, a bell of weeks, none."""
    angle = 2.0 * np.pi * np.subtract.outer(np.arange(season), np.arange(season)) / season
    waves = [np.sum([np.ones_like(angle), *(2.0 * np.cos(k * angle) for k in range(1, n + 1))], axis=0) / season for n in (1, 2, 4) if 2 * n < season]
    around = np.abs(angle) / (2.0 * np.pi) * 52.0  # [weeks]
    around = np.minimum(around, 52.0 - around)
    bells = [np.exp(-0.5 * (around / width) ** 2) for width in (1.0, 2.0, 4.0)]
    return np.array([*waves, *(bell / bell.sum(axis=1, keepdims=True) for bell in bells), np.eye(season)])
