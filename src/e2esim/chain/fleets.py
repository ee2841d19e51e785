"""The trucks of each fleet: which are home, which are away until when, which are hired.

A truck that leaves comes home after the round trip of its lane, whatever it meets on the way. With as many trucks as departures in a round
trip nobody waits; with fewer, and none to hire, a lane gets trucks over the round trip, and no more. Where every truck that is missing is
hired, the share hired is Erlang's loss of the departures that come at random (A. K. Erlang 1917; any law of round trips gives the same).
"""

from __future__ import annotations

import bisect
import math
from typing import NamedTuple

from e2esim.chain.ways import Ways
from e2esim.domain.events import Event, EventLog
from e2esim.domain.world import World


class Taken(NamedTuple):
    """Trucks that leave: of the firm, hired, and what the hired ones cost [EUR]."""

    own: int
    hired: int
    eur: float

    @property
    def trucks(self) -> int:
        """All of them."""
        return self.own + self.hired


class Fleets:
    """The firm's trucks by fleet."""

    def __init__(self, world: World, log: EventLog) -> None:
        self.facts, self.log = world.fleets, log
        self.ways: Ways | None = None  # where events keep trucks from driving
        self.away: list[list[float]] = [[] for _ in range(self.facts.n)]  # when trucks come home [h], soonest first

    def home(self, fleet: int, t: float) -> int:
        """Trucks that can leave at ``t`` [h]."""
        trucks = int(self.facts.trucks[fleet])
        standing = 0 if self.ways is None else round(self.ways.standing(fleet, t) * trucks)
        return max(0, trucks - standing - self._on_the_road(fleet, t))

    def _on_the_road(self, fleet: int, t: float) -> int:
        return len(self.away[fleet]) - bisect.bisect_right(self.away[fleet], t + 1e-9)

    def take(self, fleet: int, t: float, wanted: int, round_h: float) -> Taken:
        """Let up to ``wanted`` trucks leave at ``t`` [h] for ``round_h`` hours: those at home first, then hired ones."""
        own = min(wanted, self.home(fleet, t))
        hire = float(self.facts.hire_eur[fleet])
        hired = 0 if math.isnan(hire) else wanted - own
        roads = self.away[fleet]
        del roads[: bisect.bisect_right(roads, t - 1e-9)]
        for _ in range(own):
            bisect.insort(roads, t + round_h)
        if own + hired:
            self.log.emit(t, Event.TRUCKS_TAKEN, place=fleet, rows=own, quantity=float(hired), value=own * round_h)
        return Taken(own, hired, hired * hire if hired else 0.0)

    def waited(self, fleet: int, t: float, hours: float) -> None:
        """A departure has left ``hours`` after its time, for want of a truck."""
        self.log.emit(t, Event.TRUCK_WAITED, place=fleet, value=hours)

    def next_home(self, fleet: int, t: float) -> float:
        """When a truck can leave after ``t`` [h]; inf where none comes home."""
        comes = [home for home in self.away[fleet] if home > t]
        ends = [] if self.ways is None else self.ways.driving_again(fleet, t)
        return min((when for when in sorted({*comes, *ends}) if self.home(fleet, when)), default=math.inf)
