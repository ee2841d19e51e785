"""The terminal table, the JSON object and the progress bar."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from numba import njit
from report_synthetic import Study
from rich.console import Console

from e2esim import compiling
from e2esim.report.progress import progress_bar
from e2esim.report.terminal import print_result, to_json

NAMED = {
    *("crr", "acs", "cdr", "clv", "csat", "csat_mean", "nps", "ces", "otif", "on_time", "lead_time", "fill_rate"),
    *("stock_turns", "margin", "returns", "first_contact_resolution", "cash_to_cash"),
}


def _printed(result: Study, language: str = "en", colour: bool = False) -> str:
    out = io.StringIO()
    console = Console(file=out, width=80, force_terminal=colour)
    print_result(result, Path("runs") / "made_up", console, language=language)
    return out.getvalue()


@pytest.mark.parametrize("language", ["en", "it"])
def test_fits_eighty_columns_without_colour(study: Study, studies: Study, language: str) -> None:
    for result in (study, studies):
        text = _printed(result, language)
        assert max(len(line) for line in text.splitlines()) <= 80
        assert "\x1b" not in text
        assert "…" not in text


def test_shows_values_units_and_intervals(study: Study, studies: Study) -> None:
    text = _printed(study)
    otif = 100 * (study.kpis["otif"].value or 0)
    assert re.search(rf"On time in full \(OTIF\) +{otif:.1f} +%", text)
    assert [group for group in ("Customers", "Service", "Chain", "Money") if group not in text] == []
    assert "interval" not in text
    kpi = studies.kpis["lead_time"]
    row = rf"Lead time +{kpi.value:.2f} +days +{kpi.ci_low:.2f} to {kpi.ci_high:.2f}"
    assert re.search(row, _printed(studies))
    assert re.search(r"Large retail +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+", text)
    assert "Results in runs" in text


def test_colours_only_on_a_terminal(study: Study) -> None:
    assert "\x1b[" in _printed(study, colour=True)


def test_json_has_the_named_kpis(study: Study) -> None:
    found = json.loads(to_json(study, Path("runs/made_up")))
    assert set(found) == {"scenario", "seed", "replications", "wall_s", "run_dir", "kpis"}
    assert set(found["kpis"]) >= NAMED
    assert all(set(entry) == {"value", "unit", "ci_low", "ci_high"} for entry in found["kpis"].values())
    assert found["kpis"]["otif"]["value"] == study.kpis["otif"].value
    assert found["kpis"]["flexibility"]["value"] is None
    assert "\n" not in to_json(study, None)
    assert json.loads(to_json(study, None))["run_dir"] is None


def test_progress_is_silent_when_piped(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar() as tell:
        tell(0.5, "half [way]")
    assert capsys.readouterr() == ("", "")


def test_progress_tells_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar() as tell:
        tell(0.25, "replication [1]")
    assert "replication [1]" in screen.getvalue()
    assert "25%" in screen.getvalue()
    loud = len(screen.getvalue())
    with progress_bar(quiet=True) as tell:
        tell(0.5, "nothing")
    assert len(screen.getvalue()) == loud


def test_what_is_compiled_is_told_now_and_then(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(compiling, "EVERY_S", 0.0)

    @njit
    def inner(x: int) -> int:
        return x + 1

    @njit
    def outer(x: int) -> int:
        return inner(x) * 2

    with progress_bar():
        assert outer(1) == 4
    assert "compiling, once after installation or a change: 2 kernels so far" in capsys.readouterr().err
    with progress_bar():
        assert outer(2) == 6  # compiled before: nothing to tell
    with progress_bar(quiet=True):
        assert outer(2.0) == 6.0
    assert capsys.readouterr().err == ""
