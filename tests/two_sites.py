"""The tiny world with a second warehouse: ``north`` serves the market abroad and is refilled from the plant three times a week."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from worlds import Row, tiny_world

_NEAR = {"transit_d": 1, "departures": "12345", "cost_eur_m3": 12, "distance_km": 200}


def with_north(rows: list[Row]) -> list[Row]:
    """Table sites with the warehouse in the north, as the plant's but for its crew."""
    return [*rows, rows[0] | {"site": "north", "name": "North", "kind": "warehouse", "picking_pcs_h": 10}]


def from_north(rows: list[Row]) -> list[Row]:
    """Table lanes: abroad is served from the north, which a truck supplies."""
    served = [row | {"from": "north"} | _NEAR if row["market"] == "abroad" else row for row in rows]
    truck = {"from": "plant", "to": "north", "mode": "truck", "transit_d": 2, "transit_sigma": 0.1, "departures": "135", "cutoff": "16:00"}
    return [*served, truck | {"distance_km": 800, "cost_eur_m3": 15, "cost_eur_line": 1, "damage_share": 0, "source": "assumed"}]


def near(rows: list[Row]) -> list[Row]:
    """Table lanes: abroad is as near to the plant as it would be to the north."""
    return [row | _NEAR if row["market"] == "abroad" else row for row in rows]


def two_sites(folder: Path, **change: Any) -> Path:
    """Write the tiny world with two warehouses."""
    return tiny_world(folder, **({"sites": with_north, "lanes": from_north} | change))
