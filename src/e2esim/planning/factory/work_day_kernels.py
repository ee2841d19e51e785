"""A day of the work centres that keep a calendar: lots begin when a machine, its shift and all parts are there.

Arrays in, arrays out.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from e2esim.domain.lean import lean_njit
from e2esim.planning.factory.clock_kernels import NEVER_H, TICK, day_of, done_at, next_open
from e2esim.planning.factory.lot_kernels import EPS, startable, take_inputs, wanted_lot
from e2esim.planning.factory.problem import Floats, Ints
from e2esim.planning.factory.shop_floor import Machines, Steps, Stores

NONE_IDLE, NOT_ASKED = -1, -2  # of the machines of a work centre at a moment


@lean_njit
def idle_machine(c: int, t: float, free: Floats, machines: Machines) -> int:
    """A machine of a work centre that could begin at ``t``, -1 if none can; closed ones are told when they open."""
    for m in range(machines.first_machine[c], machines.first_machine[c + 1]):
        if free[m] <= t + TICK:
            free[m] = next_open(machines.opens, machines.closes, machines.first_open[m], machines.first_open[m + 1], t)
            if free[m] <= t + TICK:
                return m
    return -1


@lean_njit
def next_moment(t: float, until: float, free: Floats, done: Floats) -> float:
    """First time after ``t`` and before ``until`` at which a machine or a lot is free; `NEVER_H` if there is none."""
    found = NEVER_H
    for m in range(free.size):
        if t + TICK < free[m] < until - TICK:
            found = min(found, free[m])
        if t + TICK < done[m] < until - TICK:
            found = min(found, done[m])
    return found


@lean_njit
def start_lot(
    s: int,
    t: float,
    machine: tuple[int, float, float],
    q: float,
    lots: tuple[Ints, Floats, Floats, Floats, Ints, Floats],
    n_lots: int,
    steps: Steps,
    running: tuple[Floats, Floats, Ints, Floats],
    level: Floats,
    arrive: Floats,
) -> bool:
    """Book a lot on a machine (row, end of the work, when it is free again); False when it is not there inside the days."""
    m, end, again = machine
    ready = end
    if steps.flow[s] > 0:
        ready = 24.0 * (max(day_of(end), int(t // 24.0)) + steps.flow[s])
    if ready >= 24.0 * arrive.shape[0] - TICK or n_lots >= lots[0].size:
        return False
    free, done, done_step, done_qty = running
    if steps.flow[s] > 0:
        arrive[int(ready // 24.0), steps.output[s]] += q
    elif end <= t + TICK:
        level[steps.output[s]] += q
    else:
        done[m], done_step[m], done_qty[m] = end, s, q
    free[m] = again
    lots[0][n_lots], lots[1][n_lots], lots[2][n_lots], lots[3][n_lots] = s, t, end, ready
    lots[4][n_lots], lots[5][n_lots] = m, q
    return True


@lean_njit
def owed_where_idle(
    t: float, debt: tuple[Floats, Floats, Floats, Floats, Floats, Ints], key: Floats, idle: Ints, free: Floats, steps: Steps, machines: Machines
) -> int:
    """Steps of idle work centres that owe pieces, oldest debt first, ties by rank, then by row, into the queue of ``debt``; returns how many.

    ``idle``: the machine of every work centre that could begin at ``t``, `NONE_IDLE`, or `NOT_ASKED`.
    """
    owed, _future, _chunk, since, rank, queue = debt
    n = 0
    for s in range(owed.size):
        if owed[s] <= EPS:
            continue
        c = steps.centre[s]
        if idle[c] == NOT_ASKED:
            idle[c] = idle_machine(c, t, free, machines) if machines.by_hour[c] else NONE_IDLE
        if idle[c] == NONE_IDLE:
            continue
        mine, at = since[s] * 1e3 + rank[s], n
        while at > 0 and key[at - 1] > mine:
            key[at], queue[at] = key[at - 1], queue[at - 1]
            at -= 1
        key[at], queue[at] = mine, s
        n += 1
    return n


@njit(cache=True)
def work_day(
    day: int,
    n_lots: int,
    lots: tuple[Ints, Floats, Floats, Floats, Ints, Floats],
    debt: tuple[Floats, Floats, Floats, Floats, Floats, Ints],
    running: tuple[Floats, Floats, Ints, Floats],
    steps: Steps,
    stores: Stores,
    machines: Machines,
    level: Floats,
    arrive: Floats,
    cum: Floats,
) -> int:
    """One day of the work centres by the hour, from one free machine or finished lot to the next; returns the lots so far.

    ``debt``: owed, future, largest wish of the debt, its day, rank of every step, room for a queue; ``running``: when
    each machine is free, and the lot on it that is there at once when it is done.
    """
    owed, future, chunk, since, _rank, queue = debt
    free, done, done_step, done_qty = running
    idle, key = np.empty(machines.by_hour.size, np.int64), np.empty(owed.size)
    t = 24.0 * day
    while t < 24.0 * (day + 1) - TICK:
        for m in range(done.size):
            if done[m] <= t + TICK:
                level[steps.output[done_step[m]]] += done_qty[m]
                done[m] = NEVER_H
        again = True
        idle[:] = NOT_ASKED
        while again:
            again = False
            n_owed = owed_where_idle(t, debt, key, idle, free, steps, machines)
            for j in range(n_owed):
                s = queue[j]
                m = idle[steps.centre[s]]
                if m == NONE_IDLE:
                    continue
                q = wanted_lot(s, owed, future, steps, chunk[s])
                q = startable(q, day, np.inf, s, steps, level, stores.free_from)
                if q < steps.lot_min[s] - EPS or q < EPS:
                    continue
                a, b = machines.first_open[m], machines.first_open[m + 1]
                end = done_at(machines.opens, machines.closes, machines.block, a, b, t, (steps.setup[s] + steps.run[s] * q) / machines.speed[m])
                if end >= NEVER_H:
                    continue
                if not start_lot(s, t, (m, end, next_open(machines.opens, machines.closes, a, b, end)), q, lots, n_lots, steps, running, level, arrive):
                    continue
                n_lots += 1
                take_inputs(s, q, day, steps, stores.sold, level, cum)
                owed[s] -= q
                if owed[s] > EPS:
                    since[s] = day
                idle[steps.centre[s]] = idle_machine(steps.centre[s], t, free, machines)
                again = True
        t = next_moment(t, 24.0 * (day + 1), free, done)
    return n_lots
