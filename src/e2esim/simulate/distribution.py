"""Warehouses refilled from the plant: what DRP plans to move to them, what leaves today, what may be promised from it.

Owns the link between the DRP record and the chain: stock points, trucks, promises and forecasts of each site. Decisions are those
of :mod:`e2esim.planning.drp`; without warehouses beside the plant's it plans nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.chain.stock import Stock
from e2esim.chain.transfers import Transfers
from e2esim.domain.serving import pieces_a_line
from e2esim.domain.world import World
from e2esim.planning.atp import free_supply
from e2esim.planning.drp import DrpNetwork, DrpPlan, deployed, drp
from e2esim.simulate.promise import PromiseDesk, departures

F = npt.NDArray[np.float64]
I = npt.NDArray[np.int64]  # noqa: E741

SAFETY = 1.64  # standard deviations of the demand until the next truck but one is there: 95 of 100 cycles without shortage, assumed
_LEARN = 0.1  # weight of the newest week in the variance of the forecast error, assumed
_RECEIVE_D = 1.0  # [days] from the arrival of a truck until its goods can ship


def safety_stock(variance_week: F, reach_d: F) -> F:
    """Stock against the forecast error of the time that the next replenishment takes [pcs].

    Demand of separate warehouses varies on its own, so that two hold the square root of two times what one would (Maister 1976).

    Parameters
    ----------
    variance_week
        Of the error of a week's forecast [pcs^2].
    reach_d
        Days on the way and between trucks.

    Examples
    --------
    >>> two, one = 2 * safety_stock(np.array([50.0]), np.array([7.0])), safety_stock(np.array([100.0]), np.array([7.0]))
    >>> (two / one).round(6).tolist()
    [1.414214]
    """
    return np.asarray(SAFETY * np.sqrt(variance_week * reach_d / 7.0))


class Distribution:
    """Planning of the moves between sites."""

    def __init__(self, world: World, stock: Stock, promise: PromiseDesk, transfers: Transfers) -> None:
        self.world, self.stock, self.promise, self.transfers = world, stock, promise, transfers
        items, links = world.items, world.links
        self._products = np.unique(items.product[items.site > 0])
        self._at = np.full((1 + links.n, len(self._products)), -1, dtype=np.int64)  # stock points of each site and product
        column = np.searchsorted(self._products, items.product)
        for point in np.flatnonzero(np.isin(items.product, self._products)):
            self._at[items.site[point], column[point]] = point
        self._there = self._at >= 0
        self._transit = np.concatenate(([0], np.ceil(links.transit_d + _RECEIVE_D - 1e-9))).astype(np.int64)
        self._gap_d = 7.0 / np.maximum(links.departs.sum(axis=1), 1)
        self._leaves = departures(world, promise.last_day + 1, links.departs, links.source)
        self._monday = world.start.weekday()
        self._variance: F | None = None  # of the forecast error of a week, by stock point

    @property
    def active(self) -> bool:
        """Whether there is anything to move."""
        return bool(len(self._products))

    def learn(self, forecast: F, actual: F) -> None:
        """Close a week: how far its ``forecast`` was from its ``actual`` demand, (items,) [pcs]."""
        if self.active:
            before = self._first_variance(forecast) if self._variance is None else self._variance
            self._variance = (1.0 - _LEARN) * before + _LEARN * (actual - forecast) ** 2

    def need(self, day: int, forecast: F) -> F:
        """Shipments that DRP plans from each site by week, (weeks, items) [pcs]; ``forecast`` of the same weeks, ``day`` their first."""
        weeks = len(forecast)
        total = np.zeros((weeks, self.world.items.n))
        if self.active:
            plan = self._plan(day, 7 * weeks, forecast)
            for k in range(self.world.links.n):
                there = self._there[k + 1]
                weekly = plan.shipments[k + 1][there].reshape(-1, weeks, 7).sum(axis=2)
                total[:, self._from(k, there)] += weekly.T
        return total

    def night(self, day: int, receipts: F, forecast: F) -> None:
        """Load today's trucks, and write into ``receipts`` (items, days) of the free supply what is planned to move.

        ``forecast`` (weeks, items) from the week of ``day`` on. What is short is shared between a site's own customers and the
        warehouses that it supplies in proportion to what waits; no truck takes what a promise needs.
        """
        if not self.active:
            return
        days, links = receipts.shape[1], self.world.links
        plan = self._plan(day, days, forecast)
        coming = self._coming(day, days)
        made = np.zeros_like(plan.gross)
        made[0] = np.maximum(receipts[self._at[0]], 0.0)
        left = deployed(self._network(forecast[0]), plan, self._on_hand(), coming, made)
        spare = free_supply(np.maximum(self.stock.booked_free, 0.0), receipts, self.promise.open_promises(day, days))[:, 0]
        for k in range(links.n):
            if links.departs[k, (day + self._monday) % 7] and self._leaves[k, day] == day:
                self._load(k, day, left[k + 1], spare)
        for k in range(links.n):
            self._count(k, day, left[k + 1], receipts)
        table = self.transfers.coming(day, days)
        later = int(_RECEIVE_D)
        receipts[:, later:] += table[:, : days - later]

    def coming(self, day: int, days: int) -> list[tuple[int, int, float]]:
        """What is on its way to warehouses: stock point, day on which it can ship, pieces."""
        table = self.transfers.coming(day, days) if self.active else np.zeros((0, 0))
        return [(int(i), day + int(d) + int(_RECEIVE_D), float(table[i, d])) for i, d in zip(*np.nonzero(table), strict=True)]

    def _load(self, k: int, day: int, planned: F, spare: F) -> None:
        """Load the truck of lane ``k`` with what is ``planned`` (products, days) to leave before the next one."""
        links = self.world.links
        gap = next(d for d in range(1, 8) if links.departs[k, (day + d + self._monday) % 7])
        there = self._there[k + 1]
        source = self._from(k, there)
        at_hand = np.floor(np.maximum(np.minimum(spare[source], self.stock.free[source]), 0.0) + 1e-9)
        pieces = np.minimum(np.floor(planned[there, :gap].sum(axis=1) + 1e-6), at_hand)
        some = pieces > 0
        if some.any():
            self.transfers.load(k, self._at[k + 1][there][some], pieces[some], 24.0 * day + float(links.cutoff_h[k]))
            spare[source] -= pieces
        rest = pieces.copy()
        for d in range(gap):
            taken = np.minimum(planned[there, d], rest)
            planned[there, d] -= taken
            rest -= taken

    def _count(self, k: int, day: int, planned: F, receipts: F) -> None:
        """Take what is ``planned`` to leave from the supply of the source, and add it to that of the warehouse, by lane ``k``'s days."""
        days, there = receipts.shape[1], self._there[k + 1]
        source, point = self._from(k, there), self._at[k + 1][there]
        leave = self._leaves[k, day : day + days] - day
        if planned.shape[1] and self.world.links.departs[k, (day + self._monday) % 7]:
            leave = np.maximum(leave, np.where(np.arange(days) == 0, self._leaves[k, day + 1] - day, leave))  # today's truck is loaded
        for d in np.flatnonzero(planned[there].any(axis=0)):
            out, comes = int(leave[d]), int(leave[d]) + int(self._transit[k + 1])
            if out < days:
                receipts[source, out] -= planned[there, d]
            if comes < days:
                receipts[point, comes] += planned[there, d]

    def _plan(self, day: int, days: int, forecast: F) -> DrpPlan:
        """The DRP record of ``days`` days from ``day``."""
        weekly = forecast[np.minimum(np.arange(days // 7 + 2), len(forecast) - 1)]
        expected = np.repeat(weekly / 7.0, 7, axis=0)[day % 7 : day % 7 + days].T
        promised = self.promise.open_promises(day, days)
        total = np.maximum(np.cumsum(promised, axis=1), self.promise.overdue(day)[:, None] + np.cumsum(expected, axis=1))
        demand = np.diff(np.maximum.accumulate(total, axis=1), prepend=0.0, axis=1)
        wanted = np.where(self._there[:, :, None], demand[self._at], 0.0)
        return drp(self._network(forecast[0]), wanted, self._on_hand(), self._coming(day, days), feasible=True)

    def _network(self, week: F) -> DrpNetwork:
        shape = self._at.shape
        variance = self._first_variance(week) if self._variance is None else self._variance
        safety = np.zeros(shape)
        reach = self._transit[1:] + self._gap_d
        safety[1:] = np.where(self._there[1:], safety_stock(variance[self._at[1:]], reach[:, None]), 0.0)
        source = np.concatenate(([-1], self.world.links.source))
        return DrpNetwork(source=source, transit=self._transit, safety=safety, minimum=np.zeros(shape), multiple=np.ones(shape))

    def _first_variance(self, week: F) -> F:
        """Before anything is learnt: orders come at random, each of the usual size of its cell, (items,)."""
        yearly = self.world.cells.yearly
        size = (yearly * pieces_a_line(self.world)).sum(axis=0) / np.maximum(yearly.sum(axis=0), 1e-12)
        return np.asarray(np.maximum(week, 0.0) * np.maximum(size, 1.0))

    def _on_hand(self) -> F:
        return np.where(self._there, np.maximum(self.stock.booked_free, 0.0)[self._at], 0.0)

    def _coming(self, day: int, days: int) -> F:
        """Trucks on their way by the day on which their goods can ship, (sites, products, days)."""
        table, later = self.transfers.coming(day, days), int(_RECEIVE_D)
        shifted = np.zeros_like(table)
        shifted[:, later:] = table[:, : days - later]
        return np.where(self._there[:, :, None], shifted[self._at], 0.0)

    def _from(self, k: int, there: npt.NDArray[np.bool_]) -> I:
        """Stock points that refill those of warehouse ``k``."""
        return np.asarray(self.world.items.source[self._at[k + 1][there]])
