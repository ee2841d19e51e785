"""Working hours by the hour: which work centres keep a calendar, their machines, and when each is open. Facts only.

Hours count from day 0, 00:00. A machine works one lot at a time, in its open hours, as long as the lot's hours take at
its speed; a lot that is not done when the shift ends goes on in the next one. Where a block ends (a lot of an earlier
plan stands there) nothing goes on: a lot is done before it or begins after it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DAY_H, WEEK_H = 24.0, 168.0
NO_WAIT = 1e12  # speed of a work centre whose hours are no limit


@dataclass(frozen=True, kw_only=True, eq=False)
class Shifts:
    """Machines of the work centres that are scheduled by the hour.

    Parameters
    ----------
    by_hour : (n_centres,)
        Work centres with a calendar; the others have hours by week (`PlanProblem.capacity_h`).
    first_machine : (n_centres + 1,)
        Machines of each work centre: rows ``first_machine[c]`` to ``first_machine[c + 1]``.
    speed : (n_machines,)
        Standard hours earned in an open hour.
    first_open : (n_machines + 1,)
        Open intervals of each machine: rows ``first_open[m]`` to ``first_open[m + 1]``, ascending and disjoint.
    opens, closes : (n_intervals,)
        From and to [h from day 0].
    block : (n_intervals,)
        Number of the block an interval belongs to; a lot does not go on from one block to another.

    Raises
    ------
    ValueError
        If intervals overlap, end before they begin or do not belong to a machine.
    """

    by_hour: npt.NDArray[np.bool_]
    first_machine: Ints
    speed: Floats
    first_open: Ints
    opens: Floats
    closes: Floats
    block: Ints

    def __post_init__(self) -> None:
        if self.first_machine.size != self.by_hour.size + 1 or self.first_open.size != self.speed.size + 1:
            raise ValueError("shifts: machines or intervals do not add up")
        inner = np.ones(max(self.opens.size - 1, 0), dtype=bool)
        inner[self.first_open[(self.first_open > 0) & (self.first_open < self.opens.size)] - 1] = False
        if (self.closes <= self.opens).any() or (self.opens[1:] < self.closes[:-1] - 1e-9)[inner].any():
            raise ValueError("shifts: intervals overlap or end before they begin")

    def machines(self, centre: int) -> range:
        """Machine rows of a work centre."""
        return range(int(self.first_machine[centre]), int(self.first_machine[centre + 1]))

    def intervals(self, machine: int) -> range:
        """Interval rows of a machine."""
        return range(int(self.first_open[machine]), int(self.first_open[machine + 1]))


Interval = tuple[float, float, int]  # from, to [h], block


def shifts_of(centres: list[list[tuple[float, list[Interval]]] | None]) -> Shifts:
    """Lay machines out: for every work centre its machines (speed, intervals), None where hours are by week.

    >>> s = shifts_of([None, [(0.5, [(8.0, 16.0, 0)])]])
    >>> (s.by_hour.tolist(), s.first_machine.tolist(), s.closes.tolist())
    ([False, True], [0, 0, 1], [16.0])
    """
    machines = [machine for some in centres if some is not None for machine in some]
    rows = [row for _, some in machines for row in some]
    return Shifts(
        by_hour=np.array([some is not None for some in centres], dtype=bool),
        first_machine=np.r_[0, np.cumsum([len(some or ()) for some in centres])].astype(np.int64),
        speed=np.array([speed for speed, _ in machines], dtype=np.float64),
        first_open=np.r_[0, np.cumsum([len(some) for _, some in machines])].astype(np.int64),
        opens=np.array([a for a, _, _ in rows], dtype=np.float64),
        closes=np.array([b for _, b, _ in rows], dtype=np.float64),
        block=np.array([k for _, _, k in rows], dtype=np.int64),
    )


def rows_of(shifts: Shifts) -> list[list[tuple[float, list[Interval]]] | None]:
    """What `shifts_of` was given."""

    def machine(m: int) -> tuple[float, list[Interval]]:
        return float(shifts.speed[m]), [(float(shifts.opens[k]), float(shifts.closes[k]), int(shifts.block[k])) for k in shifts.intervals(m)]

    return [[machine(m) for m in shifts.machines(c)] if here else None for c, here in enumerate(shifts.by_hour.tolist())]


def hours_by_week(shifts: Shifts, weeks: int) -> Floats:
    """Standard hours of every work centre and week, (n_centres, weeks) [h]; 0 where hours are not by the hour.

    >>> hours_by_week(shifts_of([[(0.5, [(160.0, 176.0, 0)])]]), 2).tolist()
    [[4.0, 4.0]]
    """
    return open_hours(shifts, weeks, WEEK_H)


def open_hours(shifts: Shifts, count: int, span_h: float) -> Floats:
    """Standard hours of every work centre in each span of so many clock hours, (n_centres, count) [h].

    >>> open_hours(shifts_of([[(0.5, [(8.0, 16.0, 0), (32.0, 36.0, 0)])]]), 2, 24.0).tolist()
    [[4.0, 2.0]]
    """
    table = np.zeros((shifts.by_hour.size, count))
    centre = np.repeat(np.arange(shifts.by_hour.size), np.diff(shifts.first_machine))
    machine = np.repeat(np.arange(shifts.speed.size), np.diff(shifts.first_open))
    for row, at, hours in spread(shifts.opens, shifts.closes, count, span_h):
        np.add.at(table, (centre[machine[row]], at), hours * shifts.speed[machine[row]])
    return table


def spread(start: Floats, end: Floats, count: int, span_h: float = WEEK_H) -> list[tuple[Ints, Ints, Floats]]:
    """Clock hours of some intervals in each span (week) they touch: (rows, spans, hours) part by part."""
    parts, at = [], np.maximum(start // span_h, 0).astype(np.int64)
    rows = np.flatnonzero((end > start) & (at < count))
    while rows.size:
        w = at[rows]
        hours = np.minimum(end[rows], (w + 1) * span_h) - np.maximum(start[rows], w * span_h)
        parts.append((rows, w, hours))
        at[rows] += 1
        rows = rows[(end[rows] > at[rows] * span_h) & (at[rows] < count)]
    return parts


def unlimited(shifts: Shifts, centres: Ints) -> Shifts:
    """The same with work centres whose hours are no limit: one machine, always open, done at once."""
    rows = rows_of(shifts)
    for c in centres.tolist():
        if rows[c] is not None:
            rows[c] = [(NO_WAIT, [(0.0, 1e7, 0)])]
    return shifts_of(rows)


def with_overtime(shifts: Shifts, centre: int, week: int, hours: float) -> Shifts:
    """The same with so many standard hours more in a week, in the first closed hours after its shifts."""
    rows = rows_of(shifts)
    machines = rows[centre]
    if not machines:
        return shifts
    rows[centre] = [(speed, _longer(intervals, week, hours / (len(machines) * speed))) for speed, intervals in machines]
    return shifts_of(rows)


def _longer(intervals: list[Interval], week: int, more: float) -> list[Interval]:
    """Intervals of a machine with closed hours of a week opened, from the first shift of the week on."""
    a, b = week * WEEK_H, (week + 1) * WEEK_H
    inside = [row for row in intervals if row[1] > a and row[0] < b]
    at, out = (min((row[0] for row in inside), default=a)), []
    at = max(at, a)
    for start, end, _ in [*inside, (b, b, 0)]:
        free = min(start, b) - at
        if free > 1e-9 and more > 1e-9:
            out.append((at, at + min(free, more), inside[0][2] if inside else 0))
            more -= min(free, more)
        at = max(at, end)
    return _joined(sorted([*intervals, *out]))


def _joined(rows: list[Interval]) -> list[Interval]:
    """Intervals of one block that touch as one."""
    done: list[Interval] = []
    for start, end, block in rows:
        if done and abs(done[-1][1] - start) < 1e-9 and done[-1][2] == block:
            done[-1] = (done[-1][0], end, block)
        else:
            done.append((start, end, block))
    return done


def from_hour(shifts: Shifts, hour: float) -> Shifts:
    """The same as they are seen so many hours later: hours that have passed are gone.

    >>> later = from_hour(shifts_of([[(1.0, [(8.0, 16.0, 0), (32.0, 40.0, 0)])]]), 36.0)
    >>> (later.opens.tolist(), later.closes.tolist())
    ([0.0], [4.0])
    """
    rows = rows_of(shifts)
    left = [
        None if some is None else [(speed, [(max(a - hour, 0.0), b - hour, block) for a, b, block in rows if b > hour + 1e-9]) for speed, rows in some]
        for some in rows
    ]
    return shifts_of(left)


def without(shifts: Shifts, taken: list[tuple[int, float, float]]) -> Shifts:
    """The same without the hours of some lots: (machine row, from, to [h]); nothing goes on over them.

    >>> s = without(shifts_of([[(1.0, [(8.0, 16.0, 0), (32.0, 40.0, 0)])]]), [(0, 10.0, 12.0)])
    >>> (s.opens.tolist(), s.closes.tolist(), s.block.tolist())
    ([8.0, 12.0, 32.0], [10.0, 16.0, 40.0], [0, 1, 1])
    """
    rows = rows_of(shifts)
    place = [(c, k) for c, some in enumerate(rows) for k in range(len(some or ()))]
    for m, start, end in sorted(taken):
        c, k = place[m]
        machines = rows[c]
        assert machines is not None
        speed, intervals = machines[k]
        cut = [(a, min(b, start), block) for a, b, block in intervals if a < start - 1e-9]
        cut += [(max(a, end), b, block + 1) for a, b, block in intervals if b > end + 1e-9]
        machines[k] = (speed, cut)
    return shifts_of(rows)
