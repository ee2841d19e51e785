"""Small tables are read once for all scenarios that share them: the same text the same table, another text another, each problem with its own file."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from e2esim.config.door import load
from e2esim.config.problems import InputErrors
from e2esim.config.sheets import read_folder
from e2esim.config.small_tables import MOST_KEPT, Kept
from e2esim.config.styles import settled
from e2esim.config.tables import Typed, read_tables
from e2esim.domain.schema import TABLE, tables_for
from worlds import tiny_world


def read(folder: Path) -> Typed:
    return read_tables(folder, folder.name, tables_for("sop", "run", with_market=True))


def test_a_changed_cell_is_seen_and_the_rest_is_the_same_table(tmp_path: Path) -> None:
    one = read(tiny_world(tmp_path / "one")).frames
    two = read(tiny_world(tmp_path / "two", items=lambda rows: [row | {"scrap_share": 0.125} for row in rows])).frames
    assert one["items"]["scrap_share"].max() == 0.01
    assert two["items"]["scrap_share"].to_list() == [0.125] * two["items"].height
    assert one["channels"] is two["channels"]
    assert read(tmp_path / "one").frames["items"].equals(one["items"])


def test_a_style_stated_in_settings_is_heeded_for_the_same_text(tmp_path: Path) -> None:
    for name, style, pieces in (("a", "point", 1.5), ("b", "comma", 1500.0)):
        (tmp_path / name).mkdir()
        for table, text in (("items", "item,cover_d\nbed,1\n"), ("settings", f"key,value\ndecimal,{style}\n"), ("stock", "item,on_hand\nbed,1.500\n")):
            (tmp_path / name / f"{table}.csv").write_text(text, encoding="utf-8")
        raws, _ = read_folder(tmp_path / name, name)
        assert float(settled(raws, TABLE)["stock"].frame["on_hand"][0]) == pieces


def test_each_problem_names_its_own_file(tmp_path: Path) -> None:
    for name in ("one", "two"):
        folder = tiny_world(tmp_path / name, brands=lambda rows: [row | {"quality": "good"} for row in rows])
        with pytest.raises(InputErrors, match=f"{name}/data/brands.csv"):
            load([f"scenario={folder}"])
    assert read(tiny_world(tmp_path / "three")).labels["brands"] == "three/data/brands.csv"
    for name in ("four", "five"):
        told = read(tiny_world(tmp_path / name, brands=lambda rows: [row | {"clerk": "7"} for row in rows])).problems
        assert [problem.file for problem in told if problem.column == "clerk"] == [f"{name}/data/brands.csv"]


def test_what_is_kept_is_bounded() -> None:
    kept = Kept[pl.DataFrame]()
    for number in range(2 * MOST_KEPT):
        kept.of(number, None, pl.DataFrame, lambda made: made.is_empty())
    assert len(kept._made) <= MOST_KEPT
