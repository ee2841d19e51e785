"""Why lines were late: the causes add up to every late piece, and a planted bottleneck gets the blame for what it adds."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from e2esim.domain.book import LateCause, OrderKind, OrderState
from worlds import Row

GOAL = 0.99
Rows = Callable[[list[Row]], list[Row]]


def every(**values: Any) -> Rows:
    """All rows with other values; a callable is given the row."""
    return lambda rows: [row | {k: v(row) if callable(v) else v for k, v in values.items()} for row in rows]


def where(key: str, name: str, **values: Any) -> Rows:
    """The rows of one name with other values."""
    return lambda rows: [row | values if row[key] == name else row for row in rows]


def both(first: Rows, second: Rows) -> Rows:
    """One change after another."""
    return lambda rows: second(first(rows))


_COVER = {"mattress": 15, "pillow": 20, "core": 8, "foam": 30, "fabric": 30}
_STOCK = {"mattress": 500, "pillow": 400, "core": 200, "foam": 20_000, "fabric": 6_000}
PLENTY: dict[str, Rows] = {
    "work_centres": every(machines=4),
    "sites": every(picking_pcs_h=400),
    "modes": every(late_share=0.0),
    "lanes": every(transit_sigma=0.01),
    "items": every(cover_d=lambda row: _COVER[row["item"]]),
    "stock": every(on_hand=lambda row: _STOCK[row["item"]]),
    "supply": every(reject_share=0.0),
}
_LITTLE_FABRIC = both(PLENTY["stock"], where("item", "fabric", on_hand=800))


def _slow_mode(days: float) -> Rows:
    return both(PLENTY["modes"], lambda rows: [*rows, rows[0] | {"mode": "slow", "late_share": 1.0, "late_median_d": days, "late_sigma": 0.2}])


# name -> changes of the plentiful world, cause, place (by the labels of the cause)
PLANTED: dict[str, tuple[dict[str, Rows], LateCause, str]] = {
    "few hours": (  # with breakdowns: hours that are only few are known to the plan, and promises allow for them
        {"work_centres": both(PLENTY["work_centres"], where("work_centre", "sewing", machines=1, efficiency=0.35, overtime_h_week=0, mtbf_h=150, mttr_h=40))},
        LateCause.WORK_CENTRE,
        "sewing",
    ),
    "late supplier": (
        {"modes": _slow_mode(40.0), "suppliers": where("supplier", "weaver", mode="slow"), "stock": _LITTLE_FABRIC},
        LateCause.SUPPLIER,
        "weaver",
    ),
    "slow supplier": (
        {"supply": both(PLENTY["supply"], where("item", "fabric", lead_time_days=84)), "stock": _LITTLE_FABRIC},
        LateCause.SUPPLIER,
        "weaver",
    ),
    "little material": (
        {"supply": both(PLENTY["supply"], where("item", "fabric", weekly_capacity=150)), "stock": _LITTLE_FABRIC},
        LateCause.MATERIAL,
        "fabric",
    ),
    "slow lane": (
        {
            "modes": _slow_mode(10.0),
            "lanes": both(PLENTY["lanes"], lambda rows: [r | {"mode": "slow"} if (r["channel"], r["market"]) == ("web", "abroad") else r for r in rows]),
        },
        LateCause.TRANSPORT,
        "web/abroad",
    ),
    "few pickers": ({"sites": every(picking_pcs_h=1.2)}, LateCause.WAREHOUSE, ""),
}


def promised_late(ran: Any) -> dict[tuple[LateCause, str], float]:
    """Pieces that missed their promised day, by cause and place."""
    w, late = ran.world, ran.outcome.late
    ids = {LateCause.WORK_CENTRE: w.centres.ids, LateCause.SUPPLIER: w.supply.suppliers, LateCause.TRANSPORT: w.lanes.ids}
    found: dict[tuple[LateCause, str], float] = {}
    for code, place, item, pieces, promise in zip(*(late.filled(c).tolist() for c in ("cause", "place", "item", "pieces", "promise")), strict=True):
        cause = LateCause(code)
        name = w.items.ids[item] if cause == LateCause.MATERIAL else ids[cause][place] if cause in ids else ""
        found[cause, name] = found.get((cause, name), 0.0) + promise * pieces
    return found


def late_by_hand(ran: Any) -> dict[int, int]:
    """Pieces of every late line of the plant, row -> pieces, by plain loops."""
    o, end = ran.outcome.orders, ran.world.hours
    late = {}
    for row in range(o.n):
        if o["kind"][row] == OrderKind.SELL_OUT or o["state"][row] == OrderState.CANCELLED or math.isnan(o["promised"][row]):
            continue
        there = bool(o["delivered"][row] < end)
        day = math.floor(o["delivered"][row] / 24.0) if there else math.floor(end / 24.0)
        days = [math.floor(o["promised"][row] / 24.0)]
        if o["requested"][row] > o["placed"][row] + 1.0:
            days.append(math.floor(o["requested"][row] / 24.0))
        if any(d < day and 24.0 * (d + 1) <= end for d in days):
            late[row] = int(o["quantity"][row])
    return late


@pytest.mark.parametrize("world", ["tiny", "silo", "shipped"])
def test_causes_add_up_to_every_late_piece(tiny: Any, shipped: Any, world: str) -> None:
    ran = shipped("mattress_maker/as_is", "scale=0.02", "horizon.days=100") if world == "shipped" else tiny("plain", variant="silo" if world == "silo" else "")
    late = ran.outcome.late
    expected = late_by_hand(ran)
    assert len(expected) > 15
    assert dict(zip(late.filled("row").tolist(), late.filled("pieces").tolist(), strict=True)) == expected
    o, rows = ran.outcome.orders, late.filled("row")
    start, end = ran.outcome.warmup_h, ran.outcome.horizon_h
    due = np.floor(o["promised"][rows] / 24.0)
    counted = (due < np.where(o["delivered"][rows] < end, np.floor(o["delivered"][rows] / 24.0), end // 24)) & (24 * (due + 1) > start)
    whole = o["quantity"][rows][counted].sum() / ran.outcome.window_y
    by_cause = ran.kpis.frame.filter((ran.kpis.frame["kpi"] == "late_pieces") & (ran.kpis.frame["dimension"] == "cause"))
    assert ran.kpi("late_pieces") == pytest.approx(whole)
    assert by_cause["value"].sum() == pytest.approx(whole)


CASES = [*((name, "") for name in PLANTED), ("few hours", "silo"), ("late supplier", "silo"), ("slow lane", "silo")]


@pytest.mark.parametrize(("name", "variant"), CASES)
def test_planted_bottleneck_gets_the_blame_for_what_it_adds(tiny: Any, name: str, variant: str) -> None:
    changes, cause, place = PLANTED[name]
    plenty = promised_late(tiny("plenty", variant=variant, **PLENTY))
    ran = promised_late(tiny(name, variant=variant, **(PLENTY | changes)))
    added = sum(ran.values()) - sum(plenty.values())
    assert added > 60
    gained = ran.get((cause, place), 0.0) - plenty.get((cause, place), 0.0)
    # goods that wait for a picker are missing to nobody, yet promises move; after a long stop the plan itself is late, and its later lots
    # get part of the blame (lead time); in a silo what comes after it goes to others first (precedence, a quarter of the blame)
    least = {"few pickers": 0.98, "late supplier": 0.85, "slow supplier": 0.85, "slow lane": 0.95}.get(name, GOAL)
    least = 0.7 if (name, variant) == ("late supplier", "silo") else least
    assert gained >= least * added


def test_passed_over_by_a_line_due_later(tiny: Any) -> None:
    """100 in stock, a lot of 130 on the way; first come first served gives the stock to the line due two weeks later."""
    line = {"item": "mattress", "source": "assumed"}
    orders = [line | {"order": name, "customer": "shop_it", "qty": 100, "due": due} for name, due in (("S1", "2026-01-23"), ("S2", "2026-01-09"))]
    lots = [line | {"receipt": "W1", "kind": "production", "qty": 130, "due": "2026-01-12", "supplier": ""}]
    stock = both(PLENTY["stock"], where("item", "mattress", on_hand=100))
    quiet = {"market": {"demand_factor": 0.01}, "horizon": {"days": 30, "warmup_days": 0}}
    changes = PLENTY | {"stock": stock, "orders": orders, "receipts": lots}
    late = {rule: promised_late(tiny("rivals", f"precedence.rule={rule}", settings=quiet, **changes)) for rule in ("fifo", "due_date")}
    assert late["fifo"].get((LateCause.PRECEDENCE, ""), 0.0) >= 100.0
    assert late["due_date"].get((LateCause.PRECEDENCE, ""), 0.0) == 0.0
    assert sum(late["due_date"].values()) < 20.0
