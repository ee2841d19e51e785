"""What a waiting line is worth: its contribution, and what serving it now instead of later saves (MODEL section 7).

The customer value at risk uses the same laws that the customers of the run follow: punctuality and lead time make
satisfaction, satisfaction makes memory, memory makes staying (consumers), share of wallet (accounts) and words.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from e2esim.customers.experiences import LINE_WEIGHT
from e2esim.customers.journey import ASK_SHARE
from e2esim.customers.journey_kernels import ASKS_TRADE
from e2esim.customers.people import People
from e2esim.customers.reliving import word_worth
from e2esim.domain.book import Columns, OrderKind
from e2esim.domain.serving import contribution_eur
from e2esim.domain.world import ATTRIBUTES, World
from e2esim.planning.serve_value_kernels import Curves, Served, WhoWaits, serve_value

Rows = npt.NDArray[np.int32]
F = npt.NDArray[np.float64]

_MARGIN_WEIGHT = 0.05  # [share] of the margin of a waiting line that is lost by waiting for a receipt (some give up), assumed


class LineValue:
    """Worth of order rows under the rules that go by it; reads what the firm knows at that moment."""

    def __init__(self, world: World, orders: Columns, people: People) -> None:
        self.world, self.orders, self.people = world, orders, people
        w, market = world, world.settings.market
        listed = np.nan_to_num(world.price, nan=0.0)
        self._unit = np.maximum(listed - w.items.cost_eur[:, None], 0.0)  # (items, channels) [EUR/pcs]
        pieces = w.cells.yearly.sum(axis=1)  # (cells,)
        gain = np.array([w.cells.yearly[cell] @ self._unit[:, channel] for cell, channel in enumerate(w.cells.channel)])
        self._mean_margin = float(gain.sum() / max(1.0, pieces.sum()))  # [EUR/pcs]
        life_y = float(w.items.life_h[w.items.sold].mean()) / 8760.0
        self._life_y = life_y
        self._account_y = account_margin(world)
        self._lines_week = np.ones(w.accounts.n)
        self._seen = 0
        self._words = self._word_value(gain) if market.word_of_mouth else np.zeros(len(w.markets))
        self._call_eur = self._cost_of_call()
        self._late, self._slow = ATTRIBUTES.index("punctuality"), ATTRIBUTES.index("lead_time")
        transit = np.where(w.lanes.of >= 0, w.lanes.transit_d[w.lanes.of], 0.0).max(axis=1)
        self._reference_d = w.channels.reference_d + np.where(w.channels.stockist, transit, 0.0)

    # --- what is known before the run ----------------------------------------------------------------------------------
    def _word_value(self, gain: F) -> F:
        """Margin lost in each market for a satisfaction lost in one experience of which ``speak_bad`` speak, (markets,) [EUR/satisfaction]."""
        return np.asarray(self.world.settings.market.speak_bad * word_worth(self.world, gain))

    def _cost_of_call(self) -> float:
        """Cost of one request with its relays and its comings back [EUR]."""
        o = self.world.settings.organisation
        relays = o.relay_share if o.mode == "silos" else 0.0
        return o.cost_eur_h * o.handle_min / 60.0 * (1.0 + 0.5 * relays) * 1.5

    def week(self, weeks: float) -> None:
        """Learn how many lines a week each account orders, from the ``weeks`` that the run has lasted."""
        if self.world.accounts.n == 0 or weeks <= 0:
            return
        o = self.orders
        mine = o.filled("account")[o.filled("kind") == OrderKind.REPLENISH]
        self._lines_week = np.maximum(np.bincount(mine, minlength=self.world.accounts.n) / weeks, 0.25)

    # --- the three rules -------------------------------------------------------------------------------------------
    def margin(self, rows: Rows) -> F:
        """Contribution of each whole line, (n,) [EUR]."""
        o = self.orders
        return np.asarray(self._unit[o["item"][rows], o["channel"][rows]] * o["quantity"][rows])

    def hours(self, rows: Rows, bottleneck_hours: F) -> F:
        """Bottleneck hours in each line, (n,) [h]; ``bottleneck_hours`` (items,)."""
        o = self.orders
        return np.asarray(np.maximum(bottleneck_hours[o["item"][rows]] * o["quantity"][rows], 1e-6))

    def of_serving(self, rows: Rows, now: float, *, wait_d: F, hours: F) -> F:
        """Value of serving each row now instead of ``wait_d`` (n,) days later, for an hour of the bottleneck, (n,) [EUR/h]."""
        w, o, a = self.world, self.orders, self.world.attributes
        channel, segment = o["channel"][rows], o["segment"][rows]
        transit = w.lanes.transit_d[w.lanes.along(o["way"][rows], channel, o["market"][rows])]
        arrives = now / 24.0 + 1.0 + transit
        trade = o["consumer"][rows] < 0
        seg = w.segments
        lines = Served(
            margin=self.margin(rows),
            line_value=o["revenue_eur"][rows].astype(np.float64),
            late_d=arrives - np.floor(o["promised"][rows] / 24.0),
            slow_d=arrives - o["placed"][rows] / 24.0 - self._reference_d[channel],
            wait_d=wait_d,
            penalty_share_d=w.channels.penalty_share_d[channel],
            penalty_cap=w.channels.penalty_cap[channel],
            call_eur=self._call_eur * ASK_SHARE * np.where(trade, ASKS_TRADE, 1.0),
            word_eur=np.where(trade, 0.0, self._words[o["market"][rows]]),
            late_loss=seg.w_punctuality[segment] * float(a.loss[self._late]),
            slow_loss=seg.w_lead[segment] * float(a.loss[self._slow]),
            hours=hours,
        )
        curves = Curves(float(a.tolerance[self._late]), float(a.shape[self._late]), float(a.tolerance[self._slow]), float(a.shape[self._slow]))
        return np.asarray(serve_value(lines, self._relation(rows, trade), curves, _MARGIN_WEIGHT))

    def _relation(self, rows: Rows, trade: npt.NDArray[np.bool_]) -> WhoWaits:
        """Value, drop-out, its sensitivity, satisfaction, weight of this delivery and fading wallet of each row's customer."""
        w, o, p = self.world, self.orders, self.people
        p.settle()
        market, eta = w.settings.market, w.settings.satisfaction.eta
        consumer, account = o["consumer"][rows[~trade]], o["account"][rows[trade]].astype(np.int64)
        value, drop, memory = np.zeros(len(rows)), np.zeros(len(rows)), np.zeros(len(rows))
        weight, fade = np.where(trade, eta * LINE_WEIGHT, eta), np.zeros(len(rows))
        theta = np.where(trade, 2.0, 1.0) * w.segments.theta[o["segment"][rows]] * market.loyalty_loop
        value[~trade] = self._consumer_value(consumer)
        drop[~trade], memory[~trade] = p.consumers["drop"][consumer], p.consumers["memory"][consumer] - market.competitor_satisfaction
        if trade.any():
            value[trade] = self.account_value()[account]
            drop[trade], memory[trade] = market.trade_churn, p.account_memory[account] - p.base
            fade[trade] = self._wallet_at_stake()[account]
        return WhoWaits(value, drop, theta, memory, weight, fade)

    def _wallet_at_stake(self) -> F:
        """Share of an account's value lost for a satisfaction lost on one line, (accounts,) [1/satisfaction].

        A late line is one of those that the account remembers, and worth its orders of that time, not for ever.
        """
        w, m = self.world, self.world.settings.market
        past_y = m.service_half_life_d / math.log(2.0) / 365.0
        lines = np.maximum(self._lines_week * 52.0 * past_y, 1.0)
        losses_y = m.trade_churn * 365.0 / np.maximum(w.accounts.review_d, 1.0)
        worst = max(float(w.attributes.loss[self._late]), 1e-6)
        return np.asarray(m.loyalty_loop * m.service_elasticity / lines / worst * past_y * (losses_y + w.settings.finance.discount_y))

    def account_value(self) -> F:
        """Expected remaining margin of each account at its share of wallet, discounted, (accounts,) [EUR]."""
        w = self.world
        losses_y = w.settings.market.trade_churn * 365.0 / np.maximum(w.accounts.review_d, 1.0)
        return np.asarray(self._account_y * self.people.wallet / (losses_y + w.settings.finance.discount_y))

    def _consumer_value(self, consumers: npt.NDArray[np.int32]) -> F:
        """Expected remaining margin of consumers while they stay, discounted [EUR]."""
        c = self.people.consumers
        rate, drop = c["rate"][consumers] / self._life_y, c["drop"][consumers]
        return np.asarray(self._mean_margin * rate * (1.0 - drop) / (rate * drop + self.world.settings.finance.discount_y))


def account_margin(world: World, sold_y: F | None = None) -> F:
    """Yearly contribution of each account at list prices, serving included, (accounts,) [EUR/year].

    ``sold_y`` (accounts, items) [pcs/year]: what its consumers buy; by default its opening share of the history.
    """
    w = world
    margin = contribution_eur(world)
    value = np.zeros(w.accounts.n)
    for cell in range(len(w.cells.channel)):
        members = w.cells.account_order[w.cells.account_start[cell] : w.cells.account_start[cell + 1]]
        if len(members):
            weight = w.accounts.weight[members] / w.accounts.weight[members].sum()
            bought = weight[:, None] * w.cells.yearly[cell] if sold_y is None else sold_y[members]
            value[members] = np.maximum(bought @ margin[cell], 0.0)
    return value
