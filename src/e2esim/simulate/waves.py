"""Picking waves: which waiting lines take stock now, by the precedence rule of the scenario."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.chain.stock import Stock
from e2esim.customers.people import People
from e2esim.domain.book import Columns
from e2esim.domain.world import ATTRIBUTES, World
from e2esim.planning.precedence import choose
from e2esim.planning.serve_value_kernels import serve_value
from e2esim.simulate.planner import Planner
from e2esim.simulate.promise import Promise

Rows = npt.NDArray[np.int32]
F = npt.NDArray[np.float64]

_AGE_BOUND_D = 45.0  # a line this many days past its promise goes before all rules, assumed
_LINE_WEIGHT = 0.04  # of one line of a trade order in the relation with the account, assumed (see customers.journey)
_CLASSES = 4


class Waves:
    """Allocation of plant stock at every tick of the plant's working time."""

    def __init__(self, world: World, orders: Columns, people: People, planner: Planner, promise: Promise) -> None:
        self.world, self.orders, self.people, self.planner, self.promise = world, orders, people, planner, promise
        self.rule = world.settings.precedence.rule
        self._credit = np.zeros((world.items.n, _CLASSES))
        self._now = 0.0
        listed = np.nan_to_num(world.price, nan=0.0)
        self._margin = np.maximum(listed - world.items.cost_eur[:, None], 0.0)
        yearly = (world.cells.yearly @ self._margin).sum() / max(1.0, float(world.cells.yearly.sum()) * len(world.channels.ids))
        self._mean_margin = float(yearly)  # [EUR/pcs]
        self._account_y = _account_margin(world, self._margin)

    def allocate(self, stock: Stock, now: float) -> Rows:
        """Allocate in working time only; returns the rows in order of allocation."""
        calendar = self.world.plant.calendar
        if not (calendar.is_open(now - 1e-6) or calendar.is_open(now)):
            return np.empty(0, dtype=np.int32)
        self._now = now
        return stock.allocate_plant(now, None if self.rule == "fifo" else self._choose)

    def _choose(self, rows: Rows, free: F) -> Rows:
        """Rows of short items, served by the rule as far as ``free`` (items,) goes."""
        o = self.orders
        promised = o["promised"][rows].astype(np.float64)
        value = self._value(rows, promised) if self.rule == "optimised" else np.zeros(len(rows))
        taken = choose(
            self.rule,
            item=o["item"][rows].astype(np.int64),
            quantity=o["quantity"][rows].astype(np.float64),
            rank=self.promise.class_of(rows),
            placed=o["placed"][rows].astype(np.float64),
            promised=promised,
            priority=self.world.channels.priority[o["channel"][rows]].astype(np.float64),
            value=value,
            age=(self._now - promised) / 24.0,
            on_hand=np.maximum(free, 0.0).copy(),
            credit=self._credit,
            age_bound=_AGE_BOUND_D,
            fairness=self.world.settings.precedence.fairness,
        )
        return rows[taken]

    def _value(self, rows: Rows, promised: F) -> F:
        """Value of serving each row now for an hour of the bottleneck (MODEL section 7) [EUR/h]."""
        w, o, p = self.world, self.orders, self.people
        item, channel, quantity = o["item"][rows], o["channel"][rows], o["quantity"][rows].astype(np.float64)
        account, consumer, segment = o["account"][rows].astype(np.int64), o["consumer"][rows], o["segment"][rows]
        trade = consumer < 0
        market = w.settings.market
        customer, drop, memory = np.zeros(len(rows)), np.zeros(len(rows)), np.zeros(len(rows))
        theta = np.where(trade, 2.0, 1.0) * w.segments.theta[segment]
        c, a = consumer[~trade], account[trade]
        customer[~trade] = self._consumer_value(c)
        drop[~trade], memory[~trade] = p.consumers["drop"][c], p.consumers["memory"][c] - market.competitor_satisfaction
        if trade.any():
            customer[trade] = _LINE_WEIGHT * self._account_y[a] / (w.settings.finance.discount_y + 0.05)
            drop[trade], memory[trade] = market.trade_churn, p.account_memory[a] - p.base
        transit = w.lanes.transit_d[w.lanes.of[channel, o["market"][rows]]]
        late = self._now / 24.0 + 1.0 + transit - np.floor(promised / 24.0)
        punctual = ATTRIBUTES.index("punctuality")
        return np.asarray(
            serve_value(
                self._margin[item, channel] * quantity,
                o["revenue_eur"][rows].astype(np.float64),
                late,
                np.maximum(1.0, self.planner.next_receipt_d[item]),
                w.channels.penalty_share_d[channel],
                w.channels.penalty_cap[channel],
                customer,
                drop,
                theta,
                memory,
                np.maximum(self.planner.bottleneck_hours[item] * quantity, 1e-6),
                0.1,
                w.settings.satisfaction.eta * float(w.attributes.loss[punctual]),
                float(w.attributes.tolerance[punctual]),
                float(w.attributes.shape[punctual]),
            )
        )

    def _consumer_value(self, consumers: npt.NDArray[np.int32]) -> F:
        """Expected remaining margin of consumers while they stay, discounted [EUR]."""
        c, w = self.people.consumers, self.world
        life_y = w.items.life_h[w.items.sold].mean() / 8760.0
        rate, drop = c["rate"][consumers] / life_y, c["drop"][consumers]
        return np.asarray(self._mean_margin * rate * (1.0 - drop) / (rate * drop + w.settings.finance.discount_y))


def _account_margin(world: World, margin: F) -> F:
    """Yearly margin of each account at its opening share, (accounts,) [EUR/year]."""
    w = world
    value = np.zeros(w.accounts.n)
    for cell, channel in enumerate(w.cells.channel):
        members = w.cells.account_order[w.cells.account_start[cell] : w.cells.account_start[cell + 1]]
        if len(members):
            weight = w.accounts.weight[members] / w.accounts.weight[members].sum()
            value[members] = weight * float(w.cells.yearly[cell] @ margin[:, channel])
    return value
