"""Capable-to-promise: asking changes nothing, booking keeps every limit, and windows equal a search second by second."""

from __future__ import annotations

import numpy as np
import pytest

from e2esim.planning.ctp.capable import capable, commit, promise, withdraw
from e2esim.planning.ctp.model import Buffer, CtpModel, Flow, Operation, Receipt, Resource, ResourceLoad, SetupRule, buy
from e2esim.planning.ctp.request import Request
from e2esim.planning.ctp.resources import Held, SetupResource
from e2esim.planning.ctp.state import State
from e2esim.planning.ctp.timeline import Timeline
from e2esim.planning.ctp.working_time import FAR, WorkingTime

HORIZON = 60


def workshop(rng: np.random.Generator) -> CtpModel:
    """Two levels in continuous time: a machine of one or two units with change-overs or hours in buckets, a supplier."""
    bounds = tuple(range(0, HORIZON + 1, 5))
    kind = rng.integers(3)
    rules = (SetupRule(before="a", after="b", duration=2), SetupRule(before="b", after="a", duration=1))
    machine = [
        Resource(name="m", size=float(rng.integers(1, 3))),
        Resource(name="m", setups=rules, setup_now="a"),
        Resource(name="m", bucket_start=bounds, bucket_size=tuple(map(float, rng.integers(0, 9, len(bounds) - 1)))),
    ][kind]
    load = {"fixed": 1.0, "per_unit": 1.0} if kind == 2 else {}
    operations = tuple(
        Operation(
            name=f"make {b}",
            takes=(Flow(buffer="part", quantity=float(rng.integers(1, 3))),),
            gives=(Flow(buffer=b),),
            duration=int(rng.integers(0, 3)) if kind < 2 else 3,
            duration_per=float(rng.integers(0, 2)) if kind < 2 else 0.0,
            lot_min=float(rng.integers(0, 4)),
            loads=(ResourceLoad(resources=("m",), setup=b if kind == 1 else "", **load),),
        )
        for b in "ab"
    )
    return CtpModel(
        buffers=(
            Buffer(name="a", on_hand=float(rng.integers(0, 4))),
            Buffer(name="b", receipts=(Receipt(time=int(rng.integers(0, 30)), quantity=3.0),)),
            Buffer(name="part", on_hand=float(rng.integers(0, 8))),
        ),
        operations=(*operations, buy("part", lead_time=int(rng.integers(3, 20)), minimum=float(rng.integers(0, 9)))),
        resources=(machine,),
        horizon=HORIZON,
    )


def wish(rng: np.random.Generator, name: str) -> Request:
    return Request(
        name=name,
        buffer="ab"[rng.integers(2)],
        quantity=float(rng.integers(1, 9)),
        due=int(rng.integers(0, 40)),
        partial=bool(rng.integers(2)),
        max_lateness=None if rng.integers(2) else int(rng.integers(0, 20)),
    )


def picture(state: State) -> tuple[object, ...]:
    """All that is booked."""
    stock = tuple((tuple(line.times), tuple(line.levels)) for line in (state.stock_of(b) for b in range(3)))
    return (*stock, *(str(b.free) for b in state.buckets.values()), *(str(thing.saved()) for thing in state.lines.values()), len(state.work))


def keeps_limits(state: State) -> bool:
    levels = all(min(state.stock_of(b).levels) >= -1e-6 for b in range(3))
    return levels and all(min(b.free) >= -1e-6 for b in state.buckets.values()) and all(thing.fits() for thing in state.lines.values())


@pytest.mark.parametrize("seed", range(60))
def test_asking_changes_nothing_and_every_booked_answer_keeps_every_limit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    state = State(workshop(rng))
    for k in range(6):
        request, before = wish(rng, str(k)), picture(state)
        answer = capable(state, request)
        assert picture(state) == before
        assert answer.promised + answer.short == pytest.approx(request.quantity)
        assert all(work.start >= 0 for work in answer.work)
        assert all(d.time <= request.due + (request.max_lateness if request.max_lateness is not None else HORIZON) for d in answer.deliveries)
        assert request.partial or len(answer.deliveries) <= 1
        assert (answer.limits == ()) == answer.on_time
        assert commit(state, answer)
        assert keeps_limits(state)


