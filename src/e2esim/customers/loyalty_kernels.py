"""Staying and leaving: BG/NBD needs (Fader, Hardie and Lee, 2005) on the product's life, with drop-out moved by satisfaction.

A consumer has a purchase rate lambda ~ Gamma(r, 1/alpha) per product life and a drop-out probability p ~ Beta(a, b) after each
purchase. The coin for dropping out is revealed at the next need, which changes nothing in the purchase counts and lets
everything felt until then matter: logit(p) moves by -theta (memory - competitor). theta = 0 is exactly BG/NBD, which tosses no coin after the first purchase;
there only what dissatisfaction adds to p counts.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.customers.need_clock import NeedClock, along, arises, on_the_hour, season_time
from e2esim.customers.satisfaction_kernels import decayed
from e2esim.domain.lean import counting_njit, lean_njit
from e2esim.domain.pasted import pasted_njit
from e2esim.streams.draws import Count, child, exponential, from_table, normal, uniform

F = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

_HOURS_Y = 8760.0
_BEYOND_H = 2000.0  # [h] past the end of the calendar, and past all windows that look ahead from it


@pasted_njit
def drop_probability(base: float, theta: float, advantage: float, scar: float = 0.0) -> float:
    """Drop-out probability whose logit is that of ``base`` minus ``theta`` times the ``advantage`` in satisfaction, plus ``scar``.

    >>> round(drop_probability(0.25, 0.0, 3.0), 12)
    0.25
    """
    if base <= 0.0:
        return 0.0
    if base >= 1.0:
        return 1.0
    return 1.0 / (1.0 + (1.0 - base) / base * math.exp(theta * advantage - scar))


@pasted_njit
def delighted(above: float, delight: float) -> float:
    """What a memory ``above`` its base line [satisfaction] holds beside itself: the square of it, ``delight`` [1/satisfaction] times.

    Staying is convex in satisfaction: from the last but one to the best answer it rises more than from the one before (Mittal and Kamakura 2001).

    >>> delighted(-0.2, 15.0), round(delighted(0.1, 15.0), 6)
    (0.0, 0.15)
    """
    return delight * above * above if above > 0.0 else 0.0


@pasted_njit
def leaving(base: float, theta: float, advantage: float, scar: float, purchases: Count) -> float:
    """Probability of leaving at the next need after ``purchases`` purchases.

    >>> leaving(0.25, 0.0, -1.0, 0.0, 1), leaving(0.25, 1.0, 1.0, 0.0, 1), round(leaving(0.25, 0.0, 0.0, 0.0, 2), 12)
    (0.0, 0.0, 0.25)
    """
    p = drop_probability(base, theta, advantage, scar)
    if purchases > 1:
        return p
    return max(0.0, (p - base) / (1.0 - base)) if base < 1.0 else 0.0


@pasted_njit
def waiting_time(key: np.uint64, address: Count, purchases: Count, rate: float, life_h: float) -> float:
    """Time to the next need after purchase number ``purchases`` [h]; inf for a rate of zero."""
    if rate <= 1e-12:
        return math.inf
    return exponential(key, address, purchases, life_h / rate)


@pasted_njit
def pick(cdf: F, first: int, last: int, u: float) -> int:
    """Smallest index in [first, last) whose cumulative share reaches ``u``; last - 1 at most."""
    k, left = first, last - 1 - first
    while left > 0:  # halves by arithmetic and not by a branch, which a processor guesses wrong every other time
        half = (left + 1) >> 1
        k += half * (cdf[k + half - 1] < u)
        left -= half
    return k


@pasted_njit
def past_of_one(
    key_need: np.uint64,
    key_drop: np.uint64,
    key_item: np.uint64,
    address: Count,
    since: float,
    rate: float,
    drop: float,
    item_cdf: F,
    life_h: F,
    out: F,
) -> bool:
    """Replay one customer acquired ``since`` [h, negative] up to time 0; True if still a customer.

    Writes first, last, next need [h], purchases and the last item into ``out`` (5,).
    """
    t = since
    purchases = 1
    n = item_cdf.shape[0]
    item = pick(item_cdf, 0, n, uniform(key_item, address, 0))
    while True:
        nxt = t + waiting_time(key_need, address, purchases, rate, life_h[item])
        if nxt > 0.0:
            out[0], out[1], out[2], out[3], out[4] = since, t, nxt, purchases, item
            return True
        if purchases > 1 and uniform(key_drop, address, purchases) < drop:
            return False
        t = nxt
        item = pick(item_cdf, 0, n, uniform(key_item, address, purchases))
        purchases += 1


class PastCell(NamedTuple):
    """A demand cell's past: its code, customers acquired over ``history_h`` [h], segments and items they came by, its accounts ``first`` .. ``last``."""

    code: int
    acquired: int
    history_h: float
    mix_cdf: F
    item_cdf: F
    first: int
    last: int


