"""Which method forecasts each series: tried on the recent past as if it were the future, and heard together with its fellows.

Owns the trial of one series from rolling origins and the choice over all series. What is measured is half the error by period,
half that of the total (seldom demand: the total alone, because the least error by period of a mostly empty series is that of a
forecast of zero). A series alone has few origins, so chance would choose: the record of a method over all series of the same kind
weighs as much as its record on the series. Sources: Tashman (2000) for the origins; Fildes, Petropoulos (2015) for choosing by
series or together; Bates, Granger (1969) for the mean of the best.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.planning.demand.methods import METHODS, suited

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ORIGINS: Final = 13  # at most so many, evenly over the last three spans that are judged
OWN: Final = {False: 0.5, True: 0.2}  # weight of a series' own record, frequent and seldom demand; assumed, tried on made-up sets [1]
AS_GOOD: Final = 1.3  # methods up to so much worse than the best share in the forecast [1]


class MethodTrial(NamedTuple):
    """Errors of the methods tried on one series, the plain one first [pcs]."""

    seldom: bool
    names: tuple[str, ...]
    errors: Floats  # (n_names,)


def forecasts_of(name: str, history: Floats, known: Ints, horizon: int, index: Floats) -> Floats:
    """Forecasts of a method, or the mean of several joined by "+", (n_known, horizon) [pcs].

    Examples
    --------
    >>> forecasts_of("naive+average", np.array([2.0, 4.0]), np.array([2]), 2, np.ones(12)).tolist()
    [[3.5, 3.5]]
    """
    each = [METHODS[part](history, known, horizon, index) for part in name.split("+")]
    return np.asarray(np.mean(each, axis=0))


def origins_of(periods: int, judged: int, floor: int) -> tuple[Ints, int]:
    """Numbers of known periods to forecast from, and how many periods ahead are judged; none before the floor.

    Examples
    --------
    >>> origins_of(156, 13, 78)
    (array([117, 119, 121, 123, 125, 127, 130, 132, 134, 136, 138, 140, 143]), 13)
    >>> origins_of(5, 13, 2)
    (array([2, 3, 4]), 1)
    """
    steps = max(min(judged, periods // 4), 1)
    last = periods - steps
    first = min(max(last - 2 * judged, periods // 2, floor, 1), last)
    return np.unique(np.linspace(first, last, min(ORIGINS, last - first + 1)).astype(np.int64)), steps


def try_methods(history: Floats, index: Floats, *, seldom: bool, judged: int) -> MethodTrial:
    """Try the methods that suit one series.

    Parameters
    ----------
    history : ndarray, (n_periods,)
        At the level of today [pcs].
    index : ndarray, (season,)
        Seasonal index, the first for the first period of history [1].
    seldom
        Whether demand is slow or lumpy.
    judged
        Periods ahead that count.

    Examples
    --------
    >>> year = np.array([0.8, 1.2, 1.0, 1.0])
    >>> try_methods(np.tile(100 * year, 8), year, seldom=False, judged=4).errors.round(6).tolist()
    [0.0, 0.0, 0.0, 0.0]
    """
    names = suited(history.size, index, seldom)
    known, steps = origins_of(history.size, judged, index.size if "seasonal_naive" in names else 1)
    actual = history[known[:, None] + np.arange(steps)]
    missed = [missed_by(METHODS[name](history, known, steps, index), actual, seldom) for name in names]
    return MethodTrial(seldom, names, np.array(missed))


def missed_by(made: Floats, actual: Floats, seldom: bool) -> float:
    """Half the error by period and half that of the total, over all origins; of seldom demand that of the total alone [pcs].

    Examples
    --------
    >>> missed_by(np.array([[1.0, 3.0]]), np.array([[2.0, 1.0]]), False), missed_by(np.array([[1.0, 3.0]]), np.array([[2.0, 1.0]]), True)
    (2.0, 1.0)
    """
    error = made - actual
    total = float(np.abs(error.sum(axis=1)).sum())
    return total if seldom else 0.5 * (total + float(np.abs(error).sum()))


def choose(trials: Sequence[MethodTrial]) -> tuple[str, ...]:
    """The method, or the mean of up to three ("a+b"), of each series.

    Examples
    --------
    >>> choose([MethodTrial(False, ("year_mean", "level", "trend"), np.array([10.0, 5.0, 9.0]))])
    ('level',)
    """
    together: dict[tuple[bool, str], list[float]] = {}
    for trial in trials:
        for name, error in zip(trial.names, trial.errors, strict=True):
            pair = together.setdefault((trial.seldom, name), [0.0, 0.0])
            pair[0] += float(error)
            pair[1] += float(trial.errors[0])
    return tuple(_best(trial, together) for trial in trials)


def _best(trial: MethodTrial, together: dict[tuple[bool, str], list[float]]) -> str:
    pooled = np.array([_ratio(*together[trial.seldom, name]) for name in trial.names])
    alone = np.array([_ratio(float(error), float(trial.errors[0])) for error in trial.errors])
    score = OWN[trial.seldom] * alone + (1.0 - OWN[trial.seldom]) * pooled
    ranks = [int(k) for k in np.argsort(score, kind="stable")[:3]]
    return "+".join(trial.names[k] for k in ranks if score[k] <= AS_GOOD * score[ranks[0]])


def _ratio(error: float, plain: float) -> float:
    """Error against that of the plain method; where that made none, one is as good and two is worse."""
    if plain > 0:
        return error / plain
    return 1.0 if error <= 0 else 2.0
