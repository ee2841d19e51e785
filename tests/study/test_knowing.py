"""The value of knowing an input, and two kinds of doubt, against problems whose answer can be written down."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import qmc
from typer.testing import CliRunner

from e2esim.cli.main import app
from e2esim.study.knowing import doubts, values_of_knowing


def places(seed: int, inputs: int, power: int = 6) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.asarray(qmc.Sobol(inputs, rng=np.random.default_rng(seed)).random_base2(power), dtype=np.float64)


def test_the_value_of_knowing_a_linear_gain_is_a_quarter_of_its_reach() -> None:
    """One option gains nothing, the other a (x - 1/2) + b (z - 1/2): knowing x is worth a / 8, knowing z b / 8, knowing y nothing."""
    where = places(3, 3)
    gain = 8.0 * (where[:, 0] - 0.5) + 2.0 * (where[:, 2] - 0.5)
    found = {one.factor: one for one in values_of_knowing("xyz", where, np.array([np.full(64, 5.0), 5.0 + gain]))}
    assert found["x"].value == pytest.approx(1.0, abs=0.02)
    assert found["z"].value == pytest.approx(0.25, abs=0.02)
    assert found["y"].value == pytest.approx(0.0, abs=0.005)
    assert (found["x"].seen, found["y"].seen) == (True, False)


def test_an_input_that_moves_the_result_but_not_the_decision_is_worth_nothing() -> None:
    where = places(4, 2)
    results = np.array([100.0 * where[:, 0], 100.0 * where[:, 0] + 1.0])
    assert all(one.value < 1e-9 and not one.seen for one in values_of_knowing("xy", where, results))


@pytest.mark.long
def test_luck_is_seldom_called_a_value() -> None:
    """Gains of luck alone around zero: an input is called worth knowing in 1 of 20 studies, held to three standard errors of 60 inputs."""
    rng, called = np.random.default_rng(5), 0
    for seed in range(20):
        where = places(seed, 3, 5)
        called += sum(one.seen for one in values_of_knowing("xyz", where, np.array([np.zeros(32), rng.normal(size=32)]), seed))
    assert called <= 60 * 0.05 + 3 * (60 * 0.05 * 0.95) ** 0.5


def test_two_kinds_of_doubt_are_those_of_a_nested_toy() -> None:
    """Result = 6 u + luck of sd 2, u uniform: variance 3 by the input, 4 by luck, within three standard errors of 4,000 points."""
    rng = np.random.default_rng(6)
    values = 6.0 * rng.random((4000, 1)) + rng.normal(0.0, 2.0, (4000, 5))
    found = doubts("a", values)
    assert abs(found.luck - 4.0) < 3 * 4.0 * (2 / (4000 * 4)) ** 0.5
    assert abs(found.inputs - 3.0) < 3 * 3.8 * (2 / 4000) ** 0.5
    assert np.isnan(doubts("a", values[:, :1]).luck)


@pytest.mark.long
def test_the_command_says_what_knowing_is_worth_on_a_network(tmp_path: Path) -> None:
    key = "replenishment.reorder[item=r3_Q5]"
    words = ["sensitivity", "scenario=textbook/r_q", "horizon.days=300", "horizon.warmup_days=20", f"{key}=1,6", "supply.order_eur*=interval(0.5,2)"]
    call = [*words, "demand.every_d[item=r3_Q5]*=interval(0.4,2)", "--decision", key, "--kpis", "cost_eur:min", "--size", "8", "-n", "2"]
    result = CliRunner().invoke(app, [*call, "--out", str(tmp_path / "out"), "--json", "-w", "1"])
    assert result.exit_code == 0, result.output
    told = json.loads((tmp_path / "out" / "knowing.json").read_text())["kpis"][0]
    worth = {one["factor"]: one for one in told["knowing"]}
    demand, order = (worth[name]["value"] for name in ("demand.every_d[item=r3_Q5]*", "supply.order_eur*"))
    assert demand > 1.0  # EUR a period
    assert order < demand / 5  # what an order costs is nearly the same under both
    assert all(way["sd_luck"] > 0.0 for way in told["doubts"])
    for wrong, said in ((["--decision", "seed"], "not among the factors"), (["--decision", "supply.order_eur*"], "list of options")):
        again = CliRunner().invoke(app, [*words, *wrong, "--out", str(tmp_path / "no")])
        assert again.exit_code == 2
        assert said in " ".join(again.output.split())
