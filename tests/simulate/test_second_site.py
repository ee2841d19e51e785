"""Consumers served by a second site: when theirs lacks the goods, if that is quicker, at its freight."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from e2esim.config import load
from e2esim.domain.book import OrderKind
from e2esim.domain.build import build_world
from e2esim.kpi.sites import site_figures
from e2esim.simulate import simulate, stop_at
from e2esim.simulate.replication import Replication
from e2esim.simulate.second_site import WaysRound
from simulate.conftest import Ran, ran
from two_sites import from_north, two_sites
from worlds import Row

SHORT = ["horizon.days=56", "horizon.warmup_days=0"]


STRIKE = [{"event": "strike", "kind": "lane", "target": "plant/north", "first": "2026-01-12", "days": 30, "size": 1, "detect_days": 0, "source": "assumed"}]


def or_from_the_plant(rows: list[Row]) -> list[Row]:
    """Table lanes: the north serves abroad; the plant may serve the web there too, dearer."""
    far = next(row for row in rows if row["market"] == "abroad" and row["channel"] == "web")
    return [*from_north(rows), far | {"from": "plant", "priority": 2, "cost_eur_line": 50}]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Ran]:
    """The truck to the north stands still for a month: without and with the second site."""
    folder = two_sites(tmp_path_factory.mktemp("second") / "w", lanes=or_from_the_plant, events=STRIKE)
    return ran([f"scenario={folder}", *SHORT], 0), ran([f"scenario={folder}", *SHORT, "promise.other_site=true"], 0)


def lead_d(run: Ran) -> float:
    """Mean lead time of consumers of the web abroad, waiting lines counted to the end [days]."""
    o, w = run.outcome.orders, run.world
    mine = (o.filled("kind") == OrderKind.DIRECT) & (o.filled("market") == w.markets.index("abroad")) & (o.filled("placed") < 24.0 * 42)
    came = np.where(np.isnan(o.filled("delivered")), run.outcome.horizon_h, o.filled("delivered"))
    return float((came - o.filled("placed"))[mine].mean()) / 24.0


def test_consumers_get_their_goods_sooner_from_the_second_site(both: tuple[Ran, Ran]) -> None:
    alone, helped = both
    assert lead_d(helped) < lead_d(alone) - 0.5
    plant, north = site_figures(helped.outcome, helped.world)[:2]
    assert plant.stood_in >= 4
    assert north.stood_in == 0
    assert site_figures(alone.outcome, alone.world)[0].stood_in == 0


def test_it_costs_the_freight_of_its_own_lane(both: tuple[Ran, Ran]) -> None:
    """Each line that the plant brought abroad paid for its dearer drop, and no account was served that way."""
    o = both[1].outcome.orders
    away = (o.filled("way") == 1) & ~np.isnan(o.filled("shipped"))
    assert (o.filled("freight_eur")[away] >= 50.0).all()
    assert set(o.filled("kind")[away].tolist()) == {int(OrderKind.DIRECT)}


def test_it_emits_what_its_own_lane_emits(both: tuple[Ran, Ran]) -> None:
    """CO2 a piece, by plain loops over the delivered lines: distance and mode of the lane that each one took."""
    w, o, facts = both[1].world, both[1].outcome.orders, both[1].outcome.terms
    k = next(k for k in np.flatnonzero(o.filled("way") == 1))
    channel, market = int(o["channel"][k]), int(o["market"][k])
    lane = int(w.lanes.ranked[1, channel, market])
    assert facts.lane_co2_kg_t[1, channel, market] == pytest.approx(w.lanes.distance_km[lane] * w.modes.co2_kg_tkm[w.lanes.mode[lane]])
    assert facts.lane_co2_kg_t[1, channel, market] != facts.lane_co2_kg_t[0, channel, market]


@pytest.mark.long
def test_without_the_setting_a_lane_of_a_later_priority_changes_nothing(both: tuple[Ran, Ran], tmp_path: Path) -> None:
    none = ran([f"scenario={two_sites(tmp_path / 'w', lanes=lambda rows: or_from_the_plant(rows)[:-1], events=STRIKE)}", *SHORT, "promise.other_site=true"], 0)
    for name in none.outcome.orders.spec:
        assert none.outcome.orders.filled(name).tobytes() == both[0].outcome.orders.filled(name).tobytes()


@pytest.mark.long
def test_a_run_with_two_ways_is_taken_up_again_as_it_was(tmp_path: Path) -> None:
    folder = two_sites(tmp_path / "w", lanes=or_from_the_plant, events=STRIKE)
    world = build_world(load([f"scenario={folder}", "horizon.days=24", "horizon.warmup_days=0", "promise.other_site=true"]))
    through, saved = simulate(world), stop_at(16, world)
    again = simulate(world, since=saved)
    for name in through.orders.spec:
        assert through.orders.filled(name).tobytes() == again.orders.filled(name).tobytes()


def test_goods_leave_the_site_of_the_lane_that_the_line_takes(tmp_path: Path) -> None:
    """In the middle of the strike, as the book knows stock points while a run goes on."""
    folder = two_sites(tmp_path / "w", lanes=or_from_the_plant, events=STRIKE)
    run = Replication(build_world(load([f"scenario={folder}", *SHORT, "promise.other_site=true"])), 0)
    run.stop(40)
    o, w = run.orders, run.world
    direct = (o.filled("kind") == OrderKind.DIRECT) & (o.filled("placed") >= 0.0)
    lane = w.lanes.along(o.filled("way")[direct], o.filled("channel")[direct], o.filled("market")[direct])
    assert (o.filled("way")[direct] == 1).any()
    assert (w.lanes.site[lane] == w.items.site[o.filled("item")[direct]]).all()


def test_a_site_gives_no_more_than_it_can_spare_to_those_who_gain_most(both: tuple[Ran, Ran]) -> None:
    """What its own customers are expected to order in a week stays; lines of one site share what is left, by plain loops."""
    run = both[1].replication
    one, rows = run.second_site, np.flatnonzero(run.orders.filled("kind") == OrderKind.DIRECT)[:40].astype(np.int32)
    rng = np.random.default_rng(4)
    best = WaysRound(rng.integers(0, 6, 40).astype(float), np.ones(40, dtype=np.int64), rng.integers(0, 2, 40))
    spare = np.array([9.0, 4.0])
    left, expected = spare.copy(), set()
    for point in range(2):
        for k in sorted(np.flatnonzero((best.point == point) & (best.gain_d > 0)), key=lambda k: (-best.gain_d[k], rows[k])):
            quantity = float(run.orders["quantity"][rows[k]])
            left[point] -= quantity
            if left[point] >= 0:
                expected.add(int(k))
    assert set(one._within(rows, best, spare).tolist()) == expected
    now, before = run.env.now, one._spare(run.env.now)
    one._expected = one._expected + 3.0
    assert (one._spare(now) == np.maximum(before - 3.0, 0.0)).all()
    assert before.max() > 0.0
