"""The forecast: seasons, learning, consumption by orders, errors."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.planning.forecast import bias_share, consume, forecast, initial_level, update, wape, weekly_season


def test_weekly_season_averages_the_months_by_days():
    rng = np.random.default_rng(0)
    monthly = rng.uniform(0.5, 1.5, (3, 12))
    season = weekly_season(dt.date(2026, 1, 5), 60, monthly)
    assert season.shape == (3, 60)
    for week in range(60):
        days = [dt.date(2026, 1, 5) + dt.timedelta(days=7 * week + d) for d in range(7)]
        np.testing.assert_allclose(season[:, week], np.mean([monthly[:, d.month - 1] for d in days], axis=0))


def test_exact_history_gives_the_exact_forecast():
    rng = np.random.default_rng(1)
    season = rng.uniform(0.5, 1.5, (52, 4))
    level = np.array([10.0, 20.0, 0.0, 5.0])
    history = level * season
    np.testing.assert_allclose(initial_level(history, season), level)
    np.testing.assert_allclose(initial_level(history, season, rng.random(52)), level)
    np.testing.assert_allclose(update(level, history[7], season[7], 0.3), level)
    np.testing.assert_allclose(forecast(level, season), history)
    assert wape(forecast(level, season), history) == 0.0


def test_smoothing_finds_a_step_at_its_known_speed():
    level = np.array([100.0])
    for _ in range(10):
        level = update(level, np.array([150.0]), np.array([1.0]), 0.2)
    assert level[0] == pytest.approx(150 - 50 * 0.8**10)


def test_error_of_smoothing_noise_is_the_known_one():
    """Variance of the level under white noise is alpha / (2 - alpha) of it."""
    rng = np.random.default_rng(2)
    alpha, n = 0.2, 4000
    level, seen = np.full(n, 100.0), []
    for week in range(60):
        level = update(level, 100.0 + 10.0 * rng.standard_normal(n), np.ones(n), alpha)
        if week >= 40:
            seen.append(level.var())
    expected = 100.0 * alpha / (2 - alpha)
    assert np.mean(seen[-1]) == pytest.approx(expected, abs=3 * expected * np.sqrt(2 / n))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 3), st.integers(0, 3))
def test_consumption_never_creates_and_eats_all_it_may(seed, back, ahead):
    rng = np.random.default_rng(seed)
    plan, orders = rng.integers(0, 10, (8, 2)).astype(float), rng.integers(0, 20, (8, 2)) * (rng.random((8, 2)) < 0.5)
    left = consume(plan, orders.astype(float), back=back, ahead=ahead)
    assert (left >= 0).all()
    assert (left <= plan).all()
    assert (plan.sum(axis=0) - left.sum(axis=0) <= orders.sum(axis=0) + 1e-9).all()
    assert (left <= np.maximum(plan - orders, 0)).all()
    if back >= 8 - 1 and ahead >= 8 - 1:
        np.testing.assert_allclose(left.sum(axis=0), np.maximum(plan.sum(axis=0) - orders.sum(axis=0), 0))


def test_consumption_goes_backward_before_forward():
    left = consume(np.full((3, 1), 10.0), np.array([[0.0], [15.0], [0.0]]))
    assert left.ravel().tolist() == [5.0, 0.0, 10.0]


def test_wide_windows_consume_the_whole_total():
    left = consume(np.full((5, 1), 10.0), np.array([[0.0], [0.0], [43.0], [0.0], [0.0]]), back=4, ahead=4)
    assert left.sum() == 7.0


def test_bias_has_a_sign_and_wape_none():
    plan, actual = np.array([120.0, 80.0]), np.array([100.0, 100.0])
    assert wape(plan, actual) == pytest.approx(0.2)
    assert bias_share(plan, actual) == 0.0
    assert bias_share(forecast(np.array([100.0]), np.ones((1, 1)), bias=0.15), np.array([[100.0]])) == pytest.approx(
        0.15
    )
    assert np.isnan(wape(plan, np.zeros(2)))
    assert np.isnan(bias_share(plan, np.zeros(2)))
