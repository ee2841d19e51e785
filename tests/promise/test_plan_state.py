"""The state file of a plan: whole, without pickle, found by the bytes of the data."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from dataclasses import dataclass, fields
from enum import Enum
from pathlib import Path

import numpy as np
import pytest
from plan_folders import write_book, write_folder
from typer.testing import CliRunner

from e2esim.cli.main import app
from e2esim.config.plan_data import read_plan_data
from e2esim.config.plan_state.find import find_plan
from e2esim.config.plan_state.pack import load_packed, save_packed
from e2esim.config.plan_state.snapshot import BODY, HEAD, read_head, read_snapshot
from e2esim.config.problems import InputErrors


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True, kw_only=True)
class Inner:
    names: tuple[str, ...]
    day: dt.date


@dataclass(frozen=True, kw_only=True)
class Outer:
    hours: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    inner: Inner
    colour: Colour
    gap: float
    bound: float | None


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plan(*words: str) -> None:
    done = CliRunner().invoke(app, ["plan", *words, "--time-limit", "1", "--quiet"])
    assert done.exit_code == 0, done.output


def test_what_is_packed_comes_back(tmp_path: Path) -> None:
    thing = Outer(hours=np.array([[1.5, np.nan]]), inner=Inner(names=("000123", "ö"), day=dt.date(2026, 1, 5)), colour=Colour.RED, gap=0.5, bound=None)
    save_packed(tmp_path / "x.npz", thing)
    back = load_packed(tmp_path / "x.npz", Outer)
    assert np.array_equal(back.hours, thing.hours, equal_nan=True)
    assert (back.inner, back.colour, back.gap, back.bound) == (thing.inner, thing.colour, thing.gap, None)
    with np.load(tmp_path / "x.npz", allow_pickle=False) as found:
        assert set(found.files) == {"hours", "_plain"}


def test_objects_are_not_packed(tmp_path: Path) -> None:
    @dataclass
    class Odd:
        rows: object

    for rows in (np.array(["a", None], dtype=object), {1: 2}):
        with pytest.raises(TypeError, match="cannot be kept"):
            save_packed(tmp_path / "x.npz", Odd(rows))


def test_a_plan_leaves_its_state(here: Path) -> None:
    extra = {
        "substitutes": [["item", "substitute", "rank", "extra_cost"], ["000123", "LEG", "2", "1.5"], ["000123", "TOP", "1", ""]],
        "other_sites": [["site", "item", "available", "available_from", "transit_days"], ["Modena", "000123", "7", "2026-01-08", "3"]],
        "customers": [["customer", "priority"], ["Rossi", "1"], ["Verdi", "3"]],
    }
    data = write_folder(here / "d", **extra)
    plan("d", "--out", "p")
    kept = read_snapshot(here / "p")
    facts = read_plan_data(data).case.facts
    for field in fields(facts):
        assert np.array_equal(getattr(kept.problem, field.name), getattr(facts, field.name)), field.name
    assert kept.result.delivery_qty.sum() == facts.order_qty.sum()
    assert dict(zip(kept.problem.items, kept.item_unit, strict=True)) == {"000123": "pcs", "LEG": "pcs", "TOP": "pcs", "OIL": "kg"}
    other = kept.elsewhere
    assert dict(zip(other.customers, other.customer_priority.tolist(), strict=True)) == {"+Plus": 0, "=Concept GmbH": 0, "Rossi": 1, "Verdi": 3}
    row = {name: k for k, name in enumerate(kept.problem.items)}
    assert other.substitutes_of(row["000123"]) == [(row["TOP"], 0.0), (row["LEG"], 1.5)]
    (site,) = other.at_sites(row["000123"], "000123")
    assert (site.site, site.day.tolist(), site.pieces.tolist()) == ("Modena", [6], [7.0])
    assert list(other.at_sites(row["LEG"], "LEG")) == []


def test_the_newest_plan_of_the_same_bytes_is_found(here: Path) -> None:
    data = write_folder(here / "d")
    assert find_plan(data, None) is None
    plan("d", "--out", "runs/a")
    found = find_plan(data, None)
    assert found is not None
    assert (found.head.folder, found.changed) == (Path("runs/a"), ())
    shutil.copytree(here / "runs/a", here / "runs/b")
    head = json.loads((here / "runs/b" / HEAD).read_text())
    (here / "runs/b" / HEAD).write_text(json.dumps(head | {"made": "2999-01-01T00:00:00+00:00"}))
    newest = find_plan(data, None)
    assert newest is not None
    assert newest.head.folder == Path("runs/b")
    (data / "stock.csv").write_text((data / "stock.csv").read_text().replace("LEG,20", "LEG,21"))
    stale = find_plan(data, None)
    assert stale is not None
    assert stale.changed == ("stock.csv",)
    assert find_plan(write_folder(here / "e", settings=[["key", "value"], ["today", "2026-01-06"]]), None) is None


def test_a_folder_without_a_plan_is_refused(here: Path) -> None:
    data = write_folder(here / "d")
    with pytest.raises(InputErrors, match="holds no plan"):
        find_plan(data, here / "d")
    plan("d", "--out", "p")
    (here / "p" / BODY).write_bytes(b"PK")
    with pytest.raises(InputErrors, match="plan anew"):
        read_snapshot(here / "p")
    (here / "p" / HEAD).write_text('{"format": 0}')
    assert read_head(here / "p") is None


def test_a_workbook_has_its_plan_too(here: Path) -> None:
    book = write_book(here / "d.xlsx")
    plan("d.xlsx", "--out", "runs/a")
    found = find_plan(book, None)
    assert found is not None
    assert (found.head.folder, found.changed) == (Path("runs/a"), ())


def test_half_a_folder_of_a_killed_plan_is_not_used(here: Path) -> None:
    data = write_folder(here / "d")
    plan("d", "--out", "runs/a")
    (here / "runs/a").rename(here / "runs/.a-partial")
    assert find_plan(data, None) is None


@pytest.mark.parametrize("damage", ["truncate", "flip", "text"])
def test_a_damaged_state_says_plan_anew(here: Path, damage: str) -> None:
    write_folder(here / "d")
    plan("d", "--out", "p")
    body = bytearray((here / "p" / BODY).read_bytes())
    if damage == "truncate":
        body = body[: len(body) // 2]
    elif damage == "flip":
        for at in range(len(body) // 3, len(body) // 3 + 400):
            body[at] ^= 0xFF
    else:
        body = bytearray(b"no archive at all")
    (here / "p" / BODY).write_bytes(body)
    with pytest.raises(InputErrors, match="plan anew"):
        read_snapshot(here / "p")
    (here / "p" / HEAD).write_text('{"format": 1, "data": 3, "files": ["x"], "made": null, "title": "", "status": "", "today": ""}')
    assert read_head(here / "p") is None


@pytest.mark.parametrize("table", ["lots", "purchases"])
def test_a_damaged_table_of_an_earlier_plan_says_plan_anew(here: Path, table: str) -> None:
    import polars as pl

    write_folder(here / "d")
    plan("d", "--out", "p")
    path = here / "p" / f"{table}.parquet"
    frame = pl.read_parquet(path)
    frame.with_columns(pl.lit("x").alias("qty")).write_parquet(path)
    done = CliRunner().invoke(app, ["plan", "d", "--freeze", "p", "--quiet", "--out", "q"])
    assert done.exit_code == 2, done.output
    assert "plan anew" in done.output
    path.write_bytes(b"PAR1 nothing")
    done = CliRunner().invoke(app, ["plan", "d", "--freeze", "p", "--quiet", "--out", "q"])
    assert done.exit_code == 2, done.output
    assert not (here / "q").exists()
