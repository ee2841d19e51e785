"""Picking at the warehouses: each has one crew that picks allocated rows in the order of their allocation, one by one or in waves.

A picker walks half of the time (Tompkins, White, Bozer and Tanchoco, Facilities Planning, 2010: travel 50 %). The shortest tour through n
places grows with the root of n (Beardwood, Halton and Hammersley 1959), so that a line in a wave of n walks 1 / root of n of its own way.
What a wave costs is its set-up, and the time for which lines wait for it.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right

import numpy as np
import numpy.typing as npt

from e2esim.chain.packing import Packing
from e2esim.chain.pick_kernels import pick_rows
from e2esim.domain.book import Columns
from e2esim.domain.events import Event, EventLog
from e2esim.domain.worktime import WorkTime
from e2esim.domain.world import Warehouse, World
from e2esim.streams import Streams

Rows = npt.NDArray[np.int32]
F = npt.NDArray[np.float64]
_NONE: Rows = np.empty(0, dtype=np.int32)
_NO_SHIFT: F = np.empty(0)
WALKING = 0.5  # [share] of a picker's time (Tompkins et al. 2010)


def wave_factor(lines: float) -> float:
    """Work of a line in a wave of so many ``lines``, against a line alone.

    >>> wave_factor(1.0), wave_factor(100.0)
    (1.0, 0.55)
    """
    return 1.0 - WALKING + WALKING / math.sqrt(max(1.0, lines))


class Pick:
    """The picking crew of a warehouse: a steady rate in its shifts; a large line goes on in the next tick, idle time is lost."""

    def __init__(self, world: World, book: Columns, log: EventLog, streams: Streams, *, site: Warehouse | None = None) -> None:
        self.book, self.log = book, log
        self.site, self.tick_h = site or world.plant, world.settings.horizon.tick_h
        self._key = streams.key("pick.error")
        self._queue: list[Rows] = []  # batches in order of allocation
        self._work: list[F] = []  # of each batch, its rows' work in pieces of a line alone
        self._next: list[Rows] = []  # rows of the wave to come
        self._scale = world.settings.scale
        self._from = 0  # rows of the first batch already picked
        self._left = -1.0  # work left of the row in hand, -1 = none begun
        self._packing = Packing(self.site.calendar, self.site.packing_pcs_h, book) if np.isfinite(self.site.packing_pcs_h) else None
        self.work(self.site.calendar)

    def work(self, crew: WorkTime) -> None:
        """Let the crew work in other hours than the warehouse's."""
        self._crew = crew
        self._open, self._close = np.asarray(crew.opens), np.asarray(crew.closes)

    def push(self, rows: Rows) -> None:
        """Queue allocated rows for picking."""
        if not len(rows):
            return
        if self.site.wave_h > 0.0:
            self._next.append(rows)
        else:
            self._take_on(rows, self.book["quantity"][rows].astype(np.float64))

    def _take_on(self, rows: Rows, work: F) -> None:
        self._queue.append(rows)
        self._work.append(work)

    def _begin_wave(self, t: float) -> None:
        """At the hour of a wave: what has come since the last one is picked together."""
        if not self._next or (t + 1e-9) % self.site.wave_h >= self.tick_h:
            return
        rows = np.concatenate(self._next)
        self._next.clear()
        work = self.book["quantity"][rows] * wave_factor(len(rows) / self._scale)
        work[0] += self.site.wave_setup_h * self.site.picking_pcs_h
        self._take_on(rows, work)

    def __len__(self) -> int:
        """Rows that wait for the crew."""
        return sum(len(batch) for batch in (*self._queue, *self._next)) - self._from + (len(self._packing) if self._packing is not None else 0)

    def step(self, t: float) -> Rows:
        """Work through the interval (t - tick, t] [h]; return the rows picked and packed, in order, at continuous times."""
        picked = self._pick(t)
        return picked if self._packing is None else self._packing.step(picked, t)

    def _pick(self, t: float) -> Rows:
        if self.site.wave_h > 0.0:
            self._begin_wave(t - self.tick_h)
        if not self._queue:
            return _NONE
        opens, closes = self._shifts(t - self.tick_h, t)
        if not len(opens):
            return _NONE
        one = len(self._queue) == 1
        waiting = (self._queue[0] if one else np.concatenate(self._queue))[self._from :]
        b, work = self.book, (self._work[0] if one else np.concatenate(self._work))[self._from :]
        done, self._left, worked = pick_rows(
            waiting, work, self._left, opens, closes, self.site.picking_pcs_h, self._key, self.site.pick_error, b["address"],
            b["allocated"], b["picked"], b["state"], b["problems"],
        )
        self._drop(done)
        if worked > 0:
            pieces = worked if self.site.wave_h <= 0.0 else float(b["quantity"][waiting[:done]].sum())
            self.log.emit(t, Event.WAVE_PICKED, rows=done, quantity=pieces, value=worked / self.site.picking_pcs_h)
        return waiting[:done]

    def _shifts(self, a: float, b: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Working intervals between ``a`` and ``b``."""
        first, last = bisect_right(self._crew.closes, a), bisect_left(self._crew.opens, b)
        if first >= last:
            return _NO_SHIFT, _NO_SHIFT
        return np.maximum(self._open[first:last], a), np.minimum(self._close[first:last], b)

    def _drop(self, done: int) -> None:
        self._from += done
        while self._queue and self._from >= len(self._queue[0]):
            self._from -= len(self._queue.pop(0))
            self._work.pop(0)

    def open_hours(self, a: float, b: float) -> float:
        """Working hours of the crew between ``a`` and ``b`` [h]."""
        opens, closes = self._shifts(a, b)
        return float((closes - opens).sum())


class Crews:
    """The crews of all warehouses; a row belongs to the one where its stock point lies."""

    def __init__(self, world: World, book: Columns, log: EventLog, streams: Streams) -> None:
        self.book, self.log, self._site = book, log, world.items.site
        self._end = world.hours
        self.each = tuple(Pick(world, book, log, streams, site=site) for site in world.sites)

    def work(self, site: int, crew: WorkTime) -> None:
        """Let the crew of a site work in other hours than the warehouse's."""
        self.each[site].work(crew)

    def week(self, t: float) -> None:
        """The crews of the week that begins at ``t`` [h] are paid."""
        end = min(t + 168.0, self._end)
        for k, crew in enumerate(self.each):
            cost = crew.site.crew_eur_h * crew.site.calendar.hours(t, end)
            self.log.emit(t, Event.CREW_OPENED, place=k, quantity=crew.open_hours(t, end), value=cost)

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
