"""How a scenario is found by name, folder, file and variant, and what is said if it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2esim.config.places import find, names, scenarios
from e2esim.config.problems import InputErrors
from worlds import tiny_world


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    tiny_world(tmp_path / "scenarios" / "mine")
    return tmp_path


@pytest.mark.parametrize(
    "text", ["mine", "scenarios/mine", "./scenarios/mine", "./scenarios/mine/", "./scenarios/mine/scenario.yaml"]
)
def test_names_of_a_scenario(here: Path, text: str) -> None:
    place = find(text)
    assert (place.folder, place.variant, place.name) == (here / "scenarios" / "mine", "", "mine")


@pytest.mark.parametrize("text", ["mine/silo", "./scenarios/mine/silo", "./scenarios/mine/silo.yaml"])
def test_names_of_a_variant(here: Path, text: str) -> None:
    place = find(text)
    assert (place.folder, place.variant, place.name) == (here / "scenarios" / "mine", "silo", "mine/silo")
    assert place.variant_file is not None
    assert place.variant_file.is_file()


def test_absolute_path_and_from_inside(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = here / "scenarios" / "mine"
    assert find(str(folder)).folder == find(f"{folder}/one").folder == folder
    monkeypatch.chdir(folder)
    assert find(".").name == "mine"
    assert find("./one").name == "mine/one"


def test_shipped_scenarios_are_found_from_anywhere_and_own_ones_come_first(here: Path) -> None:
    assert find("mattress_maker").folder.name == "mattress_maker"
    assert {"mine", "mattress_maker"} <= set(scenarios())
    assert {"mine", "mine/one", "mine/silo", "mattress_maker/as_is", "mattress_maker/to_be"} <= set(names())
    own = tiny_world(here / "scenarios" / "mattress_maker")
    assert find("mattress_maker").folder == own == scenarios()["mattress_maker"]


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        ("matress_maker", "no such scenario", "'mattress_maker'"),
        ("mine/sillo", "no variant 'sillo'", "'silo'"),
        ("./scenarios/mine/sillo", "no variant 'sillo'", "'silo'"),
        ("./nowhere", "no such folder", "path"),
        ("/nowhere/at/all", "no such folder", "path"),
        ("./scenarios", "no scenario.yaml", "e2esim new"),
        ("", "needs a name", "mattress_maker"),
        ("mine\0", "no such", ""),
        ("x" * 5000, "no such", ""),
        ("~nobody_of_that_name/world", "no such folder", ""),
    ],
)
def test_what_is_said_if_there_is_none(here: Path, text: str, message: str, remedy: str) -> None:
    with pytest.raises(InputErrors) as caught:
        find(text)
    (problem,) = caught.value.problems
    assert message in problem.message
    assert remedy in problem.remedy
