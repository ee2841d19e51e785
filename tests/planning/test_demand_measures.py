"""Measures and classes: against hand figures and what must not change."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.planning.demand import DemandClass, demand_class, judge, mase, rmsse, tracking_signal


@given(st.integers(0, 10_000), st.floats(0.1, 1e4))
@settings(max_examples=40, deadline=None)
def test_scaled_errors_do_not_know_the_unit(seed: int, unit: float) -> None:
    g = np.random.default_rng(seed)
    planned, actual, history = g.uniform(1, 9, 6), g.uniform(1, 9, 6), g.uniform(1, 9, 30)
    a, b = judge(planned, actual, history, 12), judge(unit * planned, unit * actual, unit * history, 12)
    assert [a.wape, a.bias, a.mase, a.rmsse, a.tracking_signal] == pytest.approx([b.wape, b.bias, b.mase, b.rmsse, b.tracking_signal])


def test_the_seasonal_naive_forecast_of_a_stationary_series_has_a_mase_of_one() -> None:
    g = np.random.default_rng(3)
    scores = []
    for _ in range(400):
        y = g.standard_normal(132) + 10
        scores.append(mase(y[108:120], y[120:], y[:120], 12))
    standard_error = np.std(scores) / np.sqrt(len(scores))
    assert standard_error < 0.02
    assert abs(np.mean(scores) - 1) < 3 * standard_error


def test_the_scale_is_the_change_against_a_season_ago() -> None:
    history = np.tile([10.0, 50.0, 20.0, 70.0], 5) + np.repeat(np.arange(5.0), 4)  # one piece more each season
    actual = np.array([15.0, 55.0])
    assert mase(actual + 3, actual, history, 4) == pytest.approx(3)
    assert rmsse(actual + 3, actual, history, 4) == pytest.approx(3)


def test_median_and_mean_are_the_best_constants_of_their_measures() -> None:
    """The reason why seldom demand is judged by RMSSE: its best MASE is a forecast of zero."""
    g = np.random.default_rng(4)
    y = np.where(g.random(400) < 0.3, 10.0, 0.0)
    zero, mean = np.zeros(400), np.full(400, y.mean())
    assert mase(zero, y, y) < mase(mean, y, y)
    assert rmsse(mean, y, y) < rmsse(zero, y, y)


def test_tracking_signal_of_a_one_sided_forecast_is_the_number_of_periods() -> None:
    actual = np.arange(1.0, 9.0)
    assert tracking_signal(actual + 2, actual) == pytest.approx(8)
    assert tracking_signal(actual - 2, actual) == pytest.approx(-8)
    assert tracking_signal(actual, actual) == 0


def test_shapes_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in shape"):
        judge(np.ones(3), np.ones(4), np.ones(9))


def test_classes_on_both_sides_of_their_limits() -> None:
    """ADI 4/3 is above 1.32 and 37/29 below it; sizes 1 and 5 have CV2 0.89, 3 and 5 have 0.125."""
    third_empty = np.tile([4.0, 4.0, 4.0, 0.0], 9)
    assert demand_class(third_empty) is DemandClass.SLOW
    assert demand_class(np.tile([5.0, 3.0], 9)) is DemandClass.SMOOTH
    assert demand_class(np.tile([1.0, 5.0, 1.0, 9.0], 9)) is DemandClass.ERRATIC
    assert demand_class(np.tile([1.0, 0.0, 9.0, 0.0], 9)) is DemandClass.LUMPY
    assert demand_class(np.zeros(9)) is DemandClass.NONE
    recorded = np.r_[np.zeros(50), np.full(9, 4.0)]  # zeros that are recorded count
    assert demand_class(recorded) is DemandClass.SLOW
