"""Lots that wait for what is under way, where nothing is late for it: nobody buys in March what comes in April anyway.

A plan that is on time may start a lot early, buy its parts, and be left with the same parts at the end, from a purchase
that was under way all the time. Each such lot is tried on the day of the next receipt; it stays there when no order is
later for it and less is bought.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from e2esim.planning.factory.call_offs import limited
from e2esim.planning.factory.change_kernels import State
from e2esim.planning.factory.execute import Wants, execute, search, wants_of
from e2esim.planning.factory.frame import Frame
from e2esim.planning.factory.problem import Floats
from e2esim.planning.factory.trace import Schedule

MOST_TRIES = 60  # lots that are tried on another day
EPS = 1e-6

Move = tuple[int, int, float]  # row of the schedule's lots, day [d], pieces


def bought_less(view: Frame, wants: Wants, state: State, may_go_on: Callable[[], bool]) -> Wants:
    """Wants whose lots wait for receipts where that saves a purchase and costs nothing; `wants` itself where none does.

    Parameters
    ----------
    view, wants
        The problem laid out, and what is wished for.
    state
        Of the search, which prices wants.
    may_go_on
        Asked before each try; False ends it.
    """
    if not view.problem.receipt_item.size or not view.problem.source_item.size:
        return wants
    schedule = execute(view, wants)
    if not _moves(view, schedule):
        return wants
    cost = search(view, wants, 0, state)
    best, spent, tried = wants, _spent(view, schedule), 0
    refused: set[tuple[int, int, int]] = set()
    while tried < MOST_TRIES and may_go_on():
        fresh = [m for m in _moves(view, schedule) if _name(schedule, m) not in refused]
        if not fresh:
            break
        tried += 1
        other = _moved(view, best, schedule, fresh[0])
        then = execute(view, other)
        less = _spent(view, then)
        if less < spent - EPS and search(view, other, 0, state) <= cost + EPS:
            best, spent, schedule = other, less, then
        else:
            refused.add(_name(schedule, fresh[0]))
    return best


def _name(schedule: Schedule, move: Move) -> tuple[int, int, int]:
    lot, day, _ = move
    return int(schedule.lot_step[lot]), int(schedule.lot_day[lot]), day


def _levels(view: Frame, schedule: Schedule) -> Floats:
    """Stock of every item at the end of each day if nothing more were bought, (n_items, days) [pcs]."""
    p, net = view.asked, view.net
    change = np.zeros((net.n_nodes, view.days + 1))
    change[: p.n_items, 0] = p.on_hand
    last = view.days
    row, node, per = net.inputs_of(schedule.lot_step)
    np.add.at(change, (p.receipt_item, np.minimum(p.receipt_day, last)), p.receipt_qty)
    np.add.at(change, (net.step_output[schedule.lot_step], np.minimum(schedule.lot_end, last)), schedule.lot_qty)
    np.subtract.at(change, (node, np.minimum(schedule.lot_day[row], last)), schedule.lot_qty[row] * per)
    np.subtract.at(change, (p.order_item[schedule.delivery_order], np.minimum(schedule.delivery_day, last)), schedule.delivery_qty)
    return np.asarray(np.cumsum(change[: p.n_items, : view.days], axis=1), dtype=np.float64)


def _watched(view: Frame) -> list[int]:
    """Items that are under way and can be bought in any quantity."""
    p = view.asked
    free = np.setdiff1d(p.source_item, p.source_item[limited(p)])
    return [int(i) for i in np.intersect1d(free, p.receipt_item)]


def _spent(view: Frame, schedule: Schedule) -> float:
    """What must be bought of the items that are under way [EUR, and pieces where no price is stated]."""
    p = view.asked
    items = _watched(view)
    lack = np.maximum(-_levels(view, schedule)[items].min(axis=1, initial=0.0), 0.0)
    price = np.array([p.source_price[p.source_item == i].min() for i in items])
    return float(lack @ np.where(price > 0, price, 1.0))


def _moves(view: Frame, schedule: Schedule) -> list[Move]:
    """Lots for which something is bought although the same is left over later, with the day on which it comes, latest lots first."""
    p, net, found = view.asked, view.net, []
    row, node, per = net.inputs_of(schedule.lot_step)
    levels = _levels(view, schedule)
    for i in _watched(view):
        level = levels[i]
        lack = max(0.0, -float(level.min(initial=0.0)))
        spare = min(lack, float(level[-1]) + lack)
        if spare <= EPS:
            continue
        days = np.unique(p.receipt_day[(p.receipt_item == i) & (p.receipt_day < view.days)])
        users = np.flatnonzero(node == i)
        for k in users[np.argsort(-schedule.lot_day[row[users]], kind="stable")].tolist():
            lot = int(row[k])
            day = int(schedule.lot_day[lot])
            later = days[days > day]
            if later.size and level[day] < -EPS:
                found += [(lot, int(d), spare / per[k]) for d in later[:2]]
    return found


def _moved(view: Frame, wants: Wants, schedule: Schedule, move: Move) -> Wants:
    """The schedule as wants, with a lot, or as much of it as there is for, on another day."""
    lot, day, most = move
    step, qty, days = schedule.lot_step, schedule.lot_qty.copy(), schedule.lot_day.copy()
    s = int(step[lot])
    least, whole = float(view.steps.lot_min[s]), float(view.steps.lot_multiple[s])
    part = min(float(qty[lot]), float(np.floor(most / whole + EPS) * whole))
    if part < least - EPS or EPS < qty[lot] - part < least - EPS:
        part = float(qty[lot])
    qty[lot] -= part
    both = wants_of(view.problem, np.r_[step, s], np.r_[days, day], np.r_[qty, part])
    return replace(both, rank=wants.rank)
