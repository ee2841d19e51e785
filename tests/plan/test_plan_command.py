"""``e2esim plan`` from the words to the plan folder, on a tiny factory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest
from plan_folders import TABLES, cell, more, write_folder
from plan_referee import broken_rules
from typer.testing import CliRunner, Result

from e2esim.cli.main import app
from e2esim.config.plan_data import read_plan_data
from e2esim.report.plan.folder import FRAMES


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["plan", *words, "--time-limit", "1"])
    assert result.exit_code == code, (result.stdout, result.stderr, result.exception)
    return result


def found(*words: str) -> dict[str, Any]:
    out: dict[str, Any] = json.loads(call(*words, "--json").stdout)
    return out


def test_a_plan_folder_is_whole_and_keeps_every_rule(here: Path) -> None:
    data = write_folder(here / "d")
    told = found("d", "--out", "p", "--export-neutral", "n")
    assert (told["status"], told["objective"], told["late_orders"], told["shortages"]) == ("on_time", 0.0, 0, 0)
    assert told["gap"] == 0.0
    assert told["on_time"] == {"1": 1.0, "2": 1.0, "3": 1.0}
    files = {path.name for path in (here / "p").iterdir()}
    pictures = {f"{name}.{kind}" for name in ("gantt", "load") for kind in ("svg", "png")}
    tables = {f"{name}.parquet" for name in [*FRAMES, "messages", "limits", "ways_out"]}
    assert files == tables | pictures | {"plan.xlsx", "manifest.json", "finished.json", "state.json", "state.npz"}
    assert broken_rules(read_plan_data(data).case.facts, here / "p") == set()
    assert {path.name for path in (here / "n").iterdir()} == {"lots.csv", "purchases.csv", "deliveries.csv"}
    assert pl.read_csv(here / "n/lots.csv", infer_schema=False)["item"].to_list().count("000123") > 0
    manifest = json.loads((here / "p/manifest.json").read_text(encoding="utf-8"))
    assert manifest["plan"]["today"] == "2026-01-05"
    assert set(manifest["files"]) == files - {"manifest.json", "finished.json"}


def test_the_workbook_reads_back_as_the_tables(here: Path) -> None:
    write_folder(here / "d")
    call("d", "--out", "p", "--quiet")
    book = fastexcel.read_excel(here / "p/plan.xlsx")
    assert book.sheet_names == [
        "Summary", "MPS", "Messages", "Production lots", "Purchase orders", "Stock", "Load", "Schedule", "Deliveries", "Late orders",
        "Pegging", "Pictures",
    ]  # fmt: skip
    assert {"MPS", "Production_lots", "Purchase_orders", "Load", "Deliveries"} <= set(book.table_names())
    sheet = book.load_sheet("Deliveries").to_polars()
    kept = pl.read_parquet(here / "p/deliveries.parquet")
    assert sheet["Customer"].to_list() == kept["customer"].to_list()
    assert "=Concept GmbH" in sheet["Customer"].to_list()
    assert sheet["Item"].to_list() == kept["item"].to_list()
    assert sheet["Quantity"].to_list() == kept["qty"].to_list()
    assert sheet["Delivered"].cast(pl.Date).to_list() == kept["delivered"].to_list()
    mps = book.load_sheet("MPS").to_polars().filter(pl.col("Item") == "000123")
    demand = mps.filter(pl.col("Row") == "demand")
    assert demand["2026-01-05"].to_list() == [3.0]
    assert demand["2026-01-19"].to_list() == [8.0]
    assert mps.filter(pl.col("Row") == "stock").select(pl.col("^20.*$").min()).transpose().min().item() >= 0


def test_mps_balances_and_load_is_within_hours(here: Path) -> None:
    write_folder(here / "d")
    call("d", "--out", "p", "--quiet")
    mps = pl.read_parquet(here / "p/mps.parquet")
    change = pl.col("made") + pl.col("received") - pl.col("delivered") - pl.col("used")
    opening = {"000123": 3.0, "LEG": 20.0}
    for item, rows in mps.partition_by("item", as_dict=True).items():
        stock = rows.select(change.cum_sum() + opening[str(item[0])]).to_series()
        assert stock.to_list() == pytest.approx(rows["stock_end"].to_list())
        assert min(rows["stock_end"]) >= 0
    load = pl.read_parquet(here / "p/load.parquet")
    lots = pl.read_parquet(here / "p/lots.parquet")
    assert load["load_h"].sum() == pytest.approx(lots["hours"].sum())
    assert (load["load_h"] <= load["capacity_h"] + 1e-6).all()


def test_shortages_are_a_plan_with_reasons(here: Path) -> None:
    """500 tables in a week at 40 h: some late, some never, each piece with its cause, exit code 0."""
    write_folder(here / "d", **more("orders", ["A5", "Rossi", "000123", "900", "2026-01-26", "2"]))
    told = found("d", "--out", "p")
    assert told["status"] == "short"
    assert told["shortages"] >= 1
    assert 0 < told["bound"] <= told["objective"]
    late = pl.read_parquet(here / "p/late.parquet")
    assert late["late_qty"].sum() == pytest.approx(told["late_pieces"])
    assert sum(told["causes"].values()) == pytest.approx(told["late_pieces"])
    assert late["short_qty"].sum() == pytest.approx(told["short_pieces"])
    assert set(late["cause"]) <= {"material", "work centre", "supplier", "lead time", "precedence"}
    assert "Why late" in call("d", "--out", "q").stdout
    load = pl.read_parquet(here / "p/load.parquet")
    assert load["overload_h"].max() > 0  # type: ignore[operator]
    assert (load["load_h"] <= load["capacity_h"] + 1e-6).all()


def test_each_cause_says_where_and_why(here: Path) -> None:
    """A1 is overdue; A5 wants tops sooner than the faster supplier brings them."""
    wrong = cell("orders", 2, "due", "2025-12-30") | {"receipts": TABLES["receipts"][:1]}
    wrong["orders"] = [*wrong["orders"], ["A5", "Rossi", "TOP", "20", "2026-01-09", "1"]]
    write_folder(here / "d", **wrong)
    call("d", "--out", "p", "--quiet")
    late = pl.read_parquet(here / "p/late.parquet").select("order", "cause", "where", "why", "days_late", "late_qty")
    rows = {row[0]: row[1:] for row in late.iter_rows()}
    assert rows["A1"] == ("lead time", "overdue", "it was due before today", 6, 3.0)
    assert rows["A5"][:4] == ("supplier", "S2", "S2 needs 7 d to bring TOP", 3)


def test_the_summary_fits_80_columns(here: Path) -> None:
    write_folder(here / "d", **more("orders", ["A5", "Rossi", "000123", "900", "2026-01-26", "2"]))
    lines = call("d", "--out", "p").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("Plan Tables & more") for line in lines)


@pytest.mark.parametrize("extra", [[], ["--json"]])
def test_bad_input_is_told_and_leaves_nothing(here: Path, extra: list[str]) -> None:
    write_folder(here / "d", **cell("orders", 3, "qty", "twelve"), **cell("suppliers", 2, "lead_time_days", "-1"))
    before = sorted(here.rglob("*"))
    result = call("d", "--out", "p", "--export-neutral", "n", *extra, code=2)
    assert result.stdout == ""
    assert "row 3, column qty: not a number [twelve]" in result.stderr
    assert "row 2, column lead_time_days" in result.stderr
    assert "Traceback" not in result.stderr
    assert sorted(here.rglob("*")) == before


def test_no_folder_is_overwritten(here: Path) -> None:
    write_folder(here / "d")
    (here / "p").mkdir()
    (here / "p/mine.txt").write_text("keep")
    assert "not empty" in call("d", "--out", "p", code=2).stderr
    assert "other files" in call("d", "--out", "q", "--export-neutral", "p", code=2).stderr
    assert not (here / "q").exists()


def test_freeze_keeps_what_was_released(here: Path) -> None:
    """The same day again: what begins in the first fourteen days stays, to the piece and the day, under its number."""
    data = write_folder(here / "d")
    call("d", "--out", "p", "--quiet")
    write_folder(here / "e", **more("orders", ["A0", "Urgent", "000123", "15", "2026-01-15", "1"]))
    call("e", "--out", "q", "--freeze", "p", "--export-neutral", "n", "--quiet")
    columns = ["lot", "item", "step", "qty", "start", "end"]
    old, new = (pl.read_parquet(here / f"{name}/lots.parquet") for name in ("p", "q"))
    horizon = pl.date(2026, 1, 19)
    begun = old.filter(pl.col("start") < horizon).select(columns).sort("lot")
    assert begun.height > 0
    assert new.filter(pl.col("status") == "released").select(columns).sort("lot").equals(begun)
    assert new["lot"].n_unique() == new.height
    ordered = pl.read_parquet(here / "p/purchases.parquet").filter(pl.col("ordered") < horizon)
    kept = pl.read_parquet(here / "q/purchases.parquet").filter(pl.col("status") == "released")
    assert kept["purchase"].to_list() == ordered["purchase"].to_list()
    assert broken_rules(read_plan_data(here / "e").case.facts, here / "q") == set()
    assert pl.read_csv(here / "n/lots.csv").height == new.height
    pegs = pl.read_parquet(here / "q/pegging.parquet").filter(pl.col("use").is_in(begun["lot"].implode()))
    assert set(pegs["use"]) == set(begun["lot"])
    assert data.is_dir()


def test_a_frozen_plan_that_cannot_be_kept_is_planned_with_ways_out(here: Path) -> None:
    """No legs any more, or no hours: lots that lack them go, the plan keeps every rule, and adding what is told keeps all."""
    write_folder(here / "d")
    call("d", "--out", "p", "--quiet")
    gone = {"stock": [*TABLES["stock"][:2], ["LEG", "0"], *TABLES["stock"][3:]]}
    write_folder(here / "e", **gone)
    done = call("e", "--out", "q", "--freeze", "p", "--json")
    assert "p/lots.parquet" in done.stderr
    assert "row 2, column start: infeasible frozen plan: lot L0000" in done.stderr
    told = json.loads(done.stdout)["frozen"]
    assert told["let_go"]
    assert {row["where"] for row in told["keep"]} == {"LEG"}
    assert broken_rules(read_plan_data(here / "e").case.facts, here / "q") == set()
    ways = pl.read_parquet(here / "q/ways_out.parquet").filter(pl.col("rank") == 0)
    assert ways["says"].to_list() == [row["says"] for row in told["keep"]]
    more_legs = [[f"R{k}", "LEG", str(-(-row["qty"] // 1)), row["week"], "production"] for k, row in enumerate(told["keep"])]
    write_folder(here / "e2", **gone, receipts=[*TABLES["receipts"], *more_legs])
    assert "frozen" not in json.loads(call("e2", "--out", "q2", "--freeze", "p", "--json").stdout)
    few = {"capacity": [[a, b, "0.5" if (a, b) == ("ASM", "2026-01-12") else c] for a, b, c in TABLES["capacity"]]}
    write_folder(here / "f", **few)
    done = call("f", "--out", "q3", "--freeze", "p")
    assert "work centre ASM, week of 2026-01-12" in done.stderr
    assert "could not be kept" in done.stdout
    assert broken_rules(read_plan_data(here / "f").case.facts, here / "q3") == set()
    assert "no plan folder" in call("d", "--out", "q4", "--freeze", "d", code=2).stderr
    assert not (here / "q4").exists()


def test_stdout_holds_json_alone_in_a_real_process(here: Path) -> None:
    write_folder(here / "d", **cell("orders", 2, "due", "2025-12-30"))
    words = [sys.executable, "-m", "e2esim.cli.main", "plan", "d", "--json", "--time-limit", "1", "--out", "p"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["late_orders"] == 1
    assert "before today" in done.stderr


CASES = os.environ.get("E2ESIM_CASES")


@pytest.mark.long
@pytest.mark.skipif(not CASES, reason="E2ESIM_CASES names no folder with the planner's cases")
@pytest.mark.parametrize("name", ["n1000", "n10000", "n10000_tight"])
def test_cases_through_the_command_pass_their_referee(here: Path, name: str) -> None:
    root = Path(str(CASES)) / "planner"
    words = ["plan", str(root / name), "--out", "p", "--export-neutral", "n", "--time-limit", "10", "--quiet"]
    assert CliRunner().invoke(app, words).exit_code == 0
    referee = [sys.executable, str(root / "referee.py"), str(root / name), "n"]
    done = subprocess.run(referee, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout.strip().splitlines()[-1])["breaches"] == {}


@pytest.mark.long
def test_the_shipped_folder_is_planned_in_a_minute(here: Path) -> None:
    result = CliRunner().invoke(app, ["plan", "planner_200", "--json", "--quiet", "--out", "p"])
    told = json.loads(result.stdout)
    assert told["wall_s"] < 60
    assert told["status"] == "late"
    assert told["shortages"] == 0
    assert told["gap"] < 0.5
    assert broken_rules(read_plan_data(Path("planner_200")).case.facts, here / "p") == set()
