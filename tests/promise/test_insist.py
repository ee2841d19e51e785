"""Who would wait if a day were insisted upon, against every choice of orders that could give way."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from e2esim.planning.ctp.capable import capable
from e2esim.planning.ctp.model import DAY, Buffer, CtpModel, Receipt, buy
from e2esim.planning.ctp.request import Request
from e2esim.planning.ctp.state import State
from e2esim.planning.promise.insist import Held, insist
from e2esim.planning.promise.sources import Wish


def shop(held: list[Held], arrivals: list[tuple[int, float]]) -> State:
    """Lamps that arrive, and are delivered to orders as planned; more of them take thirty days."""
    receipts = tuple(Receipt(time=day * DAY, quantity=qty) for day, qty in arrivals)
    state = State(CtpModel(buffers=(Buffer(name="lamp", receipts=receipts),), operations=(buy("lamp", lead_time=30 * DAY),), grid=DAY, horizon=50 * DAY))
    for order in held:
        for day, qty in order.parts:
            state.move(0, "", day * DAY, -qty)
    return state


def order(row: int, day: int, qty: float, priority: int = 2) -> Held:
    return Held(order=row, buffer="lamp", due=day, priority=priority, parts=((day, qty),))


def test_the_least_important_gives_way_and_the_others_do_not_move() -> None:
    held = [order(0, 5, 4, priority=1), order(1, 6, 4, priority=3), order(2, 7, 4, priority=2)]
    done = insist(shop(held, [(0, 12.0)]), Wish(qty=4, day=6), "lamp", held)
    assert done.possible
    assert [(slip.order, slip.before, slip.after) for slip in done.slips] == [(1, 6, 30)]


def test_nobody_waits_where_later_supply_is_free() -> None:
    """The order of day 9 is served by what arrives on day 8."""
    held = [order(0, 9, 4)]
    assert insist(shop(held, [(0, 4.0), (8, 4.0)]), Wish(qty=4, day=6), "lamp", held).slips == ()


def test_what_is_not_there_cannot_be_insisted_upon() -> None:
    held = [order(0, 9, 4)]
    assert not insist(shop(held, [(8, 9.0)]), Wish(qty=4, day=6), "lamp", held).possible


@pytest.mark.parametrize("seed", range(4))
def test_the_day_can_be_forced_exactly_when_some_orders_could_make_room(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(40):
        arrivals = [(int(rng.integers(0, 10)), float(rng.integers(1, 6))) for _ in range(rng.integers(1, 4))]
        left, held = sum(qty for _, qty in arrivals), []
        for row in range(int(rng.integers(1, 5))):
            qty, day = float(rng.integers(1, 5)), int(rng.integers(9, 16))
            if qty <= left:
                held.append(order(row, day, qty, int(rng.integers(1, 4))))
                left -= qty
        wish = Wish(qty=float(rng.integers(1, 8)), day=int(rng.integers(0, 14)))
        state = shop(held, arrivals)
        before = (state.stock_of(0).times, state.stock_of(0).levels)
        done = insist(state, wish, "lamp", held)
        assert (state.stock_of(0).times, state.stock_of(0).levels) == before
        served = []
        for count in range(len(held) + 1):
            for kept in combinations(held, count):
                request = Request(name="x", buffer="lamp", quantity=wish.qty, due=wish.day * DAY, partial=False, max_lateness=0)
                served.append(capable(shop(list(kept), arrivals), request).short == 0)
        assert done.possible == any(served)
        assert all(slip.after is None or slip.after > slip.before for slip in done.slips)
