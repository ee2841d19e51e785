"""``e2esim backorders`` from the words to the folder: winners and losers before release, quotas, and what is refused."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import fastexcel
import numpy as np
import polars as pl
import pytest
from plan_folders import Rows, write_folder
from typer.testing import CliRunner, Result

from e2esim.cli.main import app
from e2esim.config.plan_data import read_plan_data
from e2esim.config.problems import InputErrors, Problem
from e2esim.planning.book.of_plan import plan_supply
from e2esim.planning.factory.planner import plan

HEAD = ["order", "customer", "item", "qty", "due", "priority", "min_shipment", "promised"]
# six tops on the shelf, ten more on January 9: the plan gives the shelf to B2, which has the higher priority
ORDERS: Rows = [HEAD, ["B1", "Rossi", "TOP", "6", "2026-01-06", "3", "", ""], ["B2", "Verdi", "TOP", "6", "2026-01-06", "1", "", ""]]
SEGMENTS: Rows = [
    ["segment", "strategy", "rank", "by", "value"],
    ["key", "win", "1", "customer", "Rossi"],
    ["rest", "redistribute", "2", "all", ""],
]
CUSTOMERS: Rows = [["customer", "channel", "market"], ["Rossi", "web", "IT"], ["Verdi", "shop", ""]]
DATA: dict[str, Rows] = {"orders": ORDERS, "segments": SEGMENTS, "customers": CUSTOMERS}
SHELF, LATER = "2026-01-06", "2026-01-09"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("e2esim.application.confirming.QUICK_S", 0.5)
    return tmp_path


def call(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["backorders", *words])
    assert result.exit_code == code, (result.stdout, result.stderr, result.exception)
    return result


def found(*words: str) -> dict[str, Any]:
    out: dict[str, Any] = json.loads(call(*words, "--json", "--quiet").stdout)
    return out


def confirmed(told: dict[str, Any]) -> dict[str, list[tuple[str, float]]]:
    days: dict[str, list[tuple[str, float]]] = {}
    for row in told["confirmations"]:
        days.setdefault(row["order"], []).append((row["confirmed"], row["qty"]))
    return days


def test_a_dry_run_lists_winners_and_losers_and_writes_nothing(here: Path) -> None:
    write_folder(here / "d", **DATA)
    before = sorted(here.rglob("*"))
    told = found("d")
    assert [(row["order"], row["last_before"], row["last_after"]) for row in told["winners_list"]] == [("B1", LATER, SHELF)]
    assert [(row["order"], row["last_before"], row["last_after"], row["rule"]) for row in told["losers_list"]] == [("B2", SHELF, LATER, "redistribute")]
    assert confirmed(told) == {"B1": [(SHELF, 6)], "B2": [(LATER, 6)]}
    assert (told["flagged"], told["broken_promises"], told["released"]) == (0, 0, False)
    assert sorted(here.rglob("*")) == before


def test_nobody_loses_to_a_winner_who_must_keep_what_others_have(here: Path) -> None:
    write_folder(here / "d", **DATA | {"segments": [*SEGMENTS[:2], ["rest", "gain", "2", "all", ""]]})
    told = found("d")
    assert (told["losers_list"], [row["order"] for row in told["flagged_list"]]) == ([], ["B1"])
    assert confirmed(told) == {"B1": [(LATER, 6)], "B2": [(SHELF, 6)]}
    text = call("d", "--quiet").stdout + call("d").stdout
    assert "Must win and do not" in text
    assert "Dry run, nothing is written" in text


def test_orders_of_no_segment_keep_what_they_have(here: Path) -> None:
    write_folder(here / "d", **DATA | {"segments": SEGMENTS[:2]})
    told = found("d")
    assert [(row["segment"], row["strategy"], row["orders"]) for row in told["segments"]] == [("key", "win", 1), ("others", "gain", 1)]
    assert told["losers_list"] == []


def test_a_file_of_segments_goes_before_the_table(here: Path) -> None:
    write_folder(here / "d", **DATA)
    (here / "s.csv").write_text("segment;strategy;rank;by;value\nall;gain;1;all;\n", encoding="utf-8")
    told = found("d", "--segments", "s.csv")
    assert (told["winners"], told["losers"], told["segments"][0]["segment"]) == (0, 0, "all")


def test_release_writes_excel_and_parquet_and_the_newest_plan_is_used(here: Path) -> None:
    write_folder(here / "d", **DATA)
    made = CliRunner().invoke(app, ["plan", "d", "--out", "runs/p", "--time-limit", "1", "--quiet"])
    assert made.exit_code == 0
    (here / "d" / "segments.csv").write_text("\n".join(",".join(row) for row in [*SEGMENTS, ["rest", "", "2", "priority", "9"]]), encoding="utf-8")
    told = found("d", "--release", "--out", "b")
    assert told["plan"].startswith("plan runs/p of")
    assert told["out"] == "b"
    files = {path.name for path in (here / "b").iterdir()}
    tables = ("confirmations", "winners", "losers", "orders", "segments")
    assert files == {f"{name}.parquet" for name in tables} | {"backorders.xlsx", "manifest.json", "finished.json"}
    rows = pl.read_parquet(here / "b" / "confirmations.parquet")
    assert rows.select("order", "confirmed", "qty").rows() == [("B1", dt.date(2026, 1, 6), 6.0), ("B2", dt.date(2026, 1, 9), 6.0)]
    book = fastexcel.read_excel(here / "b" / "backorders.xlsx")
    assert book.sheet_names == ["Summary", "Confirmations", "Winners", "Losers", "Orders", "Segments"]
    assert book.load_sheet("Losers").to_polars()["Order"].to_list() == ["B2"]
    call("d", "--release", "--out", "b", code=2)  # the folder is not empty
    assert json.loads((here / "b" / "manifest.json").read_text(encoding="utf-8"))["backorders"]["losers"] == 1


def test_a_promise_that_supply_does_not_carry_is_logged_as_broken(here: Path) -> None:
    orders = [HEAD, ["B1", "Rossi", "TOP", "8", "2026-01-06", "3", "1", SHELF]]
    write_folder(here / "d", **DATA | {"orders": orders, "customers": CUSTOMERS[:2], "segments": [SEGMENTS[0], ["all", "gain", "1", "all", ""]]})
    told = found("d")
    assert told["broken_promises"] == 1
    assert [(row["order"], row["worse"], row["rule"]) for row in told["losers_list"]] == [("B1", 2, "supply")]
    assert confirmed(told) == {"B1": [(SHELF, 6), (LATER, 2)]}


def test_quotas_hold_and_stealing_goes_downward_only(here: Path) -> None:
    def told(web: str, shop: str) -> dict[str, Any]:
        quotas = [
            ["channel", "market", "customer", "share_percent", "priority"],
            ["web", "", "", "25", web],
            ["web", "IT", "", "50", "1"],
            ["shop", "", "", "75", shop],
        ]
        folder = write_folder(here / f"d{web}{shop}", **DATA | {"quotas": quotas, "segments": [SEGMENTS[0], ["all", "redistribute", "1", "all", ""]]})
        return found(str(folder))

    # six pieces on the shelf: 1.5 are the web's (half of that Italy's), 4.5 the shop's, too few for B2, which waits for the ninth;
    # so the web may take all six. With the ranks turned the web has its four of sixteen at most, too few for B1
    down = told("1", "2")
    assert confirmed(down) == {"B1": [(SHELF, 6)], "B2": [(LATER, 6)]}
    view = {row["quota_of"]: row for row in down["quotas"]}
    assert (view["web"]["quota"], view["web / IT"]["pot"], view["shop"]["quota"]) == (4, 2, 12)
    assert (view["web / IT"]["consumed"], view["web / IT"]["from_pools"], view["web / IT"]["stolen"], view["shop"]["stolen_from"]) == (6, 0.75, 4.5, 4.5)
    up = told("2", "1")
    assert "B1" not in confirmed(up)


def test_supply_of_a_plan_leaves_out_what_lots_take(tmp_path: Path) -> None:
    """Legs and tops are sold beside tables: what tables take from them is no supply for orders."""
    read = read_plan_data(write_folder(tmp_path / "d"))
    problem = read.case.remainder().problem
    result = plan(problem, time_limit_s=1)
    supply = plan_supply(problem, result, 70)
    assert (np.diff(supply, axis=1) >= 0).all()
    tables = problem.items.index("000123")
    step = problem.step_item.size - 1 - problem.step_item[::-1].tolist().index(tables)  # its last one
    made = result.lot_qty[result.lot_step == step].sum()
    assert supply[tables, -1] == 3 + made
    parts = problem.items.index("TOP")
    assert supply[parts, -1] == 6 + 10 + result.purchase_qty[problem.source_item[result.purchase_source] == parts].sum() - made
    sold = [supply[item, -1] >= problem.order_qty[problem.order_item == item].sum() for item in range(4)]
    assert all(sold)


def faults(folder: Path) -> list[Problem]:
    with pytest.raises(InputErrors) as caught:
        read_plan_data(folder)
    return [problem for problem in caught.value.problems if not problem.warning]


QUOTAS = ["channel", "market", "customer", "share_percent", "priority"]


@pytest.mark.parametrize(
    ("change", "file", "row", "column", "said"),
    [
        ({"segments": [SEGMENTS[0], ["key", "", "1", "all", ""]]}, "segments", 2, "strategy", "segment key has no strategy"),
        ({"segments": [SEGMENTS[0], ["key", "wins", "1", "all", ""]]}, "segments", 2, "strategy", "did you mean 'win'"),
        ({"segments": [*SEGMENTS[:2], ["key", "gain", "1", "priority", "1"]]}, "segments", 3, "strategy", "two values of strategy"),
        ({"segments": [*SEGMENTS[:2], ["key", "", "3", "priority", "1"]]}, "segments", 3, "rank", "two values of rank"),
        ({"segments": [*SEGMENTS[:2], ["key", "win", "2", "customer", "Rossi"]]}, "segments", 3, "segment + by + value", "duplicate key"),
        ({"segments": [SEGMENTS[0], ["key", "win", "1", "customer", "Rosi"]]}, "segments", 2, "value", "did you mean 'Rossi'"),
        ({"segments": [SEGMENTS[0], ["key", "win", "1", "channel", "phone"]]}, "segments", 2, "value", "no such channel"),
        ({"segments": [SEGMENTS[0], ["key", "win", "1", "priority", "high"]]}, "segments", 2, "value", "not a priority"),
        ({"segments": [SEGMENTS[0], ["key", "win", "1", "customer", ""]]}, "segments", 2, "value", "no customer is named"),
        ({"segments": [SEGMENTS[0], ["key", "win", "1", "", "Rossi"]]}, "segments", 2, "value", "nothing to compare"),
        ({"quotas": [QUOTAS, ["web", "", "", "60", "1"], ["shop", "", "", "50", "1"]]}, "quotas", 3, "share_percent", "more than 100 % together (110 %)"),
        ({"quotas": [QUOTAS, ["web", "", "", "60", "1"], ["web", "IT", "", "101", "1"]]}, "quotas", 3, "share_percent", "the rows of web have more than 100 %"),
        ({"quotas": [QUOTAS, ["web", "IT", "", "60", "1"]]}, "quotas", 2, "channel", "there is no row for web above it"),
        ({"quotas": [QUOTAS, ["wob", "", "", "60", "1"]]}, "quotas", 2, "channel", "did you mean 'web'"),
        ({"quotas": [QUOTAS, ["web", "", "", "-1", "1"]]}, "quotas", 2, "share_percent", "out of bounds"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_named(tmp_path: Path, change: dict[str, Rows], file: str, row: int, column: str, said: str) -> None:
    found = faults(write_folder(tmp_path / "d", **DATA | change))
    here = [p for p in found if (p.row, p.column) == (row, column) and p.file.endswith(f"/{file}.csv")]
    assert any(said in str(p) for p in here), [str(p) for p in found]
    assert all(p.remedy for p in here)


def test_bad_options_end_with_code_2_and_nothing_is_written(here: Path) -> None:
    write_folder(here / "d", **DATA)
    write_folder(here / "bare", orders=ORDERS)
    (here / "s.csv").write_text("segment,strategy\nkey,\n", encoding="utf-8")
    before = sorted(here.rglob("*"))
    for words, said in (
        (("d", "--out", "b"), "goes with --release only"),
        (("bare", "--release"), "nothing says which orders may gain or lose"),
        (("d", "--segments", "none.csv", "--release"), "there is no such file"),
        (("d", "--segments", "s.csv", "--release"), "segment key has no strategy"),
        (("d", "--plan", "d", "--release"), "holds no plan"),
    ):
        assert said in call(*words, code=2).stderr
    assert sorted(here.rglob("*")) == before
