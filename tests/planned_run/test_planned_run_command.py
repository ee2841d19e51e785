"""`e2esim run` of a planner's folder: the command, its folder, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from run_companies import HISTORY, LAMPS, company
from typer.testing import CliRunner

from e2esim.cli.main import app


@pytest.fixture
def lamps(tmp_path: Path) -> Path:
    return company(tmp_path / "lamps", LAMPS)


def ran(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["run", *words])
    return result.exit_code, result.output


def test_without_chance_every_line_is_as_planned(lamps: Path, tmp_path: Path) -> None:
    code, text = ran(str(lamps), "chance=false", "--json", "--out", str(tmp_path / "out"))
    assert code == 0, text
    found = json.loads(text)
    assert found["kpis"]["lines_as_planned"]["value"] == 100.0
    assert found["kpis"]["lots_as_planned"]["value"] == 100.0
    assert found["kpis"]["plans"]["value"] == 1.0
    assert any("no history" in line for line in found["stated"])
    orders = pl.read_parquet(tmp_path / "out" / "orders.parquet")
    assert orders["planned"].to_list() == orders["delivered"].to_list()
    assert set(orders["against_plan"]) == {""}
    assert {"kpis.csv", "manifest.json", "lots.parquet", "purchases.parquet", "stock.parquet"} <= {p.name for p in (tmp_path / "out").iterdir()}


def test_history_brings_orders_beyond_the_book(lamps: Path, tmp_path: Path) -> None:
    (lamps / "history.csv").write_text(HISTORY, encoding="utf-8")
    code, text = ran(f"scenario={lamps}", "run_days=56", "--json", "--out", str(tmp_path / "out"), "--post-game", "-n", "2")
    assert code == 0, text
    found = json.loads(text)
    new = found["kpis"]["new_lines"]["value"]
    assert 2 <= new <= 30  # about 10 lamps a week, 8.7 a line, less what is on book
    assert found["kpis"]["otif"]["ci_low"] is not None
    game = found["post_game"]
    assert sum(part["days_late"] for part in game["parts"]) == pytest.approx(game["execution"][1] - game["plan"][1])
    orders = pl.read_parquet(tmp_path / "out" / "orders.parquet").filter(pl.col("source") == "new")
    assert set(orders["customer"]) <= {"Casa", "Luce"}
    assert (orders["placed"] <= orders["due"]).all()
    book = pl.read_parquet(tmp_path / "out" / "orders.parquet").filter(pl.col("planned").is_not_null())
    moved = book.filter(pl.col("planned") != pl.col("delivered"))
    assert (moved["against_plan"] != "").all()  # what is not as planned is explained


def test_without_chance_the_forecast_comes_as_forecast(lamps: Path, tmp_path: Path) -> None:
    (lamps / "history.csv").write_text(HISTORY, encoding="utf-8")
    code, text = ran(str(lamps), "run_days=56", "chance=false", "--json", "--out", str(tmp_path / "out"))
    assert code == 0, text
    found = json.loads(text)["kpis"]
    assert found["new_lines"]["value"] == 0
    assert found["plans"]["value"] == 1
    assert found["lines_as_planned"]["value"] >= 99.0
    orders = pl.read_parquet(tmp_path / "out" / "orders.parquet")
    assert set(orders["source"]) == {"book", "forecast"}


def test_two_tables_are_enough(tmp_path: Path) -> None:
    tables = {"items": "item\nA\nB\n", "orders": "order,item,qty,due\n1,A,5,2026-12-10\n2,B,3,2026-12-20\n", "settings": "key,value\ntoday,2026-11-30\n"}
    code, text = ran(str(company(tmp_path / "two", tables)), "chance=false", "--json", "--quiet", "--out", str(tmp_path / "out"))
    assert code == 0, text
    found = json.loads(text[text.index("{") :])["kpis"]
    assert found["otif"]["value"] == found["lines_as_planned"]["value"] == 100.0


def test_the_same_seed_gives_the_same_run(lamps: Path, tmp_path: Path) -> None:
    tables = []
    for name in ("a", "b"):
        code, text = ran(str(lamps), "seed=3", "--quiet", "--out", str(tmp_path / name))
        assert code == 0, text
        tables.append(pl.read_parquet(tmp_path / name / "orders.parquet"))
    assert tables[0].equals(tables[1])


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("run_days=nine", "not a whole number"),
        ("run_days=2000", "after the hours that the data state"),
        ("chance=luck", "not a choice of draws"),
        ("replan=7", "no such key"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(lamps: Path, tmp_path: Path, word: str, says: str) -> None:
    code, text = ran(str(lamps), word, "--out", str(tmp_path / "out"))
    assert code == 2
    assert says in text
    assert not (tmp_path / "out").exists()
