"""The methods of statistical forecasting, each a function of one series that rolls through many origins.

A method learns its constants from the periods before the first origin and is then only updated, so that a trial from many origins
costs one fit. The season is given. To add a method, write such a function and put it into ``METHODS`` and into ``suited``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from e2esim.planning.demand.intermittent_kernels import CROSTON, SBA, TSB, best_constant, rate_path
from e2esim.planning.demand.seasonal_index import is_flat
from e2esim.planning.demand.smoothing_kernels import best_level, best_trend, level_path, trend_path

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

GRID: Final = np.array([0.02, 0.05, 0.1, 0.15, 0.2, 0.3])  # smoothing constants of intermittent demand [1]
LEVELS: Final = np.array([0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.45, 0.6])  # of the level of frequent demand [1]
TRENDS: Final = (np.array([0.1, 0.2, 0.3, 0.5]), np.array([0.05, 0.1, 0.2]), np.array([0.85, 0.93, 0.98]))  # of level, slope, damping [1]
FIT: Final = 10  # periods of history for the constants of smoothing
_FLAT: Final = np.ones(1)  # index of no season [1]
LEAST_INDEX: Final = 0.2  # below it a period without its season is too unsure for a trend [1]


class Method(Protocol):
    """Forecasts of ``horizon`` periods made after each number of ``known`` periods, (n_known, horizon) [pcs].

    ``index`` holds the seasonal index of each period of the year, the first for the first period of history, (season,) [1].
    """

    def __call__(self, history: Floats, known: Ints, horizon: int, index: Floats) -> Floats: ...


def naive(history: Floats, known: Ints, horizon: int, index: Floats) -> Floats:
    """The last demand, again and again.

    Examples
    --------
    >>> naive(np.array([3.0, 5.0]), np.array([1, 2]), 2, np.ones(12)).tolist()
    [[3.0, 3.0], [5.0, 5.0]]
    """
    return np.asarray(np.repeat(history[known - 1][:, None], horizon, axis=1))


def seasonal_naive(history: Floats, known: Ints, horizon: int, index: Floats) -> Floats:
    """The demand of the same period of the last known season.

    Examples
    --------
    >>> seasonal_naive(np.array([1.0, 2.0, 3.0, 4.0]), np.array([3, 4]), 3, np.ones(2)).tolist()
    [[2.0, 3.0, 2.0], [3.0, 4.0, 3.0]]
    """
    return np.asarray(history[known[:, None] - index.size + np.arange(horizon) % index.size])


def average(history: Floats, known: Ints, horizon: int, index: Floats) -> Floats:
    """The mean of all that is known; what is left for a short history.

    Examples
    --------
    >>> average(np.array([1.0, 3.0, 5.0]), np.array([2, 3]), 1, np.ones(12)).tolist()
    [[2.0], [3.0]]
    """
    return np.asarray(np.repeat((np.cumsum(history)[known - 1] / known)[:, None], horizon, axis=1))


def year_mean(history: Floats, known: Ints, horizon: int, index: Floats, *, seasonal: bool = False) -> Floats:
    """The mean of the last season (of all where it is shorter), times the seasonal index if asked for.

    Examples
    --------
    >>> year_mean(np.array([9.0, 1.0, 3.0, 5.0]), np.array([2, 4]), 1, np.ones(3)).tolist()
    [[5.0], [3.0]]
    """
    usual, ahead = _season(history, known, horizon, index if seasonal else _FLAT)
    sold, weight = (np.concatenate([[0.0], np.cumsum(values)]) for values in (history, usual))
    since = np.maximum(known - index.size, 0)
    level = (sold[known] - sold[since]) / np.maximum(weight[known] - weight[since], 1e-9)
    return np.asarray(level[:, None] * ahead)


def level(history: Floats, known: Ints, horizon: int, index: Floats, *, seasonal: bool = False) -> Floats:
    """Simple exponential smoothing, of demand without its season if asked for.

    Examples
    --------
    >>> level(np.full(24, 7.0), np.array([20, 24]), 2, np.ones(12)).round(6).tolist()
    [[7.0, 7.0], [7.0, 7.0]]
    >>> level(np.tile([80.0, 120.0, 100.0, 100.0], 6), np.array([21]), 3, np.array([0.8, 1.2, 1.0, 1.0]), seasonal=True).round(3).tolist()
    [[120.0, 100.0, 100.0]]
    """
    usual, ahead = _season(history, known, horizon, index if seasonal else _FLAT)
    first = int(known.min())
    begin = min(first, max(FIT, index.size if seasonal else 0))
    start = float(history[:begin].sum() / max(usual[:begin].sum(), 1e-9))
    alpha = best_level(history[:first], usual[:first], start, LEVELS)
    return np.asarray(level_path(history, usual, start, alpha)[known][:, None] * ahead)


def trend(history: Floats, known: Ints, horizon: int, index: Floats, *, seasonal: bool = False) -> Floats:
    """Exponential smoothing with a trend that fades out, of demand without its season if asked for; never below zero.

    Examples
    --------
    >>> trend(np.arange(40.0), np.array([40]), 2, np.ones(12)).round(1).tolist()
    [[39.8, 40.7]]
    """
    usual, ahead = _season(history, known, horizon, index if seasonal else _FLAT)
    plain, first = history / np.maximum(usual, LEAST_INDEX), int(known.min())
    begin = np.arange(min(first, max(FIT, index.size if seasonal else 0)))
    slope = float(np.polyfit(begin, plain[: begin.size], 1)[0]) if begin.size > 1 else 0.0
    start = (float(plain[: begin.size].mean()) - slope * (begin.size + 1) / 2.0, slope)
    alpha, beta, damping = best_trend(plain[:first], start, *TRENDS)
    height, rise, _ = trend_path(plain, start, alpha, beta, damping)
    line = height[known][:, None] + rise[known][:, None] * np.cumsum(damping ** np.arange(1, horizon + 1))
    return np.asarray(np.maximum(line, 0.0) * ahead)


def _season(history: Floats, known: Ints, horizon: int, index: Floats) -> tuple[Floats, Floats]:
    """Index of each period of history, (n_periods,), and of those ahead, (n_known, horizon) [1]."""
    return index[np.arange(history.size) % index.size], index[(known[:, None] + np.arange(horizon)) % index.size]


def intermittent(history: Floats, known: Ints, horizon: int, index: Floats, *, kind: int) -> Floats:
    """Croston, SBA or TSB, with start values and smoothing constant learnt before the first origin.

    Examples
    --------
    >>> intermittent(np.tile([0.0, 0.0, 6.0], 8), np.array([24]), 2, np.ones(12), kind=CROSTON).round(6).tolist()
    [[2.0, 2.0]]
    """
    learnt = history[: int(known.min())]
    asked = np.flatnonzero(learnt > 0)
    if not asked.size:
        return np.zeros((known.size, horizon))
    interval = float(np.diff(asked).mean()) if asked.size > 1 else float(learnt.size)
    size = float(learnt[asked].mean())
    alpha = best_constant(learnt, size, interval, GRID, kind)
    rate = rate_path(history, size, interval, alpha, kind)
    return np.asarray(np.repeat(rate[known][:, None], horizon, axis=1))


METHODS: Final[Mapping[str, Method]] = MappingProxyType({
    "naive": naive,
    "seasonal_naive": seasonal_naive,
    "average": average,
    "year_mean": year_mean,
    "level": level,
    "trend": trend,
    "season_mean": partial(year_mean, seasonal=True),
    "season_level": partial(level, seasonal=True),
    "season_trend": partial(trend, seasonal=True),
    "croston": partial(intermittent, kind=CROSTON),
    "sba": partial(intermittent, kind=SBA),
    "tsb": partial(intermittent, kind=TSB),
})  # fmt: skip


def suited(periods: int, index: Floats, seldom: bool) -> tuple[str, ...]:
    """Names of the methods worth a trial on a series; the first is the plain one that the others must beat.

    Where there is a season, methods with it, and seasonal naive; else methods without. Trends for frequent demand only.

    Examples
    --------
    >>> suited(9, np.ones(12), False), suited(40, np.ones(12), True)
    (('year_mean', 'average'), ('year_mean', 'average', 'level', 'croston', 'sba', 'tsb'))
    >>> suited(24, np.array([0.8, 1.2, 1.0, 1.0]), False)
    ('season_mean', 'season_level', 'season_trend', 'seasonal_naive')
    """
    if not is_flat(index):
        trend = ("season_trend",) if not seldom and float(index.min()) >= LEAST_INDEX and periods >= FIT else ()
        return ("season_mean", "season_level", *trend, *(("seasonal_naive",) if periods >= 2 * index.size else ()))
    if periods < FIT:
        return ("year_mean", "average")
    return ("year_mean", "average", "level", *(("croston", "sba", "tsb") if seldom else ("trend",)))