def test_a_limit_says_when_more_is_possible() -> None:
    arriving = Buffer(name="a", on_hand=2, receipts=(Receipt(time=9, quantity=5),))
    state = State(CtpModel(buffers=(arriving,), operations=(buy("a", lead_time=30),), horizon=HORIZON))
    answer = capable(state, Request(name="one", buffer="a", quantity=10, due=4))
    assert [(d.time, d.quantity) for d in answer.deliveries] == [(4, 2), (9, 5), (30, 3)]
    assert [(str(limit.kind), limit.wanted, limit.possible) for limit in answer.limits] == [("supplier", 9, 30)]
    soon = capable(state, Request(name="two", buffer="a", quantity=7, due=4))
    assert [(str(limit.kind), limit.wanted, limit.possible) for limit in soon.limits] == [("supplier", 4, 30)]  # though what arrives at 9 is enough


@pytest.mark.parametrize("seed", range(20))
def test_of_two_answers_to_one_state_the_second_is_refused_when_its_goods_are_gone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    state = State(workshop(rng))
    answer = capable(state, wish(rng, "one"))
    taken = 0
    while commit(state, answer) and answer.work and taken < 50:
        taken += 1
        assert keeps_limits(state)
    before = picture(state)
    if taken < 50 and not commit(state, answer):
        assert picture(state) == before


@pytest.mark.parametrize("seed", range(20))
def test_withdrawing_gives_everything_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    state = State(workshop(rng))
    promise(state, wish(rng, "stays"))
    later = wish(rng, "later")
    before = capable(state, later)
    gone = promise(state, wish(rng, "goes"))
    withdraw(state, gone)
    again = capable(state, later)
    assert (again.deliveries, again.work) == (before.deliveries, before.work)


@pytest.mark.parametrize("seed", range(30))
def test_stock_timeline_equals_a_sum_over_bookings(seed: int) -> None:
    rng = np.random.default_rng(seed)
    moves = [(int(t), float(q)) for t, q in zip(rng.integers(0, 20, 12), rng.integers(-5, 6, 12), strict=True)]
    line = Timeline(moves[:6])
    for move in moves[6:]:
        line.add(*move)
    level = [sum(q for t, q in moves if t <= s) for s in range(25)]
    assert [line.level(s) for s in range(25)] == level
    assert [line.free(s) for s in range(25)] == [min(level[s:]) for s in range(25)]


@pytest.mark.parametrize("seed", range(30))
def test_working_time_equals_counting_open_seconds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    bounds = np.sort(rng.choice(60, 6, replace=False)).tolist()
    time = WorkingTime(tuple(bounds[::2]), tuple(bounds[1::2]))
    is_open = [any(a <= s < b for a, b in zip(time.opens, time.closes, strict=True)) for s in range(80)]
    for at in range(60):
        for work in range(1, 8):
            ends = [e for e in range(at, 81) if sum(is_open[at:e]) == work]
            assert time.end(at, work) == (ends[0] if ends else FAR)
            starts = [s for s in range(at, -1, -1) if sum(is_open[s:at]) == work]
            assert time.start(at, work) == (starts[0] if starts else -FAR)


@pytest.mark.parametrize("seed", range(30))
def test_windows_on_a_resource_equal_trying_every_second(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rules = (SetupRule(before="a", duration=3), SetupRule(after="c", duration=2), SetupRule(duration=1))
    held, line = Held(Resource(name="h", size=2)), SetupResource(Resource(name="l", setups=rules, setup_now="a"), 0)
    for _ in range(25):
        start, work, setup = int(rng.integers(0, 40)), int(rng.integers(1, 4)), str(rng.choice(["", "a", "b", "c"]))
        if _free(held, start, work, setup):
            held.hold(start, start + work, 1.0, setup)
        if _free(line, start, work, setup):
            line.hold(start, start + work, 1.0, setup)
    for thing in (held, line):
        for work, setup in ((1, "a"), (3, "b"), (4, ""), (2, "c")):
            free = [s for s in range(80) if _free(thing, s, work, setup)]
            for at in range(5, 40):
                assert _settled(thing, at, work, setup) == max((s + work for s in free if s + work <= at), default=None)
                first = at
                while (next_one := thing.earliest_start(first, first + work, work, 1.0, setup, None)) > first:
                    first = next_one
                assert first == min(s for s in free if s >= at)


def _settled(thing: Held | SetupResource, end: int, work: int, setup: str) -> int | None:
    while end - work >= 0:
        to = thing.latest_end(end - work, end, work, 1.0, setup, None)
        if to is None or to == end:
            return to
        end = to
    return None


def _free(thing: Held | SetupResource, start: int, work: int, setup: str) -> bool:
    saved = thing.saved()
    thing.hold(start, start + work, 1.0, setup)
    fits = thing.fits()
    thing.restore(saved)  # type: ignore[arg-type]
    return fits
