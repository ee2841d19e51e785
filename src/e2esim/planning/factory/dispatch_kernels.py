"""Exact execution of wanted lots day by day, and the hand-out of finished stock to orders. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from e2esim.planning.factory.problem import Floats, Ints

EPS = 1e-6


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
def startable(
    q: float,
    day: int,
    hours: float,
    run: float,
    multiple: float,
    a: int,
    b: int,
    in_node: Ints,
    in_qty: Floats,
    level: Floats,
    free_from: Ints,
) -> float:
    """Most of ``q`` that inputs (rows ``a`` to ``b``) and ``hours`` allow, in whole multiples."""
    for i in range(a, b):
        node = in_node[i]
        if day < free_from[node] and in_qty[i] > 0:
            q = min(q, (level[node] + EPS) / in_qty[i])
    if run > 0:
        q = min(q, (hours + EPS) / run)
    return float(np.floor((q + EPS) / multiple) * multiple)


@njit(cache=True)
def dispatch(
    want_step: Ints,
    want_day: Ints,
    want_qty: Floats,
    step_rank: Floats,
    output: Ints,
    in_start: Ints,
    in_node: Ints,
    in_qty: Floats,
    centre: Ints,
    setup: Floats,
    run: Floats,
    flow: Ints,
    lot_min: Floats,
    lot_multiple: Floats,
    stock: Floats,
    receipts: Floats,
    free_from: Ints,
    capacity: Floats,
    last_day: int,
) -> tuple[Ints, Ints, Floats, int]:
    """Start wanted lots as early as wanted and as stock, work in process and hours allow.

    ``want_*``: (n_want,), in any order; ``stock``: (n_nodes,); ``receipts``: (n_days, n_nodes); ``free_from``:
    (n_nodes,) day from which purchases cover everything; ``capacity``: (n_centres, n_weeks) [h]; lots: (step, day,
    qty) and their number. What cannot start is owed and tried again every day, oldest debt first.
    """
    n_steps = output.size
    n_days = last_day + 1
    arrive = receipts.copy()
    level = stock.copy()
    room = capacity.copy()
    owed = np.zeros(n_steps)
    future = np.zeros(n_steps)
    since = np.full(n_steps, n_days * 1.0)
    for k in range(want_step.size):
        future[want_step[k]] += want_qty[k]
    lot_step = np.empty(want_step.size * 4 + 1000, np.int64)
    lot_day = np.empty(lot_step.size, np.int64)
    lot_qty = np.empty(lot_step.size)
    n_lots = 0
    slot, by_day = rows_by_day(want_day, n_days)
    queue = np.empty(n_steps, np.int64)
    key = np.empty(n_steps)
    for day in range(n_days):
        week = day // 7
        if week >= room.shape[1]:
            break
        for node in range(level.size):
            level[node] += arrive[day, node]
        for j in range(slot[day], slot[day + 1]):
            k = by_day[j]
            s = want_step[k]
            if owed[s] <= EPS:
                since[s] = day
            owed[s] += want_qty[k]
            future[s] -= want_qty[k]
        n = 0
        for s in range(n_steps):
            if owed[s] > EPS:
                queue[n] = s
                key[n] = since[s] * 1e3 + step_rank[s]
                n += 1
        order = np.argsort(key[:n])
        for j in order:
            s = queue[j]
            least = lot_min[s]
            if owed[s] < 0.5 * least and future[s] > EPS:
                continue  # too little yet for a lot, and more is to come
            c = centre[s]
            hours = room[c, week] - setup[s]
            if hours < 0.0 or n_lots >= lot_step.size or day + flow[s] >= arrive.shape[0]:
                continue
            q = max(np.ceil((owed[s] - EPS) / lot_multiple[s]) * lot_multiple[s], least)
            q = startable(q, day, hours, run[s], lot_multiple[s], in_start[s], in_start[s + 1], in_node, in_qty, level, free_from)
            if q < least - EPS or q < EPS:
                continue
            room[c, week] -= setup[s] + run[s] * q
            for i in range(in_start[s], in_start[s + 1]):
                level[in_node[i]] -= q * in_qty[i]
            if flow[s] == 0:
                level[output[s]] += q
            else:
                arrive[day + flow[s], output[s]] += q
            owed[s] -= q
            if owed[s] > EPS:
                since[s] = day
            lot_step[n_lots], lot_day[n_lots], lot_qty[n_lots] = s, day, q
            n_lots += 1
    return lot_step[:n_lots], lot_day[:n_lots], lot_qty[:n_lots], n_lots


@njit(cache=True)
def free_supply(cum: Floats) -> Floats:
    """What may be taken on each day without hurting what is promised later: the least of ``cum`` from there on."""
    free = cum.copy()
    for d in range(cum.size - 2, -1, -1):
        free[d] = min(free[d], free[d + 1])
    return free


@njit(cache=True)
def keep_whole(cum: Floats, due: Ints, qty: Floats, kept: npt.NDArray[np.bool_], a: int, b: int) -> None:
    """Mark in ``kept`` the orders ``a`` to ``b``, in due order, that can all be on time; the largest is given up when
    supply is short (Moore, 1968).
    """
    free = free_supply(cum)
    load = 0.0
    for j in range(a, b):
        if due[j] < 0:
            continue
        d = min(due[j], cum.size - 1)
        kept[j] = True
        load += qty[j]
        while load > free[d] + 1e-6:
            big = -1
            for i in range(a, j + 1):
                if kept[i] and (big < 0 or qty[i] > qty[big]):
                    big = i
            if big < 0:
                break
            kept[big] = False
            load -= qty[big]


@njit(cache=True)
def give_rest(cum: Floats, j: int, due: int, qty: float, out_order: Ints, out_day: Ints, out_qty: Floats, n_out: int) -> int:
    """Give order ``j`` what is free from its due day on, in whole pieces but for the last; returns the rows written."""
    n_days = cum.size
    free = free_supply(cum)
    d = max(0, min(due, n_days - 1))
    left, given = qty, 0.0
    while left > 1e-6 and d < n_days:
        take = min(left, np.floor(free[d] - given + 1e-6))
        if free[d] - given >= left - 1e-6:
            take = left
        if take > 1e-6:
            for x in range(d, n_days):
                cum[x] -= take
            out_order[n_out], out_day[n_out], out_qty[n_out] = j, d, take
            n_out += 1
            left -= take
            given += take
        d += 1
    return n_out


@njit(cache=True)
def hand_out(cum: Floats, due: Ints, qty: Floats, tier: Ints, out_order: Ints, out_day: Ints, out_qty: Floats, n_out: int) -> int:
    """Give the stock of one item to its orders: tier by tier on time first, then late, and never below zero.

    ``cum``: (n_days,) cumulative free supply, changed in place; orders sorted by (tier, due), ``due``, ``qty``,
    ``tier``: (n_orders,). Writes (order row, day, qty) and returns the new number of rows. Inside a tier whole orders
    are kept on time in due order and the largest is given up when supply is short (Moore, 1968); what is left of
    supply goes to it in part.
    """
    n_days = cum.size
    n = due.size
    a = 0
    kept = np.zeros(n, np.bool_)
    while a < n:
        b = a
        while b < n and tier[b] == tier[a]:
            b += 1
        keep_whole(cum, due, qty, kept, a, b)
        for j in range(a, b):
            if kept[j]:
                d = min(due[j], n_days - 1)
                for x in range(d, n_days):
                    cum[x] -= qty[j]
                out_order[n_out], out_day[n_out], out_qty[n_out] = j, d, qty[j]
                n_out += 1
        for j in range(a, b):
            if kept[j]:
                continue
            n_out = give_rest(cum, j, due[j], qty[j], out_order, out_day, out_qty, n_out)
        a = b
    return n_out


@njit(cache=True)
def deliver(supply: Floats, item_start: Ints, due: Ints, qty: Floats, tier: Ints) -> tuple[Ints, Ints, Floats]:
    """Hand out every item; ``supply``: (n_items, n_days) net arrivals, orders grouped by item at ``item_start`` and
    sorted by (tier, due) inside. Returns order row, day and quantity of every delivery."""
    size = due.size * 6 + 1000
    out_order, out_day, out_qty = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size)
    n_out = 0
    for i in range(item_start.size - 1):
        a, b = item_start[i], item_start[i + 1]
        if a == b:
            continue
        before = n_out
        n_out = hand_out(np.cumsum(supply[i]), due[a:b], qty[a:b], tier[a:b], out_order, out_day, out_qty, n_out)
        for r in range(before, n_out):
            out_order[r] += a
    return out_order[:n_out], out_day[:n_out], out_qty[:n_out]
