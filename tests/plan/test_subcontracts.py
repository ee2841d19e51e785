"""Work done at a supplier: parts go there, days of its calendar pass, nothing of our hours; the same in plan, promise and planned run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from plan_folders import Rows, write_folder

from e2esim.application.planning import PlanMade, PlanWishes, ask, make_plan, start_plan
from e2esim.config.plan_data import read_plan_data
from e2esim.config.problems import InputErrors
from e2esim.planning.ctp.capable import promise
from e2esim.planning.ctp.model import DAY
from e2esim.planning.ctp.of_factory import state_of
from e2esim.planning.ctp.request import Request
from e2esim.planning.factory.result import Cause

ROUTING = ["item", "step", "work_centre", "setup_h_per_lot", "run_h_per_unit", "flow_days", "price"]


def frames_(orders: Rows, *, calendar: str = "WEEK", lead: str = "5", **more: Rows | None) -> dict[str, Rows | None]:
    """FRAME is welded from two TUBEs, goes to a galvaniser for some days, and is packed; weekdays from 8 to 16 here, Monday to Friday there."""
    days = [str(k) for k in range(1, 6)]
    return {
        "settings": [["key", "value"], ["today", "2026-01-05"]],
        "items": [["item", "lot_min"], ["FRAME", "1"], ["TUBE", "1"]],
        "bom": [["parent", "component", "qty_per"], ["FRAME", "TUBE", "2"]],
        "calendars": [["calendar", "weekday", "start", "end"], *[["WEEK", d, "08:00", "16:00"] for d in days]],
        "closures": [["calendar", "first", "last"], ["WEEK", "2026-01-20", "2026-01-20"]],
        "work_centres": [["work_centre", "calendar", "supplier"], ["WELD", "WEEK", ""], ["PACK", "WEEK", ""], ["ZINC", calendar, "Zinker"]],
        "routings": [ROUTING, ["FRAME", "10", "WELD", "0", "0.5", "0", ""], ["FRAME", "20", "ZINC", "0", "0", lead, "4.5"],
                     ["FRAME", "30", "PACK", "0", "0.1", "0", ""]],
        "stock": [["item", "on_hand"], ["TUBE", "1000"]],
        "orders": [["order", "item", "qty", "due"], *orders],
        **dict.fromkeys(("capacity", "suppliers", "supply", "receipts")),
        **more,
    }  # fmt: skip


def planned(folder: Path) -> PlanMade:
    wishes = PlanWishes(time_limit_s=60.0, rounds=30, explain_s=0.0)
    return make_plan(ask(start_plan(folder, wishes), None, wishes))


def test_days_of_the_supplier_pass_and_no_hours_of_ours(tmp_path: Path) -> None:
    """Five working days from whenever it is sent: a weekend and the closed Tuesday do not count."""
    made = planned(write_folder(tmp_path, **frames_([["A", "FRAME", "16", "2026-01-30"], ["B", "FRAME", "8", "2026-02-05"]])))
    assert made.summary.late_orders == 0
    out = made.frames["subcontracts"]
    at = made.lots.filter(pl.col("work_centre") == "ZINC")
    closed = date(2026, 1, 20)
    for sent, back in at.select("starts_at", "ends_at").iter_rows():
        gone = (back - sent).total_seconds() / 86400
        off = sum(1 for d in pl.date_range(sent.date(), back.date(), eager=True) if d.weekday() > 4 or d == closed)
        assert gone == pytest.approx(5 + off)
        assert sent.weekday() < 5
    assert set(made.frames["load"]["work_centre"]) == {"WELD", "PACK"}
    assert out["value_eur"].sum() == pytest.approx(24 * 4.5)
    assert made.summary.subcontract_eur == pytest.approx(24 * 4.5)
    assert out["sends"][0].endswith("work after step 10")
    assert at["hours"].sum() == 0.0


def test_our_own_parts_go_there_when_it_is_the_first_step(tmp_path: Path) -> None:
    rows = frames_([["A", "FRAME", "10", "2026-01-30"]])
    rows["routings"] = [ROUTING, ["FRAME", "10", "ZINC", "0", "0", "5", "4.5"]]
    made = planned(write_folder(tmp_path, **rows))
    assert made.frames["subcontracts"]["sends"].to_list() == ["20 TUBE"]
    assert made.frames["subcontracts"]["supplier"].to_list() == ["Zinker"]


def test_what_is_late_for_the_supplier_is_late_for_lead_time(tmp_path: Path) -> None:
    made = planned(write_folder(tmp_path, **frames_([["A", "FRAME", "4", "2026-01-08"]])))
    assert made.summary.late_orders == 1
    assert made.view.result.late_cause.tolist() == [Cause.LEAD_TIME]
    assert made.frames["late"]["where"].to_list() == ["FRAME step 20"]


def test_many_lots_are_there_at_a_time_unless_machines_say_less(tmp_path: Path) -> None:
    """Four lots of four; of two that are there at a time the others come five working days later."""
    rows = frames_([[f"A{k}", "FRAME", "4", "2026-01-14"] for k in range(4)])
    rows["items"] = [["item", "lot_min", "lot_max"], ["FRAME", "1", "4"], ["TUBE", "1", ""]]
    assert planned(write_folder(tmp_path / "many", **rows)).summary.late_orders == 0
    head = ["work_centre", "calendar", "supplier", "machines"]
    rows["work_centres"] = [head, ["WELD", "WEEK", "", ""], ["PACK", "WEEK", "", ""], ["ZINC", "WEEK", "Zinker", "2"]]
    assert planned(write_folder(tmp_path / "two", **rows)).summary.late_orders == 2


def test_a_promise_waits_for_the_supplier_as_long(tmp_path: Path) -> None:
    facts = read_plan_data(write_folder(tmp_path / "usual", **frames_([["A", "FRAME", "1", "2026-05-04"]]))).case.facts
    answer = promise(state_of(facts), Request(name="new", buffer="FRAME", quantity=8.0, due=2 * DAY))
    assert answer.promised == 8
    assert answer.deliveries[-1].time >= 7 * DAY  # five working days hold a weekend
    slower = read_plan_data(write_folder(tmp_path / "slow", **frames_([["A", "FRAME", "1", "2026-05-04"]], lead="15"))).case.facts
    later = promise(state_of(slower), Request(name="new", buffer="FRAME", quantity=8.0, due=2 * DAY))
    assert later.deliveries[-1].time >= answer.deliveries[-1].time + 13 * DAY


def test_a_subcontractor_takes_what_our_own_centre_would_have_late(tmp_path: Path) -> None:
    """Second choice: 40 h of welding a week; 120 pieces take 60 h by Monday of week 2. The rest goes out, at a price a piece."""
    rows = frames_([["A", "FRAME", "60", "2026-01-12"], ["B", "FRAME", "60", "2026-01-12"]])
    rows["work_centres"] = [["work_centre", "calendar", "supplier"], ["WELD", "WEEK", ""], ["OUT", "WEEK", "Schweisser"]]
    rows["routings"] = [ROUTING, ["FRAME", "10", "WELD", "0", "0.5", "0", ""]]
    late = planned(write_folder(tmp_path / "alone", **rows))
    assert late.summary.late_pieces > 0
    rows["alternates"] = [["work_centre", "alternate", "flow_days", "price"], ["WELD", "OUT", "3", "7"]]
    helped = planned(write_folder(tmp_path / "helped", **rows))
    assert helped.summary.late_orders == 0
    sent = float(helped.frames["subcontracts"]["qty"].sum())
    assert 40.0 <= sent < 120.0
    assert helped.summary.subcontract_eur == pytest.approx(7 * sent)


def test_what_makes_no_sense_is_named(tmp_path: Path) -> None:
    rows = frames_([["A", "FRAME", "4", "2026-01-30"]], lead="0")
    rows["capacity"] = [["work_centre", "week_start", "capacity_h"], ["ZINC", "2026-01-05", "40"]]
    rows["routings"][1][6] = "3"  # type: ignore[index]
    rows["routings"][2][4] = "1"  # type: ignore[index]
    says = [f"{p.file.rsplit('/', 1)[-1]} {p.row} {p.column}: {p.message}" for p in read_plan_data(write_folder(tmp_path, **rows)).warnings]
    assert any("capacity.csv 2 work_centre: hours of ZINC are not used" in text for text in says)
    assert any("needs no time for step 20" in text for text in says)
    assert any("its hours are not used" in text for text in says)
    assert any("which no subcontractor does" in text for text in says)


def test_a_supplier_that_never_works_is_refused(tmp_path: Path) -> None:
    rows = frames_([["A", "FRAME", "4", "2026-01-30"]], calendar="NEVER")
    rows["calendars"].append(["NEVER", "1", "08:00", "08:00"])  # type: ignore[union-attr]
    with pytest.raises(InputErrors, match=r"zero capacity with demand behind it|ends before it starts"):
        read_plan_data(write_folder(tmp_path, **rows))
