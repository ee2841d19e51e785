"""Who takes scarce stock: the rules, fairness, age, and an obvious twin."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.planning.precedence import RULES, choose, class_values, order_rows
from e2esim.planning.precedence_kernels import allocate, sort_rows, split_rows
from e2esim.planning.serve_value_kernels import Curves, Served, WhoWaits, serve_value, stay_probability


def lines(rng, n=40, items=4, classes=3):
    return {
        "item": rng.integers(0, items, n),
        "quantity": rng.integers(1, 6, n).astype(float),
        "rank": rng.integers(0, classes, n),
        "placed": np.sort(rng.uniform(0, 100, n)),
        "promised": np.where(rng.random(n) < 0.1, np.nan, rng.uniform(50, 200, n)),
        "priority": rng.integers(1, 4, n).astype(float),
        "value": rng.uniform(-5, 50, n),
        "age": rng.uniform(0, 40, n),
    }


def allocate_slowly(order, item, quantity, rank, age, on_hand, credit, age_bound, fairness):
    """Twin with Python lists and sets."""
    stock, opening, n = on_hand.copy(), on_hand.copy(), len(item)
    chosen, closed = set(), set()

    def give(k):
        chosen.add(k)
        stock[item[k]] -= quantity[k]

    for k in sorted((k for k in range(n) if age[k] >= age_bound), key=lambda k: (-np.float32(age[k]), k)):
        if item[k] not in closed:
            if quantity[k] <= stock[item[k]] + 1e-6:
                give(k)
            else:
                closed.add(item[k])

    def waits(i, c=None):
        return sum(quantity[k] for k in range(n) if item[k] == i and (c is None or rank[k] == c))

    def got(i, c):
        return sum(quantity[k] for k in chosen if item[k] == i and rank[k] == c)

    for k in order if fairness > 0 else []:
        i, c = item[k], rank[k]
        if k not in chosen and i not in closed and quantity[k] <= stock[i] + 1e-6:
            owed = credit[i, c] + fairness * opening[i] * waits(i, c) / waits(i) - got(i, c)
            if quantity[k] <= owed + 1e-6:
                give(k)
    for k in order:
        if k not in chosen and item[k] not in closed and quantity[k] <= stock[item[k]] + 1e-6:
            give(k)
    return np.array([k in chosen for k in range(n)], dtype=bool), stock


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([25.0, np.inf]))
def test_allocate_equals_the_slow_twin_and_never_gives_more_than_there_is(seed, fairness, age_bound):
    rng = np.random.default_rng(seed)
    rows = lines(rng, n=int(rng.integers(0, 40)))
    on_hand = rng.integers(0, 15, 4).astype(float)
    credit = rng.uniform(0, 3, (4, 3))
    order = order_rows("optimised", **{k: rows[k] for k in ("placed", "promised", "priority", "value")})
    args = (order, rows["item"], rows["quantity"], rows["rank"], rows["age"])
    expected, left = allocate_slowly(*args, on_hand, credit.copy(), age_bound, fairness)
    stock = on_hand.copy()
    chosen = allocate(*args, stock, credit.copy(), age_bound, fairness)
    assert chosen.tolist() == expected.tolist()
    np.testing.assert_allclose(stock, left, atol=1e-9)
    given_away = np.bincount(rows["item"], weights=rows["quantity"] * chosen, minlength=4)
    np.testing.assert_allclose(given_away + stock, on_hand)
    assert (given_away <= on_hand + 1e-6).all()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6, width=32) | st.sampled_from([0.0, -0.0, np.inf, -np.inf, 1.0]), max_size=200))
def test_radix_sort_is_a_stable_sort(keys):
    key = np.array(keys, dtype=np.float64) + 0.0  # -0.0 becomes 0.0
    assert sort_rows(key).tolist() == np.argsort(key, kind="stable").tolist()


def test_lines_without_a_promise_come_last_by_due_date():
    order = order_rows(
        "due_date",
        placed=np.array([1.0, 2.0, 3.0]),
        promised=np.array([np.nan, 9.0, 4.0]),
        priority=np.ones(3),
        value=np.ones(3),
    )
    assert order.tolist() == [2, 1, 0]


@pytest.mark.parametrize("rule", RULES)
def test_pieces_of_one_are_given_in_the_order_of_the_rule(rule):
    """Lines of one piece: the served lines are exactly the first ones of the order."""
    rng = np.random.default_rng(2)
    rows = {**lines(rng, n=30, items=1), "quantity": np.ones(30), "age": np.zeros(30)}
    order = order_rows(rule, **{k: rows[k] for k in ("placed", "promised", "priority", "value")})
    served = choose(rule, **rows, on_hand=np.array([12.0]), credit=np.zeros((1, 3)))
    assert set(np.flatnonzero(served).tolist()) == set(order[:12].tolist())


def test_optimised_order_equals_brute_force_on_lines_of_one_piece_and_the_linear_bound_otherwise():
    rng = np.random.default_rng(4)
    for _ in range(30):
        n = 10
        quantity = rng.integers(1, 4, n).astype(float)
        worth = rng.uniform(1, 20, n) * quantity
        on_hand = float(rng.integers(3, 12))
        best = max(
            sum(worth[k] for k in range(n) if mask >> k & 1)
            for mask in range(1 << n)
            if sum(quantity[k] for k in range(n) if mask >> k & 1) <= on_hand
        )
        rows = {**lines(rng, n=n, items=1), "quantity": quantity, "value": worth / quantity, "age": np.zeros(n)}
        served = choose("optimised", **rows, on_hand=np.array([on_hand]), credit=np.zeros((1, 3)))
        assert worth[served].sum() >= best - worth.max()  # one blocked line is all that greed can lose
        ones = {**rows, "quantity": np.ones(n), "value": worth}
        served = choose("optimised", **ones, on_hand=np.array([4.0]), credit=np.zeros((1, 3)))
        assert worth[served].sum() == pytest.approx(np.sort(worth)[-4:].sum())


def waves(fairness, age_bound=np.inf, weeks=400):
    """One piece comes at each wave; the dear class alone could take them all. Returns the pieces each class got."""
    rng = np.random.default_rng(6)
    credit, got = np.zeros((1, 2)), np.zeros(2)
    rank = np.array([0, 1], dtype=np.int64)
    for _ in range(weeks):
        served = choose(
            "optimised",
            item=np.zeros(2, dtype=np.int64),
            quantity=np.ones(2),
            rank=rank,
            placed=np.zeros(2),
            promised=np.zeros(2),
            priority=np.ones(2),
            value=np.array([50.0, 1.0]) + rng.random(2),
            age=np.zeros(2),
            on_hand=np.array([1.0]),
            credit=credit,
            age_bound=age_bound,
            fairness=fairness,
        )
        got += np.bincount(rank, weights=served, minlength=2)
    return got


def test_every_class_gets_its_fair_part_in_the_long_run_even_piece_by_piece():
    assert waves(0.0).tolist() == [400.0, 0.0]
    got = waves(0.5)
    assert got.sum() == 400
    assert got[1] == pytest.approx(0.5 * 0.5 * 400, abs=3)  # half of its half of the waiting pieces


def test_a_large_line_starves_without_the_age_bound_and_not_with_it():
    def days_until_served(age_bound):
        stock = np.zeros(1)
        for day in range(60):
            stock += 3.0
            n = 4  # the line of ten and three lines of one piece that come every day
            served = choose(
                "fifo",
                item=np.zeros(n, dtype=np.int64),
                quantity=np.array([10.0, 1.0, 1.0, 1.0]),
                rank=np.zeros(n, dtype=np.int64),
                placed=np.array([0.0, day, day, day], dtype=float),
                promised=np.zeros(n),
                priority=np.ones(n),
                value=np.zeros(n),
                age=np.array([float(day), 0.0, 0.0, 0.0]),
                on_hand=stock,
                credit=np.zeros((1, 1)),
                age_bound=age_bound,
            )
            if served[0]:
                return day
        return None

    assert days_until_served(np.inf) is None
    assert days_until_served(7.0) == 10  # kept back from day 7 on: ten pieces after four days


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_split_serves_what_is_not_scarce_and_names_the_rest(seed):
    rng = np.random.default_rng(seed)
    rows = lines(rng, n=30, items=6)
    on_hand = rng.integers(0, 25, 6).astype(float)
    stock = on_hand.copy()
    served, rival = split_rows(rows["item"], rows["quantity"], stock)
    waiting = np.bincount(rows["item"], weights=rows["quantity"], minlength=6)
    enough = waiting <= on_hand
    assert served.tolist() == enough[rows["item"]].tolist()
    assert rival.tolist() == np.flatnonzero(~enough[rows["item"]] & (on_hand[rows["item"]] > 0)).tolist()
    np.testing.assert_allclose(stock, np.where(enough, on_hand - waiting, on_hand))


def one_value(**changes):
    base = {
        "margin": 100.0,
        "line_value": 300.0,
        "late_d": 0.0,
        "wait_d": 5.0,
        "penalty_share_d": 0.01,
        "penalty_cap": 0.1,
        "customer_value": 0.0,
        "drop": 0.2,
        "theta": 1.0,
        "memory": 0.0,
        "call_eur": 0.0,
        "memory_weight": 1.0,
        "fade": 0.0,
        "word_eur": 0.0,
        "late_loss": 1.0,
        "slow_d": -50.0,
        "slow_loss": 0.4,
        "hours": 0.5,
    }
    columns = {k: np.array([v]) for k, v in {**base, **changes}.items()}
    columns |= {"value": columns.pop("customer_value"), "weight": columns.pop("memory_weight")}
    lines, who = (kind(*(columns[name] for name in kind._fields)) for kind in (Served, WhoWaits))
    return float(serve_value(lines, who, Curves(2.0, 1.0, 45.0, 1.0), 1.0)[0])


def test_value_is_margin_penalty_and_the_customer_who_stays_for_an_hour():
    assert one_value() == pytest.approx((100 + 300 * 0.05) / 0.5)
    assert one_value(penalty_cap=0.03) == pytest.approx((100 + 300 * 0.03) / 0.5)  # the cap
    assert one_value(late_d=-10.0) == pytest.approx(100 / 0.5)  # still early after waiting: nothing avoided
    assert one_value(late_d=2.0) == pytest.approx((100 + 300 * 0.05) / 0.5)  # what is late already is owed anyhow
    assert one_value(late_d=8.0) == pytest.approx((100 + 300 * 0.02) / 0.5)
    kept = one_value(customer_value=1000.0) - one_value()
    lost = 1 - np.exp(-5 / 2)
    by_hand = 1000 * ((1 - 0.2) - (1 - 1 / (1 + 4 * np.exp(-lost)))) / 0.5
    assert kept == pytest.approx(by_hand)
    assert one_value(hours=1.0) == pytest.approx(one_value() / 2)


def test_a_call_is_avoided_only_by_the_receipt_that_still_keeps_the_promised_day():
    plain = one_value()
    assert one_value(call_eur=9.0) - plain == pytest.approx(9.0 / 0.5)  # in time now, too late by the next receipt
    assert one_value(call_eur=9.0, late_d=1.5) == pytest.approx(one_value(late_d=1.5))  # the day is over anyhow
    assert one_value(call_eur=9.0, late_d=-4.5) == pytest.approx(one_value(late_d=-4.5))  # still in time by the next receipt


def test_wallets_fade_and_words_travel_with_the_satisfaction_lost():
    lost = 1 - np.exp(-5 / 2)
    assert one_value(word_eur=30.0) - one_value() == pytest.approx(30 * lost / 0.5)
    trade = {"customer_value": 5000.0, "drop": 0.0, "fade": 0.02}
    assert one_value(**trade) - one_value() == pytest.approx(5000 * (1 - np.exp(-0.02 * lost)) / 0.5)
    light = one_value(customer_value=1000.0, memory_weight=0.1) - one_value()
    assert 0 < light < 0.2 * (one_value(customer_value=1000.0) - one_value())  # a line weighs less than a purchase


def test_a_line_late_beyond_harm_waits_and_a_long_lead_time_still_counts():
    hopeless = one_value(word_eur=30.0, late_d=40.0) - one_value(late_d=40.0)
    assert 0 <= hopeless < 1e-6
    slow = one_value(word_eur=30.0, late_d=40.0, slow_d=40.0) - one_value(late_d=40.0)
    assert slow == pytest.approx(30 * 0.4 * (np.exp(-40 / 45) - np.exp(-45 / 45)) / 0.5, rel=1e-3)


def test_staying_follows_satisfaction_and_starts_from_the_base_drop_out():
    assert stay_probability(0.3, 0.0, -5.0) == pytest.approx(0.7)  # theta 0: BG/NBD
    assert stay_probability(0.3, 1.0, 0.0) == pytest.approx(0.7)
    assert stay_probability(0.3, 1.0, 0.5) > 0.7 > stay_probability(0.3, 1.0, -0.5)
    assert (stay_probability(0.0, 1.0, -5.0), stay_probability(1.0, 1.0, 5.0)) == (1.0, 0.0)


def test_unknown_rule_and_class_values():
    with pytest.raises(ValueError, match="precedence rule must be one of fifo"):
        order_rows("lifo", placed=np.ones(1), promised=np.ones(1), priority=np.ones(1), value=np.ones(1))
    assert class_values(np.array([[-50.0]]), np.array([10.0]), np.array([0.1])).tolist() == [[0.0]]
