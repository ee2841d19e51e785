"""Which method forecasts a series best: each is tried on the recent past as if it were the future.

Owns the rolling-origin backtest and the choice, also of the mean of the best few, which is hard to beat
(Bates, Granger, 1969; Makridakis et al., 2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from e2esim.planning.demand.classes import DemandClass
from e2esim.planning.demand.methods import METHODS, promising, suited

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SELDOM: Final = (DemandClass.SLOW, DemandClass.LUMPY)


@dataclass(frozen=True, kw_only=True)
class Backtest:
    """Errors of the candidates on one series; (n_candidates,) each, best first."""

    candidates: tuple[str, ...]  # a method, or several joined by "+": their mean
    mase: Floats  # [1]
    rmsse: Floats  # [1]
    wape: Floats  # [share]
    bias: Floats  # [share]
    error_sd: Floats  # (n_candidates, horizon) root mean squared error a step ahead [pcs]
    origins: int
    measure: str  # "mase" or "rmsse", by which they are ordered

    @property
    def best(self) -> str:
        """Name of the chosen method or mean."""
        return self.candidates[0]


def origins_of(periods: int, horizon: int, origins: int, season: int) -> tuple[Ints, int]:
    """Numbers of known periods to forecast from, and the horizon that the history allows.

    The first origin keeps two seasons to fit on, where there are so many; else the horizon, then the number of origins
    shrink, down to one origin and one period.

    Examples
    --------
    >>> origins_of(48, 12, 6, 12)
    (array([31, 32, 33, 34, 35, 36]), 12)
    >>> origins_of(30, 12, 6, 12)
    (array([24]), 6)
    >>> origins_of(5, 12, 6, 12)
    (array([3]), 2)
    """
    floor = min(2 * season, max(periods // 2 + 1, 1)) if periods < 2 * season + 2 else 2 * season
    steps = max(min(horizon, periods - floor), 1)
    count = max(min(origins, periods - steps - floor + 1), 1)
    last = periods - steps
    return np.arange(last - count + 1, last + 1), steps


def forecasts_of(name: str, history: Floats, known: Ints, horizon: int, season: int) -> Floats:
    """Forecasts of a method, or the mean of several joined by "+", (n_known, horizon) [pcs].

    Examples
    --------
    >>> forecasts_of("naive+average", np.array([2.0, 4.0]), np.array([2]), 2, 12).tolist()
    [[3.5, 3.5]]
    """
    each = [METHODS[part](history, known, horizon, season) for part in name.split("+")]
    return np.asarray(np.mean(each, axis=0))


def backtest(
    history: Floats, kind: DemandClass, *, horizon: int, season: int, origins: int = 24, mean_of: int = 3, preselect: bool = False
) -> Backtest:
    """Try every suited method from rolling origins and order them by error.

    Frequent demand is judged by MASE, seldom demand by RMSSE: the absolute error of a mostly zero series is least for
    a forecast of zero, the squared one for its mean.

    Parameters
    ----------
    history : ndarray, (n_periods,)
        Demand from its first period on, at least two periods [pcs].
    kind
        Class of the series.
    horizon
        Periods forecast from each origin.
    season
        Periods in a season (12 for months, 52 for weeks); 1 for none.
    origins
        Last periods to forecast from; the earliest of them is what the methods are fitted on.
    mean_of
        Also try the mean of so many of the best methods; 1 for none.
    preselect
        Try only what is promising (`promising`): quicker, and chance chooses less.

    Returns
    -------
    Backtest

    Examples
    --------
    >>> found = backtest(np.tile([80.0, 120.0, 100.0, 100.0], 8), DemandClass.SMOOTH, horizon=4, season=4)
    >>> found.best, float(found.wape[0])
    ('seasonal_naive', 0.0)
    """
    if history.size < 2:
        raise ValueError(f"a backtest needs at least two periods of history, not {history.size}")
    known, steps = origins_of(history.size, horizon, origins, season)
    first = int(known[0])
    names = list((promising if preselect else suited)(history, kind, first, season))
    actual = history[known[:, None] + np.arange(steps)]
    made = {name: METHODS[name](history, known, steps, season) for name in names}
    lag = season if first > season else 1
    change = history[lag:first] - history[: first - lag] if first > lag else np.diff(history)
    measure = "rmsse" if kind in SELDOM else "mase"
    ranks = np.argsort([_error(made[n], actual, change, measure) for n in names], kind="stable")
    if 1 < mean_of < len(names):
        chosen = [names[i] for i in ranks[:mean_of]]
        made["+".join(chosen)] = np.mean([made[n] for n in chosen], axis=0)
    order = sorted(made, key=lambda name: _error(made[name], actual, change, measure))
    total = float(actual.sum()) or float("nan")  # no share of nothing
    errors = [made[name] - actual for name in order]
    return Backtest(
        candidates=tuple(order), measure=measure, origins=known.size,
        mase=np.array([_error(made[n], actual, change, "mase") for n in order]),
        rmsse=np.array([_error(made[n], actual, change, "rmsse") for n in order]),
        wape=np.array([float(np.abs(e).sum()) / total for e in errors]),
        bias=np.array([float(e.sum()) / total for e in errors]),
        error_sd=np.array([np.sqrt(np.mean(e**2, axis=0)) for e in errors]),
    )  # fmt: skip


def _error(planned: Floats, actual: Floats, change: Floats, measure: str) -> float:
    """Scaled error over all origins and steps; unscaled where the history never changed."""
    if measure == "rmsse":
        scale = float(np.sqrt(np.mean(change**2)))
        error = float(np.sqrt(np.mean((planned - actual) ** 2)))
    else:
        scale, error = float(np.mean(np.abs(change))), float(np.mean(np.abs(planned - actual)))
    return error / scale if scale > 0 else error
