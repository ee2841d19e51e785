"""A market served from two warehouses: goods conserved, shorter ways, more stock, and what it costs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from e2esim.chain.stock import ConservationError
from e2esim.config import load
from e2esim.domain.book import OrderKind
from e2esim.domain.build import build_world
from e2esim.domain.events import Event
from e2esim.domain.ledger import Posted
from e2esim.kpi.sites import site_figures
from e2esim.report.sites import sites_frame
from e2esim.simulate import simulate, stop_at
from e2esim.simulate.distribution import safety_stock
from simulate.conftest import Ran, ran
from two_sites import from_north, near, two_sites, with_north
from worlds import tiny_world

PAIRS = 3
DAYS = "horizon.days=63"


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Ran, Ran]]:
    """Replications of the tiny world with one warehouse and with two, on common random numbers."""
    folder = tmp_path_factory.mktemp("sites")
    one, two = tiny_world(folder / "one"), two_sites(folder / "two")
    return [(ran([f"scenario={one}", DAYS], k), ran([f"scenario={two}", DAYS], k)) for k in range(PAIRS)]


def lead_d(run: Ran, market: str) -> float:
    """Mean days from order to delivery of the firm's lines to a market."""
    o = run.outcome.orders
    there = (o.filled("kind") != OrderKind.SELL_OUT) & (o.filled("market") == run.world.markets.index(market)) & (o.filled("placed") > 24.0 * 14)
    return float(np.nanmean((o.filled("delivered") - o.filled("placed"))[there]) / 24.0)


def stock_pcs(run: Ran) -> float:
    """Mean pieces of sold items that the firm holds, on trucks between sites too."""
    e = run.outcome.events
    counted = (e["kind"] == Event.STOCK_COUNTED) & (e["place"] == 0) & (e["t"] >= 24.0 * 14) & (e["t"] < run.outcome.horizon_h)
    return float(np.asarray(e["quantity"])[counted].mean())


def surely_below(difference: list[float]) -> bool:
    """Whether paired differences lie below zero by three standard errors."""
    d = np.array(difference)
    return bool(d.mean() + 3.0 * d.std(ddof=1) / np.sqrt(len(d)) < 0.0)


def test_a_warehouse_near_the_market_shortens_its_lead_time_and_holds_more_stock(pairs: list[tuple[Ran, Ran]]) -> None:
    """Transit from 4 days to 1, goods on the shelf of both sites and on the truck between them."""
    assert surely_below([lead_d(two, "abroad") - lead_d(one, "abroad") for one, two in pairs])
    assert surely_below([stock_pcs(one) - stock_pcs(two) for one, two in pairs])


def test_two_warehouses_hold_more_safety_stock_than_one() -> None:
    """The square root of the number of warehouses, where demand is split evenly (Maister 1976); less where it is split unevenly."""
    assert 2.0 * safety_stock(np.array([50.0]), np.array([5.0])) == pytest.approx(np.sqrt(2.0) * safety_stock(np.array([100.0]), np.array([5.0])))
    uneven = safety_stock(np.array([90.0]), np.array([5.0])) + safety_stock(np.array([10.0]), np.array([5.0]))
    assert safety_stock(np.array([100.0]), np.array([5.0])) < uneven < np.sqrt(2.0) * safety_stock(np.array([100.0]), np.array([5.0]))


