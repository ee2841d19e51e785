"""The methods of statistical forecasting, each a function of one series that rolls through many origins.

A method is fitted on the periods before the first origin and then only updated, so that a backtest of many origins
costs one fit. To add a method, write such a function and put it into ``METHODS`` and into ``suited``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from e2esim.planning.demand.classes import DemandClass
from e2esim.planning.demand.intermittent_kernels import CROSTON, SBA, TSB, best_constant, rate_path
from e2esim.planning.demand.seasonal_index import seasonal_index
from e2esim.planning.demand.smoothing import Shape, smooth

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

GRID: Final = np.array([0.02, 0.05, 0.1, 0.15, 0.2, 0.3])  # smoothing constants of intermittent demand [1]


class Method(Protocol):
    """Forecasts of ``horizon`` periods made after each number of ``known`` periods, (n_known, horizon) [pcs]."""

    def __call__(self, history: Floats, known: Ints, horizon: int, season: int) -> Floats: ...


def naive(history: Floats, known: Ints, horizon: int, season: int) -> Floats:
    """The last demand, again and again.

    Examples
    --------
    >>> naive(np.array([3.0, 5.0]), np.array([1, 2]), 2, 12).tolist()
    [[3.0, 3.0], [5.0, 5.0]]
    """
    return np.asarray(np.repeat(history[known - 1][:, None], horizon, axis=1))


def seasonal_naive(history: Floats, known: Ints, horizon: int, season: int) -> Floats:
    """The demand of the same period of the last known season.

    Examples
    --------
    >>> seasonal_naive(np.array([1.0, 2.0, 3.0, 4.0]), np.array([3, 4]), 3, 2).tolist()
    [[2.0, 3.0, 2.0], [3.0, 4.0, 3.0]]
    """
    return np.asarray(history[known[:, None] - season + np.arange(horizon) % season])


def average(history: Floats, known: Ints, horizon: int, season: int) -> Floats:
    """The mean of all that is known; what is left for a short history.

    Examples
    --------
    >>> average(np.array([1.0, 3.0, 5.0]), np.array([2, 3]), 1, 12).tolist()
    [[2.0], [3.0]]
    """
    return np.asarray(np.repeat((np.cumsum(history)[known - 1] / known)[:, None], horizon, axis=1))


def smoothed(history: Floats, known: Ints, horizon: int, season: int, *, shape: Shape) -> Floats:
    """Exponential smoothing of the given shape; never below zero.

    Examples
    --------
    >>> smoothed(np.full(24, 7.0), np.array([20, 24]), 2, 12, shape=Shape()).round(6).tolist()
    [[7.0, 7.0], [7.0, 7.0]]
    """
    return np.maximum(smooth(history, shape, season, int(known.min())).project(known, horizon), 0.0)


def indexed(history: Floats, known: Ints, horizon: int, season: int) -> Floats:
    """Simple smoothing of demand without its season, times a shrunk seasonal index learnt before the first origin.

    Examples
    --------
    >>> indexed(np.tile([80.0, 120.0, 100.0, 100.0], 6), np.array([21]), 3, 4).round(3).tolist()
    [[120.0, 100.0, 100.0]]
    """
    index = np.maximum(seasonal_index(history[: int(known.min())], season), 0.05)
    plain = history / index[np.arange(history.size) % season]
    ahead = index[(known[:, None] + np.arange(horizon)) % season]
    return np.asarray(smoothed(plain, known, horizon, season, shape=_SHAPES["ses"]) * ahead)


def intermittent(history: Floats, known: Ints, horizon: int, season: int, *, kind: int) -> Floats:
    """Croston, SBA or TSB, with start values and smoothing constant learnt before the first origin.

    Examples
    --------
    >>> intermittent(np.tile([0.0, 0.0, 6.0], 8), np.array([24]), 2, 12, kind=CROSTON).round(6).tolist()
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


_SHAPES: Final = {
    "ses": Shape(),
    "holt": Shape(trend=True),
    "damped_trend": Shape(trend=True, damped=True),
    "season_add": Shape(season="add"),
    "season_mul": Shape(season="mul"),
    "damped_season_add": Shape(trend=True, damped=True, season="add"),
    "damped_season_mul": Shape(trend=True, damped=True, season="mul"),
}

