"""Sites of a market at the door: lanes that lead nowhere, sites without supply, circles, ties; each named with file and row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from e2esim.config.door import load, load_with_warnings
from e2esim.config.problems import InputErrors
from two_sites import from_north, two_sites, with_north
from worlds import Row

Edit = Callable[[list[Row]], list[Row]]


def lanes(change: Edit) -> dict[str, Any]:
    return {"lanes": lambda rows: change(from_north(rows))}


def last(**cells: Any) -> dict[str, Any]:
    """The lane between the sites (row 6) with other cells."""
    return lanes(lambda rows: [*rows[:-1], rows[-1] | cells])


def another(**cells: Any) -> dict[str, Any]:
    """One lane more, in row 7."""
    return lanes(lambda rows: [*rows, rows[-1] | cells])


CASES: list[tuple[dict[str, Any], int, str, str]] = [
    (last(to="nowhere"), 6, "to", "a lane to nowhere: no such site"),
    (last(to=""), 6, "to", "a lane to nowhere"),
    (last(to="plant"), 6, "to", "to itself"),
    (last(**{"from": "north"}), 6, "to", "to itself"),
    (another(**{"from": "north", "to": "plant"}), 7, "to", "a lane to the plant"),
    (last(channel="web", market="abroad"), 6, "to", "to a site and to customers at once"),
    (last(to="", channel="web"), 6, "market", "half a way"),
    (last(**{"from": "south"}), 6, "from", "no such site"),
    (lanes(lambda rows: rows[:-1]), 3, "from", "web in abroad is served by a site without stock points"),
    (another(channel="web", market="home", to=""), 7, "priority", "two lanes to web in home are asked first (row 2)"),
    (another(transit_d=3), 7, "priority", "two lanes to north are asked first (row 6)"),
    ({"sites": lambda rows: [*rows, rows[0] | {"site": "north", "kind": "shop"}]}, 3, "from", "a site that is no warehouse"),
    (
        {"sites": lambda rows: [*with_north(rows), rows[0] | {"site": "east", "kind": "warehouse"}]}
        | lanes(lambda rows: [*rows[:-1], rows[-1] | {"from": "east"}, rows[-1] | {"from": "north", "to": "east"}]),
        6, "from", "circle: north <- east <- north",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "row", "column", "words"), CASES)
def test_what_is_wrong_with_sites_is_named(tmp_path: Path, change: dict[str, Any], row: int, column: str, words: str) -> None:
    with pytest.raises(InputErrors) as caught:
        load([f"scenario={two_sites(tmp_path / 'w', **change)}"])
    found = [(Path(p.file).name, p.row, p.column) for p in caught.value.problems if words in p.message]
    assert ("lanes.csv", row, column) in found, caught.value.problems
    assert all(p.remedy for p in caught.value.problems)


def test_stock_at_a_site_that_serves_nobody_is_told(tmp_path: Path) -> None:
    """It counts at the plant, with a warning."""
    stock = lambda rows: [*rows, {"item": "mattress", "site": "north", "on_hand": 30, "source": "assumed"}]  # noqa: E731
    changed = lanes(lambda rows: [row | {"from": "plant"} for row in rows[:-1]])
    warned = load_with_warnings([f"scenario={two_sites(tmp_path / 'w', stock=stock, **changed)}"]).warnings
    assert [p.message for p in warned if "serves nobody" in p.message] == ["stock at a site that serves nobody (1 rows): it counts at plant"]
