"""Kernels that bring forward what is late or refused, at the cost of cheaper movers that go where they fit.

The state ``s`` is that of `placing_kernels`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from e2esim.planning.book.placing_kernels import EPS, Placing, first_fit, move, worth

MOST_OUT = 24  # movers that one move may push out, those that come in among them


@njit(cache=True)
def _push_out(
    mine: npt.NDArray[np.int64], level: npt.NDArray[np.float64], s: Placing, out: npt.NDArray[np.int64], old: npt.NDArray[np.int64], n: int, most: float
) -> int:
    """Push movers of the item out until nothing is missing on any day; how many are out, below 0 if it cannot be done.

    On the first day with something missing goes what loses least, if it can follow on the day after, for a piece that
    helps. ``out[:n]`` came in or are out already; what came in stays. Given up (-1 - number out) when all lose more than
    ``most``.
    """
    t = 0
    while t < level.shape[0]:
        if level[t] >= -EPS:
            t += 1
            continue
        best, who, least = np.inf, -1, 0.0
        for v in mine:
            if s.day[v] < 0 or s.day[v] > t or v == out[0] or s.fixed[v]:
                continue
            loss = worth(v, s.day[v], s)
            if t < s.until[v]:
                loss -= worth(v, max(t + 1, s.first[v]), s)
            helps = min(-level[t], s.quantity[v])
            if loss < best * helps:
                best, who, least = loss / helps, v, loss
        most -= least
        if who < 0 or n == out.shape[0] or most <= 0.0:
            return -1 - n
        out[n], old[n] = who, s.day[who]
        n += 1
        move(who, -1, s)
    return n


@njit(cache=True)
def _put_back(n: int, s: Placing, out: npt.NDArray[np.int64], old: npt.NDArray[np.int64], came: int) -> float:
    """Put ``out[came:n]`` where they fit, the dearest first; what they gain, mostly below 0."""
    gain = 0.0
    for _ in range(came, n):
        who = -1
        for j in range(came, n):
            if s.day[out[j]] == -1 and (who < 0 or s.value[out[j], 0] / s.quantity[out[j]] > s.value[out[who], 0] / s.quantity[out[who]]):
                who = j
        to = first_fit(out[who], s)
        if to >= 0:
            move(out[who], to, s)
        else:
            s.day[out[who]] = -2  # looked at
        gain += worth(out[who], to, s) - worth(out[who], old[who], s)
    for j in range(came, n):
        s.day[out[j]] = max(s.day[out[j]], -1)
    return gain


@njit(cache=True)
def _try(
    mates: npt.NDArray[np.int64],
    d: int,
    start: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
    s: Placing,
    out: npt.NDArray[np.int64],
    old: npt.NDArray[np.int64],
) -> bool:
    """Put ``mates`` (one mover, or a group) on day ``d`` at the cost of others; keep it if all gain together."""
    n, gain = mates.shape[0], 0.0
    for j in range(n):
        out[j], old[j] = mates[j], s.day[mates[j]]
        gain += worth(mates[j], d, s) - worth(mates[j], old[j], s)
        move(mates[j], d, s)
    done = s.room[d] >= -EPS
    for m in mates:
        if done:
            mine = rows[start[s.item[m]] : start[s.item[m] + 1]]
            n = _push_out(mine, s.level[s.item[m]], s, out, old, n, gain)
            done = n > 0
            n = n if done else -1 - n
    if done:
        gain += _put_back(n, s, out, old, mates.shape[0])
        if gain > EPS:
            return True
    for j in range(n):
        move(out[j], -1, s)
    for j in range(n):
        move(out[j], old[j], s)
    return False


@njit(cache=True)
def improve_groups(begin: npt.NDArray[np.int64], member: npt.NDArray[np.int64], start: npt.NDArray[np.int64], rows: npt.NDArray[np.int64], s: Placing) -> None:
    """Bring every group that is late or not served forward where that pays, at the cost of movers that are not ``fixed``."""
    for g in range(begin.shape[0] - 1):
        mates = member[begin[g] : begin[g + 1]]
        low, high, pieces = 0, s.level.shape[1] - 1, 0.0
        for m in mates:
            low, high, pieces = max(low, s.first[m]), min(high, s.until[m]), pieces + s.quantity[m]
        end = s.day[mates[0]] - 1 if s.day[mates[0]] >= 0 else high
        size = mates.shape[0] + MOST_OUT
        out, old = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
        for d in range(low, end + 1):
            if s.room[d] >= pieces - EPS and _try(mates, d, start, rows, s, out, old):
                break


@njit(cache=True)
def improve(start: npt.NDArray[np.int64], rows: npt.NDArray[np.int64], s: Placing, rounds: int, dirty: npt.NDArray[np.bool_]) -> int:
    """Bring every mover that is late or not served forward where that pays, in items that are ``dirty``; moves kept."""
    out, old = np.empty(MOST_OUT + 1, dtype=np.int64), np.empty(MOST_OUT + 1, dtype=np.int64)
    kept = 0
    for i in np.flatnonzero(dirty):
        mine = rows[start[i] : start[i + 1]]
        for _ in range(rounds):
            before = kept
            for k in range(mine.shape[0]):
                m = mine[k]
                if s.fixed[m]:
                    continue
                end = s.day[m] - 1 if s.day[m] >= 0 else s.until[m]
                for d in range(s.first[m], end + 1):
                    if s.room[d] < s.quantity[m] - EPS:
                        continue
                    if _try(mine[k : k + 1], d, start, rows, s, out, old):
                        kept += 1
                        for v in mine:
                            if s.day[v] < 0 and not s.fixed[v]:
                                to = first_fit(v, s)
                                if to >= 0:
                                    move(v, to, s)
                        break
            if kept == before:
                break
    return kept
