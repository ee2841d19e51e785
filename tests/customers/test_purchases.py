"""The kernels of a tick of customers against one customer after the other, told in words."""

from __future__ import annotations

import numpy as np
import pytest
from test_market import CELLS, ITEMS, SEGMENTS, Shop, buyers

from e2esim.customers.entry_kernels import GoodsBought, LinesBorn, SoldHow
from e2esim.customers.giving_up_kernels import LinesWaiting, Patience, gives_up
from e2esim.customers.loyalty_kernels import Pull, drop_probability, leaving, waiting_time
from e2esim.customers.market_kernels import BUYER, CustomersDue, MetBefore, returning
from e2esim.customers.need_clock import NeedClock, arises
from e2esim.customers.purchase_kernels import (
    RENEWAL,
    Asking,
    Customers,
    LinesWritten,
    NeedsToCome,
    Newcomers,
    Room,
    WeighedBy,
    enter,
    needs_met,
    questions,
)
from e2esim.customers.satisfaction_kernels import decayed
from e2esim.customers.trade_kernels import Leaving, leave
from e2esim.domain.book import CONSUMER_COLUMNS, ORDER_COLUMNS, Columns, OrderKind, OrderState
from e2esim.domain.calendar import DueCalendar
from e2esim.streams import Streams
from e2esim.streams.draws import child, from_table, uniform

LIFE = np.array([300.0, 700.0])  # [h] by category
CLOCK = NeedClock(np.array([0.0, 500.0, 2_000.0]), np.array([[0.0, 900.0, 2_000.0]] * CELLS))
TICKS, N = 400, 300


def people(n: int, seed: int) -> Columns:
    """Customers of the first two cells, some of whom need something before hour 10, others only now."""
    rng, table = np.random.default_rng(seed), Columns(CONSUMER_COLUMNS, capacity=n + 100)
    table.take(n)
    told = {
        "address": rng.integers(0, 1 << 40, n), "segment": rng.integers(0, SEGMENTS, n), "cell": rng.choice([0, 1], n), "rate": rng.uniform(0.0, 3.0, n),
        "drop": rng.uniform(0.0, 0.6, n), "memory": rng.uniform(0.5, 1.5, n), "memory_t": rng.uniform(-900.0, 0.0, n), "scar": rng.uniform(0.0, 0.3, n),
        "next": rng.uniform(5.0, 11.0, n), "purchases": rng.integers(1, 6, n), "category": rng.integers(0, 2, n),
    }  # fmt: skip
    for name, values in told.items():
        table[name][:n] = values
    table["account"][:n] = np.where(table["cell"][:n] == 1, rng.choice([0, 2, 3, 4], n), -1)
    return table


def columns(table: Columns) -> Customers:
    return Customers(*(table[name] for name in Customers._fields))


def room(n: int) -> Room:
    return Room(np.empty(n), np.empty(n), np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32))


def waiting(calendar: DueCalendar) -> list[list[int]]:
    """Who waits for which tick."""
    return [calendar.pop(tick).tolist() for tick in range(TICKS)]


@pytest.mark.parametrize("loop", [True, False])
def test_a_need_is_met_lost_or_the_customer_leaves(loop: bool) -> None:
    shop, start, keys = Shop(3), 10.0, Streams(3)
    coin, need = keys.key("coin"), keys.key("need")
    table, due = people(N, 4), np.random.default_rng(5).permutation(N).astype(np.int32)
    told = {name: table[name].copy() for name in Customers._fields}
    pull = Pull(np.array([1.5, 0.5]), np.array([0.9, 1.0]), 0.8, 500.0, loop, 6.0)
    cells, goods, lead, firm, tastes = shop.offer(loop)
    calendar, expected = DueCalendar(TICKS, N), DueCalendar(TICKS, N)
    met, sway, out = np.zeros((CELLS, SEGMENTS)), np.zeros((CELLS, SEGMENTS)), np.zeros(N, dtype=BUYER)
    shown, to_come = WeighedBy(cells, goods, lead, firm, tastes, shop.hurdles(reacts=loop)), NeedsToCome(need, CLOCK, LIFE, calendar.lists())
    elsewhere = np.zeros((CELLS, SEGMENTS))
    bought, beyond = needs_met(shop.keys, coin, due, start, columns(table), pull, shown, to_come, room(N), (MetBefore(met, sway), elsewhere), out)
    lost = int(elsewhere.sum())
    weighed, one, none = MetBefore(np.zeros((CELLS, SEGMENTS)), np.zeros((CELLS, SEGMENTS))), np.zeros(1, dtype=BUYER), np.empty(1, dtype=np.int32)
    who = CustomersDue(*(told[name] for name in CustomersDue._fields))
    buyers_told, lost_told = [], 0
    for c in due:
        t, number, segment = max(float(told["next"][c]), start), int(told["purchases"][c]), told["segment"][c]
        memory = decayed(told["memory"][c], pull.base[segment], t - told["memory_t"][c], 500.0)
        better = memory - 0.8 + 6.0 * max(0.0, memory - pull.base[segment]) ** 2 if loop else 0.0
        p = leaving(told["drop"][c], pull.theta[segment], better, told["scar"][c] if loop else 0.0, number)
        if uniform(coin, int(told["address"][c]), number) < p:
            told["alive"][c], told["left"][c] = 0, t
            continue
        rows = np.array([c], dtype=np.int32)
        buys, _ = returning(shop.keys, rows, np.array([t]), who, *shop.offer(loop), shop.hurdles(reacts=loop), weighed, one, none)
        if buys:
            buyers_told.append(one[0].copy())
            continue
        lost_told += 1
        elsewhere[told["cell"][c], segment] -= 1.0
        turn = number + (1 << 20) + (int(told["next"][c]) << 24)
        wait = waiting_time(need, int(told["address"][c]), turn, told["rate"][c], LIFE[told["category"][c]])
        told["next"][c] = arises(CLOCK, int(told["cell"][c]), float(told["next"][c]), wait)
        expected.push(rows, told["next"][rows])
    assert (bought, lost, beyond) == (len(buyers_told), lost_told, expected.beyond)
    assert lost > 10 or not loop
    assert bought > 10
    np.testing.assert_array_equal(out[:bought], np.array(buyers_told))
    np.testing.assert_array_equal(met, weighed.people)
    np.testing.assert_allclose(sway, weighed.sway, rtol=1e-12)
    assert not elsewhere.any()
    for name, values in told.items():
        np.testing.assert_array_equal(table[name], values, err_msg=name)
    assert waiting(calendar) == waiting(expected)


