"""When goods leave in a network run: trucks on weekdays, closed days, so much a week; and what goods receipt rejects."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from e2esim.chain.network.chance_kernels import rejected as compiled
from e2esim.config.places import Place
from e2esim.config.problems import InputErrors
from e2esim.config.supply_network import open_network
from e2esim.study.network import NetworkResult, study_network

rejected = compiled.py_func  # inside a run only kernels may call it
BASE = {
    "items": "item,unit\nBEER,pcs\n",
    "sites": "site,kind\nDEPOT,plant\nSHOP,shop\n",
    "replenishment": "site,item,rule,level\nDEPOT,BEER,base_stock,100\nSHOP,BEER,base_stock,20\n",
    "stock": "site,item,on_hand\nDEPOT,BEER,100\nSHOP,BEER,20\n",
    "demand": "site,item,every_d,mean\nSHOP,BEER,1,2\n",
    "lanes": "from,to,item,transit_d\nDEPOT,SHOP,BEER,1\n",
    "supply": "supplier,item,site,lead_time_days\nBREWER,BEER,DEPOT,2\n",
    "settings": "key,value\ntoday,2026-01-05\n",  # a Monday
}


def ran(folder: Path, days: int = 140, **tables: str) -> NetworkResult:
    folder.mkdir(parents=True)
    (folder / "scenario.yaml").write_text(f"name: beer\nhorizon: {{days: {days}, warmup_days: 0}}\n")
    (folder / "data").mkdir()
    for name, text in (BASE | tables).items():
        (folder / "data" / f"{name}.csv").write_text(text)
    return study_network(open_network(Place(folder=folder, variant="", name="beer"), []).company)


def arrivals(result: NetworkResult, site: str) -> set[int]:
    """Days of the week (0 = Monday) on which goods arrive at a site."""
    points, record = result.kept.network.points, result.kept.record["received"]
    row = next(k for k, point in enumerate(points) if point.site == site)
    return {int(day) % 7 for day in np.flatnonzero(record[row])}


def got(result: NetworkResult, site: str) -> float:
    points = result.kept.network.points
    return float(result.kept.record["received"][[k for k, p in enumerate(points) if p.site == site]].sum())


def test_goods_leave_on_the_weekdays_of_the_trucks(tmp_path: Path) -> None:
    free = ran(tmp_path / "free")
    tuesdays = ran(tmp_path / "some", lanes="from,to,item,transit_d,departures\nDEPOT,SHOP,BEER,1,25\n")
    assert arrivals(free, "SHOP") == set(range(7))
    assert arrivals(tuesdays, "SHOP") == {2, 5}  # a day after Tuesday and Friday
    assert tuesdays.value("stock", "BEER@SHOP") < free.value("stock", "BEER@SHOP")
    assert got(tuesdays, "SHOP") == pytest.approx(got(free, "SHOP"), abs=12)


def test_goods_leave_when_the_site_works(tmp_path: Path) -> None:
    calendar = "calendar,weekday,start,end\n" + "".join(f"WEEK,{d},08:00,16:00\n" for d in range(1, 6))
    sites = "site,kind,calendar\nDEPOT,plant,WEEK\nSHOP,shop,\n"
    week = ran(tmp_path / "week", sites=sites, calendars=calendar)
    assert arrivals(week, "SHOP") == {1, 2, 3, 4, 5}
    shut = ran(tmp_path / "shut", sites=sites, calendars=calendar, closures="calendar,first,last\nWEEK,2026-02-02,2026-02-15\n")
    row = next(k for k, point in enumerate(shut.kept.network.points) if point.site == "SHOP")
    assert shut.kept.record["received"][row, 29:42].sum() == 0.0
    assert shut.value("backlog", "BEER@SHOP") > week.value("backlog", "BEER@SHOP")


def test_a_lane_and_a_supplier_send_so_much_a_week(tmp_path: Path) -> None:
    lane = ran(tmp_path / "lane", lanes="from,to,item,transit_d,weekly_capacity\nDEPOT,SHOP,BEER,1,7\n")
    assert got(lane, "SHOP") == pytest.approx(7 * 20, abs=8)  # 14 are asked for
    supplier = ran(tmp_path / "supplier", supply="supplier,item,site,lead_time_days,weekly_capacity\nBREWER,BEER,DEPOT,2,7\n")
    assert got(supplier, "DEPOT") == pytest.approx(7 * 20, abs=8)
    assert supplier.value("backlog", "BEER@SHOP") > 0.0


def test_the_second_supplier_has_what_the_first_cannot_send_this_week(tmp_path: Path) -> None:
    two = "supplier,item,site,lead_time_days,priority,weekly_capacity\nNEAR,BEER,DEPOT,2,1,7\nFAR,BEER,DEPOT,6,2,\n"
    result = ran(tmp_path / "two", supply=two)
    given = dict(zip([o.source for o in result.kept.network.operations if o.kind == "buy"], _bought(result), strict=True))
    assert given["NEAR"] == pytest.approx(7 * 20, abs=8)
    assert given["FAR"] > 100.0


def _bought(result: NetworkResult) -> list[float]:
    book, operations = result.kept.book, result.kept.network.operations
    purchase = book["kind"] == 2
    return [float(book["quantity"][purchase & (book["what"] == k)].sum()) for k, o in enumerate(operations) if o.kind == "buy"]


def test_what_is_rejected_is_ordered_again(tmp_path: Path) -> None:
    bad = ran(tmp_path / "bad", days=2000, supply="supplier,item,site,lead_time_days,reject_share,price\nBREWER,BEER,DEPOT,2,0.2,3\n")
    book = bad.kept.book
    purchase = (book["kind"] == 2) & (book["done"] >= 0)
    asked, refused = book["quantity"][purchase].sum(), book["lost"][purchase].sum()
    assert abs(refused / asked - 0.2) < 3 * np.sqrt(0.2 * 0.8 / asked)
    assert book["got"][purchase].sum() == pytest.approx(asked - refused)
    assert book["eur"][purchase].sum() == pytest.approx(3 * (asked - refused))  # what is rejected is not paid
    ledger = {name: values.sum() for name, values in bad.kept.ledger.items()}
    assert 120.0 + ledger["received"] == pytest.approx(ledger["sold"] + ledger["moved"] + bad.kept.on_hand.sum())
    assert got(bad, "SHOP") == pytest.approx(2 * 2000, abs=30)  # nobody goes without


def test_rejects_follow_the_binomial_law() -> None:
    """Against scipy's inverse distribution, and its normal limit for large lots."""
    u = (np.arange(200) + 0.5) / 200
    for n, p in ((1.0, 0.3), (12.0, 0.05), (80.0, 0.4)):
        assert [rejected(n, p, x) for x in u] == stats.binom.ppf(u, n, p).tolist()
    large = np.array([rejected(1000.0, 0.2, x) for x in u])
    assert np.abs(large - stats.binom.ppf(u, 1000, 0.2)).max() <= 2.0
    assert rejected(0.5, 0.9, 0.5) == 0.0
    assert rejected(3.0, 1.0, 0.5) == 3.0


