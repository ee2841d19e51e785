"""When needs arise: waiting times run in the season's time, so that repeat purchases have the season of the history.

A need that comes after a waiting time w of a year without season comes when the seasonal index has added up to w since the last
purchase. Customers who buy at constant rates otherwise flatten the season that the history shows, and a calendar that is livelier
than the mean (a Christmas quarter, a growing web) shows up as too few active buyers. Within the week needs come when people shop (`shopping_hours`):
a need of the night that waited for the morning would put a fifth of all purchases, and of the questions before them, on the stroke of eight.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.customers.shopping_hours import shopping_week
from e2esim.domain.pasted import pasted_njit
from e2esim.streams.draws import Count

F = npt.NDArray[np.float64]

_WEEK = np.arange(169.0)
_EVEN = np.arange(169.0)


class NeedClock(NamedTuple):
    """A calendar: ``edge`` (k,) [h], and ``passed`` (clocks, k), the season's time at each edge [h]; constant rate one outside the edges.

    Edges and times rise; the first of both is the start of the calendar. ``week`` (169,): shopping time at each full hour of a week
    that begins with the calendar [h]; every hour alike unless stated.
    """

    edge: F
    passed: F
    week: F = _EVEN


def need_clock(season: F, start: dt.date, days: int) -> NeedClock:
    """The clock of each cell over ``days`` from ``start``; ``season`` (cells, 12): monthly index, mean one.

    >>> clock = need_clock(np.array([[2.0] + 11 * [1.0]]), dt.date(2026, 1, 30), 40)
    >>> clock.edge.tolist(), clock.passed.tolist()
    ([0.0, 48.0, 720.0, 960.0], [[0.0, 96.0, 768.0, 1008.0]])
    """
    edges, months, day = [0.0], [], start
    end = start + dt.timedelta(days=days)
    while day < end:
        months.append(day.month - 1)
        day = min((day.replace(day=1) + dt.timedelta(days=32)).replace(day=1), end)
        edges.append(24.0 * (day - start).days)
    edge = np.array(edges)
    lively = np.maximum(season[:, months], 1e-6) * np.diff(edge)
    passed = np.concatenate((np.zeros((len(season), 1)), np.cumsum(lively, axis=1)), axis=1)
    return NeedClock(edge, passed, shopping_week(start.weekday()))


@pasted_njit
def along(x: F, y: F, at: float) -> np.float64:
    """Value at ``at`` of the line through the points (x, y), both rising; slope one outside them."""
    n = x.shape[0]
    if at <= x[0]:
        return np.float64(y[0] + at - x[0])
    if at >= x[n - 1]:
        return np.float64(y[n - 1] + at - x[n - 1])
    k, left = 0, n - 1  # first point after ``at``, halving by arithmetic: a processor guesses such a branch wrong every other time
    while left > 0:
        half = (left + 1) >> 1
        k += half * (x[k + half - 1] <= at)
        left -= half
    return np.float64(y[k - 1] + (at - x[k - 1]) * (y[k] - y[k - 1]) / (x[k] - x[k - 1]))


@pasted_njit
def within_week(x: F, y: F, at: float) -> np.float64:
    """Value at ``at`` [h] of a line that repeats each week, from (0, 0) to (168, 168) through the points (x, y); inf stays inf."""
    if np.isinf(at):
        return np.float64(at)
    weeks = 168.0 * np.floor(at / 168.0)
    return np.float64(weeks + along(x, y, at - weeks))


@pasted_njit
def arises(clock: NeedClock, of: Count, since: float, wait: float) -> np.float64:
    """Time [h] at which ``wait`` hours of the season's and the week's time have passed since ``since``, on clock ``of``.

    >>> clock = need_clock(np.array([[2.0] + 11 * [1.0]]), dt.date(2026, 1, 1), 59)._replace(week=_EVEN)
    >>> arises(clock, 0, 0.0, 100.0), arises(clock, 0, 730.0, 100.0), arises(clock, 0, -10.0, 30.0)
    (50.0, 816.0, 10.0)
    >>> night = arises(need_clock(np.ones((1, 12)), dt.date(2026, 1, 5), 59), 0, 0.0, 0.01)  # a Monday: a need of the first minute
    >>> 8.0 < night < 8.1
    True
    """
    return comes(clock, of, season_time(clock, of, since) + wait)


@pasted_njit
def season_time(clock: NeedClock, of: Count, at: float) -> np.float64:
    """Hours of the season's and the week's time that have passed at ``at`` [h], on clock ``of``."""
    return along(clock.edge, clock.passed[of], within_week(_WEEK, clock.week, at))


@pasted_njit
def comes(clock: NeedClock, of: Count, passed: float) -> np.float64:
    """Time [h] at which ``passed`` hours of the season's and the week's time have passed, on clock ``of``."""
    return on_the_hour(clock, along(clock.passed[of], clock.edge, passed))


@pasted_njit
def on_the_hour(clock: NeedClock, at: float) -> np.float64:
    """Time [h] at which people shop whose need would come ``at`` [h] if every hour of the week were alike."""
    return within_week(clock.week, _WEEK, at)
