"""What a planner takes away: messages about goods on order, projected stock, numbers that stay, plan against plan."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_folders import Rows, more, tables, write_folder
from shift_folders import shift_tables
from typer.testing import CliRunner

from e2esim.cli.main import app
from e2esim.planning.factory.action_messages import SLACK_DAYS, Action, OnOrder, action_messages
from e2esim.report.plan.erp import FILES, Row, numbered_on

QUICK = ["--quiet", "--time-limit", "1", "--explain", "0"]


def planned(folder: Path, out: Path, *words: str) -> Path:
    result = CliRunner().invoke(app, ["plan", str(folder), "--out", str(out), *QUICK, *words])
    assert result.exit_code == 0, result.output
    return out


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 8),
    st.lists(st.tuples(st.integers(0, 39), st.integers(1, 6)), min_size=1, max_size=5, unique_by=lambda row: row[0]),
    st.lists(st.tuples(st.integers(0, 39), st.integers(1, 5)), max_size=6),
    st.lists(st.tuples(st.integers(0, 39), st.integers(1, 5)), max_size=6),
    st.booleans(),
)
def test_messages_piece_by_piece(
    on_hand: int, orders: list[tuple[int, int]], used: list[tuple[int, int]], wished: list[tuple[int, int]], waiting: bool
) -> None:
    """Pieces of stock and of open orders stand in a queue; the n-th piece taken is the n-th of the queue."""
    days = [sorted(d for d, q in rows for _ in range(q)) for rows in (used, wished)]
    table = np.zeros((2, 1, 40))
    for k, rows in enumerate((used, wished)):
        for d, q in rows:
            table[k, 0, d] += q
    goods = OnOrder(item=np.zeros(len(orders), np.int64), day=np.array([d for d, _ in orders]), qty=np.array([float(q) for _, q in orders]))
    found = action_messages(np.array([float(on_hand)]), goods, table[0], table[1], np.array([waiting]))
    expected: set[tuple[int, str, float, int]] = set()
    place = on_hand
    for day, qty in sorted(orders):
        row = orders.index((day, qty))
        needs = [[taken[n] if n < len(taken) else None for n in range(place, place + qty)] for taken in days]
        wanted = [n for n in range(qty) if needs[0][n] is not None or needs[1][n] is not None]
        if len(wanted) < qty:
            expected.add((row, "cancel", float(qty - len(wanted)), -1))
        if wanted:
            plan, wish = (10**6 if needs[k][0] is None else needs[k][0] for k in (0, 1))
            if waiting and wish < day:
                expected.add((row, "expedite", float(len(wanted)), wish))
            elif plan < day:
                expected.add((row, "reschedule in", float(len(wanted)), plan))
            elif min(plan, wish) > day + SLACK_DAYS:
                expected.add((row, "reschedule out", float(len(wanted)), min(plan, wish)))
        place += qty
    assert {(m.row, m.action.value, m.qty, m.day) for m in found} == expected


def test_open_orders_get_the_message_they_deserve(tmp_path: Path) -> None:
    """A top that 12 tables wait for, one far too early, and oil that nobody wants."""
    receipts: Rows = [
        ["receipt", "item", "qty", "due", "kind"],
        ["LATE", "TOP", "6", "2026-03-01", "purchase"],
        ["EARLY", "LEG", "60", "2026-01-06", "production"],
        ["IDLE", "OIL", "500", "2026-01-20", "purchase"],
    ]
    only_oil = [row for row in tables()["suppliers"] if row[1] != "TOP"]
    orders = [tables()["orders"][0], ["A1", "Rossi", "000123", "3", "2026-01-06", "1"], ["A3", "Rossi", "000123", "12", "2026-02-20", "2"]]
    out = planned(write_folder(tmp_path / "d", receipts=receipts, suppliers=only_oil, orders=orders), tmp_path / "p")
    told = {row["supply"]: row for row in pl.read_parquet(out / "messages.parquet").iter_rows(named=True)}
    assert (told["LATE"]["message"], told["LATE"]["supply_kind"]) == ("expedite", "purchase order")
    assert "A3" in told["LATE"]["says"]
    assert told["LATE"]["days"] < -7
    assert (told["IDLE"]["message"], told["IDLE"]["needed"]) == ("cancel", None)
    assert told["IDLE"]["qty"] > 480
    assert (told["EARLY"]["message"], told["EARLY"]["supply_kind"]) == ("cancel", "works order")  # 20 legs of 48 are there; 32 of 60 wanted
    assert told["EARLY"]["qty"] == pytest.approx(60 - 28)
    assert next(iter(told.values()))["message"] == "expedite"


def test_nothing_to_say_where_open_orders_come_in_time(tmp_path: Path) -> None:
    """Ten tops on 9 January, six on hand, twenty wanted from then on."""
    told = json.loads(CliRunner().invoke(app, ["plan", str(write_folder(tmp_path / "d")), "--out", str(tmp_path / "p"), "--json", *QUICK]).stdout)
    assert set(told["messages"]) <= {Action.LATER.value}
    assert told["messages"].get("cancel") is None


def test_stock_of_every_item_adds_up_and_is_never_below_zero(tmp_path: Path) -> None:
    out = planned(write_folder(tmp_path / "d"), tmp_path / "p")
    stock, mps = pl.read_parquet(out / "stock.parquet"), pl.read_parquet(out / "mps.parquet")
    assert set(stock["item"]) == {"000123", "LEG", "TOP", "OIL"}
    change = stock["on_order"] + stock["bought"] + stock["made"] - stock["used"] - stock["delivered_qty"]
    assert (stock["stock_start"] + change - stock["stock_end"]).abs().max() < 1e-6
    assert stock["stock_least"].min() > -1e-6
    assert (stock["stock_least"] <= stock["stock_end"] + 1e-9).all()
    both = mps.join(stock, on=["item", "week"], suffix="_all")
    assert both.height == mps.height
    assert (both["stock_end"] - both["stock_end_all"]).abs().max() < 1e-6
    first = stock.group_by("item", maintain_order=True).first()
    assert dict(first.select("item", "stock_start").iter_rows()) == {"000123": 3.0, "LEG": 20.0, "TOP": 6.0, "OIL": 4.0}


def test_closed_days_are_those_without_an_hour(tmp_path: Path) -> None:
    """Weekly hours: the week of 19 January has none at the saw; a calendar: weekends and the closure of the assembly."""
    saw = [[*row[:2], "0"] if row[0] == "SAW" and row[1] == "2026-01-19" else row for row in tables()["capacity"]]
    out = planned(write_folder(tmp_path / "d", capacity=saw), tmp_path / "p")
    monday = dt.date(2026, 1, 19)
    assert pl.read_parquet(out / "closed.parquet").rows() == [("SAW", monday, monday + dt.timedelta(days=6), 7)]
    assert (out / "gantt.svg").stat().st_size > 1000
    shifts = write_folder(tmp_path / "s", **(dict.fromkeys(tables()) | shift_tables(orders=6)))
    closed = pl.read_parquet(planned(shifts, tmp_path / "q") / "closed.parquet")
    easter = closed.filter(pl.col("from") == dt.date(2026, 4, 3))
    assert sorted(easter.select("work_centre", "to", "days").rows()) == [(c, dt.date(2026, 4, 6), 4) for c in ("LATHE", "OVEN", "PRESS")]
    assert closed.filter(pl.col("work_centre") == "LATHE")["from"][0] == dt.date(2026, 3, 7)  # a Saturday


def test_erp_files_confirm_what_is_delivered_and_keep_their_numbers(tmp_path: Path) -> None:
    folder, erp = write_folder(tmp_path / "d"), tmp_path / "erp"
    planned(folder, tmp_path / "p1", "--erp", str(erp))
    assert {path.name for path in erp.iterdir()} == set(FILES)
    first = {name: (erp / name).read_text(encoding="utf-8") for name in FILES}
    planned(folder, tmp_path / "p2", "--erp", str(erp), "--calm", str(tmp_path / "p1"))
    assert {name: (erp / name).read_text(encoding="utf-8") for name in FILES} == first  # the same plan, the same numbers
    confirmed = pl.read_csv(erp / "confirmations.csv", infer_schema=False)
    by_order = confirmed.group_by("order").agg(pl.col("qty").cast(pl.Float64).sum()).sort("order")
    assert by_order.rows() == [("A1", 3.0), ("A2", 8.0), ("A3", 12.0), ("A4", 10.0)]
    bought, made = (pl.read_csv(erp / name, infer_schema=False) for name in ("planned_purchases.csv", "works_orders.csv"))
    assert bought["id"].n_unique() == bought.height
    assert made["id"].n_unique() == made.height
    known = pl.read_parquet(tmp_path / "p1" / "purchases.parquet")
    assert bought["qty"].cast(pl.Float64).sum() == pytest.approx(known["qty"].sum())
    write_folder(tmp_path / "e", **more("orders", ["A9", "Neu", "000123", "30", "2026-02-27", "1"]))
    planned(tmp_path / "e", tmp_path / "p3", "--erp", str(erp))
    later = pl.read_csv(erp / "planned_purchases.csv", infer_schema=False)
    kept = bought.join(later, on="id", suffix="_new")
    assert kept.height > 0
    assert (kept["item"] == kept["item_new"]).all()
    assert (kept["supplier"] == kept["supplier_new"]).all()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 9), st.integers(1, 3)), max_size=7), min_size=2, max_size=5))
def test_a_number_is_never_given_twice(plans: list[list[tuple[str, int, int]]]) -> None:
    known: list[tuple[str, Row]] = []
    highest, owner = 0, {}
    for plan in plans:
        rows = [Row(key, f"2026-01-0{day}", float(qty)) for key, day, qty in plan]
        numbers, highest = numbered_on(known, rows, "PP", highest)
        assert len(set(numbers)) == len(rows)
        for number, row in zip(numbers, rows, strict=True):
            assert owner.setdefault(number, row.key) == row.key
        gone = {number for number, _ in known} - set(numbers)
        known = list(zip(numbers, rows, strict=True))
        assert all(int(number[2:]) <= highest for number in [*gone, *numbers])
    again, _ = numbered_on(known, [row for _, row in known], "PP", highest)
    assert sorted(again) == sorted(number for number, _ in known)


def test_a_folder_with_other_files_is_no_place_for_an_export(tmp_path: Path) -> None:
    (tmp_path / "erp").mkdir()
    (tmp_path / "erp" / "letter.txt").write_text("dear", encoding="utf-8")
    result = CliRunner().invoke(app, ["plan", str(write_folder(tmp_path / "d")), "--out", str(tmp_path / "p"), "--erp", str(tmp_path / "erp"), *QUICK])
    assert result.exit_code == 2
    assert not (tmp_path / "p").exists()


def test_plan_against_plan_says_for_whom_it_is_better_and_worse(tmp_path: Path) -> None:
    """A larger order of the first priority pushes others; the way back is the same with the sign turned."""
    old = planned(write_folder(tmp_path / "d"), tmp_path / "p1")
    write_folder(tmp_path / "e", **more("orders", ["A9", "Neu", "000123", "200", "2026-01-20", "1"]))
    new = planned(tmp_path / "e", tmp_path / "p2")
    told, back = (json.loads(CliRunner().invoke(app, ["compare", str(a), str(b), "--json"]).stdout) for a, b in ((old, new), (new, old)))
    assert told["orders"]["new"] == 1
    assert back["orders"]["gone"] == 1
    assert told["orders"].get("worse", 0) == back["orders"].get("better", 0) > 0
    assert told["figures"]["Orders"] == {"before": 4.0, "after": 5.0, "difference": 1.0}
    days = {row["customer"]: row["piece_days"] for row in told["customers"]}
    assert {row["customer"]: -row["piece_days"] for row in back["customers"]} == pytest.approx(days)
    rossi = [pl.read_parquet(folder / "deliveries.parquet").filter(pl.col("customer") == "Rossi") for folder in (old, new)]
    late = [float((frame["qty"] * frame["days_late"]).sum()) for frame in rossi]
    assert days["Rossi"] >= late[1] - late[0] > 0


def test_a_plan_against_itself_says_nothing_and_writes_its_tables(tmp_path: Path) -> None:
    old = planned(write_folder(tmp_path / "d"), tmp_path / "p1")
    result = CliRunner().invoke(app, ["compare", str(old), str(old), "--json", "--out", str(tmp_path / "c")])
    told = json.loads(result.stdout)
    assert told["orders"] == {}
    assert set(told["moves"].values()) == {0.0}
    assert {path.name for path in (tmp_path / "c").iterdir()} >= {"compare.xlsx", "orders.parquet", "figures.parquet", "moves.parquet", "customers.parquet"}
    assert CliRunner().invoke(app, ["compare", str(old), str(tmp_path)]).exit_code == 2