class PastTables(NamedTuple):
    """What all cells share: quantile tables ``rates, drops`` (segments, size), columns of items and accounts, and what memories are spread around."""

    rates: F
    drops: F
    category: I64
    brand: I64
    life_h: F
    account_cdf: F
    account_order: I64
    memory_base: float
    memory_sd: float


class OpeningBase(NamedTuple):
    """Columns of the consumers that the past writes, each (capacity,)."""

    address: I64
    segment: npt.NDArray[np.uint8]
    account: npt.NDArray[np.int16]
    rate: npt.NDArray[np.float32]
    drop: npt.NDArray[np.float32]
    memory: npt.NDArray[np.float32]
    first: npt.NDArray[np.float32]
    last: npt.NDArray[np.float32]
    next: npt.NDArray[np.float32]
    purchases: npt.NDArray[np.uint16]
    category: npt.NDArray[np.uint8]
    brand: npt.NDArray[np.int8]


@lean_njit
def installed_base(keys: npt.NDArray[np.uint64], cell: PastCell, tables: PastTables, base: OpeningBase, at: int, out: F) -> int:
    """Customers of one cell acquired evenly over the past and still with the firm, written from row ``at`` on; returns the row after the last.

    ``keys``: need, drop, item, facts, when, account; ``out`` (5,): room for the past of one.
    """
    n_segments = cell.mix_cdf.shape[0]
    for k in range(cell.acquired):
        who = child(child(cell.code, -1), k)  # the past has addresses of its own
        seg = pick(cell.mix_cdf, 0, n_segments, uniform(keys[3], who, 0))
        lam = from_table(tables.rates[seg], uniform(keys[3], who, 1))
        p = from_table(tables.drops[seg], uniform(keys[3], who, 2))
        since = -cell.history_h * (k + uniform(keys[4], who, 0)) / cell.acquired
        if not past_of_one(keys[0], keys[1], keys[2], who, since, lam, p, cell.item_cdf, tables.life_h, out):
            continue
        base.address[at] = who
        base.segment[at] = seg
        some = cell.last > cell.first
        drawn = pick(tables.account_cdf, cell.first, cell.last, uniform(keys[5], who, 0)) if some else 0
        base.account[at] = tables.account_order[drawn] if some else -1
        base.rate[at], base.drop[at] = lam, p
        base.memory[at] = tables.memory_base + tables.memory_sd * normal(keys[3], who, 3)
        base.first[at], base.last[at], base.next[at] = out[0], out[1], out[2]
        item = int(out[4])
        base.purchases[at], base.category[at], base.brand[at] = int(out[3]), tables.category[item], tables.brand[item]
        at += 1
    return at


class CoinHolders(NamedTuple):
    """Columns of the consumers that decide on staying, each (capacity,); ``alive, left`` are written."""

    address: I64
    segment: npt.NDArray[np.uint8]
    purchases: npt.NDArray[np.uint16]
    drop: npt.NDArray[np.float32]
    memory: npt.NDArray[np.float32]
    memory_t: npt.NDArray[np.float32]
    scar: npt.NDArray[np.float32]
    alive: npt.NDArray[np.uint8]
    left: npt.NDArray[np.float32]


