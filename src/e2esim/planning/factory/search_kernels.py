"""Improvement of a plan: change what is wanted when, execute it exactly, keep what is no worse. Arrays in, arrays
out.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from e2esim.planning.factory.change_kernels import State, change, draw, pick_late
from e2esim.planning.factory.dispatch_kernels import dispatch
from e2esim.planning.factory.problem import Floats, Ints
from e2esim.planning.factory.score_kernels import net_supply, score


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
    net_supply(lots[0], lots[1], lots[2], output, in_start, in_node, in_qty, flow, sold, stock, receipts, free_from, before)
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
        net_supply(lots[0], lots[1], lots[2], output, in_start, in_node, in_qty, flow, sold, stock, receipts, free_from, supply)
        new_cost, new_late = item_cost.copy(), late.copy()
        new = score(supply, before, item_start, due, order_qty, tier, weight, new_cost, new_late, delay, order_price, False)
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
