"""Lots that nobody uses are left out: what rounding to whole lots made twice, and the parts of it.

A linear programme spreads a long job over weeks; each part of it may become a whole lot. The step behind which most lies over at
the end gives up its last lots, users before suppliers, as long as no order is later for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from e2esim.planning.factory.change_kernels import State
from e2esim.planning.factory.execute import Wants, execute, search, wants_of
from e2esim.planning.factory.frame import Frame
from e2esim.planning.factory.problem import Floats, Ints
from e2esim.planning.factory.trace import Schedule

MOST_TRIES = 40  # sets of lots that are left out
EPS = 1e-6


def made_less(view: Frame, wants: Wants, state: State, may_go_on: Callable[[], bool]) -> Wants:
    """Wants without the lots whose pieces all lie over at the end, where no order is later for it; `wants` itself where there are none.

    Parameters
    ----------
    view, wants
        The problem laid out, and what is wished for.
    state
        Of the search, which prices wants.
    may_go_on
        Asked before each try; False ends it.
    """
    if not view.problem.n_steps:
        return wants
    schedule = execute(view, wants)
    over = _over(view, schedule)
    if not _spare(view, schedule, over).any():
        return wants
    cost, best = search(view, wants, 0, state), wants
    refused: set[int] = set()
    for _ in range(MOST_TRIES):
        spare = _spare(view, schedule, over) & ~np.isin(schedule.lot_step, list(refused))
        if not spare.any() or not may_go_on():
            break
        step = min(np.unique(schedule.lot_step[spare]).tolist(), key=lambda s: (int(view.net.level[view.problem.step_item[s]]), -s))
        kept = ~(spare & (schedule.lot_step == step))
        other = replace(wants_of(view.problem, schedule.lot_step[kept], schedule.lot_day[kept], schedule.lot_qty[kept]), rank=best.rank)
        if search(view, other, 0, state) <= cost + EPS:
            best, schedule = other, execute(view, other)
            over = _over(view, schedule)
        else:
            refused.add(int(step))
    return best


def _over(view: Frame, schedule: Schedule) -> Floats:
    """What lies over at the end behind every step [pcs], (n_steps,), by stock, receipts, lots and deliveries; nothing is bought."""
    p, net = view.problem, view.net
    left = view.stores.stock + view.stores.receipts.sum(axis=0)
    row, node, per = net.inputs_of(schedule.lot_step)
    np.add.at(left, net.step_output[schedule.lot_step], schedule.lot_qty)
    np.subtract.at(left, node, schedule.lot_qty[row] * per)
    np.subtract.at(left, p.order_item[schedule.delivery_order], schedule.delivery_qty)
    return np.asarray(left[net.step_output], dtype=np.float64)


def _spare(view: Frame, schedule: Schedule, over: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """The last lots of every step that what lies over holds whole, (n_lots,)."""
    spare = np.zeros(schedule.lot_step.size, dtype=bool)
    last: Ints = np.lexsort((-schedule.lot_from, schedule.lot_step))
    left = over.copy()
    done = np.zeros(view.problem.n_steps, dtype=bool)
    for k in last.tolist():
        s = int(schedule.lot_step[k])
        if done[s] or schedule.lot_qty[k] > left[s] + EPS:
            done[s] = True
            continue
        left[s] -= schedule.lot_qty[k]
        spare[k] = True
    return spare
