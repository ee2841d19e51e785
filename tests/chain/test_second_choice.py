"""Second choices on the shop floor: a lot goes where it ends first, and only there where it pays."""

from __future__ import annotations

import numpy as np
import pytest

from e2esim.domain.events import Event

from .conftest import CALM, Chain, make_world

PILLOW = 1
PLENTY = [{"item": item, "on_hand": 1e6} for item in ("core", "foam", "fabric")]
ALWAYS = [{"calendar": "day", "weekday": d, "start": "00:00", "end": "24:00"} for d in range(1, 8)]
CENTRES = [{"work_centre": w, "machines": 1, "calendar": "day", "efficiency": e} for w, e in (("foaming", 1.0), ("sewing", 1.0))]


def chain(**alternate: object) -> Chain:
    others = [{"work_centre": "sewing", "alternate": "foaming", "item": "pillow", "setup_h_per_lot": 0.0, "preference": 2, **alternate}] if alternate else []
    return Chain(make_world(**(CALM | {"stock": PLENTY, "calendars": ALWAYS, "closures": [], "work_centres": CENTRES, "alternates": others})))


def places(c: Chain) -> list[tuple[str, float, int]]:
    """Work centre, end [h] and how, of each operation done."""
    return [(c.world.centres.ids[e[2]], e[0], e[4]) for e in c.events(Event.OPERATION_DONE)]


def test_lots_go_where_they_end_first() -> None:
    """A lot takes .25 + 10 h at sewing, 15 h at foaming: the second lot of three goes there, the third waits at sewing (20.5 < 30)."""
    c = chain(time_factor=1.5)
    for _ in range(3):
        c.shop.release(PILLOW, 200.0, 0.0, 0.0)
    c.run(60.0)
    assert places(c) == [("sewing", pytest.approx(10.25), 0), ("foaming", pytest.approx(15.0), 2), ("sewing", pytest.approx(20.5), 0)]
    assert c.shop.second is not None
    assert np.allclose(c.shop.second.load_h, 0.0)
    c.stock.check()


def test_a_slow_second_choice_is_left_alone() -> None:
    c = chain(time_factor=4.0)
    for _ in range(3):
        c.shop.release(PILLOW, 200.0, 0.0, 0.0)
    c.run(60.0)
    assert [place for place, _, _ in places(c)] == ["sewing"] * 3


def test_without_alternates_nothing_chooses() -> None:
    assert chain().shop.second is None
