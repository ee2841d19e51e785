"""Stock records that are not what lies on the shelf: wrong bookings, goods lost unnoticed, and the counts that put the book right.

Planning and promises read the book, pickers and machines find the shelf: where the book is too high, promises wait for goods that are
not there (DeHoratius and Raman, Inventory record inaccuracy, 2008: of 370,000 records of a retailer 65 in 100 were wrong).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.chain.stock import Stock
from e2esim.domain.events import Event, EventLog
from e2esim.domain.world import World
from e2esim.streams import Streams
from e2esim.streams.draws import child, uniform

F = npt.NDArray[np.float64]


class Records:
    """The book of every stock point, one night after the other; whole units, their expected number carried on."""

    def __init__(self, world: World, stock: Stock, log: EventLog, streams: Streams) -> None:
        self.world, self.stock, self.log = world, stock, log
        self._key = streams.key("records.sign")
        sites, at = world.sites, world.items.site
        self._wrong, self._shrink, self._every = (
            np.array([getattr(site, name) for site in sites])[at] for name in ("misbooked", "shrink", "count_d")
        )
        self._count_eur = np.array([site.count_eur for site in sites])[at]
        self._before = self._moved()
        self._due: F = np.zeros(world.items.n)  # bookings to go wrong, not yet whole
        self._lost: F = np.zeros(world.items.n)
        self._counted = np.floor(self._every * (np.arange(world.items.n) + 1.0) / world.items.n) - self._every  # day of the last count

    @staticmethod
    def wanted(world: World) -> bool:
        """Whether any site has records that can go wrong."""
        return any(site.misbooked > 0.0 or site.shrink > 0.0 for site in world.sites)

    def night(self, day: int, wanted: F) -> None:
        """Book what moved since yesterday, some of it wrong; lose some; count what is due and what nobody can find.

        ``wanted`` (items,): material that lots wait for.
        """
        moved = self._moved() - self._before
        self._go_wrong(day, moved)
        self._vanish(day, moved)
        for item in np.flatnonzero((day >= self._counted + self._every) | self._missed(wanted)).tolist():
            self._count(item, day)
        self._before = self._moved()

    def _moved(self) -> F:
        s = self.stock
        return np.asarray(s.received[0] + s.produced[0] + s.consumed[0] + s.shipped[0] + s.returned[0])

    def _go_wrong(self, day: int, moved: F) -> None:
        self._due += moved * self._wrong
        for item in np.flatnonzero(self._due >= 1.0).tolist():
            units = int(self._due[item])
            self._due[item] -= units
            address = int(child(child(int(self.world.items.code[item]), int(self.world.items.site[item])), day))
            ups = sum(uniform(self._key, address, k) < 0.5 for k in range(units))
            self.stock.misbooked[item] += 2 * ups - units

    def _vanish(self, day: int, moved: F) -> None:
        self._lost += moved * self._shrink
        for item in np.flatnonzero(self._lost >= 1.0).tolist():
            units = float(np.floor(min(self._lost[item], max(0.0, self.stock.available(item)))))
            if units > 0.0:
                self._lost[item] -= units
                self.stock.lose(item, units)
                value = units * float(self.world.items.cost_eur[item])
                self.log.emit(24.0 * day, Event.STOCK_LOST, place=int(self.world.items.site[item]), item=item, quantity=units, value=value)

    def _missed(self, wanted: F) -> npt.NDArray[np.bool_]:
        """Lines or lots wait before a shelf on which there is less than the book says."""
        return np.asarray((self.stock.due + wanted > self.stock.free + 1e-9) & (self.stock.misbooked >= 1.0))

    def _count(self, item: int, day: int) -> None:
        s, error = self.stock, float(self.stock.misbooked[item])
        s.misbooked[item] = 0.0
        self._counted[item] = day
        site, right = int(self.world.items.site[item]), int(error == 0.0)
        self.log.emit(24.0 * day, Event.RECORD_COUNTED, place=site, item=item, rows=right, quantity=error, value=float(self._count_eur[item]))
