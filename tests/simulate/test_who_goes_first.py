"""Precedence inside a run: goods that nobody else needs do not wait for their day, and scarce ones go where they are worth most."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from e2esim.config import load
from e2esim.domain.book import ORDER_COLUMNS, Columns, OrderKind, OrderState
from e2esim.domain.build import build_world
from e2esim.domain.events import EventLog
from e2esim.simulate.promise import PromiseDesk
from worlds import tiny_world

WORLD = ("scale=0.05", "horizon.days=240")


def test_what_no_promise_needs_leaves_at_once(shipped: Any) -> None:
    """Where supply is there, a rule that orders by date ships as soon as first come first served does; held to its day a line took 3 days more."""
    fifo, due = (shipped("mattress_maker", "scale=0.02", "horizon.days=60", "horizon.tick_h=3", f"precedence={rule}") for rule in ("fifo", "due_date"))
    assert due.kpi("lead_time") < fifo.kpi("lead_time") + 0.5
    assert due.kpi("fill_rate") > fifo.kpi("fill_rate") - 0.02
    assert due.kpi("on_time") > fifo.kpi("on_time") - 0.01


@pytest.mark.parametrize(("on_hand", "comes", "goes"), [(12, 0, False), (15, 0, True), (12, 3, True), (4, 20, False)])
def test_what_is_promised_to_others_stays_for_them(tmp_path: Path, on_hand: int, comes: int, goes: bool) -> None:
    """Ten pieces are promised for the 10th day and five for the 20th: the five leave today only if ten are there on the 10th all the same.

    ``comes``: pieces that come on the 6th day; what is not there today leaves today for nobody.
    """
    world = build_world(load([f"scenario={tiny_world(tmp_path / 'w')}", "precedence=due_date"]))
    orders = Columns(ORDER_COLUMNS, capacity=2)
    orders.take(2)
    item = world.items.ids.index("mattress")
    orders["kind"][:], orders["item"][:], orders["quantity"][:] = OrderKind.DIRECT, item, (10, 5)
    desk = PromiseDesk(world, orders, EventLog())
    rows = np.arange(2, dtype=np.int32)
    orders["placed"][:] = orders["requested"][:] = 0.0
    orders["promised"][:] = 24.0 * (np.array([10, 20]) + np.ceil(desk.transit_of(rows))) + 18.0
    desk.commit_given(rows)
    receipts = np.zeros((world.items.n, desk.days))
    receipts[item, 6] = comes
    stock = np.zeros(world.items.n)
    stock[item] = on_hand
    desk.renew(0, stock, receipts)
    before = desk.ship_day[:2].copy()
    assert desk.ahead(rows[1:], 9.0).tolist() == ([0] if goes else [])
    assert desk.ship_day[0] == before[0]
    assert desk.ship_day[1] == (0 if goes else before[1])


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


def test_open_lines_are_found_whatever_was_sought_before(tiny: Any) -> None:
    """The search begins at the first line that was open the last time: none is missed, however often it was sought."""
    run = tiny("plain", variant="silo").replication
    o = run.orders
    expected = np.flatnonzero((o.filled("state") == OrderState.OPEN) & (o.filled("node") == 0)).tolist()
    assert len(expected) > 1
    assert [run._open_at_plant().tolist() for _ in range(2)] == [expected, expected]
