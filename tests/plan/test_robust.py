"""How safe a plan is: the rollout against an obvious twin, promised dates against fresh replications, and the command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from plan_folders import write_folder
from typer.testing import CliRunner

from e2esim.cli.main import app
from e2esim.planning.factory.planner import plan
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.result import PegKind, PlanResult
from e2esim.planning.factory.risk import PlanRisk, usual_risk
from e2esim.planning.factory.rollout import Luck, Rollout, as_planned
from e2esim.planning.factory.synthetic import synthetic_problem
from e2esim.streams import Streams
from e2esim.study.robust import draw_luck, promise_day, replicate_plan


@pytest.fixture(scope="module")
def made() -> tuple[PlanProblem, PlanResult]:
    problem = synthetic_problem(np.random.default_rng(4), finished=5, parts=6, bought=10, centres=4, orders=400, weeks=20, load=0.85)
    return problem, plan(problem, time_limit_s=20.0, rounds=40)


def _twin(problem: PlanProblem, result: PlanResult, luck: Luck) -> list[float]:
    """The same in plain words: lots one after another, each waiting for its supplies and for hours of its centre."""
    weeks = problem.n_weeks
    at_week = lambda day: min(max(int(day) // 7, 0), weeks - 1)  # noqa: E731
    source_of = {}
    for s in np.lexsort((problem.source_price, problem.source_priority)):
        source_of.setdefault(int(problem.source_item[s]), int(s))
    there: dict[tuple[int, int], float] = {(int(PegKind.STOCK), i): -np.inf for i in range(problem.n_items)}
    for k, (item, day) in enumerate(zip(problem.receipt_item, problem.receipt_day, strict=True)):
        bought = int(item) in source_of and int(item) not in problem.step_item
        there[int(PegKind.RECEIPT), k] = day + (luck.source_late_d[source_of[int(item)], at_week(day)] if bought else 0.0)
    for k, (source, day) in enumerate(zip(result.purchase_source, result.purchase_received, strict=True)):
        there[int(PegKind.PURCHASE), k] = day + luck.source_late_d[source, at_week(day)]
    room = problem.capacity_h * luck.hours_factor
    whole = room.copy()
    lots = list(range(result.lot_step.size))
    for k in Rollout(problem=problem, result=result)._sequence:
        lots.remove(int(k))
        step = int(result.lot_step[k])
        waits = [there[int(kind), int(row)] for lot, kind, row in zip(result.feed_lot, result.feed_kind, result.feed_row, strict=True) if lot == k]
        at = max([float(result.lot_start[k]), *waits])
        centre, week = problem.step_centre[step], int(at // 7)
        need = problem.step_setup_h[step] + problem.step_run_h[step] * result.lot_qty[k]
        while week < weeks and room[centre, week] <= 1e-6:
            week += 1
        at, more = max(at, 7.0 * week), 0.0
        while week < weeks and need > 1e-6:
            taken = min(need, max(0.0, room[centre, week]))
            room[centre, week] -= taken
            need -= taken
            week += 1
            if need > 1e-6 and week < weeks:
                more += 7.0 * min(1.0, need / whole[centre, week])
        there[int(PegKind.LOT), int(k)] = at + problem.step_flow_days[step] * luck.flow_factor[step, at_week(result.lot_start[k])] + more
    assert not lots
    done = []
    for order in range(len(problem.orders)):
        rows = np.flatnonzero(result.delivery_order == order)
        pegs = np.flatnonzero(np.isin(result.peg_delivery, rows))
        days = [there[int(result.peg_kind[g]), int(result.peg_row[g])] for g in pegs]
        short = result.delivery_qty[rows].sum() < problem.order_qty[order] - 1e-6
        done.append(np.inf if short else max([*result.delivery_day[rows].astype(float), *days]))
    return done


@pytest.mark.parametrize("k", range(3))
def test_rollout_equals_its_twin(made: tuple[PlanProblem, PlanResult], k: int) -> None:
    problem, result = made
    risk = replace(usual_risk(problem), step_flow_cv=np.full(problem.n_steps, 0.2), source_late_share=np.full(problem.source_item.size, 0.2))
    luck = draw_luck(problem, risk, Streams(7, k))
    found = Rollout(problem=problem, result=result).completion(luck)
    assert found == pytest.approx(np.array(_twin(problem, result, luck)))
    assert (found > Rollout(problem=problem, result=result).planned).mean() > 0.1  # something did go otherwise


def test_as_planned_is_the_plan(made: tuple[PlanProblem, PlanResult]) -> None:
    problem, result = made
    whole = Rollout(problem=problem, result=result)
    assert np.array_equal(whole.completion(as_planned(problem)), whole.planned)


def test_promises_at_p90_are_kept_in_nine_of_ten_fresh_replications(made: tuple[PlanProblem, PlanResult]) -> None:
    """Orders that something can delay: where the date is later than planned, the kept share is that of the confidence."""
    problem, result = made
    risk = replace(usual_risk(problem), source_late_share=np.full(problem.source_item.size, 0.15))
    day = replicate_plan(problem, result, risk, replications=400).day(0.9)
    fresh = replicate_plan(problem, result, risk, replications=400, first=400)
    at_risk = np.isfinite(day) & (day > Rollout(problem=problem, result=result).planned)
    kept = (fresh.completion <= day)[:, at_risk].mean(axis=1)
    assert at_risk.sum() > 100
    error = kept.std(ddof=1) / np.sqrt(kept.size) * np.sqrt(2.0)  # both samples are random
    assert 0.88 - 3 * error <= kept.mean() <= 0.92 + 3 * error


def test_a_worse_world_is_never_safer(made: tuple[PlanProblem, PlanResult]) -> None:
    """Common random numbers: with more late purchases every replication ends later or at the same time."""
    problem, result = made
    good = usual_risk(problem)
    bad = replace(good, source_late_share=4 * good.source_late_share)
    a, b = (replicate_plan(problem, result, risk, replications=30) for risk in (good, bad))
    assert np.all(b.kept <= a.kept + 1e-12)
    assert b.kept.mean() < a.kept.mean() - 0.02


def test_few_replications_promise_nothing_at_high_confidence() -> None:
    assert np.isinf(promise_day(np.ones((10, 2)), 0.95)).all()
    assert promise_day(np.ones((19, 2)), 0.95).tolist() == [1.0, 1.0]


def test_risk_is_checked_at_birth(made: tuple[PlanProblem, PlanResult]) -> None:
    risk = usual_risk(made[0])
    with pytest.raises(ValueError, match=r"centre_hours_cv row 0: -1\.0 is negative"):
        PlanRisk(
            source_late_share=risk.source_late_share,
            source_late_median_d=risk.source_late_median_d,
            source_late_sigma=risk.source_late_sigma,
            centre_hours_cv=np.array([-1.0]),
            step_flow_cv=risk.step_flow_cv,
        )


def test_command_tells_how_safe_orders_are(tmp_path: Path) -> None:
    data = write_folder(tmp_path / "data")
    run = CliRunner().invoke(app, ["plan", str(data), "--out", str(tmp_path / "out"), "--time-limit", "1", "--robust", "50", "--json"])
    assert run.exit_code == 0, run.output
    told = json.loads(run.stdout)["robust"]
    assert told["replications"] == 50
    assert set(told["on_time"]) == {"1", "2", "3"}
    table = pl.read_parquet(tmp_path / "out" / "robust.parquet")
    assert table.height == 4
    assert (table["probability_low"] <= table["on_time_probability"]).all()
    assert (table["p50"].fill_null(pl.date(2000, 1, 1)) <= table["p80"].fill_null(pl.date(2999, 1, 1))).all()
