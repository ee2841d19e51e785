"""What would help, in the product: tables, workbook, summary and JSON of a plan that lacks hours, material and time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest
from plan_folders import TABLES, cell, write_folder
from typer.testing import CliRunner

from e2esim.cli.main import app


def call(*words: str) -> str:
    result = CliRunner().invoke(app, ["plan", *words, "--time-limit", "1", "--explain", "20"])
    assert result.exit_code == 0, (result.stdout, result.stderr, result.exception)
    return result.stdout


@pytest.fixture(scope="module")
def scarce(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], str]:
    """60 tables for 26 January need 30 h of ASM at step 10 alone in weeks of 40 h, and 60 tops that take seven days; a late
    table costs 90 EUR.
    """
    folder = tmp_path_factory.mktemp("scarce")
    orders = [[*row, "late_cost" if k == 0 else "90"] for k, row in enumerate(TABLES["orders"])]
    orders += [["A5", "Rossi", "000123", "160", "2026-01-26", "2", "90"], ["A6", "Rossi", "000123", "30", "2026-01-07", "3", "90"]]
    hours = {"work_centres": [["work_centre", "name", "extra_h_eur"], ["SAW", "Saw", "30"], ["ASM", "Assembly", "45"]]}
    write_folder(folder / "d", orders=orders, **hours)
    told = json.loads(call(str(folder / "d"), "--json", "--out", str(folder / "p")))
    return folder, told, call(str(folder / "d"), "--out", str(folder / "q"))


def test_json_and_tables_say_the_same(scarce: tuple[Path, dict[str, Any], str]) -> None:
    folder, told, _ = scarce
    assert not told["explained"]["cut_short"]
    limits = pl.read_parquet(folder / "p/limits.parquet")
    assert [x["says"] for x in told["limits"]] == limits["says"].to_list()[:20]
    hours = limits.filter((pl.col("kind") == "work centre") & (pl.col("price") > 0))
    assert set(hours["where"]) <= {"ASM", "SAW"}
    assert hours.height >= 1
    for row in hours.iter_rows(named=True):
        assert row["saves"] == pytest.approx(row["price"] * row["valid_to"], abs=1e-3)
        assert row["eur"] == pytest.approx(90.0 * row["pieces"], abs=0.01)
        assert row["valid_from"] <= 0 < row["valid_to"]
    ways = pl.read_parquet(folder / "p/ways_out.parquet")
    for way in told["ways_out"]:
        rows = ways.filter(pl.col("way_eur") == way["eur"])
        assert rows["eur"].sum() == pytest.approx(way["eur"], abs=0.02) or way["way"] in {"mix", "fewest", "dates"}
    by_name = {way["way"]: way for way in told["ways_out"]}
    assert set(by_name) == {"mix", "hours", "material", "dates", "fewest"}
    assert by_name["mix"]["left"] == 0
    assert by_name["mix"]["eur"] <= by_name["dates"]["eur"]
    assert all(r["kind"] == "hours" for r in by_name["hours"]["reliefs"])
    assert by_name["hours"]["left"] > 0, "tables wanted on Wednesday cannot be made by any number of hours"
    assert sum(r["eur"] for r in by_name["hours"]["reliefs"]) == pytest.approx(by_name["hours"]["eur"], abs=0.02)
    assert {round(r["eur"] / r["qty"]) for r in by_name["hours"]["reliefs"]} <= {30, 45}


def test_summary_and_workbook_show_it(scarce: tuple[Path, dict[str, Any], str]) -> None:
    folder, _, text = scarce
    assert "What would help" in text
    assert "Cheapest mix" in text
    assert "Only more hours" in text
    book = fastexcel.read_excel(folder / "p/plan.xlsx")
    assert "Limits" in book.sheet_names
    sheet = book.load_sheet("Ways out").to_polars()
    assert sheet["In words"].to_list() == pl.read_parquet(folder / "p/ways_out.parquet")["says"].to_list()


def test_no_explanation_when_not_asked_or_not_needed(tmp_path: Path) -> None:
    write_folder(tmp_path / "d")
    result = CliRunner().invoke(app, ["plan", str(tmp_path / "d"), "--time-limit", "1", "--explain", "0", "--json", "--out", str(tmp_path / "p")])
    assert "limits" not in json.loads(result.stdout)
    assert not (tmp_path / "p/limits.parquet").exists()
    told = json.loads(call(str(tmp_path / "d"), "--json", "--out", str(tmp_path / "q")))
    assert (told["limits"], told["ways_out"], told["explained"]["cut_short"]) == ([], [], False)
    assert "Limits" not in fastexcel.read_excel(tmp_path / "q/plan.xlsx").sheet_names


@pytest.mark.parametrize(("table", "column"), [("orders", "late_cost"), ("orders", "price"), ("work_centres", "extra_h_eur")])
def test_negative_money_is_named(tmp_path: Path, table: str, column: str) -> None:
    write_folder(tmp_path / "d", **cell(table, 2, column, "-5"))
    result = CliRunner().invoke(app, ["plan", str(tmp_path / "d")])
    assert result.exit_code == 2
    assert f"{table}.csv" in result.stderr
    assert column in result.stderr


def test_ways_out_for_chosen_orders(scarce: tuple[Path, dict[str, Any], str]) -> None:
    """A5 alone: cheaper than all, and A6, which nothing but its date helps, is left aside."""
    folder, told, _ = scarce
    own = json.loads(call(str(folder / "d"), "--json", "--bring", "A5", "--out", str(folder / "r")))
    hours = next(way for way in own["ways_out"] if way["way"] == "hours")
    assert hours["left"] == 0
    assert next(way["left"] for way in told["ways_out"] if way["way"] == "hours") > 0
    ways = pl.read_parquet(folder / "r/ways_out.parquet")
    for way in own["ways_out"]:
        rows = ways.filter(pl.col("way_eur") == way["eur"])
        assert way["others_later"] == (way["way"] in ("hours", "material") and "date" in rows["kind"].to_list())
    assert set(ways.filter(pl.col("way") == "only more hours")["kind"]) <= {"hours"}
    assert set(ways.filter(pl.col("way") == "only more material")["kind"]) <= {"material"}
    result = CliRunner().invoke(app, ["plan", str(folder / "d"), "--bring", "A5,A99,B1", "--out", str(folder / "s")])
    assert result.exit_code == 2
    assert result.stderr.count("no such order") == 2
    assert not (folder / "s").exists()
