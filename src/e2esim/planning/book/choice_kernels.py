"""Kernels that choose anew which movers of an item are served, each on a day that is given.

The state ``s`` is that of `placing_kernels`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from e2esim.planning.book.placing_kernels import EPS, Placing, move


@njit(cache=True)
def wishes(share: float, s: Placing) -> npt.NDArray[np.int64]:
    """Day on which each unserved mover asks again: the first with room from ``share`` of its window on; -1 = never."""
    wish = np.full(s.day.shape[0], -1, dtype=np.int64)
    for m in range(s.day.shape[0]):
        if s.day[m] < 0:
            for d in range(s.first[m] + int(share * max(0, s.until[m] - s.first[m])), s.until[m] + 1):
                if s.room[d] >= s.quantity[m] - EPS:
                    wish[m] = d
                    break
    return wish


@njit(cache=True)
def choose_anew(start: npt.NDArray[np.int64], rows: npt.NDArray[np.int64], wish: npt.NDArray[np.int64], s: Placing, dirty: npt.NDArray[np.bool_]) -> None:
    """Choose for each item the best set of movers, each on its present day, the unserved on the day they ``wish``.

    Exact for these days: a knapsack with a limit for each day, by dynamic programming over whole pieces; items with
    parts of pieces are left as they are. A choice that overloads the dock is not taken. Items that gained are marked ``dirty``, others clean.
    """
    days = s.level.shape[1]
    dirty[:] = False
    for i in range(start.shape[0] - 1):
        mine = rows[start[i] : start[i + 1]]
        n = mine.shape[0]
        at = np.empty(n, dtype=np.int64)
        limit = s.level[i].copy()
        now, unserved, broken = 0.0, 0, False
        for k in range(n):
            m = mine[k]
            at[k] = s.day[m] if s.day[m] >= 0 else wish[m]
            if s.fixed[m] or at[k] < 0:
                at[k] = days
                continue
            broken = broken or s.quantity[m] != np.floor(s.quantity[m])
            if s.day[m] >= 0:
                limit[s.day[m] :] += s.quantity[m]
                now += s.value[m, s.day[m] - s.first[m]]
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
            q, worth = int(s.quantity[m]), s.value[m, at[turn[k]] - s.first[m]]
            for u in range(int(limit[at[turn[k]]] + EPS), q - 1, -1):
                if best[u - q] + worth > best[u] + EPS:
                    best[u] = best[u - q] + worth
                    picked[k, u] = True
        u = int(np.argmax(best))
        if best[u] <= now + EPS:
            continue
        old = s.day[mine].copy()
        for k in range(n - 1, -1, -1):
            if at[turn[k]] < days:
                m = mine[turn[k]]
                move(m, at[turn[k]] if picked[k, u] else -1, s)
                u -= int(s.quantity[m]) if picked[k, u] else 0
        if s.room.min() < -EPS:
            for k in range(n):
                move(mine[k], old[k], s)
        else:
            dirty[i] = True
