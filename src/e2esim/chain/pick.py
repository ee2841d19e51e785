"""Picking at the warehouses: each has one crew that picks allocated rows in the order of their allocation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.chain.pick_kernels import pick_rows
from e2esim.domain.book import Columns
from e2esim.domain.events import Event, EventLog
from e2esim.domain.worktime import WorkTime
from e2esim.domain.world import Warehouse, World
from e2esim.streams import Streams

Rows = npt.NDArray[np.int32]
_NONE: Rows = np.empty(0, dtype=np.int32)


class Pick:
    """The picking crew of a warehouse: a steady rate in its shifts; a large line goes on in the next tick, idle time is lost."""

    def __init__(self, world: World, book: Columns, log: EventLog, streams: Streams, *, site: Warehouse | None = None) -> None:
        self.book, self.log = book, log
        self.site, self.tick_h = site or world.plant, world.settings.horizon.tick_h
        self._key = streams.key("pick.error")
        self._queue: list[Rows] = []  # batches in order of allocation
        self._from = 0  # rows of the first batch already picked
        self._left = -1.0  # pieces left of the row at work, -1 = none begun
        self._open = np.asarray(self.site.calendar.opens)
        self._close = np.asarray(self.site.calendar.closes)

    def work(self, crew: WorkTime) -> None:
        """Let the crew work in other hours than the warehouse's."""
        self._open, self._close = np.asarray(crew.opens), np.asarray(crew.closes)

    def push(self, rows: Rows) -> None:
        """Queue allocated rows for picking."""
        if len(rows):
            self._queue.append(rows)

    def __len__(self) -> int:
        """Rows that wait for the crew."""
        return sum(len(batch) for batch in self._queue) - self._from

    def step(self, t: float) -> Rows:
        """Work through the interval (t - tick, t] [h]; return the rows picked, in order, at continuous times."""
        if not self._queue:
            return _NONE
        opens, closes = self._shifts(t - self.tick_h, t)
        if not len(opens):
            return _NONE
        waiting = np.concatenate(self._queue)[self._from :]
        b = self.book
        done, self._left, pieces = pick_rows(
            waiting, self._left, opens, closes, self.site.picking_pcs_h, self._key, self.site.pick_error, b["address"],
            b["quantity"], b["allocated"], b["picked"], b["state"], b["problems"],
        )
        self._drop(done)
        if pieces > 0:
            self.log.emit(t, Event.WAVE_PICKED, rows=done, quantity=pieces)
        return waiting[:done]

    def _shifts(self, a: float, b: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Working intervals between ``a`` and ``b``."""
        first = int(np.searchsorted(self._close, a, side="right"))
        last = int(np.searchsorted(self._open, b, side="left"))
        return np.maximum(self._open[first:last], a), np.minimum(self._close[first:last], b)

    def _drop(self, done: int) -> None:
        self._from += done
        while self._queue and self._from >= len(self._queue[0]):
            self._from -= len(self._queue.pop(0))


class Crews:
    """The crews of all warehouses; a row belongs to the one where its stock point lies."""

    def __init__(self, world: World, book: Columns, log: EventLog, streams: Streams) -> None:
        self.book, self._site = book, world.items.site
        self.each = tuple(Pick(world, book, log, streams, site=site) for site in world.sites)

    def work(self, site: int, crew: WorkTime) -> None:
        """Let the crew of a site work in other hours than the warehouse's."""
        self.each[site].work(crew)

    def push(self, rows: Rows) -> None:
        """Queue allocated rows for picking."""
        if len(self.each) == 1:
            self.each[0].push(rows)
            return
        site = self._site[self.book["item"][rows]]
        for k, crew in enumerate(self.each):
            crew.push(rows[site == k])

    def __len__(self) -> int:
        """Rows that wait for a crew."""
        return sum(len(crew) for crew in self.each)

    def step(self, t: float) -> Rows:
        """Work through the interval (t - tick, t] [h]; return the rows picked, site by site, in order."""
        picked = [crew.step(t) for crew in self.each]
        return picked[0] if len(picked) == 1 else np.concatenate(picked)
