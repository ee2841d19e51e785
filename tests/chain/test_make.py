"""The shop: order of work, shifts, finite machines, material, overtime, scrap."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from e2esim.chain.centre import WorkCentre
from e2esim.domain.book import OrderKind
from e2esim.domain.events import Event
from e2esim.domain.worktime import WorkTime

from .conftest import CALM, Chain, make_world

MATTRESS, PILLOW, CORE, FOAM, FABRIC = range(5)
PLENTY = [{"item": item, "on_hand": 1e6} for item in ("mattress", "pillow", "core", "foam", "fabric")]


def chain(**changes: Any) -> Chain:
    return Chain(make_world(**(CALM | {"stock": PLENTY} | changes)))


def done(c: Chain) -> list[float]:
    return [e[0] for e in c.events(Event.OPERATION_DONE)]


def round_the_clock(machines: int = 1) -> dict[str, Any]:
    week = [{"calendar": "day", "weekday": d, "start": "00:00", "end": "24:00"} for d in range(1, 8)]
    return {
        "calendars": week,
        "closures": [],
        "work_centres": [
            {"work_centre": w, "machines": machines, "calendar": "day", "efficiency": 1.0}
            for w in ("foaming", "sewing")
        ],
    }


def test_one_machine_in_order_of_release_is_the_recursion() -> None:
    """Without shifts, with one machine and equal priorities: end_k = max(end_(k-1), arrival_k) + work_k (Lindley)."""
    c = chain(**round_the_clock())
    rng = np.random.default_rng(3)
    arrivals, sizes = np.cumsum(rng.exponential(4.0, 60)), rng.integers(5, 40, 60)

    def releases() -> Any:
        for t, q in zip(arrivals, sizes, strict=True):
            yield c.env.timeout(t - c.env.now)
            c.shop.release(PILLOW, float(q), 5.0, 0.0)

    c.env.process(releases())
    c.run(2000.0)
    end, expected = 0.0, []
    for t, q in zip(arrivals, sizes, strict=True):
        end = max(end, t) + 0.25 + 0.05 * q
        expected.append(end)
    assert done(c) == pytest.approx(expected)
    c.stock.check()


def test_more_urgent_lots_first_but_never_in_the_middle_of_another() -> None:
    c = chain(**round_the_clock())
    for quantity, priority in ((10, 5.0), (20, 5.0), (30, 1.0)):  # released at one moment: the urgent one starts
        c.shop.release(PILLOW, quantity, priority, 0.0)
    c.on_tick = lambda t: c.shop.release(PILLOW, 40.0, 0.0, 0.0) if t == 1.0 else None
    c.run(100.0)
    assert [e[5] for e in c.events(Event.OPERATION_DONE)] == [30.0, 40.0, 10.0, 20.0]
    assert done(c) == pytest.approx([1.75, 4.0, 4.75, 6.0])


def test_work_stops_at_the_end_of_the_shift_and_goes_on_in_the_next() -> None:
    """Monday to Friday 8-16, efficiency 0.95: 100 mattresses need 20.25 / 0.95 h from Monday 8:00."""
    c = chain()
    c.shop.release(MATTRESS, 100.0, 0.0, 0.0)
    c.run(200.0)
    work = 20.25 / 0.95
    assert done(c) == pytest.approx([2 * 24.0 + 8.0 + work - 16.0])
    assert [e[6] for e in c.events(Event.OPERATION_DONE)] == pytest.approx([work])
    assert c.stock.produced[0, MATTRESS] == 100
    assert c.stock.consumed[0, CORE] == 100
    assert c.stock.consumed[0, FABRIC] == 400


def test_never_more_lots_at_once_than_machines_and_no_work_outside_shifts(monkeypatch: pytest.MonkeyPatch) -> None:
    c = chain(
        work_centres=[
            {"work_centre": "foaming", "machines": 2, "calendar": "day"},
            {"work_centre": "sewing", "machines": 3, "calendar": "day"},
        ]
    )
    spans: dict[int, list[tuple[float, float]]] = {0: [], 1: []}
    plain = WorkCentre.end

    def watched(self: WorkCentre, hours: float) -> float:
        end = plain(self, hours)
        spans[c.shop.centres.index(self)].append((c.env.now, end))
        assert self.calendar.hours(c.env.now, end) == pytest.approx(hours)
        return end

    monkeypatch.setattr(WorkCentre, "end", watched)
    rng = np.random.default_rng(5)

    def tick(t: float) -> None:
        if rng.random() < 0.2 and t < 1000:
            c.shop.release(
                int(rng.choice([MATTRESS, PILLOW, CORE])), float(rng.integers(5, 50)), float(rng.integers(0, 4)), 0.0
            )

    c.on_tick = tick
    c.run(2000.0)
    assert not c.shop.lots
    for centre, machines in ((0, 2), (1, 3)):
        assert len(spans[centre]) > 30
        for start, _ in spans[centre]:
            assert c.shop.centres[centre].calendar.is_open(start + 1e-9)
            assert sum(a <= start < b for a, b in spans[centre]) <= machines
        assert any(sum(a <= start < b for a, b in spans[centre]) == machines for start, _ in spans[centre])
    c.stock.check()


def test_a_lot_waits_for_its_whole_material_and_says_so_once() -> None:
    c = chain(stock=[{"item": "fabric", "on_hand": 40.0}, {"item": "core", "on_hand": 4.0}])
    c.shop.release(MATTRESS, 10.0, 1.0, 0.0)  # 10 cores, 40 m2 of fabric
    c.shop.release(MATTRESS, 4.0, 2.0, 0.0)  # fits: takes 4 cores and 16 m2
    receipts = {30.0: (CORE, 8.0), 50.0: (CORE, 2.0), 80.0: (FABRIC, 16.0)}
    c.on_tick = lambda t: c.stock.receive(*receipts[t]) if t in receipts else None
    c.run(200.0)
    assert c.events(Event.MATERIAL_SHORT) == [(0.0, Event.MATERIAL_SHORT, 1, CORE, 0, 6.0, 0.0)]
    assert [e[5] for e in c.events(Event.LOT_COMPLETED)] == [4.0, 10.0]
    assert done(c)[1] == pytest.approx(80.0 + 2.25 / 0.95)
    assert c.stock.on_hand[0, [CORE, FABRIC]].tolist() == [0.0, 0.0]
    c.stock.check()


def test_material_of_a_lot_in_the_queue_is_not_given_away() -> None:
    c = chain(stock=[{"item": "core", "on_hand": 5.0}, {"item": "fabric", "on_hand": 99.0}])
    c.shop.release(MATTRESS, 5.0, 0.0, 0.0)
    c.env.run(until=4.0)  # at night: issued, not started
    assert c.stock.on_hand[0, CORE] == 5
    assert c.stock.reserved[CORE] == 5
    assert c.stock.available(CORE) == 0
    row = c.order(OrderKind.DIRECT, CORE, 1, channel=0)
    c.stock.wait(np.array([row], dtype=np.int32))
    assert len(c.stock.allocate_plant(4.0)) == 0


def test_the_most_urgent_of_one_moment_gets_the_material() -> None:
    """Released by two processes at the same moment, the urgent one second; there is material for one of them."""
    c = chain(stock=[{"item": "core", "on_hand": 5.0}, {"item": "fabric", "on_hand": 99.0}])

    def releases(priority: float) -> Any:
        yield c.env.timeout(5.0)
        c.shop.release(MATTRESS, 5.0, priority, 0.0)

    for priority in (2.0, 1.0):
        c.env.process(releases(priority))
    c.env.run(until=6.0)
    assert [lot.key[0] for lot in c.shop.lots.values() if lot.issued] == [1.0]
    assert c.shop.needs()[[CORE, FABRIC]].tolist() == [5.0, 20.0]
    c.stock.receive(CORE, 5.0)
    c.env.run(until=7.0)
    assert all(lot.issued for lot in c.shop.lots.values())
    assert not c.shop.needs().any()


TWO_STEPS = [
    {"item": "mattress", "step": 10, "work_centre": "foaming", "setup_h_per_lot": 0, "run_h_per_unit": 0.25},
    {"item": "mattress", "step": 20, "work_centre": "sewing", "setup_h_per_lot": 0, "run_h_per_unit": 0.5},
    {"item": "pillow", "step": 10, "work_centre": "sewing", "setup_h_per_lot": 0, "run_h_per_unit": 0.125},
]


def test_operations_in_sequence_and_material_once() -> None:
    c = chain(routings=TWO_STEPS, **round_the_clock())
    c.shop.release(MATTRESS, 8.0, 5.0, 0.0)
    c.run(20.0)
    assert [(e[0], e[2]) for e in c.events(Event.OPERATION_DONE)] == [(2.0, 0), (6.0, 1)]
    assert c.stock.consumed[0, [CORE, FABRIC]].tolist() == [8.0, 32.0]
    c.stock.check()


def test_machines_choose_when_everybody_of_the_moment_is_there() -> None:
    """A lot reaches sewing from foaming at 2:00; the more urgent one released in the tick of 2:00 goes first."""
    c = chain(routings=TWO_STEPS, **round_the_clock())
    c.shop.release(MATTRESS, 8.0, 5.0, 0.0)
    c.on_tick = lambda t: c.shop.release(PILLOW, 8.0, 1.0, 0.0) if t == 2.0 else None
    c.run(20.0)
    assert [(e[0], e[3]) for e in c.events(Event.OPERATION_DONE)] == [(2.0, MATTRESS), (3.0, PILLOW), (7.0, MATTRESS)]


def test_overtime_makes_its_week_faster_and_costs() -> None:
    """Ten hours on 40 normal ones: 1.25 hours of work an hour in that week, 1 in the next."""
    c = chain(
        work_centres=[
            {"work_centre": w, "machines": 1, "calendar": "day", "overtime_eur_h": 12} for w in ("foaming", "sewing")
        ]
    )
    c.shop.overtime(1, 10.0)
    c.shop.release(MATTRESS, 269.0, 0.0, 0.0)  # 0.25 + 53.8 h: 50 h this week, 4.05 the next
    c.run(400.0)
    assert done(c) == pytest.approx([168.0 + 8.0 + 4.05])
    assert c.shop.overtime_eur == pytest.approx(120.0)
    opened = [e for e in c.events(Event.CAPACITY_OPENED) if e[2] == 1]
    assert [(e[0], e[5], e[6]) for e in opened] == [
        (0.0, 0.0, 10.0),
        (0.0, 40.0, 0.0),
        (168.0, 40.0, 0.0),
        (336.0, 40.0, 0.0),
    ]
    c.shop.overtime(1, 5.0)
    c.shop.overtime(1, 5.0)  # the same again changes nothing
    assert c.shop.overtime_eur == pytest.approx(180.0)


def test_a_week_without_shifts_has_no_overtime() -> None:
    c = chain(closures=[{"calendar": "day", "first": "2026-01-05", "last": "2026-01-11"}])
    c.shop.overtime(1, 10.0)
    assert c.shop.overtime_eur == 0.0
    assert not len(c.log)


def test_scrap_is_the_expected_number_with_its_fraction_carried() -> None:
    c = chain(items=lambda rows: [row | {"scrap_share": 0.03} for row in rows])
    for _ in range(10):
        c.shop.release(PILLOW, 50.0, 0.0, 0.0)
    c.run(400.0)
    assert c.stock.scrapped[0, PILLOW] == 15
    assert c.stock.produced[0, PILLOW] == 500
    assert {e[6] for e in c.events(Event.LOT_COMPLETED)} == {1.0, 2.0}
    c.stock.check()


def test_what_planning_sees_of_open_lots() -> None:
    c = chain()
    c.shop.release(MATTRESS, 10.0, 0.0, 75.0)  # due on day 3
    c.shop.release(PILLOW, 20.0, 0.0, 5.0)
    c.env.run(until=1.0)
    table = c.shop.receipts(2, 5)
    assert table[MATTRESS].tolist() == [0, 10, 0, 0, 0]
    assert table[PILLOW].tolist() == [0, 20, 0, 0, 0]
    assert c.shop.in_process()[[MATTRESS, PILLOW]].tolist() == [10, 20]
    assert c.shop.work_ahead(np.ones(c.world.items.n, dtype=np.bool_)) == pytest.approx([0.0, (2.25 + 1.25) / 0.95])
    assert c.stock.on_order[0, [MATTRESS, PILLOW]].tolist() == [10, 20]
    c.env.run(until=50.0)
    assert not c.shop.receipts(2, 3).any()
    assert not c.stock.on_order.any()
    assert not c.shop.work_ahead(np.ones(c.world.items.n, dtype=np.bool_)).any()


def test_a_lot_that_outlives_the_calendar_stays_open() -> None:
    week = WorkTime(opens=(0.0,), closes=(10.0,), worked=(0.0,))
    c = chain()
    centre = WorkCentre(c.env, machines=1, calendar=week, horizon_h=100.0, begin=lambda number, machine, change: None)
    assert centre.end(11.0) == float("inf")
    assert centre.end(10.0) == 10.0
    centre.grant(5.0)  # 15 hours of work in the ten
    assert centre.end(15.0) == pytest.approx(10.0)
    assert centre.end(15.1) == float("inf")


def test_an_item_without_routing_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="foam: no routing"):
        chain().shop.release(FOAM, 5.0, 0.0, 0.0)
