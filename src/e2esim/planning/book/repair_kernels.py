"""Kernels that bring forward what is late or refused, at the cost of cheaper movers that go where they fit.

State and words as in `placing_kernels`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from e2esim.planning.book.placing_kernels import EPS, first_fit, move, worth

MOST_OUT = 24  # movers that one move may push out, those that come in among them


@njit(cache=True)
def _push_out(
    mine: npt.NDArray[np.int64],
    level: npt.NDArray[np.float64],
    item: npt.NDArray[np.int64],
    quantity: npt.NDArray[np.float64],
    first: npt.NDArray[np.int64],
    until: npt.NDArray[np.int64],
    value: npt.NDArray[np.float64],
    fixed: npt.NDArray[np.bool_],
    day: npt.NDArray[np.int64],
    levels: npt.NDArray[np.float64],
    room: npt.NDArray[np.float64],
    out: npt.NDArray[np.int64],
    old: npt.NDArray[np.int64],
    n: int,
    most: float,
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
            if day[v] < 0 or day[v] > t or v == out[0] or fixed[v]:
                continue
            loss = worth(v, day[v], first, value)
            if t < until[v]:
                loss -= worth(v, max(t + 1, first[v]), first, value)
            helps = min(-level[t], quantity[v])
            if loss < best * helps:
                best, who, least = loss / helps, v, loss
        most -= least
        if who < 0 or n == out.shape[0] or most <= 0.0:
            return -1 - n
        out[n], old[n] = who, day[who]
        n += 1
        move(who, -1, item, quantity, day, levels, room)
    return n


@njit(cache=True)
def _put_back(
    n: int,
    item: npt.NDArray[np.int64],
    quantity: npt.NDArray[np.float64],
    first: npt.NDArray[np.int64],
    until: npt.NDArray[np.int64],
    value: npt.NDArray[np.float64],
    day: npt.NDArray[np.int64],
    level: npt.NDArray[np.float64],
    room: npt.NDArray[np.float64],
    out: npt.NDArray[np.int64],
    old: npt.NDArray[np.int64],
    came: int,
) -> float:
    """Put ``out[came:n]`` where they fit, the dearest first; what they gain, mostly below 0."""
    gain = 0.0
    for _ in range(came, n):
        who = -1
        for j in range(came, n):
            if day[out[j]] == -1 and (who < 0 or value[out[j], 0] / quantity[out[j]] > value[out[who], 0] / quantity[out[who]]):
                who = j
        to = first_fit(out[who], item, quantity, first, until, level, room)
        if to >= 0:
            move(out[who], to, item, quantity, day, level, room)
        else:
            day[out[who]] = -2  # looked at
        gain += worth(out[who], to, first, value) - worth(out[who], old[who], first, value)
    for j in range(came, n):
        day[out[j]] = max(day[out[j]], -1)
    return gain


@njit(cache=True)
def _try(
    mates: npt.NDArray[np.int64],
    d: int,
    start: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
    item: npt.NDArray[np.int64],
    quantity: npt.NDArray[np.float64],
    first: npt.NDArray[np.int64],
    until: npt.NDArray[np.int64],
    value: npt.NDArray[np.float64],
    fixed: npt.NDArray[np.bool_],
    day: npt.NDArray[np.int64],
    level: npt.NDArray[np.float64],
    room: npt.NDArray[np.float64],
    out: npt.NDArray[np.int64],
    old: npt.NDArray[np.int64],
) -> bool:
    """Put ``mates`` (one mover, or a group) on day ``d`` at the cost of others; keep it if all gain together."""
    n, gain = mates.shape[0], 0.0
    for j in range(n):
        out[j], old[j] = mates[j], day[mates[j]]
        gain += worth(mates[j], d, first, value) - worth(mates[j], old[j], first, value)
        move(mates[j], d, item, quantity, day, level, room)
    done = room[d] >= -EPS
    for m in mates:
        if done:
            mine = rows[start[item[m]] : start[item[m] + 1]]
            n = _push_out(mine, level[item[m]], item, quantity, first, until, value, fixed, day, level, room, out, old, n, gain)
            done = n > 0
            n = n if done else -1 - n
    if done:
        gain += _put_back(n, item, quantity, first, until, value, day, level, room, out, old, mates.shape[0])
        if gain > EPS:
            return True
    for j in range(n):
        move(out[j], -1, item, quantity, day, level, room)
    for j in range(n):
        move(out[j], old[j], item, quantity, day, level, room)
    return False


@njit(cache=True)
def improve_groups(
    begin: npt.NDArray[np.int64],
    member: npt.NDArray[np.int64],
    start: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
    item: npt.NDArray[np.int64],
    quantity: npt.NDArray[np.float64],
    first: npt.NDArray[np.int64],
    until: npt.NDArray[np.int64],
    value: npt.NDArray[np.float64],
    fixed: npt.NDArray[np.bool_],
    day: npt.NDArray[np.int64],
    level: npt.NDArray[np.float64],
    room: npt.NDArray[np.float64],
) -> None:
    """Bring every group that is late or not served forward where that pays, at the cost of movers that are not ``fixed``."""
    for g in range(begin.shape[0] - 1):
        mates = member[begin[g] : begin[g + 1]]
        low, high, pieces = 0, level.shape[1] - 1, 0.0
        for m in mates:
            low, high, pieces = max(low, first[m]), min(high, until[m]), pieces + quantity[m]
        end = day[mates[0]] - 1 if day[mates[0]] >= 0 else high
        size = mates.shape[0] + MOST_OUT
        out, old = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
        for d in range(low, end + 1):
            if room[d] >= pieces - EPS and _try(mates, d, start, rows, item, quantity, first, until, value, fixed, day, level, room, out, old):
                break


@njit(cache=True)
def improve(
    start: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
    item: npt.NDArray[np.int64],
    quantity: npt.NDArray[np.float64],
    first: npt.NDArray[np.int64],
    until: npt.NDArray[np.int64],
    value: npt.NDArray[np.float64],
    fixed: npt.NDArray[np.bool_],
    day: npt.NDArray[np.int64],
    level: npt.NDArray[np.float64],
    room: npt.NDArray[np.float64],
    rounds: int,
    dirty: npt.NDArray[np.bool_],
) -> int:
    """Bring every mover that is late or not served forward where that pays, in items that are ``dirty``; moves kept."""
    out, old = np.empty(MOST_OUT + 1, dtype=np.int64), np.empty(MOST_OUT + 1, dtype=np.int64)
    kept = 0
    for i in np.flatnonzero(dirty):
        mine = rows[start[i] : start[i + 1]]
        for _ in range(rounds):
            before = kept
            for k in range(mine.shape[0]):
                m = mine[k]
                if fixed[m]:
                    continue
                end = day[m] - 1 if day[m] >= 0 else until[m]
                for d in range(first[m], end + 1):
                    if room[d] < quantity[m] - EPS:
                        continue
                    if _try(mine[k : k + 1], d, start, rows, item, quantity, first, until, value, fixed, day, level, room, out, old):
                        kept += 1
                        for v in mine:
                            if day[v] < 0 and not fixed[v]:
                                to = first_fit(v, item, quantity, first, until, level, room)
                                if to >= 0:
                                    move(v, to, item, quantity, day, level, room)
                        break
            if kept == before:
                break
    return kept
