"""What needs bought elsewhere make of how often customers buy, and so of their value."""

from __future__ import annotations

import math

import numpy as np
import pytest

from e2esim.kpi.needs import share_bought


@pytest.mark.parametrize("chance", [0.9, 0.5, 0.2])
def test_the_rate_is_that_of_customers_followed(chance: float) -> None:
    """Times between 20,000 purchases of customers who take a need elsewhere now and then: mean within 3 standard errors."""
    rng = np.random.default_rng(4)
    gaps = []
    for _ in range(20_000):
        gap = rng.exponential(1.0)
        while rng.random() >= chance:
            gap += rng.exponential(1.0)
        gaps.append(gap)
    many = 1e9  # so many needs seen that ten more play no part
    rate = float(share_bought(np.array([chance * many]), np.array([(1.0 - chance) * many]))[0])
    assert abs(np.mean(gaps) - 1.0 / rate) < 3.0 * np.std(gaps) / math.sqrt(len(gaps))


def test_few_needs_borrow_from_all() -> None:
    """No need seen in a cell: the firm's share; many: its own; none anywhere: every need is bought."""
    found = share_bought(np.array([0.0, 600.0, 0.0]), np.array([0.0, 0.0, 200.0]))
    assert found[0] == pytest.approx(0.75)
    assert found[1] > 0.99
    assert found[2] < 0.05
    assert share_bought(np.zeros(3), np.zeros(3)).tolist() == [1.0, 1.0, 1.0]
