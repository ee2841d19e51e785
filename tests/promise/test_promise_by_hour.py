"""Promises on work centres with a calendar: never a day that the plan by the hour cannot meet, refereed second by second.

The referee reads shifts, machines and speeds from the tables and shares nothing with the promise.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from plan_folders import Rows
from shift_folders import one_machine, shift_tables

from e2esim.config.plan_data import read_plan_data
from e2esim.planning.ctp.answer import Answer, Work
from e2esim.planning.ctp.capable import promise
from e2esim.planning.ctp.model import DAY, HOUR, OperationKind
from e2esim.planning.ctp.of_factory import state_of
from e2esim.planning.ctp.request import Request
from e2esim.planning.factory.planner import plan
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.result import PlanResult

Tables = dict[str, Rows]


def problem_of(folder: Path, tables: Tables) -> PlanProblem:
    folder.mkdir(parents=True)
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(rows)
    return read_plan_data(folder).case.facts


def records(rows: Rows) -> list[dict[str, str]]:
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def open_windows(tables: Tables, calendar: str, days: int) -> list[tuple[int, int]]:
    """Open seconds of a calendar from its tables."""
    today = dt.date.fromisoformat(dict(tables["settings"])["today"])  # type: ignore[arg-type]
    shut = [(r["first"], r["last"]) for r in records(tables.get("closures", [["calendar"]])) if r["calendar"] == calendar]
    found = []
    for day in range(days):
        date = today + dt.timedelta(days=day)
        for row in records(tables["calendars"]):
            if row["calendar"] == calendar and int(row["weekday"]) == date.isoweekday() and not any(a <= date.isoformat() <= b for a, b in shut):
                a, b = (DAY * day + HOUR * int(t[:2]) + 60 * int(t[3:]) for t in (row["start"], row["end"]))
                found.append((a, b))
    return found


def breaches(tables: Tables, problem: PlanProblem, made: PlanResult, answers: Iterable[Answer]) -> list[str]:
    """What a plan and the answers beside it would break on the shop floor."""
    said = list[str]()
    centres = {row["work_centre"]: row for row in records(tables["work_centres"])}
    steps = {f"{r['item']} step {r['step']}": r for r in records(tables["routings"])}
    busy: dict[str, list[tuple[int, int]]] = defaultdict(list)
    stock: dict[str, list[tuple[int, int, float]]] = defaultdict(list)
    for k in np.flatnonzero(made.lot_machine >= 0).tolist():
        busy[problem.centres[problem.step_centre[made.lot_step[k]]]].append((round(HOUR * made.lot_from[k]), round(HOUR * made.lot_to[k])))
    for work in (w for a in answers for w in a.work):
        for name, _, qty in work.takes:
            stock[name].append((work.start, 1, -qty))
        for name, _, qty in work.gives:
            stock[name].append((work.available, 0, qty))
        if work.kind == OperationKind.MAKE and centres[steps[work.operation]["work_centre"]]["calendar"]:
            row = steps[work.operation]
            busy[row["work_centre"]].append((work.start, work.end))
            said += _lot(tables, centres[row["work_centre"]], row, work)
    for name, lots in busy.items():
        ends = sorted([(end, -1) for _, end in lots] + [(start, 1) for start, _ in lots])
        if np.cumsum([change for _, change in ends]).max() > int(centres[name].get("machines") or 1):
            said.append(f"more lots than machines at {name}")
    state = state_of(problem, made)
    for answer in answers:
        for d in answer.deliveries:
            stock[d.buffer].append((d.time, 1, -d.quantity))
    for name, moves in stock.items():
        line = state.stock_of(state.net.buffer_row[name])  # what the plan leaves
        for time in {t for t, _, _ in moves} | {t for t in line.times if t >= 0}:
            if line.level(time) + sum(q for t, _, q in moves if t <= time) < -1e-6:
                said.append(f"{name} below zero")
                break
    return said


def _lot(tables: Tables, centre: dict[str, str], row: dict[str, str], work: Work) -> list[str]:
    windows = open_windows(tables, centre["calendar"], 500)
    hours = (float(row["setup_h_per_lot"]) + float(row["run_h_per_unit"]) * work.quantity) / float(centre.get("efficiency") or 1)
    worked = sum(max(0, min(b, work.end) - max(a, work.start)) for a, b in windows) / HOUR
    said = ["not as long as its hours take"] if abs(worked - hours) > 0.01 else []
    said += ["starts when closed"] if not any(a <= work.start < b for a, b in windows) else []
    flow = int(row["flow_days"])
    if flow and work.available < ((work.end - 1) // DAY + flow) * DAY:
        said.append("flow time")
    return said


@pytest.mark.parametrize(("qty", "run_h", "flow"), [("20", "1", "1"), ("20", "1", "0"), ("3", "1", "0"), ("100", "0.5", "2"), ("40", "0.2", "1")])
def test_alone_in_the_factory_an_order_is_promised_for_the_day_of_the_plan(tmp_path: Path, qty: str, run_h: str, flow: str) -> None:
    """The plan with the order in it delivers on the day that the promise says without it: 8 hours a day, weekends closed."""
    tables = one_machine("2026-03-05", "2026-03-05", qty, run_h, flow=flow)
    problem = problem_of(tmp_path / "with", tables)
    made = plan(problem, rounds=50)
    empty = problem_of(tmp_path / "without", tables | {"orders": [tables["orders"][0], ["FAR", "X", "1", "2026-12-01"]]})
    answer = promise(state_of(empty), Request(name="new", buffer="X", quantity=float(qty), due=0, partial=False))
    assert answer.last is not None
    assert answer.last // DAY == made.delivery_day.max()


@pytest.mark.parametrize(("seed", "scale"), [(1, 1.0), pytest.param(3, 1.5, marks=pytest.mark.long)])
def test_plan_and_promises_can_be_carried_out_together(tmp_path: Path, seed: int, scale: float) -> None:
    tables = shift_tables(seed, scale=scale)
    problem = problem_of(tmp_path / "d", tables)
    made = plan(problem, rounds=2)
    state, rng = state_of(problem, made), np.random.default_rng(seed)
    answers = []
    for k in range(12):
        item = str(rng.choice(["CRUISER", "LONG", "DECK"]))
        request = Request(name=f"N{k}", buffer=item, quantity=float(rng.integers(1, 30)), due=int(rng.integers(0, 60)) * DAY, partial=bool(k % 2))
        answers.append(promise(state, request))
    assert sum(a.promised for a in answers) > 0
    assert sum(w.kind == OperationKind.MAKE for a in answers for w in a.work) > 10
    assert breaches(tables, problem, made, answers) == []


def test_two_lots_of_a_day_share_a_machine(tmp_path: Path) -> None:
    """Two orders of three hours each fit into one shift of eight: both are promised for the next day."""
    tables = one_machine("2026-03-02", "2026-12-01", "1", "1", flow="0")
    state = state_of(problem_of(tmp_path / "d", tables))
    days = [promise(state, Request(name=name, buffer="X", quantity=3.0, due=0, partial=False)).last for name in "AB"]
    assert days == [DAY, DAY]
    third = promise(state, Request(name="C", buffer="X", quantity=3.0, due=0, partial=False))
    assert third.last == 2 * DAY
    assert str(third.limits[-1].kind) == "work_centre"
