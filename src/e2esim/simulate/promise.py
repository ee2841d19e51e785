"""The promise: which date each order line gets, what that commits, and what consumers are shown before they order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.customers.market import ShownOffer
from e2esim.customers.trade import Trade
from e2esim.domain.book import Columns, OrderKind
from e2esim.domain.bundled import kept
from e2esim.domain.dispatch import usual_wait_d
from e2esim.domain.events import Event, EventLog
from e2esim.domain.outcome import Tier
from e2esim.domain.world import World
from e2esim.planning.atp import OPEN_QUOTA
from e2esim.planning.atp_kernels import (
    Dates,
    PromisedLines,
    Promises,
    commit_rows,
    count_supply,
    delivery_days,
    first_days,
    give,
    left_over,
    look_ahead,
    promise_rows,
    pull_in,
    release_rows,
    take_supply,
)
from e2esim.planning.changes import OrderChange
from e2esim.streams.draws import normal_quantile

Rows = npt.NDArray[np.int32]
F = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_LAST_HOUR = 9.0  # an order before this hour can ship on its day
_SHIP_EARLY_D = 3.0  # days before its ship day from which a line may take stock
_DUE_HOUR = 18.0  # hour of the promised day by which delivery is promised
STRATEGIC, TRADE, BRANCH, CONSUMER = (int(tier) for tier in Tier)  # classes of the allocated ATP
_STRATEGIC_FROM = 0.5  # strategic share of an account from which it counts as strategic


def account_classes(world: World) -> npt.NDArray[np.int64]:
    """Class of each account in the allocated ATP, (accounts,)."""
    a = world.accounts
    own = world.channels.buyer[a.channel] == 2
    return np.where(own, BRANCH, np.where(a.strategic >= _STRATEGIC_FROM, STRATEGIC, TRADE)).astype(np.int64)


def departures(
    world: World, days: int, departs: npt.NDArray[np.bool_], site: npt.NDArray[np.int64], stopped: npt.NDArray[np.bool_] | None = None
) -> npt.NDArray[np.int64]:
    """Next day from each day on which a truck leaves and the site that it leaves works, (lanes, days).

    ``departs`` (lanes, 7) from Monday, ``site`` (lanes,) that goods leave, ``stopped`` (lanes, days) where no truck can.
    """
    works = np.array([one.calendar.daily(days) > 0 for one in world.sites])
    weekday = (np.arange(days) + world.start.weekday()) % 7
    leaves = departs[:, weekday] & works[site]
    if stopped is not None:
        leaves &= ~stopped
    day = np.where(leaves, np.arange(days), days - 1)
    return np.asarray(np.minimum.accumulate(day[:, ::-1], axis=1)[:, ::-1])


class PromiseDesk:
    """Dates under the rule ``quoted`` (the channel's fixed lead time) or ``atp`` (stock, plan, material and capacity)."""

    def __init__(self, world: World, orders: Columns, log: EventLog) -> None:
        self.world, self.orders, self.log = world, orders, log
        w = world
        self.rule = w.settings.promise.rule
        self.days = w.settings.promise.horizon_days
        self.margin_d = w.settings.promise.margin_d
        self.day0 = 0  # day of the last nightly run
        self.free: F = np.zeros((w.items.n, self.days))
        self._supply: F = np.zeros((w.items.n, self.days))  # cumulative stock and receipts from day0 on
        self.quota: F = OPEN_QUOTA
        self.committed: F = np.zeros((w.items.n, w.settings.horizon.days + 2 * self.days + 2))
        self._past: F = np.zeros(w.items.n)  # of it, what should have shipped before day0
        self.ship_day = np.zeros(1024, dtype=np.int32)  # by order row, absolute day
        self.last_day = self.committed.shape[1] - 1  # of the tables of promises
        self._departure = departures(world, self.last_day + 1, w.lanes.departs, w.lanes.site)
        self._works = np.any([site.calendar.daily(self.last_day + 1) > 0 for site in world.sites], axis=0)
        late = normal_quantile(w.settings.promise.transit_quantile) if self.rule == "atp" else 0.0
        self._usual_transit_d = w.lanes.transit_d * np.exp(late * w.lanes.sigma) + usual_wait_d(w)
        self.wait_for_trucks(np.zeros(len(w.lanes.ids)))
        self._weekday = w.start.weekday()
        self._no_wait = np.zeros(w.items.n)
        self._lines: PromisedLines | None = None  # bundles as they were handed to a kernel last
        self._given: Promises | None = None
        self._days: Dates | None = None
        self._ship_wait_d: F = np.zeros(w.items.n)  # as shown last
        self._account_class = account_classes(world)

    def wait_for_trucks(self, days: F) -> None:
        """Count with ``days`` (lanes,) that goods wait for a truck of the firm from now on."""
        w = self.world
        self.transit_d = self._usual_transit_d + days
        cell_lane = w.lanes.of[w.cells.channel, w.cells.market]
        transit = np.where(cell_lane >= 0, self.transit_d[cell_lane], 0.0)
        quoted = w.channels.quoted_d[w.cells.channel]
        self._direct_d = quoted.astype(np.float64) if self.rule == "quoted" else transit + self.margin_d + 0.8
        self._account_wait_d: F | None = None  # known with the next offer

    def close_lanes(self, stopped: npt.NDArray[np.bool_], plant: World) -> None:
        """Promise only departures that are known to leave: ``stopped`` (lanes, days) none does, ``plant`` as it will work."""
        self._departure = departures(plant, self.last_day + 1, plant.lanes.departs, plant.lanes.site, stopped)

    # --- what the plan tells -----------------------------------------------------------------------------------------
    def renew(self, day: int, on_hand: F, receipts: F) -> None:
        """Nightly: free supply from today's stock and planned receipts (items, days), less what is promised."""
        self._past += self.committed[:, self.day0 : day].sum(axis=1)
        self.day0 = day
        self._supply, self.free = np.empty(receipts.shape), np.empty(receipts.shape)
        count_supply(on_hand, receipts, self._promises(), self._supply, self.free)

    def improve(self, rows: Rows, now: float) -> npt.NDArray[np.int64]:
        """Offer earlier dates to open ``rows`` where supply has improved; return the places in ``rows`` that took one.

        First promised, first offered; nobody else's promise is touched. An offer is taken.
        """
        o = self.orders
        turn = np.argsort(o["placed"][rows], kind="stable")
        rows = rows[turn]
        transit = self._transit(rows)
        direct = o["kind"][rows] == OrderKind.DIRECT
        wanted = np.where(direct, 0.0, np.floor(o["requested"][rows] / 24.0 - transit - self.margin_d) - self.day0)
        earliest = np.maximum(wanted, 1.0).astype(np.int64)
        old = self.ship_day[rows].astype(np.int64)
        level = self._left_over()
        item, quantity = o["item"][rows].astype(np.int64), o["quantity"][rows].astype(np.float64)
        new = self.day0 + pull_in(level, item, quantity, old - self.day0, earliest)
        promised = 24.0 * self._delivery_day(rows, new) + _DUE_HOUR
        better = (new < old) & (promised < o["promised"][rows] - 12.0)
        moved = rows[better]
        if not len(moved):
            return turn[better]
        days = (o["promised"][moved] - promised[better]) / 24.0
        self._move(moved, self.ship_day[moved], -quantity[better])
        self.ship_day[moved] = new[better]
        self._move(moved, self.ship_day[moved], quantity[better])
        o["promised"][moved] = promised[better]
        self._renew_free()
        self.log.emit(now, Event.PROMISES_PULLED_IN, rows=len(moved), quantity=float(quantity[better].sum()), value=float(days.mean()))
        return turn[better]

    def ahead(self, rows: Rows, now: float) -> npt.NDArray[np.int64]:
        """Let open ``rows`` leave today with goods on hand that no other promise needs; return the places in ``rows`` that may.

        Longest behind their wish first; the days promised stay what they are. First come first served never holds a line back.
        """
        o, today = self.orders, int(now // 24) - self.day0
        if self.world.settings.precedence.rule == "fifo" or not self._works[self.day0 + today] or len(rows) == 0:
            return np.empty(0, dtype=np.int64)
        behind = self.ship_day[rows] - np.floor(o["requested"][rows] / 24.0 - self._transit(rows))
        turn = np.argsort(-behind, kind="stable")
        rows = rows[turn]
        item, quantity = o["item"][rows].astype(np.int64), o["quantity"][rows].astype(np.float64)
        level = self._left_over()
        day = pull_in(level, item, quantity, self.ship_day[rows].astype(np.int64) - self.day0, np.full(len(rows), today))
        go = day == today
        self._move(rows[go], self.ship_day[rows[go]], -quantity[go])
        self.ship_day[rows[go]] = self.day0 + today
        self._move(rows[go], self.ship_day[rows[go]], quantity[go])
        self._renew_free()
        return np.asarray(turn[go])

    def _left_over(self) -> F:
        """Cumulative supply less what is promised up to each day, (items, days)."""
        level = np.empty_like(self._supply)
        left_over(self._supply, self._promises(), level)
        return level

    def _renew_free(self) -> None:
        """What is free after promises have moved."""
        self.free = np.empty_like(self._supply)
        look_ahead(self._supply, self._promises(), self.free)

    def find(self, more: F) -> None:
        """Count with ``more`` pieces by day that the night's programme found beyond the plan, (items, days)."""
        self._supply += np.cumsum(more, axis=1)
        self.free += np.cumsum(more, axis=1)

    def could_change(
        self, rows: Rows, kind: npt.NDArray[np.int64], pieces: npt.NDArray[np.int64], days: npt.NDArray[np.int64], item: npt.NDArray[np.int64], may: Flags
    ) -> tuple[npt.NDArray[np.int64], Flags]:
        """Ship day of each open plant row as its customer wishes, and whether the goods are free for it, (n,) each; takes them where they are.

        ``kind``: `OrderChange`; ``item``: as wished; ``may`` False = not looked at. The fixed lead times of ``quoted`` know no supply: more, or
        another item, is granted unseen, an earlier day never.
        """
        old = self.ship_day[rows].astype(np.int64)
        ship = old + days
        if self.rule == "quoted":
            return ship, may & (kind != OrderChange.SOONER)
        o, easy = self.orders, (kind == OrderChange.FEWER) | (kind == OrderChange.LATER)
        some = np.flatnonzero(may & ~easy)
        quantity = np.where(kind == OrderChange.MORE, pieces, o["quantity"][rows]).astype(np.float64)[some]
        day = np.maximum(ship[some] - self.day0, 0)
        rank = self.class_of(rows[some])
        first = promise_rows(self.free.copy(), self.quota.copy(), item[some], quantity, rank, day)
        here = first <= day
        promise_rows(self.free, self.quota, item[some][here], quantity[here], rank[here], day[here])
        return ship, may & (easy | np.isin(np.arange(len(rows)), some[here]))

    def promise_anew(self, rows: Rows, ship: npt.NDArray[np.int64], days: npt.NDArray[np.int64]) -> None:
        """Promise changed rows for ship days ``ship``, (n,); the promised day moves where another day was wished (``days`` later)."""
        o, moved = self.orders, days != 0
        if self.rule == "quoted":
            o["promised"][rows] += 24.0 * days
        elif moved.any():
            some = rows[moved]
            o["promised"][some] = 24.0 * self._delivery_day(some, ship[moved]) + _DUE_HOUR
        self._commit(rows, ship.astype(np.float64))

    def open_promises(self, day: int, days: int) -> F:
        """Promised pieces not yet allocated by ship day from ``day``, overdue ones on the first, (items, days)."""
        table = np.zeros((len(self.committed), days))
        known = self.committed[:, day : day + days]
        table[:, : known.shape[1]] = known
        table[:, 0] += self.overdue(day)
        return table

    def overdue(self, day: int) -> F:
        """Promised pieces not yet allocated whose ship day lies before ``day`` (the day of the last run or later), (items,)."""
        return np.asarray(self._past + self.committed[:, self.day0 : day].sum(axis=1))

    # --- promises ----------------------------------------------------------------------------------------------------
    def give(self, rows: Rows, now: float) -> None:
        """Promise new plant rows: writes ``promised`` and commits their pieces to a ship day."""
        o = self.orders
        if self.rule == "quoted":
            self.commit_given(rows)
        else:
            soonest = int(now // 24) - self.day0 + (0 if now % 24.0 < _LAST_HOUR else 1)
            self._fit()
            if self._lines is None or self._lines.kind is not o["kind"]:
                self._lines = PromisedLines(*(o[name] for name in PromisedLines._fields))
            give(rows, self._lanes(rows), soonest, _DUE_HOUR, self._account_class, CONSUMER, self._lines, self._promises(), self._dates())
        lead = (o["promised"][rows] - o["placed"][rows]).sum() / len(rows) / 24.0
        self.log.emit(now, Event.PROMISES_MADE, rows=len(rows), quantity=float(o["quantity"][rows].sum()), value=float(lead))

    def _delivery_day(self, rows: Rows, ship: npt.NDArray[np.int64]) -> F:
        """Day promised for rows that can ship on day ``ship``, (n,): next departure, transit, margin, no delivery on Sundays."""
        out = np.empty(len(rows))
        delivery_days(ship, self._lanes(rows), self._dates(), out)
        return out

    def given_under_way(self, rows: Rows, left: F) -> F:
        """What rows that left at ``left`` (n,) [h] were promised, before the run began, by the transit and margin of today's promises (n,) [h]."""
        return np.asarray(24.0 * np.ceil(left / 24.0 + self._transit(rows) + self.margin_d) + _DUE_HOUR)

    def class_of(self, rows: Rows) -> npt.NDArray[np.int64]:
        """Class of each plant row in allocated ATP and precedence, (n,)."""
        account = self.orders["account"][rows].astype(np.int64)
        rank = np.full(len(rows), CONSUMER, dtype=np.int64)
        return np.where(account >= 0, self._account_class[account], rank) if len(self._account_class) else rank

    def commit_given(self, rows: Rows) -> None:
        """Commit rows whose promised date is given by the tables."""
        self._commit(rows, np.floor(self.orders["promised"][rows] / 24.0 - self._transit(rows)))

    def _commit(self, rows: Rows, ship: F) -> None:
        self._fit()
        commit_rows(rows, ship, self.orders["item"], self.orders["quantity"], self._promises())

    def _promises(self) -> Promises:
        self._given = kept(self._given, Promises, self.day0, self.free, self.quota, self.committed, self._past, self.ship_day)
        return self._given

    def _dates(self) -> Dates:
        self._days = kept(self._days, Dates, self._departure, self.transit_d, self.margin_d, self._weekday)
        return self._days

    def _fit(self) -> None:
        """Room for a ship day of every row of the book."""
        if self.orders.capacity > len(self.ship_day):
            wider = np.zeros(self.orders.capacity, dtype=np.int32)
            wider[: len(self.ship_day)] = self.ship_day
            self.ship_day = wider

    def take(self, rows: Rows) -> None:
        """Allocated rows no longer wait for supply, and what they took is supply no more."""
        self.release(rows)
        take_supply(self._supply, self.orders["item"], self.orders["quantity"], rows)

    def release(self, rows: Rows) -> None:
        """Allocated or cancelled rows no longer wait for supply."""
        release_rows(rows, self.orders["item"], self.orders["quantity"], self._promises())

    def _move(self, rows: Rows, day: Rows, quantity: F) -> None:
        """Add to the open promises of the rows' items and ship days."""
        item = self.orders["item"][rows]
        np.add.at(self.committed, (item, day), quantity)
        past = day < self.day0
        if past.any():
            np.add.at(self._past, item[past], quantity[past])

    def eligible(self, rows: Rows) -> F:
        """Time from which each row may take stock [h]; first come first served lets everybody take at once."""
        if self.world.settings.precedence.rule == "fifo":
            return self.orders["placed"][rows].astype(np.float64)
        return np.asarray(24.0 * (self.ship_day[rows] - _SHIP_EARLY_D), dtype=np.float64)

    def eligible_day(self, rows: Rows) -> F:
        """Day from which each row may take stock, (n,) [d]."""
        return np.asarray(np.floor(self.eligible(rows) / 24.0))

    def transit_of(self, rows: Rows) -> F:
        """Transit time that the promise of each row counts with, (n,) [d]."""
        return self._transit(rows)

    def _transit(self, rows: Rows) -> F:
        return np.asarray(self.transit_d[self._lanes(rows)])

    def _lanes(self, rows: Rows) -> npt.NDArray[np.int64]:
        """Lane of each row, (n,)."""
        o = self.orders
        return self.world.lanes.along(o["way"][rows], o["channel"][rows], o["market"][rows])

    # --- from another site -------------------------------------------------------------------------------------------
    def arrives(self, lane: npt.NDArray[np.int64], ship: npt.NDArray[np.int64]) -> F:
        """Day on which what can ship on day ``ship`` along ``lane`` is expected, (n,) [d]."""
        leaves = self._departure[lane, np.minimum(ship, self._departure.shape[1] - 1)]
        return np.asarray(np.ceil(leaves + self.transit_d[lane] + self.margin_d - 1e-9))

    def serve_from(self, rows: Rows, item: npt.NDArray[np.int64], way: npt.NDArray[np.int64], day: int) -> None:
        """Let open promised ``rows`` be served from the stock points ``item`` along ``way``, (n,), on ``day``; the days promised stay what they are."""
        self.release(rows)
        self.orders["item"][rows], self.orders["way"][rows] = item, way
        self._commit(rows, np.full(len(rows), float(day)))
        self._renew_free()

    # --- what consumers see ------------------------------------------------------------------------------------------
    def offer(self, now: float, shelves: F, trade: Trade) -> ShownOffer:
        """Lead times shown in this tick; ``shelves`` (accounts, items) on hand."""
        if self._account_wait_d is None:
            review = self.world.accounts.review_d / 2.0
            self._account_wait_d = trade.lead_d + review if self.rule == "quoted" else trade.transit_d + self.margin_d + 1.0 + review
        if self.rule == "quoted":
            return ShownOffer(direct_d=self._direct_d, ship_wait_d=self._no_wait, account_wait_d=self._account_wait_d, on_hand=shelves)
        first_days(self.free, 1.0, int(now // 24) - self.day0, self._ship_wait_d)
        return ShownOffer(direct_d=self._direct_d, ship_wait_d=self._ship_wait_d, account_wait_d=self._account_wait_d, on_hand=shelves)
