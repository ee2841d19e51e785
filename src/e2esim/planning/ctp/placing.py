"""Where a lot fits: the latest and the earliest window on calendars and resources, and the largest lot that fits."""

from __future__ import annotations

from math import ceil, floor
from typing import NamedTuple

from e2esim.planning.ctp.model import NEVER
from e2esim.planning.ctp.network import Way, amount, most_units
from e2esim.planning.ctp.resources import EPS
from e2esim.planning.ctp.state import State


class PlacedLot(NamedTuple):
    """A lot on its resources: units, start, end, and the resource of each load (buckets first)."""

    units: float
    start: int
    end: int
    chosen: tuple[int, ...]


def latest(state: State, way: Way, units: float, end: int, not_before: int) -> PlacedLot | None:
    """The latest place of a lot that starts at or after ``not_before`` and ends at or before ``end``."""
    wanted, work = end, way.work(units)
    while True:
        start = _start(way, end, work)
        start, rows = _bucket_back(state, way, units, start, not_before)
        if start < not_before or (way.max_early is not None and _end(way, start, work) < wanted - way.max_early):
            return None
        to = _end(way, start, work)
        chosen = rows
        for load, resources in way.held:
            tried = [(state.lines[r].latest_end(start, to, work, load.size, load.setup, way.working), r) for r in resources]
            best, row = max((e if e is not None else -NEVER, -k) for k, (e, _) in enumerate(tried))
            if best == -NEVER:
                return None
            if best < to:
                end = best
                break
            chosen = (*chosen, resources[-row])
        else:
            return PlacedLot(units, start, to, chosen)


def earliest(state: State, way: Way, units: float, not_before: int) -> PlacedLot | None:
    """The earliest place of a lot that starts at or after ``not_before``; None inside the horizon."""
    work, grid = way.work(units), way.grid
    start = not_before
    while start <= state.model.horizon:
        start = -(-start // grid) * grid
        opened = start if way.working is None else way.working.next_open(start)
        ready, rows = _bucket_on(state, way, units, opened)
        if ready > start:
            start = ready
            continue
        end = _end(way, start, work)
        chosen = rows
        for load, resources in way.held:
            tried = [(state.lines[r].earliest_start(start, end, work, load.size, load.setup, way.working), k) for k, r in enumerate(resources)]
            best, k = min(tried)
            if best > start:
                start = best
                break
            chosen = (*chosen, resources[k])
        else:
            return PlacedLot(units, start, end, chosen) if end <= state.model.horizon else None
    return None


def fit(state: State, way: Way, wanted: float, end: int, not_before: int, back: int = 1) -> PlacedLot | None:
    """The place of a lot of ``wanted`` units, or of as many as fit, as late as possible before ``end``.

    Parameters
    ----------
    back
        Buckets by which the whole lot may start earlier than a part of it could: whole lots save set-ups, late ones
        leave their parts more time.
    """
    if way.buckets and not way.held and not way.fact.duration_per:
        return _fit_buckets(state, way, wanted, end, not_before, back)
    whole = latest(state, way, wanted, end, not_before)
    if whole is not None:
        return whole
    unit = way.multiple or 1.0
    low, high, found = max(ceil((way.smallest - EPS) / unit), 1) - 1, floor((wanted + EPS) / unit), None
    while low < high:
        middle = (low + high + 1) // 2
        place = latest(state, way, middle * unit, end, not_before)
        if place is None:
            high = middle - 1
        else:
            low, found = middle, place
    return found


def blocker(state: State, way: Way, units: float, end: int) -> int:
    """The resource that keeps a lot from ending right at ``end``; -1 when there is only too little time."""
    work = way.work(units)
    start = _start(way, end, work)
    if start < state.model.now:
        return -1
    for load, rows in way.buckets:
        if all(state.buckets[r].room(start) < amount(load, units) - EPS for r in rows):
            return rows[0]
    to = _end(way, start, work)
    for load, rows in way.held:
        if all(state.lines[r].latest_end(start, to, work, load.size, load.setup, way.working) != to for r in rows):
            return rows[0]
    return -1


def latest_start(way: Way, units: float, end: int) -> int:
    """Latest start on the calendar alone."""
    return _start(way, end, way.work(units))


def _start(way: Way, end: int, work: int) -> int:
    grid = way.grid
    start = end - work if way.working is None else way.working.start(way.working.last_open(end), work)
    return start if grid == 1 else start // grid * grid


def _end(way: Way, start: int, work: int) -> int:
    return start + work if way.working is None else way.working.end(start, work)


def _bucket_back(state: State, way: Way, units: float, start: int, not_before: int) -> tuple[int, tuple[int, ...]]:
    """Latest start at or before ``start`` in whose buckets a lot fits, and the resource of each load."""
    while start >= not_before:
        chosen: tuple[int, ...] = ()
        for load, rows in way.buckets:
            need = amount(load, units) - EPS
            row = next((r for r in rows if state.buckets[r].room(start) >= need), -1) if need > 0 else rows[0]
            if row < 0:
                start = _before(state, rows, start)
                break
            chosen = (*chosen, row)
        else:
            return start, chosen
    return start, ()


def _bucket_on(state: State, way: Way, units: float, start: int) -> tuple[int, tuple[int, ...]]:
    """Earliest start at or after ``start`` in whose buckets a lot fits, and the resource of each load."""
    while start < NEVER:
        chosen: tuple[int, ...] = ()
        for load, rows in way.buckets:
            need = amount(load, units) - EPS
            row = next((r for r in rows if state.buckets[r].room(start) >= need), -1) if need > 0 else rows[0]
            if row < 0:
                start = min(state.buckets[r].after(start) for r in rows)
                break
            chosen = (*chosen, row)
        else:
            return start, chosen
    return start, ()


def _before(state: State, rows: list[int], start: int) -> int:
    """The latest moment on the grid before the bucket of ``start``, over alternative resources."""
    last = max(state.buckets[r].before(start) for r in rows)
    grid = state.model.grid
    return (min(last, start) - 1) // grid * grid


def _fit_buckets(state: State, way: Way, wanted: float, end: int, not_before: int, back: int) -> PlacedLot | None:
    work = way.work(wanted)
    start = _start(way, end, work)
    part: tuple[int, float] | None = None
    while start >= not_before:
        room = min(max(most_units(load, state.buckets[r].room(start)) for r in rows) for load, rows in way.buckets)
        if room >= wanted - EPS:
            return latest(state, way, wanted, _end(way, start, work), not_before)
        units = _leaving_a_lot(way, way.cut(min(room, wanted)), wanted)
        if units > 0.0 and part is None:
            part = start, units
        if part is not None:
            back -= 1
            if back < 0:
                break
        start = min(_before(state, rows, start) for _, rows in way.buckets)
    return None if part is None else latest(state, way, part[1], _end(way, part[0], work), not_before)


def _leaving_a_lot(way: Way, units: float, wanted: float) -> float:
    """A part of a lot cut down so that the rest is no smaller than the smallest lot, where both can be."""
    if 0.0 < wanted - units < way.least - EPS and (less := way.cut(wanted - way.least)) > 0.0:
        return less
    return units
