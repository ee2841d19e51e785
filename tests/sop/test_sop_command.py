"""``e2esim sop`` from the words to the folder, on the tiny world; what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from e2esim.cli.main import app
from worlds import Row, tiny_world, write_csv


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    tiny_world(tmp_path / "w")
    return tmp_path


def call(*words: str) -> Result:
    return CliRunner().invoke(app, ["sop", "scenario=./w", *words])


def told(*words: str) -> dict[str, Any]:
    result = call("--json", *words)
    assert result.exit_code == 0, (result.stderr, result.exception)
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def budget(folder: Path, *rows: tuple[Any, ...]) -> None:
    table: list[Row] = [dict(zip(("month", "family", "quantity", "revenue_eur", "margin_eur"), row, strict=True)) | {"source": "assumed"} for row in rows]
    write_csv(folder / "w" / "data" / "budget.csv", table)


def test_json_and_folder_say_the_same(here: Path) -> None:
    found = told("--months", "6", "--out", "deep/er", "market.demand_factor=1.6")
    assert (found["rule"], found["status"], len(found["months"])) == ("end_to_end", "optimal", 6)
    assert {path.name for path in Path("deep/er").iterdir()} == {
        "manifest.json", "finished.json",
        "sop.xlsx", "sop.png", "sop.svg", "sop.parquet", "capacity.parquet", "purchases.parquet", "items.parquet", "roles.parquet",
        "criticalities.parquet", "scenarios.parquet", "budget_gap.parquet",
    }  # fmt: skip
    table = pl.read_parquet("deep/er/sop.parquet")
    total, parts = table.filter(pl.col("family") == "total"), table.filter(pl.col("family") != "total")
    for name in ("consensus", "delivered", "stock", "revenue_eur", "goods_eur", "margin_eur"):
        assert total[name].sum() == pytest.approx(parts[name].sum(), rel=1e-6), name
    assert total["margin_eur"].sum() == pytest.approx(total["revenue_eur"].sum() - total["goods_eur"].sum(), rel=1e-6)
    assert found["totals"]["revenue"] == pytest.approx(total["revenue_eur"].sum(), rel=1e-6)
    items = pl.read_parquet("deep/er/items.parquet")
    assert items["delivered"].sum() == pytest.approx(total["delivered"].sum(), rel=1e-6)
    first = items.filter(pl.col("month") == "2026-01").sort("item")
    balance = pl.Series([200.0, 120.0]) + first["made"] + first["coming"] - first["delivered"]  # opening stock of mattress and pillow
    assert (balance - first["stock"]).abs().max() < 0.01
    assert {row["role"] for row in found["roles"]} == {"executives", "sales", "operations", "finance", "personnel"}
    assert found["scenarios"][0]["scenario"] == "base"
    assert found["criticalities"][0]["name"] == "foaming"  # more demand than hours
    assert "weeks" in found["criticalities"][0]


def test_a_budget_is_linked(here: Path) -> None:
    families = (("mattress", 400), ("pillow", 150))
    budget(here, *((f"2026-{m:02d}", family, pieces, 70_000 * pieces / 300, 60_000) for m in range(1, 7) for family, pieces in families))
    found = told("--months", "6")
    total = [row for row in found["table"] if row["family"] == "total"]
    assert total[1]["budget"] == pytest.approx(550.0)
    assert total[0]["budget"] == pytest.approx(550.0 * 27 / 31)  # from the 5th on
    assert total[1]["budget_gap_eur"] == pytest.approx(total[1]["margin_eur"] - 120_000.0, abs=0.1)
    assert found["totals"]["budget_gap"] < 0
    assert found["budget_gap"][0]["margin_eur"] > 0
    assert call("--months", "6").stdout.count("What closes the gap to the budget") == 1
    longer = call("--months", "14").stdout
    assert longer.count("By month") == 2
    assert longer.count("Jan 27") == 1
    revenue = next(row for row in told("--months", "14")["roles"] if row["measure"] == "revenue")
    assert revenue["target"] > 1.2 * 6 * 70_000 * 550 / 300  # budget where there is one, demand in the other months


def test_silo_and_scenarios_stand_side_by_side(here: Path) -> None:
    found = told("planning=silo", "--scenarios", "end_to_end,extra_shift")
    value = {row["scenario"]: row["value"] for row in found["scenarios"] if row["measure"] == "value"}
    assert list(value) == ["base", "end_to_end", "extra_shift"]
    assert found["rule"] == "silo"
    assert value["end_to_end"] > value["base"]
    Path("mine.yaml").write_text("more:\n  demand: {mattress: 1.3}\n  shift: {sewing: 0.5}\nout:\n  supplier: {weaver: 0}\n", encoding="utf-8")
    found = told("--scenarios", "mine.yaml")
    value = {row["scenario"]: row["value"] for row in found["scenarios"] if row["measure"] == "value"}
    assert value["out"] < value["base"] < value["more"]


@pytest.mark.long
def test_an_opportunity_is_answered(here: Path) -> None:
    yes = told("--opportunity", "item=pillow,qty=40,month=2026-03,price=60")["opportunity"]
    assert (yes["answer"], yes["quantity"]) == ("accept", 40.0)
    assert yes["gain_eur"] > 0
    no = told("market.demand_factor=1.6", "--opportunity", "item=mattress,qty=2000,month=2026-02,price=260")["opportunity"]
    assert no["answer"] != "accept"
    assert any(limit[1] == "foaming" for limit in no["binding"])
    assert "REFUSE" in call("--opportunity", "item=mattress,qty=5,month=2026-02,price=1").stdout


def test_everything_wrong_is_named_and_nothing_written(here: Path) -> None:
    budget(here, ("2026-01", "sofa", 10, 100, 10), ("2026-02", "raw", 10, 100, 10), ("2026-03", "pillow", -4, 100, 10), ("2026-04", "pillow", "", "", ""))
    before = set(here.rglob("*"))
    result = call()
    assert result.exit_code == 2
    for words in ("row 2, column family", "sofa", "no item of this family is sold", "row 4, column quantity"):
        assert words in result.stderr, words
    (here / "w" / "data" / "budget.csv").unlink()
    Path("bad.yaml").write_text("a: {demand: -1, speed: 2}\nb: {rule: best}\nc: {price: x}\n", encoding="utf-8")
    for words, said in (
        (("--scenarios", "bad.yaml"), ("must not be negative", "unknown change", "no such rule", "not a number")),
        (("--scenarios", "nonsense"), ("no such S&OP scenario",)),
        (("--opportunity", "item=sofa,qty=-3,month=1999-01,price=1.234,5"), ("no such sold item", "qty must be a positive number", "not a month of the cycle")),
        (("--opportunity", "item=pillow"), ("qty is missing", "month is missing", "price is missing")),
    ):
        result = call(*words)
        assert result.exit_code == 2, words
        assert result.stdout == ""
        assert "Traceback" not in result.stderr
        for text in said:
            assert text in result.stderr, text
    Path("bad.yaml").write_text("a: {demand: {sofas: 1.2}, shift: {weld: 1}}\n", encoding="utf-8")
    result = call("--scenarios", "bad.yaml")
    assert result.exit_code == 2
    assert "sofas" in result.stderr
    assert "weld" in result.stderr
    assert set(here.rglob("*")) - before == {here / "bad.yaml"}


@pytest.mark.long
def test_a_run_with_sop_shows_it(here: Path) -> None:
    """The section of the page in both languages, and the table of facts; without S&OP neither."""
    for language, said in (("it", "Pianificazione vendite e operazioni"), ("en", "Sales and operations planning")):
        words = ["run", "scenario=./w", "sop=monthly", "horizon.days=45", "horizon.warmup_days=10", "--quiet", "--out", language, "--language", language]
        assert CliRunner().invoke(app, words).exit_code == 0
        assert said in Path(language, "report.html").read_text(encoding="utf-8")
    facts = pl.read_parquet("en/sop.parquet")
    assert facts.columns == ["cycle", "t_h", "month", "fact", "name", "value"]
    assert set(facts["cycle"]) == {0, 1}
    assert CliRunner().invoke(app, ["run", "scenario=./w", "horizon.days=45", "horizon.warmup_days=10", "--quiet", "--out", "none"]).exit_code == 0
    assert not Path("none/sop.parquet").exists()
    assert 'id="sop"' in Path("en/report.html").read_text(encoding="utf-8")
    assert 'id="sop"' not in Path("none/report.html").read_text(encoding="utf-8")
