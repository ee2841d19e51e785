"""What needs bought elsewhere make of how often customers buy, and so of their value."""

from __future__ import annotations

import math

import numpy as np
import pytest

from e2esim.kpi.needs import rate_of_buying


@pytest.mark.parametrize(("chance", "comes_back"), [(0.9, 0.25), (0.5, 0.25), (0.2, 1.0)])
def test_the_rate_is_that_of_customers_followed(chance: float, comes_back: float) -> None:
    """Times between 20,000 purchases of customers who take a need elsewhere now and then: mean within 3 standard errors."""
    rng = np.random.default_rng(4)
    gaps = []
    for _ in range(20_000):
        gap = rng.exponential(1.0)
        while rng.random() >= chance:
            gap += rng.exponential(comes_back)
        gaps.append(gap)
    many = 1e9  # so many needs seen that ten more play no part
    rate = float(rate_of_buying(np.array([chance * many]), np.array([(1.0 - chance) * many]), comes_back)[0])
    assert abs(np.mean(gaps) - 1.0 / rate) < 3.0 * np.std(gaps) / math.sqrt(len(gaps))


def test_few_needs_borrow_from_all() -> None:
    """No need seen in a cell: the firm's share; many: its own; none anywhere: every need is bought."""
    found = rate_of_buying(np.array([0.0, 600.0, 0.0]), np.array([0.0, 0.0, 200.0]), 1.0)
    assert found[0] == pytest.approx(0.75)
    assert found[1] > 0.99
    assert found[2] < 0.05
    assert rate_of_buying(np.zeros(3), np.zeros(3), 0.25).tolist() == [1.0, 1.0, 1.0]
