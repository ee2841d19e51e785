"""What kernels note of contacts and purchases, against the same written column by column."""

from __future__ import annotations

import numpy as np

from e2esim.customers.books import order_facts
from e2esim.customers.desk_kernels import ContactsOpened, open_contacts
from e2esim.customers.market_kernels import BUYER, GoodsBought, LastBought, note_purchases
from e2esim.domain.book import CONSUMER_COLUMNS, CONTACT_COLUMNS, ORDER_COLUMNS, Columns
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
    reasons, attempts, heard = (rng.integers(0, 4, n).astype(np.uint8) for _ in range(3))
    times, since = rng.uniform(0.0, 900.0, n), rng.uniform(0.0, 900.0, n)
    opened = ContactsOpened(*(contacts[name] for name in ContactsOpened._fields))
    open_contacts(first, rows, times, reasons, attempts, since, heard, order_facts(orders), opened)
    told = {"row": rows, "t": times, "reason": reasons, "attempt": attempts, "first": since, "heard": heard}
    told |= {name: orders[name][rows] for name in ("consumer", "account", "channel", "market", "segment")}
    told["address"] = children(orders["address"][rows], 1_000 + reasons.astype(np.int64))
    for name in ContactsOpened._fields:
        np.testing.assert_array_equal(contacts[name][first : first + n], told[name].astype(contacts[name].dtype), err_msg=name)
    assert np.isnan(contacts["t"][:10]).all()  # contacts before them stay


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
