"""Pull-in: where supply improves, open orders get earlier dates, and nobody else's promise is touched."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.domain.book import OrderKind, OrderState
from e2esim.domain.calendar import DueCalendar
from e2esim.domain.events import Event
from e2esim.planning.atp_kernels import pull_in

SCARCE = ("market.demand_factor=1.6", "horizon.days=60", "horizon.warmup_days=7")


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_kernel_equals_trying_every_day(seed: int) -> None:
    """Twin: for each line the earliest day at which, with everybody else where they are, no day is oversold that was not before."""
    rng = np.random.default_rng(seed)
    days, items, n = 8, 2, int(rng.integers(1, 10))
    supply = np.cumsum(rng.integers(0, 5, (items, days)), axis=1).astype(float)
    item, quantity = rng.integers(0, items, n), rng.integers(1, 4, n).astype(float)
    ship, earliest = rng.integers(0, days + 3, n), rng.integers(-1, days, n)

    def level(when: Any) -> Any:
        table = supply.copy()
        for k in range(n):
            table[item[k], min(when[k], days) :] -= quantity[k]
        return table

    expected = ship.copy()
    for k in range(n):
        for day in range(min(ship[k], days), max(earliest[k], 0) - 1, -1):
            trial = expected.copy()
            trial[k] = day
            if day < ship[k] and (level(trial)[item[k], day : min(ship[k], days)] >= 0).all():
                expected[k] = day
            elif day < min(ship[k], days):
                break
    found = pull_in(level(ship), item, quantity, ship, earliest)
    assert found.tolist() == expected.tolist()
    worse = (level(found) < 0) & (level(ship) >= 0)
    assert not worse.any()  # no promise that was covered is uncovered


def test_a_withdrawn_row_falls_due_once_and_on_its_new_tick() -> None:
    due = DueCalendar(ticks=6, capacity=5)
    rows = np.arange(5, dtype=np.int32)
    due.push_ticks(rows, np.array([3, 3, 3, 4, 3]))
    found = due.withdraw_ticks(np.array([4, 0, 3], dtype=np.int32), np.array([3, 3, 3]))
    assert found.tolist() == [True, True, False]
    due.push_ticks(np.array([4, 0], dtype=np.int32), np.array([1, 2]))
    assert [due.pop(k).tolist() for k in range(6)] == [[], [4], [0], [1, 2], [3], []]
    assert len(due) == 0


@pytest.fixture(scope="module")
def pulled(tiny: Any) -> Any:
    return tiny("plain", *SCARCE, "promise.pull_in=true")


def test_offers_are_counted_and_bring_dates_forward(tiny: Any, pulled: Any) -> None:
    events = pulled.outcome.events
    mine = events["kind"] == Event.PROMISES_PULLED_IN
    assert events["rows"][mine].sum() > 10
    assert (events["value"][mine] >= 0.5).all()  # days gained
    assert pulled.kpi("pulled_in") > 0
    plain = tiny("plain", *SCARCE)
    assert not (plain.outcome.events["kind"] == Event.PROMISES_PULLED_IN).any()


def test_goods_orders_and_promises_stay_conserved(pulled: Any) -> None:
    """The run checks goods and orders itself; here the open promises of each item and day are the open lines and nothing else."""
    o, promise = pulled.outcome.orders, pulled.replication.promise
    rows = np.flatnonzero((o.filled("state") == OrderState.OPEN) & (o.filled("kind") != OrderKind.SELL_OUT))
    table = np.zeros_like(promise.committed)
    np.add.at(table, (o.filled("item")[rows], promise.ship_day[rows]), o.filled("quantity")[rows])
    np.testing.assert_allclose(promise.committed, table, atol=1e-6)
