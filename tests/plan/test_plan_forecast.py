"""Demand planning from a planner's folder: what is read and refused, what orders leave, what is planned and judged."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from plan_folders import Rows, tables, write_folder
from typer.testing import CliRunner

from e2esim.cli.main import app
from e2esim.config.plan_data import read_demand_data, read_plan_data
from e2esim.config.problems import InputErrors, Problem
from e2esim.planning.demand import forecast_demand
from e2esim.planning.factory.net_forecast import CUSTOMER, orders_alone, with_forecast
from e2esim.planning.factory.planner import plan

TODAY = dt.date(2026, 1, 5)  # of the folder, a Monday
HEAD = ["item", "channel", "period", "qty"]
CHANGES = ["item", "channel", "week", "weeks", "uplift", "qty", "reason"]


def weeks(item: str, channel: str, qty: list[float]) -> Rows:
    """History of the weeks before today."""
    return [[item, channel, str(TODAY - dt.timedelta(weeks=len(qty) - k)), f"{q:g}"] for k, q in enumerate(qty)]


def with_settings(**more: str) -> Rows:
    return [*tables()["settings"], *[[key, value] for key, value in more.items()]]


def steady(folder: Path, *changes: list[str], qty: float = 10, **more: Rows | None) -> Path:
    """A folder whose item 000123 sold the same every week of a quarter."""
    history: Rows = [HEAD, *weeks("000123", "", [qty] * 12)]
    return write_folder(folder, history=history, forecast_changes=[CHANGES, *changes] if changes else None, **more)


def faults(folder: Path) -> list[Problem]:
    with pytest.raises(InputErrors) as error:
        read_plan_data(folder)
    return [problem for problem in error.value.problems if not problem.warning]


def test_without_history_nothing_is_forecast(tmp_path: Path) -> None:
    read = read_plan_data(write_folder(tmp_path / "d"))
    assert read.demand is None
    assert read.case.n_forecast == 0


def test_orders_consume_their_week_then_before_then_after(tmp_path: Path) -> None:
    """A1 (3, Tue 6 Jan) and A2 (8, 20 Jan) fit their weeks; A3 (12, 3 Feb) takes 2 of the week before."""
    done = forecast_demand(read_plan_data(steady(tmp_path / "d", settings=with_settings(forecast_weeks="6"))).demand)  # type: ignore[arg-type]
    assert done.plan.adjusted.final.round(9).tolist() == [[10.0] * 6]
    assert done.net.round(9).tolist() == [[7.0, 10.0, 2.0, 8.0, 0.0, 10.0]]


def test_net_forecast_is_planned_behind_every_order(tmp_path: Path) -> None:
    read = read_plan_data(steady(tmp_path / "d", settings=with_settings(forecast_weeks="6")))
    assert read.demand is not None
    case = with_forecast(read.case, forecast_demand(read.demand))
    f = case.facts
    assert (case.n_orders, case.n_forecast) == (4, 5)
    assert f.order_qty[4:].tolist() == [7.0, 10.0, 2.0, 8.0, 10.0]
    assert f.order_due[4:].tolist() == [3, 10, 17, 24, 38]  # Thursdays
    assert set(f.order_priority[4:].tolist()) == {f.order_priority[:4].max() + 1}
    assert f.orders[4] == "F 000123 2026-01-05"
    assert case.order_customer[4:] == (CUSTOMER,) * 5
    assert f.orders[:4] == read.case.facts.orders


def test_weeks_beyond_the_hours_there_are_and_before_the_fence_are_not_planned(tmp_path: Path) -> None:
    read = read_plan_data(steady(tmp_path / "d", settings=with_settings(demand_fence_days="14")))
    case = with_forecast(read.case, forecast_demand(read.demand))  # type: ignore[arg-type]
    due = case.facts.order_due[case.n_orders :]
    assert due.min() >= 14
    assert due.max() < 7 * case.facts.n_weeks


def test_a_channel_is_consumed_by_its_own_orders_and_by_nobody_elses(tmp_path: Path) -> None:
    history: Rows = [HEAD, *weeks("000123", "shop", [10] * 12), *weeks("000123", "web", [30] * 12)]
    orders = [[*row, "channel" if k == 0 else "web"] for k, row in enumerate(tables()["orders"])]
    done = forecast_demand(read_plan_data(write_folder(tmp_path / "d", history=history, orders=orders)).demand)  # type: ignore[arg-type]
    assert done.plan.keys == (("000123", "shop"), ("000123", "web"))
    assert done.net[0].round(9).tolist() == [10.0] * 26
    assert done.net[1, :5].round(9).tolist() == [27.0, 30.0, 22.0, 30.0, 18.0]


def test_an_order_without_channel_takes_from_all_of_its_item(tmp_path: Path) -> None:
    history: Rows = [HEAD, *weeks("000123", "shop", [10] * 12), *weeks("000123", "web", [30] * 12)]
    done = forecast_demand(read_plan_data(write_folder(tmp_path / "d", history=history)).demand)  # type: ignore[arg-type]
    assert done.net[:, 2].round(9).tolist() == [8.0, 24.0]  # 8 of 40, in proportion


def test_promotions_lift_and_quantities_replace(tmp_path: Path) -> None:
    folder = steady(
        tmp_path / "d",
        ["000123", "", "2026-01-12", "1", "0.5", "", "fair"],
        ["000123", "", "2026-01-26", "2", "", "50", "sales"],
        ["TOP", "spare", "2026-01-19", "1", "", "4", "new"],
        settings=with_settings(forecast_weeks="5"),
    )
    done = forecast_demand(read_plan_data(folder).demand)  # type: ignore[arg-type]
    assert done.plan.keys == (("000123", ""), ("TOP", "spare"))
    assert done.plan.adjusted.final.round(9).tolist() == [[10.0, 15.0, 10.0, 25.0, 25.0], [0.0, 0.0, 4.0, 0.0, 0.0]]


def test_a_past_promotion_is_no_higher_level(tmp_path: Path) -> None:
    history: Rows = [HEAD, *weeks("000123", "", [10.0] * 11 + [20.0])]
    change = ["000123", "", "2025-12-29", "1", "1.0", "", "fair"]
    folder = write_folder(tmp_path / "d", history=history, forecast_changes=[CHANGES, change])
    done = forecast_demand(read_plan_data(folder).demand)  # type: ignore[arg-type]
    assert done.plan.adjusted.final.round(9).tolist() == [[10.0] * 26]


def test_months_are_spread_over_their_days(tmp_path: Path) -> None:
    months = [dt.date(2025, m, 1) for m in range(1, 13)]
    history: Rows = [HEAD, *[["000123", "", f"{day:%Y-%m}", "310"] for day in months]]
    done = forecast_demand(read_plan_data(write_folder(tmp_path / "d", history=history)).demand)  # type: ignore[arg-type]
    assert done.plan.adjusted.final[0, :3].round(9).tolist() == [70.0] * 3  # 31 days of January
    assert done.plan.adjusted.final[0, 5] == pytest.approx(7 * 310 / 28)  # February has 28


def test_weeks_may_be_written_as_iso_weeks(tmp_path: Path) -> None:
    history: Rows = [HEAD, *[["000123", "", f"2025-W{w:02d}", "10"] for w in range(40, 53)], ["000123", "", "2026-W01", "10"]]
    read = read_plan_data(write_folder(tmp_path / "d", history=history))
    assert read.demand is not None
    assert read.demand.case.edges[0] == -14 * 7
    assert read.demand.case.history.tolist() == [[10.0] * 14]


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        (["000123", "", "2026-02-02", "10"], "period", "history after today"),
        (["000123", "", "2025-12-15", "-10"], "qty", "at least"),
        (["NOBODY", "", "2025-12-15", "10"], "item", "no such item"),
        (["000123", "", "2025-12-16", "10"], "period", "no Monday but a Tuesday"),
        (["000123", "", "2025-13", "10"], "period", "not a date"),
        (["000123", "", "2025-12-15", "ten"], "qty", "not a number"),
    ],
)
def test_bad_history_is_named_with_its_row(tmp_path: Path, row: list[str], column: str, says: str) -> None:
    history: Rows = [HEAD, *weeks("000123", "", [10] * 5), row]
    if row[2] == "2025-12-15":
        history = [r for r in history if r[2] != row[2] or r is row]
    (fault,) = faults(write_folder(tmp_path / "d", history=history))
    assert fault.file.endswith("history.csv")
    assert (fault.row, fault.column) == (len(history), column)
    assert says in fault.message
    assert fault.remedy


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        (["000123", "", "2026-01-12", "1", "0.5", "20", ""], "uplift", "or both are"),
        (["000123", "", "2026-01-12", "1", "", "", ""], "uplift", "neither"),
        (["000123", "", "2026-01-12", "0", "0.5", "", ""], "weeks", "at least"),
        (["000123", "", "2026-01-12", "1", "-1.5", "", ""], "uplift", "at least"),
        (["NOBODY", "", "2026-01-12", "1", "0.5", "", ""], "item", "no such item"),
    ],
)
def test_bad_changes_are_named_with_their_row(tmp_path: Path, row: list[str], column: str, says: str) -> None:
    (fault,) = faults(steady(tmp_path / "d", row))
    assert fault.file.endswith("forecast_changes.csv")
    assert (fault.row, fault.column) == (2, column)
    assert says in fault.message
    assert fault.remedy


def test_a_week_that_still_runs_is_left_out_with_a_warning(tmp_path: Path) -> None:
    history: Rows = [HEAD, *weeks("000123", "", [10] * 12), ["000123", "", str(TODAY), "1"]]
    read = read_plan_data(write_folder(tmp_path / "d", history=history))
    assert any("has not ended" in warning.message for warning in read.warnings)
    assert read.demand is not None
    assert read.demand.case.known == 12


def test_history_by_customer_or_position_is_added_up_with_one_warning(tmp_path: Path) -> None:
    """Three customers, of whom two buy the same quantity: 4 + 3 + 3 a week."""
    sold = [[*row, customer] for customer, qty in (("Rossi", 4), ("Bianchi", 3), ("Verdi", 3)) for row in weeks("000123", "", [qty] * 12)]
    read = read_plan_data(write_folder(tmp_path / "d", history=[[*HEAD, "customer"], *sold]))
    assert read.demand is not None
    assert read.demand.case.history.tolist() == [[10.0] * 12]
    (told,) = [warning for warning in read.warnings if "added up" in warning.message]
    assert "24 rows such" in told.message
    assert told.file.endswith("history.csv")


def test_equal_positions_count_where_history_is_by_position(tmp_path: Path) -> None:
    """4 + 3 + 3 a week without a column that tells positions apart; where all repeated lines are equal, the file was pasted twice."""
    sold = [row for qty in (4, 3, 3) for row in weeks("000123", "", [qty] * 12)]
    read = read_plan_data(write_folder(tmp_path / "d", history=[HEAD, *sold]))
    assert read.demand is not None
    assert read.demand.case.history.tolist() == [[10.0] * 12]
    assert any("12 lines such" in warning.message for warning in read.warnings)
    twice = weeks("000123", "", [10] * 12)
    pasted = read_plan_data(write_folder(tmp_path / "e", history=[HEAD, *twice, *twice]))
    assert pasted.demand is not None
    assert pasted.demand.case.history.tolist() == [[10.0] * 12]


def test_zeros_count_from_the_first_row_of_a_series(tmp_path: Path) -> None:
    """One sale of 5 after 59 recorded zeros is 0.1 a week; what nobody recorded before it is as usual in the table."""
    history: Rows = [HEAD, *weeks("000123", "", [0.0] * 59 + [5.0]), *weeks("TOP", "", [9.0] * 60)]
    demand = read_plan_data(write_folder(tmp_path / "d", history=history)).demand
    assert demand is not None
    assert demand.case.recorded.tolist() == [0, 0]
    assert forecast_demand(demand).planned[0].sum() <= 5
    sparse: Rows = [HEAD, *weeks("000123", "", [5.0]), *weeks("TOP", "", [9.0] * 60)]
    late = read_plan_data(write_folder(tmp_path / "e", history=sparse)).demand
    assert late is not None
    assert late.case.recorded.tolist() == [59, 0]
    assert forecast_demand(late).plan.adjusted.final[0].sum() == pytest.approx(130, abs=3)  # its only fellow sells every week


def test_a_misspelt_channel_and_an_old_history_are_warnings(tmp_path: Path) -> None:
    history: Rows = [HEAD, *weeks("000123", "dealer", [10] * 12)[:-3]]
    orders = [[*row, "channel" if k == 0 else "daeler"] for k, row in enumerate(tables()["orders"])]
    read = read_plan_data(write_folder(tmp_path / "d", history=history, orders=orders))
    told = [(warning.file.rsplit("/", 1)[-1], warning.message) for warning in read.warnings]
    assert ("orders.csv", "history knows no such channel (4 rows)") in told
    assert any("long before today" in message for _, message in told)


@pytest.mark.long
def test_the_plan_makes_more_when_more_was_sold_and_writes_the_forecast(tmp_path: Path) -> None:
    made = []
    for qty in (4, 8):
        out = tmp_path / f"p{qty}"
        words = ["plan", str(steady(tmp_path / f"d{qty}", qty=qty)), "--out", str(out), "--json", "--quiet", "--time-limit", "2"]
        told = json.loads(CliRunner().invoke(app, words).stdout)
        assert told["orders"] == 4
        assert told["forecast"]["forecast"] == pytest.approx(26 * qty)
        forecast = pl.read_parquet(out / "forecast.parquet")
        assert forecast["forecast"].sum() == pytest.approx(26 * qty)
        assert (forecast["consumed"] + forecast["net"] - forecast["forecast"]).abs().max() == pytest.approx(0.0, abs=2e-3)
        served = pl.read_parquet(out / "deliveries.parquet").filter(pl.col("customer") == CUSTOMER)
        assert served["qty"].sum() <= forecast["planned"].sum()
        made.append(pl.read_parquet(out / "lots.parquet").filter((pl.col("item") == "000123") & (pl.col("step") == "20"))["qty"].sum())
    assert made[1] > made[0] + 20


@pytest.mark.long
def test_orders_are_served_as_well_as_without_a_forecast(tmp_path: Path) -> None:
    """Hours are short: the forecast waits, not the orders."""
    on_time = []
    for name, folder in (("with", steady(tmp_path / "a", qty=60)), ("without", write_folder(tmp_path / "b"))):
        words = ["plan", str(folder), "--out", str(tmp_path / name), "--json", "--quiet", "--rounds", "300"]
        told = json.loads(CliRunner().invoke(app, words).stdout)
        on_time.append((told["status"], told["late_orders"], told["on_time"]))
        if name == "with":
            assert told["forecast"]["on_time"] < 0.9
    assert on_time[0] == on_time[1]


def test_a_plan_without_its_forecast_keeps_orders_and_all_that_is_made(tmp_path: Path) -> None:
    read = read_plan_data(steady(tmp_path / "d"))
    case = with_forecast(read.case, forecast_demand(read.demand))  # type: ignore[arg-type]
    whole = plan(case.facts, rounds=5)
    problem, alone = orders_alone(case.facts, whole, case.n_orders)
    assert problem.orders == read.case.facts.orders
    assert alone.lot_qty.tolist() == whole.lot_qty.tolist()
    given = [np.bincount(r.delivery_order, weights=r.delivery_qty, minlength=len(case.facts.orders))[:4].tolist() for r in (whole, alone)]
    assert given[0] == given[1]
    pegged = np.bincount(alone.peg_delivery, weights=alone.peg_qty, minlength=alone.delivery_qty.size)
    assert pegged == pytest.approx(alone.delivery_qty)
    assert set(alone.late_order.tolist()) <= {0, 1, 2, 3}


def three_years(rng: np.random.Generator, noise: float) -> list[float]:
    week = np.arange(156)
    mean = 200 * (1 + 0.4 * np.sin(2 * np.pi * week / 52))
    return [float(q) for q in np.round(mean * np.exp(noise * rng.standard_normal(156)))]


def test_forecast_alone_tells_what_every_step_was_worth(tmp_path: Path) -> None:
    """Marketing knows its promotion, sales dreams: the first pays, the second does not; both beat by the method."""
    sold = three_years(np.random.default_rng(3), 0.1)
    promoted, dreamt = 150, 153
    sold[promoted] *= 2
    day = [str(TODAY - dt.timedelta(weeks=156 - k)) for k in (promoted, dreamt)]
    folder = tmp_path / "d"
    history: Rows = [HEAD, *weeks("000123", "", sold)]
    told = [["000123", "", day[0], "1", "1.0", "", "fair"], ["000123", "", day[1], "1", "", str(3 * sold[dreamt]), "sales"]]
    write_folder(folder, history=history, forecast_changes=[CHANGES, *told], work_centres=None, capacity=None, routings=None, bom=None, receipts=None)
    result = CliRunner().invoke(app, ["forecast", str(folder), "--json", "--out", str(tmp_path / "f")])
    steps = json.loads(result.stdout.strip().splitlines()[-1])["accuracy"]
    assert list(steps) == ["mean of a year", "seasonal naive", "statistical", "promotions", "overrides"]
    assert steps["statistical"]["mase"] < steps["seasonal naive"]["mase"]
    assert steps["promotions"]["value_added"] > 0.02
    assert steps["overrides"]["value_added"] < -0.02
    accuracy = pl.read_parquet(tmp_path / "f" / "accuracy.parquet")
    assert accuracy.filter(pl.col("level") == "series").height == 5
    assert {path.name for path in (tmp_path / "f").iterdir()} == {"forecast.parquet", "accuracy.parquet", "forecast.xlsx", "finished.json"}


def test_forecast_alone_needs_items_and_history_only(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "d", history=None)
    with pytest.raises(InputErrors) as error:
        read_demand_data(folder)
    assert [problem.message for problem in error.value.problems] == ["missing table"]
    for name in ("orders", "bom", "work_centres", "capacity", "routings", "suppliers", "stock", "receipts"):
        (folder / f"{name}.csv").unlink()
    (folder / "history.csv").write_text("item,channel,period,qty\n000123,,2025-12-29,5\n", encoding="utf-8")
    data, warnings = read_demand_data(folder)
    assert warnings == ()
    assert forecast_demand(data).planned.sum() == 26 * 5
