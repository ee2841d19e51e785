"""What the firm knows of events at a moment, in the terms of its planning: hours, lead times, sources, demand, trucks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from e2esim.chain.happenings import struck
from e2esim.chain.source import Source
from e2esim.chain.ways import Ways
from e2esim.domain.disturbances import Blow
from e2esim.domain.world import World
from e2esim.planning.calloff import Sources

F = npt.NDArray[np.float64]

_NOTHING = 1e-9  # [unit/week] capacity of a source that is not asked


class KnownEvents:
    """Events that the firm knows ``now`` [h], their duration included, which a surprise is taken to show when it is seen (assumed)."""

    def __init__(self, world: World, ways: Ways, now: float) -> None:
        self.usual, self.now, self.ways = world, now, ways.known(now)
        self.world = struck(world, self.ways.happened)
        rows = len(world.supply.item)
        self.delay_d: F = np.array([self.ways.delay_d(row, now) for row in range(rows)])
        self._demand = [one for one in self.ways.happened if one.kind == Blow.DEMAND]
        self._stops = [one for one in self.ways.happened if (one.kind == Blow.WORK_CENTRE or one.strikes(Blow.SITE, 0)) and one.end > now]
        yearly = world.cells.yearly
        self._yearly, self._total = yearly, np.maximum(yearly.sum(axis=0), 1e-12)

    def demand(self, t: float) -> F:
        """Factor on the demand of each item in the week that begins at ``t`` [h], (items,)."""
        factor = np.ones(self.usual.items.n)
        for one in self._demand:
            part = max(0.0, min(t + 168.0, one.end) - max(t, one.start)) / 168.0
            if part > 0.0:
                factor *= 1.0 + part * one.size * self._yearly[list(one.targets)].sum(axis=0) / self._total
        return factor

    def lead_d(self, now: float) -> F:
        """Shortest lead time of each bought item over its sources, delays known counted in, (items,) [days]."""
        s = self.usual.supply
        lead = np.full(self.usual.items.n, np.inf)
        np.minimum.at(lead, s.item, s.ready_d + self.delay_d)
        return lead

    def sources(self, usual: Sources, on_order: F, source: Source) -> tuple[Sources, F]:
        """Sources as they can deliver now, and what is on order in time (items,).

        A source held up longer than another one needs in all is not asked; what comes later than the fastest could bring it does
        not count as ordered.
        """
        if not self.delay_d.any():
            return usual, on_order
        lead = usual.lead_d + self.delay_d
        fastest = np.full(len(on_order), np.inf)
        np.minimum.at(fastest, usual.item, lead)
        passed = (self.delay_d > 0) & (lead > fastest[usual.item])
        capacity = np.where(passed, _NOTHING, usual.weekly_capacity)
        stuck = source.stuck(self.now, np.where(np.isinf(fastest), np.inf, self.now + 24.0 * fastest))
        several = np.bincount(usual.item, minlength=len(on_order)) > 1
        shown = np.where(passed, fastest[usual.item], lead)
        return replace(usual, lead_d=shown, weekly_capacity=capacity), on_order - np.where(several, stuck, 0.0)

    def put_off(self, receipts: F, now: float) -> None:
        """Move receipts of finished goods (items, days from ``now``) out of the time in which their work centre stands still."""
        day, days = now / 24.0, receipts.shape[1]
        for one in self._stops:
            first, last = max(0, int(one.start / 24.0 - day)), min(days - 1, int(np.ceil(one.end / 24.0 - day)))
            if last <= first or one.start > now + 24.0 * days:
                continue
            stopped = np.isin(self.usual.centres.site, one.targets) if one.kind == Blow.SITE else list(one.targets)
            hours = self.usual.routing.centre_hours[stopped]
            items = np.flatnonzero(hours.sum(axis=0) > 0)
            moved = one.size * receipts[items, first:last]
            receipts[items, first:last] -= moved
            receipts[items, last] += moved.sum(axis=1)

    def stopped(self, days: int) -> npt.NDArray[np.bool_]:
        """Lanes on which no truck leaves, by day of the run, (lanes, days)."""
        lanes = len(self.usual.lanes.ids)
        if not any(one.kind in (Blow.LANE, Blow.MODE, Blow.FLEET) for one in self.ways.happened):
            return np.zeros((lanes, days), dtype=np.bool_)
        cut = self.usual.lanes.cutoff_h
        return np.array([[self._stands(lane, 24.0 * day + cut[lane]) for day in range(days)] for lane in range(lanes)])

    def _stands(self, lane: int, t: float) -> bool:
        """Whether no truck of a lane leaves at ``t`` [h]: none may, or its fleet stands still and none can be hired."""
        fleet = int(self.usual.lanes.fleet[lane])
        grounded = fleet >= 0 and bool(np.isnan(self.usual.fleets.hire_eur[fleet])) and self.ways.standing(fleet, t) >= 1.0
        return grounded or self.ways.stopped(lane, t) >= 1.0
