"""The open book at the end of a run: it adds up, every line has one cause, and what frees it is supply that is really planned."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.domain.book import FreedBy, LateCause, OrderState, WaitCause
from e2esim.planning.factory.result import Cause
from e2esim.planning.waiting import freeing
from e2esim.report.waiting import read_waiting, waiting_frame

SCARCE = ("market.demand_factor=2.0", "horizon.days=60", "horizon.warmup_days=7")


def test_the_causes_are_those_of_the_plan_and_of_lateness_and_one_more() -> None:
    assert {c.name: int(c) for c in Cause}.items() <= {c.name: int(c) for c in WaitCause}.items()
    assert {c.name: int(c) for c in WaitCause} == {c.name: int(c) for c in LateCause} | {"NOT_DUE": 7}


@pytest.fixture(scope="module")
def scarce(tiny: Any) -> Any:
    return tiny("plain", *SCARCE)


def test_every_open_piece_of_the_plant_has_one_cause(scarce: Any) -> None:
    book, orders, stock = scarce.outcome.waiting, scarce.outcome.orders, scarce.replication.stock
    assert book.n > 100
    assert book.filled("pieces").sum() == pytest.approx(stock.backlog[0].sum())
    rows = book.filled("row")
    assert len(set(rows.tolist())) == len(rows)
    assert (orders.filled("state")[rows] == OrderState.OPEN).all()
    found = read_waiting(scarce.outcome, scarce.world)
    assert sum(r.pieces for r in found) == stock.backlog[0].sum()
    assert sum(r.lines for r in found) == book.n
    assert {r.cause for r in found} >= {WaitCause.WORK_CENTRE}


def test_overdue_lines_are_never_called_not_due(scarce: Any) -> None:
    book = scarce.outcome.waiting
    overdue = book.filled("due") <= scarce.outcome.horizon_h
    assert overdue.any()
    assert not (overdue & (book.filled("cause") == WaitCause.NOT_DUE)).any()


def test_what_frees_a_line_lies_ahead_and_is_told_by_its_kind(scarce: Any) -> None:
    book, end = scarce.outcome.waiting, scarce.outcome.horizon_h
    kind, freed = book.filled("freed_by"), book.filled("freed")
    assert (np.isnan(freed) == (kind == FreedBy.NOTHING)).all()
    assert (freed[kind != FreedBy.NOTHING] >= end - 24.0).all()
    assert len(set(kind.tolist()) & {int(FreedBy.LOT), int(FreedBy.LAID_OUT), int(FreedBy.PLAN)}) >= 2
    supply = scarce.replication.planner.supply(int(end // 24))
    for item in np.unique(supply[0]):
        served = np.isin(kind, (FreedBy.STOCK, FreedBy.LOT, FreedBy.LAID_OUT, FreedBy.PLAN))
        mine = served & (scarce.outcome.orders.filled("item")[book.filled("row")] == item)
        assert book.filled("pieces")[mine].sum() <= supply[2][supply[0] == item].sum() + 1e-6


def test_where_there_is_plenty_nothing_is_overdue_and_little_waits(tiny: Any, scarce: Any) -> None:
    ample = tiny("plain", "market.demand_factor=0.4", *SCARCE[1:])
    book = ample.outcome.waiting
    assert book.filled("pieces").sum() == ample.replication.stock.backlog[0].sum()
    assert book.n < 0.1 * scarce.outcome.waiting.n
    assert not (book.filled("cause") == WaitCause.WORK_CENTRE).any()


def test_the_table_on_disk_names_causes_and_events(scarce: Any) -> None:
    frame = waiting_frame(scarce.outcome, scarce.world)
    assert frame.height == scarce.outcome.waiting.n
    assert frame["quantity"].sum() == scarce.replication.stock.backlog[0].sum()
    centres = frame.filter(frame["cause"].cast(str) == "work_centre")["place"].cast(str)
    assert set(centres.to_list()) <= set(scarce.outcome.labels.work_centres)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_freeing_equals_serving_line_by_line(seed: int) -> None:
    """Twin: take the receipts of an item by day, give each line in turn its pieces, note the receipt of its last piece."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(0, 12)), int(rng.integers(0, 8))
    item, quantity, turn = rng.integers(0, 3, n), rng.integers(1, 6, n).astype(float), rng.integers(0, 4, n).astype(float)
    s_item, s_day, supply = rng.integers(0, 3, m), rng.permutation(m).astype(float), rng.integers(1, 9, m).astype(float)
    found = freeing(item, quantity, turn, supply_item=s_item, supply_day=s_day, supply=supply)
    left = supply.copy()
    expected = np.full(n, -1)
    for k in sorted(range(n), key=lambda j: (turn[j], j)):
        missing = quantity[k]
        for r in sorted(np.flatnonzero(s_item == item[k]).tolist(), key=lambda j: s_day[j]):
            part = min(missing, left[r])
            left[r], missing = left[r] - part, missing - part
            if missing <= 0 and part > 0:
                expected[k] = r
                break
    assert found.tolist() == expected.tolist()
