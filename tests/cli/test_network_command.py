"""The ordinary command runs a network company: its folder, its JSON, and nothing at all where the input is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from e2esim.cli.main import app


def test_run_writes_the_folder_and_prints_json(tmp_path: Path) -> None:
    out = tmp_path / "run"
    done = CliRunner().invoke(app, ["run", "scenario=textbook/beer_game", "--json", "--quiet", "--out", str(out), "-n", "2"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["kpis"]["cost_eur"]["value"] == pytest.approx(204 / 36)
    assert said["stock_points"]["beer@retailer"]["cost_eur"]["value"] == pytest.approx(46 / 36)
    assert {path.name for path in out.iterdir()} >= {
        "kpis.csv", "stock_points.csv", "work_centres.csv", "replications.csv", "inventory.parquet", "orders.parquet", "manifest.json", "report.html",
    }  # fmt: skip
    stock = pl.read_parquet(out / "inventory.parquet").filter(pl.col("site").cast(pl.String) == "retailer")
    assert stock.height == 38
    assert stock["on_hand"].to_list()[6:9] == [8.0, 4.0, 0.0]
    orders = pl.read_parquet(out / "orders.parquet")
    transfers = orders.filter((pl.col("kind") == "transfer") & (pl.col("to") == "retailer"))
    assert transfers["from"].unique().to_list() == ["wholesaler"]
    assert orders.filter(pl.col("kind") == "sale")["quantity"].sum() == 4 * 4 + 32 * 8


def test_wrong_tables_end_with_two_and_write_nothing(tmp_path: Path) -> None:
    company, out = tmp_path / "firm", tmp_path / "run"
    company.mkdir()
    (company / "items.csv").write_text("item\nchair\n")
    (company / "demand.csv").write_text("item,mean\nstool,2\n")
    done = CliRunner().invoke(app, ["run", str(company), "--out", str(out)])
    assert done.exit_code == 2
    assert "row 2, column item: no such item in table items [stool]" in done.output
    assert not out.exists()


def test_a_scenario_option_changes_the_run(tmp_path: Path) -> None:
    said = []
    for k, sequence in enumerate(("receive demand count order", "receive order demand count")):
        word = f"network.sequence='{sequence}'"
        page = ["--language", "it"] if k else ["--no-report"]
        done = CliRunner().invoke(app, ["run", "textbook/beer_game", word, "--json", "-q", "--out", str(tmp_path / str(k)), *page])
        assert done.exit_code == 0, done.output
        said.append(json.loads(done.stdout)["kpis"]["cost_eur"]["value"])
    assert said[0] != said[1]
    assert not (tmp_path / "0" / "report.html").exists()
    assert '<html lang="it">' in (tmp_path / "1" / "report.html").read_text(encoding="utf-8")
