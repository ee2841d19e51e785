"""Changes of open lines: asked for by trade accounts, granted or refused, and everything that knew the line agrees afterwards."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from e2esim.domain.book import OrderKind, OrderState
from e2esim.domain.experience import Lived
from e2esim.planning.changes import OrderChange

DAYS = {"horizon": {"days": 70, "warmup_days": 0}}


def _ask(share: float) -> Any:
    return lambda rows: [row | {"change_share": share if row["buyer"] == "b2b" else 0} for row in rows]


@pytest.fixture(scope="module")
def changed(tiny: Any) -> Any:
    return lambda *words: tiny("changed", *words, settings=DAYS, channels=_ask(0.5))


def test_without_a_share_nobody_asks(tiny: Any) -> None:
    run = tiny("unchanged", settings=DAYS)
    assert run.outcome.changes_asked == 0
    assert run.kpis.headline["flexibility"][0] is None


def test_lines_that_have_not_left_are_changed_and_the_books_agree(changed: Any) -> None:
    run = changed("promise.change_frozen_d=0")
    o, r = run.outcome.orders, run.replication
    trade = (o.filled("kind") == OrderKind.REPLENISH) & (o.filled("placed") >= 0) & (o.filled("placed") < run.outcome.horizon_h - 24.0 * 20)
    lines = int(trade.sum())
    assert lines > run.outcome.changes_asked >= 10
    assert 0.0 < run.kpi("flexibility") < 1.0
    waits = (o.filled("state") == OrderState.OPEN) & (o.filled("node") == 0)
    promised = np.zeros(run.world.items.n)
    np.add.at(promised, o.filled("item")[waits], o.filled("quantity")[waits])
    assert r.promise.committed[:, r.promise.day0 :].sum(axis=1) + r.promise._past + 0.0 == pytest.approx(promised, abs=1e-6)
    priced = run.world.price[o.filled("item"), o.filled("channel")] * o.filled("quantity")
    assert o.filled("revenue_eur")[trade] == pytest.approx(priced[trade], rel=1e-5)
    assert o.filled("quantity").min() >= 1


def test_a_frozen_order_is_refused_felt_and_remembered(changed: Any) -> None:
    """Frozen a month before it ships: nothing is granted, the accounts remember less, and their lines are felt as an effort."""
    free, frozen = changed("promise.change_frozen_d=0"), changed("promise.change_frozen_d=365")
    assert frozen.kpi("flexibility") == 0.0 < free.kpi("flexibility")
    refused = [run.outcome.experience_sums[Lived.CHANGE_REFUSED, ..., 0].sum() for run in (free, frozen)]
    assert refused[1] == frozen.outcome.changes_asked > refused[0] == free.outcome.changes_asked - free.outcome.changes_accepted
    assert frozen.replication.trade.service().mean() < free.replication.trade.service().mean()
    assert frozen.kpi("wallet") < free.kpi("wallet")
    assert frozen.kpi("reliability_trade") < free.kpi("reliability_trade") - 0.02


def test_inside_of_the_window_a_change_costs_the_firm_its_price(changed: Any) -> None:
    rules = ("promise.change_frozen_d=365", "promise.change_inside=true")
    nothing, dear = changed(*rules, "promise.change_eur=0"), changed(*rules, "promise.change_eur=50")
    assert dear.outcome.changes_accepted == nothing.outcome.changes_accepted > 0
    paid = dear.outcome.orders.filled("service_eur").sum(dtype=np.float64) - nothing.outcome.orders.filled("service_eur").sum(dtype=np.float64)
    assert paid == pytest.approx(50.0 * dear.outcome.changes_accepted, rel=1e-4)


def test_fixed_lead_times_grant_no_earlier_day_and_look_at_no_stock(changed: Any) -> None:
    promise = changed("promise=quoted").replication.promise
    rows = np.arange(5, dtype=np.int32)
    kinds, nothing = np.array(list(OrderChange)), np.zeros(5, dtype=np.int64)
    _, possible = promise.could_change(rows, kinds, nothing + 1, nothing, nothing, np.ones(5, dtype=np.bool_))
    assert possible.tolist() == [True, True, True, False, True]
