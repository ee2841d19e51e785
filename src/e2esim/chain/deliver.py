"""Distribution: departures of each lane, arrivals at customers and accounts by tick."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import simpy

from e2esim.chain import deliver_kernels as kernels
from e2esim.chain.attempts import Attempts
from e2esim.chain.departing import next_departure
from e2esim.chain.fleets import Fleets
from e2esim.chain.phases import At, Phase
from e2esim.chain.stock import Stock
from e2esim.chain.truck_kernels import first_trucks, waiting_load
from e2esim.chain.trucks import Dispatch, Load, Trucks
from e2esim.chain.ways import Ways
from e2esim.domain.book import Columns
from e2esim.domain.calendar import DueCalendar
from e2esim.domain.dispatch import charged_m3
from e2esim.domain.events import Event, EventLog
from e2esim.domain.world import SERVICES, World
from e2esim.streams import Streams

Rows = npt.NDArray[np.int32]
I = npt.NDArray[np.int64]  # noqa: E741
B = npt.NDArray[np.bool_]
F = npt.NDArray[np.float64]

_STREAMS = ("deliver.transit", "deliver.late", "deliver.damage", "deliver.install", "deliver.customs", "deliver.slot")
_INSTALLATION = SERVICES.index("installation")


class Deliver:
    """Lists of picked rows by lane, rows under way, and what is written when they arrive."""

    def __init__(
        self, env: simpy.Environment, world: World, stock: Stock, book: Columns, log: EventLog, streams: Streams
    ) -> None:
        self.env, self.world, self.stock, self.book, self.log = env, world, stock, book, log
        self.tick_h = world.settings.horizon.tick_h
        ticks = math.ceil(world.hours / self.tick_h) + 2
        self.under_way = DueCalendar(ticks, book.capacity, tick_h=self.tick_h, links=stock.links)
        lanes = len(world.lanes.ids)
        self._head: Rows = np.full(lanes, -1, dtype=np.int32)
        self._tail: Rows = self._head.copy()
        self._ready = np.zeros(lanes, dtype=np.int64)  # rows that wait for their truck
        self._keys = np.array([streams.key(name) for name in _STREAMS], dtype=np.uint64)
        self._monday = world.start.weekday()
        self._columns: kernels.OnTheWay | None = None
        self._earned: kernels.Accounted | None = None
        c, s = world.channels, world.services
        self._terms = kernels.ContractTerms(c.penalty_share_d, c.penalty_cap, c.commission, s.cost_eur, s.price_eur)
        self._failure = float(s.effect[_INSTALLATION])
        self._roads = kernels.Roads(
            world.lanes.transit_d, world.lanes.sigma, world.lanes.damage, world.lanes.mode, world.lanes.customs_share, world.lanes.customs_d,
            world.lanes.slot_h, world.modes.late_share, world.modes.late_median_d, world.modes.late_sigma, world.channels.consumer_d,
            world.lanes.receive_from, world.lanes.receive_until, world.lanes.outside_eur,
        )  # fmt: skip
        self.ways: Ways | None = None  # where events stop trucks
        lanes_by_load = np.isfinite(world.lanes.truck_m3)
        self.trucks = Trucks(world) if lanes_by_load.any() else None
        self._by_load = lanes_by_load.tolist()
        self._room_m3 = charged_m3(world)
        self.fleets: Fleets | None = None
        self._late_from = np.full(lanes, np.nan)  # [h] of the departure that waits for a truck
        self._gone, self._waited_h = np.zeros(lanes), np.zeros(lanes)  # lines that left in the week so far, and what they waited for a truck in all
        self._truck_wait_d = np.zeros(lanes)  # as the firm last saw it
        self.attempts = Attempts(world, book, streams, ticks, stock.links) if world.lanes.miss_share.any() else None

    def start(self) -> None:
        """Start the departures of every lane, in the order of the lanes."""
        for lane in range(len(self._head)):
            self._next_truck(lane, self.env.now)

    def push(self, rows: Rows) -> None:
        """Queue picked rows for the next truck of their lane.

        Raises
        ------
        ValueError
            If no lane serves the channel and market of a row.
        """
        b, w = self.book, self.world
        for lanes, some in self._by_way(rows):
            mine = rows[some]
            lost = kernels.sort_by_lane(
                mine, b["channel"], b["market"], lanes, self._head, self._tail, self._ready, self.stock.links.next,
            )
            if lost >= 0:
                channel, market = int(b["channel"][lost]), int(b["market"][lost])
                raise ValueError(f"row {lost}: no lane from the plant to {w.channels.ids[channel]}/{w.markets[market]}")

    def _by_way(self, rows: Rows) -> list[tuple[I, slice | B]]:
        """Lanes of each way, (channels, markets), and which of ``rows`` go along them; all at once where there is one way."""
        ranked = self.world.lanes.ranked
        if len(ranked) == 1:
            return [(ranked[0], slice(None))]
        way = self.book["way"][rows]
        return [(lanes, way == k) for k, lanes in enumerate(ranked) if (way == k).any()]

    def hand_over(self, rows: Rows) -> None:
        """Let rows served from a shelf go to the consumer: no truck of the firm, the channel's consumer lead time."""
        if len(rows):
            self.under_way.push(rows, self._times(rows, write=False))

    def expected(self) -> int:
        """Rows that have left and are still to arrive, after the end of the run too."""
        again = 0 if self.attempts is None else self.attempts.expected()
        return len(self.under_way) + self.under_way.beyond + again

    def arrivals(self, t: float) -> Rows:
        """Deliver what falls due in the tick that ends at ``t`` [h]; return the rows.

        Their columns are written and replenishments stand on the shelf.
        """
        rows = self.under_way.pop(round(t / self.tick_h) - 1)
        again = None if self.attempts is None else self.attempts.second.pop(round(t / self.tick_h) - 1)
        if self.attempts is not None and again is not None:
            rows = np.concatenate([self.attempts.first(rows, self._times(rows, write=False)), again])
        if not len(rows):
            return rows
        self._times(rows, write=True)
        if self.attempts is not None and again is not None:
            first = self.book["delivered"][again].astype(np.float64)
            self.book["delivered"][again] = first + self.attempts.wait(first)
        kernels.charge(rows, self._accounted(), self._terms)
        pieces = self.stock.land(rows)
        self.log.emit(t, Event.DELIVERED, rows=len(rows), quantity=pieces)
        return rows

    def _times(self, rows: Rows, *, write: bool) -> F:
        """Delivery times of rows under way, (n,) [h]."""
        out, book, roads, ranked = np.empty(len(rows)), self._on_the_way(), self._roads, self.world.lanes.ranked
        if len(ranked) == 1:
            kernels.arrive(rows, write, out, book, ranked[0], roads, self._failure, self._monday, self._keys)
            return out
        for lanes, some in self._by_way(rows):
            mine, times = rows[some], out[some]
            kernels.arrive(mine, write, times, book, lanes, roads, self._failure, self._monday, self._keys)
            out[some] = times
        return out

    def _accounted(self) -> kernels.Accounted:
        """Columns of what a delivery earns and costs, the same until the book grows."""
        b = self.book
        if self._earned is None or self._earned.channel is not b["channel"]:
            self._earned = kernels.Accounted(
                b["channel"], b["services"], b["problems"], b["promised"], b["delivered"], b["revenue_eur"],
                b["service_eur"], b["fee_eur"], b["commission_eur"], b["penalty_eur"],
            )  # fmt: skip
        return self._earned

    def _on_the_way(self) -> kernels.OnTheWay:
        """The columns of the book as they are now, the same until it grows."""
        b = self.book
        if self._columns is None or self._columns.kind is not b["kind"]:
            self._columns = kernels.OnTheWay(
                b["address"], b["kind"], b["channel"], b["market"], b["services"], b["shipped"], b["allocated"], b["state"], b["delivered"], b["problems"],
                b["freight_eur"],
            )  # fmt: skip
        return self._columns

    def _next_truck(self, lane: int, after: float) -> None:
        """Await the first truck of a lane at or after ``after`` [h]: once the tick of its cut-off is closed."""
        t = next_departure(self.world.lanes.departs[lane], float(self.world.lanes.cutoff_h[lane]), self._monday, after)
        if t < math.inf:
            At(self.env, self.tick_h * math.ceil(t / self.tick_h), Phase.DEPART, self._depart, lane, t)

    def _depart(self, lane: int, t: float) -> None:
        """A truck takes what was picked by its cut-off ``t`` [h]."""
        if self._ready[lane] and (self.ways is None or self.ways.leaves(lane, t)):
            self._leave(lane, t)
        self._next_truck(lane, math.nextafter(t, math.inf))

    def _leave(self, lane: int, t: float) -> None:
        b, lanes = self.book, self.world.lanes
        leaving, truck_eur_m3, late = int(self._ready[lane]), 0.0, float(self._late_from[lane])
        if self.trucks is not None and self._by_load[lane]:
            way = self.trucks.dispatch(lane, t, self._load(lane, t))
            leaving, truck_eur_m3 = way.rows, way.eur_m3
        if self.fleets is not None and lanes.fleet[lane] >= 0:
            leaving, truck_eur_m3 = self._in_own_trucks(lane, t, self.fleets)
        out = np.empty(leaving, dtype=np.int32)
        m = kernels.load(
            lane, t, b["picked"], b["shipped"], b["state"], self._head, self._tail, self.stock.links.next, out
        )
        if not m:
            return
        rows = out[:m]
        self._ready[lane] -= m
        self._gone[lane] += m
        if late == late:
            self._waited_h[lane] += m * (t - late)
        pieces = self.stock.ship(rows)
        dearer = 1.0 if self.ways is None else 1.0 + self.ways.freight(lane, t)
        volume = kernels.freight(
            rows, lane, b["item"], b["quantity"], b["freight_eur"], b["picking_eur"], self._room_m3[lane],
            dearer * (float(lanes.cost_eur_m3[lane]) + truck_eur_m3), float(lanes.cost_eur_line[lane]),
            self.world.sites[int(lanes.site[lane])].picking_cost_eur,
        )
        self.under_way.push(rows, self._times(rows, write=False))
        self.log.emit(self.env.now, Event.TRUCK_LEFT, place=lane, rows=m, quantity=pieces, value=float(volume))

    def _in_own_trucks(self, lane: int, t: float, fleets: Fleets) -> tuple[int, float]:
        """Lines that leave at ``t`` [h] in trucks of the lane's fleet, and what the trucks cost a m3; the others wait for a truck."""
        lanes, load = self.world.lanes, self._load(lane, t)
        way = Dispatch(load.rows, load.trucks, load.m3, 0.0)
        if self.trucks is not None and self._by_load[lane]:
            way = self.trucks.dispatch(lane, t, load)
        if not way.trucks:
            return 0, 0.0
        fleet, late = int(lanes.fleet[lane]), self._late_from[lane]
        taken = fleets.take(fleet, t, way.trucks, float(lanes.round_h[lane]))
        if taken.trucks and late == late:
            fleets.waited(fleet, t, t - float(late))
        self._late_from[lane] = np.nan
        if taken.trucks < way.trucks:
            self._await_truck(lane, t if late != late or taken.trucks else float(late), fleets.next_home(fleet, t))
            b, size, head = self.book, float(lanes.truck_m3[lane]), int(self._head[lane])
            rows, m3 = first_trucks(head, way.rows, taken.trucks, size, self.stock.links.next, b["item"], b["quantity"], self._room_m3[lane])
            way = Dispatch(rows, taken.trucks, m3, way.eur)
        return way.rows, way.eur_m3 + (taken.eur / way.m3 if way.m3 > 0 else 0.0)

    def truck_wait_d(self) -> npt.NDArray[np.float64]:
        """Days that goods wait for want of trucks, (lanes,): the mean of the lines that left in the week now over, and of weeks before, each counted
        half of the next; where nothing left, as long as the departure that is due has waited."""
        now = self.env.now
        due = np.nan_to_num(now - self._late_from)
        seen = np.where(self._gone > 0, self._waited_h / np.maximum(self._gone, 1.0), due) / 24.0
        self._truck_wait_d = np.asarray(0.5 * self._truck_wait_d + 0.5 * seen)
        self._gone[:] = self._waited_h[:] = 0.0
        return self._truck_wait_d

    def _await_truck(self, lane: int, since: float, home: float) -> None:
        """What could not leave ``since`` [h] leaves with the truck that comes ``home`` [h], unless a departure of the lane comes before."""
        self._late_from[lane] = since
        if home < math.inf:
            At(self.env, self.tick_h * math.ceil(home / self.tick_h - 1e-9), Phase.DEPART, self._late, lane, home)

    def _late(self, lane: int, home: float) -> None:
        """A truck has come home at ``home`` [h]: it takes what waits for it."""
        if self._late_from[lane] == self._late_from[lane] and self._ready[lane] and (self.ways is None or self.ways.leaves(lane, home)):
            self._leave(lane, home)

    def _load(self, lane: int, t: float) -> Load:
        """What waits for a lane at the cut-off ``t`` [h]."""
        b, lanes = self.book, self.world.lanes
        return Load(
            *waiting_load(
                int(self._head[lane]), t, float(lanes.truck_m3[lane]), b["picked"], self.stock.links.next, b["item"], b["quantity"], self._room_m3[lane],
            )
        )  # fmt: skip
