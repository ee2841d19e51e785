"""What is under way is used where nothing is late for it: a plan buys no more than orders lack."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from plan_folders import Rows

from e2esim.application.planning import PlanMade, PlanWishes, ask, make_plan, start_plan
from e2esim.config.plan_data import read_plan_data
from e2esim.planning.factory.planner import plan
from e2esim.planning.factory.shifts import shifts_of
from e2esim.planning.factory.worked import last_open_days


def company(setup: str, second_due: str, receipt_due: str) -> dict[str, Rows]:
    """A lamp of one shade; 10 lamps soon and 10 later, 10 shades on their way between; Monday to Friday, 8 to 16."""
    return {
        "settings": [["key", "value"], ["today", "2026-02-02"]],
        "items": [["item", "unit", "lot_min", "lot_multiple"], ["LAMP", "pcs", "1", "1"], ["BODY", "pcs", "1", "1"], ["SHADE", "pcs", "1", "1"]],
        "bom": [["parent", "component", "qty_per"], ["LAMP", "BODY", "1"], ["BODY", "SHADE", "1"]],
        "work_centres": [["work_centre", "calendar"], ["HALL", "WEEK"]],
        "calendars": [["calendar", "weekday", "start", "end"], *[["WEEK", str(d), "08:00", "16:00"] for d in range(1, 6)]],
        "routings": [
            ["item", "step", "work_centre", "setup_h_per_lot", "run_h_per_unit", "flow_days"],
            ["LAMP", "10", "HALL", setup, "0.1", "1"],
            ["BODY", "10", "HALL", setup, "0.2", "1"],
        ],
        "suppliers": [["supplier", "item", "priority", "lead_time_days", "moq", "multiple", "price"], ["S", "SHADE", "1", "5", "1", "1", "2"]],
        "receipts": [["receipt", "item", "qty", "due"], ["PO1", "SHADE", "10", receipt_due]],
        "orders": [["order", "customer", "item", "qty", "due"], ["A", "C", "LAMP", "10", "2026-02-13"], ["B", "C", "LAMP", "10", second_due]],
    }


def planned(folder: Path, tables: dict[str, Rows]) -> PlanMade:
    folder.mkdir()
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(",".join(row) for row in rows) + "\n")
    wishes = PlanWishes(time_limit_s=20.0, rounds=40, explain_s=0.0)
    return make_plan(ask(start_plan(folder, wishes), None, wishes))


@pytest.mark.parametrize(
    ("setup", "second_due", "receipt_due"),
    [("0", "2026-04-10", "2026-04-03"), ("6", "2026-04-10", "2026-04-03"), ("0", "2026-03-02", "2026-02-20"), ("2", "2026-02-24", "2026-02-18")],
)
def test_the_later_order_takes_what_is_under_way(tmp_path: Path, setup: str, second_due: str, receipt_due: str) -> None:
    made = planned(tmp_path / "data", company(setup, second_due, receipt_due))
    assert made.frames["deliveries"]["days_late"].max() <= 0
    assert made.frames["purchases"]["qty"].sum() == 10.0
    assert made.lots.filter(pl.col("item") == "LAMP")["qty"].sum() == 20.0


def test_what_comes_too_late_is_bought(tmp_path: Path) -> None:
    """The shades on their way come on the day on which the second lamps are due: waiting would make them late."""
    made = planned(tmp_path / "data", company("0", "2026-03-06", "2026-03-06"))
    assert made.frames["deliveries"]["days_late"].max() <= 0
    assert made.frames["purchases"]["qty"].sum() == 20.0


@pytest.mark.parametrize(("hours", "due"), [("60", "2026-03-16"), ("100", "2026-03-30"), ("170", "2026-04-24")])
def test_a_job_longer_than_a_week_is_made_once(tmp_path: Path, hours: str, due: str) -> None:
    """A lamp of 100 hours in weeks of 40: one lot, one shade, in time."""
    tables = company("0", "2026-04-10", "2026-04-03") | {
        "routings": [["item", "step", "work_centre", "setup_h_per_lot", "run_h_per_unit", "flow_days"], ["LAMP", "10", "HALL", "0", hours, "1"],
                     ["BODY", "10", "HALL", "0", "0.2", "1"]],
        "orders": [["order", "customer", "item", "qty", "due"], ["A", "C", "LAMP", "1", due]],
    }  # fmt: skip
    del tables["receipts"]
    made = planned(tmp_path / "data", tables)
    assert made.frames["deliveries"]["days_late"].max() <= 0
    assert made.lots.group_by("item").agg(pl.col("qty").sum()).sort("item").rows() == [("BODY", 1.0), ("LAMP", 1.0)]
    assert made.frames["purchases"]["qty"].to_list() == [1.0]


def test_a_job_longer_than_a_week_needs_no_solver(tmp_path: Path) -> None:
    """The backward pass alone, as when there is no time for more: 60 hours in weeks of 40."""
    tables = company("0", "2026-04-10", "2026-04-03") | {
        "routings": [["item", "step", "work_centre", "setup_h_per_lot", "run_h_per_unit", "flow_days"], ["LAMP", "10", "HALL", "0", "60", "1"]],
        "bom": [["parent", "component", "qty_per"], ["LAMP", "SHADE", "1"]],
        "orders": [["order", "customer", "item", "qty", "due"], ["A", "C", "LAMP", "1", "2026-03-16"]],
    }
    folder = tmp_path / "data"
    folder.mkdir()
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(",".join(row) for row in rows) + "\n")
    done = plan(read_plan_data(folder).case.facts, time_limit_s=0.01)
    assert (done.status.value, done.lot_qty.tolist()) == ("on_time", [1.0])


def test_a_lot_that_should_start_on_a_sunday_starts_on_friday() -> None:
    shifts = shifts_of([[(1.0, [(24.0 * d + 8.0, 24.0 * d + 16.0, 0) for d in range(1, 14) if d % 7 < 5])], None])
    problem: Any = SimpleNamespace(shifts=shifts, centres=("A", "B"))
    days = last_open_days(problem, 14)
    assert days[0].tolist() == [0, 1, 2, 3, 4, 4, 4, 7, 8, 9, 10, 11, 11, 11]  # closed on the first day, which stays what it is
    assert days[1].tolist() == list(range(14))
