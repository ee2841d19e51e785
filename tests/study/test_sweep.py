"""A sweep: its words, its points, its table that survives every end, its executors that agree to the last bit."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

from e2esim.application.study_words import question
from e2esim.cli.main import app
from e2esim.cli.sweep_command import SweepOptions, run_sweep
from e2esim.config.factors import read_factors
from e2esim.config.problems import InputErrors
from e2esim.study.design import Choice, Interval, design
from e2esim.study.executor import Executor, Local
from e2esim.study.store import Store, value_rows
from e2esim.study.sweep import Point, means, sweep, tidy
from study_jobs import ToyOfOverrides

LEVELS = (0.0, 0.05, 0.1, 0.15)


def points(levels: Sequence[float] = LEVELS) -> list[Point]:
    return [Point(key=f"k{level}", factors={"planning.reserve": level}, company=ToyOfOverrides(overrides=(f"planning.reserve={level}",))) for level in levels]


def table(folder: Path, executor: Executor, levels: Sequence[float] = LEVELS, replications: int = 3) -> pl.DataFrame:
    store = Store(folder)
    sweep(points(levels), replications=replications, executor=executor, store=store)
    return tidy(points(levels), Store(folder).rows(), replications)


# --- words and designs ------------------------------------------------------------------------------------------------
def test_words_are_read_in_hydras_sweep_grammar() -> None:
    words = ["scale=0.1", "planning=silo,end_to_end", "planning.reserve=range(0.0,0.3,0.1)", "seed=range(1,4)", "market.demand_factor=interval(0.5,2)"]
    found = read_factors(words)
    assert found.common == ("scale=0.1",)
    assert found.factors["planning"] == Choice(("silo", "end_to_end"))
    assert found.factors["seed"] == Choice((1, 2, 3))
    assert np.allclose(found.factors["planning.reserve"].values, [0.0, 0.1, 0.2])  # type: ignore[attr-defined]
    assert found.factors["market.demand_factor"] == Interval(0.5, 2.0)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("planning.reserv=1,2", "planning.reserve"),
        ("planning.reserve=range(3,3)", "empty range"),
        ("planning.reserve=1,1", "names a value twice"),
        ("market.demand_factor=interval(2,1)", "lower to a higher"),
        ("planning.reserve", "not of the form"),
    ],
)
def test_bad_factors_are_named(word: str, message: str) -> None:
    with pytest.raises(InputErrors) as error:
        read_factors([word])
    assert message in " ".join(map(str, error.value.problems))


def test_designs_visit_what_they_say() -> None:
    factors = {"a": Interval(0.0, 10.0), "b": Choice(("x", "y"))}
    lhs = design(factors, "lhs", 10, seed=4)
    assert sorted(int(float(point["a"])) for point in lhs) == list(range(10))  # one in each tenth
    assert sum(point["b"] == "x" for point in lhs) == 5
    sobol = design(factors, "sobol", 16)
    assert len({float(point["a"]) for point in sobol}) == 16
    assert sorted(int(float(point["a"]) * 1.6) for point in sobol) == list(range(16))
    assert design(factors, "sobol", 16) == sobol
    with pytest.raises(ValueError, match="64 or 128"):
        design(factors, "sobol", 100)
    with pytest.raises(ValueError, match="interval"):
        design(factors, "full")


@pytest.mark.parametrize("count", [1, 3, 4, 7])
def test_a_fraction_keeps_each_effect_clear_of_the_others_and_of_pairs(count: int) -> None:
    factors = {f"f{k}": Interval(0.0, 1.0) for k in range(count)}
    ends = 2.0 * np.array([list(point.values()) for point in design(factors, "fraction")]) - 1.0
    assert len(ends) == 2 << count.bit_length()
    assert set(np.unique(ends)) == {-1.0, 1.0}
    assert np.array_equal(ends.T @ ends, len(ends) * np.eye(count))  # main effects at right angles
    pairs = np.array([ends[:, i] * ends[:, j] for i in range(count) for j in range(i)]).reshape(-1, len(ends))
    assert not (pairs @ ends).any()  # and to every product of two
    with pytest.raises(ValueError, match="two values or an interval"):
        design(factors | {"g": Choice((1, 2, 3))}, "fraction")


def test_words_beside_an_experiment_go_over_its_own(tmp_path: Path) -> None:
    path = tmp_path / "e.yaml"
    path.write_text("title: t\nbase: [scenario=mattress_maker, scale=0.05]\nfactors: ['planning.reserve=0,0.1', 'seed=1,2']\nkpis: [otif]\n")
    asked = question([f"experiment={path}", "scale=0.02", "seed=3"])
    assert list(asked.factors) == ["planning.reserve"]
    assert asked.common == ("scenario=mattress_maker", "scale=0.02", "seed=3")
    path.write_text("title: t\nfactors: ['seed=1,2']\nkpis: [fill_rat]\n")
    with pytest.raises(InputErrors, match="fill_rate"):
        run_sweep([f"experiment={path}", "scenario=textbook/r_q"], SweepOptions(out=tmp_path / "out"))
    path.write_text("a: &a [x]\nfactors: *a\n")
    with pytest.raises(InputErrors):
        question([f"experiment={path}"])


# --- the table --------------------------------------------------------------------------------------------------------
def test_any_number_of_workers_gives_the_same_table(tmp_path: Path) -> None:
    here, apart = table(tmp_path / "a", Local(workers=1)), table(tmp_path / "b", Local(workers=2, inline=False))
    assert_frame_equal(here, apart, check_exact=True)
    assert here.height == len(LEVELS) * 3 * 2
    assert here.columns[:3] == ["point", "planning.reserve", "replication"]
    told = means(here).filter(pl.col("kpi") == "contribution")
    assert told["planning.reserve"].to_list() == list(LEVELS)
    assert (told["ci_low"] < told["mean"]).all()


def test_resuming_runs_only_what_is_missing_and_gives_the_same_table(tmp_path: Path) -> None:
    whole = table(tmp_path / "a", Local(workers=1))
    table(tmp_path / "b", Local(workers=1), LEVELS[:2], replications=2)
    store = Store(tmp_path / "b")
    (tmp_path / "b/parts/part-000000099.tmp").write_bytes(b"half")
    found = sweep(points(), replications=3, executor=Local(workers=1), store=store)
    assert (found.run, found.found) == (8, 4)
    assert_frame_equal(tidy(points(), Store(tmp_path / "b").rows(), 3), whole, check_exact=True)
    assert not list((tmp_path / "b/parts").glob("*.tmp"))


def test_failed_and_deadly_points_are_rows_and_take_nothing_along(tmp_path: Path) -> None:
    found = table(tmp_path, Local(workers=2, inline=False), (0.0, 0.13, 0.17, 0.1), replications=1)
    errors = dict(found.filter(pl.col("error").is_not_null()).select("planning.reserve", "error").iter_rows())
    assert set(errors) == {0.13, 0.17}
    assert errors[0.13] == "ValueError: no such company"
    assert "killed" in errors[0.17]
    assert set(found.filter(pl.col("error").is_null())["planning.reserve"]) == {0.0, 0.1}
    again = sweep(points((0.13, 0.0)), replications=1, executor=Local(workers=1), store=Store(tmp_path), again=True)
    assert (again.run, again.found, again.failed) == (1, 1, 1)


def test_a_replication_without_end_is_ended(tmp_path: Path) -> None:
    started = time.monotonic()
    found = table(tmp_path, Local(workers=2, inline=False, time_limit_s=1.0), (0.19, 0.0), replications=1)
    assert time.monotonic() - started < 40.0
    assert found.filter(pl.col("error").is_not_null())["planning.reserve"].to_list() == [0.19]
    assert found.filter(pl.col("planning.reserve") == 0.0)["value"].is_not_null().all()


def test_many_small_parts_become_one_and_stay_the_same_rows(tmp_path: Path) -> None:
    store = Store(tmp_path)
    one = pl.DataFrame({"kpi": ["otif"], "unit": ["share"], "value": [0.5]})
    for k in range(450):
        store.add(value_rows("key", k + 1, one))
    assert len(list(store.parts.glob("*.parquet"))) == 51
    assert Store(tmp_path).rows()["replication"].to_list() == list(range(1, 451))
    assert len(store.done()) == 450


SWEPT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_sweep_points import slow_points
from e2esim.study.executor import Local
from e2esim.study.store import Store
from e2esim.study.sweep import sweep
sweep(slow_points(), replications=10, executor=Local(workers=2, inline=False), store=Store(Path(sys.argv[1])))
"""


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_a_killed_parent_loses_at_most_what_was_under_way(tmp_path: Path) -> None:
    (tmp_path / "test_sweep_points.py").write_text(
        "import time\nfrom dataclasses import dataclass\nfrom e2esim.study.sweep import Point\nfrom study_jobs import Toy\n\n"
        "@dataclass(frozen=True)\nclass Slow:\n    level: float\n\n    def open(self):\n"
        "        toy = Toy((('contribution', 'EUR/year', self.level, 0.1, 0.1),))\n"
        "        def run(replication, tell=None):\n            time.sleep(0.05)\n            return toy(replication)\n        return run\n\n"
        "def slow_points():\n    return [Point(key=f'k{k}', factors={'k': k}, company=Slow(float(k))) for k in range(8)]\n"
    )
    paths = os.pathsep.join([str(tmp_path), str(Path(__file__).parents[1]), *sys.path])
    words = [sys.executable, "-c", SWEPT, str(tmp_path / "out"), str(tmp_path)]
    for _ in range(2):
        parent = subprocess.Popen(words, env={**os.environ, "PYTHONPATH": paths}, start_new_session=True)
        before = len(list((tmp_path / "out").glob("parts/*.parquet")))
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and len(list((tmp_path / "out").glob("parts/*.parquet"))) < before + 8:
            time.sleep(0.02)
        parent.send_signal(signal.SIGKILL)
        parent.wait(timeout=20)
        assert len(Store(tmp_path / "out").done()) >= before + 8
    subprocess.run(words, env={**os.environ, "PYTHONPATH": paths}, check=True, timeout=120)
    interrupted = Store(tmp_path / "out").rows()
    subprocess.run([*words[:3], str(tmp_path / "whole"), str(tmp_path)], env={**os.environ, "PYTHONPATH": paths}, check=True, timeout=120)
    assert_frame_equal(interrupted, Store(tmp_path / "whole").rows(), check_exact=True)
    assert interrupted.height == 80


