"""Lifting a call-off to a price break: never dearer over the time that it covers, by brute force."""

from __future__ import annotations

import numpy as np
import pytest

from e2esim.planning.price_breaks import lifted, price_of

BREAKS = ((400.0, 1.9), (1000.0, 1.7), (5000.0, 1.5))


def cost_of(bought: float, needed: float, use: float, holding: float) -> float:
    """What buying ``bought`` now costs, against buying ``needed`` now and the rest when it is used, at the price of now; day by day."""
    usual = price_of(needed, 2.0, BREAKS)
    paid = price_of(bought, 2.0, BREAKS)
    left = max(0.0, bought - needed)
    weeks = np.arange(0.0, (needed + left) / use, 0.01)
    stock_of_surplus = np.clip(bought - use * weeks, 0.0, left)
    return paid * bought - usual * left + holding * paid * float(stock_of_surplus.sum()) * 0.01


@pytest.mark.parametrize("needed", [50.0, 300.0, 399.0, 700.0, 999.0, 4000.0, 6000.0])
@pytest.mark.parametrize("use", [20.0, 200.0, 2000.0])
def test_it_takes_the_cheapest_of_all_choices(needed: float, use: float) -> None:
    holding = 0.004
    choices = [needed, *(start for start, _ in BREAKS if start > needed)]
    costs = [cost_of(one, needed, use, holding) for one in choices]
    taken = lifted(needed, 2.0, BREAKS, use_week=use, holding_share_week=holding, most=1e9)
    assert taken in choices
    assert cost_of(taken, needed, use, holding) <= min(costs) + 0.002 * abs(min(costs))


def test_capacity_and_idleness_hold_it_back() -> None:
    assert lifted(300.0, 2.0, BREAKS, use_week=200.0, holding_share_week=0.004, most=350.0) == 300.0
    assert lifted(300.0, 2.0, BREAKS, use_week=0.0, holding_share_week=0.004, most=1e9) == 300.0
    assert lifted(300.0, 2.0, (), use_week=100.0, holding_share_week=0.004, most=1e9) == 300.0
