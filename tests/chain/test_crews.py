"""Crews beside the pickers: put-away of deliveries, packing of picked lines, repair of what came back. Each against a server walked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from e2esim.chain.packing import Packing
from e2esim.chain.repair_bench import RepairBench
from e2esim.domain.book import OrderKind, OrderState, ReturnCause
from e2esim.domain.events import Event

from .conftest import CALM, Chain, make_world, with_cells

FOAM, MATTRESS = 3, 0
FAST = {"picking_pcs_h": 16.0, "pick_error_share": 0.0}


def test_deliveries_are_put_away_one_after_the_other_in_working_hours() -> None:
    c = Chain(make_world(**(CALM | {"stock": [], "sites": with_cells(putaway_h=3.0)})))
    row = int(c.world.supply.start[FOAM])
    for quantity in (500.0, 700.0, 900.0):
        c.source.call_off(row, quantity, due_h=24.0 * 7)
    seen: dict[float, float] = {}
    c.on_tick = lambda t: seen.setdefault(float(c.stock.available(FOAM)), t)
    c.run(15 * 24.0)
    calendar, free, usable = c.world.plant.calendar, 0.0, 0.0
    for event in c.events(Event.PUT_AWAY):
        free = calendar.add(max(free, event[0]), 3.0)
        assert event[6] == pytest.approx(free - event[0])
        usable += event[5]
        assert seen[usable] == pytest.approx(free, abs=1.0)
    assert len(c.events(Event.PUT_AWAY)) == 3
    assert free > c.events(Event.PUT_AWAY)[0][0] + 8.0
    assert not c.source.quarantine
    assert c.stock.on_order[0, FOAM] == 0.0
    c.stock.check()


def test_a_crew_that_takes_no_time_is_none() -> None:
    c = Chain(make_world(**CALM))
    c.source.call_off(int(c.world.supply.start[FOAM]), 500.0, due_h=48.0)
    c.run(10 * 24.0)
    assert not c.events(Event.PUT_AWAY)
    assert c.pick._packing is None
    assert c.returns.bench is None


@pytest.mark.parametrize("packing", [4.0, 12.0, 100.0])
def test_lines_leave_when_packed_whatever_comes_first(packing: float) -> None:
    """Two servers in a row: a line is packed after its picking and after the line before it."""
    c = Chain(make_world(**(CALM | {"sites": with_cells(**FAST, packing_pcs_h=packing)})))
    luck = np.random.default_rng(3)
    lines = sorted((int(luck.integers(1, 90)), int(luck.integers(1, 30))) for _ in range(25))
    rows = [c.order(OrderKind.DIRECT, MATTRESS, q, channel=0, allocated=float(at)) for at, q in lines]
    left: list[int] = []
    for t in range(1, 24 * 40):
        out = c.pick.step(float(t)).tolist()
        assert all(t - 1.0 < c.book["picked"][r] + 1e-3 and c.book["picked"][r] <= t for r in out)
        left += out
        c.pick.push(np.array([r for r, (at, _) in zip(rows, lines, strict=True) if at == t], dtype=np.int32))
    assert left == rows
    assert len(c.pick) == 0
    calendar, picked, packed = c.world.plant.calendar, 0.0, 0.0
    for row, (at, q) in zip(rows, lines, strict=True):
        picked = calendar.add(max(picked, float(at)), q / 16.0)
        packed = calendar.add(max(packed, picked), q / packing)
        assert c.book["picked"][row] == pytest.approx(packed, abs=0.01)


def test_nothing_is_packed_before_it_was_picked() -> None:
    c = Chain(make_world(**CALM))
    crew = Packing(c.world.plant.calendar, 1.0, c.book)
    row = np.array([c.order(OrderKind.DIRECT, MATTRESS, 3, channel=0)], dtype=np.int32)
    c.book["picked"][row] = 9.0
    assert [len(crew.step(row if t == 10 else row[:0], float(t))) for t in (10, 11, 12, 13)] == [0, 0, 1, 0]
    assert c.book["picked"][row].tolist() == [12.0]


def test_repaired_pieces_wait_for_the_bench() -> None:
    """Of 100 pieces 80 are repaired, 4 an hour in shifts of 8 hours: on hand at once, free as they are done."""
    how = [{"cause": "second_thoughts", "as_new_share": 0.0, "repair_share": 0.8}]
    c = Chain(make_world(**(CALM | {"returns": how, "sites": with_cells(**FAST, repair_pcs_h=4.0)})))
    facts = {"channel": 0, "state": OrderState.DELIVERED, "delivered": 1.0, "cost_eur": 1e4, "revenue_eur": 3e4}
    row = np.array([c.order(OrderKind.DIRECT, MATTRESS, 100, **facts)], dtype=np.int32)
    c.returns.push(row, np.array([5.5]), np.array([int(ReturnCause.SECOND_THOUGHTS)], dtype=np.uint8))
    free: list[float] = []
    c.on_tick = lambda t: free.append(c.stock.available(MATTRESS))
    c.run(24.0 * 6)
    assert c.stock.on_hand[0, MATTRESS] == 280.0
    calendar = c.world.plant.calendar
    for t, there in enumerate(free, start=1):
        assert there == 200.0 + min(80.0, 4.0 * calendar.hours(6.0, float(t))), t
    assert len(c.returns.bench or ()) == 0
    c.stock.check()


def test_a_bench_slower_than_a_piece_an_hour_goes_on_and_loses_idle_time() -> None:
    c = Chain(make_world(**(CALM | {"sites": with_cells(repair_pcs_h=0.4)})))
    bench = RepairBench(c.world, c.stock)
    pieces = np.zeros(c.world.items.n)
    pieces[MATTRESS] = 2.0
    for t in (9, 10, 11):
        bench.step(float(t))
    bench.push(pieces)
    left = []
    for t in range(12, 18):
        bench.step(float(t))
        left.append(len(bench))
    done = np.floor(0.4 * np.array([c.world.plant.calendar.hours(11.0, float(t)) for t in range(12, 18)]) + 1e-9)
    assert left == (2 - np.minimum(done, 2)).astype(int).tolist()
