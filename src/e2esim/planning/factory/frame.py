"""A problem laid out for the kernels: orders sorted, stock and receipts by node, machines, the steps behind every item."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from e2esim.planning.factory.call_offs import with_call_offs
from e2esim.planning.factory.grid import tier_weights
from e2esim.planning.factory.network import MaterialNetwork
from e2esim.planning.factory.problem import Flags, Floats, Ints, PlanProblem
from e2esim.planning.factory.shop_floor import Demanded, Machines, Steps, Stores, Trees, machines_of
from e2esim.planning.factory.worked import lead_days


@dataclass(frozen=True, kw_only=True, eq=False)
class Frame:
    """A problem laid out for the kernels over `days` days; `order_row` leads from its sorted orders back to the facts,
    `lead_days` (n_steps,) are the days that a usual lot takes. `asked` is the problem as it was given, `problem` has what limited
    suppliers may bring as receipts.
    """

    asked: PlanProblem
    problem: PlanProblem
    net: MaterialNetwork
    days: int
    lead_days: Ints
    order_row: Ints
    steps: Steps
    stores: Stores
    machines: Machines
    orders: Demanded
    trees: Trees


class Claims(NamedTuple):
    """Orders that go first among those of their priority from a day on, (n_orders,) each; a piece that is later still weighs `weight` late ones."""

    who: Flags
    due: Ints
    weight: float


def frame(problem: PlanProblem, net: MaterialNetwork, days: int) -> Frame:
    """Lay out a problem over a number of days."""
    asked, problem = problem, with_call_offs(problem)
    row, orders = _demanded(problem, None)
    lead = lead_days(problem, net)
    return Frame(
        asked=asked,
        problem=problem,
        net=net,
        days=days,
        lead_days=lead,
        order_row=row,
        steps=_steps(problem, net),
        stores=_stores(problem, net, days),
        machines=machines_of(problem.capacity_h, problem.shifts),
        orders=orders,
        trees=_trees(problem, lead),
    )


def _steps(problem: PlanProblem, net: MaterialNetwork) -> Steps:
    whole = np.where(problem.lot_multiple > 0, problem.lot_multiple, 1.0)
    least = np.maximum(np.ceil(problem.lot_min / whole) * whole, whole)
    return Steps(
        output=net.step_output,
        in_start=net.in_start,
        in_node=net.in_node,
        in_qty=net.in_qty,
        centre=problem.step_centre,
        setup=problem.step_setup_h,
        run=problem.step_run_h,
        flow=problem.step_flow_days,
        lot_min=least[problem.step_item],
        lot_multiple=whole[problem.step_item],
        lot_max=np.maximum(np.floor((problem.largest_lot + 1e-6) / whole) * whole, least)[problem.step_item],
    )


def _stores(problem: PlanProblem, net: MaterialNetwork, days: int) -> Stores:
    stock, sold = np.zeros(net.n_nodes), np.zeros(problem.n_items, dtype=np.int64)
    stock[: problem.n_items] = problem.on_hand
    sold[problem.order_item] = 1
    return Stores(stock=stock, receipts=_receipts(problem, net, days), free_from=net.free_from, sold=sold)


def _demanded(problem: PlanProblem, claims: Claims | None) -> tuple[Ints, Demanded]:
    """Rows of the orders as they are sorted, and the orders."""
    n = len(problem.orders)
    who = np.zeros(n, dtype=bool) if claims is None else claims.who
    due = problem.order_due if claims is None else np.where(who, claims.due, problem.order_due)
    tier = 2 * np.searchsorted(np.unique(problem.order_priority), problem.order_priority) + ~who
    row = np.lexsort((due, tier, problem.order_item))
    item = problem.order_item[row]
    weight = tier_weights(problem) * np.where(who, 1.0 if claims is None else claims.weight, 1.0)
    return row, Demanded(
        item_start=np.searchsorted(item, np.arange(problem.n_items + 1)),
        order_item=item,
        due=due[row],
        wanted=problem.order_due[row],
        qty=problem.order_qty[row],
        least=problem.order_least[row] if problem.order_least.size else np.zeros(n),
        tier=tier[row],
        weight=weight[row],
    )


def with_claims(view: Frame, claims: Claims | None) -> Frame:
    """The same frame in which some orders go first once their time has come; None: each by its due day."""
    row, orders = _demanded(view.problem, claims)
    return replace(view, order_row=row, orders=orders)


def _receipts(problem: PlanProblem, net: MaterialNetwork, days: int) -> Floats:
    table, seen = np.zeros((days, net.n_nodes)), problem.receipt_day < days
    np.add.at(table, (problem.receipt_day[seen], problem.receipt_item[seen]), problem.receipt_qty[seen])
    return table


def longer(view: Frame, days: int) -> Frame:
    """The same frame over more days."""
    return replace(view, days=days, stores=_stores(view.problem, view.net, days))


def _trees(problem: PlanProblem, lead_of: Ints) -> Trees:
    """First choices behind every item and the days from the start of each to the end of the item; steps of work centres."""
    known: dict[int, dict[int, int]] = {}
    own = [np.flatnonzero((problem.step_item == i) & problem.is_main) for i in range(problem.n_items)]
    parent, component = problem.behind
    parts = [component[parent == i] for i in range(problem.n_items)]

    def tree(item: int) -> dict[int, int]:
        if item not in known:
            lead, found = 0, {}
            for s in own[item][::-1]:
                lead += int(lead_of[s])
                found[int(s)] = lead
            for c in parts[item]:
                for s, days in tree(int(c)).items():
                    found[s] = max(found.get(s, 0), days + lead)
            known[item] = found
        return known[item]

    every = [tree(i) for i in range(problem.n_items)]
    start = np.r_[0, np.cumsum([len(t) for t in every])].astype(np.int64)
    step = np.array([s for t in every for s in t], dtype=np.int64)
    lead = np.array([d for t in every for d in t.values()], dtype=np.int64)
    mates = np.argsort(problem.step_centre, kind="stable")
    return Trees(
        tree_start=start,
        tree_step=step,
        tree_lead=lead,
        mate_start=np.searchsorted(problem.step_centre[mates], np.arange(len(problem.centres) + 1)),
        mate_step=mates,
        main=problem.mains.astype(np.int64),
        choices=np.bincount(problem.mains, minlength=problem.n_steps).astype(np.int64),
    )
