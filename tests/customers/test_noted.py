"""What kernels note of contacts and purchases, against the same written column by column."""

from __future__ import annotations

import numpy as np

from e2esim.customers.books import order_facts
from e2esim.customers.contact_kernels import (
    ContactsOpened,
    LinesAsked,
    Requested,
    ask_again,
    asked_in_vain,
    begun,
    contacts_closed,
    contacts_opened,
    open_contacts,
    over,
)
from e2esim.customers.entry_kernels import GoodsBought, LastBought, note_purchases
from e2esim.customers.market_kernels import BUYER
from e2esim.domain.book import CONSUMER_COLUMNS, CONTACT_COLUMNS, ORDER_COLUMNS, Columns, OrderKind, Reason
from e2esim.streams.draws import children


def test_contacts_open_as_their_order_lines_say() -> None:
    rng = np.random.default_rng(1)
    orders, contacts = Columns(ORDER_COLUMNS, capacity=50), Columns(CONTACT_COLUMNS, capacity=40)
    orders.take(50)
    for name, top in {"address": 1 << 40, "consumer": 90, "account": 30, "channel": 9, "market": 8, "segment": 7}.items():
        orders[name][:] = rng.integers(-1 if name in ("consumer", "account") else 0, top, 50)
    contacts.take(10)
    first, n = contacts.take(20), 20
    rows = rng.integers(0, 50, n).astype(np.int32)  # one row twice is two contacts
    reasons, attempts, heard = (rng.integers(0, 7, n).astype(np.uint8) for _ in range(3))
    times, since = rng.uniform(0.0, 900.0, n), rng.uniform(0.0, 900.0, n)
    fresh, counts = np.empty(n, dtype=np.int32), rng.integers(0, 5, 50).astype(np.uint8)
    twice = counts.copy()
    np.add.at(twice, rows[reasons != Reason.CALL_BACK], 1)
    open_contacts(first, Requested(rows, times, reasons, attempts, since, heard), order_facts(orders), contacts_opened(contacts), counts, fresh)
    np.testing.assert_array_equal(counts, twice)
    assert fresh.tolist() == list(range(first, first + n))
    told = {"row": rows, "t": times, "reason": reasons, "attempt": attempts, "first": since, "heard": heard}
    told |= {name: orders[name][rows] for name in ("consumer", "account", "channel", "market", "segment")}
    told["address"] = children(orders["address"][rows], 1_000 + reasons.astype(np.int64))
    for name in ContactsOpened._fields:
        np.testing.assert_array_equal(contacts[name][first : first + n], told[name].astype(contacts[name].dtype), err_msg=name)
    assert np.isnan(contacts["t"][:10]).all()  # contacts before them stay


def test_accounts_remember_the_pieces_they_asked_about_in_vain() -> None:
    """A line asked about twice counts twice, and consumers' lines do not count."""
    rng = np.random.default_rng(5)
    kind, account = rng.integers(0, 3, 60).astype(np.uint8), rng.integers(0, 4, 60).astype(np.int16)
    quantity, line = rng.integers(1, 9, 60).astype(np.int32), rng.integers(-1, 60, 80).astype(np.int32)
    pieces = np.ones(4)
    asked_in_vain(line, LinesAsked(kind, account, quantity), pieces)
    for k in range(4):
        assert pieces[k] == 1.0 + sum(quantity[r] for r in line.tolist() if r >= 0 and kind[r] == OrderKind.REPLENISH and account[r] == k)


def test_who_is_not_helped_asks_again_and_the_rest_is_over() -> None:
    """Questions before buying are counted: over, never answered, answered late; the next attempt is one of the same line and reason."""
    rng, n = np.random.default_rng(3), 200
    c = Columns(CONTACT_COLUMNS, capacity=n)
    c.take(n)
    for name, top in {"reason": 4, "resolved": 2, "abandoned": 2, "attempt": 4, "heard": 3, "row": 99}.items():
        c[name][:] = rng.integers(0, top, n)
    c["first"][:] = rng.uniform(0.0, 100.0, n)
    c["answered"][:] = c["first"] + rng.uniform(0.0, 2.0, n)
    rows = rng.permutation(n)[:150].astype(np.int32)
    again = rows[c["resolved"][rows] == 0][::2].copy()
    counted, final = np.array([1.0, 2.0, 3.0]), np.empty(150, dtype=np.uint8)
    over(rows, again, 1.0, contacts_closed(c), counted, final)
    done = [r for r in rows.tolist() if r not in set(again.tolist())]
    assert final.tolist() == [int(r in set(done)) for r in rows.tolist()] == c["final"][rows].tolist()
    asked = [r for r in done if c["reason"][r] == Reason.INFORMATION]
    late = [r for r in asked if c["resolved"][r] and c["answered"][r] - c["first"][r] > 1.0]
    assert counted.tolist() == [1.0 + len(asked), 2.0 + sum(not c["resolved"][r] for r in asked), 3.0 + len(late)]
    u8, m = np.uint8, len(again)
    new = Requested(np.empty(m, np.int32), np.zeros(m), np.empty(m, u8), np.empty(m, u8), np.empty(m), np.empty(m, u8))
    ask_again(again, contacts_opened(c), c["abandoned"], new)
    for k, x in enumerate(again.tolist()):
        told = (c["row"][x], c["reason"][x], c["attempt"][x] + 1, c["first"][x], c["heard"][x] + (not c["abandoned"][x]))
        assert (new.rows[k], new.reasons[k], new.attempts[k], new.since[k], new.heard[k]) == told


def test_what_was_left_is_not_begun() -> None:
    rows, left, out = np.array([7, 2, 9, 4], dtype=np.int32), np.array([2, 3, 9], dtype=np.int32), np.empty(4, dtype=np.int32)
    assert out[: begun(rows, left, out)].tolist() == [7, 4]


def test_who_bought_remembers_the_last_purchase() -> None:
    rng = np.random.default_rng(2)
    people, n = Columns(CONSUMER_COLUMNS, capacity=60), 25
    people.take(60)
    goods = GoodsBought(rng.integers(0, 5, 12), rng.integers(-1, 4, 12), rng.uniform(1e4, 9e4, 12))
    buyers = np.zeros(n, dtype=BUYER)
    buyers["t"], buyers["item"], buyers["purchase"] = rng.uniform(0.0, 900.0, n), rng.integers(0, 12, n), rng.integers(1, 9, n)
    who, life = rng.permutation(60)[:n].astype(np.int32), np.empty(n)
    before = {name: people[name].copy() for name in LastBought._fields}
    note_purchases(buyers, who, goods, LastBought(*(people[name] for name in LastBought._fields)), life)
    told = {"last": buyers["t"], "category": goods.category[buyers["item"]], "brand": goods.brand[buyers["item"]], "purchases": buyers["purchase"]}
    for name, values in told.items():
        before[name][who] = values
        np.testing.assert_array_equal(people[name], before[name], err_msg=name)
    np.testing.assert_array_equal(life, goods.life_h[buyers["item"]])
