"""Personalised items: each is made for one order line, and for nobody else.

The plan keeps hours and material for what the forecast expects, so that the promise is material, queue and run; a lot is released for the line
that was promised it, on the day from which its lead time reaches the line's ship day. The line waits for its own lot; pieces scrapped
are made again. What nobody waits for (its customer gave up, or sent it back) fits no other and is thrown away.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.chain.make import Lot, Shop
from e2esim.chain.stock import Stock
from e2esim.domain.book import Columns, OrderState
from e2esim.domain.events import Event, EventLog
from e2esim.domain.world import World
from e2esim.simulate.promise import PromiseDesk

Rows = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


class ToOrder:
    """Lines of personalised items and their lots."""

    def __init__(self, world: World, orders: Columns, stock: Stock, shop: Shop, promise: PromiseDesk, log: EventLog) -> None:
        self.world, self.orders, self.stock, self.shop, self.promise, self.log = world, orders, stock, shop, promise, log
        self._lead_d = np.ceil(world.items.lead_h / 24.0 - 1e-9)
        self.waiting: list[int] = []  # lines without a lot, in order of coming
        self.line: dict[int, int] = {}  # by open lot
        self.good: dict[int, float] = {}  # pieces of a line that are there, its goods not taken yet
        shop.finished = self._finished

    def mine(self, rows: Rows) -> Flags:
        """Which of ``rows`` are made to order, (n,)."""
        return np.asarray(self.world.items.to_order[self.orders["item"][rows]])

    def wait(self, rows: Rows) -> None:
        """New lines wait for lots of their own."""
        self.stock.hold(rows)
        self.waiting.extend(rows.tolist())

    def night(self, day: int) -> None:
        """Throw away what nobody waits for, stop lots of lines that are cancelled, release those whose time has come."""
        for number in self._without_line().tolist():
            self.line.pop(number)
            self.shop.give_up(number)
        self._clear()
        o, waiting = self.orders, np.array(self.waiting, dtype=np.int64)
        waiting = waiting[o["state"][waiting] == OrderState.OPEN]
        due = self.promise.ship_day[waiting] - self._lead_d[o["item"][waiting]] - 1 <= day
        for row in waiting[due].tolist():
            self._release(row, float(o["quantity"][row]), day, len(self.line))
        self.waiting = waiting[~due].tolist()

    def _without_line(self) -> npt.NDArray[np.int64]:
        """Open lots whose line is no longer open."""
        numbers, rows = (np.fromiter(one, dtype=np.int64, count=len(self.line)) for one in (self.line.keys(), self.line.values()))
        return np.asarray(numbers[self.orders["state"][rows] != OrderState.OPEN])

    def _release(self, row: int, pieces: float, day: int, number: int) -> None:
        item = int(self.orders["item"][row])
        lot = self.shop.release(item, pieces, 24.0 * (day + 1) + 1e-3 * number, 24.0 * day + float(self.world.items.lead_h[item]))
        self.line[lot] = row

    def _finished(self, lot: Lot, good: float) -> None:
        """A lot is complete: its line may take its goods, or what was scrapped is made again."""
        row, o = self.line.pop(lot.key[1], -1), self.orders
        if row < 0 or o["state"][row] != OrderState.OPEN:
            return
        self.good[row] = self.good.get(row, 0.0) + good
        missing = float(o["quantity"][row]) - self.good[row]
        now = self.shop.env.now
        if missing > 1e-9:
            self._release(row, missing, int(now // 24.0), 0)
            return
        self.stock.ready(np.array([row], dtype=np.int32))
        wait = (now - float(o["placed"][row])) / 24.0
        self.log.emit(now, Event.MADE_TO_ORDER, item=lot.item, rows=1, quantity=float(o["quantity"][row]), value=wait)

    def _clear(self) -> None:
        """Goods on hand that no open line has ordered fit nobody."""
        o, rows = self.orders, np.fromiter(self.good.keys(), dtype=np.int64, count=len(self.good))
        for row in rows[o["state"][rows] != OrderState.OPEN].tolist():
            del self.good[row]
        rows = np.fromiter(self.good.keys(), dtype=np.int64, count=len(self.good))
        pieces = np.fromiter(self.good.values(), dtype=np.float64, count=len(self.good))
        kept = np.bincount(o["item"][rows], weights=pieces, minlength=self.world.items.n)
        over = np.where(self.world.items.to_order, self.stock.free - kept, 0.0)
        for item in np.flatnonzero(over > 1e-6).tolist():
            self.stock.discard(item, float(over[item]))
            value = float(over[item] * self.world.items.cost_eur[item])
            self.log.emit(self.shop.env.now, Event.UNCLAIMED, item=item, quantity=float(over[item]), value=value)
