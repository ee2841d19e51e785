"""``e2esim plan --calm``: the same data give the earlier plan back, small news move little, a dearer change moves less."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import fastexcel
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_folders import TABLES, more, write_folder
from plan_referee import broken_rules
from typer.testing import CliRunner, Result

from e2esim.cli.main import app
from e2esim.config.plan_data import read_plan_data
from e2esim.planning.factory.calm import calm_plan, of_result
from e2esim.planning.factory.moves import Move, moves, nervousness
from e2esim.planning.factory.planner import plan
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.result import PlanResult
from e2esim.planning.factory.synthetic import synthetic_problem


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


def tight() -> dict[str, Any]:
    """More orders than the saw can serve in time, so that a search has something to move."""
    return more("orders", *[[f"B{k}", "", "LEG", str(35 + 10 * (k % 3)), f"2026-01-{12 + k}", "2"] for k in range(16)])


def shuffled(tables: dict[str, Any]) -> dict[str, Any]:
    """Every table with its rows in another order."""
    dice = random.Random(1)
    out = {}
    for name, rows in (TABLES | tables).items():
        body = list(rows[1:])
        dice.shuffle(body)
        out[name] = [rows[0], *body]
    return out


@pytest.mark.parametrize("change", ["nothing", "order of rows", "folder"])
def test_the_same_data_give_the_plan_back(here: Path, change: str) -> None:
    write_folder(here / "d", **tight())
    first = found("d", "--out", "p")
    assert first["late_orders"] > 0, "nothing to improve, nothing tested"
    place = "other name" if change == "folder" else "e"
    write_folder(here / place, **(shuffled(tight()) if change == "order of rows" else tight()))
    again = found(place, "--out", "q", "--calm", "p")
    assert again["nervousness"] == dict.fromkeys(("lot_piece_days", "purchase_piece_days", "pieces_moved", "pieces_new", "pieces_gone"), 0.0)
    for name, key in (("lots", "lot"), ("purchases", "purchase"), ("deliveries", "order")):
        old, new = (pl.read_parquet(here / f"{folder}/{name}.parquet") for folder in ("p", "q"))
        columns = [c for c in old.columns if c != "hours"] if name != "purchases" or change != "order of rows" else ["item", "supplier", "qty", "ordered"]
        assert new.select(columns).sort(columns).equals(old.select(columns).sort(columns)), key
    for figure in ("objective", "late_pieces", "late_orders", "status", "bound"):
        assert again[figure] == first[figure]


def test_small_news_move_little_and_the_sheet_adds_up(here: Path) -> None:
    write_folder(here / "d", **tight())
    call("d", "--out", "p", "--quiet")
    news = tight()
    news["orders"] = [*news["orders"], ["C1", "New", "000123", "2", "2026-03-02", "2"]]
    write_folder(here / "e", **news)
    told = found("e", "--out", "q", "--calm", "p")["nervousness"]
    sheet = fastexcel.read_excel(here / "q/plan.xlsx").load_sheet("changes").to_polars()
    kept = pl.read_parquet(here / "q/changes.parquet")
    assert sheet.height == kept.height > 0
    assert kept["piece_days"].sum() == pytest.approx(told["lot_piece_days"] + told["purchase_piece_days"])
    assert told["pieces_new"] >= 2.0
    free = found("e", "--out", "r", "--calm", "p", "--change-price", "0")["nervousness"]
    assert told["lot_piece_days"] <= free["lot_piece_days"] + 1e-6
    assert broken_rules(read_plan_data(here / "e").case.facts, here / "q") == set()


@pytest.mark.long
def test_freeze_tells_what_moved(here: Path) -> None:
    write_folder(here / "d")
    call("d", "--out", "p", "--quiet")
    assert "nervousness" in found("d", "--out", "q", "--freeze", "p")
    both = found("d", "--out", "r", "--freeze", "p", "--calm", "p")
    assert both["nervousness"]["lot_piece_days"] == 0.0


def test_bad_calm_folders_are_named(here: Path) -> None:
    write_folder(here / "d")
    call("d", "--out", "p", "--quiet")
    assert "no plan folder" in call("d", "--out", "q", "--calm", "d", code=2).stderr
    other = {
        name: [[{"000123": "X1", "LEG": "X2"}.get(value, value) for value in row] for row in TABLES[name]]
        for name in ("items", "bom", "routings", "stock", "orders")
    }
    write_folder(here / "e", **other)
    told = call("e", "--out", "q", "--calm", "p", code=2).stderr
    assert "plan of other data" in told
    assert "lots.parquet" in told
    assert "row 1" in told
    assert "item + step" in told
    assert "without --calm" in told
    write_folder(here / "f", settings=[["key", "value"], ["today", "2025-12-29"]])
    assert "later than today" in call("f", "--out", "q", "--calm", "p", code=2).stderr
    assert not (here / "q").exists()


def problem_of(seed: int) -> PlanProblem:
    return synthetic_problem(np.random.default_rng(seed), finished=4, parts=5, bought=6, centres=4, orders=60, weeks=10, load=0.9)


def moved(old: PlanResult, new: PlanResult) -> float:
    rows = [zip(r.lot_step.tolist(), r.lot_start.tolist(), r.lot_qty.tolist(), strict=True) for r in (old, new)]
    return nervousness(moves(*rows))


@pytest.mark.long
def test_dearer_change_moves_less_and_the_objective_pays() -> None:
    """One order in ten is brought forward by a week; prices of change from nothing to much, over five problems."""
    totals = []
    for price in (0.0, 0.01, 10.0):
        nervous = late = 0.0
        for seed in range(5):
            problem = problem_of(seed)
            first = plan(problem, rounds=40)
            due = problem.order_due.copy()
            due[::10] = np.maximum(due[::10] - 7, 0)
            again = calm_plan(replace(problem, order_due=due), of_result(first), price=price, rounds=40)
            nervous += moved(first, again)
            late += again.objective
        totals.append((nervous, late))
    assert totals[0][0] > totals[1][0] >= totals[2][0]
    assert totals[0][1] <= totals[1][1] + 1e-9
    assert totals[1][1] <= totals[2][1] + 1e-9


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20), st.integers(1, 9)), max_size=8), st.data())
def test_moves_turn_the_old_plan_into_the_new(old: list[tuple[int, int, int]], data: st.DataObject) -> None:
    new = data.draw(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20), st.integers(1, 9)), max_size=8))
    found: list[Move] = moves([(k, d, float(q)) for k, d, q in old], [(k, d, float(q)) for k, d, q in new])
    level: dict[tuple[int, int], float] = {}
    for k, d, q in old:
        level[k, d] = level.get((k, d), 0.0) + q
    for m in found:
        if m.old is not None:
            level[m.key, m.old] = level.get((m.key, m.old), 0.0) - m.qty  # type: ignore[index]
        if m.new is not None:
            level[m.key, m.new] = level.get((m.key, m.new), 0.0) + m.qty  # type: ignore[index]
    want: dict[tuple[int, int], float] = {}
    for k, d, q in new:
        want[k, d] = want.get((k, d), 0.0) + q
    assert {key: q for key, q in level.items() if abs(q) > 1e-9} == want
    assert moves([(k, d, float(q)) for k, d, q in new], [(k, d, float(q)) for k, d, q in new]) == []


def test_a_negative_price_is_refused() -> None:
    problem = problem_of(1)
    with pytest.raises(ValueError, match="price of a change"):
        calm_plan(problem, of_result(plan(problem, rounds=1)), price=-1.0)
