"""Fleets: round trips against arithmetic (against Erlang's loss: tests/stage_answers.py), the kernel against its slow twin, a run in signs and money."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from e2esim.chain.fleets import Fleets
from e2esim.chain.truck_kernels import first_trucks
from e2esim.domain.book import OrderKind, OrderState
from e2esim.domain.events import Event

from .conftest import CALM, Chain, make_world, with_cells

MATTRESS, DAYS = 0, 60


def departures(trucks: int, round_trip_d: float, **fleet: Any) -> tuple[Chain, np.ndarray]:
    """A line of one mattress a day on a lane that leaves every day; the chain, and days from picking to departure of those that left."""
    lane = {"departures": "1234567", "cutoff": "17:00", "fleet": "own", "round_trip_d": round_trip_d, "cost_eur_m3": 0.0, "cost_eur_line": 0.0}
    c = Chain(make_world(**(CALM | {"lanes": with_cells(**lane), "fleets": [{"fleet": "own", "trucks": trucks} | fleet]})))
    c.deliver.fleets = Fleets(c.world, c.log)
    rows = np.array([c.order(OrderKind.DIRECT, MATTRESS, 1, channel=0) for _ in range(DAYS)], dtype=np.int32)
    c.book["picked"][rows], c.book["state"][rows] = 24.0 * np.arange(DAYS) + 10.0, OrderState.PICKED
    c.stock.links.fit(c.book.capacity)
    c.deliver.push(rows)
    c.deliver.start()
    c.env.run(until=24.0 * DAYS + 1.0)
    left = ~np.isnan(c.book["shipped"][rows])
    return c, ((c.book["shipped"][rows] - c.book["picked"][rows]) / 24.0)[left]


def trucks_left(c: Chain) -> int:
    return sum(rows for *_, rows, _, _ in c.events(Event.TRUCKS_TAKEN))


def test_as_many_trucks_as_days_of_the_round_trip_and_nobody_waits() -> None:
    c, wait = departures(3, 3.0)
    assert len(wait) == DAYS
    assert wait == pytest.approx(7.0 / 24.0)
    assert not c.events(Event.TRUCK_WAITED)


def test_too_few_trucks_leave_once_a_round_trip_and_carry_what_has_come_since() -> None:
    """Two trucks, five days: two departures in five days, at most (n + 4) / 5 each; goods wait for the truck that comes home."""
    c, wait = departures(2, 5.0)
    assert trucks_left(c) == 2 * DAYS // 5
    waits = [value for *_, value in c.events(Event.TRUCK_WAITED)]
    assert set(np.round(waits, 6)) == {72.0}  # the trucks of days 1 and 2 are back on days 6 and 7: day 3's departure waits three days
    assert len(waits) == DAYS // 5 - 1
    assert wait.max() == pytest.approx(3.0 + 7.0 / 24.0)


def test_hired_trucks_spare_the_wait_and_their_price_is_freight() -> None:
    c, wait = departures(2, 5.0, hire_eur=80.0)
    assert wait == pytest.approx(7.0 / 24.0)
    hired = sum(quantity for *_, quantity, _ in c.events(Event.TRUCKS_TAKEN))
    assert hired == DAYS * 3 / 5
    assert np.nansum(c.book["freight_eur"]) == pytest.approx(80.0 * hired)


def test_trucks_of_a_size_take_what_goes_into_those_at_home() -> None:
    """Ten lines at once, three a truck, two trucks: six leave, the others when the trucks are back."""
    volume = float(make_world().items.volume_m3[MATTRESS])
    lane = {"departures": "1234567", "fleet": "own", "round_trip_d": 1.5, "truck_m3": 3.0 * volume}
    c = Chain(make_world(**(CALM | {"lanes": with_cells(**lane), "fleets": [{"fleet": "own", "trucks": 2}]})))
    c.deliver.fleets = Fleets(c.world, c.log)
    rows = np.array([c.order(OrderKind.DIRECT, MATTRESS, 1, channel=0) for _ in range(10)], dtype=np.int32)
    c.book["picked"][rows], c.book["state"][rows] = 10.0, OrderState.PICKED
    c.stock.links.fit(c.book.capacity)
    c.deliver.push(rows)
    c.deliver.start()
    c.env.run(until=24.0 * 6)
    assert c.book["shipped"][rows].tolist() == [17.0] * 6 + [17.0 + 36.0] * 4


def test_the_kernel_is_its_slow_twin() -> None:
    rng = np.random.default_rng(3)
    for trucks in (1, 2, 5):
        quantity = rng.integers(1, 12, 30).astype(np.int32)
        link = np.append(np.arange(1, 30), -1).astype(np.int32)
        loads: list[list[float]] = []
        for m3 in 0.75 * quantity:
            if not loads or sum(loads[-1]) + m3 > 5.0 + 1e-9:
                loads.append([])
            loads[-1].append(m3)
        taken: list[float] = []
        room = trucks
        for one in loads:
            room -= max(1, int(np.ceil(sum(one) / 5.0 - 1e-9)))
            if room < 0:
                break
            taken += one
        found = first_trucks(0, 30, trucks, 5.0, link, np.zeros(30, dtype=np.int16), quantity, np.array([0.75]))
        assert found == (len(taken), pytest.approx(sum(taken)))
