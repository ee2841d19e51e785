"""Safety stock as demand of a case: rows behind orders and forecast, kept in stock when nobody who ordered wants the pieces.

Safety stock lies beside the orders and last in line: an order may always take it, and what is taken is made or bought anew as
soon as orders and forecast leave stock, hours and parts for it (so frePPLe plans it too: first the demand, then the buffers).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from e2esim.planning.factory.bounds import earliest_days
from e2esim.planning.factory.case import PlanCase
from e2esim.planning.factory.money import behind_orders
from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import Floats, PlanProblem

KEPT_BY = "safety stock"
DAILY_OVER = (28, 91)  # days of demand over which its daily mean is taken, at least and at most


@dataclass(frozen=True, kw_only=True)
class SafetyStock:
    """Stock to keep of every item: pieces, (n_items,) [pcs], and what so many days of demand take on top, (n_items,) [d]."""

    pieces: Floats
    days: Floats

    def wanted(self, facts: PlanProblem) -> Floats:
        """Pieces to keep of every item, (n_items,) [pcs], rounded up; what nothing can bring is not asked for."""
        some = self.pieces + (np.ceil(np.round(self.days * daily_use(facts), 6)) if self.days.any() else 0.0)
        come = np.zeros(facts.n_items, dtype=bool)
        come[facts.step_item], come[facts.source_item] = True, True
        due = np.bincount(facts.receipt_item[facts.item_receipts], weights=facts.receipt_qty[facts.item_receipts], minlength=facts.n_items)
        return np.asarray(np.where(come, some, np.minimum(some, np.maximum(facts.on_hand, 0.0) + due)), dtype=np.float64)


def daily_use(facts: PlanProblem) -> Floats:
    """Pieces of every item that the demand of the next weeks takes a day in the mean, for orders and for parents, (n_items,) [pcs/d].

    Examples
    --------
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> p = synthetic_problem(np.random.default_rng(1), finished=2, parts=2, bought=3, centres=3, orders=20, weeks=6)
    >>> use = daily_use(p)
    >>> bool((use[p.bom_component] > 0).all())
    True
    """
    days = int(np.clip(facts.order_due.max(initial=0) + 1, *DAILY_OVER))
    soon = facts.order_due < days
    use = np.bincount(facts.order_item[soon], weights=facts.order_qty[soon], minlength=facts.n_items) / days
    level = network(facts).level
    for at in range(int(level.max(initial=0)) + 1):
        rows = (level == at)[facts.bom_parent]
        np.add.at(use, facts.bom_component[rows], use[facts.bom_parent[rows]] * facts.bom_need[rows])
    return np.asarray(use, dtype=np.float64)


def with_safety_stock(case: PlanCase) -> PlanCase:
    """Return ``case`` with the safety stock of every item as one more order, of the priority that net forecast has.

    It is due on the first day on which new pieces can be there; so what is late tells of lasting shortage alone. Call it last, after
    `with_forecast`: days of demand count the forecast too.
    """
    if case.safety is None:
        return case
    facts = case.facts
    wanted = case.safety.wanted(facts)
    items = np.flatnonzero(wanted > 0)
    if not items.size:
        return case
    due = np.minimum(earliest_days(facts, network(facts))[items], max(7 * facts.n_weeks - 1, 0))
    lowest = int(facts.order_priority[: case.n_orders].max(initial=1))
    more = replace(
        facts,
        orders=(*facts.orders, *(f"S {facts.items[i]}" for i in items.tolist())),
        order_item=np.r_[facts.order_item, items],
        order_qty=np.r_[facts.order_qty, wanted[items]],
        order_due=np.r_[facts.order_due, due].astype(np.int64),
        order_least=np.r_[facts.order_least, np.zeros(items.size)] if facts.order_least.size else facts.order_least,
        order_priority=np.r_[facts.order_priority, np.full(items.size, lowest + 1, dtype=np.int64)],
    )
    return replace(
        case,
        facts=more,
        order_customer=(*case.order_customer, *[KEPT_BY] * items.size),
        n_safety=items.size,
        money=behind_orders(case.money, items.size),
    )
