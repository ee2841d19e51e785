"""``e2esim run --stop-at --save`` and ``--resume``: the files of a run taken up are those of the run that never stopped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from e2esim.cli.run_command import run_company
from e2esim.cli.run_options import RunOptions
from e2esim.config.problems import InputErrors
from worlds import tiny_world

SAME = {"manifest.json", "finished.json"}  # they tell the moment of writing


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny company, its run of six weeks without a stop, and the same stopped on the twentieth day."""
    home = tmp_path_factory.mktemp("stopped")
    words = [f"scenario={tiny_world(home / 'tiny')}", "horizon.days=42"]
    run_company(words, RunOptions(quiet=True, report=False, out=home / "through"))
    run_company(words, RunOptions(quiet=True, stop_at="2026-01-25", save=home / "saved"))
    return home


def said(options: RunOptions, *words: str) -> str:
    with pytest.raises(InputErrors) as caught:
        run_company(words, options)
    return str(caught.value)


def test_the_files_are_the_same(home: Path) -> None:
    run_company([], RunOptions(quiet=True, report=False, resume=home / "saved", out=home / "resumed"))
    names = {path.name for path in (home / "through").iterdir()}
    assert names == {path.name for path in (home / "resumed").iterdir()}
    assert len(names - SAME) > 5
    for name in sorted(names - SAME):
        if name.endswith(".xlsx"):
            continue  # a workbook tells the moment of writing too
        assert (home / "resumed" / name).read_bytes() == (home / "through" / name).read_bytes(), name
    told = [json.loads((home / folder / "manifest.json").read_text())["hash"] for folder in ("through", "resumed")]
    assert told[0] == told[1]


def test_what_has_changed_since_is_named(home: Path) -> None:
    about = home / "saved" / "saved_run.json"
    kept = about.read_text()
    try:
        about.write_text(json.dumps(json.loads(kept) | {"data": "other", "program": "other"}))
        message = said(RunOptions(quiet=True, resume=home / "saved"))
    finally:
        about.write_text(kept)
    assert "settings or tables have changed" in message
    assert "program or its packages have changed" in message


def test_options_that_do_not_fit_are_refused(home: Path) -> None:
    company = f"scenario={home / 'tiny'}"
    assert "no day of what is to run" in said(RunOptions(quiet=True, stop_at="2031-01-01", save=home / "new"), company)
    assert "needs a folder" in said(RunOptions(quiet=True, stop_at="2026-01-25"), company)
    assert "is there already" in said(RunOptions(quiet=True, stop_at="2026-01-25", save=home / "saved"), company)
    assert "no saved market run" in said(RunOptions(quiet=True, resume=home / "through"))
    assert "has its own company and settings" in said(RunOptions(quiet=True, resume=home / "saved"), company)
    assert "goes with one replication" in said(RunOptions(quiet=True, resume=home / "saved", replications=3))
    (home / "broken").mkdir()
    for name in ("saved_run.json", "state.npz", "finished.json"):
        (home / "broken" / name).write_bytes((home / "saved" / name).read_bytes())
    (home / "broken" / "state.json").write_text("{")
    assert "cannot be read" in said(RunOptions(quiet=True, resume=home / "broken"))
    assert not (home / "new").exists()
