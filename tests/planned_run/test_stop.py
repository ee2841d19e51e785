"""T1: a run stopped on a night, written as a company folder, answers as the run does; and it is the run's own state."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from run_companies import CHAIRS, LAMPS, PUMPS, company
from typer.testing import CliRunner

from e2esim.cli.main import app
from e2esim.config.plan_data import read_plan_data
from e2esim.config.plan_state.company_folder import write_company
from e2esim.config.plan_state.find import WITH_DATA, find_plan
from e2esim.config.plan_state.snapshot import read_snapshot
from e2esim.config.planned_run import company_of, demand_of, rules_of, run_words
from e2esim.config.problems import InputErrors
from e2esim.planning.ctp.of_factory import state_of
from e2esim.planning.demand.net_demand import forecast_demand
from e2esim.planning.promise.reply import PromiseReply, reply
from e2esim.planning.promise.sources import Wish
from e2esim.simulate.factory.run import PlannedRun
from e2esim.simulate.factory.stop import stop

COMPANIES = {"lamps": LAMPS, "pumps": PUMPS, "chairs": CHAIRS}


def stopped_run(home: Path, name: str, night: int) -> tuple[PlannedRun, Path]:
    """Run a company to a night and write it down."""
    read = read_plan_data(company(home / name, COMPANIES[name]))
    rules = rules_of(read, run_words(["run_days=70", "rounds=5"]))
    demand = demand_of(read, rules)
    run = PlannedRun(company_of(read, None if demand is None else forecast_demand(demand)), rules)
    run.advance(night)
    saved = home / f"{name}-{night}"
    saved.mkdir()
    write_company(read, stop(run), saved)
    return run, saved


def wishes(rng: np.random.Generator, n: int, items: int) -> list[tuple[Wish, int, int]]:
    """Made-up requests: wish, item, priority."""
    found = []
    for _ in range(n):
        qty = float(rng.integers(1, 40))
        least = float(rng.integers(1, 5)) if rng.random() < 0.3 else None
        most = int(rng.integers(0, 30)) if rng.random() < 0.3 else None
        wish = Wish(qty=qty, day=int(rng.integers(0, 40)), min_shipment=None if least is None else min(least, qty), max_late=most)
        found.append((wish, int(rng.integers(items)), int(rng.integers(1, 4))))
    return found


def told(answer: PromiseReply) -> tuple[object, ...]:
    """All that is said."""
    offers = None if answer.choices is None else [(o.kind, o.parts) for o in answer.choices.offers]
    return answer.parts, answer.short, answer.limit, offers


def both_doors(home: Path, name: str, night: int, requests: int) -> None:
    run, saved = stopped_run(home, name, night)
    found = find_plan(saved, None, home / "no runs")
    assert found is not None
    assert not found.changed
    snapshot = read_snapshot(found.head.folder)
    problem = snapshot.problem
    state = state_of(problem, snapshot.result)
    for wish, item, priority in wishes(np.random.default_rng(night), requests, problem.n_items):
        ours = run.desk.ask(night, item, wish, priority)
        theirs = reply(state, problem.items, problem.items, snapshot.elsewhere, wish, item, priority)
        assert told(ours) == told(theirs)


@pytest.mark.parametrize("name", COMPANIES)
def test_both_doors_promise_the_same(tmp_path: Path, name: str) -> None:
    both_doors(tmp_path, name, 14, 25)


@pytest.mark.long
@pytest.mark.parametrize("night", [7, 16, 35])
@pytest.mark.parametrize("name", COMPANIES)
def test_both_doors_promise_the_same_two_hundred_times(tmp_path: Path, name: str, night: int) -> None:
    both_doors(tmp_path, name, night, 200)


@pytest.mark.parametrize("name", COMPANIES)
def test_the_folder_is_the_state_of_the_run(tmp_path: Path, name: str) -> None:
    """What the door reads from the folder is what the run itself plans on, array by array."""
    run, saved = stopped_run(tmp_path, name, 14)
    case = read_plan_data(saved).case
    again = stop(run)
    ours, theirs = again.problem, case.facts
    assert theirs.today == ours.today == dt.date(2026, 3, 16)
    place = {"order_": np.argsort(ours.orders), "receipt_": np.argsort(again.receipt_name)}
    other = {"order_": np.argsort(theirs.orders), "receipt_": np.argsort(case.receipt_name)}
    for field in fields(ours):
        a, b = getattr(ours, field.name), getattr(theirs, field.name)
        for prefix in place:
            if field.name.startswith(prefix) and len(a) + len(b):  # empty: no order states it
                a, b = a[place[prefix]], b[other[prefix]]
        if field.name == "capacity_h":
            weeks = min(a.shape[1], b.shape[1])
            assert a[:, :weeks] == pytest.approx(b[:, :weeks], abs=1e-5), field.name
        elif isinstance(a, np.ndarray):
            assert np.allclose(a, b), field.name
        elif isinstance(a, tuple):
            assert sorted(a) == sorted(b) if field.name == "orders" else a == b, field.name


def test_the_command_stops_saves_and_every_verb_opens_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    data, saved = company(tmp_path / "pumps", PUMPS), tmp_path / "saved"
    run = CliRunner().invoke(app, ["run", str(data), "--stop-at", "2026-03-16", "--save", str(saved), "--out", "run", "--json"])
    assert run.exit_code == 0, run.output
    assert json.loads(run.stdout)["days"] == 14
    assert (saved / WITH_DATA / "state.npz").is_file()
    asked = ["promise", str(saved), "--item", "PUMP", "--qty", "3", "--date", "2026-04-20", "--customer", "K1", "--json"]
    for words in (asked, ["run", str(saved), "--quiet", "--out", "run2"], ["plan", str(saved), "--out", "plan2", "--time-limit", "1", "--quiet"]):
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
    assert not (tmp_path / "runs").exists()  # the promise stood on the plan in force
    orders = pl.read_csv(saved / "orders.csv", infer_schema=False)
    assert set(orders["promised"]) - {None, ""}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--stop-at", "2030-01-01"], "no day of the run"),
        (["--save", "somewhere"], "needs a day"),
        (["--stop-at", "soon", "--save", "somewhere"], "no day of the run"),
    ],
)
def test_a_stop_that_cannot_be_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], says: str) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["run", str(company(tmp_path / "lamps", LAMPS)), *words])
    assert result.exit_code == 2
    assert says in result.output
    assert not (tmp_path / "somewhere").exists()


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("R1,PUMP,15,4,2026-03-06,FIT,2\n", "no such step"),
        ("R1,PUMP,10,4,2026-03-06,,2\n", "no work centre"),
        ("R1,MOTOR,10,6,2026-03-06,WIND,2\nR2,MOTOR,10,6,2026-03-06,WIND,3\n", "than it has machines"),
    ],
)
def test_work_in_process_that_cannot_be_is_named(tmp_path: Path, rows: str, says: str) -> None:
    tables = PUMPS | {"receipts": "receipt,item,step,qty,due,work_centre,hours_to_go\n" + rows}
    with pytest.raises(InputErrors, match=says):
        read_plan_data(company(tmp_path / "pumps", tables))


def test_a_machine_that_works_a_lot_still_has_fewer_hours(tmp_path: Path) -> None:
    """Three hours to go of the one winding machine: its first week has three hours less, and work in process waits behind its step."""
    rows = "receipt,item,step,qty,due,work_centre,hours_to_go\nR1,MOTOR,10,6,2026-03-03,WIND,3\n"
    plain = read_plan_data(company(tmp_path / "plain", PUMPS)).case.facts
    busy = read_plan_data(company(tmp_path / "busy", PUMPS | {"receipts": rows})).case.facts
    wind = plain.centres.index("WIND")
    assert busy.capacity_h[wind, 0] == pytest.approx(plain.capacity_h[wind, 0] - 3.0)
    assert busy.receipt_item[0] == busy.n_items + int(np.flatnonzero(busy.step_item == busy.items.index("MOTOR"))[0])
