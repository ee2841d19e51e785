"""Other routings of an item: taken only for what the first would have late, named with a reason; the same in plan, promise and run."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from plan_folders import Rows, write_folder
from typer.testing import CliRunner

from e2esim.application.planning import PlanMade, PlanWishes, ask, make_plan, start_plan
from e2esim.cli.main import app
from e2esim.config.plan_data import read_plan_data
from e2esim.config.problems import InputErrors
from e2esim.planning.book.of_plan import plan_book
from e2esim.planning.ctp.capable import promise
from e2esim.planning.ctp.model import DAY
from e2esim.planning.ctp.of_factory import state_of
from e2esim.planning.ctp.request import Request
from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import TAKES_PARTS

HEAD = ["item", "preference", "step", "work_centre", "setup_h_per_lot", "run_h_per_unit", "flow_days"]
TWO_STEPS = [HEAD, ["X", "2", "10", "B", "0", "1", "1"], ["X", "2", "20", "C", "0", "1", "1"]]
A_WEEK, B_WEEK, DUE_WEEKS = 4, 2, 3
WEEKS = [f"2026-{m:02d}-{d:02d}" for m, d in ((1, 5), (1, 12), (1, 19), (1, 26), (2, 2), (2, 9), (2, 16), (2, 23), (3, 2), (3, 9))]


def works(pieces: list[int], other: Rows, parts: int = 1000) -> dict[str, Rows | None]:
    """Item X of one part at 1 h a piece: 4 h a week at A, on another way 2 h a week at B and then at C; so many pieces due on each Monday."""
    hours = {"A": A_WEEK, "B": B_WEEK, "C": B_WEEK}
    return {
        "settings": [["key", "value"], ["today", WEEKS[0]]],
        "items": [["item", "lot_min", "lot_multiple"], ["X", "1", "1"], ["P", "", ""]],
        "bom": [["parent", "component", "qty_per"], ["X", "P", "2"]],
        "work_centres": [["work_centre"], ["A"], ["B"], ["C"]],
        "capacity": [["work_centre", "week_start", "capacity_h"], *[[c, week, str(h)] for c, h in hours.items() for week in WEEKS]],
        "routings": [HEAD[:1] + HEAD[2:], ["X", "10", "A", "0", "1", "2"]],
        "stock": [["item", "on_hand"], ["P", str(parts)]],
        "orders": [["order", "item", "qty", "due"], *[[f"O{k}", "X", str(q), WEEKS[k + 1]] for k, q in enumerate(pieces) if q]],
        "other_routings": other,
        **dict.fromkeys(("suppliers", "receipts")),
    }


def planned(folder: Path, rounds: int = 60) -> PlanMade:
    wishes = PlanWishes(time_limit_s=60.0, rounds=rounds, explain_s=0.0)
    return make_plan(ask(start_plan(folder, wishes), None, wishes))


def at(made: PlanMade, centre: str) -> float:
    return float(made.lots.filter(pl.col("work_centre") == centre)["qty"].sum())


def least(pieces: list[int]) -> tuple[int, int]:
    """Fewest late pieces, and then the fewest pieces by the other way, over all ways to fill the weeks."""
    found = []
    for made in itertools.product(range(A_WEEK + 1), range(B_WEEK + 1), repeat=DUE_WEEKS):
        first, other = made[::2], made[1::2]
        there = late = 0
        for want, a, b in zip(pieces, first, other, strict=True):
            there += a + b
            late += max(want - there, 0)
            there = max(there - want, 0)
        found.append((late, sum(other)))
    return min(found)


@pytest.mark.parametrize("pieces", [[6, 4, 4], [4, 4, 4], [2, 9, 3], [3, 3, 12], [8, 0, 4], [1, 6, 6]])
def test_as_few_late_as_can_be_and_as_little_as_can_be_on_the_other_way(tmp_path: Path, pieces: list[int]) -> None:
    made = planned(write_folder(tmp_path / "data", **works(pieces, TWO_STEPS)))
    late, other = least(pieces)
    assert (made.summary.late_pieces, at(made, "C"), at(made, "B")) == (late, other, other)
    assert at(made, "A") + at(made, "C") == sum(pieces)
    if other:
        assert made.frames["second_choices"].select("work_centre", "instead_of").unique().rows() == [("C", "A")]


def test_parts_are_taken_once_on_either_way(tmp_path: Path) -> None:
    """Parts for nine pieces, more come after 56 days: nine of the twelve are made before, six by the first routing, which holds four a week."""
    slow = {"suppliers": [["supplier", "item", "lead_time_days", "moq", "multiple", "price"], ["S", "P", "56", "1", "1", "1"]]}
    made = planned(write_folder(tmp_path / "data", **(works([6, 6, 0], TWO_STEPS, parts=18) | slow)))
    assert made.summary.late_pieces == 3
    soon = made.lots.filter(pl.col("start") < dt.date(2026, 3, 2))
    assert soon.filter(pl.col("work_centre").is_in(["A", "C"]))["qty"].sum() == 9


@pytest.mark.parametrize("chain", [["B"], ["B", "C"], ["B", "C", "B"]])
def test_chains_of_other_lengths(tmp_path: Path, chain: list[str]) -> None:
    """The first has two steps; the other one, two or three: it fills the stock of the item and takes parts at its own first step."""
    other = [HEAD, *[["X", "2", str(10 + k), centre, "0", "0.5", "1"] for k, centre in enumerate(chain)]]
    rows = works([6, 0, 0], other) | {"routings": [HEAD[:1] + HEAD[2:], ["X", "10", "A", "0", "0.5", "1"], ["X", "20", "A", "0", "0.5", "1"]]}
    data = write_folder(tmp_path / "data", **rows)
    facts = read_plan_data(data).case.facts
    net = network(facts)
    way = int(np.flatnonzero(facts.takes != -1)[0])
    assert (facts.takes[way] == TAKES_PARTS) == (len(chain) == 1)
    assert net.step_output[way] == facts.items.index("X")
    made = planned(data)
    assert made.summary.late_pieces == 0
    assert at(made, chain[-1]) >= 2


def test_a_promise_takes_it_after_the_first(tmp_path: Path) -> None:
    facts = read_plan_data(write_folder(tmp_path / "data", **works([0, 0, 1], TWO_STEPS))).case.facts
    answer = promise(state_of(facts), Request(name="new", buffer="X", quantity=6.0, due=7 * DAY))
    assert (answer.promised, answer.last is not None and answer.last <= 7 * DAY) == (6.0, True)
    assert {work.operation: work.quantity for work in answer.work} == {"X step 10": 4.0, "X way 2 step 10": 2.0, "X step 10 at C, way 2": 2.0}


def test_a_run_without_chance_is_the_plan(tmp_path: Path) -> None:
    data = write_folder(tmp_path / "data", **works([6, 4, 5], TWO_STEPS))
    found = CliRunner().invoke(app, ["run", str(data), "chance=false", "--json", "--out", str(tmp_path / "out")])
    assert found.exit_code == 0, found.output
    kpis = json.loads(found.stdout)["kpis"]
    assert (kpis["lines_as_planned"]["value"], kpis["lots_as_planned"]["value"]) == (100.0, 100.0)
    lots = pl.read_parquet(tmp_path / "out" / "lots.parquet")
    assert lots.filter(pl.col("work_centre") == "C")["qty"].sum() == least([6, 4, 5])[1]


def test_a_backorder_run_counts_on_what_it_brings(tmp_path: Path) -> None:
    """Six pieces are due after a week in which the first routing makes four: the other way confirms the two that else come a week later."""
    in_time = {}
    for name, other in (("both", TWO_STEPS), ("first", [HEAD])):
        made = planned(write_folder(tmp_path / name, **works([6, 4, 0], other)))
        problem, item = made.view.left.problem, made.view.facts.items.index("X")
        book = plan_book(problem, made.view.result, np.zeros(2, dtype=bool), np.full(2, -1))
        assert book.supply[item, -1] == 10.0
        in_time[name] = (float(book.supply[item, 7]), float(book.confirmed.quantity[(book.confirmed.line == 0) & (book.confirmed.day <= 7)].sum()))
    assert in_time == {"both": (6.0, 6.0), "first": (4.0, 4.0)}


def test_nonsense_is_named(tmp_path: Path) -> None:
    rows = works([6, 4, 4], [[*HEAD, "scrap_share"], ["X", "2", "10", "B", "0", "1", "1", "0.1"], ["P", "2", "10", "B", "0", "1", "1", ""]])
    with pytest.raises(InputErrors) as error:
        read_plan_data(write_folder(tmp_path / "data", **rows))
    text = str(error.value)
    assert "another routing of an item that has no first one" in text
    assert "its last step loses 0.1 of the pieces, that of the first routing 0" in text
    taken = works([6, 4, 4], TWO_STEPS) | {"items": [["item"], ["X"], ["P"], ["X way 2"]]}
    with pytest.raises(InputErrors, match=r"the name that what is halfway"):
        read_plan_data(write_folder(tmp_path / "taken", **taken))
