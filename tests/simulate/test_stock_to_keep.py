"""Safety stock in pieces (table stock) is kept beside the days of demand of its item: at a plant, at a warehouse, and in S&OP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from e2esim.config import load
from e2esim.domain.build import build_world
from e2esim.planning.sop.from_world import opening_position, sop_months, sop_problem
from simulate.conftest import ran
from two_sites import two_sites
from worlds import Row, tiny_world

KEPT = {"mattress": 100.0, "foam": 4000.0}


def keeping(rows: list[Row]) -> list[Row]:
    return [row | {"safety_stock": KEPT.get(row["item"], 0.0)} for row in rows]


def more_held(plain: Any, kept: Any, name: str) -> float:
    """By how many units the mean stock lies higher once the plan has filled it."""
    item = kept.world.items.ids.index(name)
    return float(np.mean(kept.outcome.stock_daily[45:, item]) - np.mean(plain.outcome.stock_daily[45:, item]))


def test_safety_stock_is_kept_of_what_is_sold_and_of_what_is_bought(tiny: Any) -> None:
    """By most of it: plants are short of hours now and then, orders may take of it."""
    plain, kept = tiny("plain"), tiny("kept", stock=keeping)
    for name, pieces in KEPT.items():
        assert 0.5 * pieces < more_held(plain, kept, name) < 1.5 * pieces, name


def test_a_warehouse_keeps_its_own(tmp_path: Path) -> None:
    def placed(pieces: float) -> Any:
        return lambda rows: [*rows, {"item": "mattress", "site": "north", "on_hand": 30, "safety_stock": pieces, "source": "assumed"}]

    plain, kept = (ran([f"scenario={two_sites(tmp_path / str(k), stock=placed(k))}", "horizon.days=90"], 0) for k in (0, 60))
    point = [name for name in kept.world.items.ids if name.startswith("mattress@")]
    assert len(point) == 1
    assert 30.0 < more_held(plain, kept, point[0]) < 90.0


def test_the_monthly_plan_keeps_it_too(tmp_path: Path) -> None:
    def problem(world: Any) -> Any:
        months = sop_months(world, 0, 3)
        return sop_problem(world, months, opening_position(world, int(months.edge[-1])))

    plain, kept = (build_world(load([f"scenario={tiny_world(tmp_path / str(k), **change)}"])) for k, change in enumerate(({}, {"stock": keeping})))
    first, second = problem(plain), problem(kept)
    assert (second.safety - first.safety)[:, first.products.index("mattress")] == pytest.approx(KEPT["mattress"])
    foam = first.materials.index("foam")
    assert first.material_reserve[foam] < second.material_reserve[foam] <= first.material_reserve[foam] + KEPT["foam"]
