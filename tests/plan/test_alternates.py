"""Second choices of work centres: taken only for what the first would have late, named with a reason; the same in plan, promise and run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hour_referee import breaches
from plan_folders import Rows, tables, write_folder, write_frames
from plan_referee import broken_rules
from shift_folders import shift_tables

from e2esim.application.planning import PlanMade, PlanWishes, ask, make_plan, start_plan
from e2esim.config.plan_data import read_plan_data
from e2esim.config.problems import InputErrors
from e2esim.planning.ctp.capable import promise
from e2esim.planning.ctp.model import DAY
from e2esim.planning.ctp.of_factory import state_of
from e2esim.planning.ctp.request import Request
from e2esim.report.plan.second_choices import second_choice_lines

HEAD = ["work_centre", "alternate", "item", "step", "preference", "time_factor", "setup_h_per_lot"]


def press(orders: int, qty: int, due: str, *alternates: list[str]) -> dict[str, Rows | None]:
    """One item at 1 h a piece on PRESS, 40 h a week; OLD and HALL have 40 h too."""
    weeks = [f"2026-01-{d:02d}" for d in (5, 12, 19, 26)]
    return {
        "settings": [["key", "value"], ["today", "2026-01-05"]],
        "items": [["item", "lot_min", "lot_multiple"], ["X", "1", "1"]],
        "work_centres": [["work_centre"], ["PRESS"], ["OLD"], ["HALL"]],
        "capacity": [["work_centre", "week_start", "capacity_h"], *[[c, week, "40"] for c in ("PRESS", "OLD", "HALL") for week in weeks]],
        "routings": [["item", "step", "work_centre", "setup_h_per_lot", "run_h_per_unit", "flow_days"], ["X", "10", "PRESS", "0", "1", "2"]],
        "orders": [["order", "item", "qty", "due"], *[[f"A{k}", "X", str(qty), due] for k in range(orders)]],
        "alternates": [HEAD, *alternates],
        **dict.fromkeys(("bom", "suppliers", "stock", "receipts")),
    }


def planned(folder: Path, rounds: int = 60) -> PlanMade:
    wishes = PlanWishes(time_limit_s=60.0, rounds=rounds, explain_s=0.0)
    return make_plan(ask(start_plan(folder, wishes), None, wishes))


def by_centre(made: PlanMade) -> dict[str, float]:
    return dict(made.lots.group_by("work_centre").agg(pl.col("qty").sum()).iter_rows())


def test_the_second_choice_takes_what_the_first_would_have_late(tmp_path: Path) -> None:
    """70 pieces for the end of week 1: 40 at PRESS, 30 at OLD at 1.2 h with its own set-up; the third choice has nothing to do."""
    rows = press(7, 10, "2026-01-11", ["PRESS", "HALL", "", "", "3", "1", ""], ["PRESS", "OLD", "", "", "2", "1.2", "0.5"])
    made = planned(write_folder(tmp_path / "data", **rows))
    assert made.summary.late_orders == 0
    assert by_centre(made) == {"PRESS": 40.0, "OLD": 30.0}
    own = made.frames["second_choices"]
    assert own.select("step", "work_centre", "instead_of").unique().row(0) == ("10", "OLD", "PRESS")
    assert float(own["hours"].sum()) == pytest.approx(0.5 * own.height + 1.2 * 30)
    assert "would be later" in own["says"][0]
    assert second_choice_lines(own)[0].startswith(f"{own.height} lot")
    assert planned(write_folder(tmp_path / "none", **(rows | {"alternates": [HEAD]}))).summary.late_pieces == 30


def test_the_third_choice_comes_after_the_second(tmp_path: Path) -> None:
    rows = press(11, 10, "2026-01-11", ["PRESS", "HALL", "", "", "3", "1", ""], ["PRESS", "OLD", "", "", "2", "1", ""])
    made = planned(write_folder(tmp_path / "data", **rows))
    assert made.summary.late_orders == 0
    assert by_centre(made) == {"PRESS": 40.0, "OLD": 40.0, "HALL": 30.0}


def test_nothing_leaves_the_first_choice_without_need(tmp_path: Path) -> None:
    """70 pieces for the end of week 2: PRESS does them if it begins in week 1."""
    rows = press(7, 10, "2026-01-18", ["PRESS", "OLD", "", "", "", "", ""])
    made = planned(write_folder(tmp_path / "data", **rows))
    assert made.summary.late_orders == 0
    assert by_centre(made) == {"PRESS": 70.0}
    assert "second_choices" not in made.frames


def test_a_promise_takes_the_second_choice_after_the_first(tmp_path: Path) -> None:
    rows = press(1, 1, "2026-01-25", ["PRESS", "OLD", "X", "10", "", "1.5", ""])
    facts = read_plan_data(write_folder(tmp_path / "data", **rows)).case.facts
    answer = promise(state_of(facts), Request(name="new", buffer="X", quantity=60.0, due=6 * DAY))
    assert answer.promised == 60
    assert answer.deliveries[-1].time <= 6 * DAY
    made = {work.operation: work.quantity for work in answer.work}
    assert made == {"X step 10": 40.0, "X step 10 at OLD": 20.0}


def test_the_row_that_says_most_holds(tmp_path: Path) -> None:
    general, item = ["PRESS", "OLD", "", "", "", "2", ""], ["PRESS", "OLD", "X", "", "", "1.25", ""]
    facts = read_plan_data(write_folder(tmp_path / "data", **press(1, 1, "2026-01-25", general, item, ["PRESS", "HALL", "X", "20", "", "", ""]))).case.facts
    assert facts.step_name == ("10", "10 at OLD")
    assert facts.step_run_h.tolist() == [1.0, 1.25]
    assert facts.mains.tolist() == [0, 0]


@pytest.mark.parametrize("seed", [1, 4])
def test_plans_with_second_choices_keep_every_rule(tmp_path: Path, seed: int) -> None:
    """By the hour, mixed with hours by week, several levels and yields: fewer late pieces than without, and no breach."""
    rows = shift_tables(seed, orders=16, scale=1.7)
    other = {"alternates": [HEAD, ["PRESS", "LATHE", "", "", "", "1.2", ""], ["OVEN", "BENCH", "LONG", "10", "2", "1.5", ""]]}
    data = write_folder(tmp_path / "data", **(rows | other))
    made = planned(data)
    write_frames(made.frames, tmp_path / "out")
    assert breaches(data, tmp_path / "out") == {}
    without = planned(write_folder(tmp_path / "without", **rows))
    assert made.summary.objective < 0.5 * without.summary.objective


def test_steps_before_and_behind_a_second_choice_share_their_work_in_process(tmp_path: Path) -> None:
    rows = tables(alternates=[HEAD, ["ASM", "SAW", "000123", "20", "", "", ""], ["SAW", "ASM", "LEG", "", "", "", ""]])
    data = write_folder(tmp_path / "data", **rows)
    facts = read_plan_data(data).case.facts
    assert np.array(facts.step_name)[facts.mains].tolist() == ["10", "20", "20", "10", "10"]
    made = planned(data)
    made.write(tmp_path / "out")
    assert broken_rules(made.view.facts, tmp_path / "out") == set()


def test_a_circle_and_other_nonsense_are_named(tmp_path: Path) -> None:
    circle = press(1, 1, "2026-01-25", ["PRESS", "OLD", "", "", "", "", ""], ["OLD", "HALL", "", "", "", "", ""], ["HALL", "PRESS", "", "", "", "", ""])
    with pytest.raises(InputErrors, match=r"alternates in a circle") as error:
        read_plan_data(write_folder(tmp_path / "circle", **circle))
    assert "PRESS > OLD > HALL > PRESS" in str(error.value)
    assert "item" in str(error.value)
    with pytest.raises(InputErrors, match="cannot stand in for itself"):
        read_plan_data(write_folder(tmp_path / "self", **press(1, 1, "2026-01-25", ["PRESS", "PRESS", "", "", "", "", ""])))
    read = read_plan_data(write_folder(tmp_path / "idle", **press(1, 1, "2026-01-25", ["OLD", "HALL", "", "", "", "", ""])))
    assert any("the row does nothing" in str(problem) for problem in read.warnings)
