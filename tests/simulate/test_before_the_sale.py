"""Before the sale and from the use: wrong prices and stocks between channels, how long people look around, needs found out in shops, better products."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from e2esim.customers.asking_before import lead_promised
from e2esim.domain.book import OrderKind, ReturnCause, Service
from e2esim.domain.events import Event
from worlds import Row

RUNS = 4
DAYS = ("horizon.days=60",)
APART = ("channels.together=multi", "organisation.platform=0")
LOOKS_AROUND = {
    "touchpoints": [
        {
            "touchpoint": f"{where}_{phase}", "phase": phase, "channel": "", "reach": 0.8, "controlled": "false", "online": online, "human": "false",
            "direct": "false", "relevance": 0, "enjoyment": 0, "problem_share": 0, "cost_eur": 0, "source": "assumed",
        }
        for phase in ("discover", "evaluate")
        for where, online in (("street", "false"), ("net", "true"))
    ]
}  # fmt: skip


def errors(run: Callable[[tuple[str, ...], int], Any], before: tuple[str, ...], after: tuple[str, ...], *kpis: str) -> dict[str, float]:
    """Change of each KPI in standard errors of the pairs, on common random numbers."""
    runs = [[run(keys, k) for k in range(RUNS)] for keys in (before, after)]
    gaps = {name: np.array([b.kpi(name) - a.kpi(name) for a, b in zip(*runs, strict=True)]) for name in kpis}
    return {name: float(gap.mean() / max(gap.std(ddof=1) / math.sqrt(RUNS), 1e-12)) for name, gap in gaps.items()}


def test_channels_that_do_not_talk_show_wrong_prices(tiny: Any) -> None:
    def run(keys: tuple[str, ...], k: int) -> Any:
        return tiny("looks around", *DAYS, *keys, variant="silo", replication=k, **LOOKS_AROUND)

    found = errors(run, APART, (*APART, "market.wrong_price=0.4"), "purchases", "satisfaction")
    assert found["purchases"] < -3.0
    assert found["satisfaction"] < -3.0  # half of them had seen it cheaper
    assert run(("channels.together=omni", "market.wrong_price=0.4"), 0).kpis.headline == run(("channels.together=omni",), 0).kpis.headline


def test_channels_that_do_not_talk_tell_wrong_of_the_stock(tiny: Any) -> None:
    def run(keys: tuple[str, ...], k: int) -> Any:
        return tiny("looks around", *DAYS, *keys, variant="silo", replication=k, **LOOKS_AROUND)

    assert errors(run, APART, (*APART, "market.wrong_stock=1"), "purchases")["purchases"] < -3.0
    assert run(("channels.together=omni", "market.wrong_stock=1"), 0).kpis.headline == run(("channels.together=omni",), 0).kpis.headline


def test_who_looks_around_decides_later_and_as_often(tiny: Any) -> None:
    """Two weeks of looking around: Little's law gives two weeks back; in a year without seasons as many decide; a surge is felt later."""
    flat: dict[str, Any] = {"season": lambda rows: [row | {"index": 1.0} for row in rows]}
    at_once, later = (tiny("no season", *DAYS, *keys, **flat) for keys in ((), ("market.search_d=14",)))
    assert at_once.kpi("sale_days") == 0.0
    assert later.kpi("sale_days") == pytest.approx(14.0, rel=0.01)
    assert later.replication.market.prospects_seen == pytest.approx(at_once.replication.market.prospects_seen, abs=2.0)
    market = later.replication.market
    calm = market.searching.copy()
    a_year = market.prospects_y[0]
    first = market._deciding(2.0 * a_year, 0.0).sum()  # twice as many begin to look around today
    for _ in range(13):
        market._deciding(a_year, 0.0)
    assert first < 1.1 * a_year.sum()  # few of them decide on that day
    assert market.searching.sum() - calm.sum() == pytest.approx(14.0 * (1.0 - math.exp(-1.0 / 14.0)) * math.exp(-13.0 / 14.0) * a_year.sum() / 365.0, rel=1e-6)


def test_nobody_is_lost_or_born_while_looking_around(tiny: Any) -> None:
    market = tiny("no season", *DAYS, "market.search_d=14", season=lambda rows: [row | {"index": 1.0} for row in rows]).replication.market
    market.searching, came, decided = np.zeros_like(market.searching), 0.0, 0.0
    for day in range(40):
        a_year = market.prospects_y[0] * (1.0 + day % 5)
        came += a_year.sum() / 365.0
        decided += market._deciding(a_year, 0.0).sum() / 365.0
    assert came == pytest.approx(decided + market.searching.sum())


