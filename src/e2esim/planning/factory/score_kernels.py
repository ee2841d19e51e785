"""What a plan costs: stock of what is sold, handed out to orders and priced. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
from numba import njit

from e2esim.domain.lean import lean_njit
from e2esim.planning.factory.hand_out_kernels import hand_out
from e2esim.planning.factory.problem import Floats, Ints
from e2esim.planning.factory.shop_floor import Demanded, Prices


@lean_njit
def late_cost(weight: float, qty: float, days: float, prices: Prices) -> float:
    """Price of so many pieces so many days late, beside that of their being late at all."""
    return weight * qty * days * prices.delay


@njit(cache=True)
def score_item(cum: Floats, a: int, b: int, orders: Demanded, prices: Prices, late: Floats, out: tuple[Ints, Ints, Floats]) -> float:
    """Cost of the deliveries of one item (orders ``a`` to ``b``) and their late pieces into ``late``; never delivered counts to
    the last day and a hundred more. ``cum`` is used up.
    """
    n_days = cum.size
    due, weight = orders.due[a:b], orders.weight[a:b]
    out_order, out_day, out_qty = out
    n_out = hand_out(cum, due, orders.wanted[a:b], orders.qty[a:b], orders.least[a:b], orders.tier[a:b], out_order, out_day, out_qty, int(np.int64(0)))
    open_qty = orders.qty[a:b].copy()
    late[a:b] = 0.0
    cost = 0.0
    for r in range(n_out):
        j = out_order[r]
        open_qty[j] -= out_qty[r]
        if out_day[r] > due[j]:
            late[a + j] += out_qty[r]
            cost += late_cost(weight[j], out_qty[r], float(out_day[r] - due[j]), prices)
    for j in range(due.size):
        if open_qty[j] > 1e-6:
            late[a + j] += open_qty[j]
            cost += late_cost(weight[j], open_qty[j], float(n_days + 100 - due[j]), prices)
        if late[a + j] > 1e-6:
            cost += weight[j] * (late[a + j] + prices.order)
    return cost


@njit(cache=True)
def score(cum: Floats, before: Floats, orders: Demanded, prices: Prices, item_cost: Floats, late: Floats, afresh: bool) -> float:
    """Cost of all items; only those whose row of ``cum`` differs from ``before`` are counted again (all if ``afresh``)."""
    start = orders.item_start
    size = 16
    for i in range(start.size - 1):
        size = max(size, (start[i + 1] - start[i]) * 4 + cum.shape[1])
    out = (np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size))
    total = 0.0
    for i in range(start.size - 1):
        a, b = start[i], start[i + 1]
        if a == b:
            continue
        same = not afresh
        if same:
            for d in range(cum.shape[1]):
                if cum[i, d] != before[i, d]:
                    same = False
                    break
        if not same:
            item_cost[i] = score_item(cum[i].copy(), a, b, orders, prices, late, out)
        total += item_cost[i]
    return total
