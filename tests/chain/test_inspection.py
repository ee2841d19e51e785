"""Inspection of returns: who waits, and what becomes of the pieces. Its queue against theory: tests/stage_answers.py."""

from __future__ import annotations

import numpy as np
import pytest

from e2esim.chain.inspection import Inspection
from e2esim.domain.book import OrderKind, OrderState, ReturnCause
from e2esim.domain.events import Event
from e2esim.domain.returning import SORTED_AS

from .conftest import CALM, Chain, make_world, with_cells

MATTRESS, WEB = 0, 0
ALWAYS = [{"calendar": "day", "weekday": d, "start": "00:00", "end": "24:00"} for d in range(1, 8)]


def back(c: Chain, n: int, quantity: int = 1) -> np.ndarray:
    facts = {"channel": WEB, "state": OrderState.DELIVERED, "delivered": 1.0, "cost_eur": 100.0 * quantity, "revenue_eur": 300.0 * quantity}
    return np.array([c.order(OrderKind.DIRECT, MATTRESS, quantity, **facts) for _ in range(n)], dtype=np.int32)


def test_a_large_line_goes_on_in_the_next_tick_and_idle_time_is_lost() -> None:
    world = make_world(calendars=ALWAYS, closures=[], sites=with_cells(inspection_pcs_h=2.0))
    c = Chain(world)
    crew = Inspection(world, c.book)
    rows = np.concatenate([back(c, 1, 5), back(c, 1, 1)])
    none = rows[:0]
    done = [crew.step(rows if t == 10 else none, float(t))[0].tolist() for t in range(1, 15)]
    assert [t for t, out in enumerate(done, start=1) if out] == [13]  # 6 pieces at 2 an hour, from the tick after they came
    assert done[12] == rows.tolist()
    assert len(crew) == 0


def test_without_a_crew_there_is_no_wait() -> None:
    assert Chain(make_world(**CALM)).returns.inspection is None


@pytest.mark.parametrize("cause", [ReturnCause.DEFECT, ReturnCause.SECOND_THOUGHTS])
def test_what_becomes_of_them_and_what_it_costs(cause: ReturnCause) -> None:
    """Of 100 pieces a share is as new, of the rest a half repaired, of what is left a fifth recycled; the others resell at 0.4."""
    word = cause.name.lower()
    how = [{"cause": word, "as_new_share": 0.2, "repair_share": 0.5, "repair_eur": 20.0, "recycle_share": 0.2, "recycle_eur": 7.0}]
    c = Chain(make_world(**(CALM | {"returns": how, "sites": with_cells(pick_error_share=0.0, inspection_eur=2.0)})))
    row = back(c, 1, 100)
    c.returns.push(row, np.array([5.5]), np.array([int(cause)], dtype=np.uint8))
    c.run(20.0)
    pieces = {SORTED_AS[e[2]]: e[5] for e in c.events(Event.RETURN_SORTED)}
    assert pieces == {"as new": 20.0, "repaired": 40.0, "B-grade": 32.0, "recycled": 8.0}
    assert c.stock.on_hand[0, MATTRESS] == 200 + 60
    assert c.stock.scrapped[0, MATTRESS] == 40
    expected = 30_000 - 0.32 * 0.4 * 30_000 - 0.6 * 10_000 + 40 * 20.0 + 8 * 7.0 + 100 * 2.0
    assert c.book["credit_eur"][row].tolist() == pytest.approx([expected])
    t = c.world.treatment
    assert (t.sellable(cause), t.b_grade(cause)) == pytest.approx((0.6, 0.32))
    assert t.cost_eur(cause) == pytest.approx(40 * 0.20 + 8 * 0.07)
    c.stock.check()
