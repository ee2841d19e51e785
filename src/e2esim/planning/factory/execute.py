"""Wants and their exact execution: the bridge from facts to kernels.

`Wants` say how much of each step to start when; `backward` makes them, `search` improves them, `execute` runs them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from e2esim.planning.factory.backward_kernels import backward_wants
from e2esim.planning.factory.change_kernels import State
from e2esim.planning.factory.dispatch_kernels import dispatch
from e2esim.planning.factory.frame import Frame
from e2esim.planning.factory.hand_out_kernels import deliver
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem
from e2esim.planning.factory.search_kernels import improve
from e2esim.planning.factory.shop_floor import Prices
from e2esim.planning.factory.trace import Schedule
from e2esim.planning.factory.worked import hours_used, last_open_days

PRICES = Prices(
    delay=0.01,  # a piece late by a hundred days costs twice a piece late by none
    second=1e-6,  # ten thousand hours at a second choice cost less than a piece late by a day: lateness decides
    order=1.0,  # a late order costs as much as one more late piece, so that few orders share the lateness
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Wants:
    """Lots wished for, grouped by the first choice of their step at `start` (n_steps + 1) and sorted by day; `step` says which
    choice each is; `rank` (n_steps,) settles ties, low first.
    """

    step: Ints
    day: Ints
    qty: Floats
    rank: Floats
    start: Ints


def wants_of(problem: PlanProblem, step: Ints, day: Ints, qty: Floats) -> Wants:
    """Sort wished lots into `Wants`, leaving out empty ones."""
    keep = qty > 1e-6
    order = np.lexsort((day[keep], problem.mains[step[keep]]))
    step, day, qty = step[keep][order].copy(), day[keep][order].copy(), qty[keep][order].copy()
    return Wants(
        step=step,
        day=day,
        qty=qty,
        rank=np.full(problem.n_steps, 500.0),
        start=np.searchsorted(problem.mains[step], np.arange(problem.n_steps + 1)),
    )


def copied(wants: Wants) -> Wants:
    """Wants that may be changed without changing these."""
    return replace(wants, step=wants.step.copy(), day=wants.day.copy(), qty=wants.qty.copy(), rank=wants.rank.copy())


def parted(view: Frame, wants: Wants, hours: float) -> Wants | None:
    """Wants in parts of at most so many machine hours where machines keep a calendar, None where none is longer.

    Orders that are wished for on one day would be one lot; in parts the first are served first, and on several machines at once.
    """
    p = view.problem
    if p.shifts is None:
        return None
    run, multiple, least = view.steps.run[wants.step], view.steps.lot_multiple[wants.step], view.steps.lot_min[wants.step]
    most = np.maximum(np.floor(hours / np.maximum(run, 1e-9) / multiple) * multiple, np.maximum(multiple, least))
    long = p.shifts.by_hour[view.steps.centre[wants.step]] & (wants.qty > most + 1e-6)
    if not long.any():
        return None
    parts = np.where(long, np.ceil(wants.qty / most - 1e-9), 1.0).astype(np.int64)
    row = np.repeat(np.arange(parts.size), parts)
    last = np.cumsum(parts) - 1
    qty = np.where(long, most, wants.qty)[row]
    qty[last] = wants.qty - (parts - 1) * np.where(long, most, 0.0)
    return wants_of(p, wants.step[row], wants.day[row], qty)


def backward(
    view: Frame,
    due: Ints,
    *,
    stock: Floats | None = None,
    capacity: Floats | None = None,
    qty: Floats | None = None,
    whole_lots: bool = False,
    second: bool = True,
) -> Wants:
    """Wants netted level by level for orders due on `due`; other stock, hours or open quantities may be given.

    Lots smaller than allowed are left to the execution to gather, unless `whole_lots` asks for each to be startable. Second choices are
    taken for what would be late, if `second`.
    """
    problem, net = view.problem, view.net
    need = np.zeros((net.n_nodes, view.days))
    np.add.at(need, (problem.order_item, np.clip(due, 0, view.days - 1)), problem.order_qty if qty is None else qty)
    order = np.lexsort((-np.arange(problem.n_steps), net.level[problem.step_item]))
    steps = view.steps._replace(flow=view.lead_days, lot_min=view.steps.lot_min if whole_lots else np.zeros(problem.n_steps))
    wanted = backward_wants(
        need,
        view.stores.stock if stock is None else stock,
        view.stores.receipts if stock is None else np.zeros_like(view.stores.receipts),
        order[problem.is_main[order]],
        view.trees.choices if second else np.minimum(view.trees.choices, 1),
        steps,
        problem.capacity_h if capacity is None else capacity,
        net.free_from,
        last_open_days(problem, view.days),
        _lots_by_rule(problem),
    )
    return wants_of(problem, *wanted)


def _lots_by_rule(problem: PlanProblem) -> tuple[Ints, Floats]:
    """Days to cover and pieces to fill up to of every step: of the last one of an item, whose lots those before it follow."""
    last = problem.chain.last
    return np.where(last, problem.cover[problem.step_item], 0).astype(np.int64), np.where(last, problem.fill[problem.step_item], 0.0)


def search(view: Frame, wants: Wants, rounds: int, state: State, kicks: int = 0) -> float:
    """Improve wants in place by `rounds` tried changes (0: only price them), after `kicks` changes taken untried; returns the cost reached."""
    wished = (wants.step, wants.day, wants.qty, wants.rank, wants.start)
    return float(improve(rounds, state, wished, view.steps, view.stores, view.machines, view.orders, view.trees, PRICES, kicks))


def execute(view: Frame, wants: Wants) -> Schedule:
    """The schedule that wants lead to: it keeps every rule of the problem whatever the wants are."""
    cum = np.zeros((view.problem.n_items, view.days))
    lots = dispatch(wants.step, wants.day, wants.qty, wants.rank, view.steps, view.stores, view.machines, cum)
    step, begins, ends, ready, machine, qty = lots
    order, when, how_much = deliver(cum, view.orders)
    return Schedule(
        lot_step=step,
        lot_qty=qty,
        lot_from=begins,
        lot_to=ends,
        lot_ready=ready,
        lot_machine=machine,
        delivery_order=view.order_row[order],
        delivery_day=when,
        delivery_qty=how_much,
    )


def top_up(view: Frame, wants: Wants, later: int = 0) -> Wants:
    """Wants with more for what they never deliver, from what stock and hours are left at the end of their schedule, `later` days
    after the days that would do.
    """
    p, n = view.problem, view.net
    done = execute(view, wants)
    missing = p.order_qty - np.bincount(done.delivery_order, weights=done.delivery_qty, minlength=p.order_qty.size)
    if missing.max(initial=0.0) <= 1e-6:
        return wants
    row, node, per = n.inputs_of(done.lot_step)
    stock = view.stores.stock + view.stores.receipts.sum(axis=0)
    np.add.at(stock, n.step_output[done.lot_step], done.lot_qty)
    np.subtract.at(stock, node, done.lot_qty[row] * per)
    np.subtract.at(stock, p.order_item[done.delivery_order], done.delivery_qty)
    room = p.capacity_h.copy()
    room -= hours_used(p, done.lot_step, done.lot_qty, done.lot_from, done.lot_to, done.lot_machine)
    more = backward(
        view,
        p.order_due,
        stock=np.maximum(stock, 0.0),
        capacity=np.maximum(room, 0.0),
        qty=np.maximum(missing, 0.0),
        whole_lots=True,
    )
    both = wants_of(p, np.r_[wants.step, more.step], np.r_[wants.day, np.minimum(more.day + later, view.days - 1)], np.r_[wants.qty, np.ceil(more.qty)])
    return replace(both, rank=wants.rank)
