"""Distribution: departures, transit, the receiving window, problems on the way and what they cost."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.chain import deliver_kernels as kernels
from e2esim.chain.departing import next_departure
from e2esim.domain.book import LineProblem, OrderKind, OrderState, Service
from e2esim.domain.events import Event
from e2esim.streams import Streams
from e2esim.streams.draws import lognormal, uniform

from .conftest import CALM, Chain, make_world, with_cells

WEB, RETAIL = 0, 1
KEYS = np.array([Streams(1).key(name) for name in ("a", "b", "c", "d")], dtype=np.uint64)


def ready(c: Chain, rows: list[int], picked: float) -> None:
    """Rows reserved and picked, waiting for their truck."""
    b = c.book
    for row in rows:
        b["picked"][row], b["state"][row] = picked, OrderState.PICKED
        c.stock.reserve(int(b["item"][row]), float(b["quantity"][row]))
    c.stock.links.fit(b.capacity)
    c.deliver.push(np.array(rows, dtype=np.int32))


@settings(deadline=None)
@given(
    st.integers(0, 12_000).map(lambda quarters: quarters / 4.0), st.integers(0, 6), st.integers(0, 4), st.sampled_from([(8.0, 19.0), (9.0, 12.0), (14.0, 14.0)])
)  # fmt: skip
def test_windows_and_working_days_like_a_calendar_on_the_wall(t: float, monday: int, days: int, hours: tuple[float, float]) -> None:
    """Twin with dates: Monday to Saturday, 8 to 19 o'clock or the hours of a gate."""
    opens, closes = hours
    start = dt.datetime(2024, 1, 1) + dt.timedelta(days=monday)  # 2024-01-01 was a Monday

    def is_open(h: float) -> bool:
        moment = start + dt.timedelta(hours=h)
        return moment.isoweekday() < 7 and opens <= h % 24.0 <= closes

    got = kernels.next_window(t, opens, closes, monday)
    if is_open(t):
        assert got == pytest.approx(t)
    else:
        opening = 24.0 * math.floor(t / 24.0) + opens
        while opening < t or not is_open(opening):
            opening += 24.0
        assert got == pytest.approx(opening)
    later, left = t, days
    while left:
        later += 24.0
        left -= (start + dt.timedelta(hours=24.0 * math.floor(later / 24.0))).isoweekday() < 7
    assert kernels.working_days_later(t, days, monday) == pytest.approx(later)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.booleans(), st.booleans(), st.floats(0.0, 500.0))
def test_the_journey_is_its_slow_twin(row: int, truck: bool, installed: bool, plan: float) -> None:
    t, bits = kernels.journey(row, 17.0, truck, installed, plan, 0.3, kernels.Lateness(0.4, 30.0, 0.5), 0.2, 0.3, 2, KEYS)
    expected, problems = 17.0 + (lognormal(KEYS[0], row, 0, plan, 0.3) if plan else 0.0), 0
    if truck and uniform(KEYS[1], row, 0) < 0.4:
        expected += lognormal(KEYS[1], row, 1, 30.0, 0.5)
    if plan:
        expected = kernels.next_window(expected, 8.0, 19.0, 2)
    if truck and uniform(KEYS[2], row, 0) < 0.2:
        problems |= LineProblem.DAMAGED
    if installed and uniform(KEYS[3], row, 0) < 0.3:
        problems |= LineProblem.INSTALL_FAILED
        expected = kernels.working_days_later(expected, 2, 2)
    assert (t, bits) == (pytest.approx(expected), problems)


def test_departures_by_weekday_and_cut_off() -> None:
    monday_thursday = np.array([1, 0, 0, 1, 0, 0, 0], dtype=bool)
    assert next_departure(monday_thursday, 17.0, 0, 17.0) == 17.0
    assert next_departure(monday_thursday, 17.0, 0, 17.01) == 3 * 24.0 + 17.0
    assert next_departure(monday_thursday, 17.0, 4, 0.0) == 3 * 24.0 + 17.0  # day 0 is a Friday
    assert next_departure(np.zeros(7, dtype=bool), 17.0, 0, 0.0) == math.inf


