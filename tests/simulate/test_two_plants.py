"""Two plants in a market run: each makes from its own bills, hours and suppliers; a site with several sources gets its shares."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from e2esim.application.planning import PlanWishes, start_plan
from e2esim.config import load
from e2esim.config.problems import InputErrors
from e2esim.domain.build import build_world
from e2esim.domain.events import Event
from e2esim.domain.outcome import Outcome
from e2esim.kpi.sites import delivered_to, lane_figures, site_figures
from e2esim.simulate import simulate, stop_at
from simulate.conftest import Ran, ran
from two_plants import each_its_own, hub_of_both, south_centres, south_routings, two_plants, with_hub
from worlds import Row, tiny_world

DAYS = "horizon.days=70"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Each plant serves its market."""
    return ran([f"scenario={two_plants(tmp_path_factory.mktemp('plants') / 'own')}", DAYS], 0)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A hub serves abroad, three quarters from the first plant."""
    folder = two_plants(tmp_path_factory.mktemp("plants") / "shared", sites=with_hub, lanes=hub_of_both(0.75), work_centres=two_machines)
    return ran([f"scenario={folder}", DAYS, "horizon.warmup_days=0"], 0)


def two_machines(rows: list[Row]) -> list[Row]:
    """Table work_centres: two machines everywhere, so that no source is short of hours."""
    return [row | {"machines": 2} for row in south_centres(rows)]


def hours(outcome: Outcome, centre: str) -> float:
    """Hours worked at a work centre."""
    e = outcome.events
    mine = (e["kind"] == Event.OPERATION_DONE) & (e["place"] == outcome.labels.work_centres.index(centre))
    return float(np.asarray(e["value"])[mine].sum())


def test_each_plant_works_for_what_it_serves(own: Ran) -> None:
    """Lots of the south run on its work centres, out of its stock; nothing moves between the plants, every piece is somewhere."""
    world, stock = own.world, own.replication.stock
    assert [site.site for site in world.sites] == ["plant", "south"]
    assert world.links.n == 0
    assert all(hours(own.outcome, centre) > 20.0 for centre in own.outcome.labels.work_centres)
    south = np.flatnonzero((world.items.site == 1) & world.items.sold)
    assert list(np.array(world.items.ids)[south]) == ["mattress@south", "pillow@south"]
    assert (stock.shipped[0, south] > 0).all()
    sent = delivered_to(own.outcome, world)
    assert (sent > 0).tolist() == [[name == "home" for name in world.markets], [name == "abroad" for name in world.markets]]


def test_materials_of_a_plant_are_its_own(own: Ran) -> None:
    """The bills of the south take of its own stock, and each plant calls off for itself."""
    world, rep = own.world, own.replication
    ids = world.items.ids
    foam, core = (ids.index(f"{name}@south") for name in ("foam", "core"))
    bills = {int(world.bom.component[k]) for k in range(world.bom.start[core], world.bom.start[core + 1])}
    assert bills == {foam}
    bought = {int(world.supply.item[int(row[0])]) for row in rep.source.history}
    assert foam in bought
    assert ids.index("foam") in bought


def test_a_dearer_supplier_of_one_plant_is_that_plants_alone(tmp_path: Path) -> None:
    """The fabric of the south costs twice as much: pieces made there do, those of the first plant do not."""
    dear = lambda rows: [row | ({"price": 2 * row["price"]} if row.get("site") == "south" else {}) for row in each_its_own(rows)]  # noqa: E731
    usual, changed = (build_world(load([f"scenario={two_plants(tmp_path / name, supply=rows)}"])).items for name, rows in (("a", each_its_own), ("b", dear)))
    rise = changed.cost_eur - usual.cost_eur
    at = {name: float(rise[usual.ids.index(name)]) for name in ("mattress", "mattress@south", "pillow@south")}
    assert at == pytest.approx({"mattress": 0.0, "mattress@south": 4 * 3.0, "pillow@south": 3.0})


def test_sources_bring_their_shares(shared: Ran) -> None:
    """Three quarters and one quarter of what the hub gets, the more nearly the longer, whole pieces on every truck."""
    first, second = (one.pieces for one in lane_figures(shared.outcome, shared.world))
    assert first / (first + second) == pytest.approx(0.75, abs=0.06)
    hub = shared.world.items.site == 2
    transfers, stock = shared.replication.transfers, shared.replication.stock
    assert stock.received[0, hub] == pytest.approx(transfers.came[hub])
    assert site_figures(shared.outcome, shared.world)[2].lines > 50


def test_demand_is_counted_where_it_is_made(shared: Ran) -> None:
    """Of what is asked at the hub the plants have their parts; nothing twice."""
    items, yearly = shared.world.items, shared.world.cells.yearly.sum(axis=0)
    made = items.pooled(yearly)[items.planned]
    assert made.sum() == pytest.approx(yearly.sum())
    hub = yearly[items.site == 2]
    south = items.pooled(yearly)[items.planned & (items.site == 1)]
    assert south == pytest.approx(0.25 * hub)


def test_the_second_plant_makes_what_the_first_has_no_hours_for(tmp_path: Path) -> None:
    """The hub's first source works four times slower than it should: the second plant, which serves nobody else, makes and brings the rest."""
    slow = lambda rows: [row | ({} if row.get("site") else {"run_h_per_unit": 4 * row["run_h_per_unit"]}) for row in south_routings(rows)]  # noqa: E731
    by_priority = hub_of_both(1.0, priority=2)
    helped, alone = (
        ran([f"scenario={two_plants(tmp_path / name, sites=with_hub, lanes=lanes, routings=slow)}", DAYS], 0)
        for name, lanes in (("helped", by_priority), ("alone", lambda rows: by_priority(rows)[:-1]))
    )
    first, second = (one.pieces for one in lane_figures(helped.outcome, helped.world))
    assert second > 2.0 * first
    assert hours(helped.outcome, "south_sewing") > 30.0
    assert hours(alone.outcome, "south_sewing") == 0.0
    served = [next(row for row in site_figures(run.outcome, run.world) if row.site == "hub") for run in (helped, alone)]
    assert served[0].pieces > 1.3 * served[1].pieces
    assert (served[0].otif or 0.0) > (served[1].otif or 0.0)
    own = next(row for row in site_figures(helped.outcome, helped.world) if row.site == "plant")
    assert (own.otif or 0.0) > 0.85  # with lots of a week, longer than their lead time, its sewing waits for foam and its own dates break (.63)


