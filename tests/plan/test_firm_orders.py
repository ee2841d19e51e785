"""Firm planned orders: their day and quantity stay, their parts and hours are planned; what cannot be is said and let go."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hour_referee import breaches
from plan_folders import Rows, write_folder, write_frames

from e2esim.application.planning import PlanMade, PlanWishes, ask, make_plan, start_plan
from e2esim.config.plan_data import read_plan_data
from e2esim.config.problems import InputErrors
from e2esim.planning.book.of_plan import plan_book
from e2esim.planning.ctp.capable import promise
from e2esim.planning.ctp.model import DAY
from e2esim.planning.ctp.of_factory import state_of
from e2esim.planning.ctp.request import Request
from e2esim.planning.factory.net_forecast import orders_alone

HEAD = ["receipt", "item", "qty", "due", "kind", "firm", "start"]


def bench(*receipts: list[str], lead: str = "7", stock: str = "0", **more: Rows | None) -> dict[str, Rows | None]:
    """TABLE of four bought LEGs, 0.5 h each at a bench from Monday to Friday, 8 to 16; one order of 10 for the end of February."""
    return {
        "settings": [["key", "value"], ["today", "2026-01-05"]],
        "items": [["item", "lot_min"], ["TABLE", "1"], ["LEG", "1"]],
        "bom": [["parent", "component", "qty_per"], ["TABLE", "LEG", "4"]],
        "calendars": [["calendar", "weekday", "start", "end"], *[["WEEK", str(d), "08:00", "16:00"] for d in range(1, 6)]],
        "work_centres": [["work_centre", "calendar"], ["BENCH", "WEEK"]],
        "routings": [["item", "step", "work_centre", "setup_h_per_lot", "run_h_per_unit", "flow_days"], ["TABLE", "10", "BENCH", "0", "0.5", "0"]],
        "suppliers": [["supplier", "item", "lead_time_days", "moq", "price"], ["S", "LEG", lead, "1", "2"]],
        "stock": [["item", "on_hand"], ["LEG", stock]],
        "orders": [["order", "item", "qty", "due"], ["A", "TABLE", "10", "2026-02-27"]],
        "receipts": [HEAD, *receipts],
        "capacity": None,
        **more,
    }


def planned(folder: Path) -> PlanMade:
    wishes = PlanWishes(time_limit_s=60.0, rounds=20, explain_s=0.0)
    return make_plan(ask(start_plan(folder, wishes), None, wishes))


def test_day_and_quantity_stay_and_parts_are_planned(tmp_path: Path) -> None:
    """Six tables on Wednesday of week 2: 24 legs come that day, four tables are planned beside them for the order."""
    folder = write_folder(tmp_path / "data", **bench(["W1", "TABLE", "6", "2026-01-23", "production", "true", "2026-01-14"]))
    made = planned(folder)
    firm = made.lots.filter(pl.col("status") == "firm")
    assert firm.select("lot", "qty").rows() == [("W1", 6.0)]
    assert str(firm["starts_at"][0]) == "2026-01-14 08:00:00"
    assert str(firm["ends_at"][0]) == "2026-01-14 11:00:00"
    assert made.lots.filter(pl.col("status") == "planned")["qty"].sum() == 4.0
    bought = made.purchases.sort("received").select("received", "qty").rows()
    assert (str(bought[0][0]), bought[0][1]) == ("2026-01-14", 24.0)
    assert sum(qty for _, qty in bought) == 40.0
    assert made.summary.orders == 1
    assert made.summary.late_orders == 0
    assert made.frames["mps"]["item"].unique().to_list() == ["TABLE"]
    legs = made.frames["stock"].filter(pl.col("item") == "LEG")
    assert legs["used"].sum() == 40.0
    assert legs["delivered_qty"].sum() == 0.0
    assert legs["stock_end"].min() == 0.0
    assert set(made.frames["pegging"].filter(pl.col("use") == "W1")["use_kind"]) == {"lot"}
    write_frames(made.frames, tmp_path / "out")
    assert breaches(folder, tmp_path / "out") == {}


def test_hours_of_a_firm_order_are_nobody_elses(tmp_path: Path) -> None:
    """Sixteen pieces fill Monday; the order due on Tuesday morning must wait."""
    rows = bench(["W1", "TABLE", "16", "2026-01-06", "production", "true", "2026-01-05"], lead="0")
    rows["orders"] = [["order", "item", "qty", "due"], ["A", "TABLE", "20", "2026-01-06"]]
    made = planned(write_folder(tmp_path, **rows))
    others = made.lots.filter(pl.col("status") == "planned")
    assert str(others["starts_at"].min()) == "2026-01-06 08:00:00"
    assert made.summary.late_pieces == 4.0  # sixteen come of the firm order


def test_a_closed_day_is_said_with_its_row_and_planned_around(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, **bench(["W1", "TABLE", "6", "2026-01-23", "production", "true", "2026-01-17"]))
    warned = [p for p in read_plan_data(folder).warnings if p.column == "start"]
    assert [(p.row, p.value) for p in warned] == [(2, "2026-01-17")]
    assert "closed on the day" in warned[0].message
    made = planned(folder)
    assert str(made.lots.filter(pl.col("lot") == "W1")["starts_at"][0]) == "2026-01-19 08:00:00"
    said = made.frames["messages"].filter(pl.col("message") == "check")
    assert said["supply"].to_list() == ["W1"]
    assert "begins 2 d later" in said["says"][0]


def test_without_its_parts_it_is_let_go(tmp_path: Path) -> None:
    """Legs take seven days; an order that begins on the third day cannot have them."""
    made = planned(write_folder(tmp_path, **bench(["W1", "TABLE", "6", "2026-01-23", "production", "true", "2026-01-08"])))
    assert set(made.lots["status"]) == {"planned"}
    assert made.lots["qty"].sum() == 10.0
    said = made.frames["messages"].filter(pl.col("message") == "check")["says"].to_list()
    assert len(said) == 1
    assert "24 of LEG are missing" in said[0]
    assert made.summary.late_orders == 0


def test_without_a_start_it_is_there_when_due(tmp_path: Path) -> None:
    made = planned(write_folder(tmp_path, **bench(["W1", "TABLE", "6", "2026-01-23", "production", "true", ""])))
    end = made.lots.filter(pl.col("lot") == "W1")["ends_at"][0]
    assert str(end)[:10] in ("2026-01-22", "2026-01-23")


def test_two_firm_orders_share_a_bench_and_steps_follow_one_another(tmp_path: Path) -> None:
    rows = bench(
        ["W1", "TABLE", "16", "2026-01-23", "production", "true", "2026-01-14"], ["W2", "TABLE", "4", "2026-01-23", "production", "true", "2026-01-14"]
    )
    rows["work_centres"] = [["work_centre", "calendar"], ["BENCH", "WEEK"], ["OIL", "WEEK"]]
    rows["routings"] = [*rows["routings"], ["TABLE", "20", "OIL", "0", "0.25", "1"]]  # type: ignore[misc]
    folder = write_folder(tmp_path / "data", **rows)
    made = planned(folder)
    firm = made.lots.filter(pl.col("status") == "firm").sort("lot", "step")
    assert firm["lot"].to_list() == ["W1", "W1", "W2", "W2"]
    assert [str(t) for t in firm["starts_at"]] == ["2026-01-14 08:00:00", "2026-01-14 16:00:00", "2026-01-15 08:00:00", "2026-01-15 12:00:00"] or (
        firm["starts_at"][1] >= firm["ends_at"][0] and firm["starts_at"][2] >= firm["ends_at"][0]
    )
    write_frames(made.frames, tmp_path / "out")
    assert breaches(folder, tmp_path / "out") == {}


def test_a_promise_leaves_their_parts_alone(tmp_path: Path) -> None:
    """24 legs lie in stock and are all for the firm order; nobody can replace them in time, so whoever asks for legs waits for the supplier."""
    rows = bench(["W1", "TABLE", "6", "2026-01-23", "production", "true", "2026-01-14"], stock="24", lead="14")
    made = planned(write_folder(tmp_path, **rows))
    case, left = made.view.case, made.view.left
    assert made.purchases["qty"].sum() == 16.0  # for the other four tables: what lies there is taken once
    problem, booked = orders_alone(left.problem, made.view.result, case.n_orders + case.n_firm)
    answer = promise(state_of(problem, booked), Request(name="new", buffer="LEG", quantity=24.0, due=2 * DAY))
    assert answer.deliveries[-1].time >= 14 * DAY
    book = plan_book(left.problem, made.view.result, np.zeros(case.n_orders, dtype=bool), np.full(case.n_orders, -1), case.n_firm)
    assert book.supply[case.facts.items.index("LEG")].max() == 0.0


def test_a_run_takes_them_apart_from_the_case(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, **bench(["W1", "TABLE", "6", "2026-01-23", "production", "true", "2026-01-14"]))
    case = read_plan_data(folder, firm=False).case
    assert case.n_firm == 0
    assert case.facts.orders == ("A",)
    assert case.receipt_name == ()


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (["W1", "LEG", "6", "2026-01-23", "production", "true", ""], "which no routing makes"),
        (["W1", "TABLE", "6", "2026-01-13", "production", "true", "2026-01-14"], "begins after it is due"),
    ],
)
def test_what_cannot_be_firm_is_refused(tmp_path: Path, row: list[str], says: str) -> None:
    with pytest.raises(InputErrors, match=says):
        read_plan_data(write_folder(tmp_path, **bench(row)))


def test_what_does_nothing_is_named(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, **bench(["W1", "TABLE", "6", "2026-01-23", "production", "", "2026-01-14"]))
    assert any("is not used: the order is not firm" in p.message for p in read_plan_data(folder).warnings)
    early = bench(["W1", "TABLE", "6", "2026-01-23", "production", "true", "2026-01-02"])
    assert any("should have begun before today" in p.message for p in read_plan_data(write_folder(tmp_path / "early", **early)).warnings)
