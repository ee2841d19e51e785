"""A folder of results is whole or not there; what a killed writer left goes with the next one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from e2esim.cli.main import app
from e2esim.config.plan_data.released import read_day
from e2esim.config.plan_state.snapshot import read_head
from e2esim.config.problems import InputErrors
from e2esim.report.whole_folder import MARKER, what_is_missing, whole_folder

KILLED = """
import os, signal, sys
from pathlib import Path
from e2esim.report.whole_folder import whole_folder
with whole_folder(Path(sys.argv[1])) as partial:
    (partial / "half.txt").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_finished_folder_says_so_and_what_it_held(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "out") as partial:
        (partial / "below").mkdir()
        (partial / "below" / "a.txt").write_text("a")
        (partial / "b.txt").write_text("b")
        assert what_is_missing(partial) == [MARKER]
    assert what_is_missing(tmp_path / "out") == []
    (tmp_path / "out" / "below" / "a.txt").unlink()
    assert what_is_missing(tmp_path / "out") == ["below/a.txt"]
    (tmp_path / "out" / MARKER).write_text("{")
    assert what_is_missing(tmp_path / "out") == [MARKER]


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_what_a_killed_writer_left_goes_with_the_next(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for _ in range(2):
        subprocess.run([sys.executable, "-c", KILLED, str(out)], check=False)
        assert not out.exists()
        assert len(list(tmp_path.iterdir())) == 1  # the second has removed what the first left
    with whole_folder(tmp_path / "other") as mine, whole_folder(out):
        assert mine.is_dir()  # a writer that lives is left alone
    assert {path.name for path in tmp_path.iterdir()} == {"other", "out"}


def test_a_very_long_name_is_no_trouble(tmp_path: Path) -> None:
    with whole_folder(tmp_path / ("x" * 240)) as partial:
        (partial / "a.txt").write_text("a")
    assert what_is_missing(tmp_path / ("x" * 240)) == []


def test_a_reader_refuses_a_folder_that_was_never_finished(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    pl.DataFrame({"consumer": [1], "satisfaction": [0.5]}).write_parquet(tmp_path / "run" / "journeys.parquet")
    result = CliRunner().invoke(app, ["customer", str(tmp_path / "run")])
    assert (result.exit_code, MARKER in result.output) == (2, True)
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / "manifest.json").write_text('{"plan": {"today": "2026-01-05"}}')
    with pytest.raises(InputErrors, match="1 problem"):
        read_day(tmp_path / "plan")
    (tmp_path / "plan" / "state.json").write_text('{"format": 1}')
    assert read_head(tmp_path / "plan") is None
