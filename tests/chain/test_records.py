"""Book and shelf: planning sees the book, pickers find the shelf; counts put the book right; losses are conserved."""

from __future__ import annotations

import numpy as np
import pytest

from e2esim.chain.records import Records
from e2esim.domain.book import OrderKind
from e2esim.domain.events import Event
from e2esim.streams import Streams

from .conftest import CALM, Chain, make_world, with_cells

MATTRESS = 0


def chain(**cells: float) -> tuple[Chain, Records]:
    c = Chain(make_world(**(CALM | {"sites": with_cells(pick_error_share=0.0, **cells)})))
    return c, Records(c.world, c.stock, c.log, Streams(1))


def test_what_the_book_has_and_the_shelf_has_not_is_counted_when_somebody_waits() -> None:
    c, records = chain(shrink_share=0.5, count_days=1000.0)
    nothing = np.zeros(c.world.items.n)
    c.stock.receive(MATTRESS, 400.0)
    records.night(1, nothing)  # half of what moved is lost, and nobody knows
    assert c.stock.free[MATTRESS] == 400.0
    assert c.stock.booked_free[MATTRESS] == 600.0
    row = c.order(OrderKind.DIRECT, MATTRESS, 500, channel=0)
    c.stock.wait(np.array([row], dtype=np.int32))
    assert len(c.stock.allocate_plant(4.0)) == 0  # the book promises them, the shelf has not got them
    records.night(2, nothing)
    assert c.stock.booked_free[MATTRESS] == 400.0
    assert [(e[3], e[4], e[5]) for e in c.events(Event.RECORD_COUNTED) if e[5]] == [(MATTRESS, 0, 200.0)]
    lost = c.events(Event.STOCK_LOST)
    assert [e[5] for e in lost] == [200.0]
    assert lost[0][6] == pytest.approx(200.0 * c.world.items.cost_eur[MATTRESS])
    c.stock.check()


def test_every_item_is_counted_in_its_turn() -> None:
    c, records = chain(misbooked_share=1e-9, count_days=10.0)
    for day in range(1, 101):
        records.night(day, np.zeros(c.world.items.n))
    counts = np.bincount([e[3] for e in c.events(Event.RECORD_COUNTED)], minlength=c.world.items.n)
    assert set(counts.tolist()) <= {10, 11}
    assert len({e[0] for e in c.events(Event.RECORD_COUNTED)}) >= 10 * c.world.items.n * 0.9  # on different days


def test_wrong_bookings_move_no_goods_and_go_both_ways() -> None:
    c, records = chain(misbooked_share=0.02, count_days=1000.0)
    drift = []
    for day in range(1, 401):
        c.stock.receive(MATTRESS, 500.0)
        before = c.stock.misbooked[MATTRESS]
        records.night(day, np.zeros(c.world.items.n))
        drift.append(c.stock.misbooked[MATTRESS] - before)
    assert c.stock.on_hand[0, MATTRESS] == 200.0 + 400 * 500.0
    steps = np.array(drift)
    assert steps.std() == pytest.approx(np.sqrt(10.0), rel=0.15)  # ten wrong units a day, each up or down
    assert abs(steps.mean()) < 3.0 * steps.std() / np.sqrt(len(steps))
    c.stock.check()