def test_a_truck_takes_what_was_picked_by_its_cut_off(calm: Chain) -> None:
    c = calm
    rows = [c.order(OrderKind.DIRECT, 0, 2, channel=WEB, promised=40.0, revenue_eur=600.0) for _ in range(3)]
    ready(c, rows[:2], 17.0)
    ready(c, rows[2:], 17.5)
    c.run(200.0)
    b = c.book
    assert b["shipped"][rows].tolist() == [17.0, 17.0, 41.0]
    assert b["delivered"][rows].tolist() == [65.0, 65.0, 89.0]  # two days of transit
    assert b["freight_eur"][rows[0]] == pytest.approx(30 * 0.8 + 6)
    assert b["picking_eur"][rows[0]] == pytest.approx(2 * c.world.plant.picking_cost_eur)
    assert c.events(Event.TRUCK_LEFT) == [
        (17.0, Event.TRUCK_LEFT, 0, -1, 2, 4.0, pytest.approx(1.6)),
        (41.0, Event.TRUCK_LEFT, 0, -1, 1, 2.0, pytest.approx(0.8)),
    ]
    assert [(e[0], e[4], e[5]) for e in c.events(Event.DELIVERED)] == [(66.0, 2, 4.0), (90.0, 1, 2.0)]
    assert b["penalty_eur"][:3].tolist() == [0, 0, 0]  # the web shop pays none
    assert c.stock.reserved[0] == 0
    assert c.stock.shipped[0, 0] == 6
    c.stock.check()


def test_the_truck_waits_for_the_tick_of_its_cut_off(calm: Chain) -> None:
    """Allocated at 15:00 and picked by 15:06, the line leaves with the truck of 16:00 on Tuesday, not a week later."""
    row = np.array([calm.order(OrderKind.REPLENISH, 0, 2, channel=RETAIL, account=0)], dtype=np.int32)
    calm.on_tick = lambda t: calm.stock.wait(row) if t == 39.0 else None
    calm.run(60.0)
    assert calm.book["picked"][0] == pytest.approx(39.1)
    assert calm.book["shipped"][0] == 40.0


def test_a_cut_off_inside_a_tick_does_not_take_later_picks() -> None:
    """With ticks of a day the truck of 17:00 loads at midnight, but only what was picked by 17:00."""
    c = Chain(make_world(tick_h=24.0, **CALM))
    rows = [c.order(OrderKind.DIRECT, 0, 1, channel=WEB) for _ in range(2)]
    ready(c, rows[:1], 16.9)
    ready(c, rows[1:], 17.1)
    c.run(200.0)
    assert c.book["shipped"][rows].tolist() == [17.0, 41.0]


def test_nothing_that_has_not_happened_stands_in_the_book(calm: Chain) -> None:
    row = calm.order(OrderKind.DIRECT, 0, 1, channel=WEB)
    ready(calm, [row], 10.0)
    calm.run(60.0)
    assert calm.book["state"][row] == OrderState.SHIPPED
    assert np.isnan(calm.book["delivered"][row])
    assert len(calm.deliver.under_way) == 1


def test_replenishments_land_on_the_shelf_and_late_ones_cost_a_penalty(calm: Chain) -> None:
    c = calm
    on_time, late, very_late = (
        c.order(OrderKind.REPLENISH, 1, q, channel=RETAIL, account=0, promised=p, revenue_eur=1000.0)
        for q, p in ((5, 200.0), (6, 40.0), (7, -2000.0))
    )
    rows = np.array([on_time, late, very_late], dtype=np.int32)
    c.stock.wait(rows)
    assert c.stock.on_order[1, 1] == 18
    c.run(200.0)
    delivered = float(c.book["delivered"][late])
    assert delivered == 24.0 + 16.0 + 48.0  # Tuesday's truck at 16:00, two days
    assert c.book["penalty_eur"][rows].tolist() == pytest.approx(
        [0.0, 0.005 * (delivered - 40.0) / 24.0 * 1000.0, 50.0]
    )
    assert c.stock.on_hand[1, 1] == 18
    assert c.stock.on_order[1, 1] == 0
    assert c.stock.received[1, 1] == 18
    c.stock.check()


