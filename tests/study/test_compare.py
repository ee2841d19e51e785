"""Paired comparison: what it may say and what not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from e2esim.config import load
from e2esim.config.experiment import load_experiment, split_run
from e2esim.config.problems import InputErrors
from e2esim.report.comparison import comparison_json, print_comparison, word
from e2esim.study.compare import compare, paired
from e2esim.study.intervals import interval
from worlds import tiny_world

SHORT = ["horizon.days=40", "horizon.warmup_days=5"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_world(tmp_path_factory.mktemp("compare") / "tiny")


def test_interval_is_students() -> None:
    values = [3.0, 4.5, 2.0, 5.5]
    low, high = stats.t.interval(0.95, 3, loc=np.mean(values), scale=stats.sem(values))
    assert interval(values) == pytest.approx((np.mean(values), low, high))


def test_equal_scenarios_show_no_difference(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    same = load([f"scenario={tiny}", *SHORT])
    found = compare({"a": same, "b": same}, replications=2, workers=1)
    assert len(found.differences["b"]) > 20
    assert {d.difference for d in found.differences["b"]} == {0.0}
    assert {word(d) for d in found.differences["b"]} == {"no difference seen"}
    print_comparison(found, ["otif", "csat_true"])
    assert capsys.readouterr().out.count("no difference seen") == 2
    assert comparison_json(found)["differences"]["b"]["otif"]["difference"] == 0.0


def test_slower_quotes_are_seen(tiny: Path) -> None:
    runs = {name: load([f"scenario={tiny}", "promise=quoted", *SHORT, f"market.demand_factor={f}"]) for name, f in (("base", 1.0), ("more", 3.0))}
    found = {d.kpi: d for d in compare(runs, replications=4, workers=1).differences["more"]}
    assert found["purchases"].seen
    assert found["purchases"].difference > 0
    assert found["purchases"].base * 2 < found["purchases"].other


def test_pairing_narrows_what_moves_together() -> None:
    rng = np.random.default_rng(3)
    luck = rng.normal(size=40)
    base, other = luck + rng.normal(scale=0.1, size=40), luck + 0.05 + rng.normal(scale=0.1, size=40)
    d = paired("otif", "share", base.tolist(), other.tolist())
    assert d.narrowing is not None
    assert d.narrowing == pytest.approx((base.var(ddof=1) + other.var(ddof=1)) / (other - base).var(ddof=1))
    assert d.narrowing > 20


def test_horizons_must_agree(tiny: Path) -> None:
    with pytest.raises(ValueError, match="same horizon"):
        compare({"a": load([f"scenario={tiny}"]), "b": load([f"scenario={tiny}", *SHORT])}, replications=2)


def test_experiments_name_their_problem(tmp_path: Path) -> None:
    assert list(split_run("x/as_is seed=3")) == ["scenario=x/as_is", "seed=3"]
    with pytest.raises(InputErrors, match="as_is_to_be"):
        load_experiment("as_is_to_bee")
    bad = tmp_path / "bad.yaml"
    bad.write_text("title: t\nruns: {a: [x]}\nreplication: 3\n")
    with pytest.raises(InputErrors, match="replication"):
        load_experiment(str(bad))


@pytest.mark.parametrize("name", ["as_is_to_be", "planning_silo"])
def test_shipped_experiments_load(name: str) -> None:
    found = load_experiment(name)
    for overrides in found.runs.values():
        assert load(overrides).settings.name
