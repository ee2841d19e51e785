"""Promises against the obvious rule: never break an earlier promise, never promise later than needed."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.planning import atp_kernels as kernels
from e2esim.planning.atp import OPEN_QUOTA, cumulative_atp, daily_receipts, discrete_atp, free_supply, quote
from e2esim.planning.atp_kernels import promise_rows


def promise_slowly(level, quota, item, quantity, rank, earliest):
    """Twin: keep the plain cumulative supply and look at every day; quota likewise, as a plain cumulative limit."""
    days = level.shape[1]
    level, quota = level.copy(), quota.copy()
    ship = []
    for i, q, k, first in zip(item, quantity, rank, earliest, strict=True):
        found = days
        for day in range(first, days):
            fits = min(level[i, day:]) >= q - 1e-6
            if fits and quota.size:
                fits = min(quota[k, i, day:]) >= q - 1e-6
            if fits:
                found = day
                break
        if found < days:
            level[i, found:] -= q
            if quota.size:
                quota[k, i, found:] -= q
        ship.append(found)
    return np.array(ship), level


@st.composite
def worlds(draw):
    items, days, classes, n = (
        draw(st.integers(1, 3)),
        draw(st.integers(1, 12)),
        draw(st.integers(0, 3)),
        draw(st.integers(0, 25)),
    )
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    on_hand = rng.integers(-3, 12, items).astype(float)
    receipts = rng.integers(0, 8, (items, days)) * (rng.random((items, days)) < 0.4)
    committed = rng.integers(0, 5, (items, days)) * (rng.random((items, days)) < 0.4)
    quota = (
        np.sort(rng.integers(0, 20, (classes, items, days)).astype(float), axis=2) if classes else np.zeros((0, 0, 0))
    )
    quota[rng.random(quota.shape[:2]) < 0.3] = np.inf
    rows = (
        rng.integers(0, items, n),
        rng.integers(1, 7, n).astype(float),
        rng.integers(0, max(classes, 1), n),
        rng.integers(0, days + 1, n),
    )
    return on_hand, receipts.astype(float), committed.astype(float), quota, rows


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_kernel_equals_the_slow_twin_and_no_promise_breaks_another(world):
    on_hand, receipts, committed, quota, (item, quantity, rank, earliest) = world
    free = free_supply(on_hand, receipts, committed)
    level = on_hand[:, None] + np.cumsum(receipts - committed, axis=1)
    expected, after = promise_slowly(level, quota, item, quantity, rank, earliest)
    ship = promise_rows(free, quota.copy(), item, quantity, rank, earliest)
    assert ship.tolist() == expected.tolist()
    # the state is the look-ahead of the supply that is left
    np.testing.assert_allclose(free, np.minimum.accumulate(after[:, ::-1], axis=1)[:, ::-1])
    # feasible together: where supply sufficed before the promises, it suffices with all of them
    shipped = np.zeros_like(level)
    kept = ship < level.shape[1]
    np.add.at(shipped, (item[kept], ship[kept]), quantity[kept])
    net = level - np.cumsum(shipped, axis=1)
    assert (net >= np.minimum(level, 0.0) - 1e-6).all()
    assert (ship[kept] >= earliest[kept]).all()


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_quotas_are_kept_in_every_period(world):
    on_hand, receipts, committed, quota, (item, quantity, rank, earliest) = world
    if not quota.size:
        return
    ship = promise_rows(free_supply(on_hand, receipts, committed), quota.copy(), item, quantity, rank, earliest)
    used = np.zeros_like(quota)
    kept = ship < quota.shape[2]
    np.add.at(used, (rank[kept], item[kept], ship[kept]), quantity[kept])
    assert (np.cumsum(used, axis=2) <= quota + 1e-6).all()


def test_a_line_that_does_not_fit_takes_nothing():
    free = np.array([[2.0, 2.0, 5.0]])
    ship = promise_rows(free, OPEN_QUOTA, np.array([0, 0]), np.array([9.0, 5.0]), np.array([0, 0]), np.array([0, 0]))
    assert ship.tolist() == [3, 2]
    assert free.tolist() == [[0.0, 0.0, 0.0]]  # the five of day 2 include the two of day 0


def test_quote_is_the_day_a_single_piece_is_promised():
    rng = np.random.default_rng(3)
    free = free_supply(
        rng.integers(-5, 5, 20).astype(float), rng.integers(0, 3, (20, 15)).astype(float), np.zeros((20, 15))
    )
    days = [
        int(
            promise_rows(
                free.copy(),
                OPEN_QUOTA,
                np.array([i]),
                np.ones(1),
                np.zeros(1, dtype=np.int64),
                np.zeros(1, dtype=np.int64),
            )[0]
        )
        for i in range(20)
    ]
    assert quote(free).tolist() == days


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 10))
def test_discrete_and_cumulative_atp_agree(seed, periods):
    """With look-ahead the discrete ATP of the periods so far sums to the cumulative one at every receipt."""
    rng = np.random.default_rng(seed)
    mps = (rng.integers(0, 30, periods) * (rng.random(periods) < 0.5)).astype(float)
    orders = rng.integers(0, 12, periods).astype(float)
    discrete = discrete_atp(8.0, mps, orders)
    cumulative = cumulative_atp(8.0, mps, orders)
    assert (discrete[1:] >= 0).all()
    # the table lets the pieces of a receipt wait until the period before the next one, so it looks ahead to there
    starts = np.unique(np.r_[0, np.flatnonzero(mps > 0)])
    ends = np.r_[starts[1:], periods] - 1
    np.testing.assert_allclose(np.cumsum(discrete)[starts], cumulative_at(8.0, mps, orders, ends))
    assert (np.cumsum(discrete)[starts] >= cumulative[starts] - 1e-9).all()


def cumulative_at(on_hand, mps, orders, ends):
    level = on_hand + np.cumsum(mps - orders)
    return [min(level[e] for e in ends[k:]) for k in range(len(ends))]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 6))
def test_daily_receipts_keep_every_week(seed, offset):
    rng = np.random.default_rng(seed)
    weekly = rng.random((4, 3)) * 100
    week = (np.arange(28 + offset) + offset) // 7
    weight = rng.random(week.size) * (rng.random(week.size) < 0.7)
    daily = daily_receipts(weekly, week, weight)
    for w in range(4):
        np.testing.assert_allclose(daily[:, week == w].sum(axis=1), weekly[w])
    assert (daily[:, week > 3] == 0).all()


def test_lines_are_promised_one_after_the_other_and_committed():
    """Day by supply, next departure, transit, margin, no Sunday: each line told in words."""
    rng, n, items, days, accounts, day0, margin, monday = np.random.default_rng(11), 120, 5, 20, 6, 3, 0.5, 1
    free = free_supply(rng.integers(5, 30, items).astype(float), rng.integers(0, 4, (items, days)).astype(float), np.zeros((items, days)))
    quota = np.sort(rng.integers(0, 40, (3, items, days)).astype(float), axis=2)
    quota[1] = np.inf
    departure = np.minimum.accumulate(np.where(rng.random((4, 60)) < 0.5, np.arange(60), 59)[:, ::-1], axis=1)[:, ::-1]
    transit, rank = rng.uniform(0.2, 6.0, 4), rng.integers(0, 2, accounts)
    kind = rng.choice([0, 2], n).astype(np.uint8)
    account = np.where(kind == 2, rng.integers(0, accounts, n), -1).astype(np.int16)
    item, quantity, lane = rng.integers(0, items, n).astype(np.int16), rng.integers(1, 3, n).astype(np.int32), rng.integers(0, 4, n)
    requested, promised = rng.uniform(0.0, 600.0, n).astype(np.float32), np.full(n, np.nan, dtype=np.float32)
    committed, past, ship_day, soonest = np.zeros((items, 60)), np.zeros(items), np.zeros(n, dtype=np.int32), 1
    rows = rng.permutation(n).astype(np.int32)
    lines = kernels.PromisedLines(kind, account, item, quantity, requested, promised)
    free_told, quota_told = free.copy(), quota.copy()
    promises, dates = kernels.Promises(day0, free, quota, committed, past, ship_day), kernels.Dates(departure, transit, margin, monday)
    kernels.give(rows, lane, soonest, 18.0, rank, 2, lines, promises, dates)
    told = np.zeros_like(committed)
    for k, r in enumerate(rows):
        earliest = soonest
        if kind[r] == 2:
            earliest = max(int(np.floor(np.float64(requested[r] / np.float32(24.0)) - transit[lane[k]] - margin)) - day0, soonest + 1)
        own = np.array([rank[account[r]] if account[r] >= 0 else 2])
        day = day0 + int(promise_rows(free_told, quota_told, item[r : r + 1].astype(np.int64), quantity[r : r + 1].astype(float), own, np.array([earliest]))[0])
        assert ship_day[r] == day
        told[item[r], day] += quantity[r]
        there = int(np.ceil(departure[lane[k], day] + transit[lane[k]] + margin - 1e-9))
        there += (there + monday) % 7 == 6
        assert promised[r] == 24.0 * there + 18.0
    np.testing.assert_array_equal(committed, told)
    assert not past.any()
    assert len(set(ship_day.tolist())) > 5
    kernels.commit_rows(rows[:1], np.array([-4.0]), item, quantity, promises)
    assert past[item[rows[0]]] == quantity[rows[0]]  # overdue
    assert ship_day[rows[0]] == 0


def test_first_days_are_those_of_quote():
    rng = np.random.default_rng(4)
    free, out = free_supply(rng.integers(-5, 5, 20).astype(float), rng.integers(0, 3, (20, 15)).astype(float), np.zeros((20, 15))), np.empty(20)
    for today in (0, 4):
        kernels.first_days(free, 1.0, today, out)
        assert out.tolist() == np.maximum(quote(free) - today, 0).tolist()


def test_released_lines_leave_what_is_promised_and_ordered_pieces_are_counted():
    rng, n, day0 = np.random.default_rng(5), 40, 6
    item, quantity = rng.integers(0, 3, n).astype(np.int16), rng.integers(1, 9, n).astype(np.int32)
    ship_day, rows = rng.integers(0, 12, n).astype(np.int32), rng.permutation(n)[:25].astype(np.int32)
    committed, past = rng.integers(50, 90, (3, 12)).astype(float), rng.integers(50, 90, 3).astype(float)
    told, overdue, ordered, seen = committed.copy(), past.copy(), np.zeros(3), np.zeros(3)
    kernels.release_rows(rows, item, quantity, kernels.Promises(day0, np.zeros((3, 12)), OPEN_QUOTA, committed, past, ship_day))
    kernels.count_ordered(rows, item, quantity, 1, ordered)
    kernels.count_ordered(rows[:4], item, quantity, -1, ordered)
    for place, r in enumerate(rows):
        told[item[r], ship_day[r]] -= quantity[r]
        overdue[item[r]] -= quantity[r] if ship_day[r] < day0 else 0
        seen[item[r]] += quantity[r] if place >= 4 else 0
    np.testing.assert_array_equal(committed, told)
    np.testing.assert_array_equal(past, overdue)
    np.testing.assert_array_equal(ordered, seen)
    assert (past < 90).all()


def test_free_supply_and_what_is_left_over_after_promises_moved():
    """The kernels of the running promise desk against `free_supply`, beyond the end of the tables too."""
    rng, items, days, day0 = np.random.default_rng(8), 6, 12, 5
    supply = np.cumsum(rng.uniform(0.0, 4.0, (items, days)), axis=1)
    committed, past = rng.integers(0, 3, (items, day0 + days - 2)).astype(float), rng.integers(0, 2, items).astype(float)
    promises = kernels.Promises(day0, np.zeros((items, days)), OPEN_QUOTA, committed, past, np.zeros(1, dtype=np.int32))
    told = np.zeros((items, days))
    told[:, : days - 2] = committed[:, day0:]
    told[:, 0] += past
    level, free = np.empty_like(supply), np.empty_like(supply)
    kernels.left_over(supply, promises, level)
    kernels.look_ahead(supply, promises, free)
    on_hand, receipts = rng.uniform(0.0, 9.0, items), rng.uniform(0.0, 4.0, (items, days))
    counted, free_then = np.empty_like(supply), np.empty_like(supply)
    kernels.count_supply(on_hand, receipts, promises, counted, free_then)
    np.testing.assert_array_equal(counted, on_hand[:, None] + np.cumsum(receipts, axis=1))
    np.testing.assert_array_equal(free_then, free_supply(on_hand, receipts, told))
    np.testing.assert_array_equal(level, supply - np.cumsum(told, axis=1))
    np.testing.assert_array_equal(free, free_supply(np.zeros(items), np.diff(supply, axis=1, prepend=0.0), told))
