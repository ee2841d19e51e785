"""Kernels of reverse logistics: what comes back, what it is still worth, and the unsold stock of accounts."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import LineProblem, OrderKind, OrderState, ReturnCause
from e2esim.domain.lean import lean_njit
from e2esim.streams.draws import uniform

Rows = npt.NDArray[np.int32]
F = npt.NDArray[np.float64]
T = npt.NDArray[np.float32]
Kind = npt.NDArray[np.uint8]
Small = npt.NDArray[np.int16]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_REPLENISH = int(OrderKind.REPLENISH)
_DELIVERED = int(OrderState.DELIVERED)
_DAMAGED = int(LineProblem.DAMAGED)
_NONE = int(ReturnCause.NONE)
_UNSOLD = int(ReturnCause.UNSOLD)
_USED = int(ReturnCause.USED_PRODUCT)
_OWN = 2  # buyer code of an own branch


@lean_njit
def accept(
    rows: Rows, causes: Kind, state: Kind, return_cause: Kind, pending: Kind, out: npt.NDArray[np.bool_]
) -> None:
    """Accept the returns of delivered rows that are neither back nor on their way back."""
    for k in range(rows.shape[0]):
        r = rows[k]
        back = return_cause[r] != _NONE and return_cause[r] != _USED
        out[k] = causes[k] != _NONE and state[r] == _DELIVERED and pending[r] == _NONE and not back
        if out[k]:
            pending[r] = causes[k]


@lean_njit
def part(pieces: int, share: float, luck: float) -> int:
    """Whole pieces of a share: rounded down, one more with the probability of what is left over; ``luck`` uniform.

    >>> part(5, 0.5, 0.4), part(5, 0.5, 0.6), part(4, 0.5, 0.0)
    (3, 2, 2)
    """
    exact = pieces * share
    whole = int(exact)
    return whole + 1 if luck < exact - whole else whole


class ComingBack(NamedTuple):
    """Columns of the order book that a return reads and writes, each (capacity,); ``pending``: the cause of the return under way."""

    address: npt.NDArray[np.int64]
    pending: Kind
    kind: Kind
    channel: Kind
    item: Small
    quantity: Rows
    problems: Kind
    revenue: T
    cost: T
    returned_t: T
    return_cause: Kind
    credit: T


class ReturnTerms(NamedTuple):
    """Standard cost and resale share, (items,), price (items, channels), kind of buyer (channels,); ``share`` and ``eur`` by cause, (causes, 3)."""

    standard: F
    resale: F
    price: F
    buyer: npt.NDArray[np.int64]
    share: F
    eur: F


class ReturnedGoods(NamedTuple):
    """Goods by node and item, (nodes, items)."""

    on_hand: F
    returned: F
    scrapped: F


class TakenBack(NamedTuple):
    """Sums of a batch of returns: by cause pieces, worth [EUR] and rows, (causes,); pieces as new, repaired, B-grade, recycled, (4,); items that came, and
    pieces of each that were repaired, (items,)."""

    pieces: F
    worth: F
    sorted_out: F
    lines: Counts
    came: Flags
    repaired: F


@lean_njit
def take_back(rows: Rows, t: float, key: np.uint64, book: ComingBack, terms: ReturnTerms, goods: ReturnedGoods, found: TakenBack) -> None:
    """Put returned goods where they belong, write time, cause and net credit, and add up in ``found``; its worth is the standard cost of what can be
    sold as new again.

    ``share`` (causes, 3): as new, of the others repaired, of the rest recycled; what then is left is sold as B-grade for its resale
    value. ``eur`` (causes, 3): repair, recycling, inspection of a piece. Nothing of a damaged line is unsold as new. Credit is the value
    of the line, less resale, less the standard cost of what is as new again, with what was spent on it. A line on which the firm earned
    nothing is worth its invoice price, except transfers to own branches.
    """
    address, item, quantity, revenue, cost = book.address, book.item, book.quantity, book.revenue, book.cost
    share, eur = terms.share, terms.eur
    for k in range(rows.shape[0]):
        r = rows[k]
        cause = book.pending[r]
        book.pending[r] = _NONE
        i = item[r]
        q = quantity[r]
        damaged = cause == _UNSOLD and (book.problems[r] & _DAMAGED) != 0
        unharmed = 0 if damaged else part(q, share[cause, 0], uniform(key, address[r], 0))
        repaired = part(q - unharmed, share[cause, 1], uniform(key, address[r], 1))
        recycled = part(q - unharmed - repaired, share[cause, 2], uniform(key, address[r], 2))
        good = unharmed + repaired
        goods.returned[0, i] += q
        goods.scrapped[0, i] += q - good
        goods.on_hand[0, i] += good
        value = float(revenue[r])
        if value == 0.0 and not (book.kind[r] == _REPLENISH and terms.buyer[book.channel[r]] == _OWN):
            value = terms.price[i, book.channel[r]] * q
            if math.isnan(value):
                value = 0.0
        as_new = good / q if q > 0 else 0.0
        b_grade = 1.0 - as_new - (recycled / q if q > 0 else 0.0)
        made = cost[r] if cost[r] > 0.0 or value == 0.0 else terms.standard[i] * q  # bought in a shop of others: the firm booked its cost with the shop
        spent = repaired * eur[cause, 0] + recycled * eur[cause, 1] + q * eur[cause, 2]
        book.credit[r] = value - b_grade * terms.resale[i] * value - as_new * made + spent
        book.returned_t[r] = t
        book.return_cause[r] = cause
        found.lines[cause] += 1
        found.came[i] = True
        found.repaired[i] += repaired
        found.pieces[cause] += q
        found.worth[cause] += as_new * made
        found.sorted_out[0] += unharmed
        found.sorted_out[1] += repaired
        found.sorted_out[2] += q - good - recycled
        found.sorted_out[3] += recycled


@lean_njit
def collect_used(rows: Rows, t: float, quantity: Rows, returned_t: T, return_cause: Kind) -> float:
    """Write the pick-up of used products on rows that have not come back themselves; return the pieces."""
    pieces = 0.0
    for k in range(rows.shape[0]):
        r = rows[k]
        pieces += quantity[r]
        if return_cause[r] == _NONE:
            return_cause[r] = _USED
            returned_t[r] = t
    return pieces


class Shelves(NamedTuple):
    """Goods by node and item, (nodes, items)."""

    backlog: F
    on_hand: F
    shipped: F


@lean_njit
def unsold(
    month: int, key: np.uint64, channel_of: npt.NDArray[np.int64], share_y: F, latest: Rows, quantity: Rows, state: Kind, return_cause: Kind, pending: Kind,
    shelves: Shelves, out: Rows,
) -> int:
    """Choose the replenishment rows that accounts send back in a month; their goods leave the shelf.

    Of each shelf without backlog the latest row goes back with the probability at which a twelfth of the yearly share
    of the stock is sent back on average. Returns how many rows were written to ``out``.
    """
    backlog, on_hand, shipped = shelves
    m = 0
    items = on_hand.shape[1]
    for a in range(channel_of.shape[0]):
        share = share_y[channel_of[a]]
        if share <= 0.0:
            continue
        n = a + 1
        for i in range(items):
            s = n * items + i
            r = latest[s]
            if r < 0 or backlog[n, i] > 0.0 or on_hand[n, i] < quantity[r]:
                continue
            if state[r] != _DELIVERED or return_cause[r] != _NONE or pending[r] != _NONE:
                continue
            if uniform(key, s, month) < share / 12.0 * on_hand[n, i] / quantity[r]:
                on_hand[n, i] -= quantity[r]
                shipped[n, i] += quantity[r]
                latest[s] = -1
                out[m] = r
                m += 1
    return m
