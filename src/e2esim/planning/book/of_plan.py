"""A plan as a backorder run sees it: the supply of what is sold by day, and what each order has been confirmed."""

from __future__ import annotations

import numpy as np

from e2esim.planning.book.backorders import BackorderBook
from e2esim.planning.book.order_book import EPS, Flags, Floats, Ints, tidy
from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.result import PlanResult


def plan_supply(problem: PlanProblem, result: PlanResult, days: int, kept: slice = slice(0)) -> Floats:
    """Cumulative supply of each item for orders: stock, open orders, purchases and lots, less what lots take as parts and the orders `kept` get.

    Returns
    -------
    ndarray, (n_items, days)
        Never falls: what later lots will take is kept back from the start [pcs].
    """
    n = problem.n_items
    flow = np.zeros((n, days))
    flow[:, 0] += problem.on_hand
    own = problem.item_receipts
    _add(flow, problem.receipt_item[own], problem.receipt_day[own], problem.receipt_qty[own])
    _add(flow, problem.source_item[result.purchase_source], result.purchase_received, result.purchase_qty)
    item = problem.step_item
    last = problem.chain.last[result.lot_step]
    _add(flow, item[result.lot_step[last]], result.lot_end[last], result.lot_qty[last])
    row, node, per = network(problem).inputs_of(result.lot_step)
    parts = node < n
    _add(flow, node[parts], result.lot_start[row[parts]], -result.lot_qty[row[parts]] * per[parts])
    mine = np.isin(result.delivery_order, np.arange(len(problem.orders))[kept])
    _add(flow, problem.order_item[result.delivery_order[mine]], result.delivery_day[mine], -result.delivery_qty[mine])
    level = np.cumsum(flow, axis=1)
    return np.maximum(np.minimum.accumulate(level[:, ::-1], axis=1)[:, ::-1], 0.0)


def _add(flow: Floats, item: Ints, day: Ints, quantity: Floats) -> None:
    """Add pieces to the days on which they come; what comes after the horizon stays out."""
    inside = day < flow.shape[1]
    np.add.at(flow, (item[inside], np.maximum(day[inside], 0)), quantity[inside])


def plan_book(problem: PlanProblem, result: PlanResult, whole: Flags, promised: Ints, firm: int = 0) -> BackorderBook:
    """The book of a plan.

    Parameters
    ----------
    whole : (n,) bool
        For the first n orders of the plan: lines that go in one piece, confirmed on the day on which the plan has
        delivered all of it, or not at all. What the plan has behind them (forecasts) is left out: what it would deliver
        to those is open to orders.
    promised : (n,)
        Day promised before, -1 = none: such a line is confirmed in full on that day, whatever the plan says.
    firm
        So many rows behind the first n are parts of firm works orders: nobody else gets them.
    """
    days, n = 7 * problem.n_weeks, whole.size
    mine = result.delivery_order < n
    line, day, quantity = result.delivery_order[mine], result.delivery_day[mine], result.delivery_qty[mine]
    wanted = problem.order_qty[:n]
    got = np.bincount(line, weights=quantity, minlength=n)
    end = np.full(n, -1, dtype=np.int64)
    np.maximum.at(end, line, day)
    given = promised >= 0
    parts = ~(whole | given)[line] & (day < days)
    one_day = np.where(given, promised, end)
    one = np.flatnonzero((given | (whole & (got >= wanted - EPS))) & (one_day >= 0) & (one_day < days))
    confirmed = tidy(np.r_[line[parts], one], np.r_[day[parts], one_day[one]], np.r_[np.minimum(quantity[parts], wanted[line[parts]]), wanted[one]])
    return BackorderBook(
        item=problem.order_item[:n], quantity=wanted, due=problem.order_due[:n], whole=whole, confirmed=confirmed,
        supply=plan_supply(problem, result, days, slice(n, n + firm)),
    )  # fmt: skip
