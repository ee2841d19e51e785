"""Hours of every work centre and week of the plan, from weekly figures or shift calendars."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.config.plan_data.outside import lots_at_a_time
from e2esim.domain.closures import closed_days
from e2esim.domain.worktime import WorkTime
from e2esim.planning.factory.clock_kernels import done_at
from e2esim.planning.factory.shifts import DAY_H, Interval, Shifts, hours_by_week, shifts_of, without

Floats = npt.NDArray[np.float64]
RUN_OUT_WEEKS = 26  # weeks after the last due day in which calendars still give hours
WORKDAYS = 5  # weekly hours lie on Monday to Friday when today is no Monday


def plan_weeks(frames: dict[str, pl.DataFrame], today: dt.date, last_due: dt.date) -> int:
    """Weeks from ``today`` to the end of the calendar: of table capacity, or some time after the last order."""
    last = frames["capacity"]["week_start"].max()
    weeks = 0
    if isinstance(last, dt.date):
        weeks = (last + dt.timedelta(days=6) - today).days // 7 + 1
    if not weeks or frames["work_centres"].filter(pl.col("calendar") != "").height:
        weeks = max(weeks, (max(last_due, today) - today).days // 7 + 1 + RUN_OUT_WEEKS)  # orders may all be overdue
    return max(weeks, 1)


def weekly_hours(frames: dict[str, pl.DataFrame], today: dt.date, weeks: int) -> Floats:
    """Hours by work centre, in the order of their table, and week of seven days from ``today``,
    (n_centres, weeks) [h].
    """
    centres = frames["work_centres"]
    daily = np.zeros((centres.height, 7 * weeks))
    stated = frames["capacity"].partition_by("work_centre", as_dict=True)
    columns = ("work_centre", "calendar", "machines", "efficiency", "supplier")
    for row, (name, calendar, machines, efficiency, supplier) in enumerate(centres.select(columns).iter_rows()):
        if supplier:
            daily[row] = lots_at_a_time(machines) * DAY_H * days_open(frames, calendar, today, 7 * weeks)
        elif (name,) in stated:
            daily[row] = _from_weeks(stated[name,], today, 7 * weeks)
        elif calendar:
            daily[row] = machines * efficiency * _from_shifts(frames, calendar, today, 7 * weeks)
    return np.asarray(daily.reshape(centres.height, weeks, 7).sum(axis=2).round(6))


def open_shifts(frames: dict[str, pl.DataFrame], today: dt.date, weeks: int) -> Shifts | None:
    """Machines and open hours of the work centres that keep a calendar and have no row in table capacity; None without any."""
    stated = set(frames["capacity"]["work_centre"])
    rows: list[list[tuple[float, list[Interval]]] | None] = []
    known: dict[str, list[Interval]] = {}
    columns = ("work_centre", "calendar", "machines", "efficiency", "supplier")
    for name, calendar, machines, efficiency, supplier in frames["work_centres"].select(columns).iter_rows():
        if supplier:
            days = np.flatnonzero(days_open(frames, calendar, today, 7 * weeks))
            runs = np.split(days, np.flatnonzero(np.diff(days) > 1) + 1) if days.size else []
            rows.append([(1.0, [(DAY_H * float(run[0]), DAY_H * float(run[-1] + 1), 0) for run in runs])] * lots_at_a_time(machines))
            continue
        if name in stated or not calendar:
            rows.append(None)
            continue
        if calendar not in known:
            work = _work_time(frames, calendar, today, 7 * weeks)
            known[calendar] = [] if work is None else [(a, b, 0) for a, b in zip(work.opens, work.closes, strict=True)]
        rows.append([(float(efficiency), known[calendar])] * int(machines))
    return shifts_of(rows) if any(row is not None for row in rows) else None


def days_open(frames: dict[str, pl.DataFrame], calendar: str, today: dt.date, days: int) -> Floats:
    """Which days a subcontractor works, 1 or 0, (days,): all of them where it has no calendar."""
    return np.asarray((_from_shifts(frames, calendar, today, days) > 0).astype(np.float64)) if calendar else np.ones(days)


def beside_running(frames: dict[str, pl.DataFrame], capacity: Floats, shifts: Shifts | None) -> tuple[Floats, Shifts | None]:
    """Hours and machines beside the lots of table receipts that a machine works still: each has one from the start of today."""
    running = frames["receipts"].filter((pl.col("work_centre") != "") & (pl.col("hours_to_go") > 0))
    centres, capacity = list(frames["work_centres"]["work_centre"]), capacity.copy()
    taken: list[tuple[int, float, float]] = []
    for name, hours in running.select("work_centre", "hours_to_go").iter_rows():
        row = centres.index(name)
        if shifts is None or not shifts.by_hour[row]:
            capacity[row, 0] = max(capacity[row, 0] - hours, 0.0)
            continue
        machine = min(set(shifts.machines(row)) - {m for m, _, _ in taken}, default=-1)
        some = shifts.intervals(machine)
        if machine >= 0:
            ends = done_at(shifts.opens, shifts.closes, shifts.block, some.start, some.stop, 0.0, hours / float(shifts.speed[machine]))
            taken.append((machine, 0.0, min(ends, DAY_H * 7 * capacity.shape[1])))
    if shifts is None or not taken:
        return capacity, shifts
    left = without(shifts, taken)
    return np.where(left.by_hour[:, None], hours_by_week(left, capacity.shape[1]), capacity), left


def _from_weeks(rows: pl.DataFrame, today: dt.date, days: int) -> Floats:
    """Hours a day: a week's hours in equal parts on its working days, all of them on Monday when weeks of the plan
    are weeks of the calendar.
    """
    daily = np.zeros(days)
    spread = 1 if today.weekday() == 0 else WORKDAYS
    for monday, hours in rows.select("week_start", "capacity_h").iter_rows():
        for k in range(spread):
            day = (monday - today).days + k
            if 0 <= day < days:
                daily[day] += hours / spread
    return daily


def _from_shifts(frames: dict[str, pl.DataFrame], calendar: str, today: dt.date, days: int) -> Floats:
    work = _work_time(frames, calendar, today, days)
    return np.zeros(days) if work is None else work.daily(days)


def _work_time(frames: dict[str, pl.DataFrame], calendar: str, today: dt.date, days: int) -> WorkTime | None:
    """Open hours of a calendar, None when it is closed all the time; shifts that overlap count once."""
    shifts: dict[int, list[tuple[float, float]]] = {}
    rows = frames["calendars"].filter(pl.col("calendar") == calendar)
    for weekday, start, end in rows.select("weekday", "start", "end").sort("weekday", "start", "end").iter_rows():
        mine = shifts.setdefault(weekday, [])
        if end <= start:
            continue
        if mine and start <= mine[-1][1]:
            mine[-1] = (mine[-1][0], max(end, mine[-1][1]))
        else:
            mine.append((start, end))
    closed = closed_days(frames["closures"].filter(pl.col("calendar") == calendar).select("first", "last").iter_rows(), today, days)
    try:
        return WorkTime.weekly(shifts, start=today, days=days, closed=closed)
    except ValueError:  # closed all the time
        return None
