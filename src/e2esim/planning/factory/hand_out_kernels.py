"""The hand-out of finished stock to orders. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from e2esim.planning.factory.problem import Floats, Ints
from e2esim.planning.factory.shop_floor import Demanded


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
def give_rest(cum: Floats, j: int, due: int, qty: float, least: float, out_order: Ints, out_day: Ints, out_qty: Floats, n_out: int) -> int:
    """Give order ``j`` what is free from its due day on, in whole pieces but for the last and in no part below ``least``; returns the rows written."""
    n_days = cum.size
    free = free_supply(cum)
    d = max(0, min(due, n_days - 1))
    left, given = qty, 0.0
    while left > 1e-6 and d < n_days:
        take = min(left, np.floor(free[d] - given + 1e-6))
        if free[d] - given >= left - 1e-6:
            take = left
        elif least > 0.0:
            if left - take < least - 1e-6:  # the rest must be a part that may go alone
                take = np.floor(left - least + 1e-6)
            if take < least - 1e-6:
                take = 0.0
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
def hand_out(
    cum: Floats, due: Ints, wanted: Ints, qty: Floats, least: Floats, tier: Ints, out_order: Ints, out_day: Ints, out_qty: Floats, n_out: int
) -> int:
    """Give the stock of one item to its orders: tier by tier on time first, then late, and never below zero.

    ``cum``: (n_days,) cumulative free supply, changed in place; orders sorted by (tier, due), ``due``, ``wanted``, ``qty``,
    ``least`` (smallest part), ``tier``: (n_orders,). One that is wanted before it is due has its pieces put by for its due day, and
    comes sooner where all others leave some. Writes (order row, day, qty) and returns the new number of rows. Inside a tier whole orders
    are kept on time in due order and the largest is given up when supply is short (Moore, 1968); what is left of
    supply goes to it in part.
    """
    n_days = cum.size
    n = due.size
    a = int(np.int64(0))  # as wide as it gets, so that what it is handed to is compiled once
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
                if wanted[j] == due[j]:
                    out_order[n_out], out_day[n_out], out_qty[n_out] = j, d, qty[j]
                    n_out += 1
        for j in range(a, b):
            if kept[j]:
                continue
            n_out = give_rest(cum, j, due[j], qty[j], least[j], out_order, out_day, out_qty, n_out)
        a = b
    for j in range(n):
        if kept[j] and wanted[j] != due[j]:
            for x in range(min(due[j], n_days - 1), n_days):
                cum[x] += qty[j]
            n_out = give_rest(cum, j, wanted[j], qty[j], least[j], out_order, out_day, out_qty, n_out)
    return n_out


@njit(cache=True)
def deliver(cum: Floats, orders: Demanded) -> tuple[Ints, Ints, Floats]:
    """Hand out every item; ``cum``: (n_items, n_days) stock before any delivery, ``orders``
    grouped by item and sorted by (tier, due) inside. Returns order row, day and quantity of every delivery."""
    item_start, due, wanted, qty, least, tier = orders.item_start, orders.due, orders.wanted, orders.qty, orders.least, orders.tier
    size = due.size * 6 + 1000
    out_order, out_day, out_qty = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size)
    n_out = int(np.int64(0))
    for i in range(item_start.size - 1):
        a, b = item_start[i], item_start[i + 1]
        if a == b:
            continue
        before = n_out
        n_out = hand_out(cum[i].copy(), due[a:b], wanted[a:b], qty[a:b], least[a:b], tier[a:b], out_order, out_day, out_qty, n_out)
        for r in range(before, n_out):
            out_order[r] += a
    return out_order[:n_out], out_day[:n_out], out_qty[:n_out]
