"""Ways that events hold up: when a call-off really comes, when the firm sees it, which trucks do not leave, what everything costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from e2esim.chain.happenings import Window, windows
from e2esim.domain.disturbances import Blow, Happening
from e2esim.domain.world import World
from e2esim.streams import Streams
from e2esim.streams.draws import child, uniform


class HeldUp(NamedTuple):
    """When a call-off comes, lateness of its transport apart."""

    comes: float  # [h]
    seen: float  # [h] when the firm knows; inf where nothing holds it up
    premium: float  # share of the value that another way costs, 0 = none taken
    event: int  # that is reacted to by another way, -1 = none


class Ways:
    """Inbound and outbound ways under the events ``happened``; without any of them everything passes as planned."""

    def __init__(self, world: World, happened: Sequence[Happening], streams: Streams) -> None:
        self.world, self.happened = world, tuple(happened)
        self._rush, self._truck = streams.key("disturbance.rush"), streams.key("disturbance.truck")

    # --- inbound -----------------------------------------------------------------------------------------------------
    def inbound(self, row: int, called: float, due: float, address: int) -> HeldUp:
        """When goods called off at ``called`` [h] on a row of the supply terms, due at ``due`` [h], come."""
        supplier, mode = self._of(row)
        own = [one for one in self.happened if self._concerns(one, supplier, mode)]
        comes = arrival(called, due, self._way_h(supplier), *(windows(own, kind, at) for kind, at in self._places(supplier, mode)))
        if comes <= due + 1e-9:
            return HeldUp(due, np.inf, 0.0, -1)
        by = [one for one in own if one.start < comes and one.end > called]
        seen = max(called, max(one.known for one in by))
        return self._rushed(HeldUp(comes, seen, 0.0, -1), by, due, address)

    def known(self, now: float) -> Ways:
        """The same ways as far as the firm knows them at ``now`` [h]."""
        part = object.__new__(Ways)
        part.world, part._rush, part._truck = self.world, self._rush, self._truck
        part.happened = tuple(one for one in self.happened if one.known <= now)
        return part

    def delay_d(self, row: int, now: float) -> float:
        """Days by which a call-off made ``now`` [h] would come late."""
        supplier, mode = self._of(row)
        if not any(self._concerns(one, supplier, mode) and one.end > now for one in self.happened):
            return 0.0
        due = self.world.supply.due_h(row, now)
        return (arrival(now, due, self._way_h(supplier), *(windows(self.happened, kind, at) for kind, at in self._places(supplier, mode))) - due) / 24.0

    def _of(self, row: int) -> tuple[int, int]:
        return int(self.world.supply.supplier[row]), int(self.world.supply.mode[row])

    def _way_h(self, supplier: int) -> float:
        return 24.0 * float(self.world.supply.way_d[supplier])

    @staticmethod
    def _places(supplier: int, mode: int) -> tuple[tuple[Blow, int], ...]:
        return (Blow.SUPPLIER, supplier), (Blow.LEAD_TIME, supplier), (Blow.MODE, mode)

    def _concerns(self, one: Happening, supplier: int, mode: int) -> bool:
        return any(one.strikes(kind, at) for kind, at in self._places(supplier, mode))

    def _rushed(self, held: HeldUp, by: Sequence[Happening], due: float, address: int) -> HeldUp:
        """Another way, at a premium, for the share of the call-offs that an event says, where it is faster."""
        d = self.world.disturbances
        for one in by:
            k = one.event
            sooner = held.seen + float(d.rush_h[k])
            if sooner < held.comes and uniform(self._rush, address, int(d.code[k] % (1 << 31))) < d.rush_share[k]:
                held = HeldUp(max(sooner, due), held.seen, float(d.rush_premium[k]), k)
        return held

    def price(self, row: int, now: float) -> float:
        """Share by which the price of a supply row is raised."""
        return sum(share for start, end, share in windows(self.happened, Blow.COST, int(self.world.supply.supplier[row])) if start <= now < end)

    # --- outbound ----------------------------------------------------------------------------------------------------
    def leaves(self, lane: int, t: float) -> bool:
        """Whether the truck of a lane that is due at ``t`` [h] leaves."""
        return self._leaves(self.stopped(lane, t), lane, t)

    def _leaves(self, stopped: float, address: int, t: float) -> bool:
        return stopped <= 0.0 or uniform(self._truck, child(address, int(t // 24.0)), 0) >= stopped

    def stopped(self, lane: int, t: float) -> float:
        """Share of the departures of a lane that fall out at ``t`` [h]."""
        return self._lost(t, (Blow.LANE, lane), (Blow.MODE, int(self.world.lanes.mode[lane])))

    def _lost(self, t: float, *places: tuple[Blow, int]) -> float:
        """Share that is lost at ``t`` [h] to events at any of some places."""
        lost = [window for kind, at in places for window in windows(self.happened, kind, at)]
        kept = 1.0
        for start, end, share in lost:
            if start <= t < end:
                kept *= 1.0 - share
        return 1.0 - kept

    def freight(self, lane: int, t: float) -> float:
        """Share by which the freight of a lane is raised at ``t`` [h]."""
        return self._dearer(int(self.world.lanes.mode[lane]), t)

    def inbound_freight(self, row: int, t: float) -> float:
        """Share by which the freight of a row of supply is raised at ``t`` [h]."""
        return self._dearer(int(self.world.supply.mode[row]), t)

    def _dearer(self, mode: int, t: float) -> float:
        return sum(share for start, end, share in windows(self.happened, Blow.FREIGHT, mode) if start <= t < end)

    # --- trucks of the firm --------------------------------------------------------------------------------------------
    def standing(self, fleet: int, t: float) -> float:
        """Share of the trucks of a fleet that stand still at ``t`` [h]."""
        return self._lost(t, (Blow.FLEET, fleet))

    def driving_again(self, fleet: int, t: float) -> list[float]:
        """Moments after ``t`` [h] at which trucks of a fleet may drive again."""
        return [end for _, end, _ in windows(self.happened, Blow.FLEET, fleet) if end > t]

    # --- between sites -----------------------------------------------------------------------------------------------
    def moves(self, link: int, t: float) -> bool:
        """Whether the truck of a lane between sites that is due at ``t`` [h] leaves: its lane, its mode and the site it leaves are open."""
        links = self.world.links
        places = (Blow.LANE, len(self.world.lanes.ids) + link), (Blow.MODE, int(links.mode[link])), (Blow.SITE, int(links.source[link]))
        return self._leaves(self._lost(t, *places), int(links.code[link]), t)

    def moving(self, link: int, t: float) -> float:
        """Share by which its freight is raised at ``t`` [h]."""
        return self._dearer(int(self.world.links.mode[link]), t)


def arrival(called: float, due: float, way_h: float, work: Sequence[Window], longer: Sequence[Window], way: Sequence[Window]) -> float:
    """When a call-off comes [h]: the supplier's work stands still in part, its lead time is longer by days, its way is closed in part.

    The supplier works from ``called`` until the goods leave, ``way_h`` before ``due``, at the share that is left; what would arrive
    while the way is closed waits until it opens, and a part of that time where only a part is held up.

    >>> arrival(0.0, 240.0, 24.0, [(120.0, 168.0, 1.0)], [], []), arrival(0.0, 240.0, 24.0, [(120.0, 168.0, 0.5)], [], [])
    (288.0, 264.0)
    >>> arrival(0.0, 240.0, 24.0, [(220.0, 400.0, 1.0)], [], [])  # they have left
    240.0
    >>> arrival(0.0, 240.0, 0.0, [], [(0.0, 500.0, 3.0)], []), arrival(0.0, 240.0, 0.0, [], [], [(200.0, 400.0, 1.0)])
    (312.0, 400.0)
    """
    way_h = min(way_h, due - called)
    t = _worked(called, due - called - way_h, work) + way_h
    t += 24.0 * sum(days for start, end, days in longer if start <= t < end)
    for start, end, share in sorted(way):
        if start <= t < end:
            t += share * (end - t)
    return t


def _worked(start: float, hours: float, lost: Sequence[Window]) -> float:
    """When ``hours`` of work begun at ``start`` [h] are done at the pace that is left."""
    edges = sorted({edge for a, b, _ in lost for edge in (a, b) if edge > start})
    t, left = start, hours
    for edge in [*edges, np.inf]:
        pace = 1.0
        for a, b, share in lost:
            if a <= t < b:
                pace *= 1.0 - share
        if left <= 0.0 or (pace > 0.0 and t + left / pace <= edge):
            return t + (left / pace if pace > 0.0 else 0.0)
        left -= pace * (edge - t)
        t = float(edge)
    return t
