"""One series made ready to be forecast: since when it is recorded, its season, and its past at the level of today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.planning.demand.classes import ADI_LIMIT, demand_interval
from e2esim.planning.demand.level_step import at_level_of_today
from e2esim.planning.demand.seasonal_index import confirmed, fellows_index, is_flat, seasonal_index

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

IN_SEASON: Final = 0.3  # index from which a period counts for how often an item is asked for [1]


class ReadySeries(NamedTuple):
    """What methods are fitted on."""

    history: Floats  # (n_periods,) at the level of today [pcs]
    season: Floats  # seasonal index of each period of the year, the first for the first period of history, (periods in a year,) [1]
    step: int  # known period in which the level of today began; -1 without a lasting step
    seldom: bool  # slow or lumpy, in its season


def first_sold(history: Floats) -> Ints:
    """Period of the first demand of each series, (n_series,); the number of periods where there was none.

    Examples
    --------
    >>> first_sold(np.array([[0.0, 3.0, 1.0], [0.0, 0.0, 0.0]])).tolist()
    [1, 3]
    """
    return np.asarray(np.where(history.any(axis=1), (history > 0).argmax(axis=1), history.shape[1]), np.int64)


def ready(history: Floats, first: Ints, season: int) -> Sequence[ReadySeries]:
    """Make all series of a table ready.

    Parameters
    ----------
    history : ndarray, (n_series, n_known)
        [pcs]
    first : ndarray, (n_series,)
        Period from which a series is recorded: zeros from there on are demand of zero.
    season
        Periods in a year.

    Examples
    --------
    >>> one, = ready(np.repeat([[20.0, 60.0]], [30, 10], axis=1), np.array([0]), 52)
    >>> one.step, one.seldom, set(one.history.tolist())
    (30, False, {60.0})
    """
    common, known = fellows_index(history, first, season), expected_start(history, first)
    return [_ready(row[begin:], int(begin), common, season) for row, begin in zip(known, first, strict=True)]


def expected_start(history: Floats, first: Ints) -> Floats:
    """History in which a demand that was the first thing recorded of a series stands for what was to be expected of that period.

    Had it not come, nobody would know of the series yet: it says how much is asked for, not how often. How often is then taken to be
    what is usual for all series since they are recorded. Where the table itself begins, nothing is changed.

    Examples
    --------
    >>> expected_start(np.array([[0.0, 8.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 6.0, 0.0]]), np.array([0, 3])).tolist()
    [[0.0, 8.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 0.0]]
    """
    since = np.arange(history.shape[1]) > first[:, None]
    since[:, 0] |= first == 0
    often = float((history > 0)[since].mean()) if since.any() else 1.0
    late = np.flatnonzero((first > 0) & (first < history.shape[1]))
    made = history.astype(float)
    made[late, first[late]] *= often
    return np.asarray(made)


def _ready(known: Floats, begin: int, common: Floats, season: int) -> ReadySeries:
    index = _index(known, begin, common, season)
    level, step = at_level_of_today(known, index)
    if step:  # the season shows clearer without the step
        cut = known.size - level.size
        index = _index(level, begin + cut, common, season)
    usual = index[np.arange(level.size) % season]
    seldom = demand_interval(level[usual > IN_SEASON]) >= ADI_LIMIT
    return ReadySeries(level, index, begin + step if step else -1, seldom)


def _index(known: Floats, begin: int, common: Floats, season: int) -> Floats:
    """Season of its own, else that of its fellows as far as the series confirms it."""
    own = seasonal_index(known, season)
    return confirmed(known, np.roll(common, -begin)) if is_flat(own) else own
