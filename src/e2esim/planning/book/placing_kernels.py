"""Kernels that put movers on days: the state of a batch allocation, and the plain moves in it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

EPS = 1e-6


class Placing(NamedTuple):
    """Movers, which ship whole, and where they stand; ``day``, ``level`` and ``room`` are changed in place.

    ``item, quantity`` [pcs] (n,); ``first, until`` (n,) window [days]; ``value`` (n, width) [EUR] of the whole mover on day first + j; ``fixed`` (n,):
    stays where it is; ``day`` (n,), -1 = not served; ``level`` (n_items, n_days) [pcs]: cumulative supply less what is shipped, never negative;
    ``room`` (n_days,) [pcs] left at the dock.
    """

    item: npt.NDArray[np.int64]
    quantity: npt.NDArray[np.float64]
    first: npt.NDArray[np.int64]
    until: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]
    fixed: npt.NDArray[np.bool_]
    day: npt.NDArray[np.int64]
    level: npt.NDArray[np.float64]
    room: npt.NDArray[np.float64]


@njit(cache=True)
def move(m: int, to: int, s: Placing) -> None:
    """Take mover ``m`` from its day and put it on day ``to`` (-1 = nowhere), allowed or not."""
    if s.day[m] >= 0:
        s.level[s.item[m], s.day[m] :] += s.quantity[m]
        s.room[s.day[m]] += s.quantity[m]
    if to >= 0:
        s.level[s.item[m], to:] -= s.quantity[m]
        s.room[to] -= s.quantity[m]
    s.day[m] = to


@njit(cache=True)
def first_fit(m: int, s: Placing) -> int:
    """First day on which mover ``m``, not placed, fits; -1 if there is none."""
    row, q = s.level[s.item[m]], s.quantity[m] - EPS
    low = s.first[m]  # first day from which on there is always enough
    for d in range(row.shape[0] - 1, low - 1, -1):
        if row[d] < q:
            low = d + 1
            break
    for d in range(low, s.until[m] + 1):
        if s.room[d] >= q:
            return d
    return -1


@njit(cache=True)
def worth(m: int, d: int, s: Placing) -> float:
    """Value of mover ``m`` on day ``d``; nothing on no day."""
    return 0.0 if d < 0 else s.value[m, d - s.first[m]]


@njit(cache=True)
def insert_all(turn: npt.NDArray[np.int64], s: Placing, group: npt.NDArray[np.int64], begin: npt.NDArray[np.int64], member: npt.NDArray[np.int64]) -> None:
    """Put unserved movers, in turn, on their first day; a group (``member[begin[g]:begin[g + 1]]``) on one day for all."""
    for m in turn:
        if s.day[m] >= 0:
            continue
        if group[m] < 0:
            d = first_fit(m, s)
            if d >= 0:
                move(m, d, s)
            continue
        mates = member[begin[group[m]] : begin[group[m] + 1]]
        low, high = 0, s.level.shape[1] - 1
        for k in mates:
            low, high = max(low, s.first[k]), min(high, s.until[k])
        for d in range(low, high + 1):
            for k in mates:
                move(k, d, s)
            fits = s.room[d] >= -EPS
            for k in mates:
                fits = fits and s.level[s.item[k], d:].min() >= -EPS
            if fits:
                break
            for k in mates:
                move(k, -1, s)
