"""A market run says which tables and columns of the company it leaves out, and leaves out no other in silence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from e2esim.config.door import load, load_with_warnings
from e2esim.config.unread import BESIDE_MARKET, COLUMNS_BESIDE_MARKET
from e2esim.domain import build
from e2esim.domain.schema import TABLES
from worlds import Row, tiny_tables, tiny_world

AFTER = {"budget", "history_kpis", "levers", "lever_changes", "lever_forces"}  # read beside the world: KPIs, calibration, levers


class Watched(dict[str, pl.DataFrame]):
    """Tables that remember which of them were looked at."""

    def __init__(self, tables: Mapping[str, pl.DataFrame]) -> None:
        super().__init__(tables)
        self.seen: set[str] = set()

    def __getitem__(self, name: str) -> pl.DataFrame:
        self.seen.add(name)
        return super().__getitem__(name)


def told(folder: Path, name: str, rows: list[Row]) -> list[str]:
    """What is said about a table of a tiny world."""
    found = load_with_warnings([f"scenario={tiny_world(folder, **{name: rows})}"]).warnings
    return [warning.message for warning in found if "does not read" in warning.message and name in warning.file]


def test_second_choices_are_read(tmp_path: Path) -> None:
    centre = tiny_tables()["work_centres"][0]["work_centre"]
    rows: list[Row] = [{"work_centre": centre, "alternate": tiny_tables()["work_centres"][1]["work_centre"]}]
    assert told(tmp_path, "alternates", rows) == []


@pytest.mark.parametrize(("name", "row"), [("replenishment", {"item": "x", "site": "plant"}), ("substitutes", {"item": "x", "substitute": "y"})])
def test_tables_of_other_verbs_are_left_out_aloud(tmp_path: Path, name: str, row: Row) -> None:
    assert told(tmp_path, name, [row]) == [f"a market run does not read this table: {BESIDE_MARKET[name]}"]


def test_columns_of_a_planned_factory_are_left_out_aloud(tmp_path: Path) -> None:
    items, centres = tiny_tables()["items"], tiny_tables()["work_centres"]
    said = told(tmp_path / "items", "items", [items[0] | {"lot_rule": "fixed", "lot_qty": 5, "shelf_life_d": 9}, *items[1:]])
    whys = [f"a market run does not read this column: {COLUMNS_BESIDE_MARKET['items', column][1]}" for column in ("lot_rule", "shelf_life_d", "lot_qty")]
    assert said == whys
    assert told(tmp_path / "plain", "items", [items[0] | {"lot_rule": "lot_for_lot"}, *items[1:]]) == []
    assert len(told(tmp_path / "centres", "work_centres", [centres[0] | {"supplier": tiny_tables()["suppliers"][0]["supplier"]}, *centres[1:]])) == 1


def test_styles_are_read(tmp_path: Path) -> None:
    """Table settings is left out aloud when it says more than how cells are written."""
    world = tiny_world(tmp_path)
    for key, value, left_out in (("decimal", "point", False), ("today", "2026-01-01", True)):
        (world / "data" / "settings.csv").write_text(f"key,value\n{key},{value}\n", encoding="utf-8")
        said = [w.message for w in load_with_warnings([f"scenario={world}"]).warnings if "settings" in w.file]
        assert bool(said) is left_out


def test_nothing_else_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = load([f"scenario={tiny_world(tmp_path)}"])
    tables = Watched(scenario.tables)
    points = build.lay_out_stock_points(tables)
    watched = Watched(points.tables)
    monkeypatch.setattr(build, "lay_out_stock_points", lambda _: points._replace(tables=watched))
    build.build_world(scenario)
    seen = tables.seen | watched.seen
    assert {table.name for table in TABLES if "run" in table.verbs} - seen - set(BESIDE_MARKET) - AFTER == set()
    assert not seen & set(BESIDE_MARKET), "read, and said to be left out"
