"""Exponential smoothing by statsmodels, fitted once and rolled through the history.

Owns the shapes of a smoothing model (trend, season), its states after every period, and the projection of the states.
The library is imported when a model is first fitted: a run without statistical forecasts never loads it.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a smoothing model follows besides the level."""

    trend: bool = False  # additive
    damped: bool = False  # trend that fades out
    season: str = ""  # "", "add" or "mul"

    def __post_init__(self) -> None:
        if self.season not in ("", "add", "mul"):
            raise ValueError(f"season must be '', 'add' or 'mul', not {self.season!r}")
        if self.damped and not self.trend:
            raise ValueError("a damped trend needs trend=True")

    def needs(self, period: int) -> int:
        """Periods of history for a fit: two seasons, and the library's start values want ten and a season."""
        if not self.season:
            return 10
        return max(2 * period, 10 + 2 * (period // 2))


@dataclass(frozen=True, kw_only=True)
class States:
    """Level, trend and season after each period of the history; row t - 1 is known after t periods."""

    shape: Shape
    period: int
    damping: float  # [1/period]
    level: Floats  # (n_periods,) [pcs]
    slope: Floats  # (n_periods,) [pcs/period]
    season: Floats  # (n_periods,) [pcs] or [1]

    def project(self, known: Ints, horizon: int) -> Floats:
        """Forecasts made after ``known`` periods, (n_known, horizon) [pcs].

        The library's own ``forecast`` leaves the last period out of its season (statsmodels 0.15: steps of a whole
        season use the season before it); this is the textbook form, Hyndman, Athanasopoulos (2021), 8.3.
        """
        step = np.arange(1, horizon + 1)
        line = self.level[known - 1][:, None] + self.slope[known - 1][:, None] * np.cumsum(self.damping**step)
        if not self.shape.season:
            return np.asarray(line)
        same = known[:, None] - self.period + (step - 1) % self.period
        return np.asarray(line + self.season[same] if self.shape.season == "add" else line * self.season[same])


def _model(history: Floats, shape: Shape, period: int, **start: Any) -> Any:
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    return ExponentialSmoothing(
        history, trend="add" if shape.trend else None, damped_trend=shape.damped, seasonal=shape.season or None,
        seasonal_periods=period if shape.season else None, **start,
    )  # fmt: skip


def smooth(history: Floats, shape: Shape, period: int, fit_on: int) -> States:
    """Fit a smoothing model on the first ``fit_on`` periods and roll its states through the whole history.

    The constants know nothing of what came after ``fit_on``, and a state nothing of what came after it, so one fit
    serves every origin of a backtest. Start values come from the first seasons (Hyndman et al., 2008, 2.6.1):
    estimating them too was measured 20 times slower on ten years of months and not better.

    Parameters
    ----------
    history : ndarray, (n_periods,)
        [pcs]; above zero for a multiplicative season.
    shape
        Trend and season.
    period
        Periods in a season.
    fit_on
        Periods that the constants are fitted on, at least ``shape.needs(period)``.

    Examples
    --------
    >>> history = np.tile([80.0, 120.0, 100.0, 100.0], 5)
    >>> smooth(history, Shape(season="add"), 4, 20).project(np.array([20]), 4).round(3).tolist()
    [[80.0, 120.0, 100.0, 100.0]]
    """
    if fit_on < shape.needs(period):
        raise ValueError(f"a fit needs {shape.needs(period)} periods of history, not {fit_on}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fit that did not fully converge is judged by its backtest, not by a notice
        fitted = _model(history[:fit_on], shape, period, initialization_method="heuristic").fit(use_brute=False).params
        constants = {"smoothing_level": fitted["smoothing_level"]}
        start = {"initial_level": fitted["initial_level"]}
        if shape.trend:
            constants["smoothing_trend"], start["initial_trend"] = fitted["smoothing_trend"], fitted["initial_trend"]
        if shape.damped:
            constants["damping_trend"] = fitted["damping_trend"]
        if shape.season:
            constants["smoothing_seasonal"] = fitted["smoothing_seasonal"]
            start["initial_seasonal"] = fitted["initial_seasons"]
        rolled = _model(history, shape, period, initialization_method="known", **start).fit(optimized=False, **constants)
    flat = np.zeros(history.size)
    return States(
        shape=shape, period=period, damping=float(fitted["damping_trend"]) if shape.damped else 1.0,
        level=np.asarray(rolled.level, float), slope=np.asarray(rolled.trend, float) if shape.trend else flat,
        season=np.asarray(rolled.season, float) if shape.season else flat,
    )  # fmt: skip
