"""The opening state near steady state: shelves of the accounts and what filled them, goods in transit, open orders of the tables."""

from __future__ import annotations

import numpy as np

from e2esim.chain.deliver import Deliver
from e2esim.chain.stock import Stock
from e2esim.customers.trade import Trade
from e2esim.domain.book import Columns, OrderState
from e2esim.domain.world import World
from e2esim.simulate.promise import PromiseDesk


def open_shelves(world: World, stock: Stock, trade: Trade) -> None:
    """Stock accounts in the middle of their order cycle: base stock less half a review of sales less what is on order."""
    if world.accounts.n == 0:
        return
    cycle = trade.rate_d * world.accounts.review_d[:, None] / 2.0
    position = np.maximum(0.0, np.round(trade.targets() - cycle))
    shelf = np.maximum(0.0, position - stock.on_order[1:])
    for a in range(world.accounts.n):
        stock.open_node(1 + a, np.where(world.items.sold, shelf[a], 0.0))


def open_unsold(world: World, stock: Stock, trade: Trade, orders: Columns) -> None:
    """The last replenishment of each shelf whose account may send back what it cannot sell, as delivered rows: one review's sales of it."""
    shelf = stock.on_hand[1:] * (world.channels.unsold_y[world.accounts.channel] > 0.0)[:, None]
    account, item = np.nonzero(np.floor(shelf) > 0.0)
    review_d = world.accounts.review_d[account].astype(np.float64)
    usual = np.ceil(trade.rate_d[account, item] * review_d)
    quantity = np.clip(usual, 1.0, np.floor(shelf[account, item])).astype(np.int64)
    came = -12.0 * review_d  # half a review ago
    quoted = 24.0 * world.channels.quoted_d[world.accounts.channel[account]]
    rows = trade.write(account, item, quantity, came - quoted, np.full(len(account), 2_000, dtype=np.int64))
    for name in ("allocated", "picked", "shipped", "delivered"):
        orders[name][rows] = came
    orders["state"][rows] = OrderState.DELIVERED
    stock.latest[(1 + account) * world.items.n + item] = rows


def open_transit(world: World, stock: Stock, trade: Trade, deliver: Deliver, orders: Columns, promise: PromiseDesk) -> None:
    """Goods on their way to accounts when the run opens, as shipped replenishment rows; promised as the firm would promise them today.

    Under fixed lead times, which know no transit, a day and a half after they are expected.
    """
    account, item, quantity, days = trade.pipeline()
    if len(account) == 0:
        return
    transit_h, arrival_h = 24.0 * trade.transit_d[account], 24.0 * days
    shipped = np.minimum(arrival_h - transit_h, -1.0)
    number = np.floor(-shipped / 168.0).astype(np.int64) + 1_000
    rows = trade.write(account, item, quantity, shipped - 48.0, number)
    for name in ("allocated", "picked", "shipped"):
        orders[name][rows] = shipped
    quoted = promise.rule == "quoted"
    orders["promised"][rows] = (np.floor(arrival_h / 24.0) + 1.75) * 24.0 if quoted else promise.given_under_way(rows, shipped)
    orders["state"][rows] = OrderState.SHIPPED
    np.add.at(stock.on_order, (1 + account, item), quantity)
    stock.links.fit(orders.capacity)
    deliver.hand_over(rows)


def open_orders(world: World, trade: Trade, orders: Columns) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Open sales orders of the tables as rows that wait at the plant; promised on their due date."""
    o = world.opening
    if len(o.sales_item) == 0:
        return np.empty(0, dtype=np.int32)
    placed = np.full(len(o.sales_item), -24.0)
    number = np.arange(len(o.sales_item), dtype=np.int64) + 500_000
    rows = trade.write(o.sales_account, o.sales_item, o.sales_quantity.astype(np.int64), placed, number)
    orders["promised"][rows] = o.sales_due_h + 18.0
    orders["requested"][rows] = o.sales_due_h + 18.0
    return rows