def test_shelf_sales_reach_the_consumer_without_truck_freight_or_damage() -> None:
    c = Chain(make_world(**(CALM | {"lanes": with_cells(transit_sigma=0.0, damage_share=1.0)})))
    c.stock.open_node(2, np.array([4.0, 0, 0, 0, 0]))
    rows = np.array(
        [c.order(OrderKind.SELL_OUT, 0, 2, channel=RETAIL, market=1, account=1) for _ in range(3)], dtype=np.int32
    )
    c.stock.wait(rows)
    c.deliver.hand_over(c.stock.serve_accounts(rows, 10.0))
    c.run(200.0)
    assert c.book["state"][rows].tolist() == [OrderState.DELIVERED, OrderState.DELIVERED, OrderState.OPEN]
    assert c.book["delivered"][rows][:2].tolist() == [82.0, 82.0]  # three days from shop to home
    assert not c.book["problems"][rows].any()
    assert not c.book["freight_eur"][rows].any()
    assert c.stock.on_hand[2, 0] == 0
    assert c.stock.backlog[2, 0] == 2
    c.stock.check()


def _many(n: int, *, services: int = 0, **changes: Any) -> Chain:
    c = Chain(make_world(**(CALM | {"stock": [{"item": "mattress", "on_hand": n}]} | changes)))
    ready(c, [c.order(OrderKind.DIRECT, 0, 1, channel=WEB, services=services, revenue_eur=100.0) for _ in range(n)], 10.0)
    c.run(1500.0)
    assert (c.book.filled("state") == OrderState.DELIVERED).all()
    return c


def test_the_late_share_of_a_mode_and_the_damage_share_of_a_lane() -> None:
    """On calm transit two days end at 17:00; whatever comes later is late, with the share of the mode."""
    n = 8000
    c = _many(
        n,
        modes=with_cells(late_share=0.12, late_median_d=1.0, late_sigma=0.4),
        lanes=with_cells(transit_sigma=0.0, damage_share=0.05),
    )
    late = c.book.filled("delivered") > 65.0
    damaged = (c.book.filled("problems") & LineProblem.DAMAGED) > 0
    for share, seen in ((0.12, late), (0.05, damaged)):
        assert abs(seen.mean() - share) < 3 * np.sqrt(share * (1 - share) / n)
    shared = (late & damaged).mean()
    assert abs(shared - 0.006) < 3 * np.sqrt(0.006 / n)  # independent


def test_a_failed_installation_is_repeated_two_working_days_later_and_paid_twice() -> None:
    n = 4000
    c = _many(n, services=int(Service.INSTALLATION | Service.USED_COLLECTION))
    failed = (c.book.filled("problems") & LineProblem.INSTALL_FAILED) > 0
    assert abs(failed.mean() - 0.03) < 3 * np.sqrt(0.03 * 0.97 / n)
    assert set(c.book.filled("delivered")[~failed].tolist()) == {65.0}
    assert set(c.book.filled("delivered")[failed].tolist()) == {65.0 + 48.0}  # Wednesday, then Friday
    assert set(c.book.filled("service_eur")[failed].tolist()) == {65.0}
    assert set(c.book.filled("service_eur")[~failed].tolist()) == {40.0}


def test_a_row_without_lane_is_refused(calm: Chain) -> None:
    c = Chain(
        make_world(**(CALM | {"lanes": lambda rows: [r | {"damage_share": 0} for r in rows if r["market"] == "home"]}))
    )
    row = c.order(OrderKind.DIRECT, 0, 1, channel=WEB, market=1)
    with pytest.raises(ValueError, match="web/abroad"):
        ready(c, [row], 10.0)


@given(st.lists(st.tuples(st.integers(0, 15), st.sampled_from([int(OrderKind.DIRECT), int(OrderKind.REPLENISH)])), max_size=12))
@settings(max_examples=25, deadline=None)
def test_used_products_and_shelves_of_a_delivery(lines: list[tuple[int, int]]) -> None:
    """Who had the used product collected and what fills a shelf, one row after the other in words; not every row of the book is delivered."""
    services = np.array([9, *(s for s, _ in lines)], dtype=np.uint8)
    kind = np.array([int(OrderKind.REPLENISH), *(k for _, k in lines)], dtype=np.uint8)
    rows = np.arange(1, len(lines) + 1, dtype=np.int32)
    used, shelves = np.empty_like(rows), np.empty_like(rows)
    taken, filled = kernels.hand_overs(rows, services, kind, used, shelves)
    assert used[:taken].tolist() == [r for r, (s, _) in enumerate(lines, 1) if Service.USED_COLLECTION in Service(s)]
    assert shelves[:filled].tolist() == [r for r, (_, k) in enumerate(lines, 1) if k == OrderKind.REPLENISH]
