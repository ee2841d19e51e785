"""Working days of suppliers: the longest lead time in a plan, the true day in a market run; without a calendar nothing changes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from e2esim.config import load
from e2esim.config.plan_data import read_plan_data
from e2esim.domain.book import Columns
from e2esim.domain.build import build_world
from e2esim.domain.working_days import longest_lead_d
from e2esim.domain.world import World
from e2esim.simulate.replication import Replication
from worlds import Row, tiny_world

PLANT = {
    "settings": "key,value\ntoday,2026-02-02\n",
    "items": "item\nF\nR\n",
    "bom": "parent,component,qty_per\nF,R,1\n",
    "supply": "supplier,item,lead_time_days\nS,R,5\n",
    "work_centres": "work_centre,calendar\nW,D\n",
    "calendars": "calendar,weekday,start,end\n" + "".join(f"D,{day},08:00,16:00\n" for day in range(1, 6)),
    "routings": "item,step,work_centre,setup_h_per_lot,run_h_per_unit\nF,10,W,0,0.1\n",
    "orders": "order,item,qty,due\nO1,F,10,2026-03-02\n",
}


@pytest.mark.parametrize(("lead", "way", "days"), [(5, 0, 7), (5, 3, 7), (1, 0, 3), (10, 0, 14), (0, 0, 2), (2.5, 0, 4.5), (5, 9, 7)])
def test_the_longest_lead_time_day_by_day(lead: float, way: float, days: float) -> None:
    """Against a walk over the days of a week, a quarter of a day at a time."""

    def walked(first: int) -> float:
        t, left = 4 * first, 4 * max(lead - way, 0)
        while (t // 4) % 7 > 4:
            t += 1
        while left > 0:
            left -= (t // 4) % 7 < 5
            t += 1
        return t / 4 - first + min(lead, way)

    assert longest_lead_d(range(1, 6), lead, way) == max(walked(first) for first in range(7)) == days


@pytest.mark.parametrize(("calendar", "lead"), [("D", 7), ("", 5), ("A", 5)])
def test_a_plan_counts_the_longest(calendar: str, lead: int, tmp_path: Path) -> None:
    """Five days of its own work are a week of a supplier who works Monday to Friday; a purchase begins so much earlier."""
    calendars = PLANT["calendars"] + "".join(f"A,{day},00:00,24:00\n" for day in range(1, 8))
    for name, text in (PLANT | {"suppliers": f"supplier,calendar\nS,{calendar}\n", "calendars": calendars}).items():
        (tmp_path / f"{name}.csv").write_text(text)
    read = read_plan_data(tmp_path)
    assert read.tables["supply"]["lead_time_days"].to_list() == [lead]
    assert any("S does not work on every day" in str(one) for one in read.warnings) == (lead == 7)


def working(calendar: str, first: str = "") -> dict[str, object]:
    """The tiny world whose suppliers work on a calendar of their own."""

    def suppliers(rows: list[Row]) -> list[Row]:
        return [row | {"calendar": calendar} for row in rows]

    def calendars(rows: list[Row]) -> list[Row]:
        own = [{"calendar": name, "weekday": day, "start": "00:00", "end": "24:00"} for name, days in (("thu", (4,)), ("all", range(1, 8))) for day in days]
        return [*rows, *({key: row.get(key, "") for key in rows[0]} for row in own)]

    return {"suppliers": suppliers, "calendars": calendars}


def calls(folder: Path, calendar: str) -> tuple[World, Columns]:
    world = build_world(load([f"scenario={tiny_world(folder, **working(calendar))}", "horizon.days=40", "horizon.warmup_days=7"]))
    run = Replication(world, 0)
    run.run()
    return world, run.source.book()


def test_a_market_run_gets_what_was_made_on_working_days(tmp_path: Path) -> None:
    """A supplier who works on Thursdays alone ends its work at the end of a Thursday; the planner counts the longest."""
    world, book = calls(tmp_path, "thu")
    ends = book["due"][book["called"] > 0] / 24.0 - 1.0
    ends = ends[ends < 150]  # beyond the calendars of a run the lead time stands
    assert len(ends) > 3
    assert {(world.start + dt.timedelta(days=day)).isoweekday() for day in ends} == {4}
    assert (world.supply.lead_d == 7.0 * world.supply.own_d).all()


def test_a_calendar_of_all_days_is_none(tmp_path: Path) -> None:
    (world, book), (other, again) = (calls(tmp_path / name, calendar) for name, calendar in (("none", ""), ("all", "all")))
    assert (world.supply.lead_d == other.supply.lead_d).all()
    assert all((book[name] == again[name]).all() for name in ("called", "due", "item", "quantity"))
