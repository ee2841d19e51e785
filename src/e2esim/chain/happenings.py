"""Which events happen in a replication and when, by addressed draws; and the working time that they leave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from e2esim.domain.disturbances import Blow, Disturbances, Happening
from e2esim.domain.worktime import WorkTime
from e2esim.domain.world import World
from e2esim.streams import Streams
from e2esim.streams.draws import uniform

Window = tuple[float, float, float]  # start [h], end [h], share lost


def roll(d: Disturbances, streams: Streams) -> tuple[Happening, ...]:
    """Events that happen, in order of their start; each has its own address, so one event more moves no other.

    What follows a trigger happens only where that happens, with its own chance, ``after_h`` later.
    """
    key = streams.key("disturbance")
    starts = [float("nan")] * d.n

    def start(k: int) -> float:
        if uniform(key, int(d.code[k]), 0) >= d.chance[k]:
            return float("nan")
        if d.trigger[k] >= 0:
            return starts[int(d.trigger[k])] + float(d.after_h[k])
        return float(d.first_h[k] + 24.0 * np.floor(uniform(key, int(d.code[k]), 1) * (d.spread_h[k] / 24.0 + 1.0)))

    for k in _causes_first(d):
        starts[k] = start(k)
    happened = [_happening(d, k, t) for k, t in enumerate(starts) if t == t]
    return tuple(sorted(happened, key=lambda one: (one.start, one.event)))


def _happening(d: Disturbances, k: int, start: float) -> Happening:
    known = start + float(d.detect_h[k]) if np.isnan(d.known_h[k]) else max(0.0, start - float(d.known_h[k]))
    return Happening(
        event=k, kind=d.kind[k], targets=d.targets[k], start=start, end=start + float(d.length_h[k]), size=float(d.size[k]), known=known
    )  # fmt: skip


def _causes_first(d: Disturbances) -> list[int]:
    """Order in which every event comes after its trigger; the door has seen to it that there is no circle."""
    depth = [0] * d.n
    for k in range(d.n):
        at = int(d.trigger[k])
        while at >= 0 and depth[k] <= d.n:
            depth[k] += 1
            at = int(d.trigger[at])
    return sorted(range(d.n), key=lambda k: depth[k])


def windows(happened: Iterable[Happening], kind: Blow, target: int) -> list[Window]:
    """When and how far ``target`` is struck."""
    return [(one.start, one.end, one.size) for one in happened if one.strikes(kind, target)]


def carve(calendar: WorkTime, lost: Sequence[Window]) -> WorkTime:
    """Working time without what is lost: a share of each open stretch inside a window, from its end backwards.

    >>> full = WorkTime(opens=(8.0, 32.0), closes=(16.0, 40.0), worked=(0.0, 8.0))
    >>> carve(full, [(24.0, 48.0, 0.25)]).closes, carve(full, [(12.0, 48.0, 1.0)]).closes
    ((16.0, 38.0), (12.0,))
    """
    stretches = list(zip(calendar.opens, calendar.closes, strict=True))
    for start, end, share in lost:
        stretches = [piece for stretch in stretches for piece in _without(stretch, start, end, share)]
    opens, closes = (tuple(float(stretch[k]) for stretch in stretches) for k in (0, 1))
    lengths = np.asarray(closes) - np.asarray(opens)
    worked = np.concatenate(([0.0], np.cumsum(lengths)[:-1])) if stretches else np.zeros(0)
    return WorkTime(opens, closes, tuple(float(hours) for hours in worked))


def _without(stretch: tuple[float, float], start: float, end: float, share: float) -> list[tuple[float, float]]:
    """What is left of an open stretch: all before and after the window, the first part inside it."""
    a, b = stretch
    inside, beyond = max(a, start), min(b, end)
    if inside >= beyond:
        return [stretch]
    kept = inside + (1.0 - share) * (beyond - inside)
    pieces = [(a, inside), (inside, kept), (beyond, b)]
    joined: list[tuple[float, float]] = []
    for first, last in pieces:
        if last - first <= 1e-9:
            continue
        if joined and joined[-1][1] == first:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def struck(world: World, happened: Sequence[Happening]) -> World:
    """The world with the working time that ``happened`` leaves: what is so, or as far as the firm knows it."""
    if not happened:
        return world
    at = [windows(happened, Blow.SITE, k) for k in range(len(world.sites))]
    calendars = tuple(
        carve(calendar, [*at[world.centres.site[place]], *windows(happened, Blow.WORK_CENTRE, place)])
        for place, calendar in enumerate(world.centres.calendar)
    )
    plant, *others = (replace(site, calendar=carve(site.calendar, lost)) for site, lost in zip(world.sites, at, strict=True))
    return replace(world, centres=replace(world.centres, calendar=calendars), plant=plant, warehouses=tuple(others))
