"""Backorder runs: what each strategy may and may not do, supply kept, promises kept or their breach logged; pull-in."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.planning.book.backorders import BackorderBook, QuotaPots, RunVerdict, Strategy, backorder_run, changes, curves
from e2esim.planning.book.order_book import Deliveries, tidy
from e2esim.planning.book.pull_in import pull_in, trimmed
from e2esim.planning.book.quotas import QuotaTree, pots, sources

EPS = 1e-6


def rows(*parts):
    line, day, quantity = zip(*parts, strict=True) if parts else ((), (), ())
    return Deliveries(line=np.array(line, dtype=np.int64), day=np.array(day, dtype=np.int64), quantity=np.array(quantity, dtype=float))


def book_of(quantity, due, supply, confirmed, item=None, whole=False):
    n = len(quantity)
    return BackorderBook(
        item=np.zeros(n, dtype=np.int64) if item is None else np.array(item), quantity=np.array(quantity, dtype=float),
        due=np.array(due), whole=np.full(n, whole), confirmed=confirmed, supply=np.cumsum(np.atleast_2d(np.array(supply, dtype=float)), axis=1),
    )  # fmt: skip


@st.composite
def runs(draw, shrunk=False, tree=False):
    """A book whose confirmations fit a first supply, its strategies and order; ``shrunk``: supply has got worse since."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    items, days, n = int(rng.integers(1, 3)), int(rng.integers(1, 9)), draw(st.integers(0, 9))
    item, quantity, due = rng.integers(0, items, n), rng.integers(1, 9, n).astype(float), rng.integers(-2, days + 1, n)
    whole = rng.random(n) < 0.4
    receipts = rng.integers(0, 9, (items, days)) * (rng.random((items, days)) < 0.6)
    left, parts = np.cumsum(receipts, axis=1).astype(float), []
    for k in rng.permutation(n):  # promises of the past, in any order and on any day that fits
        for day in rng.permutation(days)[: rng.integers(0, 3)]:
            room = left[item[k], day:].min()
            pieces = quantity[k] if whole[k] else min(room, rng.integers(1, 5), quantity[k] - sum(p[2] for p in parts if p[0] == k))
            if 0 < pieces <= room and not (whole[k] and any(p[0] == k for p in parts)):
                left[item[k], day:] -= pieces
                parts.append((int(k), int(day), float(pieces)))
    confirmed = tidy(*(np.array(c) for c in zip(*parts, strict=True))) if parts else rows()
    if shrunk:
        receipts = np.floor(receipts * rng.uniform(0, 1, receipts.shape))
    else:
        receipts = receipts + rng.integers(0, 4, receipts.shape) * (rng.random(receipts.shape) < 0.3)
    book = BackorderBook(item=item, quantity=quantity, due=due, whole=whole, confirmed=confirmed, supply=np.cumsum(receipts, axis=1).astype(float))
    strategy = [list(Strategy)[s] for s in rng.integers(0, 6, n)]
    return book, strategy, rng.permutation(n)


def check_supply(book, run):
    used = np.zeros(book.supply.shape)
    np.add.at(used, (book.item[run.confirmed.line], run.confirmed.day), run.confirmed.quantity)
    assert (np.cumsum(used, axis=1) <= book.supply + EPS).all()
    assert (run.confirmed.served(book.item.size) <= book.quantity + EPS).all()


