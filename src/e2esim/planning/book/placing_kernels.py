"""Kernels that put movers on days: the state of a batch allocation, and the plain moves in it.

The state: ``day`` (n,) of each mover, -1 = not served; ``level`` (n_items, n_days), cumulative supply less what is
shipped, never negative; ``room`` (n_days,) left at the dock. Movers ship whole; ``value`` (n, width) is that of the
whole mover on day first + j. A mover with ``fixed`` stays where it is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

EPS = 1e-6


@njit(cache=True)
def move(
    m: int,
    to: int,
    item: npt.NDArray[np.int64],
    quantity: npt.NDArray[np.float64],
    day: npt.NDArray[np.int64],
    level: npt.NDArray[np.float64],
    room: npt.NDArray[np.float64],
) -> None:
    """Take mover ``m`` from its day and put it on day ``to`` (-1 = nowhere), allowed or not."""
    if day[m] >= 0:
        level[item[m], day[m] :] += quantity[m]
        room[day[m]] += quantity[m]
    if to >= 0:
        level[item[m], to:] -= quantity[m]
        room[to] -= quantity[m]
    day[m] = to


@njit(cache=True)
def first_fit(
    m: int,
    item: npt.NDArray[np.int64],
    quantity: npt.NDArray[np.float64],
    first: npt.NDArray[np.int64],
    until: npt.NDArray[np.int64],
    level: npt.NDArray[np.float64],
    room: npt.NDArray[np.float64],
) -> int:
    """First day on which mover ``m``, not placed, fits; -1 if there is none."""
    row, q = level[item[m]], quantity[m] - EPS
    low = first[m]  # first day from which on there is always enough
    for d in range(row.shape[0] - 1, low - 1, -1):
        if row[d] < q:
            low = d + 1
            break
    for d in range(low, until[m] + 1):
        if room[d] >= q:
            return d
    return -1


@njit(cache=True)
def worth(m: int, d: int, first: npt.NDArray[np.int64], value: npt.NDArray[np.float64]) -> float:
    """Value of mover ``m`` on day ``d``; nothing on no day."""
    return 0.0 if d < 0 else value[m, d - first[m]]


@njit(cache=True)
def insert_all(
    turn: npt.NDArray[np.int64],
    item: npt.NDArray[np.int64],
    quantity: npt.NDArray[np.float64],
    first: npt.NDArray[np.int64],
    until: npt.NDArray[np.int64],
    group: npt.NDArray[np.int64],
    begin: npt.NDArray[np.int64],
    member: npt.NDArray[np.int64],
    day: npt.NDArray[np.int64],
    level: npt.NDArray[np.float64],
    room: npt.NDArray[np.float64],
) -> None:
    """Put unserved movers, in turn, on their first day; a group (``member[begin[g]:begin[g + 1]]``) on one day for all."""
    for m in turn:
        if day[m] >= 0:
            continue
        if group[m] < 0:
            d = first_fit(m, item, quantity, first, until, level, room)
            if d >= 0:
                move(m, d, item, quantity, day, level, room)
            continue
        mates = member[begin[group[m]] : begin[group[m] + 1]]
        low, high = 0, level.shape[1] - 1
        for k in mates:
            low, high = max(low, first[k]), min(high, until[k])
        for d in range(low, high + 1):
            for k in mates:
                move(k, d, item, quantity, day, level, room)
            fits = room[d] >= -EPS
            for k in mates:
                fits = fits and level[item[k], d:].min() >= -EPS
            if fits:
                break
            for k in mates:
                move(k, -1, item, quantity, day, level, room)
