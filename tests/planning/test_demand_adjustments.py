"""Promotions, overrides, forecast value added, and sums that hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.planning.demand import Override, Promotion, adjust, bottom_up, top_down, value_added, whole_pieces

KEYS = [("bed", "shop"), ("bed", "web"), ("lamp", "web")]
WEEKS = 7.0 * np.arange(5)


def test_a_promotion_lifts_its_days_of_its_series_only() -> None:
    base = np.full((3, 4), 70.0)
    made = adjust(base, KEYS, WEEKS, [Promotion(start=5, end=12, uplift=0.4, channel="web")])
    assert made.final[0].tolist() == [70] * 4
    assert made.final[1].tolist() == pytest.approx([70 + 0.4 * 20, 70 + 0.4 * 50, 70, 70])
    assert made.final[2].tolist() == made.final[1].tolist()
    assert base.tolist() == made.statistical.tolist() == [[70] * 4] * 3


def test_an_override_sets_the_total_of_what_it_names_and_leaves_the_rest() -> None:
    g = np.random.default_rng(0)
    base = g.uniform(10, 90, (3, 4))
    lift = Promotion(start=0, end=28, uplift=0.5)
    made = adjust(base, KEYS, WEEKS, [Override(start=7, end=21, quantity=500, item="bed", reason="fair"), lift])
    assert made.final[:2, 1:3].sum() == pytest.approx(500)
    assert made.final[:2, 1:3] / 500 == pytest.approx(base[:2, 1:3] / base[:2, 1:3].sum())
    assert made.final[2].tolist() == made.promoted[2].tolist() == pytest.approx((1.5 * base[2]).tolist())
    assert made.final[:2, [0, 3]].tolist() == pytest.approx(1.5 * base[:2, [0, 3]])


def test_an_override_of_half_a_week_keeps_the_other_half() -> None:
    made = adjust(np.array([[70.0]]), [("bed", "web")], np.array([0.0, 7.0]), [Override(start=0, end=3.5, quantity=10)])
    assert made.final.tolist() == [[45.0]]


def test_an_override_of_a_new_item_is_spread_by_days() -> None:
    change = Override(start=4, end=14, quantity=100)
    made = adjust(np.zeros((1, 2)), [("new", "web")], np.array([0.0, 7.0, 14.0]), [change])
    assert made.final.tolist() == [pytest.approx([30, 70])]


def test_of_two_overrides_the_later_wins() -> None:
    changes = [Override(start=0, end=7, quantity=50), Override(start=0, end=7, quantity=80)]
    assert adjust(np.ones((1, 1)), [("a", "b")], np.array([0.0, 7.0]), changes).final.tolist() == [[80]]


def test_changes_that_touch_nothing_are_named() -> None:
    late, strange = Promotion(start=90, end=95, uplift=0.1), Override(start=0, end=7, quantity=1, item="sofa")
    with pytest.raises(ValueError, match=r"start=90.*touches no forecast; .*sofa.*touches no forecast"):
        adjust(np.ones((3, 4)), KEYS, WEEKS, [late, strange])
    with pytest.raises(ValueError, match="must end after it starts"):
        Promotion(start=4, end=4, uplift=0.1)


def test_value_added_adds_up_and_blames_the_step_that_hurt() -> None:
    g = np.random.default_rng(1)
    actual, history = g.uniform(50, 90, 12), g.uniform(50, 90, 36)
    better, worse = actual + 2, actual + 9
    fva = value_added(actual, {"naive": actual + 6, "statistical": better, "final": worse}, history, 12)
    assert [np.sign(step.added) for step in fva] == [0, 1, -1]
    assert sum(step.added for step in fva) == pytest.approx(fva[-1].added_to_first)
    assert fva[2].errors.bias == pytest.approx(9 * 12 / actual.sum())


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_shares_down_sum_up_again(seed: int) -> None:
    g = np.random.default_rng(seed)
    member = np.r_[0, 1, 2, g.integers(0, 3, 5)]
    weights = np.where(g.random((8, 4)) < 0.4, 0.0, g.uniform(0, 9, (8, 4)))
    total = g.uniform(0, 99, (3, 4))
    shared = top_down(total, member, weights)
    assert bottom_up(shared, member, 3) == pytest.approx(total)
    assert (shared >= 0).all()
    own = bottom_up(weights, member, 3)
    again = top_down(own, member, weights)
    assert again == pytest.approx(weights)


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_whole_pieces_keep_the_total_and_stay_near(seed: int) -> None:
    values = np.random.default_rng(seed).gamma(0.5, 3.0, (7, 3))
    whole = whole_pieces(values)
    assert (whole == np.rint(whole)).all()
    assert whole.sum(axis=0).tolist() == np.rint(values.sum(axis=0)).tolist()
    assert (np.abs(whole - values) < 1).all()


def test_groups_without_series_are_refused() -> None:
    with pytest.raises(ValueError, match="every group with a total needs a series"):
        top_down(np.ones((2, 1)), np.zeros(3, int), np.ones((3, 1)))
