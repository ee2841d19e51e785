"""Call-offs respect lots and capacities, cover the need when they can, and say what is missing when they cannot."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.planning.calloff import Sources, call_offs, requirement


def world(seed):
    rng = np.random.default_rng(seed)
    items = int(rng.integers(1, 5))
    n = int(rng.integers(1, 3 * items + 1))
    sources = Sources(
        item=rng.integers(0, items, n),
        priority=rng.integers(1, 4, n),
        lead_d=rng.uniform(0, 20, n),
        lot_min=rng.integers(0, 30, n).astype(float),
        lot_multiple=rng.integers(0, 12, n).astype(float),
        weekly_capacity=rng.integers(0, 3, n) * rng.uniform(20, 80, n),
        reject_share=rng.uniform(0, 0.2, n),
    )
    state = {
        "daily": rng.uniform(0, 8, (items, 30)),
        "on_hand": rng.uniform(0, 60, items),
        "on_order": rng.uniform(0, 60, items),
        "safety": rng.uniform(0, 20, items),
        "review_d": float(rng.integers(1, 8)),
        "called_this_week": rng.uniform(0, 40, n),
    }
    return sources, state


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_lots_capacities_and_cover(seed):
    sources, state = world(seed)
    plan = call_offs(sources, **state)
    row, q = plan.source, plan.quantity
    assert (q > 0).all()
    assert (q >= sources.lot_min[row] - 1e-6).all()
    some = sources.lot_multiple[row] > 0
    np.testing.assert_allclose(
        np.round(q[some] / sources.lot_multiple[row][some]), q[some] / sources.lot_multiple[row][some], atol=1e-6
    )
    limit = sources.weekly_capacity[row]
    assert (q <= np.where(limit > 0, limit - state["called_this_week"][row], np.inf) + 1e-6).all()
    assert np.unique(row).size == row.size  # one call-off a source a day
    assert (plan.due_day >= sources.lead_d[row] - 1e-6).all()
    assert (plan.due_day < sources.lead_d[row] + 1).all()
    assert (plan.item == sources.item[row]).all()
    for i in range(state["on_hand"].size):
        mine = np.flatnonzero(sources.item == i)
        if not mine.size:
            assert plan.missing[i] == 0
            continue
        first = mine[np.argmin(sources.priority[mine])]
        days = int(np.ceil(sources.lead_d[first] + state["review_d"] - 1e-9))
        need = state["daily"][i, :days].sum() + state["safety"][i] - state["on_hand"][i] - state["on_order"][i]
        good = (q * (1 - sources.reject_share[row]))[plan.item == i].sum()
        assert good + plan.missing[i] >= need - 1e-6
        if need <= 0:
            assert good == 0
        if plan.missing[i] > 1e-6:  # missing only when every source is at its limit
            for s in mine:
                multiple = max(sources.lot_multiple[s], 1e-9)
                smallest = max(np.ceil(sources.lot_min[s] / multiple), 1) * multiple
                left = sources.weekly_capacity[s] - state["called_this_week"][s] - q[row == s].sum()
                assert sources.weekly_capacity[s] > 0
                assert left < smallest + 1e-6


def test_the_second_source_is_asked_only_when_the_first_is_full():
    sources = Sources(
        item=np.array([0, 0]),
        priority=np.array([2, 1]),
        lead_d=np.array([2.0, 9.0]),
        lot_min=np.zeros(2),
        lot_multiple=np.ones(2),
        weekly_capacity=np.array([0.0, 100.0]),
        reject_share=np.zeros(2),
    )
    state = {
        "daily": np.full((1, 30), 5.0),
        "on_hand": np.zeros(1),
        "on_order": np.zeros(1),
        "safety": np.zeros(1),
        "review_d": 1.0,
    }
    easy = call_offs(sources, **state, called_this_week=np.zeros(2))
    assert (easy.source.tolist(), easy.quantity.tolist(), easy.due_day.tolist()) == ([1], [50.0], [9])
    full = call_offs(sources, **state, called_this_week=np.array([0.0, 80.0]))
    assert (full.source.tolist(), full.quantity.tolist()) == ([1, 0], [20.0, 30.0])


def test_rejects_are_ordered_on_top():
    sources = Sources(
        item=np.array([0]),
        priority=np.array([1]),
        lead_d=np.array([4.0]),
        lot_min=np.zeros(1),
        lot_multiple=np.ones(1),
        weekly_capacity=np.zeros(1),
        reject_share=np.array([0.5]),
    )
    plan = call_offs(
        sources,
        daily=np.full((1, 9), 2.0),
        on_hand=np.zeros(1),
        on_order=np.zeros(1),
        safety=np.zeros(1),
        review_d=1.0,
        called_this_week=np.zeros(1),
    )
    assert plan.quantity.tolist() == [20.0]


def test_no_sources_no_call_offs():
    empty, none = np.zeros(0), np.zeros(0, dtype=np.int64)
    sources = Sources(
        item=none,
        priority=none,
        lead_d=empty,
        lot_min=empty,
        lot_multiple=empty,
        weekly_capacity=empty,
        reject_share=empty,
    )
    plan = call_offs(
        sources,
        daily=np.ones((2, 5)),
        on_hand=np.zeros(2),
        on_order=np.zeros(2),
        safety=np.zeros(2),
        review_d=1.0,
        called_this_week=empty,
    )
    assert plan.source.size == 0


def test_requirement_beyond_the_horizon_goes_on_at_the_mean_rate():
    assert requirement(np.array([[1.0, 3.0]]), np.array([5])).tolist() == [10.0]


def test_bad_terms_are_refused():
    with pytest.raises(ValueError, match="lead_d must not be negative"):
        Sources(
            item=np.array([0]),
            priority=np.array([1]),
            lead_d=np.array([-1.0]),
            lot_min=np.zeros(1),
            lot_multiple=np.ones(1),
            weekly_capacity=np.zeros(1),
            reject_share=np.zeros(1),
        )
    with pytest.raises(ValueError, match="reject_share must be below one"):
        Sources(
            item=np.array([0]),
            priority=np.array([1]),
            lead_d=np.ones(1),
            lot_min=np.zeros(1),
            lot_multiple=np.ones(1),
            weekly_capacity=np.zeros(1),
            reject_share=np.ones(1),
        )


def test_what_a_supplier_gives_in_a_week_goes_to_what_runs_out_first():
    """Three items of one supplier that gives 100 EUR: 30 are gone, the rest serves the shortest cover, in whole lots, then the next one."""
    sources = Sources(
        item=np.array([0, 1, 2]), priority=np.ones(3, dtype=int), lead_d=np.full(3, 5.0), lot_min=np.zeros(3), lot_multiple=np.array([1.0, 4.0, 1.0]),
        weekly_capacity=np.zeros(3), reject_share=np.zeros(3),
        supplier=np.array([0, 0, 1]), price=np.array([5.0, 2.0, 3.0]), weekly_eur=np.array([100.0, np.inf]),
    )  # fmt: skip
    plan = call_offs(
        sources, daily=np.full((3, 20), 2.0), on_hand=np.array([4.0, 1.0, 0.0]), on_order=np.zeros(3), safety=np.zeros(3), review_d=5.0,
        called_this_week=np.array([6.0, 0.0, 50.0]),
    )  # fmt: skip
    given = dict(zip(plan.item.tolist(), plan.quantity.tolist(), strict=True))
    assert given == {1: 20.0, 0: 6.0, 2: 20.0}  # 70 EUR left: 40 for item 1 (one day of cover), 30 for item 0
    assert plan.missing.tolist() == [10.0, 0.0, 0.0]
