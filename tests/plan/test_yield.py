"""Yield of a plan: lots are counted in good pieces, and take parts and hours for those that are lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hour_referee import breaches
from plan_folders import Rows, write_folder, write_frames
from plan_referee import broken_rules
from shift_folders import shift_tables

from e2esim.application.planning import PlanMade, PlanWishes, ask, make_plan, start_plan
from e2esim.config.plan_data import read_plan_data
from e2esim.planning.factory.grid import net_need
from e2esim.planning.factory.network import network


def planned(folder: Path) -> PlanMade:
    wishes = PlanWishes(time_limit_s=1.0, explain_s=0.0)
    return make_plan(ask(start_plan(folder, wishes), None, wishes))


def lossy(tables: dict[str, Rows], steps: dict[tuple[str, str], str], items: dict[str, str]) -> dict[str, Rows]:
    """Tables with scrap of some steps and items."""
    routings, things = tables["routings"], tables["items"]
    return tables | {
        "routings": [[*row, "scrap_share" if k == 0 else steps.get((row[0], row[1]), "")] for k, row in enumerate(routings)],
        "items": [[*row, "scrap_share" if k == 0 else items.get(row[0], "")] for k, row in enumerate(things)],
    }


LOSSES = {("CRUISER", "10"): "0.05", ("LONG", "10"): "0.1", ("DECK", "10"): "0.08", ("DECK", "20"): "0.02"}


@pytest.fixture(scope="module")
def boards(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, PlanMade]:
    root = tmp_path_factory.mktemp("yield")
    folder = root / "data"
    made = planned(write_folder(folder, **lossy(shift_tables(orders=8, scale=0.7), LOSSES, {"LONG": "0.04"})))
    write_frames(made.frames, root / "out")
    return folder, root / "out", made


def test_both_referees_find_nothing(boards: tuple[Path, Path, PlanMade]) -> None:
    folder, out, made = boards
    assert breaches(folder, out) == {}
    assert broken_rules(made.view.facts, out) <= {"over capacity"}  # which knows weeks alone


def test_pieces_worked_are_more_than_good_ones(boards: tuple[Path, Path, PlanMade]) -> None:
    lots = boards[2].lots.with_columns((pl.col("qty") / pl.col("worked_qty")).alias("good"))
    good = {(i, s): g for i, s, g in lots.select("item", "step", "good").iter_rows()}
    assert good["DECK", "10"] == pytest.approx(0.92, abs=1e-3)
    assert good["LONG", "20"] == pytest.approx(0.96, abs=1e-3)
    assert good["AXLE", "10"] == 1.0


def test_needs_grow_with_what_is_lost(tmp_path: Path) -> None:
    """By hand: a good DECK takes 1 / (0.92 x 0.98) worked pieces of 1.5 PLY each."""
    facts = read_plan_data(write_folder(tmp_path / "lossy", **lossy(shift_tables(orders=16), LOSSES, {}))).case.facts
    row = {name: k for k, name in enumerate(facts.items)}
    per = {(facts.items[p], facts.items[c]): q for p, c, q in zip(facts.bom_parent, facts.bom_component, facts.bom_need, strict=True)}
    assert per["DECK", "PLY"] == pytest.approx(1.5 / 0.92 / 0.98)
    assert per["LONG", "DECK"] == pytest.approx(1 / 0.9)
    plain = read_plan_data(write_folder(tmp_path / "plain", **shift_tables(orders=16))).case.facts
    more, less = net_need(facts, network(facts)), net_need(plain, network(plain))
    assert more[row["PLY"]] > less[row["PLY"]] > 0
    assert np.array_equal(plain.bom_need, plain.bom_qty)


def test_a_step_cannot_lose_nearly_all(tmp_path: Path) -> None:
    from e2esim.config.problems import InputErrors

    with pytest.raises(InputErrors, match="scrap_share"):
        read_plan_data(write_folder(tmp_path / "all", **lossy(shift_tables(orders=2), {("DECK", "10"): "1"}, {})))
