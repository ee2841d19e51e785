"""From a schedule of lots and deliveries to purchases and full pegging."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from e2esim.planning.factory.buying import lot_terms, sources_of
from e2esim.planning.factory.buying_kernels import StockChanges, purchase_plan
from e2esim.planning.factory.call_offs import call_offs, limited
from e2esim.planning.factory.network import MaterialNetwork
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem
from e2esim.planning.factory.result import PegKind
from e2esim.planning.factory.shifts import DAY_H
from e2esim.planning.factory.trace_kernels import first_come
from e2esim.planning.factory.worked import day_started, day_there


@dataclass(frozen=True, kw_only=True, eq=False)
class Schedule:
    """What starts when and what is delivered when.

    `lot_from`, `lot_to`, `lot_ready`: start and end of the work, and when the goods are there [h from day 0]; `lot_machine`: -1
    where hours are by week. Deliveries [d from today, pcs].
    """

    lot_step: Ints
    lot_qty: Floats
    lot_from: Floats
    lot_to: Floats
    lot_ready: Floats
    lot_machine: Ints
    delivery_order: Ints
    delivery_day: Ints
    delivery_qty: Floats

    @property
    def lot_day(self) -> Ints:
        """Day on which each lot starts [d]."""
        return day_started(self.lot_from)

    @property
    def lot_end(self) -> Ints:
        """Day on which the goods of each lot are there [d]."""
        return day_there(self.lot_ready)


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


def purchases_for(problem: PlanProblem, net: MaterialNetwork, schedule: Schedule) -> tuple[Ints, Floats, Ints]:
    """Purchases (source row, qty, day received) a schedule needs, from the preferred supplier that can be in time."""
    n = problem.n_items
    row, node, per = net.inputs_of(schedule.lot_step)
    out = net.step_output[schedule.lot_step]
    done = np.ceil(schedule.lot_ready / DAY_H - 1e-6).astype(np.int64)
    item = np.concatenate([np.arange(n), problem.receipt_item, out, node, problem.order_item[schedule.delivery_order]])
    day = np.concatenate([np.full(n, -1), problem.receipt_day, done, schedule.lot_day[row], schedule.delivery_day])
    qty = np.concatenate([problem.on_hand, problem.receipt_qty, schedule.lot_qty, -schedule.lot_qty[row] * per, -schedule.delivery_qty])
    bought, weekly = np.zeros(net.n_nodes, dtype=bool), np.zeros(net.n_nodes, dtype=bool)
    bought[problem.source_item] = True
    weekly[problem.source_item[limited(problem)]] = True
    by_source = np.lexsort((problem.source_price, problem.source_priority, problem.source_item))
    called = _called_off(problem, np.flatnonzero(weekly), by_source, (item, day, qty))
    keep = bought[item] & ~weekly[item]
    item, day, qty = item[keep], day[keep], qty[keep]
    order = np.lexsort((day, item))
    source, pieces, received = purchase_plan(
        StockChanges(start=np.searchsorted(item[order], np.arange(n + 1)), day=day[order], qty=qty[order]),
        np.searchsorted(problem.source_item[by_source], np.arange(n + 1)),
        by_source,
        sources_of(problem),
        lot_terms(problem),
    )
    more = [np.array([row[k] for row in called]) for k in range(3)]
    return np.r_[source, more[0].astype(np.int64)], np.r_[pieces, more[1]], np.r_[received, more[2].astype(np.int64)]


def _called_off(problem: PlanProblem, items: Ints, by_source: Ints, moves: tuple[Ints, Ints, Floats]) -> list[tuple[int, float, int]]:
    """Call-offs of items with a limited supplier, from what comes and goes of them (item, day, pieces)."""
    found: list[tuple[int, float, int]] = []
    for i in items.tolist():
        mine = moves[0] == i
        day, where = np.unique(moves[1][mine], return_inverse=True)
        level = np.cumsum(np.bincount(where.ravel(), weights=moves[2][mine], minlength=day.size))
        need = np.maximum.accumulate(np.maximum(-level, 0.0))
        found += call_offs(problem, day, need, [s for s in by_source.tolist() if problem.source_item[s] == i])
    return found


def peg(problem: PlanProblem, net: MaterialNetwork, schedule: Schedule, bought: tuple[Ints, Floats, Ints]) -> Pegging:
    """Peg every lot and delivery to its supplies, first in first out."""
    n, m = problem.n_items, problem.receipt_item.size
    source, bought_qty, received = bought
    made = net.step_output[schedule.lot_step]
    kind = np.repeat([PegKind.STOCK, PegKind.RECEIPT, PegKind.PURCHASE, PegKind.LOT], [n, m, source.size, made.size])
    row = np.concatenate([np.arange(n), np.arange(m), np.arange(source.size), np.arange(made.size)])
    node = np.concatenate([np.arange(n), problem.receipt_item, problem.source_item[source], made])
    hour = np.concatenate([np.full(n, -1.0), DAY_H * problem.receipt_day, DAY_H * received, schedule.lot_ready])
    qty = np.concatenate([problem.on_hand, problem.receipt_qty, bought_qty, schedule.lot_qty])
    supply = np.lexsort((hour, node))
    lot, used, per = net.inputs_of(schedule.lot_step)
    use_node = np.concatenate([used, problem.order_item[schedule.delivery_order]])
    use_hour = np.concatenate([schedule.lot_from[lot], DAY_H * schedule.delivery_day])
    use_qty = np.concatenate([schedule.lot_qty[lot] * per, schedule.delivery_qty])
    uses = np.lexsort((use_hour, use_node))
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
