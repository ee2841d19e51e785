"""A first plan without a solver: requirements netted level by level, lots placed backward into weeks with room."""

from __future__ import annotations

import numpy as np
from numba import njit

from e2esim.domain.lean import lean_njit
from e2esim.planning.factory.problem import Floats, Ints
from e2esim.planning.factory.shop_floor import Steps

EPS = 1e-6


@lean_njit
def wanted_lot_of(carry: float, s: int, room: float, steps: Steps) -> float:
    """Pieces of a lot of a step that hours left have room for, 0 where that is no lot."""
    q = max(carry, steps.lot_min[s])
    if steps.run[s] > 0:
        q = min(q, max(0.0, np.floor((room - steps.setup[s]) / steps.run[s])))
    return q if room >= steps.setup[s] and q > EPS and q >= steps.lot_min[s] else 0.0


@lean_njit
def want_lot(s: int, day: int, q: float, n: int, out: tuple[Ints, Ints, Floats], steps: Steps, room: Floats, need: Floats) -> int:
    """Write a wanted lot down, take its hours and ask for its inputs; returns the lots so far."""
    room[steps.centre[s], day // 7] -= steps.setup[s] + steps.run[s] * q
    out[0][n], out[1][n], out[2][n] = s, day, q
    for i in range(steps.in_start[s], steps.in_start[s + 1]):
        need[steps.in_node[i], day] += q * steps.in_qty[i]
    return n + 1


@njit(cache=True)
def backward_wants(
    need: Floats,
    stock: Floats,
    receipts: Floats,
    step_order: Ints,
    choices: Ints,
    steps: Steps,
    capacity: Floats,
    free_from: Ints,
    opened: Ints,
    lots: tuple[Ints, Floats],
) -> tuple[Ints, Ints, Floats]:
    """Wanted lots (step, day, qty) that cover ``need`` as late as hours allow; what does not fit before goes after.

    ``need``: (n_nodes, n_days) pieces required at the start of a day, changed in place; ``step_order``: first choices, users
    before suppliers, each with so many ``choices`` (n_steps,); of ``steps`` the smallest lot is 0 where smaller wishes may wait for others.
    ``opened``: (n_centres, n_days) the last day up to each on which a work centre is open [d].
    ``lots``: days whose needs a lot of each step covers, pieces up to which it fills the stock, (n_steps,).
    A second choice is taken for what the first would have late, in the weeks in which the first is full.
    """
    n_days = need.shape[1]
    n_weeks = min(capacity.shape[1], (n_days + 6) // 7)
    room = capacity.copy()
    size = 2 * steps.output.size * n_weeks + 1
    out = (np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size))
    n = int(np.int64(0))  # as wide as it gets, so that what it is handed to is compiled once
    latest, day_of = np.zeros(n_days), np.zeros(n_weeks, np.int64)
    for s in step_order:
        if not _netted(steps.output[s], steps.flow[s], need, stock, receipts, free_from, opened[steps.centre[s]], latest):
            continue
        gather(latest, lots[0][s], lots[1][s])
        carry, tight = 0.0, -1  # from week 0 to `tight` the first choice is full
        for w in range(n_weeks - 1, -1, -1):
            day = -1
            for d in range(min(n_days, 7 * w + 7) - 1, 7 * w - 1, -1):
                if latest[d] > 0:
                    carry += latest[d]
                    day = d
            day_of[w] = day if day >= 0 else 7 * w
            q = wanted_lot_of(carry, s, room[steps.centre[s], w], steps) if carry > EPS else 0.0
            if q > 0.0:
                n = want_lot(s, day_of[w], q, n, out, steps, room, need)
                carry -= q
            if carry <= EPS:
                tight = -1
            elif tight < 0:
                tight = w
        for a in range(s + 1, s + choices[s]):
            for w in range(tight, -1, -1):
                q = wanted_lot_of(carry, a, room[steps.centre[a], w], steps) if carry > EPS else 0.0
                if q > 0.0:
                    n = want_lot(a, day_of[w], q, n, out, steps, room, need)
                    carry -= q
        for w in range(n_weeks):
            for a in range(s, s + choices[s]):
                q = wanted_lot_of(carry, a, room[steps.centre[a], w], steps) if carry > EPS and n < size else 0.0
                if q > 0.0:
                    n = want_lot(a, 7 * w, q, n, out, steps, room, need)
                    carry -= q
        q = max(1.0, steps.lot_min[s])
        hours = steps.setup[s] + steps.run[s] * q
        while carry > EPS and n < size and hours > capacity[steps.centre[s], :n_weeks].max():  # no week holds a lot: it takes several
            first = weeks_through(room[steps.centre[s]], hours, n_weeks)
            if first < 0:
                break
            room[steps.centre[s], first] += hours  # want_lot takes them once more
            n = want_lot(s, 7 * first, q, n, out, steps, room, need)
            carry -= q
    return out[0][:n], out[1][:n], out[2][:n]


@lean_njit
def gather(wanted: Floats, cover: int, fill: float) -> None:
    """Put what is wanted by day, (n_days,), into lots by rule, in place: each covers the needs of ``cover`` days and brings ``fill`` pieces more,
    which serve what is wanted later.
    """
    have, at, until = 0.0, -1, -1
    for d in range(wanted.size):
        q = wanted[d]
        used = min(have, q)
        have -= used
        q -= used
        wanted[d] = 0.0
        if q > EPS and d < until:
            wanted[at] += q
        elif q > EPS:
            at, until, have = d, d + cover, fill
            wanted[d] = q + fill


@njit(cache=True)
def weeks_through(room: Floats, hours: float, n_weeks: int) -> int:
    """First week of the earliest ``hours`` of a work centre, taken from ``room`` (weeks,); -1 where the weeks do not hold them."""
    if np.maximum(room[:n_weeks], 0.0).sum() < hours:
        return -1
    left, first = hours, -1
    for w in range(n_weeks):
        take = min(left, room[w])
        if take > EPS:
            room[w] -= take
            left -= take
            if first < 0:
                first = w
        if left <= EPS:
            break
    return first


@lean_njit
def _netted(node: int, flow: int, need: Floats, stock: Floats, receipts: Floats, free_from: Ints, opened: Ints, latest: Floats) -> bool:
    """Pieces of a node by the day on which they must be begun, into ``latest``, after stock and receipts; whether there are any."""
    have = stock[node]
    latest[:] = 0.0
    found = False
    for d in range(need.shape[1]):
        have += receipts[d, node]
        q = need[node, d]
        if q <= 0.0:
            continue
        used = min(have, q)
        have -= used
        if q - used > EPS and d < free_from[node]:
            latest[opened[max(0, d - flow)]] += q - used
            found = True
    return found
