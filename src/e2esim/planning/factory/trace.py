"""From a schedule of lots and deliveries to purchases and full pegging."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from e2esim.planning.factory.network import Network
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem
from e2esim.planning.factory.result import PegKind
from e2esim.planning.factory.trace_kernels import first_come, purchase_plan


@dataclass(frozen=True, kw_only=True, eq=False)
class Schedule:
    """What starts when and what is delivered when; days from today, pieces."""

    lot_step: Ints
    lot_day: Ints
    lot_qty: Floats
    delivery_order: Ints
    delivery_day: Ints
    delivery_qty: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Pegging:
    """Supplies matched to uses: rows of deliveries (`peg_*`) and of lots (`feed_*`) with the kind and row of their
    supply.
    """

    peg_delivery: Ints
    peg_kind: Ints
    peg_row: Ints
    peg_qty: Floats
    feed_lot: Ints
    feed_kind: Ints
    feed_row: Ints
    feed_qty: Floats


def purchases_for(problem: PlanProblem, net: Network, schedule: Schedule) -> tuple[Ints, Floats, Ints]:
    """Purchases (source row, qty, day received) a schedule needs, from the preferred supplier that can be in time."""
    n = problem.n_items
    row, node, per = net.inputs_of(schedule.lot_step)
    out = net.step_output[schedule.lot_step]
    done = schedule.lot_day + problem.step_flow_days[schedule.lot_step]
    item = np.concatenate([np.arange(n), problem.receipt_item, out, node, problem.order_item[schedule.delivery_order]])
    day = np.concatenate([np.full(n, -1), problem.receipt_day, done, schedule.lot_day[row], schedule.delivery_day])
    qty = np.concatenate([problem.on_hand, problem.receipt_qty, schedule.lot_qty, -schedule.lot_qty[row] * per, -schedule.delivery_qty])
    bought = np.zeros(net.n_nodes, dtype=bool)
    bought[problem.source_item] = True
    keep = bought[item]
    item, day, qty = item[keep], day[keep], qty[keep]
    order = np.lexsort((day, item))
    by_source = np.lexsort((problem.source_price, problem.source_priority, problem.source_item))
    return purchase_plan(
        np.searchsorted(item[order], np.arange(n + 1)),
        day[order],
        qty[order],
        np.searchsorted(problem.source_item[by_source], np.arange(n + 1)),
        by_source,
        problem.source_lead_days,
        problem.source_moq,
        problem.source_multiple,
    )


def peg(problem: PlanProblem, net: Network, schedule: Schedule, bought: tuple[Ints, Floats, Ints]) -> Pegging:
    """Peg every lot and delivery to its supplies, first in first out by day."""
    n, m = problem.n_items, problem.receipt_item.size
    source, bought_qty, received = bought
    made = net.step_output[schedule.lot_step]
    kind = np.repeat([PegKind.STOCK, PegKind.RECEIPT, PegKind.PURCHASE, PegKind.LOT], [n, m, source.size, made.size])
    row = np.concatenate([np.arange(n), np.arange(m), np.arange(source.size), np.arange(made.size)])
    node = np.concatenate([np.arange(n), problem.receipt_item, problem.source_item[source], made])
    day = np.concatenate([np.full(n, -1), problem.receipt_day, received, schedule.lot_day + problem.step_flow_days[schedule.lot_step]])
    qty = np.concatenate([problem.on_hand, problem.receipt_qty, bought_qty, schedule.lot_qty])
    supply = np.lexsort((day, node))
    lot, used, per = net.inputs_of(schedule.lot_step)
    use_node = np.concatenate([used, problem.order_item[schedule.delivery_order]])
    use_day = np.concatenate([schedule.lot_day[lot], schedule.delivery_day])
    use_qty = np.concatenate([schedule.lot_qty[lot] * per, schedule.delivery_qty])
    uses = np.lexsort((use_day, use_node))
    u, g, q = first_come(node[supply], qty[supply], use_node[uses], use_qty[uses], net.n_nodes)
    u, g = uses[u], supply[g]
    to_lot = u < lot.size
    return Pegging(
        peg_delivery=u[~to_lot] - lot.size,
        peg_kind=kind[g[~to_lot]],
        peg_row=row[g[~to_lot]],
        peg_qty=q[~to_lot],
        feed_lot=lot[u[to_lot]],
        feed_kind=kind[g[to_lot]],
        feed_row=row[g[to_lot]],
        feed_qty=q[to_lot],
    )
