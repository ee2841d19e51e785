"""Why buyers and makers part (C6): prices, days and promises, and channels that do not know of each other; each by itself costs purchases."""

from __future__ import annotations

from typing import Any

import pytest

DAYS = {"horizon": {"days": 90, "warmup_days": 0}}


@pytest.fixture(scope="module")
def world(tiny: Any) -> Any:
    return lambda *words: tiny("plain quarter", *words, settings=DAYS)


def test_channels_side_by_side_sell_less_and_please_less_than_channels_as_one(world: Any) -> None:
    multi, stated, omni = (world(f"channels={option}") for option in ("multi", "stated", "omni"))
    for kpi in ("purchases", "conversion", "satisfaction"):
        assert multi.kpi(kpi) < omni.kpi(kpi), kpi
    for kpi in ("channel_breaks", "problem_share", "contacts_per_100_orders"):
        assert multi.kpi(kpi) > stated.kpi(kpi) > omni.kpi(kpi), kpi
    assert omni.kpi("channel_breaks") == 0.0


@pytest.mark.long
def test_dear_slow_and_apart_each_drive_buyers_away(tiny: Any, world: Any) -> None:
    plain = world()
    dear = world("market.price_factor=1.15")
    slow = tiny("slow", "promise=quoted", settings=DAYS, channels=lambda rows: [row | {"quoted_lead_d": 30} for row in rows])
    quick = tiny("quick", "promise=quoted", settings=DAYS)
    apart = world("channels=multi")
    assert dear.kpi("purchases") < plain.kpi("purchases")
    assert slow.kpi("purchases") < quick.kpi("purchases")
    assert apart.kpi("purchases") < plain.kpi("purchases")
