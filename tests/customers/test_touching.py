"""Touchpoints: who hears others, what is lost between online and physical, what culture and platform lead."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from e2esim.config import load
from e2esim.customers.touching import BREAKS, HEARD_ANYWAY, LEVER, breaks, crossing, heard, led
from e2esim.domain.build import build_world
from e2esim.domain.world import World
from worlds import tiny_world

NAMES = ("touchpoint", "phase", "channel", "reach", "controlled", "online", "human", "direct", "relevance", "enjoyment", "problem_share", "cost_eur")
POINTS: list[dict[str, Any]] = [
    dict(zip(NAMES, row, strict=True)) | {"source": "test"}
    for row in (
        ("friends", "discover", "", 0.4, "false", "false", "true", "false", 0.0, 0.0, 0.0, 0.0),
        ("reviews", "evaluate", "retail", 0.5, "false", "true", "false", "false", 0.0, 0.0, 0.0, 0.0),
        ("site", "evaluate", "", 0.6, "true", "true", "false", "false", 0.0, 0.02, 0.2, 0.0),
        ("adviser", "buy", "retail", 1.0, "true", "false", "true", "true", 0.0, 0.1, 0.1, 0.0),
        ("stranger", "buy", "web", 1.0, "false", "true", "true", "true", 0.0, 0.1, 0.1, 0.0),
    )
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A tiny world with the touchpoints of this test."""
    folder: Path = tiny_world(tmp_path_factory.mktemp("touch") / "tiny", touchpoints=POINTS)
    return build_world(load([f"scenario={folder}"]))


def with_levers(world: World, **levers: float) -> World:
    """The world with other levers."""
    return replace(world, settings=replace(world.settings, organisation=replace(world.settings.organisation, **levers)))


def test_words_reach_a_consumer_where_others_speak(world: World) -> None:
    """By hand: friends reach all channels, reviews the shops only."""
    web, retail = (world.channels.ids.index(name) for name in ("web", "retail"))
    assert heard(world)[web] == pytest.approx(1.0 - (1.0 - HEARD_ANYWAY) * 0.6)
    assert heard(world)[retail] == pytest.approx(1.0 - (1.0 - HEARD_ANYWAY) * 0.6 * 0.5)


def test_what_crosses_between_online_and_physical_may_be_lost(world: World) -> None:
    """By hand: before a web purchase .6 of the 1.0 touchpoints are online; before one in a shop 1.1 of 1.5."""
    web, retail = (world.channels.ids.index(name) for name in ("web", "retail"))
    assert crossing(world)[[web, retail]] == pytest.approx([0.4, 1.1 / 1.5])
    found = breaks(with_levers(world, platform=0.5))
    assert found == pytest.approx(BREAKS * crossing(world) * (1.0 - world.channels.integration) * 0.5)
    assert (breaks(with_levers(world, platform=1.0)) == 0.0).all()


def test_levers_lead_what_the_firm_controls(world: World) -> None:
    """Culture leads the adviser, the platform the site, nobody the stranger; at the defaults all is as the table says."""
    t, point = world.touch, {name: k for k, name in enumerate(world.touch.ids)}
    joy, trouble = led(with_levers(world, culture=0.6, platform=0.5))
    assert np.array_equal(joy, t.joy)
    assert np.array_equal(trouble, t.trouble)
    joy, trouble = led(with_levers(world, culture=0.0, platform=1.0))
    for name, push in (("adviser", -LEVER), ("site", LEVER), ("stranger", 0.0)):
        rows = t.code == point[name]
        assert joy[rows] == pytest.approx(t.joy[rows] * (1.0 + push)), name
        assert trouble[rows] == pytest.approx(t.trouble[rows] * (1.0 - push)), name


def test_modules_add_up_and_follow_their_lever(tmp_path: Path) -> None:
    """Sense stands beside enjoyment; culture leads feel and relate, the platform think and act, person or screen; nobody the stranger's."""
    given = {"sense": 0.01, "feel": 0.02, "think": 0.03, "act": 0.06, "relate": 0.05}
    points = [row | (given if row["touchpoint"] in ("adviser", "stranger") else dict.fromkeys(given, 0.0)) for row in POINTS]
    world = build_world(load([f"scenario={tiny_world(tmp_path / 'tiny', touchpoints=points)}"]))
    t, point = world.touch, {name: k for k, name in enumerate(world.touch.ids)}
    adviser, stranger = (t.code == point[name] for name in ("adviser", "stranger"))
    usual, led_away = led(with_levers(world, culture=0.6, platform=0.5))[0], led(with_levers(world, culture=0.0, platform=1.0))[0]
    assert usual[adviser] == pytest.approx(0.1 + sum(given.values()))
    assert led_away[adviser] == pytest.approx((0.1 + 0.01) * (1.0 - LEVER) + (0.02 + 0.05) * (1.0 - LEVER) + (0.03 + 0.06) * (1.0 + LEVER))
    assert np.array_equal(led_away[stranger], usual[stranger])
    assert usual[stranger] == pytest.approx(0.1 + sum(given.values()))


def test_channels_as_one_or_side_by_side(tmp_path: Path) -> None:
    """Group channels: multi loses what crosses, omni nothing, stated what the column says; more is lost side by side than where half is known."""
    folder = tiny_world(tmp_path / "tiny")
    lost = {option: breaks(build_world(load([f"scenario={folder}", f"channels={option}"]))) for option in ("multi", "stated", "omni")}
    assert (lost["omni"] == 0.0).all()
    assert (lost["multi"] >= lost["stated"]).all()
    assert lost["multi"].sum() > lost["stated"].sum() > 0.0
