"""Quality hold at goods receipt: on hand at once, usable when tested, on order for planning until then."""

from __future__ import annotations

import numpy as np
import pytest

from e2esim.domain.events import Event
from e2esim.streams import Streams
from e2esim.streams.draws import uniform

from .conftest import CALM, Chain, make_world, with_cells

FOAM = 3


def chain(**cells: float) -> Chain:
    return Chain(make_world(**(CALM | {"stock": [], "supply": with_cells(reject_share=0.1, **cells)})))


def test_held_goods_are_there_and_not_free() -> None:
    c = chain(hold_share=1.0, hold_d=3.0)
    row = int(c.world.supply.start[FOAM])
    c.source.call_off(row, 1000.0)
    seen: list[tuple[float, float, float, float]] = []
    s, coming = c.stock, c.source.receipts
    c.on_tick = lambda t: seen.append((s.on_hand[0, FOAM], s.available(FOAM), s.on_order[0, FOAM], coming(int(t // 24), 30)[FOAM].sum()))
    c.run(15 * 24.0)
    states = list(dict.fromkeys(seen))
    assert states == [(0.0, 0.0, 1000.0, 1000.0), (900.0, 0.0, 900.0, 900.0), (900.0, 900.0, 0.0, 0.0)]
    came = c.events(Event.SUPPLY_RECEIVED)[0][0]
    held = [k for k, state in enumerate(seen, start=1) if state[1] == 0.0 and state[0] > 0.0]
    assert held[-1] - held[0] == pytest.approx(3 * 24.0, abs=1.0)
    assert c.source.book()["arrived"].tolist() == [came + 72.0]  # when it could be used
    assert [e[5:] for e in c.events(Event.SUPPLY_HELD)] == [(900.0, 3.0)]
    assert c.world.supply.ready_d[row] == c.world.supply.lead_d[row] + 3.0
    c.stock.check()


def test_a_share_of_the_deliveries_is_held() -> None:
    c = chain(hold_share=0.3, hold_d=1.0)
    row, n = int(c.world.supply.start[FOAM]), 80
    for k in range(n):
        c.source.call_off(row, 500.0, due_h=24.0 * (k + 5))
    c.run(88 * 24.0)
    key = Streams(1).key("source.hold")
    expected = sum(uniform(key, c.source._address(row, 24.0 * (k + 5)), 0) < 0.3 for k in range(n))
    assert len(c.events(Event.SUPPLY_HELD)) == expected
    assert abs(expected / n - 0.3) < 3 * np.sqrt(0.21 / n)
    assert not c.source.quarantine


def test_nothing_is_held_where_no_share_is() -> None:
    c = chain(hold_d=5.0)
    assert not c.world.supply.hold_d.any()
