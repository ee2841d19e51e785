"""What to buy when: just in time, in lots by the rule of the item, larger where a lower price pays for holding. Arrays in, arrays out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from e2esim.domain.lean import lean_njit
from e2esim.planning.factory.problem import Floats, Ints

EPS = 1e-6


class SourceTerms(NamedTuple):
    """Terms of sources, (n_sources,): lead time [d], minimum and multiple [pcs], price [EUR/pc], cost of an order [EUR]; lower prices of
    larger purchases, `break_*` at `break_start`, in order of quantity.
    """

    lead: Ints
    moq: Floats
    multiple: Floats
    price: Floats
    order_eur: Floats
    break_start: Ints
    break_qty: Floats
    break_price: Floats


class StockChanges(NamedTuple):
    """Net changes of stock in order of item and day, those of an item at `start` (n_items + 1,): day [d] and pieces."""

    start: Ints
    day: Ints
    qty: Floats


class LotTerms(NamedTuple):
    """Of every item, (n_items,): days whose needs a purchase covers [d], pieces up to which it fills the stock, days that pieces keep; price of
    holding a euro for a day.
    """

    cover: Ints
    fill: Floats
    keeps: Floats
    hold: float


@lean_njit
def whole_lot(q: float, s: int, sources: SourceTerms) -> float:
    """Smallest purchase of a source that holds ``q`` pieces."""
    step = sources.multiple[s] if sources.multiple[s] > 0 else 1.0
    return float(np.ceil((max(q, sources.moq[s]) - EPS) / step) * step)


@lean_njit
def unit_price(q: float, s: int, sources: SourceTerms) -> float:
    """Price of a piece in a purchase of ``q`` pieces [EUR]."""
    price = sources.price[s]
    for b in range(sources.break_start[s], sources.break_start[s + 1]):
        if q >= sources.break_qty[b] - EPS:
            price = sources.break_price[b]
    return float(price)


@lean_njit
def after_day(k: int, end: int, day: Ints) -> int:
    """First event of an item after the day of event ``k``."""
    j = k + 1
    while j < end and day[j] == day[k]:
        j += 1
    return j


@njit(cache=True)
def need_within(level: float, day: int, k: int, i: int, events: StockChanges, days: float) -> float:
    """Pieces of item ``i`` that are lacking from ``day`` on over so many days; stock is at ``level`` and ``k`` is the next event."""
    need, run, end = -level, level, events.start[i + 1]
    while k < end and events.day[k] < day + days:
        after = after_day(k, end, events.day)
        run += events.qty[k:after].sum()
        need = max(need, -run)
        k = after
    return float(need)


@njit(cache=True)
def lot_by_rule(level: float, day: int, k: int, i: int, events: StockChanges, terms: LotTerms) -> float:
    """Pieces that the rule of item ``i`` asks for on ``day``, when stock without them is at ``level`` and ``k`` is the next event."""
    return need_within(level, day, k, i, events, float(terms.cover[i])) + float(terms.fill[i])


@lean_njit
def source_in_time(day: int, i: int, source_start: Ints, source: Ints, sources: SourceTerms) -> int:
    """The preferred source of an item that can bring it on a day, -1 if none."""
    for j in range(source_start[i], source_start[i + 1]):
        if sources.lead[source[j]] <= day:
            return int(source[j])
    return -1


@njit(cache=True)
def cost_from_here(
    level: float, day: int, k: int, i: int, events: StockChanges, source_start: Ints, source: Ints, sources: SourceTerms, terms: LotTerms
) -> float:
    """Cost of buying by rule from event ``k`` on, and of holding what there is until it is used or the events end [EUR].

    ``level``: stock since ``day``. What lies over at the end is paid for and worth nothing.
    """
    total, end = 0.0, events.start[i + 1]
    value = sources.price[source[source_start[i]]] * terms.hold
    while k < end:
        when, after = events.day[k], after_day(k, end, events.day)
        total += max(level, 0.0) * (when - day) * value
        level += events.qty[k:after].sum()
        k, day = after, when
        if level < -EPS:
            s = source_in_time(day, i, source_start, source, sources)
            if s >= 0:
                q = whole_lot(lot_by_rule(level, day, k, i, events, terms), s, sources)
                total += sources.order_eur[s] + q * unit_price(q, s, sources)
                level += q
    return total


@njit(cache=True)
def purchase_plan(events: StockChanges, source_start: Ints, source: Ints, sources: SourceTerms, terms: LotTerms) -> tuple[Ints, Floats, Ints]:
    """Purchases (source row, qty, day received) that keep every item's stock at or above zero.

    ``source``: source rows of each item by preference, grouped at ``source_start``. The first source that can deliver in
    time is taken, as late as possible, for a lot by the rule of the item. A purchase is lifted to a quantity of a lower price where that,
    with all purchases by rule after it, is cheaper than without; so the whole is never dearer than by rule alone (rollout: Bertsekas,
    Tsitsiklis and Wu 1997, proposition 1, for a rule that hangs on the state alone).
    """
    n_events = events.day.size
    out_source, out_qty, out_day = np.empty(n_events, np.int64), np.empty(n_events), np.empty(n_events, np.int64)
    n = 0
    for i in range(events.start.size - 1):
        level, k, end = 0.0, events.start[i], events.start[i + 1]
        while k < end:
            day, after = events.day[k], after_day(k, end, events.day)
            level += events.qty[k:after].sum()
            k = after
            s = source_in_time(day, i, source_start, source, sources) if level < -EPS else -1
            if s < 0:
                continue
            q = whole_lot(lot_by_rule(level, day, k, i, events, terms), s, sources)
            least, most = np.inf, np.inf
            if terms.keeps[i] < np.inf:
                most = whole_lot(need_within(level, day, k, i, events, terms.keeps[i] + 1.0), s, sources)
            for b in range(sources.break_start[s] - 1, sources.break_start[s + 1]):
                if sources.break_start[s] == sources.break_start[s + 1]:
                    break
                own = b < sources.break_start[s]
                tried = q if own else whole_lot(sources.break_qty[b], s, sources)
                if own or q + EPS < tried <= most + EPS:
                    cost = tried * unit_price(tried, s, sources)
                    cost += cost_from_here(level + tried, day, k, i, events, source_start, source, sources, terms)
                    if cost < least - EPS:
                        least, best = cost, tried
            if least < np.inf:
                q = best
            out_source[n], out_qty[n], out_day[n] = s, q, day
            n += 1
            level += q
    return out_source[:n], out_qty[:n], out_day[:n]
