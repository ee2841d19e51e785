"""Kernels of the stock: queues of waiting rows as linked lists, service of accounts, allocation at the plant.

Queue ``node * items + item`` holds the rows that wait for ``item`` at ``node``: ``head`` and ``tail`` (nodes *
items,), ``link`` (rows,), -1 = none. Cancelled rows stay linked until the queue is walked.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import OrderKind, OrderState
from e2esim.domain.calendar_kernels import Lists, push_due
from e2esim.domain.lean import lean_njit

Rows = npt.NDArray[np.int32]
F = npt.NDArray[np.float64]
T = npt.NDArray[np.float32]
Kind = npt.NDArray[np.uint8]
Small = npt.NDArray[np.int16]
Flag = npt.NDArray[np.bool_]

_REPLENISH = int(OrderKind.REPLENISH)
_OPEN = int(OrderState.OPEN)
_ALLOCATED = int(OrderState.ALLOCATED)
_SHIPPED = int(OrderState.SHIPPED)
_CANCELLED = int(OrderState.CANCELLED)
_EPS = 1e-9


@lean_njit
def admit(
    rows: Rows, kind: Kind, node: Small, account: Small, item: Small, quantity: Rows, backlog: F, on_order: F
) -> None:
    """Book new rows as backlog of their node and, if they replenish an account, as its open order."""
    for k in range(rows.shape[0]):
        r = rows[k]
        backlog[node[r], item[r]] += quantity[r]
        if kind[r] == _REPLENISH:
            on_order[account[r] + 1, item[r]] += quantity[r]


class Booked(NamedTuple):
    """Columns of the order book that say what a row waits for, each (capacity,)."""

    kind: Kind
    node: Small
    account: Small
    item: Small
    quantity: Rows
    state: Kind


class Queues(NamedTuple):
    """The queues: ``head``, ``tail`` (nodes * items,), ``link`` (rows,); of the plant's, (items,): due pieces and rows, least row, news."""

    items: int
    head: Rows
    tail: Rows
    link: Rows
    due_pieces: F
    due_rows: npt.NDArray[np.int64]
    least: F
    dirty: Flag


class Goods(NamedTuple):
    """Goods by node and item, (nodes, items), and what is reserved at the plant, (items,)."""

    on_hand: F
    shipped: F
    backlog: F
    reserved: F


@lean_njit
def enqueue(rows: Rows, book: Booked, queues: Queues) -> None:
    """Append open rows to their queues; those of the plant are counted."""
    head, tail, link = queues.head, queues.tail, queues.link
    for k in range(rows.shape[0]):
        r = rows[k]
        if book.state[r] != _OPEN:
            continue
        i = book.item[r]
        q = book.node[r] * queues.items + i
        link[r] = -1
        if head[q] < 0:
            head[q] = r
        else:
            link[tail[q]] = r
        tail[q] = r
        if book.node[r] == 0:
            queues.due_pieces[i] += book.quantity[r]
            queues.due_rows[i] += 1
            queues.least[i] = min(queues.least[i], float(book.quantity[r]))
            queues.dirty[i] = True


@lean_njit
def let_wait(
    rows: Rows, eligible: F, early: Lists, book: Booked, queues: Queues, backlog: F, on_order: F, spare: Rows, ticks: npt.NDArray[np.int64]
) -> tuple[int, int]:
    """Admit new rows; those of accounts, and of the plant whose time has come, stand in their queues, the others on ``early`` until ``eligible`` (n,) [h].

    ``eligible`` (0,): all at once. ``spare`` (2, n), ``ticks`` (n,): room. Returns the rows at accounts, and those that wait beyond the end.
    """
    admit(rows, book.kind, book.node, book.account, book.item, book.quantity, backlog, on_order)
    now, later, at_accounts = 0, 0, 0
    for k in range(rows.shape[0]):
        r = rows[k]
        if book.node[r] != 0:
            at_accounts += 1
        elif eligible.shape[0] > 0:
            tick = np.int64(np.ceil(eligible[k] / early.tick_h))
            if tick >= early.open[0]:
                spare[1, later], ticks[later] = r, tick
                later += 1
                continue
        spare[0, now] = r
        now += 1
    beyond = push_due(spare[1, :later], ticks[:later], early.open[0], early.head, early.waiting, early.link)
    enqueue(spare[0, :now], book, queues)
    return at_accounts, beyond


