"""Kernels of the due calendar: linked rows, one list a tick."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.lean import counting_njit, lean_njit

Rows = npt.NDArray[np.int32]


class Lists(NamedTuple):
    """The lists of a calendar: hours a tick, ``open`` (1,) the first tick that is open, first row and number of rows of each tick, next row of each row
    (`push_at`)."""

    tick_h: float
    open: npt.NDArray[np.int64]
    head: Rows
    waiting: Rows
    link: Rows


@lean_njit
def push_due(
    rows: Rows,
    ticks: npt.NDArray[np.int64],
    first: int,
    head: Rows,
    count: Rows,
    link: Rows,
) -> int:
    """Put each row on the list of its tick, at the earliest ``first``; return how many fall beyond the calendar."""
    beyond = 0
    n = head.shape[0]
    for k in range(rows.shape[0]):
        tick = max(ticks[k], first)
        if tick >= n:
            beyond += 1
            continue
        row = rows[k]
        link[row] = head[tick]
        head[tick] = row
        count[tick] += 1
    return beyond


@lean_njit
def push_at(rows: Rows, times: npt.NDArray[np.float64], tick_h: float, first: int, head: Rows, count: Rows, link: Rows) -> int:
    """Put each row on the list of the tick in which its time [h] lies, at the earliest ``first``; return how many fall beyond the calendar.

    A time that is none (nan) has passed. Nothing is done and -1 returned where a row is too great for ``link``.
    """
    for k in range(rows.shape[0]):
        if rows[k] >= link.shape[0]:
            return -1
    n = head.shape[0]
    end, beyond = tick_h * n, 0
    for k in range(rows.shape[0]):
        tick = first if np.isnan(times[k]) else max(first, int(np.floor(min(times[k], end) / tick_h)))
        if tick >= n:
            beyond += 1
            continue
        row = rows[k]
        link[row] = head[tick]
        head[tick] = row
        count[tick] += 1
    return beyond


@lean_njit
def drain(tick: int, head: Rows, count: Rows, link: Rows, out: Rows) -> None:
    """Empty the list of ``tick`` into ``out``, (count[tick],)."""
    row = head[tick]
    k = 0
    while row >= 0:
        out[k] = row
        k += 1
        row = link[row]
    head[tick] = -1
    count[tick] = 0


@counting_njit
def withdraw_due(rows: Rows, ticks: npt.NDArray[np.int64], head: Rows, count: Rows, link: Rows) -> npt.NDArray[np.bool_]:
    """Unlink ``rows`` from the lists of their ``ticks``, (n,); True where the row was found."""
    found = np.zeros(rows.shape[0], dtype=np.bool_)
    for k in range(rows.shape[0]):
        tick = ticks[k]
        if tick < 0 or tick >= head.shape[0]:
            continue
        before, row = -1, head[tick]
        while row >= 0 and row != rows[k]:
            before, row = row, link[row]
        if row < 0:
            continue
        if before < 0:
            head[tick] = link[row]
        else:
            link[before] = link[row]
        count[tick] -= 1
        found[k] = True
    return found