def test_customers_wait_for_the_truck_and_a_limit_on_their_lane_is_told(tmp_path: Path) -> None:
    to_home = BASE["lanes"].replace("transit_d", "transit_d,departures,weekly_capacity").replace("BEER,1", "BEER,1,,") + "SHOP,HOME,BEER,0,3,7\n"
    demand = "site,item,customer,every_d,mean\nSHOP,BEER,HOME,1,2\n"
    folder = tmp_path / "home"
    result = ran(folder, lanes=to_home, demand=demand)
    sale = (result.kept.book["kind"] == 0) & (result.kept.book["done"] >= 0)
    assert {int(day) % 7 for day in result.kept.book["done"][sale]} == {2}  # Wednesday
    warned = open_network(Place(folder=folder, variant="", name="beer"), []).warnings
    assert [problem.column for problem in warned if "lane to a customer" in problem.message] == ["weekly_capacity"]


def test_trucks_on_days_off_are_refused(tmp_path: Path) -> None:
    calendar, sites = "calendar,weekday,start,end\nWEEK,1,08:00,16:00\n", "site,kind,calendar\nDEPOT,plant,WEEK\nSHOP,shop,\n"
    with pytest.raises(InputErrors, match="never leave"):
        ran(tmp_path / "never", sites=sites, calendars=calendar, lanes="from,to,item,departures\nDEPOT,SHOP,BEER,67\n")
    with pytest.raises(InputErrors, match="weekdays"):
        ran(tmp_path / "word", lanes="from,to,item,departures\nDEPOT,SHOP,BEER,daily\n")
