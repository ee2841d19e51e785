"""Second choices on the shop floor: a lot queues where it will be done first, counting the work that is there already."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from e2esim.chain.centre import WorkCentre
from e2esim.domain.world import OtherWay, World

F = npt.NDArray[np.float64]
Way = tuple[int, float, float]  # work centre, machine hours of set-up, of a piece


class SecondChoice:
    """Where the next operation of a lot is done: the first choice unless another one ends sooner.

    The end is reckoned in the working hours of each work centre: the work that waits or runs there shared among its machines, then the
    lot. Overtime and changeovers are not reckoned with, hours lost to events are.
    """

    def __init__(self, world: World, centres: Sequence[WorkCentre]) -> None:
        self.centres = centres
        start, efficiency = world.routing.start.tolist(), world.centres.efficiency

        def hours(one: OtherWay) -> Way:
            share = float(efficiency[one.centre])
            return one.centre, one.setup_h / share, one.run_h / share

        ways = [tuple(hours(one) for one in own) for own in world.routing.others]
        self._others = tuple(tuple(ways[a:b]) for a, b in pairwise(start))
        self.load_h: F = np.zeros(len(centres))  # machine hours that wait or run

    def choose(self, item: int, step: int, quantity: float, first: Way, now: float) -> Way:
        """The way to take for an operation of ``quantity`` [unit] that could be done the ``first`` way."""
        found, soonest = first, np.inf
        for way in (first, *self._others[item][step]):
            end = self._end(way, quantity, now)
            if end < soonest - 1e-9:
                found, soonest = way, end
        return found

    def _end(self, way: Way, quantity: float, now: float) -> float:
        place, setup, run = way
        centre = self.centres[place]
        begins = centre.calendar.add(now, float(self.load_h[place]) / centre.machines)
        return centre.calendar.add(begins, setup + run * quantity) if begins < np.inf else np.inf