METHODS: Final[Mapping[str, Method]] = MappingProxyType({
    "naive": naive,
    "seasonal_naive": seasonal_naive,
    "average": average,
    **{name: partial(smoothed, shape=shape) for name, shape in _SHAPES.items()},
    "season_index": indexed,
    "croston": partial(intermittent, kind=CROSTON),
    "sba": partial(intermittent, kind=SBA),
    "tsb": partial(intermittent, kind=TSB),
})  # fmt: skip


def suited(history: Floats, kind: DemandClass, known: int, season: int) -> tuple[str, ...]:
    """Names of the methods worth a trial for a series of this class of which ``known`` periods are there to fit on.

    Frequent demand: naive forecasts and smoothing. Seldom demand: naive ones, average, simple smoothing, Croston, SBA
    and TSB. A seasonal method needs two known seasons, a multiplicative one also demand in every period.

    Examples
    --------
    >>> suited(np.ones(9), DemandClass.SMOOTH, 9, 12)
    ('naive', 'average')
    >>> suited(np.ones(40), DemandClass.SLOW, 36, 12)
    ('naive', 'average', 'seasonal_naive', 'ses', 'croston', 'sba', 'tsb')
    """
    if kind is DemandClass.NONE:
        return ("average",)
    names = ["naive", "average"]
    if 1 < season <= known:
        names.append("seasonal_naive")
    seldom = kind in (DemandClass.SLOW, DemandClass.LUMPY)
    for name, shape in _SHAPES.items():
        fits = known >= shape.needs(season) and (not shape.season or season > 1)
        positive = shape.season != "mul" or bool((history > 0).all())
        if fits and positive and (name == "ses" or not seldom):
            names.append(name)
    return (*names, "croston", "sba", "tsb") if seldom else tuple(names)


def promising(history: Floats, kind: DemandClass, known: int, season: int) -> tuple[str, ...]:
    """Names of the few methods worth a trial where time is short or origins are few, so that chance chooses less.

    Seldom demand: average, simple smoothing, Croston, SBA and TSB. Frequent demand: average, seasonal naive and indices,
    and smoothing with a season if a test finds one, else without; naive and undamped trends are left out: simple
    smoothing and damped trends hold them as limits and do not run away. Short histories keep all that `suited` names.

    Examples
    --------
    >>> promising(np.tile([80.0, 120.0, 100.0, 100.0], 6), DemandClass.SMOOTH, 24, 4)
    ('average', 'seasonal_naive', 'season_add', 'season_mul', 'damped_season_add', 'damped_season_mul', 'season_index')
    >>> promising(np.tile([0.0, 4.0, 0.0, 0.0], 6), DemandClass.SLOW, 24, 4)
    ('average', 'ses', 'croston', 'sba', 'tsb')
    """
    names = suited(history, kind, known, season)
    if "ses" not in names:
        return names
    if kind in (DemandClass.SLOW, DemandClass.LUMPY):
        return tuple(name for name in names if name not in ("naive", "seasonal_naive"))
    possible = any(_SHAPES[name].season for name in names if name in _SHAPES)
    seasonal = possible and is_seasonal(history[:known], season)
    kept = tuple(n for n in names if n not in ("naive", "holt") and (n not in _SHAPES or bool(_SHAPES[n].season) == seasonal))
    return (*kept, "season_index") if known >= 2 * season > 2 else kept


def is_seasonal(history: Floats, season: int) -> bool:
    """Whether demand resembles that of a season ago beyond chance (one in ten): the test of the M4 benchmarks.

    The autocorrelation at the season against 1.645 times its standard error by Bartlett's formula. Source: Makridakis,
    Spiliotis, Assimakopoulos (2020), benchmark code.
    """
    if season < 2 or history.size < 2 * season:
        return False
    off = history - history.mean()
    scale = float(off @ off)
    if scale <= 0:
        return False
    acf = np.array([float(off[k:] @ off[:-k]) / scale for k in range(1, season + 1)])
    return bool(abs(acf[-1]) > 1.645 * np.sqrt((1.0 + 2.0 * np.sum(acf[:-1] ** 2)) / history.size))
