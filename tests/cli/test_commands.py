"""Commands as a user types them: words, exit codes, what lands on stdout, stderr and disk."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from e2esim.cli.main import app
from e2esim.config.door import load
from e2esim.domain.schema import TABLES
from worlds import tiny_world


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_validate_a_good_scenario(here: Path) -> None:
    tiny_world(here / "w")
    result = call("validate", "scenario=./w/silo", "market.demand_factor=1.4")
    assert result.exit_code == 0
    assert "tiny/silo: valid, 27 tables" in result.stdout
    assert result.stderr == ""


@pytest.mark.parametrize("command", ["validate", "run"])
def test_bad_input_lists_everything_on_stderr_and_writes_nothing(here: Path, command: str) -> None:
    tiny_world(here / "w", prices=lambda rows: [row | {"price_eur": "12,50 EUR"} for row in rows], lanes=None)
    before = files(here)
    result = call(command, "scenario=./w", "sede=3")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert files(here) == before
    assert "6 problems in the input" in result.stderr
    assert "w/data/prices.csv\n  row 2, column price_eur: not a number [12,50 EUR]" in result.stderr
    for words in ("the number alone", "missing table", "did you mean 'seed'"):
        assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_validate_json_gives_every_problem_in_full(here: Path) -> None:
    tiny_world(here / "w", history=lambda rows: [row | {"qty": "x"} for row in rows])
    result = call("validate", "scenario=./w", "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["valid"], len(found["problems"])) == (2, False, 112)
    first = found["problems"][0]
    assert (first["file"], first["row"], first["column"], first["value"]) == ("w/data/history.csv", 2, "qty", "x")
    assert (first["message"], first["warning"]) == ("not a number", False)
    short, full = call("validate", "scenario=./w").stderr, call("validate", "scenario=./w", "--all").stderr
    assert "and 52 more" in short
    assert full.count("not a number") == 112


def test_warnings_are_shown_but_valid(here: Path) -> None:
    tiny_world(here / "w", bom=lambda rows: [row for row in rows if row["parent"] != "pillow"])
    result = call("validate", "scenario=./w")
    assert result.exit_code == 0
    assert "1 warning in the input" in result.stderr
    assert "warning: row 4, column item: made from nothing" in result.stderr


def test_scenarios_are_listed_with_their_variants(here: Path) -> None:
    tiny_world(here / "scenarios" / "mine")
    result = call("scenarios")
    assert result.exit_code == 0
    assert "mattress_maker/to_be" in result.stdout
    assert "(yours)" in result.stdout
    found = {entry["name"]: entry for entry in json.loads(call("scenarios", "--json").stdout)["scenarios"]}
    assert set(found["mine"]["variants"]) == {"one", "silo"}
    assert (found["mine"]["shipped"], found["mattress_maker"]["shipped"]) == (False, True)


def test_new_copies_a_scenario_that_is_valid_at_once(here: Path) -> None:
    source = tiny_world(here / "src world")
    result = call("new", "mine", "--from", "./src world")
    assert result.exit_code == 0, result.stderr
    assert files(here / "mine") == files(source) | {"TABLES.md"}
    assert (here / "mine" / "data" / "bom.csv").read_bytes() == (source / "data" / "bom.csv").read_bytes()
    assert load(["scenario=./mine"]).settings.name == "mine"
    assert "| `departures` |" in (here / "mine" / "TABLES.md").read_text()


def test_new_empty_gives_headers_that_only_lack_rows(here: Path) -> None:
    tiny_world(here / "w")
    assert call("new", "mine", "--from", "./w", "--empty").exit_code == 0
    found = json.loads(call("validate", "scenario=./mine", "--json").stdout)["problems"]
    assert {problem["message"] for problem in found if not problem["warning"]} == {"no order to plan"}
    assert len(list((here / "mine" / "data").glob("*.csv"))) == len(TABLES) - 1  # nobody's settings
    assert [path.name for path in (here / "mine").glob("*.yaml")] == ["scenario.yaml"]  # nobody's variants


def test_a_copy_of_a_network_keeps_the_order_of_its_moments(here: Path) -> None:
    from e2esim.config.places import network_place
    from e2esim.config.supply_network import open_network

    assert call("new", "brew", "--from", "textbook/beer_game").exit_code == 0
    places = [network_place(name) for name in ("brew", "textbook/beer_game")]
    copy, shipped = [open_network(place, []).company.settings for place in places if place is not None]
    assert (copy.network, copy.horizon) == (shipped.network, shipped.horizon)


def test_new_leaves_titles_and_money_of_the_other_firm_behind(here: Path) -> None:
    """The shipped maker's overhead, calibration and titles; the title in a planner's settings."""
    assert call("new", "bed", "--from", "mattress_maker").exit_code == 0
    texts = "".join((here / "bed" / name).read_text() for name in ("scenario.yaml", "as_is.yaml", "to_be.yaml")).lower()
    assert "overhead" not in texts
    assert "mattress" not in texts
    assert call("validate", "bed/to_be").exit_code == 0
    assert call("new", "gear", "--from", "planner_200").exit_code == 0
    assert "title" not in (here / "gear" / "settings.csv").read_text()
    assert "gear: valid" in call("validate", "gear").stdout


@pytest.mark.parametrize("name", ["with space", "4 walls: 'x'", "true"])
def test_new_gives_any_folder_its_name(here: Path, name: str) -> None:
    tiny_world(here / "w")
    assert call("new", name, "--from", "./w").exit_code == 0
    assert str(load([f"scenario=./{name}"]).settings.name) == name


def test_new_refuses_a_folder_in_use_and_dry_run_writes_nothing(here: Path) -> None:
    tiny_world(here / "w")
    before = files(here)
    assert call("new", "w", "--from", "mattress_maker").exit_code == 2
    result = call("new", "mine", "--from", "./w", "--dry-run")
    assert result.exit_code == 0
    assert "would write mine/data/bom.csv" in result.stdout.replace("\\", "/")
    assert "did you mean 'mattress_maker'" in call("new", "other", "--from", "matress_maker").stderr
    assert files(here) == before


def test_run_refuses_a_run_folder_in_use(here: Path) -> None:
    tiny_world(here / "w")
    result = call("run", "scenario=./w", "--out", "w")
    assert result.exit_code == 2
    assert "not empty" in result.stderr


def test_kpis_and_tables_print_the_catalogues(here: Path) -> None:
    text = call("kpis").stdout
    found = json.loads(call("kpis", "--json").stdout)["kpis"]
    names = {kpi["name"] for kpi in found}
    assert {"crr", "csat", "nps", "ces", "otif"} <= names
    for kpi in found:
        assert f"{kpi['name']} [{kpi['unit']}" in text
    assert "`component` | id in items" in call("tables", "bom").stdout
    assert call("tables", "bomb").exit_code == 2
    assert call("tables").stdout.count("### ") == len(TABLES)


@pytest.mark.parametrize("words", [["runn"], ["run", "--replication", "3"], ["run", "--replications", "0"]])
def test_wrong_usage_exits_2(here: Path, words: list[str]) -> None:
    result = call(*words)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_interruption_exits_130(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from e2esim.cli import listings

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(listings, "list_scenarios", interrupted)
    result = call("scenarios")
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "interrupted\n")


def test_help_is_quick_and_loads_nothing_heavy(here: Path) -> None:
    code = (
        "import sys; sys.argv = ['e2esim', '--help']\n"
        "from e2esim.cli.main import run\n"
        "try: run()\n"
        "except SystemExit: pass\n"
        "heavy = 'polars numpy numba simpy hydra omegaconf pydantic matplotlib ortools scipy'.split()\n"
        "sys.exit(f'loaded {heavy}' if set(heavy) & set(sys.modules) else 0)"
    )
    times = []
    for _ in range(3):
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        times.append(time.perf_counter() - started)
        assert done.returncode == 0, done.stderr
    assert "Exit codes: 0 done" in done.stdout
    assert min(times) < 0.6


def test_a_market_company_is_read_without_the_planners_and_the_networks_door() -> None:
    others = "'plan_data' in n or 'supply_network' in n or 'planning.factory' in n"
    code = f"import sys, e2esim.config.door; sys.exit(' '.join(n for n in sys.modules if {others}) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_options_may_stand_anywhere(here: Path) -> None:
    tiny_world(here / "w")
    found = json.loads(call("validate", "--json", "scenario=./w", "seed=3").stdout)
    assert found == {"valid": True, "scenario": "tiny", "problems": []}


def test_scenario_yaml_of_a_copy_keeps_days_and_choices(here: Path) -> None:
    tiny_world(here / "w", settings={"defaults": {"planning": "silo"}})
    assert call("new", "mine", "--from", "./w").exit_code == 0
    kept = yaml.safe_load((here / "mine" / "scenario.yaml").read_text())
    assert set(kept) == {"name", "horizon", "defaults"}
    assert (kept["horizon"]["days"], kept["defaults"]) == (90, {"planning": "silo"})
