"""Lots that end within their planned lead time: as few as can be, even, whole, and nothing lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from e2esim.config import load
from e2esim.domain.build import build_world
from e2esim.planning.lot_time import divided, most_in_lead_time
from worlds import tiny_world


@given(steps=st.integers(1, 400), most=st.integers(1, 60), multiple=st.sampled_from([1.0, 5.0]))
def test_parts_are_whole_few_and_even(steps: int, most: int, multiple: float) -> None:
    parts = divided(multiple * steps, multiple * most, multiple)
    assert sum(parts) == pytest.approx(multiple * steps)
    assert max(parts) <= multiple * most
    assert len(parts) == -(-steps // most)
    assert max(parts) - min(parts) <= multiple
    assert all(part % multiple == 0 for part in parts)


def test_what_is_measured_is_divided_evenly() -> None:
    assert divided(7.5, 3.0, 1.0) == [2.5, 2.5, 2.5]


def test_the_largest_lot_works_as_long_as_its_lead_time(tmp_path: Path) -> None:
    """By hand: a mattress has two days of 8 h on one machine at 95 %, set-up .25 h, .8 h a piece; a core one day, none smaller than 5."""
    folder = tiny_world(tmp_path / "w", routings=lambda rows: [row | {"run_h_per_unit": 4 * row["run_h_per_unit"]} for row in rows])
    slow = build_world(load([f"scenario={folder}"]))
    most = dict(zip(slow.items.ids, most_in_lead_time(slow, np.full(len(slow.centres.ids), 8.0)), strict=True))
    assert most["mattress"] == (2 * 8 * 0.95 - 0.25) // 0.8
    assert most["core"] == (8 * 0.95 - 0.5) // 0.8
    assert most["pillow"] == (8 * 0.95 - 0.25) / 0.2 // 5 * 5
    assert most["foam"] == np.inf
