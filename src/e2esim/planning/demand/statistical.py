"""The statistical forecast of all series: each made ready, every method tried, the best chosen, and no class worse than plain ones.

Owns the sequence, and the guard: what would have been forecast a quarter, two and three quarters ago is held against what came. A
class of demand that a mean of the last year, or seasonal naive, would have served better takes that (except series whose level
has stepped since: the past cannot speak for them).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.planning.demand.choice import choose, forecasts_of, missed_by, try_methods
from e2esim.planning.demand.classes import DemandClass, demand_class
from e2esim.planning.demand.series import ReadySeries, ready

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SHORT: Final = 4  # periods; with fewer there is nothing to choose by
LOOKS: Final = 3  # quarters over which a class must not lose
PLAIN: Final = ("year_mean", "seasonal_naive")


class Statistical(NamedTuple):
    """Forecasts of all series and how they came about; (n_series,) each."""

    quantity: Floats  # (n_series, horizon) [pcs]
    method: tuple[str, ...]
    kind: tuple[DemandClass, ...]
    step: Ints  # period in which the level of today began; -1 without a lasting step


class Look(NamedTuple):
    """How a quarter in the past would have been missed; (n_series,) each [pcs]."""

    ours: Floats
    plain: Floats  # (n_plain, n_series); inf where the method needs more history


def forecast_all(
    history: Floats, first: Ints, *, horizon: int, judged: int, season: int, looks: Sequence[Look] | None = None
) -> Statistical:
    """Forecast every series of a table.

    Parameters
    ----------
    history : ndarray, (n_series, n_known)
        Demand of past periods, oldest first [pcs].
    first : ndarray, (n_series,)
        Period from which a series is recorded.
    horizon, judged, season
        Periods to forecast, that a forecast is judged by, and in a year.
    looks
        Quarters that the guard goes by, the last known one first; None: looked at here.

    Examples
    --------
    >>> made = forecast_all(np.tile([[80.0, 120.0, 100.0, 100.0]], 8), np.array([0]), horizon=2, judged=4, season=4)
    >>> made.kind[0].value, made.quantity.round(6).tolist()
    ('smooth', [[80.0, 120.0]])
    """
    series = ready(history, first, season)
    kinds = tuple(demand_class(row[begin:]) for row, begin in zip(history, first, strict=True))
    methods = list(_methods(series, judged))
    looks = look_back(history, first, LOOKS, judged=judged, season=season) if looks is None else looks[:LOOKS]
    fresh = np.array([s.step > history.shape[1] - LOOKS * judged for s in series], bool)
    for kind in set(kinds):
        mine = np.array([k is kind for k in kinds], bool) & ~fresh
        better = _better(looks, mine)
        for k, s in enumerate(series):
            if better and mine[k] and _possible(better, s, season):
                methods[k] = better
    made = [_forecast(s, m, horizon) for s, m in zip(series, methods, strict=True)]
    step = np.array([s.step for s in series], np.int64)
    return Statistical(np.array(made).reshape(len(series), horizon), tuple(methods), kinds, step)


def plain_forecasts(history: Floats, first: Ints, horizon: int, season: int) -> dict[str, Floats]:
    """What costs no thought, (n_series, horizon) each: the mean of the last year, and the same period of the last year [pcs].

    Examples
    --------
    >>> {k: v.tolist() for k, v in plain_forecasts(np.array([[1.0, 3.0, 5.0]]), np.array([0]), 2, 2).items()}
    {'mean of a year': [[4.0, 4.0]], 'seasonal naive': [[3.0, 5.0]]}
    """
    mean, naive = np.zeros((len(history), horizon)), np.zeros((len(history), horizon))
    for k, (row, begin) in enumerate(zip(history, first, strict=True)):
        known = row[begin:]
        if known.any():
            now, flat = np.array([known.size]), np.ones(season)
            mean[k] = forecasts_of("year_mean", known, now, horizon, flat)[0]
            naive[k] = forecasts_of("seasonal_naive" if known.size >= season else "naive", known, now, horizon, flat)[0]
    return {"mean of a year": mean, "seasonal naive": naive}


def look_back(history: Floats, first: Ints, quarters: int, *, judged: int, season: int) -> list[Look]:
    """What would have been forecast a quarter ago, two quarters ago ..., as far as each leaves twice as many periods to learn from.

    Examples
    --------
    >>> [look.plain[0].tolist() for look in look_back(np.full((1, 16), 5.0), np.array([0]), 3, judged=4, season=4)]
    [[0.0], [0.0]]
    """
    pasts = [now for k in range(1, quarters + 1) if (now := history.shape[1] - k * judged) >= 2 * judged]
    return [_look(history[:, :now], history[:, now : now + judged], first, season) for now in pasts]


def _methods(series: Sequence[ReadySeries], judged: int) -> tuple[str, ...]:
    """The method of each series, the guard aside."""
    rich = [k for k, s in enumerate(series) if s.history.size >= SHORT and s.history.any()]
    chosen = choose([try_methods(series[k].history, series[k].season, seldom=series[k].seldom, judged=judged) for k in rich])
    found = dict(zip(rich, chosen, strict=True))
    return tuple(found.get(k, "average") for k in range(len(series)))


def _look(past: Floats, came: Floats, first: Ints, season: int) -> Look:
    """What would have been forecast then, by this room and plainly, against what came."""
    judged = came.shape[1]
    begins = np.minimum(first, past.shape[1])
    series = ready(past, begins, season)
    ours, plain = np.zeros(len(series)), np.full((len(PLAIN), len(series)), np.inf)
    for k, (s, method) in enumerate(zip(series, _methods(series, judged), strict=True)):
        ours[k] = missed_by(_forecast(s, method, judged)[None], came[k][None], s.seldom)
        raw = ReadySeries(past[k, begins[k] :], np.ones(season), -1, s.seldom)
        for p, name in enumerate(PLAIN):
            if _possible(name, raw, season):
                plain[p, k] = missed_by(_forecast(raw, name, judged)[None], came[k][None], s.seldom)
    return Look(ours, plain)


def _possible(name: str, series: ReadySeries, season: int) -> bool:
    return series.history.size >= (season if name == "seasonal_naive" else SHORT)


def _better(looks: Sequence[Look], mine: npt.NDArray[np.bool_]) -> str:
    """The plain method that would have missed a class by less than what was chosen, series that it can forecast; "" for none."""
    best, saved = "", 0.0
    for p, name in enumerate(PLAIN):
        gain = sum(float(np.sum((look.ours - look.plain[p])[mine & np.isfinite(look.plain[p])])) for look in looks)
        if gain > saved:
            best, saved = name, gain
    return best


def _forecast(series: ReadySeries, method: str, horizon: int) -> Floats:
    """Forecast after all of the history by one method, (horizon,) [pcs]."""
    if not series.history.any():
        return np.zeros(horizon)
    return np.asarray(forecasts_of(method, series.history, np.array([series.history.size]), horizon, series.season)[0])
