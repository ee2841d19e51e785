"""Spread of channels, losses by department and the best fifth of the buyers, by hand and in runs where one function works badly."""

from __future__ import annotations

import numpy as np
import pytest
from kpi_worlds import random_outcome

from e2esim.domain.experience import ONLY_TOLD, Lived
from e2esim.domain.world import ATTRIBUTES
from e2esim.kpi import measure
from e2esim.kpi.buying import DEPARTMENTS, DRIVERS, top_share


def test_each_kind_of_experience_is_one_departments() -> None:
    """Hand-overs are shared by planning and transport; what is only told is nobody's loss."""
    named = [kind for kinds in DEPARTMENTS.values() for kind in kinds]
    assert len(named) == len(set(named))
    assert set(named) | {Lived.HAND_OVER} | set(ONLY_TOLD) == set(Lived)


def test_losses_by_department_add_up_to_all_losses_felt() -> None:
    outcome = random_outcome(1)
    rng = np.random.default_rng(3)
    shape = (len(Lived), len(ATTRIBUTES) + 1, len(outcome.labels.channels), len(outcome.labels.segments), 5)
    sums = np.zeros(shape)
    sums[..., 2] = -rng.uniform(0.0, 1.0, shape[:-1])
    sums[list(ONLY_TOLD)] = 0.0
    object.__setattr__(outcome, "experience_sums", sums)
    table = measure(outcome)
    o = outcome.orders
    sales = int(((o.filled("kind") != 2) & (o.filled("placed") >= outcome.warmup_h) & (o.filled("placed") < outcome.horizon_h)).sum())
    whole = table.value("department_losses")
    assert whole == pytest.approx(-100.0 * sums[..., 2].sum() / sales)
    each = {name: table.value("department_losses", "department", name) for name in DEPARTMENTS}
    assert sum(value or 0.0 for value in each.values()) == pytest.approx(whole)
    late = -sums[Lived.HAND_OVER, [ATTRIBUTES.index("punctuality"), ATTRIBUTES.index("lead_time")], ..., 2].sum()
    others = -sums[[Lived.GIVEN_UP, Lived.CHANGE_REFUSED], ..., 2].sum()
    assert each["planning and production"] == pytest.approx(100.0 * (late + others) / sales)


def test_channels_alike_have_no_distance() -> None:
    """All consumers as satisfied: 0; those of one channel by .2 less: sqrt(p (1 - p)) x .2."""
    outcome = random_outcome(2)
    o = outcome.orders
    for column in DRIVERS.values():
        o[column][:] = 0.8
    assert measure(outcome).value("channel_spread") == pytest.approx(0.0, abs=1e-6)
    one = o.filled("channel") == 0
    o["satisfaction"][: o.n][one] = 0.6
    seen = (o.filled("kind") != 2) & (o.filled("delivered") >= outcome.warmup_h) & (o.filled("delivered") < outcome.horizon_h)
    p = one[seen].mean()
    assert 0.0 < p < 1.0
    table = measure(outcome)
    assert table.value("channel_spread") == pytest.approx(0.2 * np.sqrt(p * (1.0 - p)), rel=1e-5)
    assert table.value("channel_spread", "driver", "price") == pytest.approx(0.0, abs=1e-6)


def test_the_best_fifth_of_the_buyers_counts_buyers_not_purchases() -> None:
    """Ten buyers, one of whom buys ten times as much and another twice: the best two have 12 of 20 parts."""
    who = np.array([0] * 10 + [1, 1, *range(2, 10)])
    assert top_share(who, np.full(len(who), 5.0)) == pytest.approx((12.0 / 20.0, 10.0))
    assert np.isnan(top_share(np.zeros(0, dtype=np.int64), np.zeros(0))[0])
