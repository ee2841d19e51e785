"""Exact execution of wanted lots: by the week where hours are weekly, by the hour where machines keep a calendar.

Arrays in, arrays out.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from e2esim.planning.factory.clock_kernels import NEVER_H, TICK
from e2esim.planning.factory.lot_kernels import EPS, owed_first, startable, take_inputs, wanted_lot
from e2esim.planning.factory.problem import Floats, Ints
from e2esim.planning.factory.shop_floor import Machines, Steps, Stores
from e2esim.planning.factory.work_day_kernels import work_day

PURCHASED = 1e9  # pieces of what purchases bring in any quantity [pcs]



@njit(cache=True)
def rows_by_day(day: Ints, n_days: int) -> tuple[Ints, Ints]:
    """Rows in order of their day, a counting sort: start of every day, (n_days + 1,), and rows; days beyond the ends
    count to the first and the last.
    """
    slot = np.zeros(n_days + 1, np.int64)
    for k in range(day.size):
        slot[min(max(day[k], 0), n_days - 1) + 1] += 1
    slot = np.cumsum(slot)
    fill = slot.copy()
    rows = np.empty(day.size, np.int64)
    for k in range(day.size):
        d = min(max(day[k], 0), n_days - 1)
        rows[fill[d]] = k
        fill[d] += 1
    return slot, rows


@njit(cache=True)
def dispatch(
    want_step: Ints,
    want_day: Ints,
    want_qty: Floats,
    rank: Floats,
    steps: Steps,
    stores: Stores,
    machines: Machines,
    cum: Floats,
) -> tuple[Ints, Floats, Floats, Floats, Ints, Floats]:
    """Start wanted lots as early as wanted and as stock, work in process and hours allow.

    ``want_*``: (n_want,), in any order; ``rank``: (n_steps,). What cannot start is owed and tried again, oldest debt first:
    every midnight where hours are by week (they are charged to the week of the start, and the lot takes its flow time);
    at every hour at which a machine or a part becomes free where they are by the hour. There flow time comes on top: the lot is
    there at midnight, so many days after the day on which it is done, and at once where there is none.

    Returns the lots: step, start, end of the work and when the goods are there [h], machine (-1 for hours by week),
    pieces. ``cum``, (n_items, n_days), gets the stock of what is sold that may be delivered at the start of a day before
    anything is: its least level from then to midnight.
    """
    n_steps, n_days, n_items = steps.output.size, stores.receipts.shape[0], stores.sold.size
    n_weeks = machines.capacity.shape[1]
    arrive, level, room = stores.receipts.copy(), stores.stock.copy(), machines.capacity.copy()
    owed, future, chunk = np.zeros(n_steps), np.zeros(n_steps), np.zeros(n_steps)
    since = np.full(n_steps, n_days * 1.0)
    for k in range(want_step.size):
        future[want_step[k]] += want_qty[k]
    size = want_step.size * 4 + 1000
    for k in range(want_step.size):
        size += int(min(want_qty[k] / steps.lot_max[want_step[k]], 1e6))
    lots = (np.empty(size, np.int64), np.empty(size), np.empty(size), np.empty(size), np.empty(size, np.int64), np.empty(size))
    n_lots = int(np.int64(0))  # as wide as it gets, so that what it is handed to is compiled once
    n_machines = machines.speed.size
    free, done, done_step, done_qty = np.zeros(n_machines), np.full(n_machines, NEVER_H), np.zeros(n_machines, np.int64), np.zeros(n_machines)
    slot, by_day = rows_by_day(want_day, n_days)
    queue = np.empty(n_steps, np.int64)
    for day in range(n_days):
        for m in range(n_machines):
            if done[m] <= 24.0 * day + TICK:
                level[steps.output[done_step[m]]] += done_qty[m]
                done[m] = NEVER_H
        for node in range(level.size):
            level[node] += arrive[day, node]
        for j in range(slot[day], slot[day + 1]):
            k = by_day[j]
            s = want_step[k]
            if owed[s] <= EPS:
                since[s] = day
                chunk[s] = 0.0
            owed[s] += want_qty[k]
            chunk[s] = max(chunk[s], want_qty[k])
            future[s] -= want_qty[k]
        week = day // 7
        for i in range(n_items):
            cum[i, day] = 1e18
        if week < n_weeks:
            for s in owed_first(owed, since, rank, queue):
                c = steps.centre[s]
                if machines.by_hour[c] or day + steps.flow[s] >= n_days:
                    continue
                while owed[s] > EPS and n_lots < size:  # once, but where lots have a largest size
                    hours = room[c, week] - steps.setup[s]
                    if hours < 0.0:
                        break
                    q = wanted_lot(s, owed, future, steps, np.inf)
                    q = startable(q, day, hours, s, steps, level, stores.free_from)
                    if q < steps.lot_min[s] - EPS or q < EPS:
                        break
                    room[c, week] -= steps.setup[s] + steps.run[s] * q
                    take_inputs(s, q, day, steps, stores.sold, level, cum)
                    if steps.flow[s] == 0:
                        level[steps.output[s]] += q
                    else:
                        arrive[day + steps.flow[s], steps.output[s]] += q
                    owed[s] -= q
                    if owed[s] > EPS:
                        since[s] = day
                    ready = 24.0 * (day + steps.flow[s])
                    lots[0][n_lots], lots[1][n_lots], lots[2][n_lots], lots[3][n_lots] = s, 24.0 * day, ready, ready
                    lots[4][n_lots], lots[5][n_lots] = -1, q
                    n_lots += 1
                    if q < steps.lot_max[s] - EPS:
                        break
        for i in range(n_items):
            if stores.sold[i]:
                cum[i, day] = level[i]
        if n_machines:
            n_lots = work_day(
                day, n_lots, lots, (owed, future, chunk, since, rank, queue), (free, done, done_step, done_qty), steps, stores, machines, level, arrive, cum
            )
        for i in range(n_items):
            if stores.sold[i] and day >= stores.free_from[i]:
                cum[i, day] += PURCHASED
    return lots[0][:n_lots], lots[1][:n_lots], lots[2][:n_lots], lots[3][:n_lots], lots[4][:n_lots], lots[5][:n_lots]
