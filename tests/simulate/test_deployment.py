"""Own branches under DRP: what enters the plan, what leaves when, what happens when there is too little for all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from e2esim.config import load
from e2esim.domain.book import OrderKind
from e2esim.domain.build import build_world
from e2esim.simulate.replication import Replication
from worlds import Row, tiny_world

DRP = "replenishment=drp"


def branches(rows: list[Row]) -> list[Row]:
    """The retailers of the tiny world as branches of the firm."""
    return [row | {"buyer": "own"} if row["channel"] == "retail" else row for row in rows]


@pytest.fixture
def opened(tmp_path: Path) -> Replication:
    """The tiny world with two branches, opened and not yet run."""
    world = build_world(load([f"scenario={tiny_world(tmp_path / 'w', channels=branches)}", DRP]))
    replication = Replication(world, 0)
    replication._open()
    return replication


def test_without_branches_nothing_changes_to_the_last_bit(tiny: Any) -> None:
    orders = [tiny("plain", *rule).outcome.orders for rule in ((), (DRP,))]
    for name in ("placed", "promised", "delivered", "item", "quantity"):
        assert np.array_equal(*(o.filled(name) for o in orders), equal_nan=name != "item" and name != "quantity"), name


def test_what_leaves_a_shelf_comes_back_as_need_of_the_plan(opened: Replication) -> None:
    """Pieces taken off the shelves are needed again, all of them, and none of them elsewhere."""
    deployment, weeks = opened.deployment, 13
    before = deployment.need(0, weeks).sum(axis=0)
    taken = np.floor(opened.stock.on_hand[1:] / 2.0)
    opened.stock.on_hand[1:] -= taken
    more = deployment.need(0, weeks).sum(axis=0) - before
    assert taken.sum() > 20
    assert more == pytest.approx(taken.sum(axis=0), abs=4)  # lots of one piece, two shelves


def test_the_need_of_branches_is_part_of_the_forecast_and_follows_their_shelves(opened: Replication) -> None:
    planner = opened.planner
    base = planner.forecast(8)
    planner._need = planner._need + 10.0
    assert planner.forecast(8) == pytest.approx(base + 10.0)
    yearly = 365.0 / 7.0 * planner._need.mean(axis=0)
    sold = 365.0 * opened.trade.rate_d.sum(axis=0)
    assert yearly[planner.sold].sum() == pytest.approx(sold[planner.sold].sum(), rel=0.5)


def test_too_little_is_shared_to_equal_cover_and_never_oversold(opened: Replication) -> None:
    deployment, stock = opened.deployment, opened.stock
    stock.on_hand[1:] = 0.0
    stock.on_order[1:] = 0.0
    deployment._days[:] = True
    item = int(opened.planner.sold[0])
    opened.promise.free[:] = 1e6
    account, items, pieces = deployment.ship(0)
    whole = np.bincount(account[items == item], weights=pieces[items == item], minlength=2)
    opened.promise.free[item] = np.floor(whole.sum() / 2.0)
    account, items, pieces = deployment.ship(0)
    given = np.bincount(account[items == item], weights=pieces[items == item], minlength=2)
    assert given.sum() == np.floor(whole.sum() / 2.0)
    pace = opened.trade.rate_d[:, item] * opened.trade.season(0)  # of this month
    assert abs(given[0] / pace[0] - given[1] / pace[1]) <= 1.0 / pace.min() + 1e-9
    opened.promise.free[:] = 0.0
    assert len(deployment.ship(0)[0]) == 0


def test_shelves_are_filled_when_they_need_it_not_on_their_weekday(tiny: Any) -> None:
    """Both ways serve; centrally planned branches order on more days, and hold no more for it."""
    own, central = (tiny("branches", *rule, channels=branches) for rule in ((), (DRP,)))
    days = []
    for run in (own, central):
        o = run.outcome.orders
        sent = (o.filled("kind") == OrderKind.REPLENISH) & (o.filled("placed") >= 0)
        days.append(len(np.unique(np.floor(o.filled("placed")[sent] / 24.0) % 7)))
        assert o.filled("quantity")[sent].sum() > 0
    assert days[0] == 2
    assert days[1] != days[0]


def test_branches_are_served_under_the_static_plan_too(tiny: Any) -> None:
    """Under the static plan with quoted dates the branches are still served."""
    run = tiny("branches", DRP, variant="silo", channels=branches)
    shelf = run.kpi("consumer_fill_rate")
    assert 0.5 < shelf <= 1.0
