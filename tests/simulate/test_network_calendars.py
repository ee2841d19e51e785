"""Calendars of a network run: work centres work in their shifts, suppliers on their days; figures by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from e2esim.config.places import Place
from e2esim.config.problems import InputErrors
from e2esim.config.supply_network import open_network
from e2esim.study.network import NetworkResult, study_network

DAY_SHIFT = "calendar,weekday,start,end\n" + "".join(f"DAY,{d},08:00,16:00\n" for d in range(1, 6))
SHOP = {  # 10 chairs are ordered on Thursday the 8th: 1 h and 10 times 1.5 h, two shifts of 8 h
    "items": "item,unit\nCHAIR,pcs\n",
    "routings": "item,step,work_centre,setup_h_per_lot,run_h_per_unit\nCHAIR,1,SAW,1,1.5\n",
    "work_centres": "work_centre,machines\nSAW,1\n",
    "orders": "order,item,qty,due\nA,CHAIR,10,2026-01-08\n",
    "settings": "key,value\ntoday,2026-01-05\n",  # a Monday
}
SHELF = {
    "items": "item,unit\nBEER,pcs\n",
    "supply": "supplier,item,lead_time_days\nBREWER,BEER,4\n",
    "orders": SHOP["orders"].replace("CHAIR", "BEER"),
    "settings": SHOP["settings"],
}


def ran(folder: Path, tables: dict[str, str], days: int = 60, replications: int = 1) -> NetworkResult:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.yaml").write_text(f"name: work\nhorizon: {{days: {days}, warmup_days: 0}}\n")
    (folder / "data").mkdir()
    for name, text in ({"replenishment": "item,rule,level\n" + f"{tables['items'].split()[-1].split(',')[0]},base_stock,0\n"} | tables).items():
        (folder / "data" / f"{name}.csv").write_text(text)
    return study_network(open_network(Place(folder=folder, variant="", name="work"), []).company, replications=replications)


def done(result: NetworkResult) -> float:
    """Day on which the works order or purchase came."""
    book = result.kept.book
    return float(book["done"][(book["kind"] == 2) | (book["kind"] == 3)][0])


def test_work_goes_on_in_the_hours_of_the_calendar(tmp_path: Path) -> None:
    assert done(ran(tmp_path / "always", SHOP)) == pytest.approx(3.0 + 16 / 24)
    shifts = SHOP | {"work_centres": "work_centre,machines,calendar\nSAW,1,DAY\n", "calendars": DAY_SHIFT}
    week = ran(tmp_path / "week", shifts)
    assert done(week) == pytest.approx(4.0 + 16 / 24)  # Friday at 16:00
    assert week.kept.centres["wait_d"][0] == pytest.approx(8 / 24)  # to the beginning of the shift
    assert week.value("utilisation", "SAW") == pytest.approx(16 / (44 * 8))  # working days of 60 from a Monday on
    slow = shifts | {"work_centres": "work_centre,machines,calendar,efficiency\nSAW,1,DAY,0.5\n"}
    assert done(ran(tmp_path / "slow", slow)) == pytest.approx(8.0 + 16 / 24)  # 32 h: Thursday, Friday, Monday, Tuesday
    shut = shifts | {"closures": "calendar,first,last\nDAY,2026-01-09,2026-01-18\n"}
    assert done(ran(tmp_path / "shut", shut)) == pytest.approx(14.0 + 16 / 24)  # Thursday and the Monday after the closure


def test_half_a_crew_takes_twice_as_long(tmp_path: Path) -> None:
    centre = "work_centre,machines,calendar\nSAW,1,DAY\n"
    half = SHOP | {"work_centres": centre, "calendars": DAY_SHIFT.replace("start,end", "start,end,crew_share").replace("16:00", "16:00,0.5")}
    assert done(ran(tmp_path / "half", half)) == pytest.approx(8.0 + 15.5 / 24)  # half of each hour, its first half: four days


def test_a_supplier_works_on_its_days_and_its_goods_travel_on_all(tmp_path: Path) -> None:
    assert done(ran(tmp_path / "always", SHELF)) == 3.0 + 4.0
    days = SHELF | {"suppliers": "supplier,calendar\nBREWER,DAY\n", "calendars": DAY_SHIFT}
    assert done(ran(tmp_path / "week", days)) == 3.0 + 6.0  # Thursday, Friday, Monday and Tuesday
    way = days | {"suppliers": "supplier,calendar,way_d\nBREWER,DAY,3\n"}
    assert done(ran(tmp_path / "way", way)) == 3.0 + 4.0  # Thursday, and three days on the way
    shut = days | {"closures": "calendar,first,last\nDAY,2026-01-08,2026-01-18\n"}
    assert done(ran(tmp_path / "shut", shut)) == 14.0 + 4.0  # begun on Monday the 19th


def test_a_calendar_that_never_works_is_told(tmp_path: Path) -> None:
    centre = "work_centre,machines,calendar\nSAW,1,DAY\n"
    never = SHOP | {"work_centres": centre, "calendars": DAY_SHIFT, "closures": "calendar,first,last\nDAY,2026-01-01,2029-01-01\n"}
    with pytest.raises(InputErrors) as caught:
        ran(tmp_path, never)
    assert [(p.file.split("/")[-1], p.column) for p in caught.value.problems if not p.warning] == [("work_centres.csv", "calendar")]


def test_random_times_in_a_calendar_keep_their_mean_in_working_time(tmp_path: Path) -> None:
    """An exponential server that works one hour in two is one that works always, at half the hours of use: M/M/1 in working time."""
    shifts = "calendar,weekday,start,end\n" + "".join(f"ALT,{d},{h:02d}:00,{h + 1:02d}:00\n" for d in range(1, 8) for h in range(0, 24, 2))
    tables = {
        "items": "item,unit\nCHAIR,pcs\n",
        "routings": "item,step,work_centre,setup_h_per_lot,run_h_per_unit,time_law\nCHAIR,1,SAW,0,2.4,exponential\n",
        "work_centres": "work_centre,machines,calendar\nSAW,1,ALT\n",
        "calendars": shifts,
        "demand": "item,every_d,every_law,mean\nCHAIR,0.5,exponential,1\n",
        "settings": SHOP["settings"],
    }
    result = ran(tmp_path, tables, days=4000)
    assert abs(result.value("utilisation", "SAW") - 0.4) < 3 * 0.4 * np.sqrt(2 / 8000)


def test_hours_by_week_go_before_the_calendar(tmp_path: Path) -> None:
    weekly = SHOP | {"capacity": "work_centre,week_start,capacity_h\nSAW,2026-01-05,20\n"}
    assert done(ran(tmp_path / "goes on", weekly)) == pytest.approx(8.0 + 4 / 24)  # four hours a day: Thursday, Friday, Monday, Tuesday
    gap = SHOP | {"capacity": "work_centre,week_start,capacity_h\nSAW,2026-01-19,40\nSAW,2026-01-05,20\n"}
    assert done(ran(tmp_path / "gap", gap)) == pytest.approx(14.0 + 8 / 24)  # nothing in the week from the 12th
    two = weekly | {"work_centres": "work_centre,machines\nSAW,2\n"}  # ten hours a week each: two a day, and 16 h of work
    assert done(ran(tmp_path / "two", two)) == pytest.approx(14.0 + 2 / 24)
    slow = weekly | {"work_centres": "work_centre,machines,efficiency\nSAW,1,0.5\n"}  # standard hours: 8 h of the clock a day, and 32 of work
    assert done(ran(tmp_path / "slow", slow)) == pytest.approx(8.0 + 8 / 24)
    with pytest.raises(InputErrors, match="more hours than its machines have"):
        ran(tmp_path / "too many", SHOP | {"capacity": "work_centre,week_start,capacity_h\nSAW,2026-01-05,169\n"})


def test_breakdowns_lengthen_and_spread_the_time_as_factory_physics_says(tmp_path: Path) -> None:
    """Preemptive outages: te = t0 / A and ce2 = c02 + (1 + cr2) A (1 - A) mr / t0 (Hopp and Spearman), then Pollaczek and Khinchine for the wait."""
    t0, mf, mr, gap_h = 3.0, 20.0, 5.0, 6.0
    tables = {
        "items": "item,unit\nCHAIR,pcs\n",
        "routings": f"item,step,work_centre,setup_h_per_lot,run_h_per_unit\nCHAIR,1,SAW,0,{t0}\n",
        "work_centres": f"work_centre,machines,mtbf_h,mttr_h\nSAW,1,{mf},{mr}\n",
        "demand": f"item,every_d,every_law,mean\nCHAIR,{gap_h / 24},exponential,1\n",
        "settings": SHOP["settings"],
    }
    up = mf / (mf + mr)
    te, ce2 = t0 / up, 2.0 * up * (1.0 - up) * mr / t0
    used = te / gap_h
    wait = (1.0 + ce2) / 2.0 * used / (1.0 - used) * te
    found = ran(tmp_path, tables, days=1500, replications=8)
    for kpi, right in (("utilisation", used), ("wait_h", wait)):
        assert abs(found.value(kpi, "SAW") - right) < 3.0 * found.standard_error(["SAW"], [kpi]), (kpi, found.value(kpi, "SAW"), right)
