"""Net forecast as demand of a case: rows behind all orders, served with what they leave; and a plan without them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np

from e2esim.planning.demand.net_demand import NetDemand
from e2esim.planning.factory.case import PlanCase
from e2esim.planning.factory.money import behind_orders
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.result import PlanResult

CUSTOMER = "forecast"


def with_forecast(case: PlanCase, demand: NetDemand) -> PlanCase:
    """Return ``case`` with the net forecast of every item, channel and week as an order of the lowest priority.

    Each is due in the middle of its week, as orders of a week are on average; weeks beyond the calendar of hours are
    left out: nothing could be planned there.
    """
    facts, edges, planned = case.facts, demand.plan.edges, demand.planned.copy()
    planned[:, edges[1:] > 7 * facts.n_weeks] = 0.0
    series, week = np.nonzero(planned > 0)
    row = {item: k for k, item in enumerate(facts.items)}
    names = [_name(case, demand, int(s), int(w)) for s, w in zip(series, week, strict=True)]
    lowest = int(facts.order_priority.max(initial=1))
    more = replace(
        facts,
        orders=(*facts.orders, *names),
        order_item=np.r_[facts.order_item, np.array([row[demand.plan.keys[s][0]] for s in series], dtype=np.int64)],
        order_qty=np.r_[facts.order_qty, planned[series, week]],
        order_due=np.r_[facts.order_due, ((edges[week] + edges[week + 1]) // 2).astype(np.int64)],
        order_least=np.r_[facts.order_least, np.zeros(series.size)] if facts.order_least.size else facts.order_least,
        order_priority=np.r_[facts.order_priority, np.full(series.size, lowest + 1, dtype=np.int64)],
    )
    customers = (*case.order_customer, *[CUSTOMER] * series.size)
    return replace(case, facts=more, order_customer=customers, n_forecast=case.n_forecast + series.size, money=behind_orders(case.money, series.size))


def _name(case: PlanCase, demand: NetDemand, series: int, week: int) -> str:
    """Such as ``F 001001 dealer 2026-02-02``: what, where and the week."""
    item, channel = demand.plan.keys[series]
    day = case.facts.today + dt.timedelta(days=int(demand.plan.edges[week]))
    return " ".join(part for part in ("F", item, channel, day.isoformat()) if part)


def orders_alone(problem: PlanProblem, result: PlanResult, n_orders: int) -> tuple[PlanProblem, PlanResult]:
    """A problem and its plan without the net forecast and safety stock behind the first ``n_orders``: what was made for it lies free.

    A promise asks this: the next order is what forecast and safety stock were for.
    """
    kept = result.delivery_order < n_orders
    row = np.cumsum(kept) - 1
    pegs, late = kept[result.peg_delivery], result.late_order < n_orders
    part = {name: getattr(problem, name)[:n_orders] for name in ("orders", "order_item", "order_qty", "order_due", "order_priority", "order_least")}
    mine = {name: getattr(result, name)[kept] for name in ("delivery_order", "delivery_day", "delivery_qty")}
    fed = {name: getattr(result, name)[pegs] for name in ("peg_kind", "peg_row", "peg_qty")}
    told = {name: getattr(result, name)[late] for name in ("late_order", "late_cause", "late_place", "late_day", "late_qty")}
    return replace(problem, **part), replace(result, **mine, **fed, **told, peg_delivery=row[result.peg_delivery[pegs]])