def test_a_warehouse_helps_another_with_what_it_can_spare(tmp_path: Path) -> None:
    """Plenty lies in the hub and nothing in the north: a lane of the second priority between them levels that; without it, nothing moves."""

    def lanes(rows: list[Row], *, lateral: bool) -> list[Row]:
        hub = hub_of_both(1.0, priority=2)(rows)[:-1]
        served = [row | ({"from": "north"} if row.get("channel") == "web" and row["market"] == "abroad" else {}) for row in hub]
        truck = served[-1] | {"to": "north"}
        return [*served, truck, *([truck | {"from": "hub", "priority": 2}] if lateral else [])]

    sites = lambda rows: [*with_hub(rows)[:1], with_hub(rows)[2], with_hub(rows)[2] | {"site": "north", "name": "North"}]  # noqa: E731

    def plenty(rows: list[Row]) -> list[Row]:
        there = [{"item": "mattress", "site": site, "on_hand": pieces, "source": "assumed"} for site, pieces in (("hub", 300), ("north", 0), ("plant", 0))]
        return [*(row | {"site": "plant"} for row in rows if row["item"] != "mattress"), *there]

    moved = []
    for lateral in (True, False):
        folder = tiny_world(tmp_path / str(lateral), sites=sites, stock=plenty, lanes=lambda rows, lateral=lateral: lanes(rows, lateral=lateral))
        run = ran([f"scenario={folder}", "horizon.days=28", "horizon.warmup_days=0"], 0)
        moved.append({(one.source, one.to): one.pieces for one in lane_figures(run.outcome, run.world)})
    assert moved[0]["hub", "north"] >= 5.0
    assert ("hub", "north") not in moved[1]


