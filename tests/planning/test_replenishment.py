"""A trade account's own rule: it reaches its target, in whole pieces, on its own day, and never orders back."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.planning.replenishment import base_stock, min_max, order_up_to_level, replenish, smoothed_rate


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_position_reaches_the_target(seed):
    """Cell by cell as told in words; who has left orders nothing but what its customers wait for."""
    rng = np.random.default_rng(seed)
    shape = (5, 7)
    target, on_hand, elsewhere, on_order, backlog = (rng.uniform(0, 30, shape) for _ in range(5))
    accounts, wallet, lines = np.flatnonzero(rng.random(5) < 0.6), np.where(rng.random(5) < 0.3, 0.0, 1.2), np.empty((3, 35), dtype=np.int64)
    m = replenish(accounts, target, wallet, (on_hand, elsewhere, on_order, backlog), *lines)
    position = on_hand + elsewhere + on_order - backlog
    wanted = np.ceil(base_stock(position, target * (wallet > 0)[:, None]) - 1e-9)
    told = [[a, i, wanted[a, i]] for a in accounts for i in range(7) if wanted[a, i] > 0]
    assert lines[:, :m].T.tolist() == told


def test_in_steady_sales_the_account_orders_what_it_sells():
    rate, lead, review = 3.0, 4, 7
    target = order_up_to_level(np.array([[rate]]), np.array([float(lead)]), np.array([float(review)]), np.array([10.0]))
    stock, pipeline, ordered, lowest = float(target[0, 0]), {}, 0.0, np.inf
    for day in range(70):
        stock += pipeline.pop(day, 0.0) - rate
        lowest = min(lowest, stock)
        if day % review == review - 1:
            none, line = np.zeros((1, 1)), np.zeros((3, 1), dtype=np.int64)
            goods = np.array([[stock]]), none, np.array([[float(sum(pipeline.values()))]]), none
            assert replenish(np.array([0]), target, np.ones(1), goods, *line) == 1
            pipeline[day + 1 + lead] = float(line[2, 0])
            ordered += float(line[2, 0])
    assert ordered == rate * 70
    assert lowest == 10.0 * rate  # exactly the cover is left before a receipt


def test_rules_differ_as_they_should():
    position = np.array([0.0, 20.0, 21.0, 50.0])
    assert base_stock(position, np.full(4, 40.0)).tolist() == [40.0, 20.0, 19.0, 0.0]
    assert min_max(position, np.full(4, 20.0), np.full(4, 40.0)).tolist() == [40.0, 20.0, 0.0, 0.0]


def test_learnt_rate_converges_to_the_season_free_sales():
    rate = np.array([[1.0]])
    for _ in range(60):
        rate = smoothed_rate(rate, np.array([[2.0 * 7 * 1.5]]), 7.0, 0.2, season=1.5)
    np.testing.assert_allclose(rate, 2.0, rtol=1e-4)
