"""Rule plan of a network run: net requirements by day; days and quantities by hand, and a theorem."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from e2esim.config.places import Place
from e2esim.config.supply_network import open_network
from e2esim.domain.chance import Chance
from e2esim.domain.network import NetworkClock, build_network
from e2esim.domain.network_outcome import NetworkOutcome
from e2esim.domain.network_rows import DemandRow, NetworkRows, OperationRow, PointRow, RuleName, RuleRow
from e2esim.simulate.network import simulate_network

TABLES = {  # 100 tables for Sunday the 25th, day 20: made in 3 days of a top, which takes 5, and four legs, which take 2
    "items": "item,unit,lead_time_d\nTABLE,pcs,3\nTOP,pcs,\nLEG,pcs,\n",
    "bom": "parent,component,qty_per\nTABLE,TOP,1\nTABLE,LEG,4\n",
    "supply": "supplier,item,lead_time_days\nWOOD,TOP,5\nWOOD,LEG,2\n",
    "replenishment": "item,rule\nTABLE,plan\nTOP,plan\nLEG,plan\n",
    "orders": "order,item,qty,due\nA,TABLE,100,2026-01-25\n",
    "settings": "key,value\ntoday,2026-01-05\n",  # a Monday
}


def ran(folder: Path, **tables: str) -> NetworkOutcome:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.yaml").write_text("name: tables\nhorizon: {days: 40, warmup_days: 0}\n")
    (folder / "data").mkdir()
    for name, text in (TABLES | tables).items():
        (folder / "data" / f"{name}.csv").write_text(text)
    company = open_network(Place(folder=folder, variant="", name="tables"), []).company
    return simulate_network(company.network, company.clock)


def orders(outcome: NetworkOutcome) -> dict[str, list[tuple[float, float, float]]]:
    """(placed, quantity, done) of every order that refills, by item."""
    book, points = outcome.book, outcome.network.points
    found: dict[str, list[tuple[float, float, float]]] = {}
    for k in np.flatnonzero((book["kind"] >= 1) & (book["kind"] <= 3)):
        found.setdefault(points[book["to"][k]].item, []).append((float(book["placed"][k]), float(book["quantity"][k]), float(book["done"][k])))
    return found


def test_everything_is_ordered_when_it_is_needed_and_nothing_lies(tmp_path: Path) -> None:
    outcome = ran(tmp_path)
    assert orders(outcome) == {"TABLE": [(17.0, 100.0, 20.0)], "TOP": [(12.0, 100.0, 17.0)], "LEG": [(15.0, 400.0, 17.0)]}
    assert outcome.record["on_hand"].sum() == 0.0
    assert outcome.tally["at_once"].sum() == 100.0


def test_what_lies_is_netted_with_safety_stock_and_lots(tmp_path: Path) -> None:
    stock = "item,on_hand\nTABLE,30\nLEG,20\n"
    rules = "item,rule,level,lot_min,lot_multiple\nTABLE,plan,,,\nTOP,plan,10,,\nLEG,plan,,300,50\n"
    found = orders(ran(tmp_path, stock=stock, replenishment=rules))
    assert found["TABLE"] == [(17.0, 70.0, 20.0)]
    assert found["TOP"] == [(0.0, 10.0, 5.0), (12.0, 70.0, 17.0)]  # the safety stock at once, the parts when they are needed
    assert found["LEG"] == [(15.0, 300.0, 17.0)]  # 280 - 20 = 260, at least 300


def test_what_is_needed_for_two_orders_is_bought_twice_in_time(tmp_path: Path) -> None:
    found = orders(ran(tmp_path, orders=TABLES["orders"] + "B,TABLE,10,2026-01-30\n"))
    assert found["TOP"] == [(12.0, 100.0, 17.0), (17.0, 10.0, 22.0)]


def test_a_safety_time_and_the_days_off_of_a_supplier_are_planned_for(tmp_path: Path) -> None:
    early = orders(ran(tmp_path / "early", replenishment="item,rule,cover_d\nTABLE,plan,\nTOP,plan,2\nLEG,plan,\n"))
    assert early["TOP"] == [(10.0, 100.0, 15.0)]
    days = "calendar,weekday,start,end\n" + "".join(f"DAY,{d},08:00,16:00\n" for d in range(1, 6))
    off = orders(ran(tmp_path / "off", calendars=days, suppliers="supplier,calendar\nWOOD,DAY\n"))
    assert off["TOP"] == [(10.0, 100.0, 17.0)]  # five working days before Thursday the 22nd: Thursday the 15th
    assert off["TABLE"] == [(17.0, 100.0, 20.0)]


def test_a_warehouse_asks_its_plant_when_the_truck_must_leave(tmp_path: Path) -> None:
    outcome = ran(
        tmp_path,
        sites="site,kind\nPLANT,plant\nHUB,warehouse\n",
        lanes="from,to,item,transit_d,departures,order_delay_d\nPLANT,HUB,TABLE,1,5,2\n",  # trucks on Fridays
        orders="order,item,site,qty,due\nA,TABLE,HUB,100,2026-01-25\n",
        replenishment="site,item,rule\nHUB,TABLE,plan\nPLANT,TABLE,plan\nPLANT,TOP,plan\nPLANT,LEG,plan\n",
    )
    assert orders(outcome)["TABLE"] == [(15.0, 100.0, 18.0), (16.0, 100.0, 19.0)]  # the plant sees on Friday the 23rd what the hub asked for on the 21st
    assert outcome.tally["at_once"].sum() == 100.0


def test_an_order_on_its_way_to_the_plant_is_known_there(tmp_path: Path) -> None:
    """Two days until the plant sees what the hub has ordered, one to make it: it must begin before it sees it."""
    outcome = ran(
        tmp_path,
        items=TABLES["items"].replace("TABLE,pcs,3", "TABLE,pcs,1"),
        sites="site,kind\nPLANT,plant\nHUB,warehouse\n",
        lanes="from,to,item,transit_d,departures,order_delay_d\nPLANT,HUB,TABLE,1,5,2\n",  # trucks on Fridays
        orders="order,item,site,qty,due\nA,TABLE,HUB,100,2026-01-25\n",
        replenishment="site,item,rule\nHUB,TABLE,plan\nPLANT,TABLE,plan\nPLANT,TOP,plan\nPLANT,LEG,plan\n",
    )
    assert max(done for _, _, done in orders(outcome)["TABLE"]) == 19.0
    assert outcome.tally["at_once"].sum() == 100.0


def stage(rule: RuleName, level: float) -> NetworkOutcome:
    rows = NetworkRows(
        points=(PointRow(site="s", item="x", on_hand=60.0),),
        rules=(RuleRow(site="s", item="x", rule=rule, review_d=1.0, level=level),),
        operations=(OperationRow(kind="buy", site="s", item="x", source="all", lead=Chance(mean=4.0)),),
        demands=(DemandRow(site="s", item="x", quantity=Chance(law="poisson", mean=10.0)),),
    )
    return simulate_network(build_network(rows), NetworkClock(horizon_d=200.0), seed=5)


def test_at_a_steady_expectation_the_plan_is_a_base_stock() -> None:
    """Netting against a constant expectation m a day orders up to safety stock + m x lead time (Silver, Pyke, Thomas 2017, 15.4): line by line."""
    planned, base = stage("plan", 15.0), stage("base_stock", 15.0 + 4 * 10.0)
    for name in ("ordered", "on_hand", "backlog"):
        np.testing.assert_allclose(planned.record[name], base.record[name], atol=1e-4)
    assert planned.tally["backlog_count"].sum() == pytest.approx(base.tally["backlog_count"].sum())
