"""A first plan without a solver: requirements netted level by level, lots placed backward into weeks with room."""

from __future__ import annotations

import numpy as np
from numba import njit

from e2esim.planning.factory.problem import Floats, Ints

EPS = 1e-6


@njit(cache=True)
def backward_wants(
    need: Floats,
    stock: Floats,
    receipts: Floats,
    step_order: Ints,
    output: Ints,
    in_start: Ints,
    in_node: Ints,
    in_qty: Floats,
    centre: Ints,
    setup: Floats,
    run: Floats,
    flow: Ints,
    capacity: Floats,
    free_from: Ints,
    least: Floats,
    opened: Ints,
) -> tuple[Ints, Ints, Floats]:
    """Wanted lots (step, day, qty) that cover ``need`` as late as hours allow; what does not fit before goes after.

    ``need``: (n_nodes, n_days) pieces required at the start of a day, changed in place; ``step_order``: steps, users
    before suppliers; ``least``: (n_steps,) smallest lot, 0 where smaller wishes may wait for others [pcs];
    ``opened``: (n_centres, n_days) the last day up to each on which a work centre is open [d].
    """
    n_days = need.shape[1]
    n_weeks = min(capacity.shape[1], (n_days + 6) // 7)
    room = capacity.copy()
    size = 2 * step_order.size * n_weeks + 1
    w_step, w_day, w_qty = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size)
    n = 0
    latest = np.zeros(n_days)
    for s in step_order:
        node = output[s]
        have = stock[node]
        latest[:] = 0.0
        any_need = False
        for d in range(n_days):
            have += receipts[d, node]
            q = need[node, d]
            if q <= 0.0:
                continue
            used = min(have, q)
            have -= used
            if q - used > EPS and d < free_from[node]:
                latest[opened[centre[s], max(0, d - flow[s])]] += q - used
                any_need = True
        if not any_need:
            continue
        carry = 0.0
        c = centre[s]
        for w in range(n_weeks - 1, -1, -1):
            day = -1
            for d in range(min(n_days, 7 * w + 7) - 1, 7 * w - 1, -1):
                if latest[d] > 0:
                    carry += latest[d]
                    day = d
            if carry <= EPS:
                continue
            if day < 0:
                day = 7 * w
            q = max(carry, least[s])
            if run[s] > 0:
                q = min(q, max(0.0, np.floor((room[c, w] - setup[s]) / run[s])))
            if room[c, w] < setup[s] or q <= EPS or q < least[s]:
                continue
            room[c, w] -= setup[s] + run[s] * q
            carry -= q
            w_step[n], w_day[n], w_qty[n] = s, day, q
            n += 1
            for i in range(in_start[s], in_start[s + 1]):
                need[in_node[i], day] += q * in_qty[i]
        w = 0
        while carry > EPS and w < n_weeks:
            q = max(carry, least[s])
            if run[s] > 0:
                q = min(q, max(0.0, np.floor((room[c, w] - setup[s]) / run[s])))
            if room[c, w] >= setup[s] and q > EPS and q >= least[s] and n < size:
                room[c, w] -= setup[s] + run[s] * q
                carry -= q
                w_step[n], w_day[n], w_qty[n] = s, 7 * w, q
                n += 1
                for i in range(in_start[s], in_start[s + 1]):
                    need[in_node[i], 7 * w] += q * in_qty[i]
            w += 1
    return w_step[:n], w_day[:n], w_qty[:n]
