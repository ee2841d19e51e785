"""The closed form of lifetime value against simulated customers and its limits."""

from __future__ import annotations

import math

import numpy as np
import pytest

from e2esim.kpi.clv import expected_value


@pytest.mark.parametrize(
    ("rate", "drop", "discount", "horizon"),
    [(0.5, 0.25, 0.08, 10.0), (3.0, 0.05, 0.12, 4.0), (1.2, 0.9, 0.0, 6.0), (0.1, 0.0, 0.3, 20.0)],
)
def test_closed_form_against_simulated_customers(rate: float, drop: float, discount: float, horizon: float) -> None:
    """100,000 customers have needs at exponential times and may drop out at each: within 3 standard errors."""
    rng = np.random.default_rng(11)
    n = 100_000
    t, alive, value = np.zeros(n), np.ones(n, dtype=bool), np.zeros(n)
    while alive.any():
        t[alive] += rng.exponential(1 / rate, alive.sum())
        alive &= t < horizon
        alive &= rng.random(n) >= drop
        value[alive] += 40.0 * (1 + discount) ** -t[alive]
    error = value.std() / math.sqrt(n)
    assert (
        abs(
            value.mean()
            - expected_value(margin_eur=40.0, rate_y=rate, drop=drop, discount_y=discount, horizon_y=horizon)
        )
        < 3 * error
    )


def test_heterogeneous_customers_integrate_to_bg_nbd() -> None:
    """Mean over Gamma rates and Beta drop-outs, no discount: E[X(t)] of BG/NBD at the CDNOW parameters.

    There the first purchase tosses no coin, hence the division by 1 - p.
    """
    rng = np.random.default_rng(5)
    n = 200_000
    rates, drops = rng.gamma(0.243, 1 / 4.414, n), rng.beta(0.793, 2.426, n)
    for weeks, expected in ((13.0, 0.534), (26.0, 0.901), (39.0, 1.195), (52.0, 1.444)):
        values = np.array(
            [
                expected_value(margin_eur=1.0, rate_y=r, drop=p, discount_y=0.0, horizon_y=weeks) / (1 - p)
                for r, p in zip(rates, drops, strict=True)
            ]
        )
        assert abs(values.mean() - expected) < 3 * values.std() / math.sqrt(n) + 0.0005


def test_limits() -> None:
    assert expected_value(margin_eur=50.0, rate_y=0.0, drop=0.5, discount_y=0.0, horizon_y=10.0) == 0.0
    assert expected_value(margin_eur=50.0, rate_y=1.0, drop=0.2, discount_y=0.08, horizon_y=0.0) == 0.0
    for_ever = expected_value(margin_eur=50.0, rate_y=1.0, drop=0.2, discount_y=0.08, horizon_y=1e6)
    assert for_ever == pytest.approx(50.0 * 0.8 / (0.2 + math.log(1.08)))


@pytest.mark.parametrize("wrong", [{"rate_y": -1.0}, {"drop": 1.5}, {"discount_y": -1.0}, {"horizon_y": -2.0}])
def test_out_of_range(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        expected_value(**({"margin_eur": 1.0, "rate_y": 1.0, "drop": 0.1, "discount_y": 0.1, "horizon_y": 1.0} | wrong))
