"""The picking crew against a slow twin, hour by hour."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.chain.pick import wave_factor
from e2esim.domain.book import LineProblem, OrderKind, OrderState
from e2esim.domain.events import Event

from .conftest import CALM, Chain, make_world, with_cells

RATE = 16.0  # [pcs/h], Monday to Friday 8-16
SITES = {"sites": with_cells(picking_pcs_h=RATE, pick_error_share=0.0)}
WORLDS = {h: make_world(tick_h=h, **(CALM | SITES)) for h in (0.5, 1.0, 24.0)}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 40)), min_size=1, max_size=12),
    st.sampled_from([0.5, 1.0, 24.0]),
)
def test_times_are_those_of_one_steady_server(lines: list[tuple[int, int]], tick_h: float) -> None:
    """Row after row at 16 pieces an hour of working time, never before its allocation; the tick does not matter."""
    c = Chain(WORLDS[tick_h])
    allocated = sorted(tick_h * int(at // tick_h + 1) for at, _ in lines)
    rows = [c.order(OrderKind.DIRECT, 0, q, channel=0, allocated=t) for t, (_, q) in zip(allocated, lines, strict=True)]
    picked: list[int] = []
    pieces = 0.0
    for k in range(1, int(24 * 12 / tick_h) + 1):
        t = k * tick_h
        picked += c.pick.step(t).tolist()
        c.pick.push(np.array([r for r, a in zip(rows, allocated, strict=True) if a == t], dtype=np.int32))
    assert picked == rows
    assert len(c.pick) == 0
    calendar, free = c.world.plant.calendar, 0.0
    for row, at, (_, q) in zip(rows, allocated, lines, strict=True):
        free = calendar.add(max(free, at), q / RATE)
        assert c.book["picked"][row] == pytest.approx(free, abs=1e-3)
        assert c.book["state"][row] == OrderState.PICKED
        pieces += q
    assert sum(e[5] for e in c.events(Event.WAVE_PICKED)) == pytest.approx(pieces)
    assert sum(e[4] for e in c.events(Event.WAVE_PICKED)) == len(rows)


def test_no_line_is_picked_before_it_is_allocated() -> None:
    c = Chain(WORLDS[1.0])
    c.pick.push(np.array([c.order(OrderKind.DIRECT, 0, 8, channel=0, allocated=9.75)], dtype=np.int32))
    assert len(c.pick.step(10.0)) == 0
    assert len(c.pick.step(11.0)) == 1
    assert c.book["picked"][0] == 10.25


def test_errors_have_their_share() -> None:
    share, n = 0.2, 5000
    c = Chain(make_world(**(CALM | {"sites": with_cells(pick_error_share=share, picking_pcs_h=1e6)})))
    rows = np.array([c.order(OrderKind.DIRECT, 0, 1, channel=0, allocated=0.0) for _ in range(n)], dtype=np.int32)
    c.pick.push(rows)
    assert len(c.pick.step(9.0)) == n
    wrong = (c.book["problems"][rows] & LineProblem.INCOMPLETE) > 0
    assert abs(wrong.mean() - share) < 3 * np.sqrt(share * (1 - share) / n)


def test_a_wave_is_picked_together_as_fast_as_its_lines_share_their_ways() -> None:
    """Sixteen lines that came since eight o'clock begin at twelve: set-up, then each at .5 + .5 / 4 of its own time."""
    c = Chain(make_world(**(CALM | {"sites": with_cells(picking_pcs_h=RATE, wave_h=4.0, wave_setup_h=0.5)})))
    rows = [c.order(OrderKind.DIRECT, 0, 2, channel=0, allocated=9.0 + k % 3) for k in range(16)]
    for k in range(1, 25):
        c.pick.step(float(k))
        c.pick.push(np.array([r for r in rows if c.book["allocated"][r] == k], dtype=np.int32))
    each = 2 / RATE * (0.5 + 0.5 / 4.0)
    assert np.sort(c.book["picked"][rows]) == pytest.approx(12.5 + each * np.arange(1, 17), abs=1e-3)
    worked, pieces = (sum(e[k] for e in c.events(Event.WAVE_PICKED)) for k in (6, 5))
    assert (worked, pieces) == (pytest.approx(0.5 + 16 * each), 32)
    assert wave_factor(16.0) == 0.625


def test_a_small_copy_has_as_long_ways_a_line() -> None:
    """A tenth of the lines, of a tenth of the crew: the wave takes as long."""
    world = make_world(**(CALM | {"sites": with_cells(picking_pcs_h=RATE, wave_h=24.0, wave_setup_h=0.0)}))
    small = replace(world, settings=replace(world.settings, scale=0.1))
    hours = []
    for one, n in ((world, 40), (small, 4)):
        c = Chain(one)
        c.pick.push(np.array([c.order(OrderKind.DIRECT, 0, 1, channel=0, allocated=0.0) for _ in range(n)], dtype=np.int32))
        for k in range(1, 30):
            c.pick.step(float(k))
        hours.append(sum(e[6] for e in c.events(Event.WAVE_PICKED)) / n)
    assert hours[0] == pytest.approx(hours[1])


def test_a_half_crew_does_half_as_much_hour_by_hour() -> None:
    """Eight to twelve with half of the crew, then with all of it: work centres and warehouse alike."""
    shifts = (("08:00", "12:00", 0.5), ("12:00", "16:00", 1))
    day = [{"calendar": "day", "weekday": d, "start": a, "end": b, "crew_share": s} for d in range(1, 6) for a, b, s in shifts]
    c = Chain(make_world(**(CALM | {"calendars": day, "closures": [], "sites": with_cells(picking_pcs_h=RATE)})))
    assert {cal.hours(0.0, 24.0) for cal in c.world.centres.calendar} == {6.0}
    rows = [c.order(OrderKind.DIRECT, 0, 1, channel=0, allocated=0.0) for _ in range(200)]
    c.pick.push(np.array(rows, dtype=np.int32))
    by_hour = [len(c.pick.step(float(k))) for k in range(1, 25)]
    assert by_hour[8:16] == [8, 8, 8, 8, 16, 16, 16, 16]
    assert sum(by_hour) == 96
