"""What is wrong with settings is said all at once, at its file and line, with a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2esim.config.door import load
from e2esim.config.problems import InputErrors, Problem
from e2esim.config.settings import known_keys
from e2esim.domain.bounds import BOUNDS
from e2esim.domain.settings import Settings
from worlds import tiny_world


def problems(world: Path, *overrides: str) -> list[Problem]:
    with pytest.raises(InputErrors) as caught:
        load([f"scenario={world}", *overrides])
    return list(caught.value.problems)


def yaml_world(tmp_path: Path, text: str) -> Path:
    world = tiny_world(tmp_path / "w", variants={})
    (world / "scenario.yaml").write_text(text, encoding="utf-8")
    return world


def test_everything_at_once_with_file_line_key_and_remedy(tmp_path: Path) -> None:
    world = yaml_world(
        tmp_path,
        "name: w\nhorizon:\n  days: soon\n  warmup_day: 3\nmarket:\n  conversion: 2\n  speak_good: 1.5\n"
        "planing:\n  rule: silo\norganisation: 4\nseed: -3\n",
    )
    found = {problem.column: problem for problem in problems(world)}
    wrong = "horizon.days horizon.warmup_day market.conversion market.speak_good planing.rule organisation seed"
    assert set(found) == set(wrong.split(" "))
    assert all(problem.file.endswith("scenario.yaml") and problem.remedy for problem in found.values())
    assert [found[key].row for key in ("horizon.days", "horizon.warmup_day", "market.conversion", "seed")] == [
        3,
        4,
        6,
        11,
    ]
    assert "horizon.warmup_days" in found["horizon.warmup_day"].remedy
    assert "planning.rule" in found["planing.rule"].remedy
    assert found["market.speak_good"].value == "1.5"


@pytest.mark.parametrize(
    ("override", "column", "words"),
    [
        ("market.demand_facto=2", "market.demand_facto", "market.demand_factor"),
        ("demand_factor=2", "demand_factor", "market.demand_factor"),
        ("planing=silo", "planing", "'planning'"),
        ("planning=sillo", "planning", "'silo'"),
        ("planning=", "planning", "end_to_end, silo"),
        ("planning={rule: silo}", "planning", "planning.KEY=VALUE"),
        ("precedence.rule=fiffo", "precedence.rule", "fifo"),
        ("scale=1,2", "scale", "one value"),
        ("scale=range(1,3)", "scale", "one value"),
        ("scale=0", "scale", "scale"),
        ("scale=nan", "scale", "number"),
        ("scale=[1]", "scale", "number"),
        ("scale=true", "scale", "number"),
        ("seed=1.5", "seed", "whole"),
        ("seed='7'", "seed", "whole"),
        ("seed=99999999999999999999", "seed", "2^63"),
        ("market.word_of_mouth=1", "market.word_of_mouth", "true or false"),
        ("horizon.start=2026-02-30", "horizon.start", "YYYY-MM-DD"),
        ("horizon.start=1726-02-03", "horizon.start", "year"),
        ("horizon.days=99999999", "horizon.days", "century"),
        ("market=3", "market", "market."),
        ("market.conversion.low=3", "market.conversion.low", "value"),
        ("~seed=3", "~seed", "deleted"),
        ("title=a(b", "title", "quote"),
        ("horizon.warmup_days=90", "horizon.warmup_days", "longer than the warm-up"),
    ],
)
def test_one_wrong_override(tmp_path: Path, override: str, column: str, words: str) -> None:
    (problem,) = problems(tiny_world(tmp_path / "w"), override)
    assert problem.column.lstrip("+") == column
    assert words in f"{problem.message} {problem.remedy}"


def test_horizon_not_beyond_the_warm_up_in_the_file(tmp_path: Path) -> None:
    world = yaml_world(tmp_path, "horizon:\n  start: 2026-01-05\n  days: 20\n  warmup_days: 20\n")
    (problem,) = problems(world)
    assert problem.row in (3, 4)
    assert "must be longer than the warm-up" in problem.message


def test_several_values_out_of_bounds_in_one_section_are_all_listed(tmp_path: Path) -> None:
    found = problems(
        tiny_world(tmp_path / "w"), "organisation.agents=1", "organisation.culture=2", "organisation.open_h=30"
    )
    assert {problem.column for problem in found} >= {"organisation.agents", "organisation.culture"}


def test_an_override_that_is_no_pair(tmp_path: Path) -> None:
    (problem,) = problems(tiny_world(tmp_path / "w"), "mattress_maker")
    assert "scenario=mattress_maker" in problem.remedy


@pytest.mark.parametrize(
    ("text", "row", "words"),
    [
        ("name: w\nseed: 1\nseed: 2\n", 3, "twice"),
        ("name: [a\n", 2, "not valid YAML"),
        ("- a\n- b\n", None, "key: value"),
        ("name: w\ntitle: &x a\nmarket: *x\n", 3, "aliases"),
        ("name: !!python/object:os.system x\n", 1, "tags"),
        ("name: w\ndefaults: silo\n", 2, "groups and options"),
        ("name: w\ndefaults:\n  planing: silo\n", 3, "no such group"),
        ("name: w\ndefaults:\n  planning: on\n", 3, "no such option"),
        ("name: w\nmarket:\n", 2, "empty section"),
        ("name: w\nhorizon:\n  days: 1e2\n", 3, "integer"),
        ("name: w\nname: 3\n", 2, "twice"),
        ("market: {conversion: .nan}\n", 1, "finite"),
    ],
)
def test_one_wrong_line(tmp_path: Path, text: str, row: int | None, words: str) -> None:
    found = problems(yaml_world(tmp_path, text))
    assert any(problem.row == row and words in problem.message + problem.remedy for problem in found), found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_of_yaml(tmp_path: Path, encoding: str) -> None:
    world = tiny_world(tmp_path / "w", variants={})
    text = (world / "scenario.yaml").read_text(encoding="utf-8").replace("A small maker", "Größe, a small maker")
    (world / "scenario.yaml").write_bytes(text.encode(encoding))
    assert load([f"scenario={world}"]).settings.title.startswith("Größe, a small maker")


def test_yaml_words_keep_their_meaning(tmp_path: Path) -> None:
    world = tiny_world(tmp_path / "w", variants={})
    path = world / "scenario.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "market:\n  demand_factor: 1e0\n", encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace("name: tiny", "name: on"), encoding="utf-8")
    found = load([f"scenario={world}"]).settings
    assert (found.name, found.market.demand_factor) == ("on", 1.0)


@pytest.mark.parametrize("beyond", ["least", "most"])
def test_numbers_without_sense_are_refused_with_the_reason(tmp_path: Path, beyond: str) -> None:
    wrong = {}
    for key, bound in BOUNDS.items():
        value = bound.least - 1 if beyond == "least" else bound.most * 1.5 + 1
        wrong[key] = str(int(value)) if known_keys()[key] is int else repr(float(value))
    found = {p.column: p for p in problems(tiny_world(tmp_path / "w"), *(f"{key}={said}" for key, said in wrong.items()))}
    for key, bound in BOUNDS.items():
        assert bound.reason in found[key].message, key
        assert f"{bound.most:g}" in found[key].remedy, key


def test_every_number_among_the_settings_has_bounds_and_the_default_lies_inside() -> None:
    numbers = {key for key, kind in known_keys().items() if kind in (int, float)}
    assert numbers == set(BOUNDS)
    defaults = Settings(name="w")
    for key, bound in BOUNDS.items():
        section, _, name = key.rpartition(".")
        assert bound.allows(getattr(getattr(defaults, section) if section else defaults, name)), key
