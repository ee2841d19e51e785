"""Sensitivity and optimisation on functions whose answer is known."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from e2esim.cli.main import app
from e2esim.study.design import Choice, Interval, Value
from e2esim.study.optimise import Constraint, Goal, best_few, front, search
from e2esim.study.sensitivity import effects, places
from study_jobs import HillOfOverrides

pytest.importorskip("SALib")
pytest.importorskip("optuna")
NAMES = ("a", "b", "c")


def test_sobol_shares_are_those_of_ishigami() -> None:
    """T. Ishigami and T. Homma 1990 with 7 and .1: first .3139, .4424, 0; total .5576, .4424, .2437."""
    where = places("sobol", NAMES, 2048)
    x = -np.pi + 2 * np.pi * where
    found = effects("sobol", NAMES, where, np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])).sort("factor")
    for column, known in (("first", (0.3139, 0.4424, 0.0)), ("total", (0.5576, 0.4424, 0.2437))):
        for value, half, true in zip(found[column], found[f"{column}_half"], known, strict=True):
            assert abs(value - true) < 3.0 * half / 1.96 + 0.01


def test_a_surrogate_of_few_points_comes_near_the_shares_of_ishigami_and_knows_when_it_does_not() -> None:
    names = ["a", "b", "c"]
    where = places("surrogate", names, 200)
    x = 2.0 * np.pi * where - np.pi
    response = np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    found = {row["factor"]: row for row in effects("surrogate", names, where, response).to_dicts()}
    assert found["a"]["foretold"] > 0.7
    for name, total in {"a": 0.558, "b": 0.442, "c": 0.244}.items():  # T. Ishigami, T. Homma 1990
        assert abs(found[name]["total"] - total) < 0.12
    luck = np.random.default_rng(1).normal(size=60)
    assert effects("surrogate", names, places("surrogate", names, 60), luck)["foretold"][0] < 0.2
    with pytest.raises(ValueError, match="8 points at least"):
        places("surrogate", names, 7)


def test_morris_orders_linear_effects_and_finds_the_idle_one() -> None:
    where = places("morris", NAMES, 10)
    found = effects("morris", NAMES, where, 3.0 * where[:, 1] + 1.0 * where[:, 0])
    assert found["factor"].to_list() == ["b", "a", "c"]
    assert found["mu_star"].to_list() == pytest.approx([3.0, 1.0, 0.0])
    assert found["sigma"].to_list() == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)
    assert effects("morris", NAMES, where, np.ones(len(where)))["mu_star"].to_list() == [0.0, 0.0, 0.0]
    for method, size in (("sobol", 100), ("morris", 1), ("magic", 4)):
        with pytest.raises(ValueError):
            places(method, NAMES, size)


def hill(points: Sequence[Mapping[str, Value]]) -> list[Mapping[str, float] | None]:
    found: list[Mapping[str, float] | None] = []
    for point in points:
        x, y = float(point["x"]), {"p": 0.0, "q": 1.0}[str(point["y"])]
        found.append(None if x > 9.9 else {"profit": 10.0 - (x - 3.0) ** 2 + y, "service": x, "cost": (x - 6.0) ** 2})
    return found


def test_the_search_finds_a_known_hill_within_its_limits() -> None:
    factors = {"x": Interval(0.0, 10.0), "y": Choice(("p", "q"))}
    free = search(factors, [Goal(kpi="profit", direction="maximise")], [], hill, trials=60)
    top = free[best_few(free, Goal(kpi="profit", direction="maximise"), [], 1)[0]]
    assert top.factors["y"] == "q"
    assert abs(float(top.factors["x"]) - 3.0) < 0.7
    limit = Constraint.read("service>=5")
    bound = search(factors, [Goal(kpi="profit", direction="maximise")], [limit], hill, trials=60)
    best = bound[best_few(bound, Goal(kpi="profit", direction="maximise"), [limit], 1)[0]]
    assert 5.0 <= float(best.factors["x"]) < 5.7
    assert [one.factors for one in bound] == [one.factors for one in search(factors, [Goal(kpi="profit", direction="maximise")], [limit], hill, trials=60)]


def test_the_front_holds_what_no_other_beats() -> None:
    goals = [Goal(kpi="profit", direction="maximise"), Goal(kpi="cost", direction="minimise")]
    tried = search({"x": Interval(0.0, 10.0), "y": Choice(("q",))}, goals, [], hill, trials=60)
    kept = [tried[k] for k in front(tried, goals, [])]
    assert len(kept) > 3
    assert all(2.5 < float(one.factors["x"]) < 6.5 for one in kept)
    means = [one.means or {} for one in kept]
    assert not any(a["profit"] > b["profit"] and a["cost"] < b["cost"] for a in means for b in means)


@pytest.fixture
def hilly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("e2esim.application.points.OverriddenCompany", HillOfOverrides)
    monkeypatch.setattr("e2esim.application.points.kind_of", lambda points: "market")
    return tmp_path


def test_optimise_ends_with_a_winner_and_its_probability(hilly: Path) -> None:
    words = ["optimise", "planning.reserve=interval(0,0.3)", "--objective", "contribution", "--constraint", "otif>=0.85", "--trials", "24", "-n", "3"]
    result = CliRunner().invoke(app, [*words, "--delta", "0.005", "--out", "out", "--json", "-w", "1"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["proven"]
    assert told["probability"] == 0.95
    assert abs(told["winner"]["planning.reserve"] - 0.1) < 0.03
    assert told["limits"][0]["kept"]
    assert pl.read_parquet("out/trials.parquet").height == 24
    parts = {path.name for path in (hilly / "out/parts").iterdir()}
    again = json.loads(CliRunner().invoke(app, [*words, "--delta", "0.005", "--out", "out", "--json", "-w", "1"]).stdout)
    assert again == told
    assert {path.name for path in (hilly / "out/parts").iterdir()} == parts  # nothing was run twice
    shown = CliRunner().invoke(app, [*words, "--delta", "0.005", "--out", "out", "-w", "1"]).output
    assert "with probability of at least 95 %" in shown


def test_sensitivity_tells_the_idle_factor(hilly: Path) -> None:
    words = ["sensitivity", "planning.reserve=interval(0,0.3)", "planning.smoothing=interval(0.1,0.5)", "--kpis", "otif", "-n", "2", "--out", "out"]
    result = CliRunner().invoke(app, [*words, "-w", "2"])
    assert result.exit_code == 0, result.output
    found = pl.read_parquet("out/sensitivity.parquet")
    assert found["factor"].to_list() == ["planning.reserve", "planning.smoothing"]
    assert found["mu_star"].to_list() == pytest.approx([0.3, 0.0], abs=1e-6)
    assert "planning.reserve" in result.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["optimise", "planning.reserve=interval(0,1)"], "nothing to optimise"),
        (["optimise", "planning.reserve=interval(0,1)", "--objective", "contributoin"], "contribution"),
        (["optimise", "planning.reserve=interval(0,1)", "--objective", "contribution", "--constraint", "otif=1"], "KPI>=NUMBER"),
        (["sensitivity", "planning.reserve=interval(0,1)", "--method", "sobol", "--size", "9"], "power of two"),
        (["sensitivity", "planning.reserve=interval(0,1)", "--kpis", "otiff"], "otif"),
    ],
)
def test_bad_questions_are_refused(hilly: Path, words: list[str], message: str) -> None:
    result = CliRunner().invoke(app, words)
    assert (result.exit_code, message in result.output) == (2, True), result.output
    assert not (hilly / "runs").exists()
