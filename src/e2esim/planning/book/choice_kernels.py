"""Kernels that choose anew which movers of an item are served, each on a day that is given.

State and words as in `placing_kernels`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from e2esim.planning.book.placing_kernels import EPS, move


@njit(cache=True)
def wishes(
    share: float,
    quantity: npt.NDArray[np.float64],
    first: npt.NDArray[np.int64],
    until: npt.NDArray[np.int64],
    day: npt.NDArray[np.int64],
    room: npt.NDArray[np.float64],
) -> npt.NDArray[np.int64]:
    """Day on which each unserved mover asks again: the first with room from ``share`` of its window on; -1 = never."""
    wish = np.full(day.shape[0], -1, dtype=np.int64)
    for m in range(day.shape[0]):
        if day[m] < 0:
            for d in range(first[m] + int(share * max(0, until[m] - first[m])), until[m] + 1):
                if room[d] >= quantity[m] - EPS:
                    wish[m] = d
                    break
    return wish


@njit(cache=True)
def choose_anew(
    start: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
    wish: npt.NDArray[np.int64],
    item: npt.NDArray[np.int64],
    quantity: npt.NDArray[np.float64],
    first: npt.NDArray[np.int64],
    value: npt.NDArray[np.float64],
    fixed: npt.NDArray[np.bool_],
    day: npt.NDArray[np.int64],
    level: npt.NDArray[np.float64],
    room: npt.NDArray[np.float64],
    dirty: npt.NDArray[np.bool_],
) -> None:
    """Choose for each item the best set of movers, each on its present day, the unserved on the day they ``wish``.

    Exact for these days: a knapsack with a limit for each day, by dynamic programming over whole pieces; items with
    parts of pieces are left as they are. A choice that overloads the dock is not taken. Items that gained are marked ``dirty``, others clean.
    """
    days = level.shape[1]
    dirty[:] = False
    for i in range(start.shape[0] - 1):
        mine = rows[start[i] : start[i + 1]]
        n = mine.shape[0]
        at = np.empty(n, dtype=np.int64)
        limit = level[i].copy()
        now, unserved, broken = 0.0, 0, False
        for k in range(n):
            m = mine[k]
            at[k] = day[m] if day[m] >= 0 else wish[m]
            if fixed[m] or at[k] < 0:
                at[k] = days
                continue
            broken = broken or quantity[m] != np.floor(quantity[m])
            if day[m] >= 0:
                limit[day[m] :] += quantity[m]
                now += value[m, day[m] - first[m]]
            else:
                unserved += 1
        if broken or unserved == 0:
            continue
        for d in range(days - 2, -1, -1):  # what later days need is no limit of theirs alone
            limit[d] = min(limit[d], limit[d + 1])
        size = int(limit[days - 1] + EPS)
        best = np.full(size + 1, -np.inf)
        best[0] = 0.0
        turn = np.argsort(at, kind="mergesort")
        picked = np.zeros((n, size + 1), dtype=np.bool_)
        for k in range(n):
            if at[turn[k]] == days:
                break
            m = mine[turn[k]]
            q, worth = int(quantity[m]), value[m, at[turn[k]] - first[m]]
            for u in range(int(limit[at[turn[k]]] + EPS), q - 1, -1):
                if best[u - q] + worth > best[u] + EPS:
                    best[u] = best[u - q] + worth
                    picked[k, u] = True
        u = int(np.argmax(best))
        if best[u] <= now + EPS:
            continue
        old = day[mine].copy()
        for k in range(n - 1, -1, -1):
            if at[turn[k]] < days:
                m = mine[turn[k]]
                move(m, at[turn[k]] if picked[k, u] else -1, item, quantity, day, level, room)
                u -= int(quantity[m]) if picked[k, u] else 0
        if room.min() < -EPS:
            for k in range(n):
                move(mine[k], old[k], item, quantity, day, level, room)
        else:
            dirty[i] = True
