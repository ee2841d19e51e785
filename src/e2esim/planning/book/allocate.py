"""Batch allocation: the whole book against the supply, in a second, close to the linear programme.

Four steps. (1) Prices for the dock, then each item alone, lines in parts: a flow of greatest value, exact. (2) What
still overloads the dock: day by day, what loses least waits until tomorrow. (3) Lines and groups that must stay whole
but came out in parts are taken out and put back on their first day, dearest first. (4) Repair: a late or refused line
may push out cheaper ones, which go where they fit; lines change places at the dock; and each item chooses anew which
of its lines are served.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from e2esim.planning.book.choice_kernels import choose_anew, wishes
from e2esim.planning.book.dock_kernels import dock_prices, relieve_dock, swap_at_dock
from e2esim.planning.book.flow_kernels import Windows, fill_items
from e2esim.planning.book.order_book import EPS, Deliveries, Floats, Ints, OrderBook, tidy
from e2esim.planning.book.placing_kernels import Placing, insert_all
from e2esim.planning.book.repair_kernels import improve, improve_groups

PRICE_STEPS = 200
STRIDE = 0.2  # of the mean weight: first step of a dock price
PASSES = 10  # of an item, at most; most need two
WISHES = (0.0, 0.5, 0.0, 1.0)  # where in its window a refused line asks again, round by round


@dataclass(frozen=True, eq=False)
class _Movers:
    """What ships whole: lines, or parts of lines that may be split. ``day`` is the plan, changed in place."""

    line: Ints
    quantity: Floats
    day: Ints
    item: Ints
    first: Ints
    until: Ints
    group: Ints
    value: Floats


def allocate(book: OrderBook) -> Deliveries:
    """Allocate supply to the order lines so that the value served is as large as can be found in a second.

    Parameters
    ----------
    book
        Lines, receipts and dock.

    Returns
    -------
    Deliveries
        Within supply on every day, within the dock, each line in its window, whole where asked.

    Notes
    -----
    The value is never above that of the linear programme in which every line may be split. A group is never pushed out
    by others, it only pushes: a book with many groups stays further below the programme than one without.

    Examples
    --------
    Six pieces today; the line of weight 3 goes first, the whole line of four does not fit beside it, the small one does.

    >>> from e2esim.planning.book.order_book import plain_book
    >>> book = plain_book([0, 0, 0], [4.0, 2.0, 3.0], [0, 0, 0], [[6.0, 0.0, 0.0]], weight=[1.0, 1.0, 3.0], late_loss=0.04)
    >>> done = allocate(book)
    >>> done.line.tolist(), done.day.tolist(), done.value(book)
    ([1, 2], [0, 0], 11.0)
    """
    value, first, until = book.piece_value(), book.first, book.until
    heavy = np.lexsort((book.due, -book.weight))
    level = np.cumsum(book.receipts, axis=1)
    placed = np.zeros_like(value)
    start, rows = _by_item(heavy, book.item, book.receipts.shape[0])
    price = _dock_prices(book, heavy, value)
    fill_items(start, rows, book.quantity, level, Windows(first, until, value, price, placed))
    movers = _cut(book, placed, value)
    return _repair(book, movers)


def _dock_prices(book: OrderBook, turn: Ints, value: Floats) -> Floats:
    """Prices of the dock if every line came on the first day on which a greedy pass finds its pieces, (n_days,)."""
    n, none = book.item.size, np.zeros(0, dtype=np.int64)
    day, alone = np.full(n, -1), np.full(n, -1)
    open_dock = np.full(book.days, np.inf)
    worth, loose = np.ascontiguousarray(value * book.quantity[:, None]), np.zeros(n, dtype=np.bool_)
    state = Placing(book.item, book.quantity, book.first, book.until, worth, loose, day, np.cumsum(book.receipts, axis=1), open_dock)
    insert_all(turn, state, alone, none, none)
    load = np.bincount(day[day >= 0], weights=book.quantity[day >= 0], minlength=book.days)
    if (load <= book.dock).all():
        return np.zeros(book.days)
    return dock_prices(state, book.dock, STRIDE * float(book.weight.mean()), PRICE_STEPS)


def _by_item(order: Ints, item: Ints, items: int) -> tuple[Ints, Ints]:
    """Rows of each item in the given order, and where those of each item begin."""
    rows = order[np.argsort(item[order], kind="stable")]
    return np.searchsorted(item[rows], np.arange(items + 1)).astype(np.int64), rows.astype(np.int64)


def _cut(book: OrderBook, placed: Floats, value: Floats) -> _Movers:
    """Movers from the flow: a whole line is one, on its day if the flow has it there in full; others one a day."""
    n = book.item.size
    together = book.whole | (book.group >= 0)
    full = placed.max(axis=1, initial=0.0) >= book.quantity - EPS
    day = np.where(full & (book.group < 0), book.first + placed.argmax(axis=1), -1)
    whole = np.flatnonzero(together | full)
    line, offset = np.nonzero((placed > EPS) & ~(together | full)[:, None])
    pieces = placed[line, offset]
    rest = book.quantity - np.bincount(line, weights=pieces, minlength=n)
    open_rest = np.flatnonzero(~(together | full) & (rest > EPS))
    rows = np.concatenate([whole, line, open_rest])
    quantity = np.concatenate([book.quantity[whole], pieces, rest[open_rest]])
    return _Movers(
        line=rows,
        quantity=quantity,
        day=np.concatenate([day[whole], book.first[line] + offset, np.full(open_rest.size, -1)]).astype(np.int64),
        item=book.item[rows],
        first=book.first[rows],
        until=book.until[rows],
        group=np.where(book.group[rows] >= 0, np.unique(book.group, return_inverse=True)[1][rows], -1),
        value=np.ascontiguousarray(value[rows] * quantity[:, None]),
    )


def _repair(book: OrderBook, m: _Movers) -> Deliveries:
    """Steps 2 to 4 on the movers."""
    on = m.day >= 0
    shipped = np.zeros(book.receipts.shape)
    np.add.at(shipped, (m.item[on], m.day[on]), m.quantity[on])
    level = np.cumsum(book.receipts - shipped, axis=1)
    room = book.dock - shipped.sum(axis=0)
    state = Placing(m.item, m.quantity, m.first, m.until, m.value, m.group >= 0, m.day, level, room)
    relieve_dock(np.lexsort((m.line, -m.until)), state)
    turn = np.lexsort((m.first, -_of_group(m.value[:, 0] / m.quantity, m)))
    begin, member = _by_item(np.flatnonzero(m.group >= 0), m.group, int(m.group.max(initial=-1)) + 1)
    insert_all(turn, state, m.group, begin, member)
    start, rows = _by_item(turn, m.item, book.receipts.shape[0])
    dirty = np.ones(start.size - 1, dtype=np.bool_)
    for share in WISHES:
        improve(start, rows, state, PASSES, dirty)
        improve_groups(begin, member, start, rows, state)
        if np.isfinite(room).any():
            swap_at_dock(turn, state)
        choose_anew(start, rows, wishes(share, state), state, dirty)
    improve(start, rows, state, PASSES, dirty)
    insert_all(turn, state, m.group, begin, member)
    done = [(m.line, m.day, m.quantity), *_fill(book, m, level, room)]
    line, day, quantity = (np.concatenate(parts) for parts in zip(*done, strict=True))
    return tidy(line, day, quantity)


def _of_group(density: Floats, m: _Movers) -> Floats:
    """Weight of a piece; for lines of a group the mean of the group."""
    grouped = m.group >= 0
    if not grouped.any():
        return density
    pieces = np.bincount(m.group[grouped], weights=m.quantity[grouped])
    worth = np.bincount(m.group[grouped], weights=m.value[grouped, 0])
    return np.where(grouped, (worth / np.maximum(pieces, EPS))[np.maximum(m.group, 0)], density)


def _fill(book: OrderBook, m: _Movers, level: Floats, room: Floats) -> list[tuple[Ints, Ints, Floats]]:
    """Refused parts of lines that may be split take what single pieces are left."""
    found = []
    may = (m.day < 0) & ~(book.whole | (book.group >= 0))[m.line]
    for k in np.flatnonzero(may)[np.argsort(-m.value[may, 0] / m.quantity[may], kind="stable")].tolist():
        row, missing = level[m.item[k]], float(m.quantity[k])
        for d in range(int(m.first[k]), int(m.until[k]) + 1):
            pieces = min(missing, float(row[d:].min()), float(room[d]))
            if pieces > EPS:
                row[d:] -= pieces
                room[d] -= pieces
                missing -= pieces
                found.append((m.line[k : k + 1], np.array([d]), np.array([pieces])))
    return found
