"""Safety stock in pieces (table stock) is kept in a market run beside the days of demand of its item."""

from __future__ import annotations

from typing import Any

import numpy as np

from worlds import Row

KEPT = {"mattress": 100.0, "foam": 4000.0}


def keeping(rows: list[Row]) -> list[Row]:
    return [row | {"safety_stock": KEPT.get(row["item"], 0.0)} for row in rows]


def held(run: Any) -> Any:
    """What was at the plant each night, (nights, items)."""
    return np.array(run.replication._held)


def test_safety_stock_is_kept_of_what_is_sold_and_of_what_is_bought(tiny: Any) -> None:
    """Once the plan has filled it, the mean stock lies higher by most of it: plants are short of hours now and then, orders may take of it."""
    plain, kept = tiny("plain"), tiny("kept", stock=keeping)
    for name, pieces in KEPT.items():
        item = kept.world.items.ids.index(name)
        more = float(np.mean(held(kept)[45:, item]) - np.mean(held(plain)[45:, item]))
        assert 0.5 * pieces < more < 1.5 * pieces, (name, more)
