"""The promise allocation: another solver, brute force, fairness, quotas that promises keep."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from e2esim.planning.allocation import AllocationSystem, PromiseAllocator
from e2esim.planning.allocation_kernels import Shared, serve_each
from e2esim.planning.atp_kernels import promise_rows
from e2esim.planning.fair_share import fair_share, greedy_served


def system_of(rng, items=3, classes=3, centres=2, materials=1, fairness=0.5, **kw):
    return AllocationSystem(
        value=rng.uniform(20, 200, (items, classes)),
        delay=rng.uniform(0.1, 5.0, classes),
        bucket_end=np.array([3, 7, 14]),
        centre_hours=rng.uniform(0.1, 1.0, (centres, items)) * (rng.random((centres, items)) < 0.8),
        material_use=rng.uniform(0.5, 2.0, (materials, items)),
        extra_eur=rng.uniform(0.1, 2.0, items),
        fairness=fairness,
        **kw,
    )


def night_of(rng, system, tightness=0.7, extra=True):
    items, classes, buckets = system.shape
    demand = rng.uniform(0, 20, (items, classes, buckets))
    total = np.cumsum(demand.sum(axis=1), axis=1)
    supply = np.maximum.accumulate(total * rng.uniform(tightness - 0.4, tightness + 0.2, (items, buckets)), axis=1)
    days = np.repeat(np.arange(buckets), np.diff(system.bucket_end, prepend=0))
    room = 5.0 if extra else 0.0
    return {
        "demand": demand,
        "free": supply[:, days],
        "free_hours": rng.uniform(0, room, (system.centre_hours.shape[0], buckets)),
        "material": np.cumsum(rng.uniform(0, 10, (system.material_use.shape[0], buckets)), axis=1),
    }


def gain(system, served, extra):
    """What the allocation is worth: value at the end, delay avoided in each bucket, cost of extra."""
    return (
        (served[:, :, -1] * system.value).sum()
        + (served * (system.delay[:, None] * system.bucket_days)).sum()
        - (extra.sum(axis=1) @ system.extra_eur)
    )


def best_by_scipy(system, night):
    """Twin: increments of served and of extra, every rule written out, another solver."""
    items, classes, buckets = system.shape
    supply = np.maximum(night["free"][:, system.bucket_end - 1], 0.0)
    floor = system.fairness * fair_share(night["demand"], supply)
    s = np.arange(items * classes * buckets).reshape(items, classes, buckets)
    e = s.size + np.arange(items * buckets).reshape(items, buckets)
    size = s.size + e.size
    cost = np.zeros(size)
    for b in range(buckets):  # an increment in bucket b counts in every bucket from b on
        cost[s[:, :, b]] = -(system.value + system.delay * system.bucket_days[b:].sum())
    cost[e] = system.extra_eur[:, None]
    ub, rhs = [], []

    def limit(row, high):
        ub.append(row)
        rhs.append(high)

    total = np.cumsum(night["demand"], axis=2)
    for b in range(buckets):
        for i in range(items):
            row = np.zeros(size)
            row[s[i, :, : b + 1]], row[e[i, : b + 1]] = 1, -1
            limit(row, supply[i, b])
            for k in range(classes):
                row = np.zeros(size)
                row[s[i, k, : b + 1]] = 1
                limit(row, total[i, k, b])
                limit(-row, -floor[i, k, b])
        for z in range(system.centre_hours.shape[0]):
            row = np.zeros(size)
            row[e[:, b]] = system.centre_hours[z]
            limit(row, night["free_hours"][z, b])
        for z in range(system.material_use.shape[0]):
            row = np.zeros(size)
            for t in range(b + 1):
                row[e[:, t]] = system.material_use[z]
            limit(row, night["material"][z, b])
    made = np.repeat((system.centre_hours > 0).any(axis=0), buckets)
    bounds = [(0, None)] * s.size + [(0, None if may else 0) for may in made]
    result = linprog(cost, np.array(ub), rhs, bounds=bounds)
    assert result.status == 0
    return -result.fun


def check(system, night, plan):
    supply = np.maximum(night["free"][:, system.bucket_end - 1], 0.0)
    total = np.cumsum(night["demand"], axis=2)
    made = np.cumsum(plan.extra, axis=1)
    assert (plan.served.sum(axis=1) <= supply + made + 1e-6)[plan.short].all()
    assert (plan.served <= total + 1e-6).all()
    assert (np.diff(plan.served, axis=2) >= -1e-6).all()
    assert (plan.served >= system.fairness * fair_share(night["demand"], supply) - 1e-6).all()
    assert (system.centre_hours @ plan.extra <= night["free_hours"] + 1e-6).all()
    assert (system.material_use @ made <= night["material"] + 1e-6).all()
    assert (plan.quota[:, :, 1:] >= plan.quota[:, :, :-1] - 1e-9).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 1.0))
def test_allocation_keeps_every_limit_and_is_as_good_as_another_solver(seed, fairness):
    rng = np.random.default_rng(seed)
    system = system_of(rng, fairness=fairness)
    planner = PromiseAllocator(system)
    for tightness in (0.9, 0.5):
        night = night_of(rng, system, tightness)
        plan = planner.plan(**night)
        check(system, night, plan)
        assert plan.status == "optimal"
        assert gain(system, plan.served, plan.extra) == pytest.approx(best_by_scipy(system, night), rel=1e-6)


@given(seed=st.integers(0, 10_000), fairness=st.sampled_from([0.0, 0.5, 0.9]), room=st.sampled_from([0.0, 0.5, 50.0]))
@settings(max_examples=60, deadline=None)
def test_items_that_share_nothing_scarce_are_solved_one_by_one(seed, fairness, room):
    """Without prices a kernel solves uncoupled nights; whatever decides, it is as good as another solver."""
    rng = np.random.default_rng(seed)
    system = system_of(rng, fairness=fairness)
    night = night_of(rng, system)
    night["free_hours"] = rng.uniform(0, room + 1e-12, night["free_hours"].shape)
    plan = PromiseAllocator(system).plan(**night, prices=False)
    priced = PromiseAllocator(system).plan(**night)
    assert gain(system, plan.served, plan.extra) == pytest.approx(gain(system, priced.served, priced.extra), rel=1e-7)
    assert (system.centre_hours @ plan.extra <= night["free_hours"] + 1e-5).all()
    assert (np.diff(plan.served, axis=2, prepend=0.0) >= -1e-6).all()


def test_a_night_without_free_hours_needs_no_programme(monkeypatch):
    """The kernel alone answers: the solver would fail if it were asked."""
    rng = np.random.default_rng(4)
    system = system_of(rng, materials=0)
    night = night_of(rng, system, extra=False)
    allocator = PromiseAllocator(system)
    monkeypatch.setattr(allocator._lp, "solve", None)
    assert allocator.plan(**night, prices=False).status == "optimal"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 60.0))
def test_serving_stops_early_only_where_the_items_together_take_too_much(seed, room):
    """Twin: every item served without a limit to stop at, then the sums; what was served before the end is the same."""
    rng = np.random.default_rng(seed)
    items, classes, buckets = 6, 2, 3
    total = np.cumsum(rng.uniform(0, 20, (items, classes, buckets)), axis=2)
    supply = np.cumsum(rng.uniform(0, 10, (items, buckets)), axis=1)
    use = Shared(
        rng.uniform(0, 1, (2, items)), rng.uniform(0, room, (2, buckets)), rng.uniform(0, 1, (1, items)), np.cumsum(rng.uniform(0, room, (1, buckets)), axis=1)
    )
    may = rng.random(items) < 0.7
    cap = np.where(may[:, None], rng.uniform(0, 30, (items, buckets)), 0.0)
    short = rng.random(items) < 0.8
    facts = (total, 0.2 * total, supply, short, rng.uniform(20, 90, (items, classes)), rng.uniform(0, 3, (classes, buckets)), rng.uniform(0, 2, items), cap)
    plenty = Shared(use.hours_use, np.full_like(use.hours, np.inf), use.material_use, np.full_like(use.material, np.inf))
    served, extra, whole = serve_each(*facts, plenty)
    assert whole
    fits = (use.hours_use @ extra <= use.hours + 1e-6).all() and (use.material_use @ np.cumsum(extra, axis=1) <= use.material + 1e-6).all()
    part, made, whole = serve_each(*facts, use)
    assert whole or not fits
    if whole:
        np.testing.assert_array_equal(part, served)
        np.testing.assert_array_equal(made, extra)


def test_a_night_whose_first_items_take_all_hours_is_left_at_once():
    """The second item, of which nothing may be made, is not served any more."""
    total, supply = np.full((2, 1, 1), 10.0), np.zeros((2, 1))
    use = Shared(np.array([[1.0, 0.0]]), np.array([[3.0]]), np.zeros((0, 2)), np.zeros((0, 1)))
    cap = np.array([[8.0], [0.0]])
    facts = (total, 0.0 * total, supply, np.array([True, True]), np.full((2, 1), 50.0), np.zeros((1, 1)), np.ones(2), cap)
    served, extra, whole = serve_each(*facts, use)
    assert not whole
    assert extra[:, 0].tolist() == [8.0, 0.0]
    assert served[1, 0, 0] == 10.0  # as it was handed in


def test_whole_pieces_brute_force():
    system = AllocationSystem(
        value=np.array([[9.0, 4.0]]),
        delay=np.array([1.0, 3.0]),
        bucket_end=np.array([2, 5]),
        centre_hours=np.array([[2.0]]),
        material_use=np.array([[1.0]]),
        extra_eur=np.array([0.5]),
        fairness=0.0,
    )
    demand = np.array([[[2.0, 1.0], [2.0, 2.0]]])
    night = {
        "demand": demand,
        "free": np.array([[1.0, 1.0, 3.0, 3.0, 3.0]]),
        "free_hours": np.array([[2.0, 2.0]]),
        "material": np.array([[1.0, 1.0]]),
    }
    best = -np.inf
    for a0, a1, b0, b1, e0, e1 in np.ndindex(3, 4, 3, 5, 2, 2):
        served, extra = np.array([[[a0, a1], [b0, b1]]], dtype=float), np.array([[e0, e1]], dtype=float)
        inside = (
            a1 >= a0
            and b1 >= b0
            and a0 + b0 <= 1 + e0
            and a1 + b1 <= 3 + e0 + e1
            and e0 + e1 <= 1
            and b0 <= 2
            and b1 <= 4
        )
        if inside:
            best = max(best, gain(system, served, extra))
    plan = PromiseAllocator(system).plan(**night)
    assert gain(system, plan.served, plan.extra) == pytest.approx(best)


def test_nothing_short_is_left_open():
    rng = np.random.default_rng(0)
    system = system_of(rng)
    plan = PromiseAllocator(system).plan(**{**night_of(rng, system), "free": np.full((3, 14), 1e6)})
    assert plan.status == "open"
    assert not plan.short.any()
    assert np.isinf(plan.quota).all()
    assert plan.extra.sum() == 0


def test_items_with_enough_stay_open_beside_short_ones():
    rng = np.random.default_rng(1)
    system = system_of(rng)
    night = night_of(rng, system)
    night["free"][1] = 1e6
    plan = PromiseAllocator(system).plan(**night)
    assert plan.short.tolist() == [True, False, True]
    assert np.isinf(plan.quota[:, 1]).all()
    assert np.isfinite(plan.quota[:, 0]).all()
    np.testing.assert_allclose(plan.served[1], np.cumsum(night["demand"][1], axis=1))
    assert plan.extra[1].sum() == 0


def test_prices_say_what_a_piece_more_is_worth():
    rng = np.random.default_rng(7)
    system = system_of(rng, fairness=0.0)
    night = night_of(rng, system, 0.5)
    plan = PromiseAllocator(system).plan(**night)
    base = gain(system, plan.served, plan.extra)
    i, b = np.unravel_index(np.argmax(plan.supply_price), plan.supply_price.shape)
    more = night["free"].copy()
    first = int(system.bucket_end[b - 1]) if b else 0
    more[i, first : int(system.bucket_end[b])] += 1e-3  # one piece more by the end of bucket b only
    again = PromiseAllocator(system).plan(**{**night, "free": more})
    assert gain(system, again.served, again.extra) - base == pytest.approx(plan.supply_price[i, b] * 1e-3, rel=0.02)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 1.0))
def test_greedy_is_feasible_fair_and_never_better(seed, fairness):
    rng = np.random.default_rng(seed)
    system = system_of(rng, fairness=fairness)
    night = night_of(rng, system, 0.6, extra=False)
    supply = np.maximum(night["free"][:, system.bucket_end - 1], 0.0)
    floor = fairness * fair_share(night["demand"], supply)
    served = greedy_served(night["demand"], supply, floor, system.value)
    assert (served.sum(axis=1) <= supply + 1e-6).all()
    assert (served >= floor - 1e-6).all()
    assert (served <= np.cumsum(night["demand"], axis=2) + 1e-6).all()
    assert (np.diff(served, axis=2) >= -1e-9).all()
    plan = PromiseAllocator(system).plan(**night)
    nothing = np.zeros((3, 3))
    best = gain(system, plan.served, nothing)
    assert gain(system, served, nothing) <= best + 1e-6


def test_greedy_equals_the_optimum_in_one_bucket_and_cannot_look_ahead_in_two():
    rng = np.random.default_rng(9)
    value = np.tile([90.0, 60.0, 30.0], (4, 1))
    one = AllocationSystem(
        value=value,
        delay=np.array([3.0, 2.0, 1.0]),
        bucket_end=np.array([7]),
        centre_hours=np.ones((1, 4)),
        material_use=np.zeros((0, 4)),
        extra_eur=np.ones(4),
        fairness=0.3,
    )
    none = {"free_hours": np.zeros((1, 1)), "material": np.zeros((0, 1))}
    demand, supply = rng.uniform(0, 20, (4, 3, 1)), rng.uniform(5, 25, (4, 1))
    greedy = greedy_served(demand, supply, 0.3 * fair_share(demand, supply), value)
    plan = PromiseAllocator(one).plan(demand=demand, free=np.repeat(supply, 7, axis=1), **none)
    assert gain(one, greedy, np.zeros((4, 1))) == pytest.approx(gain(one, plan.served, plan.extra))
    # ten pieces now; the cheap class asks today, the dear one next week: the plan keeps them, greed does not
    two = AllocationSystem(
        value=np.array([[90.0, 30.0]]),
        delay=np.zeros(2),
        bucket_end=np.array([7, 14]),
        centre_hours=np.ones((1, 1)),
        material_use=np.zeros((0, 1)),
        extra_eur=np.ones(1),
        fairness=0.0,
    )
    demand, supply = np.array([[[0.0, 8.0], [10.0, 0.0]]]), np.array([[10.0, 10.0]])
    plan = PromiseAllocator(two).plan(
        demand=demand, free=np.full((1, 14), 10.0), free_hours=np.zeros((1, 2)), material=np.zeros((0, 2))
    )
    assert plan.served[0, :, 1].tolist() == [8.0, 2.0]
    assert greedy_served(demand, supply, np.zeros((1, 2, 2)), two.value)[0, :, 1].tolist() == [0.0, 10.0]


def test_promises_within_quotas_keep_the_dear_classes_part():
    """The cheap class asks first and for everything: what the plan keeps for the dear class is still there."""
    system = AllocationSystem(
        value=np.array([[90.0, 10.0]]),
        delay=np.array([1.0, 1.0]),
        bucket_end=np.array([5]),
        centre_hours=np.zeros((1, 1)),
        material_use=np.zeros((0, 1)),
        extra_eur=np.ones(1),
        fairness=0.0,
    )
    free = np.full((1, 5), 10.0)
    plan = PromiseAllocator(system).plan(
        demand=np.array([[[6.0], [30.0]]]), free=free, free_hours=np.zeros((1, 1)), material=np.zeros((0, 1))
    )
    n = 20
    rank = np.r_[np.ones(14, dtype=np.int64), np.zeros(6, dtype=np.int64)]
    ship = promise_rows(free, plan.quota, np.zeros(n, dtype=np.int64), np.ones(n), rank, np.zeros(n, dtype=np.int64))
    assert (ship[rank == 1] < 5).sum() == 4
    assert (ship[rank == 0] < 5).all()


def test_a_dear_class_may_eat_into_a_cheap_one_down_to_its_floor():
    system = AllocationSystem(
        value=np.array([[90.0, 10.0]]),
        delay=np.array([1.0, 1.0]),
        bucket_end=np.array([5]),
        centre_hours=np.zeros((1, 1)),
        material_use=np.zeros((0, 1)),
        extra_eur=np.ones(1),
        fairness=0.5,
    )
    plan = PromiseAllocator(system).plan(
        demand=np.array([[[4.0], [16.0]]]),
        free=np.full((1, 5), 10.0),
        free_hours=np.zeros((1, 1)),
        material=np.zeros((0, 1)),
    )
    assert plan.served[0, :, 0].tolist() == [4.0, 6.0]
    assert plan.quota[:, 0, 0].tolist() == [6.0, 6.0]  # floor of the cheap class: half of 8


def test_few_items_may_be_made_when_all_are_short():
    rng = np.random.default_rng(3)
    system = system_of(rng, items=10, max_extra_items=2)
    night = night_of(rng, system, 0.4)
    plan = PromiseAllocator(system).plan(**night)
    check(system, night, plan)
    assert 0 < (plan.extra.sum(axis=1) > 0).sum() <= 2


def test_bad_systems_are_refused():
    with pytest.raises(ValueError, match="bucket_end must ascend"):
        AllocationSystem(
            value=np.ones((1, 1)),
            delay=np.ones(1),
            bucket_end=np.array([5, 5]),
            centre_hours=np.ones((1, 1)),
            material_use=np.ones((0, 1)),
            extra_eur=np.ones(1),
        )
