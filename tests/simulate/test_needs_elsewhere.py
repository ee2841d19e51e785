"""Needs of customers that are bought elsewhere, seen in a run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from e2esim.kpi import measure


def test_dearer_goods_send_needs_elsewhere_and_earn_less_for_ever(tiny: Any) -> None:
    """Prices x 1.3: fewer needs of customers are bought from the firm. What they take elsewhere lowers their value, and a window counts its own weeks only."""
    base, dear = (tiny("plain", "horizon.days=200", f"market.price_factor={factor}") for factor in (1.0, 1.3))
    assert dear.kpi("needs_bought") < 0.9 * base.kpi("needs_bought")
    seen = dear.outcome
    assert seen.needs_lost.sum() > 20
    none_lost = measure(replace(seen, needs_lost=np.zeros_like(seen.needs_lost))).headline
    assert none_lost["needs_bought"][0] == 1.0
    assert dear.kpi("clv") < 0.98 * none_lost["clv"][0]
    assert dear.kpi("customer_value") < none_lost["customer_value"][0]
    half = measure(replace(seen, horizon_h=2400.0)).headline["conversion"][0]
    assert 0.7 * dear.kpi("conversion") < half < 1.4 * dear.kpi("conversion")