@settings(max_examples=300, deadline=None)
@given(runs())
def test_every_strategy_keeps_its_word(world):
    book, strategy, order = world
    run = backorder_run(book, strategy, order)
    check_supply(book, run)
    n = book.item.size
    old, new = curves(book.confirmed, n, book.days), curves(run.confirmed, n, book.days)
    assert run.breaches == ()
    for k in range(n):
        wanted = max(book.due[k], 0)
        if strategy[k] in (Strategy.WIN, Strategy.GAIN, Strategy.IMPROVE):
            assert (new[k] >= old[k] - EPS).all(), "a kept promise got worse"
        if strategy[k] is Strategy.WIN:
            full = wanted < book.days and new[k, wanted] >= book.quantity[k] - EPS
            late_anyway = wanted >= book.days and new[k, -1] >= book.quantity[k] - EPS
            assert run.flagged[k] != (full or late_anyway)
        else:
            assert not run.flagged[k]
        if strategy[k] is Strategy.IMPROVE:
            assert new[k, -1] == pytest.approx(old[k, -1])
        if strategy[k] is Strategy.FILL:
            assert (new[k] <= old[k] + EPS).all(), "fill gained"
        if strategy[k] is Strategy.LOSE:
            assert new[k, -1] == 0
        # nothing comes before it is wanted, unless it was promised so
        assert (new[k, : min(wanted, book.days)] <= old[k, : min(wanted, book.days)] + EPS).all()


@settings(max_examples=200, deadline=None)
@given(runs(shrunk=True))
def test_a_promise_is_kept_or_its_breach_is_logged(world):
    book, strategy, order = world
    run = backorder_run(book, strategy, order)
    check_supply(book, run)
    logged = {breach.line: breach for breach in run.breaches}
    old, new = (curves(c, book.item.size, book.days) for c in (book.confirmed, run.confirmed))
    for k in range(book.item.size):
        if (new[k] < old[k] - EPS).any() and strategy[k] in (Strategy.WIN, Strategy.GAIN, Strategy.IMPROVE):
            assert logged[k].rule == "supply"
            assert logged[k].pieces >= (old[k] - new[k]).max() - EPS


@settings(max_examples=150, deadline=None)
@given(runs(), st.integers(0, 8))
def test_a_later_order_never_worsens_a_kept_promise(world, seed):
    """Whatever a newcomer with strategy win wants, lines that must not lose have what they had."""
    book, _, order = world
    rng = np.random.default_rng(seed)
    n = book.item.size
    more = BackorderBook(
        item=np.r_[book.item, 0], quantity=np.r_[book.quantity, float(rng.integers(1, 40))], due=np.r_[book.due, 0],
        whole=np.r_[book.whole, False], confirmed=book.confirmed, supply=book.supply,
    )  # fmt: skip
    run = backorder_run(more, [Strategy.GAIN] * n + [Strategy.WIN], np.r_[n, order])
    old, new = (curves(c, n + 1, book.days) for c in (book.confirmed, run.confirmed))
    assert (new >= old - EPS).all()


def test_win_takes_from_those_who_may_lose_and_not_from_those_who_may_not():
    had = rows((1, 0, 4.0), (2, 0, 4.0))
    book = book_of([4, 4, 4], [0, 0, 0], [8, 0, 0, 4], had)
    run = backorder_run(book, [Strategy.WIN, Strategy.GAIN, Strategy.REDISTRIBUTE], np.arange(3))
    assert curves(run.confirmed, 3, 4).tolist() == [[4, 4, 4, 4], [4, 4, 4, 4], [0, 0, 0, 4]]
    assert [c.verdict for c in changes(book, run.confirmed)] == [RunVerdict.WINS, RunVerdict.SAME, RunVerdict.LOSES]
    kept = backorder_run(book, [Strategy.WIN, Strategy.GAIN, Strategy.GAIN], np.arange(3))
    assert kept.flagged.tolist() == [True, False, False]
    assert curves(kept.confirmed, 3, 4)[0].tolist() == [0, 0, 0, 4]


def test_order_decides_and_fill_gets_only_what_is_left():
    had = rows((0, 1, 3.0), (1, 0, 3.0))
    book = book_of([5, 3], [0, 0], [3, 3], had)
    run = backorder_run(book, [Strategy.REDISTRIBUTE, Strategy.FILL], np.array([0, 1]))
    assert curves(run.confirmed, 2, 2).tolist() == [[3, 5], [0, 1]]
    turned = backorder_run(book, [Strategy.REDISTRIBUTE, Strategy.FILL], np.array([1, 0]))
    assert curves(turned.confirmed, 2, 2).tolist() == [[0, 3], [3, 3]]