@lean_njit
def serve_queues(rows: Rows, t: float, book: Booked, allocated: T, sent: T, goods: Goods, queues: Queues, out: Rows) -> int:
    """Serve the account queues of ``rows`` (their own, or the one they replenish), first in first out, lines in full.

    Goods leave the account's shelf at ``t``; returns how many rows were written to ``out``.
    """
    kind, node, account, item, quantity, state = book
    on_hand, backlog, head, link = goods.on_hand, goods.backlog, queues.head, queues.link
    items = on_hand.shape[1]
    m = 0
    for k in range(rows.shape[0]):
        r = rows[k]
        i = item[r]
        n = account[r] + 1 if kind[r] == _REPLENISH else np.int64(node[r])
        if n == 0:
            continue
        q = n * items + i
        o = head[q]
        while o >= 0:
            if state[o] == _OPEN:
                if quantity[o] > on_hand[n, i] + _EPS:
                    break
                on_hand[n, i] -= quantity[o]
                goods.shipped[n, i] += quantity[o]
                backlog[n, i] -= quantity[o]
                allocated[o] = t
                sent[o] = t
                state[o] = _SHIPPED
                out[m] = o
                m += 1
            o = link[o]
        head[q] = o
        if o < 0:
            queues.tail[q] = -1
    return m


@lean_njit
def news(dirty: Flag, due_rows: npt.NDArray[np.int64]) -> int:
    """Due rows of the plant items with news, (items,) each; an item without due rows has none any longer."""
    rows = 0
    for i in range(dirty.shape[0]):
        if dirty[i]:
            dirty[i] = due_rows[i] > 0
            rows += due_rows[i]
    return rows


@lean_njit
def allocate_plenty(t: float, strict: bool, book: Booked, allocated: T, goods: Goods, queues: Queues, out: Rows, short: Rows) -> tuple[int, int]:
    """Serve plant items whose free stock covers all their due rows; list the due rows of the others in ``short``.

    Only items with news (``dirty``) are looked at, and only if a row could be served: the smallest one, or the first
    one under a ``strict`` queue. Returns how many rows stand in ``out`` and in ``short`` (grouped by item).
    """
    quantity, state, reserved, head, link = book.quantity, book.state, goods.reserved, queues.head, queues.link
    dirty, due_pieces, due_rows, least = queues.dirty, queues.due_pieces, queues.due_rows, queues.least
    m = 0
    c = 0
    for i in range(reserved.shape[0]):
        if not dirty[i]:
            continue
        dirty[i] = False
        free = goods.on_hand[0, i] - reserved[i]
        if due_rows[i] == 0 or free < least[i] - _EPS:
            continue
        plenty = free >= due_pieces[i] - _EPS
        o = head[i]
        if strict and not plenty:
            while o >= 0 and state[o] != _OPEN:
                o = link[o]
            if o >= 0 and quantity[o] > free + _EPS:
                continue
        while o >= 0:
            if state[o] == _OPEN:
                if plenty:
                    reserved[i] += quantity[o]
                    goods.backlog[0, i] -= quantity[o]
                    allocated[o] = t
                    state[o] = _ALLOCATED
                    out[m] = o
                    m += 1
                else:
                    short[c] = o
                    c += 1
            o = link[o]
        if plenty:
            head[i] = -1
            queues.tail[i] = -1
            due_pieces[i] = 0.0
            due_rows[i] = 0
            least[i] = np.inf
    return m, c


@lean_njit
def pieces(rows: Rows, quantity: Rows) -> float:
    """Pieces of lines ``rows`` in all."""
    total = 0
    for k in range(rows.shape[0]):
        total += quantity[rows[k]]
    return float(total)


