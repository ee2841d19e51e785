"""Transfers: goods that move from one warehouse of the firm to another, a truck of a lane at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import simpy

from e2esim.chain.departing import next_departure
from e2esim.chain.fleets import Fleets
from e2esim.chain.phases import At, Phase
from e2esim.chain.source import add_due
from e2esim.chain.stock import ConservationError, Stock
from e2esim.chain.ways import Ways
from e2esim.domain.events import Event, EventLog
from e2esim.domain.world import Warehouse, World
from e2esim.streams import Streams
from e2esim.streams.draws import child, lognormal, uniform

F = npt.NDArray[np.float64]
I = npt.NDArray[np.int64]  # noqa: E741


@dataclass(frozen=True, eq=False)
class Truckload:
    """Pieces of stock points on their way to one warehouse."""

    item: I  # stock points that get them
    source: I  # stock points that they leave
    pieces: F
    due_h: float  # planned arrival


class Transfers:
    """Trucks between sites. What is loaded is reserved at its source until the truck leaves, and belongs to the firm on the way.

    Transit is lognormal around its plan, and late on top by the lane's mode, as on every lane of the firm. A truck that an event keeps
    from leaving stands loaded until the next departure of its lane; planning sees its new day of arrival.
    """

    def __init__(self, env: simpy.Environment, world: World, stock: Stock, log: EventLog, streams: Streams) -> None:
        self.env, self.world, self.stock, self.log = env, world, stock, log
        self.open: dict[int, Truckload] = {}  # loaded and not arrived, by number
        self.sent: F = np.zeros(world.items.n)  # by the stock point that gets them
        self.came: F = np.zeros(world.items.n)
        self.ways: Ways | None = None  # where events stop trucks
        self.fleets: Fleets | None = None
        self._left: list[int] = []  # numbers of those that have left
        self._keys = streams.key("transfer.transit"), streams.key("transfer.late")
        self._number = 0

    def load(self, link: int, item: I, source: I, pieces: F, leaves_h: float) -> None:
        """Set goods aside at ``source`` for a truck of lane ``link`` that leaves at ``leaves_h`` [h]; ``item`` get them."""
        for one, quantity in zip(source.tolist(), pieces.tolist(), strict=True):
            self.stock.reserve(one, quantity)
        number, self._number = self._number, self._number + 1
        self.open[number] = Truckload(item, source, pieces, leaves_h + 24.0 * float(self.world.links.transit_d[link]))
        At(self.env, leaves_h, Phase.DEPART, self._leave, number, link)

    def coming(self, now_day: int, days: int) -> F:
        """Pieces on their way by planned day of arrival from ``now_day``, (items, days); overdue ones count as due tomorrow."""
        table = np.zeros((self.world.items.n, days))
        for load in self.open.values():
            for item, pieces in zip(load.item.tolist(), load.pieces.tolist(), strict=True):
                add_due(table, item, pieces, load.due_h, now_day)
        return table

    def on_the_way(self) -> F:
        """Pieces that have left and not arrived, by the stock point that gets them, (items,)."""
        return np.asarray(self.sent - self.came)

    def check(self) -> None:
        """Check that what has left has arrived or is on a truck.

        Raises
        ------
        ConservationError
            Naming the stock point and the difference.
        """
        under_way = np.zeros(self.world.items.n)
        for number in self._left:
            np.add.at(under_way, self.open[number].item, self.open[number].pieces)
        gap = self.on_the_way() - under_way
        if (np.abs(gap) > 1e-6).any():
            item = int(np.abs(gap).argmax())
            raise ConservationError(f"transfers to {self.world.items.ids[item]}: {gap[item]:g} pieces have left, not arrived and are on no truck")

    def _leave(self, number: int, link: int) -> None:
        """The truck leaves, unless an event keeps it or no truck of its fleet is home; await its arrival in working hours of the warehouse."""
        if self.ways is not None and not self.ways.moves(link, self.env.now):
            self._stay(number, link)
            return
        hire_eur = 0.0
        if self.fleets is not None and self.world.links.fleet[link] >= 0:
            taken = self.fleets.take(int(self.world.links.fleet[link]), self.env.now, 1, float(self.world.links.round_h[link]))
            if not taken.trucks:
                self._stay(number, link)
                return
            hire_eur = taken.eur
        load = self.open[number]
        for item, pieces in zip(load.source.tolist(), load.pieces.tolist(), strict=True):
            self.stock.send(item, pieces)
        self.sent[load.item] += load.pieces
        self._left.append(number)
        self.log.emit(
            self.env.now, Event.TRANSFER_LEFT, place=link, rows=len(load.item), quantity=float(load.pieces.sum()), value=self._freight(link, load) + hire_eur
        )
        arrival = self._gate(link).calendar.next_open(self.env.now + self._hours(link, self.env.now))
        if np.isfinite(arrival):
            At(self.env, arrival, Phase.ARRIVE, self._arrive, number, link)

    def _stay(self, number: int, link: int) -> None:
        """The loaded truck waits for the next departure of its lane."""
        links, now = self.world.links, self.env.now
        leaves = next_departure(links.departs[link], float(links.cutoff_h[link]), self.world.start.weekday(), math.nextafter(now, math.inf))
        if leaves < math.inf:
            self.open[number] = replace(self.open[number], due_h=self.open[number].due_h + leaves - now)
            At(self.env, leaves, Phase.DEPART, self._leave, number, link)

    def _arrive(self, number: int, link: int) -> None:
        """The truck is unloaded."""
        load = self.open.pop(number)
        self._left.remove(number)
        self.came[load.item] += load.pieces
        for item, pieces in zip(load.item.tolist(), load.pieces.tolist(), strict=True):
            self.stock.receive(item, pieces)
        late = max(0.0, self.env.now - self._gate(link).calendar.next_open(load.due_h)) / 24.0
        self.log.emit(self.env.now, Event.TRANSFER_CAME, place=link, rows=len(load.item), quantity=float(load.pieces.sum()), value=late)

    def _gate(self, link: int) -> Warehouse:
        """Where the trucks of a lane are unloaded."""
        return self.world.sites[int(self.world.links.to[link])]

    def _hours(self, link: int, now: float) -> float:
        """Time on the way of the truck that leaves now: the same luck whatever it carries [h]."""
        links, modes = self.world.links, self.world.modes
        address, mode = child(int(links.code[link]), int(now // 24.0)), int(links.mode[link])
        transit, late = self._keys
        plan = 24.0 * float(links.transit_d[link])
        hours = lognormal(transit, address, 0, plan, float(links.sigma[link])) if plan > 0.0 else 0.0
        if uniform(late, address, 0) < modes.late_share[mode]:
            hours += lognormal(late, address, 1, 24.0 * float(modes.late_median_d[mode]), float(modes.late_sigma[mode]))
        return float(hours)

    def _freight(self, link: int, load: Truckload) -> float:
        """What a truckload costs [EUR]."""
        links = self.world.links
        dearer = 1.0 if self.ways is None else 1.0 + self.ways.moving(link, self.env.now)
        usual = links.cost_eur_m3[link] * dearer * (load.pieces @ self.world.items.volume_m3[load.item])
        return float(usual + links.cost_eur_line[link] * len(load.item))
