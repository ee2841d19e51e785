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

import pytest
from typer.testing import CliRunner, Result

from e2esim.cli.main import app
from e2esim.cli.run_command import run_folder
from e2esim.config.problems import InputErrors
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
    folder = run_folder(None, "tiny/a b", "abc")
    assert folder.parent == Path("runs")
    assert folder.name.startswith("tiny-a-b-2")
    assert folder.name.endswith("-abc")
    (here / "empty").mkdir()
    assert run_folder(Path("empty"), "tiny", "abc") == Path("empty")


def test_a_run_folder_that_cannot_be_made_is_bad_input(here: Path) -> None:
    (here / "file").write_text("")
    for out in ("file", "file/below", "w"):
        with pytest.raises(InputErrors):
            run_folder(Path(out), "tiny", "abc")


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_ctrl_c_ends_cleanly(here: Path) -> None:
    code = "from e2esim.cli.main import run; run()"
    words = ["run", "scenario=mattress_maker", "--quiet"]
    # not in the tests' process group, so that only this run hears the signal
    pipe = subprocess.PIPE
    run = subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=pipe, stderr=pipe, text=True, start_new_session=True
    )
    time.sleep(3.0)
    os.killpg(run.pid, signal.SIGINT)
    out, err = run.communicate(timeout=60)
    assert (run.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert not (here / "runs").exists()
