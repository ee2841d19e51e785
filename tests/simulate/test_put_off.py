"""The master plan counts lines that were promised for later than wished on the day wished, and so an order book that an outage filled is worked off."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from e2esim.domain.book import OrderKind, OrderState
from e2esim.kpi.reading import Reading
from e2esim.kpi.surprises import waiting_by_day
from e2esim.simulate import planner
from e2esim.simulate.put_off import put_off
from simulate.conftest import Run

SHORT = ("horizon.days=84", "market.demand_factor=1.5")
OUTAGE = {"event": "out", "kind": "work_centre", "target": "sewing", "first": "2026-02-02", "days": 14, "size": 1}


def slow(promise: Any, day: int, days: int, heard_h: float) -> tuple[np.ndarray, np.ndarray]:
    """Twin: line by line, as one says it."""
    o = promise.orders
    passed, table = np.zeros(len(promise.committed)), np.zeros((len(promise.committed), days))
    for row in range(o.n):
        if o["state"][row] != OrderState.OPEN or o["node"][row] != 0 or o["placed"][row] >= heard_h:
            continue
        ship, wish = int(promise.ship_day[row]), int(o["placed"][row] // 24) + 1
        if o["kind"][row] != OrderKind.DIRECT:
            away = float(promise.transit_of(np.array([row], dtype=np.int32))[0])
            wish = max(wish, int(np.floor(o["requested"][row] / 24.0 - away - promise.margin_d)))
        if ship <= max(wish, day) or ship >= day + days:
            continue
        table[o["item"][row], ship - day] -= o["quantity"][row]
        if wish < day:
            passed[o["item"][row]] += o["quantity"][row]
        else:
            table[o["item"][row], wish - day] += o["quantity"][row]
    return passed, table


def test_the_table_equals_its_slow_twin_and_moves_no_piece_away(tiny: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def look(promise: Any, day: int, days: int, heard_h: float) -> Any:
        found = put_off(promise, day, days, heard_h)
        early = put_off(promise, day, days, 24.0 * (day - 5))
        seen.append((found, slow(promise, day, days, heard_h), early, slow(promise, day, days, 24.0 * (day - 5))))
        return found

    monkeypatch.setattr(planner, "put_off", look)
    tiny("put off, looked at", *SHORT, events=[OUTAGE])
    assert len(seen) == 12
    assert max(found[0].sum() for found, _, _, _ in seen) > 20
    for found, expected, early, expected_early in seen:
        for a, b in zip((*found, *early), (*expected, *expected_early), strict=True):
            assert a.tolist() == b.tolist()
        assert found[0].sum() + found[1].sum() == pytest.approx(0.0)
        assert (found[1].cumsum(axis=1) >= -found[0][:, None] - 1e-9).all()  # sooner, never later


def test_an_order_book_that_an_outage_filled_is_worked_off_sooner(tiny: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sewing has hours to spare once it works again: without the rule every promise is kept and the book stays long."""
    sooner = tiny("put off", *SHORT, events=[OUTAGE])

    def nobody(promise: Any, day: int, days: int, heard_h: float) -> tuple[np.ndarray, np.ndarray]:
        return np.zeros(len(promise.committed)), np.zeros((len(promise.committed), days))

    monkeypatch.setattr(planner, "put_off", nobody)
    later = tiny("put off, not counted", *SHORT, events=[OUTAGE])
    book = [waiting_by_day(Reading(ran.outcome))[42:70].mean() for ran in (sooner, later)]
    assert book[0] < 0.95 * book[1], book


def test_quoted_days_put_nobody_off(tiny: Run) -> None:
    ran = tiny("quoted, nobody put off", "promise=quoted", *SHORT)
    passed, moved = put_off(ran.replication.promise, 70, 30, np.inf)
    assert not passed.any()
    assert not moved.any()
