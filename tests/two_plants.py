"""The tiny world with a second plant: ``south`` makes mattresses and pillows too, on work centres of its own, for the market abroad."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from two_sites import _NEAR
from worlds import Row, tiny_world


def with_south(rows: list[Row]) -> list[Row]:
    """Table sites with the second plant."""
    return [rows[0] | {"main": "true"}, *rows[1:], rows[0] | {"site": "south", "name": "South", "kind": "plant", "picking_pcs_h": 10}]


def south_centres(rows: list[Row]) -> list[Row]:
    """Table work_centres: the same machines in the south."""
    return [*rows, *(row | {"work_centre": f"south_{row['work_centre']}", "name": f"South {row['name']}"} for row in rows)]


def south_routings(rows: list[Row]) -> list[Row]:
    """Table routings: the south works like the first plant."""
    return [*rows, *(row | {"site": "south", "work_centre": f"south_{row['work_centre']}"} for row in rows)]


def each_its_own(rows: list[Row]) -> list[Row]:
    """Table supply: the limited fabric has a row for each plant."""
    limited = [row | {"site": site, "weekly_capacity": row["weekly_capacity"] / 2} for row in rows if row["weekly_capacity"] for site in ("plant", "south")]
    return [*(row for row in rows if not row["weekly_capacity"]), *limited]


def from_south(rows: list[Row]) -> list[Row]:
    """Table lanes: abroad is served from the south."""
    return [row | {"from": "south"} | _NEAR if row["market"] == "abroad" else row for row in rows]


def stocked(rows: list[Row]) -> list[Row]:
    """Table stock: materials in the south as at the first plant."""
    return [*(row | {"site": "plant"} for row in rows), *(row | {"site": "south"} for row in rows if row["item"] in ("core", "foam", "fabric"))]


def two_plants(folder: Path, **change: Any) -> Path:
    """Write the tiny world with two plants."""
    tables = {"sites": with_south, "work_centres": south_centres, "routings": south_routings, "supply": each_its_own, "lanes": from_south, "stock": stocked}
    return tiny_world(folder, **(tables | change))


def hub_of_both(north: float, **later: Any) -> Any:
    """Table lanes: a hub serves abroad, the first plant brings ``north`` of what it needs and the south the rest; or by priority."""

    def lanes(rows: list[Row]) -> list[Row]:
        served = [row | {"from": "hub"} | _NEAR if row["market"] == "abroad" else row for row in rows]
        truck = {"to": "hub", "mode": "truck", "transit_d": 2, "transit_sigma": 0.1, "departures": "135", "cutoff": "16:00", "distance_km": 400,
                 "cost_eur_m3": 15, "cost_eur_line": 1, "damage_share": 0, "source": "assumed"}  # fmt: skip
        shares = {"plant": {"share": north}, "south": {"share": 1.0 - north}} if not later else {"plant": {"priority": 1}, "south": later}
        return [*served, *(truck | {"from": site} | terms for site, terms in shares.items())]

    return lanes


def with_hub(rows: list[Row]) -> list[Row]:
    """Table sites with the second plant and the hub."""
    return [*with_south(rows), rows[0] | {"site": "hub", "name": "Hub", "kind": "warehouse", "picking_pcs_h": 10}]
