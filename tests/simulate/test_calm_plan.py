"""The price of changing the plan, inside a run: paired replications on common random numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from worlds import Row

RUNS = 3
CALM = ("planning.slushy_days=28", "planning.change_eur=3")


@pytest.mark.long
def test_dearer_change_calms_the_plan_at_a_stated_cost(tiny: Any) -> None:
    """Nervousness falls by more than a quarter in every replication; what OTIF and stock pay stays within a tenth."""
    runs = [(tiny("plain", replication=k), tiny("plain", *CALM, replication=k)) for k in range(RUNS)]
    free, calm = (np.array([pair[side].kpi("nervousness") for pair in runs]) for side in (0, 1))
    assert np.all(calm < 0.75 * free)
    otif = np.array([pair[1].kpi("otif") - pair[0].kpi("otif") for pair in runs])
    assert abs(otif.mean()) < 0.1
    stock = np.array([pair[1].kpi("stock_value") / pair[0].kpi("stock_value") for pair in runs])
    assert stock.mean() == pytest.approx(1.0, abs=0.15)


def _ample(rows: list[Row]) -> list[Row]:
    return [row | {"machines": 4} for row in rows]


@pytest.mark.long
def test_frozen_weeks_are_laid_out_as_they_were_planned(tiny: Any) -> None:
    """Where hours are ample, four frozen weeks do not move at all, whatever the orders do."""
    free = tiny("ample", work_centres=_ample).kpi("nervousness")
    frozen = tiny("ample", "planning.frozen_days=28", work_centres=_ample).kpi("nervousness")
    assert free > 100.0
    assert frozen == pytest.approx(0.0, abs=1e-6)


def test_no_price_of_change_is_the_old_plan(tiny: Any) -> None:
    """A slushy zone that costs nothing leaves every order line as it was."""
    plain, priced = tiny("plain").outcome.orders, tiny("plain", "planning.slushy_days=28").outcome.orders
    assert np.array_equal(plain.filled("promised"), priced.filled("promised"), equal_nan=True)
    assert np.array_equal(plain.filled("delivered"), priced.filled("delivered"), equal_nan=True)
