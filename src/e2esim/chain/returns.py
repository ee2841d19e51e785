"""Reverse logistics: goods that come back to the plant by cause, and unsold stock of trade accounts by month."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import simpy

from e2esim.chain import returns_kernels as kernels
from e2esim.chain.inspection import Inspection
from e2esim.chain.phases import At, Phase
from e2esim.chain.repair_bench import RepairBench
from e2esim.chain.stock import Stock
from e2esim.domain.book import Columns, ReturnCause
from e2esim.domain.bundled import kept
from e2esim.domain.calendar import DueCalendar
from e2esim.domain.events import Event, EventLog
from e2esim.domain.returning import SORTED_AS
from e2esim.domain.world import World
from e2esim.streams import Streams

Rows = npt.NDArray[np.int32]
Times = npt.NDArray[np.floating]
Causes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
F = npt.NDArray[np.float64]

_USED = int(ReturnCause.USED_PRODUCT)
MONTH = 730.0  # [h]


def _treatment(world: World) -> tuple[F, F]:
    """Shares (as new, repaired, recycled) and costs (repair, recycling, inspection) by cause, (causes, 3) each."""
    t = world.treatment
    costs = t.repair_eur, t.recycle_eur, np.full(len(ReturnCause), world.plant.inspection_eur)
    return np.stack([t.as_new, t.repaired, t.recycled], axis=1), np.stack(costs, axis=1)


class Returns:
    """Rows on their way back, each at most once (a used product picked up at the delivery does not count as that)."""

    def __init__(
        self, env: simpy.Environment, world: World, stock: Stock, book: Columns, log: EventLog, streams: Streams
    ) -> None:
        self.env, self.world, self.stock, self.book, self.log = env, world, stock, book, log
        self.tick_h = world.settings.horizon.tick_h
        ticks = math.ceil(world.hours / self.tick_h) + 2
        self._goods = DueCalendar(ticks, book.capacity, tick_h=self.tick_h)
        self._used = DueCalendar(ticks, 1, tick_h=self.tick_h)
        self._pending = np.zeros(book.capacity, dtype=np.uint8)  # cause of the return under way, by row
        self._sort_key, self._unsold_key = streams.key("returns.as_new"), streams.key("returns.unsold")
        share, eur = _treatment(world)
        i, causes = world.items, len(ReturnCause)
        self._terms = kernels.ReturnTerms(i.cost_eur, i.resale, world.price, world.channels.buyer, share, eur)
        self._columns: kernels.ComingBack | None = None  # bundles as they were handed to a kernel last
        self._goods_back: kernels.ReturnedGoods | None = None
        self._found = kernels.TakenBack(
            np.zeros(causes), np.zeros(causes), np.zeros(len(SORTED_AS)), np.zeros(causes, dtype=np.int64), np.zeros(i.n, dtype=np.bool_), np.zeros(i.n)
        )
        self.bench = RepairBench(world, stock) if np.isfinite(world.plant.repair_pcs_h) else None
        self.inspection = Inspection(world, book) if np.isfinite(world.plant.inspection_pcs_h) else None

    def start(self) -> None:
        """Start the monthly look at unsold stock."""
        At(self.env, MONTH, Phase.ARRIVE, self._month, 1)

    def push(self, rows: Rows, times: Times, causes: Causes) -> Flags:
        """Let goods of delivered ``rows`` reach the plant at ``times`` [h] for ``causes`` (:class:`ReturnCause`), all
        (n,).

        Returns which were accepted: a row that is back or on its way is refused. ``USED_PRODUCT`` is only counted.
        """
        used = causes == _USED
        if not used.any():
            return self._accept(rows, times, causes)
        self.collect(rows[used], times[used])
        accepted = np.array(used, dtype=np.bool_)
        accepted[~used] = self._accept(rows[~used], times[~used], causes[~used])
        return accepted

    def collect(self, rows: Rows, times: Times) -> None:
        """Let used products picked up with ``rows`` reach their recycler at ``times`` [h], (n,)."""
        self._used.push(rows, times)

    def _accept(self, rows: Rows, times: Times, causes: Causes) -> Flags:
        self._fit()
        taken = np.empty(len(rows), dtype=np.bool_)
        kernels.accept(rows, causes, self.book["state"], self.book["return_cause"], self._pending, taken)
        self._goods.push(rows[taken], times[taken])
        return taken

    def arrivals(self, t: float) -> Rows:
        """Take back what reaches the plant in the tick that ends at ``t`` [h]; return the rows (no used products)."""
        tick = round(t / self.tick_h) - 1
        used = self._used.pop(tick)
        if len(used):
            b = self.book
            pieces = kernels.collect_used(used, t, b["quantity"], b["returned"], b["return_cause"])
            place = int(ReturnCause.USED_PRODUCT)
            self.log.emit(t, Event.RETURNED, place=place, rows=len(used), quantity=float(pieces))
        if self.bench is not None:
            self.bench.step(t)
        rows = self._goods.pop(tick)
        if self.inspection is not None:
            rows, waited_d = self.inspection.step(rows, t)
            if len(rows):
                self.log.emit(t, Event.RETURN_INSPECTED, rows=len(rows), quantity=float(self.book["quantity"][rows].sum()), value=float(waited_d.mean()))
        if len(rows):
            self._take_back(rows, t)
        return rows

    def _take_back(self, rows: Rows, t: float) -> None:
        b, s, found = self.book, self.stock, self._found
        if self._columns is None or self._columns.kind is not b["kind"] or self._columns.pending is not self._pending:
            self._columns = kernels.ComingBack(
                b["address"], self._pending, b["kind"], b["channel"], b["item"], b["quantity"], b["problems"], b["revenue_eur"], b["cost_eur"],
                b["returned"], b["return_cause"], b["credit_eur"],
            )  # fmt: skip
        goods = self._goods_back = kept(self._goods_back, kernels.ReturnedGoods, s.on_hand, s.returned, s.scrapped)
        for sums in found:
            sums.fill(0)
        kernels.take_back(rows, t, self._sort_key, self._columns, self._terms, goods, found)
        if self.bench is not None:
            self.bench.push(found.repaired)
        s.news(*found.came.nonzero()[0].tolist())
        pieces, worth = found.pieces.tolist(), found.worth.tolist()
        for cause, count in enumerate(found.lines.tolist()):
            if count:
                self.log.emit(t, Event.RETURNED, place=cause, rows=count, quantity=pieces[cause], value=worth[cause])
        for outcome, many in enumerate(found.sorted_out.tolist()):
            if many:
                self.log.emit(t, Event.RETURN_SORTED, place=outcome, quantity=many)

    def _month(self, month: int) -> None:
        """Each month accounts send back what they could not sell; it travels the lane's planned transit time."""
        rows = self.send_unsold(month)
        b = self.book
        lanes = self.world.lanes.along(b["way"][rows], b["channel"][rows], b["market"][rows])
        causes = np.full(len(rows), int(ReturnCause.UNSOLD), dtype=np.uint8)
        self._accept(rows, self.env.now + 24.0 * self.world.lanes.transit_d[lanes], causes)
        At(self.env, MONTH * (month + 1), Phase.ARRIVE, self._month, month + 1)

    def send_unsold(self, month: int) -> Rows:
        """Take the unsold stock of ``month`` from the accounts' shelves; return the replenishment rows that go back."""
        self._fit()
        b, w, s = self.book, self.world, self.stock
        out = np.empty(int(np.count_nonzero(s.latest >= 0)), dtype=np.int32)
        m = kernels.unsold(
            month, self._unsold_key, w.accounts.channel, w.channels.unsold_y, s.latest, b["quantity"], b["state"],
            b["return_cause"], self._pending, kernels.Shelves(s.backlog, s.on_hand, s.shipped), out,
        )
        return out[:m]

    def _fit(self) -> None:
        if self.book.capacity > len(self._pending):
            wider = np.zeros(self.book.capacity, dtype=np.uint8)
            wider[: len(self._pending)] = self._pending
            self._pending = wider
