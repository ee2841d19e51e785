"""Kernels over customers: who was active, who bought again, for how long they have stayed, what they are worth."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import OrderKind, OrderState
from e2esim.domain.lean import counting_njit, lean_njit

Array = npt.NDArray[Any]

_REPLENISH = int(OrderKind.REPLENISH)
_CANCELLED = int(OrderState.CANCELLED)
_YEAR_H = 8760.0

LOYALTY = 16  # columns of the sums, in this order
START, AGAIN, DUE, END, STAYED, GONE, YEARS_END, YEARS_STAYED, YEARS_GONE = range(9)
WORTH, WORTH_YEARS, CLV, NEW, CLV_NEW, MEMORY, GAIN = range(9, 16)


@lean_njit
def trace_purchases(
    consumer: Array,
    kind: Array,
    state: Array,
    placed: Array,
    item: Array,
    item_brand: Array,
    start: float,
    end: float,
    last_before: Array,
    bought: Array,
    brand_before: Array,
    brand_last: Array,
) -> None:
    """Trace each consumer's purchases through the order rows (in order of time; cancelled lines are no purchases).

    Updates per consumer, (n_consumers,): ``last_before`` last purchase before ``start`` [h], ``bought`` 1 if it
    bought in [start, end), ``brand_before`` and ``brand_last`` brand of its last purchase before ``start`` and of
    all.
    """
    for i in range(consumer.shape[0]):
        c = consumer[i]
        if c < 0 or kind[i] == _REPLENISH or state[i] == _CANCELLED or not placed[i] < end:
            continue
        brand = item_brand[item[i]]
        brand_last[c] = brand
        if placed[i] >= start:
            bought[c] = 1
        else:
            last_before[c] = max(last_before[c], placed[i])
            brand_before[c] = brand


@lean_njit
def remaining_value(margin_eur: float, rate_y: float, drop: float, discount_y: float, horizon_y: float) -> float:
    """Expected discounted margin of a living customer over ``horizon_y`` years [EUR]; see `e2esim.kpi.clv`."""
    decay = rate_y * drop + discount_y
    if decay * horizon_y < 1e-9:
        return margin_eur * rate_y * (1.0 - drop) * horizon_y
    return margin_eur * rate_y * (1.0 - drop) * (1.0 - math.exp(-decay * horizon_y)) / decay


@lean_njit
def pulled(drop: float, pull: float) -> float:
    """Drop-out probability whose logit is that of ``drop`` less ``pull``.

    >>> round(pulled(0.25, 0.0), 12)
    0.25
    """
    return drop if pull == 0.0 else drop / (drop + (1.0 - drop) * math.exp(pull))


@lean_njit
def living_value(margin_eur: float, buys_y: float, drop: float, pull: float, purchases: int, discount_y: float, horizon_y: float) -> float:
    """Expected discounted margin of a living customer whose drop-out probability is ``pulled`` [EUR]; he buys ``buys_y`` times a year."""
    p = pulled(drop, pull)
    value = remaining_value(margin_eur, buys_y, p, discount_y, horizon_y)
    if purchases == 1 and p < 1.0:  # BG/NBD tosses no coin after the first purchase, only dissatisfaction does
        value *= (1.0 - max(0.0, (p - drop) / (1.0 - drop))) / (1.0 - p)
    return value


class Clientele(NamedTuple):
    """Customers, each (n,): ``base`` cell without brand, times [h], ``rate`` purchases per product life, ``worth`` [EUR] weight of seniority,
    ``due_at`` next renewal need.
    """

    base: Array
    segment: Array
    channel: Array
    category: Array
    first: Array
    last: Array
    due_at: Array
    left: Array
    alive: Array
    rate: Array
    drop: Array
    purchases: Array
    memory: Array
    memory_t: Array
    scar: Array
    worth: Array


class PurchaseTraces(NamedTuple):
    """Of each customer, (n,): last purchase before the window [h], 1 if it bought in it, brand before it and brand now."""

    last_before: Array
    bought: Array
    brand_before: Array
    brand_last: Array


class CustomerLaw(NamedTuple):
    """What customers' value is reckoned by: ``window_h`` (n_segments, n_categories), ``life_y`` (n_categories,), ``theta`` (n_segments,), ``margin``
    (n_channels, n_categories) [EUR/purchase], ``buying`` (n_channels, n_segments) purchases against needs after a purchase [share], see
    `e2esim.kpi.needs`, ``discount_y`` continuous [1/year].
    """

    brands: int
    window_h: Array
    life_y: Array
    theta: Array
    rival: float
    memory_base: float
    forget_h: float
    delight: float
    margin: Array
    buying: Array
    discount_y: float
    horizon_y: float


class ConsumersValued(NamedTuple):
    """Columns of the consumers, each (n,)."""

    segment: Array
    channel: Array
    category: Array
    left: Array
    rate: Array
    drop: Array
    purchases: Array


@lean_njit
def _delighted(above: float, delight: float) -> float:
    """What memory above its base line holds beside itself, as `e2esim.customers.loyalty_kernels.delighted` has it."""
    return delight * above * above if above > 0.0 else 0.0


@counting_njit
def worth_without(
    people: ConsumersValued, felt: tuple[Array, Array, Array], spared: tuple[Array, Array, Array], law: CustomerLaw, end: float, out: Array
) -> None:
    """Value of each consumer without a failure less that with it, (n,) [EUR].

    ``felt``, ``spared``: (memory, when it last moved [h], scar) with and without. Who has left counts with the chance that the failure
    made him leave: 1 - p without / p with, and what he would still be worth.
    """
    for i in range(people.segment.shape[0]):
        if people.rate[i] <= 0.0:
            continue
        gone = not math.isnan(people.left[i]) and people.left[i] < end
        at, s = min(people.left[i], end) if gone else end, people.segment[i]
        need_y = people.rate[i] / law.life_y[people.category[i]]
        kept = 1.0 if gone else need_y / (need_y + law.forget_h * _YEAR_H)
        twice = 1.0 if gone else need_y / (need_y + 2.0 * law.forget_h * _YEAR_H)
        pull = np.empty(2)
        for k, (memory, memory_t, scar) in enumerate((felt, spared)):
            above = (memory[i] - law.memory_base) * math.exp(-law.forget_h * max(0.0, at - memory_t[i]))
            better = law.memory_base + above * kept - law.rival + _delighted(above, law.delight) * twice
            pull[k] = law.theta[s] * better - (scar[i] if law.theta[s] > 0.0 else 0.0)
        if pull[0] == pull[1]:
            continue
        eur, d = law.margin[people.channel[i], people.category[i]], np.float64(people.drop[i])
        buys_y = need_y * law.buying[people.channel[i], s]
        value = living_value(eur, buys_y, d, pull[1], people.purchases[i], law.discount_y, law.horizon_y)
        if not gone:
            out[i] = value - living_value(eur, buys_y, d, pull[0], people.purchases[i], law.discount_y, law.horizon_y)
            continue
        was, would = pulled(d, pull[0]), pulled(d, pull[1])
        if people.purchases[i] == 1:
            was, would = max(0.0, (was - d) / (1.0 - d)), max(0.0, (would - d) / (1.0 - d))
        if was > would:
            out[i] = (1.0 - would / was) * (eur + value)


@lean_njit
def loyalty(people: Clientele, traced: PurchaseTraces, law: CustomerLaw, start: float, end: float, out: Array) -> None:
    """Add up customers by cell: active at the window's start and end, bought again, seniority, value.

    Active at t: first bought before t, last purchase not older than the activity window, not left. The customer's own drop-out
    probability p moves with satisfaction: logit p = logit drop - theta (memory - rival) + scar. ``out``: (n_cells, LOYALTY).
    """
    for i in range(people.base.shape[0]):
        window = law.window_h[people.segment[i], people.category[i]]
        out_at = people.left[i] if not math.isnan(people.left[i]) else math.inf
        at_start = people.first[i] < start and traced.last_before[i] >= start - window and out_at >= start
        at_end = people.first[i] < end and people.last[i] >= end - window and out_at >= end
        if at_start:
            o = out[people.base[i] * (law.brands + 1) + traced.brand_before[i] + 1]
            o[START] += 1.0
            o[AGAIN] += traced.bought[i]
            o[DUE] += traced.bought[i] != 0 or out_at < end or (people.due_at[i] >= start and people.due_at[i] < end)
            if at_end:
                o[STAYED] += 1.0
                o[YEARS_STAYED] += (end - people.first[i]) / _YEAR_H
            else:
                o[GONE] += 1.0
                o[YEARS_GONE] += (min(out_at, people.last[i] + window, end) - people.first[i]) / _YEAR_H
        if not at_end:
            continue
        years = (end - people.first[i]) / _YEAR_H
        weight = max(0.0, people.worth[i])
        above = (people.memory[i] - law.memory_base) * math.exp(-law.forget_h * max(0.0, end - people.memory_t[i]))
        value = 0.0
        if people.alive[i] != 0 and people.rate[i] > 0.0:
            need_y = people.rate[i] / law.life_y[people.category[i]]
            kept = need_y / (need_y + law.forget_h * _YEAR_H)  # of what memory is above its base line, at the next need
            theta, margin = law.theta[people.segment[i]], law.margin[people.channel[i], people.category[i]]
            twice = need_y / (need_y + 2.0 * law.forget_h * _YEAR_H)  # of its square
            better = law.memory_base + above * kept - law.rival + _delighted(above, law.delight) * twice
            pull = theta * better - (people.scar[i] if theta > 0.0 else 0.0)
            buys_y = need_y * law.buying[people.channel[i], people.segment[i]]
            value = living_value(margin, buys_y, float(people.drop[i]), pull, people.purchases[i], law.discount_y, law.horizon_y)
        o = out[people.base[i] * (law.brands + 1) + traced.brand_last[i] + 1]
        o[END] += 1.0
        o[YEARS_END] += years
        o[WORTH] += weight
        o[WORTH_YEARS] += weight * years
        o[CLV] += value
        o[MEMORY] += law.memory_base + above
        o[GAIN] += people.worth[i]
        if people.first[i] >= start:
            o[NEW] += 1.0
            o[CLV_NEW] += value