def test_who_buys_enters_the_books_and_waits_for_the_next_need() -> None:
    """The first 20 of 60 buyers are new; of the line itself `test_write_purchases_twin` tells."""
    n, n_new, row0, keys = 60, 20, 5, Streams(8)
    table, book, b = people(N, 6), Columns(ORDER_COLUMNS, capacity=100), buyers(n, 9)
    b["consumer"] = np.random.default_rng(1).permutation(N)[:n]
    book.take(row0)
    first = table.take(n_new)
    book.take(n)
    told = {name: table[name].copy() for name in Customers._fields}
    facts, need = keys.key("facts"), keys.key("need")
    rates, drops = np.linspace(0.1, 4.0, 2 * 16).reshape(2, 16), np.linspace(0.0, 0.9, 2 * 16).reshape(2, 16)
    channel, market, flat = np.array([0, 1, 2]), np.array([1, 0, 1]), np.full((ITEMS, CELLS), 10.0)
    shop, own, half = np.array([False, True, True]), np.zeros(3, dtype=np.bool_), np.full(3, 0.5)
    of = SoldHow(channel, market, shop, own, flat, flat[:, 0].copy(), half, np.array([0.5, 0.0, 0.0]), 0.5, 0.5, 0.1, np.zeros(3))
    goods = GoodsBought(np.array([0, 1, 0, 1]), np.array([3, -1, 2, 0]), np.array([400.0, 90.0, 200.0, 800.0]))
    calendar, expected = DueCalendar(TICKS, N + n_new), DueCalendar(TICKS, N + n_new)
    lines, service = LinesBorn(*(book[name] for name in LinesBorn._fields)), np.array([keys.key("service"), keys.key("touch")], dtype=np.uint64)
    to_come, new = NeedsToCome(need, CLOCK, LIFE, calendar.lists()), Newcomers(facts, rates, drops, 0.9)
    beyond = enter(b, n_new, (row0, first), (1, 2), service, new, of, goods, lines, columns(table), to_come, room(n))
    collected = 0
    for k in range(n):
        one, c = b[k], first + k if k < n_new else int(b["consumer"][k])
        if k < n_new:
            cell, address, segment = int(one["cell"]), int(one["address"]), int(one["segment"])
            born = {"address": address, "cell": cell, "segment": segment, "account": one["account"], "channel": channel[cell], "market": market[cell]}
            born |= {"first": one["t"], "memory": 0.9, "memory_t": one["t"]}
            born |= {"rate": from_table(rates[segment], uniform(facts, address, 1)), "drop": from_table(drops[segment], uniform(facts, address, 2))}
            for name, value in born.items():
                told[name][c] = value
        item = one["item"]
        told["last"][c], told["purchases"][c], told["category"][c], told["brand"][c] = one["t"], one["purchase"], goods.category[item], goods.brand[item]
        wait = waiting_time(need, int(told["address"][c]), int(one["purchase"]), told["rate"][c], goods.life_h[item])
        told["next"][c] = arises(CLOCK, int(told["cell"][c]), float(told["last"][c]), wait)
        assert book["consumer"][row0 + k] == c
        assert book["address"][row0 + k] == child(int(one["address"]), int(one["purchase"]))
        if book["services"][row0 + k] & 8:
            collected += 1
            told["next"][c] = told["last"][c] + (1.0 - RENEWAL) * (told["next"][c] - told["last"][c])
        expected.push(np.array([c], dtype=np.int32), told["next"][c : c + 1])
    assert 5 < collected < n
    assert beyond == expected.beyond
    for name, values in told.items():
        np.testing.assert_array_equal(table[name], values, err_msg=name)
    assert waiting(calendar) == waiting(expected)


