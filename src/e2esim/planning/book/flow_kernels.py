"""Kernel of the exact allocation of one item when lines may be split: a flow of greatest value.

A line sends its pieces to days of its window; a piece shipped on day d takes supply of day d or before. Lines enter
one after the other; each pushes its pieces along the best path there is, and a path may move pieces of other lines to
another day or push them out. So the flow is of greatest value for the lines entered so far after every step
(successive best paths, Ahuja, Magnanti and Orlin, Network Flows, 1993, chapter 9).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

EPS = 1e-6  # [pcs] and [EUR/pcs]
NEVER = -1e18


class Windows(NamedTuple):
    """Lines of all items: ``first, until`` (n,) window [days], ``value`` (n, width) of a piece by day, ``price`` (n_days,), pieces ``placed`` (n, width)."""

    first: npt.NDArray[np.int64]
    until: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]
    price: npt.NDArray[np.float64]
    placed: npt.NDArray[np.float64]


class PathLabels(NamedTuple):
    """Best paths: by row what a piece out of place has ``gain``-ed, the day it ``left``, the day that wanted its place, ``source``; by day the ``best``
    label, the line that comes ``by``, and from where it is handed on: ``reach``, ``origin``."""

    gain: npt.NDArray[np.float64]
    left: npt.NDArray[np.int64]
    source: npt.NDArray[np.int64]
    best: npt.NDArray[np.float64]
    by: npt.NDArray[np.int64]
    reach: npt.NDArray[np.float64]
    origin: npt.NDArray[np.int64]


@njit(cache=True)
def _reach(level: npt.NDArray[np.float64], best: npt.NDArray[np.float64], reach: npt.NDArray[np.float64], origin: npt.NDArray[np.int64]) -> int:
    """Best label from which a piece can be handed to each day; the last day without stock left, -1 if there is none.

    A piece too many on day d is handed to an earlier day, or to a later one as long as stock is left in between: so a
    day is reached from all days after the last empty one before it. ``reach``, ``origin`` are overwritten.
    """
    days = level.shape[0]
    top, who, empty, end = NEVER, -1, -1, days - 1
    for d in range(days - 1, -1, -1):
        if empty < 0 and level[d] <= EPS:
            empty = d
        if best[d] > top:
            top, who = best[d], d
        if d == 0 or level[d - 1] <= EPS:
            for t in range(d, end + 1):
                reach[t], origin[t] = top, who
            end = d - 1
    return empty


@njit(cache=True)
def _labels(k: int, rows: npt.NDArray[np.int64], w: Windows, level: npt.NDArray[np.float64], to: PathLabels) -> int:
    """Best paths from line ``rows[k]``, written to labels ``to``; returns the last empty day."""
    to.gain[: k + 1] = NEVER
    to.gain[k] = 0.0
    to.best[:] = NEVER
    fresh = np.zeros(k + 1, dtype=np.bool_)
    fresh[k] = True
    while True:
        moved = False
        for a in range(k + 1):
            if fresh[a]:
                fresh[a] = False
                r = rows[a]
                for d in range(w.first[r], w.until[r] + 1):
                    x = to.gain[a] + w.value[r, d - w.first[r]] - w.price[d]
                    if x > to.best[d] + EPS:
                        to.best[d], to.by[d], moved = x, a, True
        empty = _reach(level, to.best, to.reach, to.origin)
        if not moved:
            return empty
        for a in range(k):
            r = rows[a]
            for d in range(w.first[r], w.until[r] + 1):
                if w.placed[r, d - w.first[r]] > EPS:
                    x = to.reach[d] - w.value[r, d - w.first[r]] + w.price[d]
                    if x > to.gain[a] + EPS:
                        to.gain[a], to.left[a], to.source[a], fresh[a] = x, d, to.origin[d], True


@njit(cache=True)
def _push(k: int, end: int, day: int, wanted: float, rows: npt.NDArray[np.int64], w: Windows, level: npt.NDArray[np.float64], path: PathLabels) -> float:
    """Push what fits along the path that ends with line ``end`` out of place (-1: with free stock on ``day``)."""
    days = level.shape[0]
    change = np.zeros(days)  # of the pieces shipped on a day, for one piece along the path
    line, to = np.empty(2 * (k + 1), dtype=np.int64), np.empty(2 * (k + 1), dtype=np.int64)
    n, amount = 0, wanted
    if end >= 0:
        line[0], to[0], n = end, -1 - path.left[end], 1
        change[path.left[end]] -= 1.0
        amount = min(amount, w.placed[rows[end], path.left[end] - w.first[rows[end]]])
        day = path.source[end]
    while True:
        a = path.by[day]
        line[n], to[n] = a, day
        n += 1
        change[day] += 1.0
        if a == k:
            break
        if n >= 2 * k + 1:
            return 0.0
        line[n], to[n] = a, -1 - path.left[a]
        n += 1
        change[path.left[a]] -= 1.0
        amount = min(amount, w.placed[rows[a], path.left[a] - w.first[rows[a]]])
        day = path.source[a]
    used = 0.0
    for d in range(days):
        used += change[d]
        if used > 0.5:
            amount = min(amount, level[d] / used)
    if amount <= EPS:
        return 0.0
    used = 0.0
    for d in range(days):
        used += change[d]
        level[d] -= amount * used
    for j in range(n):
        r = rows[line[j]]
        if to[j] >= 0:
            w.placed[r, to[j] - w.first[r]] += amount
        else:
            w.placed[r, -1 - to[j] - w.first[r]] -= amount
    return amount


@njit(cache=True)
def _free_place(r: int, missing: float, w: Windows, level: npt.NDArray[np.float64]) -> float:
    """Put the line on its own best day if stock is left there: no path can be better. Returns the pieces put."""
    best, day = EPS, -1
    for d in range(w.first[r], w.until[r] + 1):
        if w.value[r, d - w.first[r]] - w.price[d] > best:
            best, day = w.value[r, d - w.first[r]] - w.price[d], d
    if day < 0:
        return 0.0
    amount = missing
    for d in range(level.shape[0] - 1, day - 1, -1):
        amount = min(amount, level[d])
        if amount <= EPS:
            return 0.0
    level[day:] -= amount
    w.placed[r, day - w.first[r]] += amount
    return amount


@njit(cache=True)
def fill_items(
    start: npt.NDArray[np.int64], rows: npt.NDArray[np.int64], quantity: npt.NDArray[np.float64], level: npt.NDArray[np.float64], w: Windows
) -> None:
    """Allocate every item exactly, lines in parts.

    Parameters
    ----------
    start : (n_items + 1,)
        Lines of item i are ``rows[start[i]:start[i + 1]]``, the heaviest first (any order is right, this one is fast).
    quantity : (n,)
        Pieces of each line [pcs].
    level : (n_items, n_days)
        Cumulative supply [pcs]; lowered by what is shipped.
    w
        Windows, values of a piece of line k on day first[k] + j [EUR/pcs], prices of the days [EUR/pcs]; ``placed`` is overwritten [pcs].
    """
    days = level.shape[1]
    most = 0
    for i in range(start.shape[0] - 1):
        most = max(most, start[i + 1] - start[i])
    to = PathLabels(
        gain=np.empty(most),
        left=np.empty(most, dtype=np.int64),
        source=np.empty(most, dtype=np.int64),
        best=np.empty(days),
        by=np.empty(days, dtype=np.int64),
        reach=np.empty(days),
        origin=np.empty(days, dtype=np.int64),
    )
    for i in range(start.shape[0] - 1):
        mine = rows[start[i] : start[i + 1]]
        for k in range(mine.shape[0]):
            r = mine[k]
            missing = quantity[r]
            if w.first[r] <= w.until[r]:
                missing -= _free_place(r, missing, w, level[i])
            while missing > EPS and w.first[r] <= w.until[r]:
                empty = _labels(k, mine, w, level[i], to)
                top, end, day = EPS, -2, -1
                if empty < days - 1 and to.reach[days - 1] > top:
                    top, end, day = to.reach[days - 1], -1, to.origin[days - 1]
                for a in range(k):
                    if to.gain[a] > top:
                        top, end = to.gain[a], a
                if end == -2:
                    break
                amount = _push(k, end, day, missing, mine, w, level[i], to)
                if amount <= 0.0:
                    break
                missing -= amount
