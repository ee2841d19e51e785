"""When work is done: calendars of work centres and of suppliers, laid out over a run and the lead times that reach beyond it."""

from __future__ import annotations

from e2esim.config.supply_network.rows import Reader, Row
from e2esim.domain.build.making import lay_out_calendars
from e2esim.domain.network_rows import CentreRow
from e2esim.domain.worktime import WorkTime

_BEYOND_D = 400  # days behind the horizon on which something may still be under way; also those a plan looks ahead


def read_centres(reader: Reader) -> tuple[CentreRow, ...]:
    """Work centres with their hours; problems go to the reader."""
    return tuple(
        CentreRow(centre=row["work_centre"], machines=row["machines"], works=work_time(reader, "work_centres", row), efficiency=row["efficiency"] or 1.0)
        for row in reader.rows("work_centres")
    )


def supplier_times(reader: Reader) -> dict[str, tuple[WorkTime | None, float]]:
    """Working days of every supplier of table suppliers, and the days on the way of its lead times."""
    return {row["supplier"]: (_whole_days(work_time(reader, "suppliers", row)), row["way_d"] or 0.0) for row in reader.rows("suppliers")}


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


def _whole_days(works: WorkTime | None) -> WorkTime | None:
    """The days on which a calendar works at all, each as one of 24 hours."""
    if works is None:
        return None
    shifts = zip(works.opens, works.closes, strict=True)
    days = sorted({day for a, b in shifts for day in range(int(a // 24.0), -int(-b // 24.0))})
    opens, closes = [24.0 * day for day in days], [24.0 * (day + 1) for day in days]
    return WorkTime(tuple(opens), tuple(closes), tuple(24.0 * k for k in range(len(days))))
