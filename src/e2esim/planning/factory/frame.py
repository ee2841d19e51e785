"""A problem laid out for the kernels: orders sorted, stock and receipts by node, the steps behind every item."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from e2esim.planning.factory.grid import tier_weights
from e2esim.planning.factory.network import Network
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem


@dataclass(frozen=True, kw_only=True, eq=False)
class Frame:
    """A problem laid out for the kernels over `days` days: orders sorted by item, tier and due day, `order_row` back
    to facts.
    """

    problem: PlanProblem
    net: Network
    days: int
    stock: Floats
    receipts: Floats
    lot_min: Floats
    lot_multiple: Floats
    sold: Ints
    order_row: Ints
    item_start: Ints
    order_item: Ints
    due: Ints
    qty: Floats
    tier: Ints
    weight: Floats
    tree_start: Ints
    tree_step: Ints
    tree_lead: Ints
    mate_start: Ints
    mate_step: Ints


def frame(problem: PlanProblem, net: Network, days: int) -> Frame:
    """Lay out a problem over a number of days."""
    row = np.lexsort((problem.order_due, problem.order_priority, problem.order_item))
    item = problem.order_item[row]
    sold = np.zeros(problem.n_items, dtype=np.int64)
    sold[item] = 1
    mates = np.argsort(problem.step_centre, kind="stable")
    start, step, lead = _trees(problem)
    stock = np.zeros(net.n_nodes)
    stock[: problem.n_items] = problem.on_hand
    tier = np.searchsorted(np.unique(problem.order_priority), problem.order_priority)
    whole = np.where(problem.lot_multiple > 0, problem.lot_multiple, 1.0)
    return Frame(
        problem=problem,
        net=net,
        days=days,
        stock=stock,
        receipts=_receipts(problem, net, days),
        lot_min=np.maximum(np.ceil(problem.lot_min / whole) * whole, whole)[problem.step_item],
        lot_multiple=whole[problem.step_item],
        sold=sold,
        order_row=row,
        item_start=np.searchsorted(item, np.arange(problem.n_items + 1)),
        order_item=item,
        due=problem.order_due[row],
        qty=problem.order_qty[row],
        tier=tier[row],
        weight=tier_weights(problem)[row],
        tree_start=start,
        tree_step=step,
        tree_lead=lead,
        mate_start=np.searchsorted(problem.step_centre[mates], np.arange(len(problem.centres) + 1)),
        mate_step=mates,
    )


def _receipts(problem: PlanProblem, net: Network, days: int) -> Floats:
    table, seen = np.zeros((days, net.n_nodes)), problem.receipt_day < days
    np.add.at(table, (problem.receipt_day[seen], problem.receipt_item[seen]), problem.receipt_qty[seen])
    return table


def longer(view: Frame, days: int) -> Frame:
    """The same frame over more days."""
    return replace(view, days=days, receipts=_receipts(view.problem, view.net, days))


def _trees(problem: PlanProblem) -> tuple[Ints, Ints, Ints]:
    """Steps behind every item and the days from the start of each to the end of the item: start (n_items + 1), step,
    lead.
    """
    known: dict[int, dict[int, int]] = {}
    own = [np.flatnonzero(problem.step_item == i) for i in range(problem.n_items)]
    parts = [problem.bom_component[problem.bom_parent == i] for i in range(problem.n_items)]

    def tree(item: int) -> dict[int, int]:
        if item not in known:
            lead, found = 0, {}
            for s in own[item][::-1]:
                lead += int(problem.step_flow_days[s])
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
    return start, step, lead