def test_goods_are_conserved_over_all_sites(pairs: list[tuple[Ran, Ran]]) -> None:
    """What left a site for another has come or is on the way; what came or was sold there is what was moved there, and its opening stock."""
    two = pairs[0][1]
    stock, transfers, items = two.replication.stock, two.replication.transfers, two.world.items
    there = np.flatnonzero(items.site == 1)
    assert list(np.array(items.ids)[there]) == ["mattress@north", "pillow@north"]
    assert (transfers.sent[there] > 0).all()
    source = items.source[there]
    shipped_to_customers = np.zeros(items.n)
    o = two.outcome.orders
    gone = (o.filled("node") == 0) & ~np.isnan(o.filled("shipped")) & (o.filled("shipped") > 0)
    site = two.world.lanes.site[two.world.lanes.of[o.filled("channel"), o.filled("market")]]
    point = np.where(site == 1, there[0] + o.filled("item") - items.product[there[0]], o.filled("item"))
    np.add.at(shipped_to_customers, point[gone], o.filled("quantity")[gone])
    assert stock.shipped[0, source] == pytest.approx(shipped_to_customers[source] + transfers.sent[there])
    assert stock.shipped[0, there] == pytest.approx(shipped_to_customers[there])
    assert stock.received[0, there] == pytest.approx(transfers.came[there])


def test_a_piece_lost_on_a_truck_stops_the_run(pairs: list[tuple[Ran, Ran]], tmp_path: Path) -> None:
    transfers = pairs[0][1].replication.transfers
    item = pairs[0][1].world.items.ids.index("pillow@north")
    transfers.sent[item] += 1.0
    try:
        with pytest.raises(ConservationError, match="pillow@north: 1 pieces"):
            transfers.check()
    finally:
        transfers.sent[item] -= 1.0


def test_freight_between_sites_is_in_the_account_to_the_cent(pairs: list[tuple[Ran, Ran]]) -> None:
    two = pairs[0][1]
    e, journal = two.outcome.events, two.outcome.journal
    paid = journal["cents"][journal["account"] == int(Posted.FREIGHT)].sum()
    cents = np.round(100.0 * np.asarray(e["value"])[e["kind"] == Event.TRANSFER_LEFT]).sum()
    assert cents > 0
    assert paid == -cents
    assert not (pairs[0][0].outcome.journal["account"] == int(Posted.FREIGHT)).any()


def test_sites_side_by_side_add_up_to_the_firm(pairs: list[tuple[Ran, Ran]]) -> None:
    """Delivered lines, OTIF and stock of the sites are those of the whole; with one warehouse there is nothing to tell apart."""
    one, two = pairs[0]
    assert site_figures(one.outcome, one.world) == []
    frame = sites_frame(two.outcome, two.world)
    assert frame["site"].to_list() == ["plant", "north", "on trucks between sites"]
    o = two.outcome.orders
    there = (o.filled("kind") != OrderKind.SELL_OUT) & (o.filled("delivered") >= 24.0 * 14) & (o.filled("delivered") < two.outcome.horizon_h)
    assert frame["lines"].sum() == int(there.sum())
    assert frame["stock_pcs"].sum() == pytest.approx(stock_pcs(two))
    assert frame["stock_pcs"].min() > 0
    plant, north, _ = frame.iter_rows(named=True)
    assert min(plant["otif"], north["otif"]) <= two.kpi("otif") + 1e-9 <= max(plant["otif"], north["otif"]) + 2e-9


def test_what_a_run_tells_is_of_items(pairs: list[tuple[Ran, Ran]]) -> None:
    """Labels, order lines, late lines, forecasts: no stock point is left in the outcome."""
    outcome = pairs[0][1].outcome
    assert outcome.labels.items == pairs[0][0].outcome.labels.items
    assert outcome.orders.filled("item").max() < len(outcome.labels.items)
    assert outcome.forecast_weekly.shape[1] == len(outcome.labels.items)
    assert int(np.asarray(outcome.events["item"]).max()) < len(outcome.labels.items)


def test_opening_stock_is_divided_where_the_tables_do_not_place_it(tmp_path: Path) -> None:
    """By past demand; what the tables place in the north is there and the plant keeps its own."""
    whole = build_world(load([f"scenario={tiny_world(tmp_path / 'one')}"])).opening.on_hand
    divided = build_world(load([f"scenario={two_sites(tmp_path / 'two')}"]))
    assert divided.items.pooled(divided.opening.on_hand)[: len(whole)] == pytest.approx(whole)
    assert (divided.opening.on_hand[-2:] > 0).all()
    placed = lambda rows: [*rows, {"item": "mattress", "site": "north", "on_hand": 33, "source": "assumed"}]  # noqa: E731
    stated = build_world(load([f"scenario={two_sites(tmp_path / 'three', stock=placed)}"])).opening.on_hand
    assert stated[-2:].tolist() == [33.0, 0.0]
    assert stated[: len(whole)].tolist() == whole.tolist()