def test_a_whole_line_comes_on_one_day_or_not_at_all():
    book = book_of([5], [0], [3, 0, 2], rows(), whole=True)
    run = backorder_run(book, [Strategy.GAIN], np.array([0]))
    assert (run.confirmed.day.tolist(), run.confirmed.quantity.tolist()) == ([2], [5.0])


@settings(max_examples=150, deadline=None)
@given(runs(), st.integers(0, 2**32 - 1))
def test_quotas_are_kept_by_all_that_is_new(world, seed):
    book, _, order = world
    rng = np.random.default_rng(seed)
    tree = QuotaTree(name=("all", "a", "b", "b1"), parent=np.array([-1, 0, 0, 2]), share=np.array([1, 0.5, 0.3, 0.5]), priority=np.array([1, 1, 2, 1]))
    node = rng.integers(0, 4, book.item.size)
    before = np.stack([pots(tree, row) for row in book.supply])
    none = BackorderBook(item=book.item, quantity=book.quantity, due=book.due, whole=book.whole, confirmed=rows(), supply=book.supply)
    limits = QuotaPots(left=before.copy(), allowed=tuple(tuple(sources(tree, k)) for k in node))
    run = backorder_run(none, [Strategy.REDISTRIBUTE] * book.item.size, order, limits)
    check_supply(none, run)
    assert (limits.left >= -EPS).all()
    for k, pot, pieces in run.taken:
        assert pot in sources(tree, node[k])
        assert pieces > 0
    taken = np.zeros(book.item.size)
    np.add.at(taken, [k for k, _, _ in run.taken], [pieces for _, _, pieces in run.taken])
    np.testing.assert_allclose(taken, run.confirmed.served(book.item.size), atol=EPS)


@settings(max_examples=150, deadline=None)
@given(runs(), st.integers(0, 2**32 - 1))
def test_pull_in_worsens_nobody_and_frees_what_is_no_longer_wanted(world, seed):
    book, _, order = world
    fallen = np.ceil(book.quantity * np.random.default_rng(seed).uniform(0.2, 1.0, book.item.size))
    run, offers = pull_in(book.item, fallen, book.due, book.whole & (fallen == book.quantity), book.confirmed, book.supply, order)
    check_supply(book, run)
    n = book.item.size
    old, new = curves(trimmed(book.confirmed, fallen), n, book.days), curves(run.confirmed, n, book.days)
    assert (new >= old - EPS).all()
    better = {k for k in range(n) if (new[k] > old[k] + EPS).any()}
    assert {offer.line for offer in offers} == better
    assert [offer.line for offer in offers] == [k for k in order if k in better]


def test_pull_in_offers_in_the_stated_order():
    had = rows((0, 2, 4.0), (1, 2, 4.0))
    book = book_of([4, 4], [0, 0], [4, 0, 4], had)
    for first, second in ((0, 1), (1, 0)):
        _, offers = pull_in(book.item, book.quantity, book.due, book.whole, had, book.supply, np.array([first, second]))
        assert [(o.line, o.last_before, o.last_after) for o in offers] == [(first, 2, 0)]


def test_more_confirmed_than_ordered_is_refused():
    with pytest.raises(ValueError, match="more is confirmed than ordered"):
        book_of([2], [0], [5], rows((0, 0, 3.0)))


def test_a_whole_line_keeps_the_part_that_was_promised_until_all_of_it_is_there():
    had = rows((0, 0, 2.0))
    short = backorder_run(book_of([5], [0], [2, 0, 0], had, whole=True), [Strategy.GAIN], np.array([0]))
    assert curves(short.confirmed, 1, 3).tolist() == [[2, 2, 2]]
    full = backorder_run(book_of([5], [0], [2, 0, 3], had, whole=True), [Strategy.GAIN], np.array([0]))
    assert curves(full.confirmed, 1, 3).tolist() == [[2, 2, 5]]
