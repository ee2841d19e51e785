"""Shell completion: keys, names and values, also after the ``=``; the bash script is tried in a real bash."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from e2esim.cli.completion import complete_override, complete_scenario
from worlds import tiny_world


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    tiny_world(tmp_path / "scenarios" / "mine")
    return tmp_path


def test_keys_and_groups(here: Path) -> None:
    assert complete_override("pla")[0] == "planning="
    assert {"planning.lot_factor=", "planning.rule="} <= set(complete_override("planning."))
    assert complete_override("sce") == ["scenario="]
    assert {"scenario=", "promise=", "seed=", "market.conversion="} <= set(complete_override(""))
    assert complete_override("nothing_like_this") == []


def test_values(here: Path) -> None:
    assert complete_override("planning=") == ["planning=end_to_end", "planning=silo"]
    assert complete_override("precedence.rule=f") == ["precedence.rule=fifo"]
    assert complete_override("market.word_of_mouth=") == ["market.word_of_mouth=true", "market.word_of_mouth=false"]
    assert complete_override("market.conversion=") == []
    assert complete_override("nonsense.key=") == []


def test_scenarios_by_name_and_by_folder(here: Path) -> None:
    assert complete_override("scenario=mi") == ["scenario=mine", "scenario=mine/one", "scenario=mine/silo"]
    assert complete_override("scenario=./sc") == ["scenario=./scenarios/"]
    assert complete_override("scenario=./scenarios/") == ["scenario=./scenarios/mine"]
    inside = [f"scenario=./scenarios/mine/{name}" for name in ("one", "silo", "data/")]
    assert complete_override("scenario=./scenarios/mine/") == inside
    assert "mattress_maker/as_is" in complete_scenario("mattress_maker/")


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not there")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("e2esim sce", ["scenarios "]),
        ("e2esim run sce", ["scenario="]),
        ("e2esim run promise=", ["promise=atp ", "promise=quoted "]),
        ("e2esim run seed=3 scenario=mine/o", ["scenario=mine/one "]),
        ("e2esim run --js", ["--json "]),
        ("e2esim new x --from mine/s", ["mine/silo "]),
    ],
)
def test_in_bash(here: Path, line: str, expected: list[str]) -> None:
    """Source the script that ``--show-completion bash`` gives and ask for the words at the end of ``line``."""
    program = here / "bin" / "e2esim"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nfrom e2esim.cli.main import run\nrun()\n")
    program.chmod(0o755)
    words = line.split(" ")
    script = (
        'source <(_E2ESIM_COMPLETE=source_bash e2esim)\n[[ $COMP_WORDBREAKS == *=* ]] && echo "= still breaks words"\n'
        f"COMP_WORDS=({' '.join(words)}) COMP_CWORD={len(words) - 1}\n_e2esim_completion e2esim\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\ncomplete -p e2esim\n'
    )
    env = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, env=env, check=False)
    *found, how = done.stdout.splitlines()
    assert found == expected, done.stderr
    assert "-o nospace" in how