def _analysed(share: float) -> Any:
    row = {"service": "needs_analysis", "offered": "true", "offered_share": 1, "use_share": 0.6, "alone_share": share}
    return [row | {"cost_eur": 3, "price_eur": 0, "effect": 0.1, "source": "assumed"}]


def test_shops_too_may_find_out_what_a_consumer_needs(tiny: Any) -> None:
    def run(keys: tuple[str, ...], k: int) -> Any:
        return tiny(f"needs {keys[0]}", *DAYS, variant="silo", replication=k, services=_analysed(float(keys[0])))

    found = errors(run, ("0",), ("0.5",), "needs_analysed", "satisfaction")
    assert found["needs_analysed"] > 3.0
    assert found["satisfaction"] > 3.0
    o = run(("0.5",), 0).outcome.orders
    shop = (o.filled("kind") == OrderKind.SELL_OUT) & (o.filled("placed") >= 0.0)
    known = (o.filled("services")[shop] & int(Service.NEEDS_ANALYSIS)) != 0
    assert abs(known.mean() - 0.3) < 3.0 * math.sqrt(0.21 / shop.sum())


def _defects(rows: list[Row]) -> list[Row]:
    return [row | {"defect_share": 0.3 if row["sold"] == "true" else 0} for row in rows]


def test_what_is_told_of_the_use_makes_new_products_better(tiny: Any) -> None:
    learns = ("feedback.learn_after=30", "feedback.learn_d=0", "feedback.learn_share=0.8")
    plain, better = (tiny("many defects", "horizon.days=90", *keys, variant="silo", items=_defects) for keys in ((), learns))
    assert plain.kpi("products_improved") == 0.0 < better.kpi("products_improved")
    e, world = better.outcome.events, better.world
    changed = e["kind"] == Event.PRODUCT_IMPROVED
    times = np.bincount(e["item"][changed], minlength=world.items.n)
    assert better.replication.journey.defect == pytest.approx(world.items.defect * 0.2**times)
    assert (e["quantity"][changed] >= 30).all()
    assert e["value"][changed].sum() == 20_000 * changed.sum()
    assert world.items.defect.max() == 0.3  # what the plant was built with stays as it was
    back = [np.nansum(r.outcome.orders.filled("return_cause") == int(ReturnCause.DEFECT)) for r in (plain, better)]
    assert back[1] < back[0]


def test_who_is_asked_before_and_told_is_not_disappointed(tiny: Any) -> None:
    """Web buyers expect seven days and are promised more: whoever was asked expects what he was told, and only he."""
    late: dict[str, Any] = {"channels": lambda rows: [row | {"quoted_lead_d": 12} if row["channel"] == "web" else row for row in rows]}

    def run(keys: tuple[str, ...], k: int) -> Any:
        return tiny("promises late", *DAYS, *keys, variant="silo", replication=k, **late)

    assert errors(run, (), ("feedback.ask_before=0.8",), "satisfaction")["satisfaction"] > 3.0
    plain, asked = run((), 0), run(("feedback.ask_before=0.5",), 0)
    e = asked.outcome.events
    told = e["kind"] == Event.EXPECTATION_ASKED
    bought = (asked.outcome.orders.filled("consumer") >= 0) & (asked.outcome.orders.filled("placed") >= 0.0)
    assert abs(e["rows"][told].sum() / bought.sum() - 0.5) < 3.0 * math.sqrt(0.25 / bought.sum())
    assert set(e["place"][told]) == {asked.world.segments.ids.index(name) for name in ("comfort", "thrift")}  # by category of customer
    assert asked.kpi("expected_days") == pytest.approx(e["quantity"][told].sum() / e["rows"][told].sum(), rel=0.1)
    assert asked.kpi("expectation_gap") > 0.0
    assert plain.kpis.headline["expected_days"][0] is None
    rows = np.flatnonzero(bought & (asked.outcome.orders.filled("delivered") < asked.outcome.horizon_h)).astype(np.int32)
    stage, journey = asked.replication.asking_before, asked.replication.journey
    before = journey.expectation.of(rows, asked.replication.experiences.facts())
    after = before.copy()
    stage.set_right(rows, after)
    moved = after != before
    assert moved.any()
    assert set(rows[moved]) <= set(stage.asked(rows))
    assert after[moved] == pytest.approx(lead_promised(rows[moved], asked.replication.orders))