@lean_njit
def choose_fifo(rows: Rows, item: Small, quantity: Rows, free: F, out: Rows) -> int:
    """First come first served: each item's rows until one does not fit; return how many stand in ``out``."""
    m = 0
    blocked = np.int64(-1)
    left = 0.0
    current = np.int64(-1)
    for k in range(rows.shape[0]):
        r = rows[k]
        i = np.int64(item[r])
        if i != current:
            current = i
            left = free[i]
        if i == blocked:
            continue
        if quantity[r] > left + _EPS:
            blocked = i
            continue
        left -= quantity[r]
        out[m] = r
        m += 1
    return m


@lean_njit
def take(
    rows: Rows, t: float, item: Small, quantity: Rows, state: Kind, allocated: T, on_hand: F, reserved: F, backlog: F,
    due_pieces: F, due_rows: npt.NDArray[np.int64],
) -> int:
    """Allocate the chosen rows; return -1, or the first row that is not open or does not fit."""
    for k in range(rows.shape[0]):
        r = rows[k]
        i = item[r]
        if state[r] != _OPEN or on_hand[0, i] - reserved[i] < quantity[r] - _EPS:
            return int(r)
        reserved[i] += quantity[r]
        backlog[0, i] -= quantity[r]
        due_pieces[i] -= quantity[r]
        due_rows[i] -= 1
        allocated[r] = t
        state[r] = _ALLOCATED
    return -1


@lean_njit
def relink(
    items: npt.NDArray[np.int64], quantity: Rows, state: Kind, head: Rows, tail: Rows, link: Rows,
    due_pieces: F, due_rows: npt.NDArray[np.int64], least: F,
) -> None:
    """Drop rows that are no longer open from the plant queues of ``items`` and count what is left afresh."""
    for k in range(items.shape[0]):
        i = items[k]
        o = head[i]
        head[i] = -1
        tail[i] = -1
        due_pieces[i] = 0.0
        due_rows[i] = 0
        least[i] = np.inf
        while o >= 0:
            following = link[o]
            if state[o] == _OPEN:
                link[o] = -1
                if head[i] < 0:
                    head[i] = o
                else:
                    link[tail[i]] = o
                tail[i] = o
                due_pieces[i] += quantity[o]
                due_rows[i] += 1
                least[i] = min(least[i], float(quantity[o]))
            o = following


@lean_njit
def cancel_open(
    rows: Rows, kind: Kind, node: Small, account: Small, item: Small, quantity: Rows, state: Kind, backlog: F,
    on_order: F, out: Rows,
) -> int:
    """Cancel the rows that are still open; write them to ``out`` and return how many."""
    m = 0
    for k in range(rows.shape[0]):
        r = rows[k]
        if state[r] != _OPEN:
            continue
        state[r] = _CANCELLED
        backlog[node[r], item[r]] -= quantity[r]
        if kind[r] == _REPLENISH:
            on_order[account[r] + 1, item[r]] -= quantity[r]
        out[m] = r
        m += 1
    return m


@lean_njit
def ship(rows: Rows, item: Small, quantity: Rows, on_hand: F, reserved: F, shipped: F) -> float:
    """Let the reserved goods of plant rows leave; return the pieces."""
    pieces = 0.0
    for k in range(rows.shape[0]):
        i = item[rows[k]]
        q = quantity[rows[k]]
        on_hand[0, i] -= q
        reserved[i] -= q
        shipped[0, i] += q
        pieces += q
    return pieces


@lean_njit
def land(
    rows: Rows, kind: Kind, account: Small, item: Small, quantity: Rows,
    on_hand: F, received: F, on_order: F, latest: Rows,
) -> float:
    """Put delivered replenishments on their account's shelf, with the latest row of each; return all pieces."""
    pieces = 0.0
    for k in range(rows.shape[0]):
        r = rows[k]
        q = quantity[r]
        pieces += q
        if kind[r] == _REPLENISH:
            n = account[r] + 1
            on_hand[n, item[r]] += q
            received[n, item[r]] += q
            on_order[n, item[r]] -= q
            latest[n * on_hand.shape[1] + item[r]] = r
    return pieces