class Pull(NamedTuple):
    """What draws away: slope and base line of memory by segment, (segments,), what the best alternative gives, half-life [h], whether memory counts, and
    how much more what is above the base line holds, see `delighted`.
    """

    theta: F
    base: F
    competitor: float
    half_life_h: float
    loop: bool
    delight: float


@pasted_njit
def leave_or_stay(key: np.uint64, rows: npt.NDArray[np.int32], t: npt.NDArray[np.float64], who: CoinHolders, pull: Pull, stay: npt.NDArray[np.int32]) -> int:
    """Reveal the coin of the consumers whose need comes due at ``t`` [h]; those who stay go to ``stay``, the number is returned."""
    m = 0
    for k in range(rows.shape[0]):
        c = rows[k]
        segment, advantage = who.segment[c], 0.0
        if pull.loop:
            memory = decayed(who.memory[c], pull.base[segment], t[k] - who.memory_t[c], pull.half_life_h)
            advantage = memory - pull.competitor + delighted(memory - pull.base[segment], pull.delight)
        p = leaving(who.drop[c], pull.theta[segment], advantage, who.scar[c] if pull.loop else 0.0, who.purchases[c])
        if uniform(key, who.address[c], who.purchases[c]) < p:
            who.alive[c] = 0
            who.left[c] = t[k]
        else:
            stay[m] = c
            m += 1
    return m


@pasted_njit
def draw_loyalty(
    key: np.uint64, address: I64, segment: npt.NDArray[np.uint8], rates: F, drops: F, rate: npt.NDArray[np.float32], drop: npt.NDArray[np.float32]
) -> None:
    """Purchase rate and drop-out probability of new customers (same draws 1 and 2 as the installed base)."""
    for k in range(address.shape[0]):
        rate[k] = from_table(rates[segment[k]], uniform(key, address[k], 1))
        drop[k] = from_table(drops[segment[k]], uniform(key, address[k], 2))


@pasted_njit
def next_needs(
    key: np.uint64,
    rows: npt.NDArray[np.int32],
    address: I64,
    purchases: npt.NDArray[np.uint16],
    rate: npt.NDArray[np.float32],
    life_h: F,
    since: npt.NDArray[np.float32],
    elsewhere: bool,
    clock: NeedClock,
    cell: npt.NDArray[np.integer],
    out: F,
) -> None:
    """Time of the next need [h] of consumers ``rows`` to ``out``, counted from ``since`` on the clock of their ``cell``; ``life_h, out`` aligned with ``rows``.

    ``elsewhere``: the need before was bought from another firm at ``since``. What was bought there lives as long; each such time has its own luck.
    """
    for k in range(rows.shape[0]):
        c = rows[k]
        number = np.int64(purchases[c])
        if elsewhere:
            number += (1 << 20) + (np.int64(since[c]) << 24)
        out[k] = arises(clock, cell[c], np.float64(since[c]), waiting_time(key, address[c], number, rate[c], life_h[k]))


@lean_njit
def first_needs(nxt: npt.NDArray[np.float32], clock: NeedClock, cell: npt.NDArray[np.integer]) -> None:
    """Put times ``nxt`` [h] of a year without season, from 0, on the clocks of their cells (the next needs of the installed base).

    Most come long after the calendar's end: these keep the time of the season, since nobody asks on which hour of the week they fall.
    """
    last, opened, late = -1, 0.0, clock.edge[clock.edge.shape[0] - 1] + _BEYOND_H
    for c in range(nxt.shape[0]):
        if cell[c] != last:
            last = cell[c]
            opened = season_time(clock, last, 0.0)
        at = along(clock.passed[last], clock.edge, opened + np.float64(nxt[c]))
        nxt[c] = at if at > late else on_the_hour(clock, at)


@counting_njit
def chosen(key: np.uint64, address: I64, rows: npt.NDArray[np.int32], share: float) -> npt.NDArray[np.bool_]:
    """Which of ``rows`` are chosen, each with probability ``share`` by its own address."""
    out = np.empty(rows.shape[0], dtype=np.bool_)
    for k in range(rows.shape[0]):
        out[k] = uniform(key, address[rows[k]], 0) < share
    return out
