"""The largest lot: kept by plan and promise, by the week and by the hour; and dates that are years ahead."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hour_referee import breaches
from plan_folders import Rows, cell, tables, write_folder, write_frames
from shift_folders import shift_tables

from e2esim.application.planning import PlanMade, PlanWishes, ask, make_plan, start_plan
from e2esim.config.plan_data import read_plan_data
from e2esim.config.problems import InputErrors
from e2esim.planning.ctp.capable import promise
from e2esim.planning.ctp.model import DAY
from e2esim.planning.ctp.of_factory import state_of
from e2esim.planning.ctp.request import Request


def planned(folder: Path) -> PlanMade:
    wishes = PlanWishes(time_limit_s=1.0, explain_s=0.0)
    return make_plan(ask(start_plan(folder, wishes), None, wishes))


def largest(rows: dict[str, Rows], most: dict[str, str]) -> dict[str, Rows]:
    return rows | {"items": [[*row, "lot_max" if k == 0 else most.get(row[0], "")] for k, row in enumerate(rows["items"])]}


def test_no_lot_is_larger(tmp_path: Path) -> None:
    most = {"DECK": "9", "CRUISER": "5", "AXLE": "17"}  # axles come in fives: 15
    made = planned(write_folder(tmp_path / "data", **largest(shift_tables(orders=8, scale=0.7), most)))
    write_frames(made.frames, tmp_path / "out")
    assert breaches(tmp_path / "data", tmp_path / "out") == {}
    lots = dict(made.lots.group_by("item").agg(pl.col("qty").max()).iter_rows())
    assert lots["DECK"] <= 9
    assert lots["CRUISER"] <= 5
    assert lots["AXLE"] == 15
    assert lots["LONG"] > 5


def test_a_promise_splits_what_is_larger(tmp_path: Path) -> None:
    facts = read_plan_data(write_folder(tmp_path / "data", **largest(tables(), {"000123": "4"}))).case.facts
    answer = promise(state_of(facts), Request(name="new", buffer="000123", quantity=13.0, due=40 * DAY))
    made = [work.quantity for work in answer.work if work.operation == "000123 step 20"]
    assert max(made) == 4.0
    assert sum(made) == 10.0  # three lie in stock


def test_a_largest_lot_below_the_smallest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputErrors, match="the largest lot is below the smallest, 5"):
        read_plan_data(write_folder(tmp_path / "small", **largest(tables(), {"LEG": "4"})))


def test_orders_years_ahead_wait(tmp_path: Path) -> None:
    read = read_plan_data(write_folder(tmp_path / "far", **cell("orders", 5, "due", "2099-12-31")))
    assert read.case.facts.orders == ("A1", "A2", "A3")
    assert read.case.facts.n_weeks < 60
    assert any("years ahead" in str(problem) and problem.row == 5 for problem in read.warnings)
    assert np.all(read.case.facts.order_due < 365)
