"""Batch allocation: every rule of the book kept, the linear programme as twin, whole orders against enumeration, quality."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from e2esim.planning.book.allocate import allocate
from e2esim.planning.book.flow_kernels import Windows, fill_items
from e2esim.planning.book.order_book import Deliveries, breaches, plain_book
from e2esim.planning.book.synthetic import generated_book


def choices(book):
    return [(k, d) for k in range(book.item.size) for d in range(book.first[k], book.until[k] + 1)]


def lp_value(book, price=0.0):
    """Twin: pieces of each line on each day as columns; cumulative supply, dock and quantities as rows."""
    columns = choices(book)
    if not columns:
        return 0.0
    value = book.piece_value()
    line, day = np.array(columns).T
    by_item = [(book.item[line] == i) & (day <= d) for i in range(book.receipts.shape[0]) for d in range(book.days)]
    by_line = [line == k for k in range(book.item.size)]
    finite = np.flatnonzero(np.isfinite(book.dock))
    rows = np.array([*by_item, *by_line, *(day == d for d in finite)], dtype=float)
    limit = np.concatenate([np.cumsum(book.receipts, axis=1).ravel(), book.quantity, book.dock[finite]])
    found = linprog(-(value[line, day - book.first[line]] - price), rows, limit)
    assert found.status == 0
    return -found.fun


@st.composite
def books(draw, most_lines=12, dock=True, groups=True, whole=None):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    items, days, n = draw(st.integers(1, 3)), draw(st.integers(1, 8)), draw(st.integers(0, most_lines))
    due = rng.integers(-2, days + 1, n)
    receipts = rng.integers(0, 12, (items, days)) * (rng.random((items, days)) < 0.5)
    group = np.where(rng.random(n) < 0.3, rng.integers(0, 3, n), -1) if groups and draw(st.booleans()) else -1
    return plain_book(
        rng.integers(0, items, n), rng.integers(1, 9, n), due, receipts, last=due + rng.integers(0, 5, n),
        weight=rng.choice([1.0, 2.0, 5.0], n), late_loss=rng.choice([0.0, 0.1, 0.4]),
        whole=rng.random(n) < 0.5 if whole is None else whole, group=group,
        dock=rng.integers(3, 15, days) if dock and draw(st.booleans()) else np.inf,
    )  # fmt: skip


@pytest.mark.long
@settings(max_examples=200, deadline=None)
@given(books())
def test_every_rule_of_the_book_is_kept_and_the_lp_is_never_beaten(book):
    done = allocate(book)
    assert breaches(book, done) == []
    assert done.value(book) <= lp_value(book) + 1e-6


@pytest.mark.long
@settings(max_examples=150, deadline=None)
@given(books(dock=False, groups=False, whole=False))
def test_split_lines_without_dock_are_worth_the_linear_programme(book):
    assert allocate(book).value(book) == pytest.approx(lp_value(book), abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(books(dock=False, groups=False, whole=False), st.floats(0.0, 1.5))
def test_flow_kernel_with_prices_equals_the_linear_programme(book, price):
    value = book.piece_value()
    rows = np.argsort(book.item, kind="stable")  # any order of entry must do
    start = np.searchsorted(book.item[rows], np.arange(book.receipts.shape[0] + 1))
    placed, level = np.zeros_like(value), np.cumsum(book.receipts, axis=1)
    fill_items(start, rows, book.quantity, level, Windows(book.first, book.until, value, np.full(book.days, price), placed))
    assert ((value - price) * placed).sum() == pytest.approx(lp_value(book, price), abs=1e-6)
    assert (level >= -1e-6).all()
    shipped = np.zeros_like(level)
    for k, d in choices(book):
        shipped[book.item[k], d] += placed[k, d - book.first[k]]
    np.testing.assert_allclose(np.cumsum(book.receipts - shipped, axis=1), level, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(books(most_lines=5, whole=True))
def test_whole_orders_come_close_to_enumeration(book):
    """A heuristic: it may lose on a tiny book, but never to a greedy pass by weight, and it is optimal for most books."""
    n, value = book.item.size, book.piece_value()
    best = 0.0
    for days in itertools.product(*([-1, *range(book.first[k], book.until[k] + 1)] for k in range(n))):
        day = np.array(days, dtype=np.int64)
        on = np.flatnonzero(day >= 0)
        plan = Deliveries(line=on, day=day[on], quantity=book.quantity[on])
        worth = float((value[on, day[on] - book.first[on]] * book.quantity[on]).sum())
        if worth > best and not breaches(book, plan):
            best = worth
    got = allocate(book).value(book)
    assert got <= best + 1e-6
    assert got >= 0.5 * best - 1e-6


def test_cheap_orders_are_pushed_out_together_for_a_dear_one():
    # greedy by weight takes 6 of weight 2, then nothing fits; 5 + 5 of weight 1.9 are worth more
    book = plain_book([0, 0, 0], [6.0, 5.0, 5.0], [0, 0, 0], [[10.0, 0.0]], weight=[2.0, 1.9, 1.9], last=0)
    assert allocate(book).line.tolist() == [1, 2]


def test_a_group_ships_together_or_not_at_all():
    receipts = [[5.0, 0.0, 0.0], [0.0, 0.0, 5.0]]
    late = plain_book([0, 1], [5.0, 5.0], [0, 0], receipts, group=0)
    assert allocate(late).day.tolist() == [2, 2]
    never = plain_book([0, 1], [5.0, 6.0], [0, 0], receipts, group=0)
    assert allocate(never).line.size == 0
    alone = plain_book([0, 1], [5.0, 6.0], [0, 0], receipts)
    assert allocate(alone).line.tolist() == [0]


def test_a_group_pushes_out_what_is_worth_less_than_all_of_it():
    # the single line is the dearest piece by piece, but it blocks a group that is worth twice as much
    book = plain_book([0, 0, 1], [4.0, 4.0, 4.0], [0, 0, 0], [[4.0, 0.0], [4.0, 0.0]], weight=[3.0, 2.9, 2.9], group=[-1, 0, 0], last=0)
    assert allocate(book).line.tolist() == [1, 2]


def test_a_split_line_takes_what_comes():
    book = plain_book([0], [7.0], [0], [[2.0, 0.0, 3.0, 0.0]], whole=False, late_loss=0.1)
    done = allocate(book)
    assert (done.day.tolist(), done.quantity.tolist()) == ([0, 2], [2.0, 3.0])


def test_the_dock_is_kept_and_the_dear_line_goes_first():
    book = plain_book([0, 1], [4.0, 4.0], [0, 0], [[4.0, 0.0], [4.0, 0.0]], weight=[1.0, 3.0], late_loss=0.1, dock=5.0)
    done = allocate(book)
    assert done.day.tolist() == [1, 0]


def test_bad_books_are_refused():
    with pytest.raises(ValueError, match="names an item without supply row"):
        plain_book([1], [1.0], [0], [[1.0]])
    with pytest.raises(ValueError, match="quantities must be positive"):
        plain_book([0], [0.0], [0], [[1.0]])


@pytest.mark.parametrize(("seed", "supply", "lp"), [(2, 0.93, 320_795.4), (3, 0.93, 327_081.6), (4, 0.80, 311_529.6), (5, 1.05, 329_899.6)])
def test_ten_thousand_orders_within_seven_per_mille_of_the_linear_programme(seed, supply, lp):
    """LP values (lines in parts) by HiGHS; here all lines are whole. Times: ``python -m benchmarks promise``."""
    book = generated_book(seed, supply)
    done = allocate(book)
    assert breaches(book, done) == []
    assert done.value(book) >= 0.993 * lp
