"""When work is done: calendars of work centres and of suppliers, laid out over a run and the lead times that reach beyond it."""

from __future__ import annotations

import math
from collections import Counter
from itertools import accumulate

from e2esim.config.supply_network.rows import Reader, Row
from e2esim.domain.build.making import lay_out_calendars
from e2esim.domain.network_rows import CentreRow
from e2esim.domain.worktime import WorkTime

_BEYOND_D = 400  # days behind the horizon on which something may still be under way; also those a plan looks ahead
_WEEK_H = 168.0
_WORKDAYS = 5  # as in a plan by the week


def read_centres(reader: Reader) -> tuple[CentreRow, ...]:
    """Work centres with their hours; problems go to the reader."""
    weekly = _weekly(reader)
    return tuple(_centre(reader, row, weekly.get(row["work_centre"], [])) for row in reader.rows("work_centres"))


def _centre(reader: Reader, row: Row, weeks: list[Row]) -> CentreRow:
    efficiency = row["efficiency"] or 1.0
    works = _by_week(reader, row["machines"] * efficiency, weeks) if weeks else work_time(reader, "work_centres", row)
    mtbf_h = math.inf if row["mtbf_h"] is None else row["mtbf_h"]
    overtime = None
    if row["overtime_h_week"]:
        if works is None:
            message, remedy = "no overtime where work goes on round the clock", "name its calendar, or leave the overtime out"
            reader.wrong("work_centres", row, "overtime_h_week", message, remedy, warning=True)
        else:
            overtime = with_overtime(works, row["overtime_h_week"])
    return CentreRow(
        centre=row["work_centre"], machines=row["machines"], works=works, efficiency=efficiency, mtbf_h=mtbf_h, mttr_h=row["mttr_h"],
        overtime=overtime, overtime_eur_h=row["overtime_eur_h"] or 0.0,
    )  # fmt: skip


def with_overtime(works: WorkTime, hours: float) -> WorkTime:
    """Working time in which the last shift of each day is longer, so that ``hours`` more are worked in a week of the usual number of days.

    A day stays within the beginning of its next shift; what goes on past midnight belongs to the day on which it begins.

    >>> with_overtime(WorkTime((8.0, 32.0), (16.0, 40.0), (0.0, 8.0)), 5.0).closes
    (18.5, 42.5)
    """
    opens, closes = list[float](), list[float]()
    for a, b in zip(works.opens, works.closes, strict=True):
        if closes and a - closes[-1] < 1e-9:
            closes[-1] = b
        else:
            opens.append(a)
            closes.append(b)
    days = [int(a // 24.0) for a in opens]
    each = hours / max(Counter(day // 7 for day in set(days)).values())
    for k, day in enumerate(days):
        if k + 1 == len(days):
            closes[k] += each
        elif days[k + 1] != day:
            closes[k] = min(closes[k] + each, opens[k + 1])
    worked = accumulate((b - a for a, b in zip(opens, closes, strict=True)), initial=0.0)
    return WorkTime(tuple(opens), tuple(closes), tuple(worked)[:-1])


def _weekly(reader: Reader) -> dict[str, list[Row]]:
    """Rows of table capacity by work centre, in order of their weeks; a work centre that is not there is told."""
    known, found = {row["work_centre"] for row in reader.rows("work_centres")}, dict[str, list[Row]]()
    for row in reader.rows("capacity"):
        if row["work_centre"] in known:
            found.setdefault(row["work_centre"], []).append(row)
    return {name: sorted(rows, key=lambda row: str(row["week_start"])) for name, rows in found.items()}


def _by_week(reader: Reader, per_hour: float, weeks: list[Row]) -> WorkTime | None:
    """Hours of a work centre that table capacity states by week: in equal parts on its first five days, on seven where five are too short.

    ``per_hour``: standard hours that all machines do in an hour. A week without a row has none; after the last row its hours go on.
    """
    hours = {(row["week_start"] - reader.start).days: row["capacity_h"] / per_hour for row in weeks}
    last = max(hours)
    opens, closes = list[float](), list[float]()
    for first in [*sorted(hours), *range(last + 7, reader.days + _BEYOND_D, 7)]:
        each = hours.get(first, hours[last])
        if each > _WEEK_H + 1e-9:
            reader.wrong("capacity", weeks[0], "capacity_h", "more hours than its machines have in a week", "correct the hours, or the number of machines")
            return None
        days = _WORKDAYS if each <= 24.0 * _WORKDAYS else 7
        for day in range(first, first + days):
            if day >= 0 and each > 0.0:
                opens.append(24.0 * day)
                closes.append(24.0 * day + each / days)
    if not opens:
        reader.wrong("capacity", weeks[0], "capacity_h", "a work centre that never works", "give it hours in some week of the run")
        return None
    worked = list(accumulate((b - a for a, b in zip(opens, closes, strict=True)), initial=0.0))
    return WorkTime(tuple(opens), tuple(closes), tuple(worked[:-1]))


def supplier_times(reader: Reader) -> dict[str, tuple[WorkTime | None, float]]:
    """Working days of every supplier of table suppliers, and the days on the way of its lead times."""
    found = {row["supplier"]: (work_time(reader, "suppliers", row), row["way_d"] or 0.0) for row in reader.rows("suppliers")}
    return {name: (works and works.whole_days(), way_d) for name, (works, way_d) in found.items()}


def work_time(reader: Reader, table: str, row: Row) -> WorkTime | None:
    """Hours of the calendar that a row names, None where it names none or one that never works, which is a problem."""
    if not row["calendar"]:
        return None
    if reader.calendars is None:
        reader.calendars = _calendars(reader)
    found = reader.calendars.get(row["calendar"])
    if found is None:
        reader.wrong(table, row, "calendar", "a calendar that never works", "give it a shift on a day that no closure takes")
    return found


def _calendars(reader: Reader) -> dict[str, WorkTime]:
    shifts, closures = reader.typed.frames["calendars"], reader.typed.frames["closures"]
    found: dict[str, WorkTime] = {}
    for rows in shifts.filter(shifts["start"] != shifts["end"]).partition_by("calendar", maintain_order=True):
        try:
            found |= lay_out_calendars(rows, closures, reader.start, reader.days + _BEYOND_D)
        except ValueError:  # closed on all of its days
            continue
    return found
