"""Sites refilled from plants: what DRP plans to move to them, what leaves today, what may be promised from it.

Owns the link between the DRP record and the chain: stock points, trucks, promises and forecasts of each site. Decisions are those
of :mod:`e2esim.planning.drp`; where every site makes what it sells it plans nothing. A stock point with several sources is a location
of the record for each way from a plant to it, with the part of its demand and stock that comes that way.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.chain.stock import Stock
from e2esim.chain.transfers import Transfers
from e2esim.domain.serving import pieces_a_line
from e2esim.domain.ways import RECEIVE_D, ways_of
from e2esim.domain.world import World
from e2esim.planning.atp import free_supply
from e2esim.planning.drp import DrpNetwork, DrpPlan, deployed, drp
from e2esim.simulate.promise import PromiseDesk, departures

F = npt.NDArray[np.float64]
I = npt.NDArray[np.int64]  # noqa: E741

SAFETY = 1.64  # standard deviations of the demand until the next truck but one is there: 95 of 100 cycles without shortage, assumed
_LEARN = 0.1  # weight of the newest week in the variance of the forecast error, assumed
_WEEK_D = 7  # [days] ahead for which a source that helps out keeps what it needs itself, assumed
_MEMORY = 0.99  # of what a way brought a day before that still counts towards its part; assumed: half of it is forgotten in ten weeks


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
        self._ways = ways_of(world)
        self._at, self._part, self._link = self._ways.point, self._ways.part, self._ways.link
        self._there = self._at >= 0
        self._several = (self._part > 0.0) & (self._part < 1.0)
        self._brought: F = np.zeros(self._part.shape)  # pieces that each way has brought, the older the less
        self._roots = np.flatnonzero(self._link < 0)
        self._moved = np.flatnonzero(self._link >= 0)
        days = np.ceil(links.transit_d + RECEIVE_D - 1e-9).astype(np.int64)
        self._transit = np.where(self._link >= 0, days[self._link] if links.n else 0, 0)
        helps = (links.feeds.weight == 0.0) & items.sold[links.feeds.point]
        self._helps = links.feeds.link[helps], links.feeds.point[helps], links.feeds.source[helps]
        self._gap_d = 7.0 / np.maximum(links.departs.sum(axis=1), 1)
        self._leaves = departures(world, promise.last_day + 1, links.departs, links.source)
        self._monday = world.start.weekday()
        self.stand_ins = self._stand_ins()  # (pairs, 2) item of the plant that is asked first, and of one that helps out
        self.movable: F = np.zeros((0, len(self.stand_ins)))  # pieces that DRP plans to move and helping plants may send, by week
        self._reserve: F = np.zeros(items.n)  # pieces that a site's own customers are expected to order in the coming week
        self._variance: F | None = None  # of the forecast error of a week, by stock point

    @property
    def active(self) -> bool:
        """Whether there is anything to move."""
        return bool(len(self._moved))

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
            for place in self._moved.tolist():
                there = self._there[place]
                weekly = plan.shipments[place][there].reshape(-1, weeks, 7).sum(axis=2)
                total[:, self._from(place, there)] += weekly.T
            self.movable = np.stack([self._movable(plan, first, weeks) for first, _ in self.stand_ins], axis=1) if len(self.stand_ins) else self.movable
        return total

    def _stand_ins(self) -> I:
        """Pairs of planned stock points of which the second may serve what the first is asked for."""
        items, (_, points, sources) = self.world.items, self._helps
        pairs = {(int(items.maker[point]), int(items.maker[source])) for point, source in zip(points, sources, strict=True)}
        good = sorted((a, b) for a, b in pairs if a != b and items.planned[a] and items.planned[b])
        return np.array(good, dtype=np.int64).reshape(-1, 2)

    def _movable(self, plan: DrpPlan, first: int, weeks: int) -> F:
        """Pieces by week that DRP wants at the sites which have help, out of what a plant is asked for first, (weeks,)."""
        helped, total = set(self._helps[1].tolist()), np.zeros(weeks)
        for place in self._moved.tolist():
            for column in np.flatnonzero(self._there[place]):
                point = int(self._at[place, column])
                if point in helped and self.world.items.maker[point] == first:
                    total += plan.shipments[place, column].reshape(weeks, 7).sum(axis=1)
        return total

    def night(self, day: int, receipts: F, forecast: F) -> None:
        """Load today's trucks, and write into ``receipts`` (items, days) of the free supply what is planned to move.

        ``forecast`` (weeks, items) from the week of ``day`` on. What is short is shared between a site's own customers and the
        warehouses that it supplies in proportion to what waits; no truck takes what a promise needs. What the lanes of the first
        priority cannot send to a site, those of later ones do, as far as their source needs it for nobody else.
        """
        if not self.active:
            return
        days = receipts.shape[1]
        plan = self._plan(day, days, forecast)
        coming = self._coming(day, days)
        made = np.zeros_like(plan.gross)
        for root in self._roots.tolist():
            made[root][self._there[root]] = np.maximum(receipts[self._at[root][self._there[root]]], 0.0)
        left = deployed(self._network(forecast[0]), plan, self._on_hand(), coming, made)
        spare = free_supply(np.maximum(self.stock.booked_free, 0.0), receipts, self.promise.open_promises(day, days))[:, 0]
        self._brought *= _MEMORY
        lacking = self._lacking(plan, left)
        for k in self._departing(day):
            self._load(k, day, left, spare)
        for k in self._departing(day):
            self._help_out(k, day, lacking, left, spare)
        for place in self._moved.tolist():
            self._count(place, day, left[place], receipts)
        table = self.transfers.coming(day, days)
        later = int(RECEIVE_D)
        receipts[:, later:] += table[:, : days - later]

    def coming(self, day: int, days: int) -> list[tuple[int, int, float]]:
        """What is on its way to warehouses: stock point, day on which it can ship, pieces."""
        table = self.transfers.coming(day, days) if self.active else np.zeros((self.world.items.n, 0))
        return [(int(i), day + int(d) + int(RECEIVE_D), float(table[i, d])) for i, d in zip(*np.nonzero(table * self.world.items.sold[:, None]), strict=True)]

    def _departing(self, day: int) -> list[int]:
        """Lanes on which a truck leaves today."""
        links = self.world.links
        return [k for k in range(links.n) if links.departs[k, (day + self._monday) % 7] and self._leaves[k, day] == day]

    def _gap(self, k: int, day: int) -> int:
        """Days until the next truck of lane ``k``."""
        return next(d for d in range(1, 8) if self.world.links.departs[k, (day + d + self._monday) % 7])

    def _load(self, k: int, day: int, planned: F, spare: F) -> None:
        """Load the truck of lane ``k`` with what is ``planned`` (places, products, days) to leave before the next one."""
        links, gap, wanted = self.world.links, self._gap(k, day), np.zeros(self.world.items.n)
        places = np.flatnonzero(self._link == k).tolist()
        if not places:
            return
        origin = np.full(self.world.items.n, -1, dtype=np.int64)
        for place in places:
            there = self._there[place]
            np.add.at(wanted, self._at[place][there], planned[place][there, :gap].sum(axis=1))
            origin[self._at[place][there]] = self._from(place, there)
        points = np.flatnonzero(origin >= 0)
        source = origin[points]
        at_hand = np.floor(np.maximum(np.minimum(spare[source], self.stock.free[source]), 0.0) + 1e-9)
        pieces = np.minimum(np.floor(wanted[points] + 1e-6), at_hand)
        some = pieces > 0
        if some.any():
            self.transfers.load(k, points[some], source[some], pieces[some], 24.0 * day + float(links.cutoff_h[k]))
            np.subtract.at(spare, source, pieces)
        rest = np.zeros(self.world.items.n)
        rest[points] = pieces
        for place in places:
            there = self._there[place]
            point = self._at[place][there]
            for d in range(gap):
                taken = np.minimum(planned[place][there, d], rest[point])
                planned[place][there, d] -= taken
                rest[point] -= taken
                self._brought[place][there] += taken

    def _lacking(self, plan: DrpPlan, left: F) -> F:
        """Pieces that DRP wants to leave for each stock point in the coming week and that its usual sources cannot send, (items,)."""
        lacking = np.zeros(self.world.items.n)
        if len(self._helps[0]):
            for place in self._moved.tolist():
                there = self._there[place]
                gap = (plan.shipments[place][there, :_WEEK_D] - left[place][there, :_WEEK_D]).sum(axis=1)
                np.add.at(lacking, self._at[place][there], np.maximum(gap, 0.0))
        return lacking

    def _help_out(self, k: int, day: int, lacking: F, left: F, spare: F) -> None:
        """Load a truck of lane ``k`` with what others cannot send, out of what its source needs neither for promises nor for its own lanes this week."""
        link, points, sources = self._helps
        mine = link == k
        if not mine.any():
            return
        point, source = points[mine], sources[mine]
        kept = np.zeros(self.world.items.n)
        for place in self._moved.tolist():
            there = self._there[place]
            np.add.at(kept, self._from(place, there), left[place][there, :_WEEK_D].sum(axis=1))
        can = np.floor(np.maximum(np.minimum(spare[source] - kept[source] - self._reserve[source], self.stock.free[source]), 0.0) + 1e-9)
        pieces = np.minimum(np.ceil(lacking[point] - 1e-6), can)
        some = pieces > 0
        if some.any():
            self.transfers.load(k, point[some], source[some], pieces[some], 24.0 * day + float(self.world.links.cutoff_h[k]))
            np.subtract.at(spare, source, pieces)
            lacking[point] -= pieces

    def _count(self, place: int, day: int, planned: F, receipts: F) -> None:
        """Take what is ``planned`` to leave from the supply of the source, and add it to that of the place, by the days of its lane."""
        k, days, there = int(self._link[place]), receipts.shape[1], self._there[place]
        source, point = self._from(place, there), self._at[place][there]
        leave = self._leaves[k, day : day + days] - day
        if planned.shape[1] and self.world.links.departs[k, (day + self._monday) % 7]:
            leave = np.maximum(leave, np.where(np.arange(days) == 0, self._leaves[k, day + 1] - day, leave))  # today's truck is loaded
        for d in np.flatnonzero(planned[there].any(axis=0)):
            out, comes = int(leave[d]), int(leave[d]) + int(self._transit[place])
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
        self._reserve = expected[:, :_WEEK_D].sum(axis=1)
        wanted = self._part[:, :, None] * demand[self._at]
        return drp(self._network(forecast[0]), wanted, self._on_hand(), self._coming(day, days), feasible=True)

    def _network(self, week: F) -> DrpNetwork:
        shape = self._at.shape
        variance = self._first_variance(week) if self._variance is None else self._variance
        safety = np.zeros(shape)
        move = self._moved
        reach = self._transit[move] + self._gap_d[self._link[move]]
        point = self._at[move]
        safety[move] = self._part[move] * (safety_stock(variance[point], reach[:, None]) + self.world.opening.safety[point])
        return DrpNetwork(source=self._ways.source, transit=self._transit, safety=safety, minimum=np.zeros(shape), multiple=np.ones(shape))

    def _first_variance(self, week: F) -> F:
        """Before anything is learnt: orders come at random, each of the usual size of its cell, (items,)."""
        yearly = self.world.cells.yearly
        size = (yearly * pieces_a_line(self.world)).sum(axis=0) / np.maximum(yearly.sum(axis=0), 1e-12)
        return np.asarray(np.maximum(week, 0.0) * np.maximum(size, 1.0))

    def _on_hand(self) -> F:
        return np.asarray(self._part * np.maximum(self.stock.booked_free, 0.0)[self._at] - self._owing())

    def _owing(self) -> F:
        """Pieces that each of several ways has brought too little, below zero too much, against its part of what all have, (places, products)."""
        if not self._several.any():
            return np.zeros(self._part.shape)
        total = np.zeros(self.world.items.n)
        np.add.at(total, self._at[self._several], self._brought[self._several])
        return np.asarray(np.where(self._several, self._part * total[self._at] - self._brought, 0.0))

    def _coming(self, day: int, days: int) -> F:
        """Trucks on their way by the day on which their goods can ship, (sites, products, days)."""
        table, later = self.transfers.coming(day, days), int(RECEIVE_D)
        shifted = np.zeros_like(table)
        shifted[:, later:] = table[:, : days - later]
        return np.asarray(self._part[:, :, None] * shifted[self._at])

    def _from(self, place: int, there: npt.NDArray[np.bool_]) -> I:
        """Stock points that refill those of a place along its lane."""
        return np.asarray(self._at[self._ways.source[place]][there])
