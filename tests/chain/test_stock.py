"""Queues and allocation against slow twins; the ledger holds whatever happens, and a breach is named."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.chain.stock import ConservationError, Stock
from e2esim.domain.book import ORDER_COLUMNS, Columns, OrderKind, OrderState
from e2esim.domain.events import EventLog

from .conftest import CALM, Chain, make_world

WORLD = make_world(**CALM)
MATTRESS, PILLOW, CORE, FOAM, FABRIC = range(5)


def new_stock() -> tuple[Stock, Columns]:
    book = Columns(ORDER_COLUMNS, capacity=4)
    stock = Stock(WORLD, book, EventLog())
    for node in range(WORLD.nodes):
        stock.open_node(node, np.zeros(WORLD.items.n))
    return stock, book


def add(book: Columns, kind: OrderKind, item: int, quantity: int, account: int = -1) -> np.ndarray:
    row = book.take(1)
    node = account + 1 if kind == OrderKind.SELL_OUT else 0
    for name, value in {"kind": kind, "item": item, "quantity": quantity, "account": account, "node": node}.items():
        book[name][row] = value
    return np.array([row], dtype=np.int32)


orders = st.tuples(
    st.just("order"), st.sampled_from(list(OrderKind)), st.integers(0, 1), st.integers(1, 6), st.integers(0, 1)
)
supplies = st.tuples(st.just("supply"), st.integers(0, 1), st.integers(1, 12))
cancels = st.tuples(st.just("cancel"), st.integers(0, 40))
serves = st.tuples(st.just("serve"))
ships = st.tuples(st.just("ship"))
moves = st.lists(st.one_of(orders, orders, supplies, cancels, serves, ships), max_size=60)


class Twin:
    """The obvious stock: one deque a queue, first in first out, lines in full."""

    def __init__(self) -> None:
        self.queue: dict[tuple[int, int], deque[int]] = defaultdict(deque)
        self.free: dict[tuple[int, int], int] = defaultdict(int)
        self.quantity: dict[int, int] = {}

    def serve(self, nodes: set[int]) -> set[int]:
        served = set()
        for (node, item), queue in self.queue.items():
            while node in nodes and queue and self.quantity[queue[0]] <= self.free[node, item]:
                row = queue.popleft()
                self.free[node, item] -= self.quantity[row]
                served.add(row)
        return served


@settings(max_examples=150, deadline=None)
@given(moves)
def test_queues_and_ledger_under_any_sequence(sequence: list[tuple[Any, ...]]) -> None:
    """Random orders, supplies, cancellations, services, departures: same rows as the twin, and goods are conserved."""
    stock, book = new_stock()
    twin = Twin()
    allocated: list[int] = []
    for t, (what, *facts) in enumerate(sequence):
        if what == "order":
            kind, item, quantity, account = facts
            rows = add(book, kind, item, quantity, -1 if kind == OrderKind.DIRECT else account)
            node = int(book["node"][rows[0]])
            stock.wait(rows)
            twin.queue[node, item].append(int(rows[0]))
            twin.quantity[int(rows[0])] = quantity
            assert set(stock.serve_accounts(rows, float(t)).tolist()) == twin.serve({node} - {0})
        elif what == "supply":
            item, quantity = facts
            stock.receive(item, float(quantity))
            twin.free[0, item] += quantity
        elif what == "cancel" and facts[0] < book.n:
            open_before = book["state"][facts[0]] == OrderState.OPEN
            assert len(stock.cancel(np.array(facts, dtype=np.int32))) == int(open_before)
            for queue in twin.queue.values():
                if facts[0] in queue:
                    queue.remove(facts[0])
        elif what == "serve":
            rows = stock.allocate_plant(float(t))
            allocated += rows.tolist()
            assert set(rows.tolist()) == twin.serve({0})
        elif what == "ship" and allocated:
            rows = np.array(allocated, dtype=np.int32)
            allocated.clear()
            stock.ship(rows)
            stock.land(rows)
            for row in rows[book["kind"][rows] == OrderKind.REPLENISH]:
                twin.free[int(book["account"][row]) + 1, int(book["item"][row])] += int(book["quantity"][row])
            assert set(stock.serve_accounts(rows, float(t)).tolist()) == twin.serve({1, 2})
        stock.check()
    waiting = [row for queue in twin.queue.values() for row in queue]
    assert sorted(np.nonzero(book.filled("state") == OrderState.OPEN)[0].tolist()) == sorted(waiting)
    assert stock.backlog.sum() == sum(twin.quantity[row] for row in waiting)


def test_a_breach_is_named() -> None:
    stock, _ = new_stock()
    stock.receive(FOAM, 10.0)
    stock.on_hand[0, FOAM] -= 4.0
    with pytest.raises(ConservationError, match=r"item foam at the plant \(node 0\): 4 unexplained"):
        stock.check()
    stock.on_hand[0, FOAM] += 4.0
    stock.check()
    stock.reserve(FOAM, 11.0)
    with pytest.raises(ConservationError, match="reserved"):
        stock.check()
    stock.reserve(FOAM, -11.0)
    stock.on_hand[2, PILLOW] = -1.0
    stock.shipped[2, PILLOW] = 1.0
    with pytest.raises(ConservationError, match="account shop_de"):
        stock.check()


def test_rows_are_not_served_before_they_are_eligible() -> None:
    stock, book = new_stock()
    stock.receive(PILLOW, 10.0)
    early = add(book, OrderKind.DIRECT, PILLOW, 2)
    late = add(book, OrderKind.DIRECT, PILLOW, 3)
    stock.wait(np.concatenate((early, late)), np.array([4.0, 7.5]))
    served = {t: stock.allocate_plant(float(t)).tolist() for t in range(1, 10)}
    assert {t: rows for t, rows in served.items() if rows} == {4: early.tolist(), 8: late.tolist()}
    assert stock.backlog[0, PILLOW] == 0
    assert stock.reserved[PILLOW] == 5


def test_the_rule_decides_on_short_items_only_and_may_not_overdraw() -> None:
    stock, book = new_stock()
    stock.receive(PILLOW, 3.0)
    stock.receive(MATTRESS, 9.0)
    plenty = add(book, OrderKind.DIRECT, MATTRESS, 2)
    short = [add(book, OrderKind.DIRECT, PILLOW, q) for q in (2, 2, 1)]
    stock.wait(np.concatenate([plenty, *short]))
    seen: list[list[int]] = []

    def last_first(rows: np.ndarray, free: np.ndarray) -> np.ndarray:
        seen.append(rows.tolist())
        assert free[PILLOW] == 3.0
        return rows[::-1][:2]

    rows = stock.allocate_plant(1.0, last_first)
    assert seen == [[1, 2, 3]]
    assert rows.tolist() == [3, 2, 0]
    assert stock.free[PILLOW] == 0
    assert stock.backlog[0, PILLOW] == 2
    stock.check()
    assert len(stock.allocate_plant(2.0, last_first)) == 0
    assert len(seen) == 1
    stock.receive(PILLOW, 1.0)
    assert len(stock.allocate_plant(3.0, last_first)) == 0
    assert len(seen) == 1
    stock.wait(add(book, OrderKind.DIRECT, PILLOW, 1))
    with pytest.raises(ValueError, match="too much of item pillow"):
        stock.allocate_plant(4.0, lambda rows, free: rows)


def test_a_cancelled_row_is_owed_no_longer() -> None:
    """Three pieces cover the two rows left: nothing is short, so the rule is not asked."""
    stock, book = new_stock()
    stock.receive(PILLOW, 3.0)
    rows = np.concatenate([add(book, OrderKind.DIRECT, PILLOW, q) for q in (2, 2, 1)])
    stock.wait(rows)
    assert stock.cancel(rows[:1]).tolist() == [0]
    assert len(stock.cancel(rows[:1])) == 0
    assert stock.allocate_plant(1.0, lambda due, free: pytest.fail("asked")).tolist() == [1, 2]
    assert book["state"][rows].tolist() == [OrderState.CANCELLED, OrderState.ALLOCATED, OrderState.ALLOCATED]


def test_opening_stock_of_the_scenario_lies_at_the_plant(calm: Chain) -> None:
    assert calm.stock.on_hand[0].tolist() == [200.0, 120.0, 60.0, 5000.0, 1500.0]
    calm.stock.check()
