"""A plan carried out under disturbed supplies, hours and flow times: when each order is then delivered in full.

Nobody replans: lots keep their order, their quantities and the supplies pegged to them. So it tells the risk that the
plan carries, not what a planner would make of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem
from e2esim.planning.factory.result import PlanResult
from e2esim.planning.factory.rollout_kernels import run_lots


@dataclass(frozen=True, kw_only=True, eq=False)
class Luck:
    """One way in which things may go.

    Parameters
    ----------
    source_late_d : (n_sources, n_weeks)
        Days by which what a source should bring in a week comes late [d].
    hours_factor : (n_centres, n_weeks)
        Hours there are, as a multiple of the calendar's.
    flow_factor : (n_steps, n_weeks)
        Flow time of what starts in a week, as a multiple of ``flow_days``.
    """

    source_late_d: Floats
    hours_factor: Floats
    flow_factor: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Rollout:
    """A plan laid out for carrying it out many times.

    Examples
    --------
    >>> from e2esim.planning.factory.planner import plan
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> p = synthetic_problem(np.random.default_rng(1), finished=2, parts=2, bought=3, centres=3, orders=9, weeks=6)
    >>> done = plan(p, rounds=5)
    >>> whole = Rollout(problem=p, result=done)
    >>> days = whole.completion(as_planned(p))
    >>> bool(np.array_equal(days, whole.planned))
    True
    """

    problem: PlanProblem
    result: PlanResult

    @cached_property
    def planned(self) -> Floats:
        """Day on which the plan delivers the last piece of each order, inf for what it never does, (n_orders,) [d]."""
        p, r = self.problem, self.result
        day = np.full(len(p.orders), -np.inf)
        np.maximum.at(day, r.delivery_order, r.delivery_day.astype(np.float64))
        given = np.bincount(r.delivery_order, weights=r.delivery_qty, minlength=len(p.orders))
        return np.where(p.order_qty - given > 1e-6, np.inf, day)

    @cached_property
    def _offset(self) -> Ints:
        """First row of each kind of supply (`PegKind`) among all supplies."""
        p, r = self.problem, self.result
        return np.cumsum([0, p.n_items, p.receipt_item.size, r.purchase_source.size])

    @cached_property
    def _sequence(self) -> Ints:
        """Lots in the order in which they take hours: planned start, then what feeds others first."""
        p, r = self.problem, self.result
        return np.lexsort((r.lot_step, -network(p).level[p.step_item[r.lot_step]], r.lot_start)).astype(np.int64)

    @cached_property
    def _feeds(self) -> tuple[Ints, Ints]:
        r = self.result
        order = np.argsort(r.feed_lot, kind="stable")
        starts = np.searchsorted(r.feed_lot[order], np.arange(r.lot_step.size + 1))
        return starts.astype(np.int64), (self._offset[r.feed_kind] + r.feed_row)[order].astype(np.int64)

    @cached_property
    def receipt_source(self) -> Ints:
        """Preferred source of each scheduled receipt, -1 for what is made, (n_receipts,)."""
        p = self.problem
        first = np.full(p.n_items + p.n_steps, -1, dtype=np.int64)
        order = np.lexsort((-p.source_price, -p.source_priority))
        first[p.source_item[order]] = order
        made = np.zeros(p.n_items + p.n_steps, dtype=bool)
        made[p.step_item] = True
        return np.where(made[p.receipt_item], -1, first[p.receipt_item]).astype(np.int64)

    def completion(self, luck: Luck) -> Floats:
        """When each order is delivered in full, never before its planned day, (n_orders,) [d]; inf where it never is."""
        p, r = self.problem, self.result
        hours = p.step_setup_h[r.lot_step] + p.step_run_h[r.lot_step] * r.lot_qty
        flow = p.step_flow_days[r.lot_step] * luck.flow_factor[r.lot_step, _week(r.lot_start, luck.flow_factor)]
        ready = np.concatenate([np.full(p.n_items, -np.inf), self._receipts(luck), self._purchases(luck), np.zeros(r.lot_step.size)])
        starts, supplies = self._feeds
        run_lots(
            self._sequence,
            r.lot_start.astype(np.float64),
            hours,
            p.step_centre[r.lot_step],
            flow,
            starts,
            supplies,
            ready,
            int(self._offset[-1]),
            p.capacity_h * luck.hours_factor,
        )
        day = self.planned.copy()
        np.maximum.at(day, r.delivery_order[r.peg_delivery], ready[self._offset[r.peg_kind] + r.peg_row])
        return day

    def _receipts(self, luck: Luck) -> Floats:
        p, source = self.problem, self.receipt_source
        if not p.receipt_item.size or not p.source_item.size:
            return np.asarray(p.receipt_day, dtype=np.float64)
        late = luck.source_late_d[source, _week(p.receipt_day, luck.source_late_d)]
        return np.asarray(p.receipt_day + np.where(source >= 0, late, 0.0), dtype=np.float64)

    def _purchases(self, luck: Luck) -> Floats:
        r = self.result
        return np.asarray(r.purchase_received + luck.source_late_d[r.purchase_source, _week(r.purchase_received, luck.source_late_d)], dtype=np.float64)


def as_planned(problem: PlanProblem) -> Luck:
    """The luck under which everything goes as planned."""
    weeks = problem.n_weeks
    return Luck(
        source_late_d=np.zeros((problem.source_item.size, weeks)),
        hours_factor=np.ones((len(problem.centres), weeks)),
        flow_factor=np.ones((problem.n_steps, weeks)),
    )


def _week(day: Ints, table: Floats) -> Ints:
    """Column of each day in a table by week, the last for days after it."""
    return np.clip(day // 7, 0, table.shape[1] - 1)
