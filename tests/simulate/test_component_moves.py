"""Components between plants: the south sews what the first plant foams; needs, hours and materials reach through the move."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from e2esim.config import load
from e2esim.config.problems import InputErrors
from e2esim.domain.build import build_world
from e2esim.domain.build.sourcing import find_sources
from e2esim.kpi.sites import lane_figures, site_figures
from e2esim.simulate import simulate, stop_at
from simulate.conftest import Ran, ran
from two_plants import each_its_own, from_south, south_routings, two_plants
from worlds import Row

DAYS = "horizon.days=56"
TRUCK = {"from": "plant", "to": "south", "mode": "truck", "transit_d": 2, "transit_sigma": 0.1, "departures": "135", "cutoff": "16:00", "distance_km": 400,
         "cost_eur_m3": 15, "cost_eur_line": 1, "damage_share": 0, "source": "assumed"}  # fmt: skip


def cores_from_the_plant(rows: list[Row]) -> list[Row]:
    """Table routings: the south sews, cores are foamed at the first plant alone."""
    return [row for row in south_routings(rows) if row["item"] != "core" or not row.get("site")]


def with_truck(rows: list[Row]) -> list[Row]:
    """Table lanes: abroad is served from the south, which a truck joins to the first plant."""
    return [*from_south(rows), TRUCK]


def split(folder: Path, **change: object) -> Path:
    """The tiny world whose south works with cores of the first plant."""
    return two_plants(folder, **({"routings": cores_from_the_plant, "lanes": with_truck} | change))


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return ran([f"scenario={split(tmp_path_factory.mktemp('moves') / 'w')}", DAYS], 0)


def test_hours_and_materials_reach_through_the_move(tmp_path: Path) -> None:
    """A mattress of the south has its sewing there, its foaming and its foam at the first plant; fabric it buys itself."""
    world = build_world(load([f"scenario={split(tmp_path / 'w')}"]))
    at = {name: k for k, name in enumerate(world.items.ids)}
    centre = {name: k for k, name in enumerate(world.centres.ids)}
    hours = world.routing.centre_hours[:, at["mattress@south"]]
    assert hours[centre["south_sewing"]] == pytest.approx(0.2)
    assert hours[centre["foaming"]] == pytest.approx(0.2)
    assert hours[centre["sewing"]] == hours[centre["south_foaming"]] == 0.0
    flat = world.bom.flat[at["mattress@south"]]
    assert flat[at["core@south"]] == flat[at["core"]] == 1.0
    assert flat[at["foam"]] == pytest.approx(world.bom.flat[at["mattress"], at["foam"]])  # the scrap of the core counts once
    assert flat[at["fabric@south"]] == 4.0
    assert flat[at["fabric"]] == 0.0
    assert world.items.cost_eur[at["core@south"]] == world.items.cost_eur[at["core"]] > 0.0
    assert set(np.array(world.items.ids)[world.items.brought]) == {"core@south"}


def test_the_south_sews_what_the_plant_foams(moved: Ran) -> None:
    """Every core of the south came by truck; its customers are served as well as before."""
    world, rep = moved.world, moved.replication
    at = {name: k for k, name in enumerate(world.items.ids)}
    core, stock = at["core@south"], rep.stock
    assert rep.transfers.came[core] > 60.0
    assert rep.transfers.came[core] == pytest.approx(stock.received[0, core])
    assert rep.transfers.came[core] == int(rep.transfers.came[core])
    assert stock.on_hand[0, core] < rep.transfers.came[core] / 8.0  # less than a week's use lies there: what is on its way is not sent again
    (lane,) = lane_figures(moved.outcome, world)
    assert (lane.source, lane.to) == ("plant", "south")
    assert lane.freight_eur > 0.0
    south = next(row for row in site_figures(moved.outcome, world) if row.site == "south")
    assert south.lines > 60
    assert (south.otif or 0.0) > 0.85


@pytest.mark.long
def test_foam_of_one_plant_may_be_bought_by_the_other(tmp_path: Path) -> None:
    """Only the first plant buys foam: the truck brings it by weight, and it is used up in the south."""
    buys = lambda rows: [row | ({"site": "plant"} if row["item"] == "foam" else {}) for row in each_its_own(rows)]  # noqa: E731
    run = ran([f"scenario={two_plants(tmp_path / 'w', supply=buys, lanes=with_truck)}", "horizon.days=56"], 0)
    at = {name: k for k, name in enumerate(run.world.items.ids)}
    assert set(np.array(run.world.items.ids)[run.world.items.brought]) == {"foam@south"}
    assert run.replication.transfers.came[at["foam@south"]] > 500.0
    assert all(int(run.world.supply.item[int(row[0])]) != at["foam@south"] for row in run.replication.source.history)


@pytest.mark.long
def test_without_trucks_nothing_is_sewn_there(moved: Ran, tmp_path: Path) -> None:
    """The truck stands still from the third week: the south runs out of cores."""
    stop = [{"event": "strike", "kind": "lane", "target": "plant/south", "first": "2026-01-19", "days": 80, "size": 1, "detect_days": 0, "source": "assumed"}]
    halted = ran([f"scenario={split(tmp_path / 'w', events=stop)}", DAYS], 0)
    core = halted.world.items.ids.index("core@south")
    assert halted.replication.transfers.came[core] < 0.5 * moved.replication.transfers.came[core]
    served = [next(row for row in site_figures(run.outcome, run.world) if row.site == "south") for run in (moved, halted)]
    assert served[1].lines < 0.6 * served[0].lines


def test_a_run_with_components_on_the_way_is_taken_up_again_as_it_was(tmp_path: Path) -> None:
    world = build_world(load([f"scenario={split(tmp_path / 'w')}", "horizon.days=21"]))
    through, saved = simulate(world), stop_at(16, world)
    again = simulate(world, since=saved)
    for name in through.orders.spec:
        assert through.orders.filled(name).tobytes() == again.orders.filled(name).tobytes()


def test_nothing_brings_the_cores(tmp_path: Path) -> None:
    with pytest.raises(InputErrors, match="nothing brings core to south"):
        load([f"scenario={split(tmp_path / 'w', lanes=from_south)}"])


def test_components_do_not_go_round_in_a_circle() -> None:
    """Each of three sites is sent foam by the one before it first, and only by second choice by the plant that buys it."""
    arcs = [("north", "south", 1), ("south", "west", 1), ("west", "north", 1), ("east", "south", 2), ("east", "west", 2)]
    tables = {
        "sites": pl.DataFrame({"site": ["north", "south", "east", "west"], "kind": ["plant", "plant", "plant", "warehouse"]}),
        "lanes": pl.DataFrame([(a, b, "", rank, 0.0) for a, b, rank in arcs], schema=["from", "to", "channel", "priority", "share"], orient="row"),
        "items": pl.DataFrame({"item": ["A", "foam"], "sold": [True, False]}),
        "bom": pl.DataFrame({"parent": ["A"], "component": ["foam"]}),
        "routings": pl.DataFrame({"item": ["A", "A"], "site": ["north", "south"]}),
        "supply": pl.DataFrame({"item": ["foam"], "site": ["east"]}),
    }
    with pytest.raises(ValueError, match="round in a circle with foam: north <- west <- south <- north"):
        find_sources(tables, frozenset({("north", "A"), ("south", "A")}))
    direct = find_sources({**tables, "lanes": tables["lanes"].filter(pl.col("from") != "west")}, frozenset({("south", "A")}))
    assert [(feed.site, direct.arcs[feed.arc].source) for feed in direct.feeds if feed.weight > 0.0] == [("south", "east")]
