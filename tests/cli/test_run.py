"""``e2esim run`` from the words to the run folder, on the tiny world."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from e2esim.application.folders import new_folder, write_new
from e2esim.cli.main import app
from e2esim.config.problems import InputErrors
from e2esim.report.whole_folder import whole_folder
from study_jobs import DeadlyReplications
from worlds import tiny_world

SHORT = ("scenario=./w", "horizon.days=40", "horizon.warmup_days=10")
NAMED = (
    "crr acs cdr clv csat csat_mean nps ces otif on_time lead_time fill_rate stock_turns margin returns "
    "first_contact_resolution cash_to_cash"
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    tiny_world(tmp_path / "w")
    return tmp_path


def call(*words: str) -> Result:
    result = CliRunner().invoke(app, ["run", *SHORT, *words])
    assert result.exit_code == 0, (result.stderr, result.exception)
    return result


def kpis(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(call("--json", "--no-report", *words).stdout)
    return found


def test_json_is_one_object_with_every_named_kpi(here: Path) -> None:
    found = kpis("seed=4", "--out", "deep/er/run")
    assert (found["scenario"], found["seed"], found["replications"]) == ("tiny", 4, 1)
    assert Path(found["run_dir"]) == Path("deep/er/run")
    assert found["wall_s"] > 0
    assert set(NAMED.split(" ")) <= set(found["kpis"])
    for name, kpi in found["kpis"].items():
        assert set(kpi) == {"value", "unit", "ci_low", "ci_high"}, name
        assert kpi["value"] is None or math.isfinite(kpi["value"])
        assert (kpi["ci_low"], kpi["ci_high"]) == (None, None)  # one replication has no interval
    manifest = json.loads((here / "deep/er/run/manifest.json").read_text(encoding="utf-8"))
    assert manifest["config"]["horizon"]["days"] == 40
    files = {path.name for path in (here / "deep/er/run").iterdir()}
    assert files >= {"manifest.json", "kpis.csv", "orders.parquet", "customers.parquet", "events.parquet"}
    assert "report.html" not in files


def test_one_seed_gives_one_result_and_another_seed_another(here: Path) -> None:
    first, again, other = kpis("seed=4"), kpis("seed=4"), kpis("seed=5")
    assert first["kpis"] == again["kpis"] != other["kpis"]
    assert first["run_dir"] != again["run_dir"]  # runs never overwrite each other
    assert first["run_dir"].split("-")[-1] != other["run_dir"].split("-")[-1]


def test_replications_give_intervals(here: Path) -> None:
    found = kpis("-n", "3", "-w", "1")
    assert found["replications"] == 3
    otif = found["kpis"]["otif"]
    assert otif["ci_low"] <= otif["value"] <= otif["ci_high"]
    assert (Path(found["run_dir"]) / "replications.csv").is_file()


def test_the_table_is_shown_unless_quiet(here: Path) -> None:
    shown = call("--no-report", "--out", "one")
    assert "OTIF" in shown.stdout
    quiet = call("--no-report", "--out", "two", "--quiet")
    assert (quiet.stdout, quiet.stderr) == ("", "")
    assert (here / "two" / "kpis.csv").is_file()


def test_the_default_folder_is_named_after_scenario_and_hash(here: Path) -> None:
    folder = new_folder(None, "tiny/a b", "abc")
    assert folder.parent == Path("runs")
    assert folder.name.startswith("tiny-a-b-2")
    assert folder.name.endswith("-abc")
    (here / "empty").mkdir()
    assert new_folder(Path("empty"), "tiny", "abc") == Path("empty")


def test_a_run_folder_that_cannot_be_made_is_bad_input(here: Path) -> None:
    (here / "file").write_text("")
    for out in ("file", "file/below", "w"):
        with pytest.raises(InputErrors):
            new_folder(Path(out), "tiny", "abc")


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@pytest.mark.parametrize(
    ("number", "ends_with", "replications"),
    [
        (signal.SIGINT, 130, "4"), (signal.SIGTERM, 143, "1"), pytest.param(signal.SIGINT, 130, "1", marks=pytest.mark.long),
        pytest.param(signal.SIGTERM, 143, "4", marks=pytest.mark.long),
    ],
)  # fmt: skip
def test_ctrl_c_and_sigterm_end_cleanly_and_at_once(here: Path, number: signal.Signals, ends_with: int, replications: str) -> None:
    code = "from e2esim.cli.main import run; run()"
    words = ["run", "scenario=mattress_maker", "--quiet", "-n", replications, "-w", "2"]
    # not in the tests' process group, so that only this run (and, as in a terminal, its workers) hears the signal
    pipe = subprocess.PIPE
    run = subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=pipe, stderr=pipe, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # a shell's background job would not hear it
    )  # fmt: skip
    time.sleep(6.0)
    started = time.monotonic()
    os.killpg(run.pid, number)
    out, err = run.communicate(timeout=60)
    assert (run.returncode, out) == (ends_with, ""), err
    assert time.monotonic() - started < 15.0
    assert "Traceback" not in err
    assert not (here / "runs").exists()


def test_a_replication_can_be_run_again_alone(here: Path) -> None:
    both = pl.read_csv(Path(kpis("-n", "2", "-w", "1", "--replication", "2")["run_dir"]) / "replications.csv")
    again = Path(kpis("--replication", "2")["run_dir"])
    told = json.loads((again / "manifest.json").read_text(encoding="utf-8"))
    assert told["row_tables"] == "replication 2"
    of_two = dict(both.filter(pl.col("replication") == 2).select("kpi", "value").iter_rows())
    alone = dict(pl.read_csv(again / "kpis.csv").filter(pl.col("dimension") == "all").select("kpi", "mean").iter_rows())
    assert {name: value for name, value in alone.items() if value is not None} == {name: value for name, value in of_two.items() if value is not None}
    refused = CliRunner().invoke(app, ["run", *SHORT, "-n", "2", "--replication", "3"])
    assert refused.exit_code == 2
    assert "--replication" in refused.stderr


def test_the_header_states_every_override_and_what_it_changes(here: Path) -> None:
    call("market.demand_factor=1.5", "--out", "out")
    page = (here / "out/report.html").read_text(encoding="utf-8")
    assert "Overrides: horizon.days=40, horizon.warmup_days=10, market.demand_factor=1.5" in page
    assert "market.demand_factor 1.0 \N{RIGHTWARDS ARROW} 1.5" in page
    told = json.loads((here / "out/manifest.json").read_text(encoding="utf-8"))
    assert ["market.demand_factor", "1.0", "1.5"] in told["changed"]


def test_a_killed_worker_costs_its_replication_and_says_so(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("e2esim.study.replicate.Replications", DeadlyReplications)
    result = CliRunner().invoke(app, ["run", *SHORT, "-n", "3", "-w", "2", "--no-report", "--out", "out", "--quiet"])
    assert result.exit_code == 1
    assert "lost: replication 2" in result.stderr
    assert set(pl.read_csv("out/replications.csv")["replication"]) == {1, 3}
    assert json.loads(Path("out/manifest.json").read_text(encoding="utf-8"))["lost_replications"] == [2]


def test_two_runs_of_one_second_do_not_meet(here: Path) -> None:
    folders = [write_new(Path("runs/x"), _one_file, chosen=False) for _ in range(3)]
    assert [folder.name for folder in folders] == ["x", "x-2", "x-3"]
    with pytest.raises(FileExistsError):
        write_new(Path("runs/x"), _one_file, chosen=True)


def _one_file(folder: Path) -> None:
    with whole_folder(folder) as partial:
        (partial / "a.txt").write_text("a")
