"""Kernels that keep orders whole: put in, push out the cheapest, choose anew which ones are served.

Their state: ``day`` (n,) of each mover, -1 = not served; ``level`` (n_items, n_days), cumulative supply less what is
shipped, never negative; ``room`` (n_days,) left at the dock. Movers ship whole; ``value`` (n, width) is that of the
whole mover on day first + j. A mover with ``fixed`` stays where it is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

EPS = 1e-6
MOST_OUT = 24  # movers that one move may push out, those that come in among them


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


@njit(cache=True)
def dock_prices(
    quantity: npt.NDArray[np.float64],
    first: npt.NDArray[np.int64],
    until: npt.NDArray[np.int64],
    value: npt.NDArray[np.float64],
    day: npt.NDArray[np.int64],
    dock: npt.NDArray[np.float64],
    stride: float,
    steps: int,
) -> npt.NDArray[np.float64]:
    """Price of a piece of room at the dock, (n_days,) [EUR/pcs], by subgradient steps (Held and Karp, 1971).

    At given prices each mover leaves on its best day from ``day`` on, its first day by supply, or not at all; the
    price of a day rises with the share of the ``dock`` that is missing, by ``stride`` at first [EUR/pcs]. Kept are the
    prices of the least Lagrangian bound.
    """
    days = dock.shape[0]
    price, kept, least = np.zeros(days), np.zeros(days), np.inf
    for step in range(steps):
        load, bound = np.zeros(days), 0.0
        for d in range(days):
            bound += price[d] * dock[d] if price[d] > 0.0 else 0.0
        for m in range(day.shape[0]):
            if day[m] < 0:
                continue
            best, at = 0.0, -1
            for d in range(day[m], until[m] + 1):
                x = value[m, d - first[m]] - price[d] * quantity[m]
                if x > best:
                    best, at = x, d
            if at >= 0:
                load[at] += quantity[m]
                bound += best
        if bound < least:
            least, kept = bound, price.copy()
        for d in range(days):
            if np.isfinite(dock[d]):
                missing = load[d] / dock[d] - 1.0 if dock[d] > 0.0 else 1.0
                price[d] = max(0.0, price[d] + stride / (1.0 + step / 8.0) * missing)
    return kept


@njit(cache=True)
def relieve_dock(
    movable: npt.NDArray[np.int64],
    item: npt.NDArray[np.int64],
    quantity: npt.NDArray[np.float64],
    first: npt.NDArray[np.int64],
    until: npt.NDArray[np.int64],
    value: npt.NDArray[np.float64],
    day: npt.NDArray[np.int64],
    level: npt.NDArray[np.float64],
    room: npt.NDArray[np.float64],
) -> None:
    """Day by day, put off to the next day what loses least a piece, until the dock can take the day.

    ``movable``: movers that may be put off, those with the latest last day first. Supply always allows a later day.
    """
    for d in range(room.shape[0]):
        while room[d] < -EPS:
            best, who = np.inf, -1
            for m in movable:
                if day[m] == d:
                    v = value[m, d - first[m]]
                    if d < until[m]:
                        v -= value[m, d + 1 - first[m]]
                    if v / quantity[m] < best - EPS:
                        best, who = v / quantity[m], m
            if who < 0:
                break
            move(who, d + 1 if d < until[who] else -1, item, quantity, day, level, room)


@njit(cache=True)
def _worth(m: int, d: int, first: npt.NDArray[np.int64], value: npt.NDArray[np.float64]) -> float:
    return 0.0 if d < 0 else value[m, d - first[m]]


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
            loss = _worth(v, day[v], first, value)
            if t < until[v]:
                loss -= _worth(v, max(t + 1, first[v]), first, value)
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
        gain += _worth(out[who], to, first, value) - _worth(out[who], old[who], first, value)
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
        gain += _worth(mates[j], d, first, value) - _worth(mates[j], old[j], first, value)
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


@njit(cache=True)
def _place_at_dock(
    m: int,
    d: int,
    item: npt.NDArray[np.int64],
    quantity: npt.NDArray[np.float64],
    first: npt.NDArray[np.int64],
    until: npt.NDArray[np.int64],
    value: npt.NDArray[np.float64],
    fixed: npt.NDArray[np.bool_],
    day: npt.NDArray[np.int64],
    level: npt.NDArray[np.float64],
    room: npt.NDArray[np.float64],
) -> bool:
    """Give mover ``m`` the place at the dock of another that can wait, on day ``d``; keep it if both gain together."""
    least, who, missing = _worth(m, d, first, value) - _worth(m, day[m], first, value) - EPS, -1, quantity[m] - room[d] - EPS
    for v in range(day.shape[0]):
        if day[v] == d and quantity[v] >= missing and v != m and not fixed[v]:
            loss = _worth(v, d, first, value) - (_worth(v, d + 1, first, value) if d < until[v] else 0.0)
            if loss < least:
                least, who = loss, v
    if who < 0:
        return False
    gain, old = _worth(m, d, first, value) - _worth(m, day[m], first, value), day[m]
    move(m, d, item, quantity, day, level, room)
    move(who, -1, item, quantity, day, level, room)
    if room[d] >= -EPS and level[item[m], d:].min() >= -EPS:
        to = first_fit(who, item, quantity, first, until, level, room)
        if gain + _worth(who, to, first, value) - _worth(who, d, first, value) > EPS:
            move(who, to, item, quantity, day, level, room)
            return True
    move(m, old, item, quantity, day, level, room)
    move(who, d, item, quantity, day, level, room)
    return False


@njit(cache=True)
def swap_at_dock(
    turn: npt.NDArray[np.int64],
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
    """Movers that are late, or refused, for want of room at the dock only, in ``turn``: the first day that pays."""
    for m in turn:
        if fixed[m] or day[m] == first[m] or first[m] > until[m]:
            continue
        end = day[m] - 1 if day[m] >= 0 else until[m]
        low, row = first[m], level[item[m]]
        for t in range(row.shape[0] - 1, low - 1, -1):
            if row[t] + (quantity[m] if 0 <= day[m] <= t else 0.0) < quantity[m] - EPS:
                low = t + 1
                break
        for d in range(low, end + 1):
            if room[d] < quantity[m] - EPS and _place_at_dock(m, d, item, quantity, first, until, value, fixed, day, level, room):
                break


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
