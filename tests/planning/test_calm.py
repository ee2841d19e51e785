"""The calm of the rolling plan: a week without news moves nothing, and a higher price of change moves less."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.planning.calm import piece_days
from e2esim.planning.mps import Calm, MpsSystem, RollingMps

F = npt.NDArray[np.float64]
WEEKS, ITEMS = 6, 3


def system(calm: Calm | None) -> MpsSystem:
    """Three items on one work centre of 100 h."""
    return MpsSystem(
        weeks=WEEKS,
        centre_hours=np.array([[1.0, 2.0, 1.0]]),
        material_use=np.zeros((0, ITEMS)),
        holding_eur=np.array([0.1, 0.1, 0.2]),
        backlog_eur=np.full(ITEMS, 12.0),
        shortfall_eur=np.full(ITEMS, 3.0),
        overtime_eur=np.array([15.0]),
        calm=calm,
    )


def zones(frozen: int, slushy: int, eur: float) -> Calm:
    return Calm(frozen=frozen, slushy=slushy, frozen_eur=np.full(ITEMS, 1200.0), slushy_eur=np.full(ITEMS, eur))


def facts(demand: F, opening: F) -> dict[str, Any]:
    return {
        "demand": demand,
        "opening": opening,
        "receipts": np.zeros((WEEKS, ITEMS)),
        "safety": np.full((WEEKS, ITEMS), 5.0),
        "normal_h": np.full((1, WEEKS), 100.0),
        "overtime_h": np.full((1, WEEKS), 10.0),
        "material": np.zeros((0, WEEKS)),
    }


def rolled(seed: int, calm: Calm | None, news: float) -> tuple[F, F]:
    """What was planned for the weeks that two runs share: the old plan and the new one, with `news` pieces of noise in demand."""
    rng = np.random.default_rng(seed)
    demand = np.round(rng.uniform(5, 40, (WEEKS + 1, ITEMS)))
    mps, opening = RollingMps(system(calm)), np.full(ITEMS, 20.0)
    first = mps.plan(**facts(demand[:WEEKS], opening))
    before = np.vstack([first.make[1:], np.zeros((1, ITEMS))])
    changed = np.maximum(demand[1:] + np.round(news * rng.standard_normal((WEEKS, ITEMS))), 0.0)
    second = mps.plan(**facts(changed, opening + first.make[0] - demand[0]), before=before)
    return before, second.make


def slow_piece_days(old: F, new: F) -> float:
    """Matches pieces one by one, the earliest of the old plan with the earliest of the new."""
    total, end = 0.0, len(old)
    for item in range(old.shape[1]):
        a, b = (sorted(week for week in range(end) for _ in range(int(plan[week, item]))) for plan in (old, new))
        a, b = (days + [end] * (max(len(a), len(b)) - len(days)) for days in (a, b))
        total += sum(7.0 * abs(x - y) for x, y in zip(a, b, strict=True))
    return total


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 4), min_size=16, max_size=16))
def test_piece_days_match_pieces_one_by_one(pieces: list[int]) -> None:
    old, new = np.array(pieces, dtype=np.float64).reshape(2, 4, 2)
    assert piece_days(old, new) == slow_piece_days(old, new)


@pytest.mark.parametrize("seed", range(5))
def test_a_week_without_news_changes_nothing_in_the_zones(seed: int) -> None:
    """The new week at the end of the horizon is no reason to move; only the last weeks, which the first run saw as the end, may."""
    before, after = rolled(seed, zones(2, 4, 5.0), news=0.0)
    assert after[:2] == pytest.approx(before[:2], abs=1e-6)
    assert piece_days(before[:4], after[:4]) <= piece_days(*(plan[:4] for plan in rolled(seed, None, news=0.0))) + 1e-6


@pytest.mark.parametrize("seed", range(5))
def test_the_frozen_zone_stays_whatever_happens(seed: int) -> None:
    before, after = rolled(seed, zones(2, 2, 0.0), news=10.0)
    assert after[:2] == pytest.approx(before[:2], abs=1e-6)


def test_a_frozen_plan_that_cannot_be_made_gives_way_and_stays_feasible() -> None:
    before = np.zeros((WEEKS, ITEMS))
    before[0, 0] = 500.0
    plan = RollingMps(system(zones(1, 1, 0.0))).plan(**facts(np.full((WEEKS, ITEMS), 10.0), np.zeros(ITEMS)), before=before)
    assert plan.status != "failed"
    assert plan.make[0, 0] == pytest.approx(110.0)  # all hours, overtime included


def test_dearer_change_moves_less() -> None:
    moved = [np.mean([piece_days(*rolled(seed, zones(0, 4, eur), news=6.0)) for seed in range(8)]) for eur in (0.01, 0.5, 5.0)]
    assert moved[0] > moved[1] > moved[2]


def test_change_that_costs_nothing_changes_nothing() -> None:
    """With empty zones the plan is the same to the last bit, whatever was planned before."""
    with_zones, without = rolled(1, zones(0, 0, 0.0), news=5.0), rolled(1, None, news=5.0)
    assert np.array_equal(with_zones[1], without[1])


def test_zones_are_checked() -> None:
    with pytest.raises(ValueError, match="zones must follow"):
        zones(3, 2, 1.0)
    with pytest.raises(ValueError, match="inside the horizon"):
        replace(system(None), calm=zones(0, WEEKS + 1, 1.0))
