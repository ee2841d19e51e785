"""Consumers served by a second site: an order whose own site lacks the goods leaves another one that can spare them.

When an order comes, and every night for those that wait. A site spares what no promise of its own needs, now or later, and what its own
customers are not expected to order within a week; a line goes where it arrives the soonest, those that gain most first. A line that waits
keeps its promised day. Orders of accounts stay with their site: they belong to its planned refill.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.chain.stock import Stock
from e2esim.customers.market import ShownOffer
from e2esim.domain.book import Columns, OrderKind, OrderState
from e2esim.domain.world import World
from e2esim.planning.atp import quote
from e2esim.simulate.promise import PromiseDesk

Rows = npt.NDArray[np.int32]
F = npt.NDArray[np.float64]
I = npt.NDArray[np.int64]  # noqa: E741

_WORTH_D = 2.0  # [days] sooner from which the other way is worth its freight; for a line that would miss its day one is enough; assumed


class WaysRound(NamedTuple):
    """The best other way of some lines, (n,) each."""

    gain_d: F  # [days] sooner; 0 = none is worth it
    way: I
    point: I  # stock point there


class SecondSite:
    """Lines that another site serves; without lanes of later priorities from sites in use it does nothing."""

    def __init__(self, world: World, stock: Stock, promise: PromiseDesk) -> None:
        self.world, self.stock, self.promise = world, stock, promise
        self.orders: Columns = stock.book
        items, w = world.items, world
        self._at = np.full((len(w.sites), items.products), -1, dtype=np.int64)  # stock point of an item at a site
        sold = np.flatnonzero(items.sold)
        self._at[items.site[sold], items.product[sold]] = sold
        self._expected: F = np.zeros(items.n)  # orders of the coming week
        self._further = self._further_d() if self.active else np.zeros((0, 0))

    @property
    def active(self) -> bool:
        """Whether there are other ways."""
        return len(self.world.lanes.ranked) > 1 and self.promise.rule == "atp"

    # --- new orders --------------------------------------------------------------------------------------------------
    def shown(self, offer: ShownOffer, now: float) -> ShownOffer:
        """What consumers see who may be served from two sites: a wait no longer than the other way's, where goods can be spared there."""
        wait, ids = offer.ship_wait_d.copy(), np.arange(self.world.items.n)
        some = self._spare(now) >= 1.0
        for other in range(len(self.world.sites)):
            there = self._at[other, self.world.items.product]
            may = (there >= 0) & (there != ids) & some[there] & self.world.items.sold
            wait = np.where(may, np.minimum(wait, self._further[self.world.items.site, other] + _WORTH_D), wait)
        return replace(offer, ship_wait_d=wait)

    def place(self, rows: Rows, now: float) -> None:
        """Let new ``rows`` be asked for at another site, where theirs has the goods later; their promise is to come."""
        rows = self._with_ways(rows)
        if not len(rows):
            return
        o, day = self.orders, int(now // 24)
        item, quantity = o["item"][rows].astype(np.int64), o["quantity"][rows].astype(np.float64)
        ship = self.promise.day0 + np.maximum(quote(self.promise.free[item], quantity[:, None]), day - self.promise.day0)
        spare = self._spare(now)
        best = self._best(rows, day, ship, np.full(len(rows), _WORTH_D), spare)
        go = self._within(rows, best, spare)
        some = rows[go]
        o["item"][some], o["way"][some] = best.point[go], best.way[go]
        o["cost_eur"][some] = self.world.items.cost_eur[best.point[go]] * o["quantity"][some]

    # --- orders that wait --------------------------------------------------------------------------------------------
    def night(self, now: float, expected: F, next_receipt_d: F) -> None:
        """Serve from elsewhere what waits: ``expected`` (items,) [pcs] orders of the coming week, ``next_receipt_d`` (items,) [days]."""
        self._expected = expected
        o, day = self.orders, int(now // 24)
        rows = self._with_ways(np.flatnonzero((o.filled("state") == OrderState.OPEN) & (o.filled("kind") == OrderKind.DIRECT)).astype(np.int32))
        if not len(rows):
            return
        ship = self.promise.ship_day[rows].astype(np.int64)
        ship = np.where(ship >= day, ship, day + np.maximum(next_receipt_d[o["item"][rows]], 1.0).astype(np.int64))
        late = self.promise.arrives(self._lane(rows, o["way"][rows]), ship) > np.floor(o["promised"][rows] / 24.0)
        spare = self._spare(now)
        best = self._best(rows, day, ship, np.where(late, 1.0, _WORTH_D), spare)
        go = self._within(rows, best, spare)
        if len(go):
            self._serve(rows[go], best.point[go], best.way[go], day)

    def _serve(self, rows: Rows, point: I, way: I, day: int) -> None:
        """Let rows wait at another site."""
        o = self.orders
        self.stock.withdraw(rows, self.promise.eligible(rows))
        self.promise.serve_from(rows, point, way, day)
        o["cost_eur"][rows] = self.world.items.cost_eur[point] * o["quantity"][rows]
        self.stock.wait(rows, self.promise.eligible(rows))

    # --- which way ---------------------------------------------------------------------------------------------------
    def _best(self, rows: Rows, day: int, ship: I, least_d: F, spare: F) -> WaysRound:
        """The way that brings each row the soonest, if it is ``least_d`` (n,) sooner than from its own site, which can ship on day ``ship``."""
        o, w = self.orders, self.world
        item, now = o["item"][rows].astype(np.int64), o["way"][rows].astype(np.int64)
        comes = self.promise.arrives(self._lane(rows, now), ship)
        gain, best, point = np.zeros(len(rows)), now.copy(), item.copy()
        for way in range(len(w.lanes.ranked)):
            lane = self._lane(rows, np.full(len(rows), way))
            there = np.where(lane >= 0, self._at[w.lanes.site[lane], w.items.product[item]], -1)
            sooner = comes - self.promise.arrives(np.maximum(lane, 0), np.full(len(rows), day))
            good = (there >= 0) & (way != now) & (spare[there] >= o["quantity"][rows]) & (sooner >= least_d) & (sooner > gain)
            gain, best, point = np.where(good, sooner, gain), np.where(good, way, best), np.where(good, there, point)
        return WaysRound(gain, best, point)

    def _within(self, rows: Rows, best: WaysRound, spare: F) -> I:
        """Places in ``rows`` that can be served out of what is to spare, those that gain most first."""
        worth = np.flatnonzero(best.gain_d > 0.0)
        worth = worth[np.lexsort((rows[worth], -best.gain_d[worth], best.point[worth]))]
        if not len(worth):
            return worth
        point, quantity = best.point[worth], self.orders["quantity"][rows[worth]].astype(np.float64)
        taken = np.cumsum(quantity)
        before = (taken - quantity)[np.searchsorted(point, point, side="left")]
        return np.asarray(worth[taken - before <= spare[point]])

    def _with_ways(self, rows: Rows) -> Rows:
        """Those of ``rows`` that may be served in another way."""
        o = self.orders
        return np.asarray(rows[(self.world.lanes.ranked[1:, o["channel"][rows], o["market"][rows]] >= 0).any(axis=0)])

    def _lane(self, rows: Rows, way: npt.NDArray[np.integer]) -> I:
        return self.world.lanes.along(way, self.orders["channel"][rows], self.orders["market"][rows])

    def _spare(self, now: float) -> F:
        """Pieces that each stock point can send at once for another site, (items,)."""
        today = min(int(now // 24) - self.promise.day0, self.promise.days - 1)
        return np.floor(np.maximum(np.minimum(self.promise.free[:, today], self.stock.free) - self._expected, 0.0) + 1e-9)

    def _further_d(self) -> F:
        """Days more on the way from each site to the buyers of another one, the least of the ways that there are, (sites, sites)."""
        w, n = self.world, len(self.world.sites)
        more = np.full((n, n), np.inf)
        for lanes in w.lanes.ranked[1:]:
            for first, lane in zip(w.lanes.of.ravel().tolist(), lanes.ravel().tolist(), strict=True):
                if lane >= 0:
                    own, other = int(w.lanes.site[first]), int(w.lanes.site[lane])
                    more[own, other] = min(more[own, other], max(float(self.promise.transit_d[lane] - self.promise.transit_d[first]), 0.0))
        return more
