"""A tick of the customers in two kernels: those whose need is due are served or lost, and all who buy enter the books.

Each only calls the kernels of its steps one after the other, on the columns themselves: a tick has a few dozen customers, and steps joined
by numpy cost more than what they do.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.customers.entry_kernels import GoodsBought, LastBought, LinesBorn, SoldHow, note_purchases, write_purchases
from e2esim.customers.hurdle_kernels import Hurdles
from e2esim.customers.loyalty_kernels import CoinHolders, Pull, draw_loyalty, leave_or_stay, next_needs
from e2esim.customers.market_kernels import Buyers, CustomersDue, GoodsShown, LeadShown, MarketCells, MetBefore, Standing, Tastes, returning
from e2esim.customers.need_clock import NeedClock
from e2esim.domain.book import LineProblem, Service
from e2esim.domain.calendar_kernels import Lists, push_at
from e2esim.domain.lean import lean_njit
from e2esim.domain.pasted import pasted_njit
from e2esim.streams.draws import uniform

F = npt.NDArray[np.float64]
F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
U8 = npt.NDArray[np.uint8]

RENEWAL = 0.1  # [share] of the time to the next need by which taking the used product along brings it forward, assumed
_RENEWED = np.float32(1.0 - RENEWAL)
_COLLECTED = int(Service.USED_COLLECTION)
_BROKEN, _SIMPLE = int(LineProblem.INTEGRATION | LineProblem.TOUCHPOINT), int(Service.SIMPLE)


class Customers(NamedTuple):
    """Columns of the consumers that the market reads and writes, each (capacity,)."""

    address: I64
    segment: U8
    channel: U8
    market: U8
    cell: npt.NDArray[np.int16]
    account: npt.NDArray[np.int16]
    rate: F32
    drop: F32
    memory: F32
    memory_t: F32
    scar: F32
    first: F32
    last: F32
    next: F32
    purchases: npt.NDArray[np.uint16]
    alive: U8
    left: F32
    category: U8
    brand: npt.NDArray[np.int8]


class WeighedBy(NamedTuple):
    """What a purchase is weighed by, see `market_kernels.consider`."""

    cells: MarketCells
    goods: GoodsShown
    lead: LeadShown
    firm: Standing
    tastes: Tastes
    hurdles: Hurdles


class NeedsToCome(NamedTuple):
    """How the next need is timed (stream, clock, mean life of each category [h]), and the lists on which customers wait for it."""

    key: np.uint64
    clock: NeedClock
    category_life: F
    lists: Lists


class Room(NamedTuple):
    """Room for what is worked out on the way, n or more each: times [h] or lives [h], and rows."""

    t: F
    life_h: F
    stay: I32
    lost: I32


class Newcomers(NamedTuple):
    """What new consumers start with: stream of their facts, quantile tables ``rates, drops`` (segments, size), and memory."""

    key: np.uint64
    rates: F
    drops: F
    memory: float


@pasted_njit
def _wait_anew(rows: I32, life_h: F, who: Customers, to_come: NeedsToCome, t: F) -> int:
    """Write the need of ``rows`` after one bought elsewhere and let them wait for it; returns how many need nothing more in this run. ``t`` (n,): room."""
    next_needs(to_come.key, rows, who.address, who.purchases, who.rate, life_h, who.next, True, to_come.clock, who.cell, t)
    for k in range(rows.shape[0]):
        who.next[rows[k]] = t[k]
        t[k] = np.float64(who.next[rows[k]])
    lists = to_come.lists
    return push_at(rows, t, lists.tick_h, lists.open[0], lists.head, lists.waiting, lists.link)


@lean_njit
def needs_met(
    keys: npt.NDArray[np.uint64],
    coin: np.uint64,
    due: I32,
    start: float,
    who: Customers,
    pull: Pull,
    shown: WeighedBy,
    to_come: NeedsToCome,
    room: Room,
    counts: tuple[MetBefore, F],
    out: Buyers,
) -> tuple[int, int]:
    """Customers ``due`` with a need in a tick from ``start`` [h] on: leave for good, buy again (to ``out``), or take this need elsewhere and wait anew.

    Returns the buyers, and of the others the customers who need nothing more in this run. ``keys``: those of `consider`; ``coin``: the
    stream of leaving; ``counts``: who weighed a purchase, and needs taken elsewhere (cells, segments), counted up.
    """
    met, elsewhere = counts
    t, stay, lost = room.t, room.stay, room.lost
    for k in range(due.shape[0]):
        t[k] = max(np.float64(who.next[due[k]]), start)
    coins = CoinHolders(who.address, who.segment, who.purchases, who.drop, who.memory, who.memory_t, who.scar, who.alive, who.left)
    n = leave_or_stay(coin, due, t, coins, pull, stay)
    stay = stay[:n]
    for k in range(n):
        t[k] = max(np.float64(who.next[stay[k]]), start)
    people = CustomersDue(who.address, who.cell, who.segment, who.account, who.purchases)
    bought, away = returning(keys, stay, t, people, shown.cells, shown.goods, shown.lead, shown.firm, shown.tastes, shown.hurdles, met, out, lost)
    if away == 0:
        return bought, 0
    lost = lost[:away]
    for k in range(away):
        room.life_h[k] = to_come.category_life[who.category[lost[k]]]
        elsewhere[who.cell[lost[k]], who.segment[lost[k]]] += 1.0
    return bought, _wait_anew(lost, room.life_h, who, to_come, t)


@lean_njit
def enter(
    buyers: Buyers,
    n_new: int,
    at: tuple[int, int],
    days: tuple[int, int],
    keys: npt.NDArray[np.uint64],
    new: Newcomers,
    of: SoldHow,
    goods: GoodsBought,
    lines: LinesBorn,
    who: Customers,
    to_come: NeedsToCome,
    room: Room,
) -> int:
    """Write buyers as order lines, the first ``n_new`` as new consumers too, and set their next need; ``at``: first new row of the book and of the consumers.

    Returns how many need nothing more in this run. ``days, keys``: those of `write_purchases`. Whose used product is taken along needs the next one earlier.
    """
    n, row0, first = buyers.shape[0], at[0], at[1]
    rows = room.stay[:n]
    for k in range(n):
        rows[k] = buyers[k]["consumer"]
    for k in range(n_new):
        b, c = buyers[k], first + k
        cell = b["cell"]
        rows[k] = c
        who.address[c], who.cell[c], who.segment[c], who.account[c] = b["address"], cell, b["segment"], b["account"]
        who.channel[c], who.market[c] = of.channel[cell], of.market[cell]
        who.first[c], who.memory[c], who.memory_t[c] = b["t"], new.memory, b["t"]
    last = first + n_new
    draw_loyalty(new.key, who.address[first:last], who.segment[first:last], new.rates, new.drops, who.rate[first:last], who.drop[first:last])
    write_purchases(buyers, n, row0, days, rows, keys, of, lines)
    note_purchases(buyers, rows, goods, LastBought(who.last, who.category, who.brand, who.purchases), room.life_h)
    next_needs(to_come.key, rows, who.address, who.purchases, who.rate, room.life_h, who.last, False, to_come.clock, who.cell, room.t)
    for k in range(n):
        c = rows[k]
        who.next[c] = room.t[k]
        if lines.services[row0 + k] & _COLLECTED:
            who.next[c] = who.last[c] + _RENEWED * (who.next[c] - who.last[c])
        room.t[k] = np.float64(who.next[c])
    lists = to_come.lists
    return push_at(rows, room.t, lists.tick_h, lists.open[0], lists.head, lists.waiting, lists.link)


class Asking(NamedTuple):
    """Who asks before a purchase: streams of asking, of asking again and of asking the firm and not the shop, and the share of the last two [1]."""

    first: np.uint64
    again: np.uint64
    shop: np.uint64
    again_share: float
    shop_share: float


class LinesWritten(NamedTuple):
    """Columns of the order book that say whether a purchase asks, each (capacity,)."""

    address: I64
    kind: U8
    problems: U8
    services: U8
    placed: F32


@lean_njit
def questions(rows: I32, share: float, asking: Asking, lines: LinesWritten, asked: I32, t: F) -> int:
    """Which purchases ``rows`` asked for information first (``share`` of them), or again where something had failed before: written with their times
    [h]; returns the number.

    Who buys simply asks nothing.
    """
    address, kind, problems, services, placed = lines
    m = 0
    for k in range(rows.shape[0]):
        r = rows[k]
        if services[r] & _SIMPLE:
            continue
        asks = uniform(asking.first, address[r], 0) < share
        if not asks and problems[r] & _BROKEN:
            asks = uniform(asking.again, address[r], 0) < asking.again_share
        if asks and (kind[r] != 1 or uniform(asking.shop, address[r], 0) < asking.shop_share):
            asked[m], t[m] = r, placed[r]
            m += 1
    return m