def test_a_warehouse_that_serves_nobody_changes_nothing(tmp_path: Path) -> None:
    """Rows for a site whose lanes have the second priority: the order book is that of one warehouse, to the last bit."""
    second = lambda rows: [*(row | {"priority": 1} for row in rows), *(row | {"priority": 2} for row in from_north(rows) if row.get("from") == "north")]  # noqa: E731
    plain = ran([f"scenario={tiny_world(tmp_path / 'one')}", "horizon.days=35"], 0).outcome.orders
    idle = ran([f"scenario={tiny_world(tmp_path / 'two', sites=with_north, lanes=second)}", "horizon.days=35"], 0).outcome.orders
    for name in plain.spec:
        assert np.array_equal(plain.filled(name), idle.filled(name), equal_nan=plain.filled(name).dtype.kind == "f")


@pytest.mark.long
def test_the_plant_next_door_needs_no_warehouse(pairs: list[tuple[Ran, Ran]], tmp_path: Path) -> None:
    """Were the market as near to the plant as to the warehouse, it would be served no slower with less stock."""
    ideal = [ran([f"scenario={tiny_world(tmp_path / 'near', lanes=near)}", DAYS], k) for k in range(PAIRS)]
    assert surely_below([stock_pcs(one) - stock_pcs(two) for one, (_, two) in zip(ideal, pairs, strict=True)])


@pytest.mark.parametrize("override", ["planning=silo promise=quoted", "sop=monthly"])
def test_every_way_to_plan_runs_with_two_sites(override: str, tmp_path: Path) -> None:
    run = ran([f"scenario={two_sites(tmp_path / 'w')}", "horizon.days=42", *override.split()], 0)
    assert (run.replication.transfers.came[run.world.items.site == 1] > 0).any()


def test_a_run_with_trucks_on_the_way_is_taken_up_again_as_it_was(tmp_path: Path) -> None:
    """Stopped on a day with a truck between the sites, the rest of the run is the same, line by line."""
    world = build_world(load([f"scenario={two_sites(tmp_path / 'w')}", "horizon.days=35"]))
    through, saved = simulate(world), stop_at(17, world)
    again = simulate(world, since=saved)
    assert "_arrive" in {one.act for one in saved.moments if one.owner == "transfers"}
    for name in through.orders.spec:
        assert through.orders.filled(name).tobytes() == again.orders.filled(name).tobytes()
    assert all(np.asarray(through.events[name]).tobytes() == np.asarray(again.events[name]).tobytes() for name in through.events)


def test_a_warehouse_may_be_supplied_by_another(tmp_path: Path) -> None:
    """Plant, east, north: what the north sells has passed the east, which sells nothing itself."""
    sites = lambda rows: [*with_north(rows), rows[0] | {"site": "east", "kind": "warehouse"}]  # noqa: E731
    lanes = lambda rows: [*from_north(rows)[:-1], from_north(rows)[-1] | {"from": "east"}, from_north(rows)[-1] | {"to": "east", "transit_d": 1}]  # noqa: E731
    run = ran([f"scenario={two_sites(tmp_path / 'w', sites=sites, lanes=lanes)}", "horizon.days=49"], 0)
    world, sent = run.world, run.replication.transfers.sent
    assert [site.site for site in world.sites] == ["plant", "east", "north"]
    assert (sent[world.items.site == 2] > 0).all()
    assert (sent[world.items.site == 1] >= sent[world.items.site == 2]).all()
