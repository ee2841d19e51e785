"""How wrong a forecast is: the measures by which methods are chosen, people are heard and plans are trusted.

Owns MASE, RMSSE and the tracking signal, and `judge`, all measures of a forecast at once. WAPE and bias are those of
``planning.forecast``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.planning.forecast import bias_share, wape

Floats = npt.NDArray[np.float64]


def naive_step(history: Floats, season: int = 1) -> float:
    """Mean absolute change against a season ago: the error of the (seasonal) naive forecast on known history [pcs].

    NaN if the history is not longer than a season.

    Examples
    --------
    >>> naive_step(np.array([10.0, 20.0, 12.0, 26.0]), season=2)
    4.0
    """
    if history.size <= season:
        return float("nan")
    return float(np.mean(np.abs(history[season:] - history[:-season])))


def mase(planned: Floats, actual: Floats, history: Floats, season: int = 1) -> float:
    """Mean absolute scaled error [1]: below 1 is better than the (seasonal) naive forecast was on the history.

    Parameters
    ----------
    planned, actual : ndarray, same shape
        [pcs]
    history : ndarray, (n_periods,)
        Demand known when the forecast was made [pcs].
    season
        Periods in a season (12 for months); 1 scales with the plain naive forecast.

    Returns
    -------
    float
        NaN if the history has no change to scale with. Source: Hyndman, Koehler (2006).

    Examples
    --------
    >>> mase(np.array([14.0, 24.0]), np.array([12.0, 28.0]), np.array([10.0, 20.0, 12.0, 26.0]), season=2)
    0.75
    """
    scale = naive_step(history, season)
    return float(np.mean(np.abs(planned - actual))) / scale if scale > 0 else float("nan")


def rmsse(planned: Floats, actual: Floats, history: Floats, season: int = 1) -> float:
    """Root mean squared scaled error [1]: its best forecast is the mean, that of MASE is the median.

    The measure for intermittent demand, where a forecast of zero may have the best MASE and fills no shelf.
    Source: Makridakis, Spiliotis, Assimakopoulos (2022), M5.

    Examples
    --------
    >>> rmsse(np.array([14.0, 24.0]), np.array([12.0, 26.0]), np.array([10.0, 20.0, 12.0, 22.0]), season=2)
    1.0
    """
    if history.size <= season:
        return float("nan")
    scale = float(np.mean((history[season:] - history[:-season]) ** 2))
    return float(np.sqrt(np.mean((planned - actual) ** 2) / scale)) if scale > 0 else float("nan")


def tracking_signal(planned: Floats, actual: Floats) -> float:
    """Running sum of errors over mean absolute error [1]; beyond +-4 the forecast is off to one side.

    Positive: the forecast is too high. 0 for a perfect forecast. Source: Trigg (1964); Brown's form.

    Examples
    --------
    >>> tracking_signal(np.array([12.0, 11.0, 13.0]), np.array([10.0, 10.0, 10.0]))
    3.0
    """
    error = planned - actual
    mad = float(np.mean(np.abs(error)))
    return float(np.sum(error)) / mad if mad > 0 else 0.0


@dataclass(frozen=True, kw_only=True)
class Errors:
    """All measures of one forecast; NaN where the data allow none."""

    wape: float  # [share]
    bias: float  # [share] of actual demand, positive: too high
    mase: float  # [1]
    rmsse: float  # [1]
    tracking_signal: float  # [1]


def judge(planned: Floats, actual: Floats, history: Floats, season: int = 1) -> Errors:
    """All measures of a forecast against what came, scaled with the history before it.

    Examples
    --------
    >>> judge(np.array([11.0, 9.0]), np.array([10.0, 10.0]), np.array([8.0, 10.0, 12.0]))
    Errors(wape=0.1, bias=0.0, mase=0.5, rmsse=0.5, tracking_signal=0.0)
    """
    if planned.shape != actual.shape:
        raise ValueError(f"forecast {planned.shape} and actual {actual.shape} differ in shape")
    return Errors(
        wape=wape(planned, actual), bias=bias_share(planned, actual), mase=mase(planned, actual, history, season),
        rmsse=rmsse(planned, actual, history, season), tracking_signal=tracking_signal(planned, actual),
    )  # fmt: skip
