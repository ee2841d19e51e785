# ruff: noqa: E501  (a case a row reads better)
"""Rules between tables: each is broken once in a world that is right otherwise, and only that is reported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from e2esim.config.door import load, load_with_warnings
from e2esim.config.problems import InputErrors, Problem
from worlds import Row, tiny_world


def problems(world: Path, *overrides: str) -> list[Problem]:
    with pytest.raises(InputErrors) as caught:
        load([f"scenario={world}", *overrides])
    return list(caught.value.problems)


def add(*rows: Row) -> Any:
    return lambda old: [*old, *({"source": "assumed"} | row for row in rows)]


def without(**wanted: Any) -> Any:
    return lambda old: [row for row in old if any(row[key] != value for key, value in wanted.items())]


def edit(where: dict[str, Any], **cells: Any) -> Any:
    return lambda old: [row | cells if all(row[key] == value for key, value in where.items()) else row for row in old]


STEEL = {"item": "steel", "name": "Steel", "category": "raw", "sold": "false"}
CASES: list[tuple[str, dict[str, Any], str, int | None, str]] = [
    # what, change of the tables, file, row, words of the message
    ("cycle", {"bom": add({"parent": "core", "component": "mattress", "qty_per": 1})}, "bom", 7, "circular"),
    ("own component", {"bom": add({"parent": "core", "component": "core", "qty_per": 1})}, "bom", 7, "circular"),
    ("no source of a component", {"supply": without(item="fabric"), "receipts": without(receipt="P2")}, "items", 6, "neither made nor bought, but it goes into mattress"),
    ("no source of a sold item", {"routings": without(item="pillow")}, "items", 3, "neither made nor bought, but it is sold"),
    ("changeover of no family", {"changeovers": [{"work_centre": "sewing", "from_family": "soft", "to_family": "hard", "hours": 1, "source": "assumed"}], "items": lambda rows: [row | {"setup_family": "soft"} for row in rows]}, "changeovers", 2, "no item has this set-up family"),
    ("whole lot scrapped", {"items": edit({"item": "core"}, scrap_share=1)}, "items", 4, "out of bounds"),
    ("shift ends first", {"calendars": edit({"weekday": 3}, end="07:00")}, "calendars", 4, "ends before it starts"),
    ("shifts overlap", {"calendars": add({"calendar": "day", "weekday": 2, "start": "15:00", "end": "20:00"})}, "calendars", 7, "overlaps"),
    ("closure backwards", {"closures": edit({"first": "2026-02-16"}, last="2026-02-01")}, "closures", 3, "ends before it begins"),
    ("closure mixed", {"closures": edit({"first": "2026-02-16"}, last="02-17")}, "closures", 3, "recurs"),
    ("always closed", {"closures": add({"calendar": "day", "first": "2026-01-01", "last": "2027-01-01"})}, "calendars", 2, "without working time"),
    ("closed each year", {"closures": [{"calendar": "day", "first": "01-01", "last": "12-31"}]}, "calendars", 2, "without working time"),
    ("two plants", {"sites": lambda rows: [rows[0] | {"main": "true"}, rows[0] | {"site": "b"}]}, "sites", 3, "a second plant that makes nothing"),
    ("no main plant", {"sites": add({"site": "b", "kind": "plant", "calendar": "day", "picking_pcs_h": 1})}, "sites", 3, "none is the main one"),
    ("two main plants", {"sites": lambda rows: [rows[0] | {"main": "true"}, rows[0] | {"site": "b", "main": "true"}]}, "sites", 2, "two main plants"),
    ("a main warehouse", {"sites": add({"site": "b", "kind": "warehouse", "calendar": "day", "picking_pcs_h": 1, "main": "true"})}, "sites", 3, "no plant"),
    ("sales without customer", {"orders": edit({"order": "S1"}, customer="")}, "orders", 2, "empty cell"),
    ("sales of a raw item", {"orders": edit({"order": "S1"}, item="foam")}, "orders", 2, "not sold"),
    ("purchase from another", {"receipts": edit({"receipt": "P1"}, item="fabric")}, "receipts", 2, "no supply terms"),
    ("production of a raw item", {"receipts": edit({"receipt": "W1"}, item="foam")}, "receipts", 4, "without routing"),
    ("no brand", {"items": edit({"item": "pillow"}, brand="")}, "items", 3, "without brand"),
    ("demand for a raw item", {"history": add({"period": "2025-12", "item": "foam", "market": "home", "channel": "web", "qty": 1}), "prices": add({"item": "foam", "channel": "web", "price_eur": 1, "consumer_eur": 1, "reference_eur": 1})}, "history", 114, "not sold"),
    ("no price", {"prices": without(item="pillow", channel="retail")}, "history", 7, "no price"),
    ("no lane", {"lanes": without(channel="web", market="abroad")}, "history", 4, "no lane"),
    ("no account", {"customers": without(customer="shop_de"), "orders": without(order="S2")}, "history", 8, "without customer"),
    ("account in a direct channel", {"customers": edit({"customer": "shop_it"}, channel="web")}, "customers", 2, "direct channel"),
    ("account of consumers", {"customers": edit({"customer": "shop_it"}, segment="thrift")}, "customers", 2, "consumer segment"),
    ("direct to trade", {"channels": edit({"channel": "web"}, buyer="b2b")}, "channels", 2, "buyer does not fit"),
    ("stockist to consumers", {"channels": edit({"channel": "retail"}, buyer="b2c")}, "channels", 3, "buyer does not fit"),
    ("mix short of one", {"mix": edit({"channel": "web", "segment": "thrift"}, share=0.5)}, "mix", 2, "sum to 0.9"),
    ("channel without mix", {"mix": without(channel="web")}, "channels", 2, "without consumers"),
    ("trade in the mix", {"mix": edit({"channel": "web", "segment": "thrift"}, segment="retailers")}, "mix", 3, "trade segment"),
    ("season off one", {"season": edit({"season": "winter", "month": 4}, index=1.1)}, "season", 14, "average 1.025"),
    ("season short", {"season": without(season="winter", month=4)}, "season", 14, "lacks months 4"),
    ("no such season", {"markets": edit({"market": "home"}, season="wintr")}, "markets", 2, "no such season"),
    ("short history", {"history": lambda rows: [row for row in rows if row["period"] > "2025-02"]}, "history", None, "10 of 12 months"),
    ("nothing sold", {"history": lambda rows: [row | {"qty": 0} for row in rows]}, "history", None, "nothing was sold in the last 12 months"),
    ("gap in the history", {"history": lambda rows: [row for row in rows if row["period"] != "2025-06"]}, "history", None, "11 of 12 months"),
    ("no departures", {"lanes": edit({"market": "home", "channel": "web"}, departures="08")}, "lanes", 2, "weekdays"),
    ("personalised on a shelf", {"items": edit({"item": "pillow"}, make="order"), "stock": without(item="pillow")}, "prices", 5, "sells from shelves"),
    ("personalised component", {"items": edit({"item": "core"}, make="order"), "stock": without(item="core")}, "items", 4, "not sold"),
    ("personalised in stock", {"items": edit({"item": "pillow"}, make="order"), "prices": without(item="pillow", channel="retail"), "history": lambda rows: [r for r in rows if (r["item"], r["channel"]) != ("pillow", "retail")]}, "stock", 3, "in stock"),
    ("gate that never opens", {"lanes": edit({"market": "home", "channel": "web"}, receive_from=12, receive_until=12)}, "lanes", 2, "before it opens"),
    ("lane of no fleet", {"lanes": edit({"market": "home", "channel": "web"}, fleet="own")}, "lanes", 2, "no such fleet"),
    ("made and bought", {"supply": add({"supplier": "chem", "item": "core", "priority": 1, "price": 9, "lead_time_days": 5})}, "supply", 5, "both made and bought at plant"),
    ("site without items", {"sites": add({"site": "b", "kind": "warehouse", "calendar": "day", "picking_pcs_h": 1, "pick_error_share": 0})}, "sites", 3, "a site without items"),
    ("empty table", {"lanes": lambda rows: [], "history": lambda rows: rows}, "lanes", None, "empty"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "file", "row", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_one_broken_rule(tmp_path: Path, changes: dict[str, Any], file: str, row: int | None, words: str) -> None:
    found = problems(tiny_world(tmp_path / "w", **changes))
    here = [problem for problem in found if problem.file.endswith(f"/{file}.csv") and words in problem.message]
    assert [problem.row for problem in here] == [row], "\n".join(map(str, found))
    assert here[0].remedy


def test_a_cycle_is_named_and_found_in_a_long_chain(tmp_path: Path) -> None:
    chain = [f"c{k}" for k in range(3000)]
    items = [STEEL | {"item": name, "name": name} for name in chain]
    links = [{"parent": a, "component": b, "qty_per": 1} for a, b in zip(chain, [*chain[1:], chain[5]], strict=True)]
    found = [
        p for p in problems(tiny_world(tmp_path / "w", items=add(*items), bom=add(*links))) if "circular" in p.message
    ]
    assert len(found) == 1
    path = found[0].value.split(" > ")
    assert path[0] == path[-1]
    assert set(path) == set(chain[5:])


def test_items_nobody_needs_may_lack_a_source(tmp_path: Path) -> None:
    assert load([f"scenario={tiny_world(tmp_path / 'w', items=add(STEEL))}"]).tables["items"].height == 6


@pytest.mark.parametrize(
    ("changes", "overrides", "words"),
    [
        ({"bom": without(parent="pillow")}, (), "made from nothing"),
        ({"bom": lambda rows: [*rows, {"parent": "foam", "component": "fabric", "qty_per": 1}]}, (), "never used"),
        ({"bom": add({"parent": "mattress", "component": "pillow", "qty_per": 1})}, (), "sold, and a part of mattress"),
        ({"history": lambda rows: [row for row in rows if row["item"] != "pillow"]}, (), "without any demand"),
        ({}, ("horizon.start=2026-04-06",), "ends 3 months before"),
        ({"items": edit({"item": "foam"}, weight_kg=0), "suppliers": lambda rows: [row | {"freight_eur_kg": 0.1} for row in rows]}, (), "its freight is nothing"),
        ({"items": edit({"item": "pillow"}, weight_kg=0), "lanes": lambda rows: [row | {"truck_m3": 50, "truck_kg": 9000} for row in rows]}, (), "load a truck with nothing"),
        ({}, ("market.price_factor=1.2",), "sales are extrapolated"),
        ({}, ("market.price_factor=0.85",), "sales are extrapolated"),
    ],
)
def test_warnings_do_not_stop_the_run(
    tmp_path: Path, changes: dict[str, Any], overrides: tuple[str, ...], words: str
) -> None:
    found = load_with_warnings([f"scenario={tiny_world(tmp_path / 'w', **changes)}", *overrides])
    overdue = "before the run begins"  # what was to come before a later start is told too
    assert [words in problem.message for problem in found.warnings if overdue not in problem.message] == [True], found.warnings


def test_a_start_before_the_history_is_an_error(tmp_path: Path) -> None:
    (problem,) = problems(tiny_world(tmp_path / "w"), "horizon.start=2025-03-03")
    assert "4 of 12 months" in problem.message
    assert "2024-10" in problem.remedy


@pytest.mark.parametrize("share", ["x", "1.6", ""])
def test_checks_do_not_pile_up_on_unreadable_cells(tmp_path: Path, share: str) -> None:
    """A share that is no number or out of bounds is one problem, not also a sum that is not one."""
    found = problems(tiny_world(tmp_path / "w", mix=edit({"channel": "web", "segment": "thrift"}, share=share)))
    assert [problem.column for problem in found] == ["share"]


@pytest.mark.parametrize("factor", [0.9, 1.0, 1.1])
def test_small_price_moves_need_no_warning(tmp_path: Path, factor: float) -> None:
    found = load_with_warnings([f"scenario={tiny_world(tmp_path / 'w')}", f"market.price_factor={factor}"])
    assert not [problem for problem in found.warnings if problem.column == "market.price_factor"]
