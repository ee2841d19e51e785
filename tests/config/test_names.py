"""Names are text: neither markup, nor steering codes, nor formulas, nor commands, however long they are."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from e2esim.application.folders import new_folder
from e2esim.cli.completion import complete_override, complete_scenario
from e2esim.config.problems import Problem
from e2esim.domain.safe_csv import write_safe_csv
from e2esim.report.console import terminal


def test_square_brackets_are_printed_as_they_stand(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.table import Table

    table = Table(title="plan of [x]")
    table.add_column("EUR [1/h]")
    table.add_row("4711[rev2]")
    table.add_row("[/PO-17]")
    console = terminal(60)
    console.file = io.StringIO()
    console.print(table)
    shown = console.file.getvalue()
    assert all(word in shown for word in ("4711[rev2]", "[/PO-17]", "EUR [1/h]", "plan of [x]"))


def test_no_problem_steers_the_terminal() -> None:
    shown = str(Problem(file="items.csv", value="A\x1b[2J\x07", message="unknown item B\x1b]0;x"))
    assert shown.isprintable()
    assert r"\x1b[2J" in shown


@pytest.mark.parametrize("cell", ["=1+1", "+A1", "-2+3", "@SUM(A1)", "\t=1"])
def test_texts_like_formulas_stay_texts_in_csv(tmp_path: Path, cell: str) -> None:
    write_safe_csv(pl.DataFrame({"member": [cell, "plain"], "value": [-1.5, 2.0]}), tmp_path / "k.csv")
    read = pl.read_csv(tmp_path / "k.csv")
    assert read["member"].to_list() == ["'" + cell, "plain"]
    assert read["value"].to_list() == [-1.5, 2.0]


def test_a_folder_with_a_command_in_its_name_is_not_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("evil$(touch x)", "good_world"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "scenario.yaml").write_text("name: w\n")
    monkeypatch.chdir(tmp_path)
    offered = [*complete_override("scenario=./"), *complete_scenario("./")]
    assert any("good_world" in option for option in offered)
    assert not any("$" in option for option in offered)


def test_a_very_long_name_gives_a_folder_that_can_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    new_folder(None, "n" * 300, "abc").mkdir(parents=True)


def test_an_output_that_cannot_write_a_character_does_not_fail(tmp_path: Path) -> None:
    environment = {"PYTHONIOENCODING": "cp1252", "PYTHONPATH": str(Path(__file__).parents[2] / "src"), "HOME": str(tmp_path)}
    call = [sys.executable, "-m", "e2esim.cli.main", "validate", "scenario=./磨具"]
    done = subprocess.run(call, env=environment, capture_output=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert b"u78e8" in done.stdout + done.stderr


def test_twenty_thousand_unknown_keys_are_refused_quickly(tmp_path: Path) -> None:
    import time

    from e2esim.config.door import load
    from e2esim.config.problems import InputErrors
    from worlds import tiny_world

    world = tiny_world(tmp_path / "w")
    (world / "scenario.yaml").write_text("market:\n" + "".join(f"  key_{k}_demand: {k}\n" for k in range(20_000)))
    began = time.process_time()
    with pytest.raises(InputErrors) as caught:
        load([f"scenario={world}"])
    assert len(caught.value.problems) >= 20_000
    assert time.process_time() - began < 10.0


def test_a_file_of_settings_that_is_none_is_refused_at_once(tmp_path: Path) -> None:
    import time

    from e2esim.config.yaml_file import read_yaml

    path = tmp_path / "scenario.yaml"
    path.write_text("".join(f"k{k}: {k}\n" for k in range(200_000)))
    began = time.process_time()
    assert "larger than 600 kB" in read_yaml(path, "scenario.yaml").problems[0].message
    assert time.process_time() - began < 1.0
