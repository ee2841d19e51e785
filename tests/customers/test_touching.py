"""Touchpoints: who hears others, what is lost between online and physical, what culture and platform lead."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from e2esim.config import load
from e2esim.customers.touching import BREAKS, HEARD_ANYWAY, LEVER, breaks, crossing, heard, led
from e2esim.domain.book import OrderKind
from e2esim.domain.build import build_world
from e2esim.domain.experience import Lived
from e2esim.domain.ledger import Posted
from e2esim.domain.liking import by_segment, of_mix, reached
from e2esim.domain.outcome import Outcome
from e2esim.domain.world import ATTRIBUTES, World
from e2esim.simulate.replication import Replication
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


def test_a_segment_meets_more_of_what_it_likes_and_less_of_the_rest(world: World) -> None:
    """By hand: evaluating, .6 x 1.5 meet the site and .5 x 1.5 the reviews; buying, .6 still meet the adviser. Others as the table says."""
    t, s, point = world.touch, world.segments, {name: k for k, name in enumerate(world.touch.ids)}
    assert np.array_equal(reached(world), np.tile(t.reach, (len(s.ids), 1)))
    online = s.online.copy()
    online[0, 1], online[0, 2] = 1.5, 1.4
    liked = replace(world, segments=replace(s, online=online))
    found = reached(liked)
    for name, reach in (("site", 0.9), ("reviews", 0.75), ("adviser", 0.6), ("stranger", 1.0), ("friends", 0.4)):
        assert found[0, t.code == point[name]] == pytest.approx(reach), name
    assert np.array_equal(found[1:], reached(world)[1:])
    retail, evaluate = world.channels.ids.index("retail"), 1
    each = np.where(t.code == point["site"], 0.6 * 2.0, 0.0)  # EUR 2 a contact
    assert by_segment(liked, each)[retail, evaluate, :2] == pytest.approx([0.9 * 2.0, 0.6 * 2.0])
    mix = np.diff(world.mix_cdf, axis=1, prepend=0.0)[retail, 0]
    here = (t.code == point["site"]) & (np.repeat(np.arange(len(t.start) - 1), np.diff(t.start)) // 6 == retail)
    assert of_mix(liked, each)[here] == pytest.approx((mix * 0.9 + (1.0 - mix) * 0.6) * 2.0)


@pytest.fixture(scope="module")
def met(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Replication, Outcome]]:
    """Forty days in which shops have an adviser who moves the choice, pleases and costs: as the table says, and where everybody buys by screen."""
    points = [row | ({"relevance": 0.5, "cost_eur": 3.0} if row["touchpoint"] == "adviser" else {}) for row in POINTS]
    runs = []
    for name, online in (("as_met", 1), ("by_screen", 2)):
        changed = {name: {"online_buy": online, "w_experience": w} for name, w in (("comfort", 1.5), ("thrift", 0.5), ("retailers", 0.3))}
        folder = tmp_path_factory.mktemp("met") / name
        tiny_world(folder, touchpoints=points, segments=lambda rows, of=changed: [row | of[row["segment"]] for row in rows])
        run = Replication(build_world(load([f"scenario={folder}", "horizon.days=40", "horizon.warmup_days=0"])), 0)
        runs.append((run, run.run()))
    return runs


def test_who_likes_screens_meets_no_adviser_and_it_shows_in_choice_experience_and_cost(met: list[tuple[Replication, Outcome]]) -> None:
    """Everybody buys by screen: nobody meets the adviser of the shops, who moved the choice and pleased, and nobody pays him."""
    (as_met, was), (_, found) = met
    spent = [-o.journal["cents"][(o.journal["account"] == Posted.TOUCHPOINTS)].sum() for o in (was, found)]
    assert spent[0] > 0 == spent[1]
    code = as_met.world.touch.ids.index("adviser")
    assert was.touch_sums[code, ..., 0].sum() > 0 == found.touch_sums[code, ..., 0].sum()
    shops = [(o.orders.filled("kind") == OrderKind.SELL_OUT).sum() for o in (was, found)]
    assert shops[1] < shops[0]


def test_who_seeks_sensations_gets_three_times_as_much_of_the_same_touchpoints(met: list[tuple[Replication, Outcome]]) -> None:
    """Weight of experience 1.5 against .5, the same adviser: three times the feeling a purchase in the shops, by segment."""
    (as_met, was), _ = met
    comfort, thrift = (as_met.world.segments.ids.index(name) for name in ("comfort", "thrift"))
    retail = as_met.world.channels.ids.index("retail")
    felt = was.experience_sums[Lived.OFFER, ATTRIBUTES.index("experience"), retail]
    each = felt[[comfort, thrift], 1] / felt[[comfort, thrift], 0]
    assert each[0] > 0.0
    assert each[0] / each[1] == pytest.approx(3.0, rel=0.1)
