"""Satisfaction over the time since purchase: a peak at the purchase, a decay, and a firm that serves after it above one that sells products only (row A5)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from e2esim.report.since_purchase import MONTH_H, read_since_purchase

pytestmark = pytest.mark.long
YEAR = ("scale=0.03", "horizon.tick_h=6")


def test_both_curves_peak_at_the_purchase_and_fall_and_the_serving_firm_lies_above(shipped: Any) -> None:
    """Same customers, same product: who is answered remembers more at every age; left alone, half of what was above the base goes in a half-life."""
    serves, sells = (shipped("mattress_maker", *YEAR, *more) for more in ((), ("organisation.after_sale=false",)))
    with_service, without = (read_since_purchase(run.outcome, run.world) for run in (serves, sells))
    gap = with_service.remembered - without.remembered
    assert (gap > 0.0).mean() > 0.9, gap
    sd = 0.2 / np.sqrt(np.minimum(with_service.customers, without.customers))  # of memories, about
    assert gap.mean() > 3.0 * float(np.sqrt((2.0 * sd**2).sum()) / len(sd))
    for curve in (with_service.remembered, without.remembered):
        assert int(np.argmax(curve)) == 0
        assert curve[:3].mean() > curve[3:6].mean() > curve[-3:].mean()
    alone = without.product_only
    assert alone is not None
    above = alone - sells.outcome.terms.memory_base
    months = sells.world.settings.satisfaction.half_life_d * 24.0 / MONTH_H
    slope = np.polyfit(with_service.months, np.log2(above), 1)[0]
    assert slope == pytest.approx(-1.0 / months, rel=0.15)