def test_a_fire_in_one_plant_stops_that_plant_alone(tmp_path: Path) -> None:
    """A site event on the south: its work centres and its crew stand still for three weeks, those of the first plant work on, and make the rest."""
    fire = [{"event": "fire", "kind": "site", "target": "south", "first": "2026-01-26", "days": 21, "size": 1, "detect_days": 0, "source": "assumed"}]
    tables = {"sites": with_hub, "lanes": hub_of_both(0.5), "work_centres": two_machines}
    burnt = ran([f"scenario={two_plants(tmp_path / 'w', **tables, events=fire)}", "horizon.days=49", "horizon.warmup_days=0"], 0)

    def hours_a_day(centre: str, first: int, last: int) -> float:
        e = burnt.outcome.events
        there = (e["kind"] == Event.OPERATION_DONE) & (e["place"] == burnt.outcome.labels.work_centres.index(centre))
        return float(np.asarray(e["value"])[there & (e["t"] > 24.0 * first) & (e["t"] < 24.0 * last)].sum()) / (last - first)

    assert hours_a_day("south_sewing", 2, 21) > 0.2
    assert hours_a_day("south_sewing", 23, 42) == 0.0
    assert hours_a_day("sewing", 23, 42) > 0.6 * hours_a_day("sewing", 2, 21)


@pytest.mark.parametrize("override", ["planning=silo promise=quoted", "sop=monthly"])
def test_every_way_to_plan_runs_with_two_plants(override: str, tmp_path: Path) -> None:
    run = ran([f"scenario={two_plants(tmp_path / 'w', sites=with_hub, lanes=hub_of_both(0.5))}", "horizon.days=42", *override.split()], 0)
    assert (run.replication.transfers.came[run.world.items.site == 2] > 0).all()


def test_a_run_with_shares_is_taken_up_again_as_it_was(tmp_path: Path) -> None:
    world = build_world(load([f"scenario={two_plants(tmp_path / 'w', sites=with_hub, lanes=hub_of_both(0.5))}", "horizon.days=28"]))
    through, saved = simulate(world), stop_at(16, world)
    again = simulate(world, since=saved)
    for name in through.orders.spec:
        assert through.orders.filled(name).tobytes() == again.orders.filled(name).tobytes()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"routings": lambda rows: rows}, "a second plant that makes nothing"),
        ({"sites": with_hub, "routings": lambda rows: [*south_routings(rows), rows[0] | {"site": "hub"}]}, "made at a site that is no plant"),
        ({"routings": lambda rows: [*rows, *(row | {"site": "south"} for row in rows)]}, "a work centre at two plants"),
        ({"routings": lambda rows: [row for row in south_routings(rows) if row["item"] != "pillow" or not row.get("site")]}, "nothing brings pillow to south"),
        ({"routings": lambda rows: [*south_routings(rows), south_routings(rows)[0] | {"run_h_per_unit": 9}]}, "duplicate key"),
        ({"supply": lambda rows: rows}, "several plants call off from a limited source"),
        ({"sites": with_hub, "lanes": hub_of_both(0.0)}, "one states its share and another none"),
    ],
)
def test_the_door_says_what_is_wrong_with_two_plants(change: dict[str, object], said: str, tmp_path: Path) -> None:
    with pytest.raises(InputErrors, match=said):
        load([f"scenario={two_plants(tmp_path / 'w', **change)}"])


def test_shares_that_do_not_sum_to_one_are_refused(tmp_path: Path) -> None:
    wrong = lambda rows: [row | ({"share": 0.5} if row.get("share") == 0.25 else {}) for row in hub_of_both(0.75)(rows)]  # noqa: E731
    with pytest.raises(InputErrors, match=r"shares of the lanes to hub sum to 1\.25"):
        load([f"scenario={two_plants(tmp_path / 'w', sites=with_hub, lanes=wrong)}"])


def test_one_plant_that_is_named_in_routings_is_one_plant(tmp_path: Path) -> None:
    """Naming the only plant in routings and lanes changes no number."""
    named = tiny_world(tmp_path / "b", routings=lambda rows: [row | {"site": "plant"} for row in rows])
    plain, again = (ran([f"scenario={folder}", "horizon.days=21"], 0).outcome.orders for folder in (tiny_world(tmp_path / "a"), named))
    assert all(plain.filled(name).tobytes() == again.filled(name).tobytes() for name in plain.spec)


def test_a_plan_of_two_plants_sees_the_first(tmp_path: Path) -> None:
    """A plan takes the rows without a site, and says so."""
    started = start_plan(two_plants(tmp_path / "w"), PlanWishes(time_limit_s=1.0))
    assert set(started.read.tables["routings"]["work_centre"]) == {"foaming", "sewing"}
    assert "made at several sites (3 items)" in " ".join(one.message for one in started.warnings)
