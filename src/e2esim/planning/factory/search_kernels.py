"""Improvement of a plan: change what is wanted when, execute it exactly, keep what is no worse. Arrays in, arrays
out.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from e2esim.planning.factory.dispatch_kernels import dispatch, hand_out
from e2esim.planning.factory.problem import Floats, Ints

State = npt.NDArray[np.uint64]


@njit(cache=True)
def draw(state: State, n: int) -> int:
    """A whole number below ``n`` from a xorshift generator (Marsaglia, 2003) whose ``state`` is (1,) uint64, never
    0.
    """
    x = state[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state[0] = x
    return int((x >> np.uint64(11)) % np.uint64(n))


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


@njit(cache=True)
def pick_late(state: State, late: Floats, weight: Floats) -> int:
    """Row of a late order drawn in proportion to its weight times the square root of its late pieces; -1 when none
    is late.
    """
    total = 0.0
    for j in range(late.size):
        if late[j] > 1e-6:
            total += weight[j] * np.sqrt(late[j])
    if total <= 0.0:
        return -1
    mark = total * draw(state, 1 << 30) / (1 << 30)
    for j in range(late.size):
        if late[j] > 1e-6:
            mark -= weight[j] * np.sqrt(late[j])
            if mark <= 0.0:
                return j
    return -1


@njit(cache=True)
def change(
    state: State,
    step: Ints,
    day: Ints,
    qty: Floats,
    rank: Floats,
    target: int,
    due: int,
    tree_start: Ints,
    tree_step: Ints,
    tree_lead: Ints,
    want_start: Ints,
    mate_start: Ints,
    mate_step: Ints,
    centre: Ints,
) -> None:
    """One random change of the wants for the sake of one late order of item ``target`` due on day ``due``.

    Wants are grouped by step at ``want_start``. ``tree_*``: steps behind every item and their days to the end of the
    item; ``mate_*``: steps on every work centre.
    """
    n_tree = tree_start[target + 1] - tree_start[target]
    if n_tree == 0:
        return
    at = tree_start[target] + draw(state, n_tree)
    s = tree_step[at]
    latest = due - tree_lead[at]
    kind = draw(state, 10)
    if kind >= 8:  # a neighbour on the same work centre waits, or this step goes first
        c = centre[s]
        if kind == 8:
            rank[s] = draw(state, 1000)
            return
        s = mate_step[mate_start[c] + draw(state, mate_start[c + 1] - mate_start[c])]
    low = latest - 7 * draw(state, 6)
    high = latest + 7 * draw(state, 3)
    shift = 1 + draw(state, 14)
    a, b = want_start[s], want_start[s + 1]
    if kind == 7 and b - a > 1:  # merge two neighbours into the earlier
        k = a + draw(state, b - a - 1)
        for j in range(a, b):
            if low <= day[j] <= high and j + 1 < b:
                k = j
                break
        if day[k + 1] - day[k] <= 28:
            qty[k] += qty[k + 1]
            qty[k + 1] = 0.0
        return
    if kind == 6:  # want more before the order's day
        best = -1
        for k in range(a, b):
            if day[k] <= latest and qty[k] > 0 and (best < 0 or day[k] > day[best]):
                best = k
        if best >= 0:
            more = float(1 + draw(state, 40))
            later = -1
            for k in range(a, b):
                if day[k] > day[best] and qty[k] > 0 and (later < 0 or day[k] < day[later]):
                    later = k
            qty[best] += more
            if later >= 0:
                qty[later] = max(0.0, qty[later] - more)
        return
    for k in range(a, b):
        if low <= day[k] <= high:
            if kind == 9:
                day[k] = day[k] + shift
            else:
                day[k] = max(0, day[k] - shift)


@njit(cache=True)
def improve(
    rounds: int,
    state: State,
    step: Ints,
    day: Ints,
    qty: Floats,
    rank: Floats,
    want_start: Ints,
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
    sold: Ints,
    item_start: Ints,
    order_item: Ints,
    due: Ints,
    order_qty: Floats,
    tier: Ints,
    weight: Floats,
    delay: float,
    order_price: float,
    tree_start: Ints,
    tree_step: Ints,
    tree_lead: Ints,
    mate_start: Ints,
    mate_step: Ints,
    tolerance: float,
) -> float:
    """Run ``rounds`` changes on the wants (``day``, ``qty``, ``rank``, changed in place); returns the cost reached.

    ``rounds`` = 0 only prices the wants. Orders are grouped by item at ``item_start`` and sorted by (tier, due).
    """
    n_items = item_start.size - 1
    supply, before = np.zeros((n_items, receipts.shape[0])), np.zeros((n_items, receipts.shape[0]))
    item_cost, late = np.zeros(n_items), np.zeros(due.size)
    lots = dispatch(
        step,
        day,
        qty,
        rank,
        output,
        in_start,
        in_node,
        in_qty,
        centre,
        setup,
        run,
        flow,
        lot_min,
        lot_multiple,
        stock,
        receipts,
        free_from,
        capacity,
        last_day,
    )
    net_supply(
        lots[0], lots[1], lots[2], output, in_start, in_node, in_qty, flow, sold, stock, receipts, free_from, before
    )
    cost = score(before, before, item_start, due, order_qty, tier, weight, item_cost, late, delay, order_price, True)
    best = cost
    best_day, best_qty, best_rank = day.copy(), qty.copy(), rank.copy()
    for _r in range(rounds):
        old_day, old_qty, old_rank = day.copy(), qty.copy(), rank.copy()
        for _ in range(1 + draw(state, 3)):
            j = pick_late(state, late, weight)
            if j < 0:
                return best
            change(
                state,
                step,
                day,
                qty,
                rank,
                order_item[j],
                due[j],
                tree_start,
                tree_step,
                tree_lead,
                want_start,
                mate_start,
                mate_step,
                centre,
            )
        lots = dispatch(
            step,
            day,
            qty,
            rank,
            output,
            in_start,
            in_node,
            in_qty,
            centre,
            setup,
            run,
            flow,
            lot_min,
            lot_multiple,
            stock,
            receipts,
            free_from,
            capacity,
            last_day,
        )
        net_supply(
            lots[0], lots[1], lots[2], output, in_start, in_node, in_qty, flow, sold, stock, receipts, free_from, supply
        )
        new_cost, new_late = item_cost.copy(), late.copy()
        new = score(
            supply, before, item_start, due, order_qty, tier, weight, new_cost, new_late, delay, order_price, False
        )
        if new <= cost + tolerance:
            cost = new
            item_cost, late = new_cost, new_late
            supply, before = before, supply
            if new < best - 1e-9:
                best = new
                best_day[:], best_qty[:], best_rank[:] = day, qty, rank
        else:
            day[:], qty[:], rank[:] = old_day, old_qty, old_rank
    day[:], qty[:], rank[:] = best_day, best_qty, best_rank
    return best
