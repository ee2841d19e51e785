"""Procurement: call-offs at suppliers and their inbound transport."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import simpy

from e2esim.chain.phases import At, Phase
from e2esim.chain.stock import Stock
from e2esim.chain.ways import HeldUp, Ways
from e2esim.domain.book import CALL_COLUMNS, Columns
from e2esim.domain.events import Event, EventLog
from e2esim.domain.settings import Planning
from e2esim.domain.world import World
from e2esim.planning.price_breaks import price_of
from e2esim.streams import Streams
from e2esim.streams.draws import child, lognormal, uniform

F = npt.NDArray[np.float64]


class Source:
    """Open call-offs. Lateness is the mixture of the supplier's transport mode: on the date, or late by a lognormal
    time.

    The mixture follows the public SCMS delivery history (USAID, 2006-2015), whose late tail is far heavier than normal.
    """

    def __init__(self, env: simpy.Environment, world: World, stock: Stock, log: EventLog, streams: Streams) -> None:
        self.env, self.world, self.stock, self.log = env, world, stock, log
        self.open: dict[int, tuple[int, float, float]] = {}  # call-off number -> item, quantity, due [h]
        self.history: list[list[float]] = []  # row, quantity, called, due, arrived, rejected of every call-off
        self.ways: Ways | None = None  # where events hold goods up
        self._held: dict[int, HeldUp] = {}  # open call-offs that an event holds up
        self.quarantine: dict[int, tuple[int, float, float]] = {}  # call-off number -> item, quantity, free [h]: received and held
        self._key, self._hold_key = streams.key("source.lateness"), streams.key("source.hold")
        self._number = 0
        self._crew_free = [0.0] * len(world.sites)  # when each crew has put away what has come [h]
        self._reject_carry: F = np.zeros(len(world.supply.item))  # rejected units not yet whole, by supply row

    def start(self) -> None:
        """Let the purchase orders open at the start of the run arrive."""
        opening = self.world.opening
        orders = zip(opening.purchase_row, opening.purchase_quantity, opening.purchase_due_h, strict=True)
        for row, quantity, due in orders:
            self._open(int(row), float(quantity), float(due))

    def call_off(self, row: int, quantity: float, due_h: float | None = None) -> None:
        """Call off ``quantity`` [unit] on ``row`` of the supply terms, due at ``due_h`` [h] or after the lead time."""
        supply, now = self.world.supply, self.env.now
        due = supply.due_h(row, now) if due_h is None else due_h
        item = int(supply.item[row])
        self.log.emit(
            now, Event.CALLED_OFF, place=int(supply.supplier[row]), item=item, quantity=quantity, value=quantity * self._price(row, quantity),
        )
        if self.ways is not None and (more := self.ways.price(row, now)) > 0.0:
            extra = more * quantity * float(supply.price_eur[row])
            self.log.emit(now, Event.SURCHARGED, place=int(supply.supplier[row]), item=item, quantity=quantity, value=extra)
        self._open(row, quantity, due)

    def _price(self, row: int, quantity: float) -> float:
        """What a unit of a call-off of ``quantity`` [unit] costs, surcharges apart [EUR]."""
        supply = self.world.supply
        return price_of(quantity, float(supply.price_eur[row]), supply.breaks[row] if supply.breaks else ())

    def book(self) -> Columns:
        """Every call-off ever made, `CALL_COLUMNS`."""
        row, quantity, called, due, arrived, rejected = np.array(self.history).reshape(-1, 6).T
        supply, at = self.world.supply, row.astype(np.int64)
        columns = {"quantity": quantity, "called": called, "due": due, "arrived": arrived, "rejected": rejected}
        return Columns.of(CALL_COLUMNS, {**columns, "item": supply.item[at], "supplier": supply.supplier[at]})

    def receipts(self, now_day: int, days: int) -> F:
        """Open call-offs by due day from ``now_day``, (items, days); overdue ones count as due tomorrow.

        What an event holds up counts from the day on which it will come, once the firm knows; what is tested, from its end.
        """
        table = np.zeros((self.world.items.n, days))
        for number, (item, quantity, due) in self.open.items():
            held = self._held.get(number)
            ready = 24.0 * float(self.world.supply.hold_d[int(self.history[number][0])])
            add_due(table, item, quantity, ready + (due if held is None or held.seen > 24.0 * now_day else max(due, held.comes)), now_day)
        for item, quantity, free_h in self.quarantine.values():
            add_due(table, item, quantity, free_h, now_day)
        return table

    def stuck(self, now: float, until: F) -> F:
        """Open call-offs that the firm knows to come after ``until`` (items,) [h], (items,) [unit]."""
        total = np.zeros(self.world.items.n)
        for number, held in self._held.items():
            item, quantity, _ = self.open[number]
            if held.seen <= now and held.comes > until[item]:
                total[item] += quantity
        return total

    def _address(self, row: int, due_h: float) -> int:
        """Address of the luck of what is due from a supply row on a day: the same whatever else is called off in a run."""
        supply = self.world.supply
        one = child(int(self.world.items.code[supply.item[row]]), int(supply.supplier[row]))
        return int(child(one, int(due_h // 24.0)))

    def lateness(self, address: int, mode: int) -> float:
        """Days that the call-off at ``address`` is late by transport ``mode``."""
        modes = self.world.modes
        if uniform(self._key, address, 0) >= modes.late_share[mode]:
            return 0.0
        return float(lognormal(self._key, address, 1, float(modes.late_median_d[mode]), float(modes.late_sigma[mode])))

    def _open(self, row: int, quantity: float, due: float) -> None:
        number, self._number = self._number, self._number + 1
        item = int(self.world.supply.item[row])
        self.open[number] = (item, quantity, due)
        self.history.append([row, quantity, self.env.now, due, math.nan, 0.0])
        self.stock.on_order[0, item] += quantity
        self._carry_in(number, row, due)

    def _carry_in(self, number: int, row: int, due: float) -> None:
        """Await the goods of a call-off, which are received in working hours."""
        supply = self.world.supply
        calendar = self.world.sites[int(self.world.items.site[supply.item[row]])].calendar
        address = self._address(row, due)
        late, extra = expedited(self.lateness(address, int(supply.mode[row])), self.world.settings.planning)
        planned = max(calendar.next_open(due), self.env.now)
        comes = due if self.ways is None else self._hold(number, row, due, address)
        arrival = calendar.next_open(max(comes + 24.0 * late, self.env.now))
        if np.isfinite(arrival):
            At(self.env, arrival, Phase.ARRIVE, self._receive, number, planned, extra)

    def _receive(self, number: int, planned: float, extra: float) -> None:
        """Receive a call-off that was ``planned`` [h] for then, expedited for ``extra`` of its price; send back what is not good."""
        supply, (row, quantity) = self.world.supply, (int(self.history[number][0]), self.history[number][1])
        if number in self._held:
            self._let_go(number, row, quantity)
        item, place = int(supply.item[row]), int(supply.supplier[row])
        rejected = self._rejected(row, quantity)
        del self.open[number]
        self.history[number][4:] = self.env.now, rejected
        self.stock.on_order[0, item] -= quantity
        good = quantity - rejected
        self.stock.receive(item, good)
        self._set_aside(number, row, good)
        if extra > 0.0:
            self.log.emit(
                self.env.now, Event.SUPPLY_EXPEDITED, place=place, item=item, quantity=good, value=good * extra * float(supply.price_eur[row])
            )
        if (freight := self._freight(row, quantity)) > 0.0:
            self.log.emit(self.env.now, Event.INBOUND_PAID, place=place, item=item, quantity=quantity, value=freight)
        days = max(0.0, self.env.now - planned) / 24.0
        self.log.emit(self.env.now, Event.SUPPLY_RECEIVED, place=place, item=item, quantity=good, value=days)
        if (saved := float(supply.price_eur[row]) - self._price(row, quantity)) > 0.0:
            self.log.emit(self.env.now, Event.PRICE_BROKEN, place=place, item=item, quantity=good, value=good * saved)
        if rejected > 0:
            self.log.emit(self.env.now, Event.SUPPLY_REJECTED, place=place, item=item, quantity=rejected)

    def _freight(self, row: int, quantity: float) -> float:
        """Freight of a delivery of ``quantity`` [unit], what is rejected included [EUR]."""
        supply, place = self.world.supply, int(self.world.supply.supplier[row])
        usual = float(supply.delivery_eur[place]) + float(supply.freight_eur_kg[place]) * quantity * float(self.world.items.weight_kg[supply.item[row]])
        return usual if self.ways is None else usual * (1.0 + self.ways.inbound_freight(row, self.env.now))

    def _set_aside(self, number: int, row: int, good: float) -> None:
        """Until they have been put away, and a share of them tested, goods are on hand and reserved, and still on order for planning."""
        supply, now = self.world.supply, self.env.now
        free_h = max(self._tested(number, row, good), self._put_away(row, good))
        if free_h <= now:
            return
        item = int(supply.item[row])
        self.stock.reserve(item, good)
        self.stock.on_order[0, item] += good
        self.quarantine[number] = (item, good, free_h)
        At(self.env, free_h, Phase.ARRIVE, self._release, number)

    def _tested(self, number: int, row: int, good: float) -> float:
        """When a delivery has been tested [h]; of those that are not, now."""
        supply, now = self.world.supply, self.env.now
        days = float(supply.hold_d[row])
        if days <= 0.0 or uniform(self._hold_key, self._address(row, self.history[number][3]), 0) >= supply.hold_share[row]:
            return now
        self.log.emit(now, Event.SUPPLY_HELD, place=int(supply.supplier[row]), item=int(supply.item[row]), quantity=good, value=days)
        return now + 24.0 * days

    def _put_away(self, row: int, good: float) -> float:
        """When the crew of its site has put a delivery away, after those that came before it [h]."""
        item, now = int(self.world.supply.item[row]), self.env.now
        place = int(self.world.items.site[item])
        site = self.world.sites[place]
        if site.putaway_h <= 0.0 or good <= 0.0:
            return now
        done = min(site.calendar.add(max(now, self._crew_free[place]), site.putaway_h), self.world.hours + 1.0)  # of a calendar that ends: after the run
        self._crew_free[place] = done
        self.log.emit(now, Event.PUT_AWAY, place=int(self.world.supply.supplier[row]), item=item, quantity=good, value=done - now)
        return done

    def _release(self, number: int) -> None:
        """The goods of a delivery may be used."""
        item, good, _ = self.quarantine.pop(number)
        self.history[number][4] = self.env.now
        self.stock.on_order[0, item] -= good
        self.stock.reserve(item, -good)
        self.stock.news(item)

    def _hold(self, number: int, row: int, due: float, address: int) -> float:
        """When a call-off comes, events counted in [h]; one that they hold up is remembered."""
        assert self.ways is not None
        held = self.ways.inbound(row, self.env.now, due, address)
        if held.comes > due or held.premium > 0.0:
            self._held[number] = held
        return held.comes

    def _let_go(self, number: int, row: int, quantity: float) -> None:
        held = self._held.pop(number)
        if held.premium > 0.0:
            self.log.emit(self.env.now, Event.REACTION_PAID, place=held.event, value=held.premium * quantity * float(self.world.supply.price_eur[row]))

    def _rejected(self, row: int, quantity: float) -> float:
        """Whole units rejected: the expected number, its fraction carried to the next call-off of the same row."""
        due = self._reject_carry[row] + quantity * float(self.world.supply.reject[row])
        whole = min(float(np.floor(due + 1e-9)), quantity)
        self._reject_carry[row] = due - whole
        return whole


def expedited(late_d: float, planning: Planning) -> tuple[float, float]:
    """Days late and extra cost [share of the price] of a call-off that luck makes ``late_d`` days late: the firm does not wait for ever.

    >>> expedited(12.0, Planning()), expedited(200.0, Planning(expedite_d=30.0, express_d=7.0, expedite_share=0.3))
    ((12.0, 0.0), (37.0, 0.3))
    """
    sooner = planning.expedite_d + planning.express_d
    return (sooner, planning.expedite_share) if planning.expedite_d > 0 and late_d > sooner else (late_d, 0.0)


def add_due(table: F, item: int, quantity: float, due_h: float, now_day: int) -> None:
    """Add an open supply to a table (items, days) by its due day; what is overdue counts as due tomorrow.

    >>> table = np.zeros((1, 4))
    >>> add_due(table, 0, 5.0, 30.0, now_day=1)  # today
    >>> add_due(table, 0, 7.0, 30.0, now_day=2)  # overdue
    >>> add_due(table, 0, 9.0, 200.0, now_day=1)  # beyond the table
    >>> table.tolist()
    [[5.0, 7.0, 0.0, 0.0]]
    """
    day = int(due_h // 24.0) - now_day
    if day < 0:
        day = 1
    if day < table.shape[1]:
        table[item, day] += quantity
