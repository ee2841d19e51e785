"""Breakdowns and repair of machines: every machine runs and is repaired in turn in the working hours of its centre.

Up and down times are exponential and machines independent (a repairer for each), so that a machine is up for the share
mtbf / (mtbf + mttr) and the machines up at a moment are binomial: machine repair without queue, e.g. Gross and Harris,
Fundamentals of Queueing Theory, 1998, section 2.8. A centre with k of m machines down works at (m - k) / m of its hours.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from e2esim.chain.happenings import Window, carve
from e2esim.domain.worktime import WorkTime
from e2esim.domain.world import World
from e2esim.streams import Streams
from e2esim.streams.draws import child, exponential

Down = tuple[float, float]  # working hours from the start of the calendar


def break_down(world: World, streams: Streams) -> World:
    """The world with the working time that breakdowns leave; the same world where no work centre has any."""
    c = world.centres
    if not np.isfinite(c.mtbf_h).any():
        return world
    key = streams.key("breakdowns")
    calendars = []
    for place, calendar in enumerate(c.calendar):
        machines, up, down = int(c.machines[place]), float(c.mtbf_h[place]), float(c.mttr_h[place])
        if np.isfinite(up) and down > 0.0:
            total = calendar.worked[-1] + calendar.closes[-1] - calendar.opens[-1]
            spells = [spells_down(key, int(child(place, machine)), up, down, total) for machine in range(machines)]
            calendar = carve(calendar, clock_windows(calendar, share_down(spells)))
        calendars.append(calendar)
    return replace(world, centres=replace(c, calendar=tuple(calendars)))


def spells_down(key: np.uint64, machine: int, up_h: float, down_h: float, total_h: float) -> list[Down]:
    """When one machine is down in ``total_h`` working hours; it begins running."""
    found: list[Down] = []
    t, number = 0.0, 0
    while True:
        t += float(exponential(key, machine, number, up_h))
        if t >= total_h:
            return found
        end = t + float(exponential(key, machine, number + 1, down_h))
        found.append((t, min(end, total_h)))
        t, number = end, number + 2


def share_down(spells: list[list[Down]]) -> list[Window]:
    """Share of the machines that is down, piece by piece in working hours.

    >>> share_down([[(1.0, 4.0)], [(3.0, 5.0)]])
    [(1.0, 3.0, 0.5), (3.0, 4.0, 1.0), (4.0, 5.0, 0.5)]
    """
    steps = sorted((t, change) for own in spells for a, b in own for t, change in ((a, 1), (b, -1)))
    pieces: list[Window] = []
    count, before = 0, 0.0
    for t, change in steps:
        if count and t > before:
            pieces.append((before, t, count / len(spells)))
        count, before = count + change, t
    return pieces


def clock_windows(calendar: WorkTime, pieces: list[Window]) -> list[Window]:
    """The same pieces in hours of the clock."""
    return [(calendar.add(0.0, a) if a > 0 else calendar.opens[0], min(calendar.add(0.0, b), calendar.closes[-1]), share) for a, b, share in pieces]
