"""Set-ups that depend on the sequence: hours by hand, the machine that fits, and the sequence of the day."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from e2esim.chain.make import QueuedLot
from e2esim.domain.events import Event
from e2esim.domain.settings import Planning
from e2esim.simulate.sequencer import place_sequencers, sequence_lots

from .conftest import CALM, Chain, make_world

MATTRESS, PILLOW = 0, 1
PLENTY = [{"item": item, "on_hand": 1e6} for item in ("mattress", "pillow", "core", "foam", "fabric")]
FAMILY = {"mattress": "big", "pillow": "small"}
CHANGES = [
    {"work_centre": "sewing", "from_family": "big", "to_family": "small", "hours": 3.0},
    {"work_centre": "sewing", "from_family": "small", "to_family": "big", "hours": 2.0},
]


def shop(sequence: str = "release", machines: int = 1, used: bool = True) -> Chain:
    week = [{"calendar": "day", "weekday": d, "start": "00:00", "end": "24:00"} for d in range(1, 8)]
    changes: dict[str, Any] = CALM | {
        "stock": PLENTY, "calendars": week, "closures": [], "changeovers": CHANGES,
        "items": lambda rows: [row | {"scrap_share": 0.0, "setup_family": FAMILY.get(row["item"], "")} for row in rows],
        "work_centres": [{"work_centre": w, "machines": machines, "calendar": "day", "efficiency": 1.0} for w in ("foaming", "sewing")],
    }  # fmt: skip
    c = Chain(make_world(planning=Planning(changeovers=used, sequence=sequence), **changes))
    place_sequencers(c.world, c.shop)
    return c


def turns(c: Chain) -> list[tuple[float, int, float]]:
    return [(e[0], e[3], e[6]) for e in c.events(Event.OPERATION_DONE)]


def test_hours_by_hand() -> None:
    """20 mattresses take .25 + 20 x .2 = 4.25 h, 20 pillows .25 + 20 x .05 = 1.25 h; the first lot finds no family."""
    c = shop()
    for item in (MATTRESS, PILLOW, PILLOW, MATTRESS):
        c.shop.release(item, 20.0, 0.0, 100.0)
    c.run(30.0)
    assert turns(c) == [(4.25, 0, 4.25), (8.5, 1, 4.25), (9.75, 1, 1.25), (16.0, 0, 6.25)]
    assert [(e[0], e[3], e[6]) for e in c.events(Event.CHANGED_OVER)] == [(8.5, 1, 3.0), (16.0, 0, 2.0)]


def test_without_the_switch_nothing_is_changed_over() -> None:
    c = shop(used=False)
    for item in (MATTRESS, PILLOW, MATTRESS):
        c.shop.release(item, 20.0, 0.0, 100.0)
    c.run(30.0)
    assert [t for t, _, _ in turns(c)] == [4.25, 5.5, 9.75]
    assert c.events(Event.CHANGED_OVER) == []


def test_a_lot_goes_to_the_machine_that_fits() -> None:
    """Two machines, one after mattresses, one after pillows: the next of each finds its own although both are idle."""
    c = shop(machines=2)
    c.shop.release(MATTRESS, 20.0, 0.0, 100.0)
    c.shop.release(PILLOW, 20.0, 0.0, 100.0)
    again = {6.0: PILLOW, 7.0: MATTRESS}
    c.on_tick = lambda t: c.shop.release(again[t], 20.0, 0.0, 100.0) if t in again else None
    c.run(30.0)
    assert c.events(Event.CHANGED_OVER) == []


@pytest.mark.parametrize("sequence", ["rule", "aps"])
def test_the_sequence_of_the_day_saves_changeovers(sequence: str) -> None:
    ends = {}
    for how in ("release", sequence):
        c = shop(how)
        for k in range(8):
            c.shop.release((MATTRESS, PILLOW)[k % 2], 20.0, 0.0, 500.0)
        c.run(100.0)
        assert len(turns(c)) == 8
        ends[how] = max(t for t, _, _ in turns(c))
    assert ends["release"] == pytest.approx(4 * 4.25 + 4 * 1.25 + 4 * 3.0 + 3 * 2.0)
    assert ends[sequence] <= 4 * 4.25 + 4 * 1.25 + 3.0


@pytest.mark.parametrize("seed", range(6))
def test_the_exact_sequence_equals_enumeration(seed: int) -> None:
    """One machine: the least sum of weighted finishing times over all orders, changeovers included."""
    rng = np.random.default_rng(seed)
    lots = [QueuedLot(number=k, family=int(rng.integers(1, 3)), hours=float(rng.integers(1, 6)), due_h=0.0) for k in range(6)]
    weight = rng.integers(1, 10, 6).astype(float)
    change = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 2.0], [0.0, 3.0, 0.0]])

    def cost(order: Any) -> float:
        t, last, total = 0.0, 1, 0.0
        for k in order:
            t += change[last, lots[k].family] + lots[k].hours
            last, total = lots[k].family, total + weight[k] * t
        return total

    found = [lot.number for lot in sequence_lots(lots, weight, [1], change, exact=True)]
    assert cost(found) == pytest.approx(min(cost(order) for order in itertools.permutations(range(6))))


def test_an_urgent_lot_is_not_kept_waiting_for_the_family() -> None:
    c = shop("aps")
    c.shop.release(MATTRESS, 20.0, 0.0, 0.0)
    c.run(0.5)
    lots = [QueuedLot(number=1, family=1, hours=8.0, due_h=900.0), QueuedLot(number=2, family=2, hours=1.0, due_h=0.0)]
    order = sequence_lots(lots, np.array([0.1, 10.0]), [1], c.world.changeovers.hours[1], exact=True)
    assert [lot.number for lot in order] == [2, 1]
