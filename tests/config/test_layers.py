"""Layers of settings: who wins, what a choice of a group brings, and what does not leak."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2esim.config.door import load
from e2esim.config.layers import command_layer, compose, default_choices
from e2esim.config.places import groups, shipped
from e2esim.config.problems import Problem
from e2esim.config.settings import known_keys
from e2esim.config.yaml_file import leaves, read_yaml
from e2esim.domain.settings import Settings
from worlds import tiny_world


def settings(folder: Path, *overrides: str, variant: str = "") -> Settings:
    return load([f"scenario={folder}{variant}", *overrides]).settings


def test_defaults_come_from_the_settings_and_the_default_options(tmp_path: Path) -> None:
    found = settings(tiny_world(tmp_path / "w"))
    assert found.market == Settings(name="x").market
    assert (found.planning.rule, found.promise.rule, found.precedence.rule) == ("end_to_end", "atp", "optimised")
    assert found.horizon.days == 90  # scenario.yaml beats the default


def test_each_layer_beats_the_one_below(tmp_path: Path) -> None:
    world = tiny_world(
        tmp_path / "w",
        settings={"market": {"conversion": 0.2, "speak_good": 0.2}, "seed": 2},
        variants={"v": {"market": {"conversion": 0.3}}},
    )
    assert (settings(world).market.conversion, settings(world).seed) == (0.2, 2)
    above = settings(world, variant="/v")
    assert (above.market.conversion, above.market.speak_good, above.seed) == (0.3, 0.2, 2)
    top = settings(world, "market.conversion=0.4", "seed=9", variant="/v")
    assert (top.market.conversion, top.market.speak_good, top.seed) == (0.4, 0.2, 9)


def test_a_variant_chooses_groups_and_has_a_name_of_its_own(tmp_path: Path) -> None:
    found = settings(tiny_world(tmp_path / "w"), variant="/silo")
    assert found.name == "tiny/silo"
    assert found.planning.rule == "silo"
    assert found.planning.lot_factor == compose({"planning": "silo"})["planning", "lot_factor"] != 1.0


def test_a_name_in_the_variant_is_kept(tmp_path: Path) -> None:
    world = tiny_world(tmp_path / "w", variants={"v": {"name": "other"}})
    assert settings(world, variant="/v").name == "other"


def test_a_choice_on_the_command_line_drops_what_files_said_for_the_old_choice(tmp_path: Path) -> None:
    world = tiny_world(
        tmp_path / "w",
        settings={"defaults": {"planning": "silo"}, "planning": {"lot_factor": 3.0, "mps_weeks": 20}},
    )
    assert settings(world).planning.lot_factor == 3.0
    changed = settings(world, "planning=end_to_end").planning
    assert changed.rule == "end_to_end"
    assert changed.lot_factor == 1.0  # decided by the group: the value for silo does not leak
    assert changed.mps_weeks == 20  # not decided by the group: a fact of the scenario


def test_a_choice_in_the_variant_drops_what_the_scenario_said_for_the_old_choice(tmp_path: Path) -> None:
    world = tiny_world(
        tmp_path / "w",
        settings={"organisation": {"culture": 0.1, "agents": 7}},
        variants={"v": {"defaults": {"organisation": "one_team"}}},
    )
    found = settings(world, variant="/v").organisation
    assert (found.mode, found.agents) == ("one_team", 7)
    assert found.culture == compose({"organisation": "one_team"})["organisation", "culture"] != 0.1


def test_a_choice_that_changes_nothing_resets_nothing(tmp_path: Path) -> None:
    world = tiny_world(tmp_path / "w", settings={"defaults": {"planning": "silo"}, "planning": {"lot_factor": 3.0}})
    assert settings(world, "planning=silo").planning.lot_factor == 3.0


def test_a_value_beats_an_option_whatever_their_order(tmp_path: Path) -> None:
    world = tiny_world(tmp_path / "w")
    for overrides in (("planning=silo", "planning.lot_factor=2.5"), ("planning.lot_factor=2.5", "planning=silo")):
        found = settings(world, *overrides).planning
        assert (found.rule, found.lot_factor) == ("silo", 2.5)


def test_hydra_grammar_of_values(tmp_path: Path) -> None:
    world = tiny_world(tmp_path / "w")
    found = settings(
        world, "title='a, b [pcs]'", "market.word_of_mouth=false", "scale=1e-1", "horizon.start=2026-02-02"
    )
    assert (found.title, found.market.word_of_mouth, found.scale) == ("a, b [pcs]", False, 0.1)
    assert found.horizon.start.isoformat() == "2026-02-02"


PLAIN = ["7", "-3", "0", "007", "1.50", "-0.25", "1.", ".5", "1e3", "1_000", "true", "false", "True", "none_at_all", "null", "a_b_", "in_f", "12:30"]


@pytest.mark.parametrize("raw", PLAIN)
def test_plain_values_are_what_hydra_reads(raw: str) -> None:
    from hydra.core.override_parser.overrides_parser import OverridesParser

    problems: list[Problem] = []
    layer, _ = command_layer([f"market.conversion={raw}"], problems)
    value = OverridesParser.create().parse_override(f"market.conversion={raw}").value()
    assert not problems
    found = layer.values["market", "conversion"]
    assert (type(found), found) == (str if isinstance(value, str) else type(value), value)


def test_options_side_by_side_are_what_hydra_composes() -> None:
    from hydra import compose as hydra_compose
    from hydra import initialize_config_dir
    from omegaconf import OmegaConf

    for k in range(max(map(len, groups().values()))):
        choices = {group: options[k % len(options)] for group, options in groups().items()}
        with initialize_config_dir(config_dir=str(shipped("conf").resolve()), version_base=None):
            config = OmegaConf.to_container(hydra_compose("config", [f"{group}='{option}'" for group, option in choices.items()]))
        assert compose(choices) == dict(leaves(config))  # type: ignore[arg-type]
        assert {path: type(value) for path, value in compose(choices).items()} == {path: type(value) for path, value in leaves(config)}  # type: ignore[arg-type]


def test_a_dotted_key_in_a_file_means_the_nested_one(tmp_path: Path) -> None:
    world = tiny_world(tmp_path / "w", variants={"v": {"market.conversion": 0.31}})
    assert settings(world, variant="/v").market.conversion == 0.31


@pytest.mark.parametrize("group", sorted(groups()))
def test_all_options_of_a_group_state_the_same_known_keys(group: str) -> None:
    stated = {
        option: {path for path, _ in leaves(read_yaml(shipped("conf") / group / f"{option}.yaml", option).values)}
        for option in groups()[group]
    }
    assert len(set(map(frozenset, stated.values()))) == 1, stated
    assert {f"{group}.{path[0]}" for path in next(iter(stated.values()))} <= set(known_keys())


@pytest.mark.parametrize("group", sorted(groups()))
def test_every_option_loads_and_the_default_equals_the_settings(group: str, tmp_path: Path) -> None:
    world = tiny_world(tmp_path / "w", settings={"organisation": {"agents": 24}, "finance": {"overhead_eur_y": 9e6}})
    for option in groups()[group]:
        section = getattr(settings(world, f"{group}={option}"), group)
        stated = leaves(read_yaml(shipped("conf") / group / f"{option}.yaml", option).values)
        assert all(getattr(section, path[0]) == value for path, value in stated), option
    assert default_choices()[group] in groups()[group]
    assert getattr(settings(world), group) == getattr(Settings(name="x"), group)
