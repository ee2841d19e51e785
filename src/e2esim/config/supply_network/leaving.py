"""When goods may leave: weekdays of a lane's trucks, working days of the site that sends, and what may leave in a week."""

from __future__ import annotations

import math

from e2esim.config.supply_network.rows import Reader, Row
from e2esim.domain.closures import closed_days
from e2esim.domain.network_rows import EVERY_DAY, OpenDays


def departure_days(reader: Reader, row: Row) -> OpenDays:
    """Days on which goods leave by a lane: the weekdays of its trucks on which the site works; problems go to the reader."""
    trucks = row["departures"]
    if trucks and not set(trucks) <= set("1234567"):
        reader.wrong("lanes", row, "departures", "not a list of weekdays", "write the digits of the weekdays, 1 = Monday: 135")
        return EVERY_DAY
    calendar = next((site["calendar"] for site in reader.rows("sites") if site["site"] == row["from"]), "")
    shifts = [shift for shift in reader.rows("calendars") if shift["calendar"] == calendar and shift["start"] != shift["end"]]
    works = {shift["weekday"] for shift in shifts} if calendar else set(range(1, 8))
    open_on = {day for day in works if not trucks or str(day) in trucks}
    if not open_on:
        message, remedy = "goods never leave: no truck on a working day", "name a weekday on which the site works"
        if trucks:
            reader.wrong("lanes", row, "departures", message, remedy)
        else:
            reader.wrong("sites", next(site for site in reader.rows("sites") if site["site"] == row["from"]), "calendar", message, remedy)
        return EVERY_DAY
    first = reader.start.isoweekday()
    weekdays = tuple((first - 1 + k) % 7 + 1 in open_on for k in range(7))
    return OpenDays(weekdays=weekdays, closed=_closed(reader, calendar))


def _closed(reader: Reader, calendar: str) -> frozenset[int]:
    spans = [(str(row["first"]), str(row["last"])) for row in reader.rows("closures") if row["calendar"] == calendar] if calendar else []
    return frozenset((day - reader.start).days for day in closed_days(spans, reader.start, reader.days + 1))


def weekly_most(row: Row) -> float:
    """Units that may leave in seven days, inf where no limit is stated."""
    return row["weekly_capacity"] or math.inf

