"""Rework against theory: yield (1 - f) / (1 - f w), passes f w / (1 - f w); hours, material and money of what is put right."""

from __future__ import annotations

import pytest

from e2esim.domain.events import Event

from .conftest import CALM, Chain, make_world

MATTRESS, PILLOW, CORE, FOAM, FABRIC = range(5)
FAULT, SHARE = 0.2, 0.5
PASSES = FAULT * SHARE / (1.0 - FAULT * SHARE)
PLENTY = [{"item": item, "on_hand": 1e6} for item in ("core", "foam", "fabric")]


def core(**cells: object) -> dict[str, object]:
    change = lambda rows: [row | ({"scrap_share": FAULT, **cells} if row["item"] == "core" else {"scrap_share": 0.0}) for row in rows]  # noqa: E731
    return {"items": change}


def made_of(lots: int, **cells: object) -> Chain:
    c = Chain(make_world(**(CALM | {"stock": PLENTY} | core(**cells))))
    for _ in range(lots):
        c.shop.release(CORE, 10.0, 0.0, 0.0)
    c.run(2000.0)
    assert not c.shop.lots
    assert c.stock.on_order[0, CORE] == 0.0
    c.stock.check()
    return c


def test_yield_and_passes_are_the_recursion() -> None:
    c = made_of(20, rework_share=SHARE)
    good = sum(e[5] for e in c.events(Event.LOT_COMPLETED))
    scrapped = sum(e[6] for e in c.events(Event.LOT_COMPLETED))
    back = sum(e[5] for e in c.events(Event.PUT_RIGHT))
    assert good + scrapped == 200.0
    assert good / 200.0 == pytest.approx((1.0 - FAULT) / (1.0 - FAULT * SHARE), abs=0.01)
    assert back / 200.0 == pytest.approx(PASSES, abs=0.01)
    assert float(c.world.items.scrap[CORE]) == pytest.approx(1.0 - (1.0 - FAULT) / (1.0 - FAULT * SHARE))


def test_it_takes_hours_without_set_up_and_no_material_again() -> None:
    c = made_of(20, rework_share=SHARE)
    again = [e for e in c.events(Event.OPERATION_DONE) if e[4] == 1]
    pieces = sum(e[5] for e in again)
    assert pieces == sum(e[5] for e in c.events(Event.PUT_RIGHT))
    assert sum(e[6] for e in again) == pytest.approx(0.2 / 0.95 * pieces)
    assert c.stock.consumed[0, FOAM] == 200.0 * 20.0
    longer = made_of(20, rework_share=SHARE, rework_h_per_unit=0.5)
    assert sum(e[6] for e in longer.events(Event.OPERATION_DONE) if e[4] == 1) == pytest.approx(0.5 / 0.95 * pieces)


def test_planning_counts_with_what_is_lost_for_good_and_with_the_hours() -> None:
    without, with_it = make_world(**(CALM | core())), make_world(**(CALM | core(rework_share=SHARE)))
    assert without.items.rework is None
    foaming = with_it.centres.ids.index("foaming")
    assert with_it.routing.rework_hours[foaming, CORE] == pytest.approx(0.2 * PASSES)
    assert with_it.routing.centre_hours[foaming, CORE] == pytest.approx(0.2 * (1.0 + PASSES))
    assert with_it.routing.centre_hours[foaming, MATTRESS] == pytest.approx(0.2 * (1.0 + PASSES))  # through the bill, per core started
    assert with_it.bom.flat[CORE, FOAM] < without.bom.flat[CORE, FOAM]  # fewer cores are lost
    assert with_it.items.cost_eur[CORE] < without.items.cost_eur[CORE]
