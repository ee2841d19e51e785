"""What a plan costs: net supply of what is sold, handed out to orders and priced. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
from numba import njit

from e2esim.planning.factory.dispatch_kernels import hand_out
from e2esim.planning.factory.problem import Floats, Ints


@njit(cache=True)
def net_supply(
    lot_step: Ints,
    lot_day: Ints,
    lot_qty: Floats,
    output: Ints,
    in_start: Ints,
    in_node: Ints,
    in_qty: Floats,
    flow: Ints,
    sold: Ints,
    stock: Floats,
    receipts: Floats,
    free_from: Ints,
    supply: Floats,
) -> None:
    """Net arrivals of every sold item a day into ``supply``, (n_items, n_days): stock, receipts, lots in, use by lots
    out.

    From day ``free_from`` on purchases bring as much as anybody wants.
    """
    n_items, n_days = supply.shape
    supply[:] = 0.0
    for i in range(n_items):
        if sold[i]:
            supply[i, 0] += stock[i]
            for d in range(n_days):
                supply[i, d] += receipts[d, i]
            if free_from[i] < n_days:
                supply[i, free_from[i]] += 1e9
    for k in range(lot_step.size):
        s = lot_step[k]
        node = output[s]
        if node < n_items and sold[node]:
            supply[node, lot_day[k] + flow[s]] += lot_qty[k]
        for i in range(in_start[s], in_start[s + 1]):
            node = in_node[i]
            if node < n_items and sold[node]:
                supply[node, lot_day[k]] -= lot_qty[k] * in_qty[i]


@njit(cache=True)
def score_item(
    cum: Floats,
    due: Ints,
    qty: Floats,
    tier: Ints,
    weight: Floats,
    late: Floats,
    delay: float,
    order_price: float,
    out_order: Ints,
    out_day: Ints,
    out_qty: Floats,
) -> float:
    """Cost of one item's deliveries and the late pieces of its orders into ``late``; never delivered counts to the
    last day.
    """
    n_days = cum.size
    n_out = hand_out(cum, due, qty, tier, out_order, out_day, out_qty, 0)
    late[:] = 0.0
    open_qty = qty.copy()
    cost = 0.0
    for r in range(n_out):
        j = out_order[r]
        open_qty[j] -= out_qty[r]
        if out_day[r] > due[j]:
            late[j] += out_qty[r]
            cost += weight[j] * out_qty[r] * delay * (out_day[r] - due[j])
    for j in range(due.size):
        if open_qty[j] > 1e-6:
            late[j] += open_qty[j]
            cost += weight[j] * open_qty[j] * delay * (n_days + 100 - due[j])
        if late[j] > 1e-6:
            cost += weight[j] * (late[j] + order_price)
    return cost


@njit(cache=True)
def score(
    supply: Floats,
    before: Floats,
    item_start: Ints,
    due: Ints,
    qty: Floats,
    tier: Ints,
    weight: Floats,
    item_cost: Floats,
    late: Floats,
    delay: float,
    order_price: float,
    afresh: bool,
) -> float:
    """Cost of all items; only those whose row of ``supply`` differs from ``before`` are counted again (all if
    ``afresh``).
    """
    size = 16
    for i in range(item_start.size - 1):
        size = max(size, (item_start[i + 1] - item_start[i]) * 4 + supply.shape[1])
    out_order, out_day, out_qty = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size)
    total = 0.0
    for i in range(item_start.size - 1):
        a, b = item_start[i], item_start[i + 1]
        if a == b:
            continue
        same = not afresh
        if same:
            for d in range(supply.shape[1]):
                if supply[i, d] != before[i, d]:
                    same = False
                    break
        if not same:
            item_cost[i] = score_item(
                np.cumsum(supply[i]),
                due[a:b],
                qty[a:b],
                tier[a:b],
                weight[a:b],
                late[a:b],
                delay,
                order_price,
                out_order,
                out_day,
                out_qty,
            )
        total += item_cost[i]
    return total
