"""Events inside a run: what they do to the chain and its customers, when the firm learns of them, and what it does then."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import simpy

from e2esim.chain.deliver import Deliver
from e2esim.chain.happenings import carve, windows
from e2esim.chain.make import Shop
from e2esim.chain.phases import At, Phase
from e2esim.chain.pick import Crews
from e2esim.chain.returns import Returns
from e2esim.chain.source import Source
from e2esim.chain.stock import Stock
from e2esim.chain.transfers import Transfers
from e2esim.chain.ways import Ways
from e2esim.customers.desk import Desk
from e2esim.customers.journey import Journey
from e2esim.customers.market import DemandCells
from e2esim.customers.recalling import Recall
from e2esim.domain.book import Columns, OrderState
from e2esim.domain.disturbances import Blow, Happening
from e2esim.domain.disturbed import CREWS
from e2esim.domain.events import Event, EventLog
from e2esim.domain.world import World
from e2esim.simulate.known_events import KnownEvents
from e2esim.simulate.planner import Planner
from e2esim.streams import Streams

F = npt.NDArray[np.float64]

_DESK, _WAREHOUSE = (CREWS.index(name) for name in ("desk", "warehouse"))


class Firm(NamedTuple):
    """Everything that an event may strike, and who reacts."""

    orders: Columns
    stock: Stock
    source: Source
    shop: Shop
    pick: Crews
    deliver: Deliver
    transfers: Transfers
    returns: Returns
    market: DemandCells
    journey: Journey
    desk: Desk
    planner: Planner


class Strikes:
    """The events that happen in one replication. Planning nights and weeks count with an event from the moment the firm knows of it."""

    def __init__(self, env: simpy.Environment, world: World, happened: tuple[Happening, ...], firm: Firm, log: EventLog, streams: Streams) -> None:
        self.env, self.world, self.happened, self.firm, self.log = env, world, happened, firm, log
        self.ways = Ways(world, happened, streams)
        self._recall_key = streams.key("disturbance.recall")
        self._unplanned: list[Happening] = []  # known, and no master plan has counted with them yet
        self._known = 0
        self._looked_h = np.nan  # when the firm last looked at what it knows
        self._blocked: dict[int, dict[int, float]] = {}  # by recall: pieces by item
        f = firm
        f.source.ways = self.ways
        if self._any(Blow.LANE, Blow.MODE, Blow.FREIGHT):
            f.deliver.ways = self.ways
        if self._any(Blow.LANE, Blow.MODE, Blow.FREIGHT, Blow.SITE):
            f.transfers.ways = self.ways
        if self._any(Blow.FLEET) and f.deliver.fleets is not None:
            f.deliver.fleets.ways = self.ways
        if self._any(Blow.DEMAND):
            f.market.surge = self._surge
        if self._any(Blow.YIELD):
            f.shop.worse = self._worse
        for k, site in enumerate(world.sites):
            crew = [*(windows(happened, Blow.STAFF, _WAREHOUSE) if k == 0 else []), *windows(happened, Blow.SITE, k)]
            if crew:
                f.pick.work(k, carve(site.calendar, crew))

    def _any(self, *kinds: Blow) -> bool:
        return any(one.kind in kinds for one in self.happened)

    def start(self) -> None:
        """Let every event take its course."""
        for k in range(len(self.happened)):
            self._follow(k, 0)

    def week(self) -> None:
        """Before the weekly plan: what is known by now."""
        self.night()

    def planned(self) -> None:
        """A master plan has just been made: it counts with all that is known."""
        for one in self._unplanned:
            self.log.emit(self.env.now, Event.REPLANNED, place=one.event)
        self._unplanned.clear()

    def night(self) -> None:
        """Before planning: what the firm knows by now, and how long what it orders today would take."""
        now, p = self.env.now, self.firm.planner
        known = [one for one in self.happened if one.known <= now]
        if not known:
            return
        seen, self._looked_h = KnownEvents(self.world, self.ways, now), now
        p.feeder.known = seen
        if len(known) > self._known:
            self._known = len(known)
            p.learn(seen)
            p.promise.close_lanes(seen.stopped(p.promise.committed.shape[1]), seen.world)
        p.known = seen

    def recall_known(self) -> None:
        """After a run is taken up: what the firm knew when it last looked."""
        if not np.isnan(self._looked_h):
            p = self.firm.planner
            p.known = p.feeder.known = KnownEvents(self.world, self.ways, self._looked_h)

    # --- the course of an event --------------------------------------------------------------------------------------
    def _course(self, k: int) -> list[tuple[float, Callable[[Happening], None]]]:
        """What happens when with event ``k``, in order."""
        one = self.happened[k]
        d, told = self.world.disturbances, float(self.world.disturbances.told_share[one.event])
        moments = [(one.start, self._strike), (one.known, self._detect)]
        if told > 0.0:
            moments.append((one.known + float(d.tell_h[one.event]), self._speak))
            moments.append((one.end + float(d.length_h[one.event]), self._silence))
        if one.kind == Blow.RECALL:
            moments.append((max(one.known, one.start), self._recall))
            moments.append((one.known + float(d.tell_h[one.event]), self._call_back))
            moments.append((one.end, self._unblock))
        return sorted(moments, key=lambda moment: moment[0])

    def _follow(self, k: int, done: int) -> None:
        """Let event ``k`` go on after ``done`` of its moments."""
        for number, (t, act) in enumerate(self._course(k)[done:], start=done):
            if t > self.world.hours:
                return
            if t > self.env.now:
                At(self.env, t, Phase.ARRIVE, self._follow, k, number)
                return
            act(self.happened[k])

    def _strike(self, one: Happening) -> None:
        self.log.emit(self.env.now, Event.STRUCK, place=one.event, quantity=one.size, value=one.end)
        if one.kind == Blow.STAFF and _DESK in one.targets:
            self.firm.desk.absent(one.size, one.end)

    def _detect(self, one: Happening) -> None:
        self._unplanned.append(one)
        self.log.emit(self.env.now, Event.DETECTED, place=one.event, value=one.start)
        cost = float(self.world.disturbances.cost_eur[one.event])
        if cost > 0:
            self.log.emit(self.env.now, Event.REACTION_PAID, place=one.event, value=cost)
        left = one.size * (one.end - max(self.env.now, one.start))
        if left > 0 and one.kind in (Blow.WORK_CENTRE, Blow.SITE):
            for place in one.targets if one.kind == Blow.WORK_CENTRE else np.flatnonzero(np.isin(self.world.centres.site, one.targets)).tolist():
                self.firm.shop.put_off(place, left)

    def _speak(self, one: Happening) -> None:
        self.firm.journey.news = max(self.firm.journey.news, float(self.world.disturbances.told_share[one.event]))

    def _silence(self, one: Happening) -> None:
        self.firm.journey.news = 0.0

    # --- what events do ----------------------------------------------------------------------------------------------
    def _surge(self, t: float) -> F:
        factor = np.ones(len(self.world.cells.code))
        for one in self.happened:
            if one.kind == Blow.DEMAND and one.start <= t < one.end:
                factor[list(one.targets)] *= max(0.0, 1.0 + one.size)
        return factor

    def _worse(self, item: int, t: float) -> float:
        return sum(one.size for one in self.happened if one.strikes(Blow.YIELD, item) and one.start <= t < one.end)

    def _recall(self, one: Happening) -> None:
        """Block a share of the stock, once the firm has seen the fault: until then faulty goods go out, and are called back later."""
        f = self.firm
        if self.env.now >= one.end:
            return
        self._blocked[one.event] = {item: one.size * max(0.0, f.stock.available(item)) for item in one.targets}
        for item, quantity in self._blocked[one.event].items():
            f.stock.reserve(item, quantity)

    def _call_back(self, one: Happening) -> None:
        """The firm tells: a share of what consumers got lately comes back while the recall lasts, and they call."""
        f, o, d, now = self.firm, self.firm.orders, self.world.disturbances, self.env.now
        since = one.start - float(d.reach_h[one.event])
        lately = (o.filled("state") == OrderState.DELIVERED) & (o.filled("delivered") >= since) & (o.filled("consumer") >= 0)
        rows = np.flatnonzero(lately & np.isin(o.filled("item"), one.targets)).astype(np.int32)
        if not len(rows):
            return
        recall = Recall(share=one.size, letters=float(d.told_share[one.event]), now=now, end=one.end)
        requests, returns = f.journey.recalled(rows, self._recall_key, recall)
        f.desk.request(*requests, int(now / self.world.settings.horizon.tick_h))
        f.returns.push(*returns)

    def _unblock(self, one: Happening) -> None:
        for item, quantity in self._blocked.pop(one.event, {}).items():
            self.firm.stock.reserve(item, -quantity)
            self.firm.stock.news(item)