@pytest.mark.skipif(find_spec("ray") is None, reason="pip install e2esim[ray]")
@pytest.mark.long
def test_ray_gives_the_local_table(tmp_path: Path) -> None:
    from e2esim.study.ray_executor import OnRay

    levels = (0.0, 0.05, 0.13, 0.17)
    local, ray = table(tmp_path / "a", Local(workers=2, inline=False), levels), table(tmp_path / "b", OnRay(workers=2), levels)
    values = [frame.filter(pl.col("error").is_null()) for frame in (local, ray)]
    assert_frame_equal(*values, check_exact=True)
    assert set(ray.filter(pl.col("error").is_not_null())["planning.reserve"]) == {0.13, 0.17}


@pytest.mark.skipif(find_spec("ray") is None, reason="pip install e2esim[ray]")
@pytest.mark.long
def test_two_nodes_give_the_local_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real cluster of two nodes, both on this machine."""
    from ray.cluster_utils import Cluster

    from e2esim.study.ray_executor import OnRay

    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))  # a node finds modules by itself
    monkeypatch.setenv("RAY_raylet_start_wait_time_s", "300")  # on a busy machine
    local = table(tmp_path / "a", Local(workers=1))
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        cluster.add_node(num_cpus=1)
        assert_frame_equal(table(tmp_path / "b", OnRay(address=cluster.address)), local, check_exact=True)
    finally:
        cluster.shutdown()


# --- the command ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Nothing:
    """Stands in for the opening of the first point."""

    def __call__(self, found: Sequence[Point]) -> str:
        return "market"


def test_the_command_sweeps_resumes_and_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("e2esim.application.points.OverriddenCompany", ToyOfOverrides)
    monkeypatch.setattr("e2esim.application.points.kind_of", _Nothing())
    call = ["sweep", "planning.reserve=0.0,0.1", "--out", "out", "--json", "-w", "2"]
    first = json.loads(CliRunner().invoke(app, [*call, "-n", "2"]).stdout)
    assert (first["points"], first["run_now"], first["found_done"], first["failed"]) == (2, 4, 0, 0)
    more = json.loads(CliRunner().invoke(app, [*call, "-n", "3"]).stdout)
    assert (more["run_now"], more["found_done"]) == (2, 4)
    assert pl.read_parquet("out/sweep.parquet").height == 12
    assert pl.read_parquet("out/means.parquet")["replications"].to_list() == [3] * 4
    for words, message in (
        (["planning.reserve=0.1"], "nothing is swept"),
        (["planning.reserve=0,0.1", "--design", "sobool"], "sobol"),
        (["planning.reserve=interval(0,1)"], "interval"),
        (["planning.reserve=0,0.1", "--executor", "moon"], "executor"),
        (["planning.reserve=0,0.1", "--out", "file"], "--out"),
        (["experiment=nothing"], "no such experiment"),
    ):
        Path("file").write_text("")
        result = CliRunner().invoke(app, ["sweep", *words])
        assert (result.exit_code, message in " ".join(result.output.split())) == (2, True), (words, result.output)
