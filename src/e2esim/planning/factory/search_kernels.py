"""Improvement of a plan: change what is wanted when, execute it exactly, keep what is no worse. Arrays in, arrays
out.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from e2esim.domain.lean import lean_njit
from e2esim.planning.factory.change_kernels import State, change, draw, pick_late
from e2esim.planning.factory.dispatch_kernels import dispatch
from e2esim.planning.factory.problem import Floats, Ints
from e2esim.planning.factory.score_kernels import score
from e2esim.planning.factory.shop_floor import Demanded, Machines, Prices, Steps, Stores, Trees


@lean_njit
def second_choices(step: Ints, qty: Floats, run: Floats, main: Ints, prices: Prices) -> float:
    """Price of what is done at a second choice, by its hours and how far down the list it stands."""
    total = 0.0
    for k in range(step.size):
        total += prices.second * (step[k] - main[step[k]]) * run[step[k]] * qty[k]
    return total


@lean_njit
def put(into: tuple[Ints, Ints, Floats, Floats], some: tuple[Ints, Ints, Floats, Floats]) -> None:
    """Write wants (step, day, qty, rank) over others; by loops, since slices bring seconds of compilation with them."""
    for k in range(some[0].size):
        into[0][k], into[1][k], into[2][k] = some[0][k], some[1][k], some[2][k]
    for s in range(some[3].size):
        into[3][s] = some[3][s]


@njit(cache=True)
def improve(
    rounds: int,
    state: State,
    wants: tuple[Ints, Ints, Floats, Floats, Ints],
    steps: Steps,
    stores: Stores,
    machines: Machines,
    orders: Demanded,
    trees: Trees,
    prices: Prices,
    kicks: int,
) -> float:
    """Run ``rounds`` changes on the wants (step, day, qty, rank, start of each step; changed in place); returns the cost reached.

    The first wants of the least cost are left: what costs nothing more is often more stock. ``kicks`` changes for the sake of any orders are made first,
    whatever they cost. ``rounds`` = 0 only prices the wants.
    """
    step, day, qty, rank, want_start = wants
    several = trees.choices.size > 0 and trees.choices.max() > 1
    n_items, n_days = stores.sold.size, stores.receipts.shape[0]
    cum, before = np.zeros((n_items, n_days)), np.zeros((n_items, n_days))
    item_cost, late = np.zeros(n_items), np.zeros(orders.due.size)
    for _k in range(kicks):
        j = draw(state, orders.due.size)
        change(state, step, day, qty, rank, orders.order_item[j], orders.due[j], want_start, steps.centre, trees)
    dispatch(step, day, qty, rank, steps, stores, machines, before)
    cost = score(before, before, orders, prices, item_cost, late, bool(np.bool_(True)))
    if several:
        cost += second_choices(step, qty, steps.run, trees.main, prices)
    best = cost
    best_step, best_day, best_qty, best_rank = step.copy(), day.copy(), qty.copy(), rank.copy()
    for _r in range(rounds):
        old_step, old_day, old_qty, old_rank = step.copy(), day.copy(), qty.copy(), rank.copy()
        for _ in range(1 + draw(state, 3)):
            j = pick_late(state, late, orders.weight)
            if j < 0:
                return best
            change(state, step, day, qty, rank, orders.order_item[j], orders.due[j], want_start, steps.centre, trees)
        dispatch(step, day, qty, rank, steps, stores, machines, cum)
        new_cost, new_late = item_cost.copy(), late.copy()
        new = score(cum, before, orders, prices, new_cost, new_late, bool(np.bool_(False)))
        if several:
            new += second_choices(step, qty, steps.run, trees.main, prices)
        if new <= cost:
            cost = new
            item_cost, late = new_cost, new_late
            cum, before = before, cum
            if new < best - 1e-9:
                best = new
                put((best_step, best_day, best_qty, best_rank), (step, day, qty, rank))
        else:
            put((step, day, qty, rank), (old_step, old_day, old_qty, old_rank))
    put((step, day, qty, rank), (best_step, best_day, best_qty, best_rank))
    return best