def test_who_asks_before_buying() -> None:
    """Once by the first draw, again by the second where something had failed, and of a shop's customers some ask the shop; who buys simply asks nobody."""
    n, rng, keys = 500, np.random.default_rng(7), Streams(1)
    book = Columns(ORDER_COLUMNS, capacity=n)
    book.take(n)
    book["address"][:], book["kind"][:], book["problems"][:] = rng.integers(0, 1 << 40, n), rng.integers(0, 2, n), rng.choice([0, 1, 16, 32, 64], n)
    book["placed"][:], book["services"][:] = rng.uniform(0.0, 90.0, n), rng.choice([0, 4, 128, 132], n, p=[0.5, 0.3, 0.1, 0.1])
    asking = Asking(keys.key("a"), keys.key("b"), keys.key("c"), 0.6, 0.4)
    rows, asked, t = np.arange(50, n, dtype=np.int32), np.empty(n, dtype=np.int32), np.empty(n)
    m = questions(rows, 0.3, asking, LinesWritten(*(book[name] for name in LinesWritten._fields)), asked, t)
    told = []
    for r in rows:
        once, again, firm = (uniform(key, int(book["address"][r]), 0) for key in asking[:3])
        failed = int(book["problems"][r]) in (16, 32)
        if book["services"][r] < 128 and (once < 0.3 or (failed and again < 0.6)) and (book["kind"][r] == 0 or firm < 0.4):
            told.append(int(r))
    assert asked[:m].tolist() == told
    assert t[:m].tolist() == book["placed"][told].tolist()
    assert 0 < len(told) < n // 2


def test_which_accounts_leave() -> None:
    """Before each order: the satisfied seldom, an own branch or one that has left never."""
    n, rng, key = 400, np.random.default_rng(3), Streams(2).key("leave")
    code, number, own = rng.integers(0, 1 << 40, n), rng.integers(0, 9, n), rng.random(n) < 0.2
    theta, better = rng.choice([0.0, 4.0], n), rng.uniform(-0.5, 0.5, n)
    wallet, left = np.where(rng.random(n) < 0.2, 0.0, 1.3), np.full(n, np.nan)
    before, some = wallet.copy(), rng.permutation(n)[:350]
    leave(Leaving(key, code, number, theta, own, better, 0.3), some, 80.0, wallet, left)
    told = np.zeros(n, dtype=np.bool_)
    for a in some:
        told[a] = before[a] > 0 and not own[a] and uniform(key, int(code[a]), int(number[a])) < drop_probability(0.3, theta[a], better[a])
    assert (wallet == np.where(told, 0.0, before)).all()
    assert ((left == 80.0) == told).all()
    assert 20 < told.sum() < 200


def test_who_has_waited_too_long() -> None:
    """The hazard of the days beyond the promise and beyond patience, against each line's own threshold; an own branch waits."""
    n, rng, key = 600, np.random.default_rng(12), Streams(4).key("patience")
    book = Columns(ORDER_COLUMNS, capacity=n)
    book.take(n)
    book["state"][:], book["kind"][:], book["channel"][:] = rng.choice([0, 0, 1, 4], n), rng.integers(0, 3, n), rng.integers(0, 3, n)
    book["address"][:], book["requested"][:] = rng.integers(0, 1 << 40, n), rng.uniform(0.0, 900.0, n)
    book["promised"][:] = np.where(rng.random(n) < 0.1, np.nan, rng.uniform(100.0, 1_200.0, n))
    reference, own = np.array([4.0, 9.0, 20.0]), np.array([False, False, True])
    lines = LinesWaiting(*(book[name] for name in LinesWaiting._fields))
    told = []
    for r in range(40, n):
        trade, c = book["kind"][r] == OrderKind.REPLENISH, book["channel"][r]
        late = 0.0 if np.isnan(book["promised"][r]) else max(0.0, 45.0 - np.floor(book["promised"][r] / 24.0))
        beyond = max(0.0, 45.0 - np.floor(book["requested"][r] / 24.0) - (0.0 if trade else reference[c]) - 12.0)
        rate = (0.0 if own[c] else 0.02) if trade else 0.05
        if book["state"][r] == OrderState.OPEN and -np.log(1.0 - uniform(key, int(book["address"][r]), 0)) < rate * (late + beyond):
            told.append(r)
    out = np.empty(n, dtype=np.int32)
    m, first = gives_up(40, lines, Patience(key, 45.0, 0.05, 0.02, 12.0, reference, own), out)
    assert out[:m].tolist() == told
    assert 30 < m < 300
    assert first == 40 + int(np.argmax(book["state"][40:] == OrderState.OPEN))
