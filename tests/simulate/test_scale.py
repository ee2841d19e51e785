"""How near a small world is to a larger one: ratios of the shipped scenario at scale 0.02 against 0.1, same days, same seed.

Scale thins the trade accounts and pools fewer agents, lots and trucks, so counts shrink exactly and ratios roughly.
"""

from __future__ import annotations

from typing import Any

import pytest

DAYS = ("horizon.days=100", "horizon.warmup_days=28")
NEAR = {  # KPI: absolute distance allowed
    "otif": 0.05,
    "on_time": 0.05,
    "consumer_on_time": 0.03,
    "csat_true": 0.02,
    "csat_mean_true": 0.06,
    "satisfaction": 0.03,
    "lead_time": 3.0,
    "consumer_lead_time": 1.0,
    "capacity_load": 0.08,
    "fill_rate": 0.12,
}


@pytest.mark.parametrize("name", list(NEAR))
def test_ratios_stay_near(shipped: Any, name: str) -> None:
    """OTIF, satisfaction, lead times and load at scale 0.02 lie near those at 0.1."""
    small, large = (shipped("mattress_maker", f"scale={s}", *DAYS).kpi(name) for s in (0.02, 0.1))
    assert small == pytest.approx(large, abs=NEAR[name])


@pytest.mark.parametrize("name", ["purchases", "mattresses_delivered", "turnover", "customers"])
def test_volumes_shrink_with_the_scale(shipped: Any, name: str) -> None:
    """Counts and money over the scale stay within 10 %."""
    small, large = (shipped("mattress_maker", f"scale={s}", *DAYS).kpi(name) / s for s in (0.02, 0.1))
    assert small == pytest.approx(large, rel=0.10)
