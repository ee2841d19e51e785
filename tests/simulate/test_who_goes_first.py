"""Precedence inside a run: goods that nobody else needs do not wait for their day, and scarce ones go where they are worth most."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

WORLD = ("scale=0.05", "horizon.days=240")


def test_what_no_promise_needs_leaves_at_once(shipped: Any) -> None:
    """Where supply is there, a rule that orders by date ships as soon as first come first served does; held to its day a line took 3 days more."""
    fifo, due = (shipped("mattress_maker", "scale=0.02", "horizon.days=60", "horizon.tick_h=3", f"precedence={rule}") for rule in ("fifo", "due_date"))
    assert due.kpi("lead_time") < fifo.kpi("lead_time") + 0.5
    assert due.kpi("fill_rate") > fifo.kpi("fill_rate") - 0.02
    assert due.kpi("on_time") > fifo.kpi("on_time") - 0.01


@pytest.mark.long
def test_worth_does_not_lose_where_goods_suffice(shipped: Any) -> None:
    """Base load, common random numbers: the default rule against first come and against due date, beyond three errors of its pairs on nothing."""
    pairs, good = 3, {"lead_time": -1.0, "fill_rate": 1.0, "contribution": 1.0, "csat_true": 1.0}

    def measured(rule: str, name: str) -> Any:
        return np.array([shipped("mattress_maker", *WORLD, f"precedence={rule}", replication=k).kpi(name) for k in range(pairs)])

    for rival in ("fifo", "due_date"):
        for name, sign in good.items():
            gain = sign * (measured("optimised", name) - measured(rival, name))
            assert gain.mean() > -3.0 * gain.std(ddof=1) / pairs**0.5, (rival, name, gain.tolist())


@pytest.mark.long
def test_worth_wins_where_goods_are_scarce(shipped: Any) -> None:
    """Demand 1.3: more contribution and customer value than first come first served and than due date, in every pair."""
    for rival in ("fifo", "due_date"):
        for k in range(2):
            mine, other = (shipped("mattress_maker", *WORLD, "market.demand_factor=1.3", f"precedence={rule}", replication=k) for rule in ("optimised", rival))
            for name in ("contribution", "customer_value"):
                assert mine.kpi(name) > other.kpi(name), (rival, name)
