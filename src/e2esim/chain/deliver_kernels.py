"""Kernels of distribution: lists of picked rows by lane, dispatch, and what happens between truck and door.

The time and the problems of a delivery are a pure function of the row's facts and its addressed draws, so dispatch
uses it to find the tick of arrival, and arrival to write the columns: nothing that has not happened stands in the book.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import LineProblem, OrderKind, OrderState, Service
from e2esim.domain.lean import lean_njit
from e2esim.streams.draws import child, lognormal, uniform

Rows = npt.NDArray[np.int32]
F = npt.NDArray[np.float64]
I = npt.NDArray[np.int64]  # noqa: E741
T = npt.NDArray[np.float32]
Kind = npt.NDArray[np.uint8]
Keys = npt.NDArray[np.uint64]

TRANSIT, LATE, DAMAGE, INSTALL, CUSTOMS, SLOT = 0, 1, 2, 3, 4, 5  # numbers of the keys
OPENS, CLOSES = 8.0, 19.0  # [h] consumers and shops receive, Monday to Saturday
SECOND_ATTEMPT = 2  # [working days] after a failed installation

_DIRECT = int(OrderKind.DIRECT)
_REPLENISH = int(OrderKind.REPLENISH)
_SELL_OUT = int(OrderKind.SELL_OUT)
_SHIPPED = int(OrderState.SHIPPED)
_DELIVERED = int(OrderState.DELIVERED)
_DAMAGED = int(LineProblem.DAMAGED)
_FAILED = int(LineProblem.INSTALL_FAILED)
_INSTALLATION = int(Service.INSTALLATION)
_COLLECTED = int(Service.USED_COLLECTION)


@lean_njit
def next_window(t: float, opens: float, closes: float, monday: int) -> float:
    """Return ``t`` [h] if goods are received then, from ``opens`` to ``closes`` [h of the day], else the next opening, not on a Sunday.

    Day 0 is weekday ``monday`` (0 = Monday).

    >>> next_window(20.0, 8.0, 19.0, 0), next_window(5 * 24.0 + 19.5, 8.0, 19.0, 0), next_window(9.0, 8.0, 19.0, 0)
    (32.0, 176.0, 9.0)
    """
    day = math.floor(t / 24.0)
    hour = t - 24.0 * day
    if hour > closes:
        day += 1
        hour = 0.0
    hour = max(hour, opens)
    if (day + monday) % 7 == 6:
        day += 1
        hour = opens
    return 24.0 * day + hour


@lean_njit
def working_days_later(t: float, days: int, monday: int) -> float:
    """Same hour, ``days`` days of Monday to Saturday later.

    >>> working_days_later(4 * 24.0 + 10.0, 2, 0)  # Friday, Saturday, Monday
    178.0
    """
    day = math.floor(t / 24.0)
    hour = t - 24.0 * day
    while days > 0:
        day += 1
        if (day + monday) % 7 != 6:
            days -= 1
    return 24.0 * day + hour


class Lateness(NamedTuple):
    """Share of the trucks that are late, by a lognormal time of this median [h] and spread."""

    share: float
    median_h: float
    sigma: float


@lean_njit
def journey(
    address: int, start: float, truck: bool, installed: bool, plan_h: float, sigma: float, late: Lateness, damage: float, install_failure: float, monday: int,
    keys: Keys,
) -> tuple[float, int]:
    """Clock time [h] at which the row of ``address`` that left at ``start`` is delivered, and its problem bits.

    Transit is lognormal around its plan; a truck is late on top with its share, by a lognormal time; deliveries
    wait for the receiving window; a failed installation is done again two working days later.
    """
    t = start
    if plan_h > 0.0:
        t += lognormal(keys[TRANSIT], address, 0, plan_h, sigma)
    if truck and uniform(keys[LATE], address, 0) < late.share:
        t += lognormal(keys[LATE], address, 1, late.median_h, late.sigma)
    if plan_h > 0.0:
        t = next_window(t, OPENS, CLOSES, monday)
    problems = 0
    if truck and uniform(keys[DAMAGE], address, 0) < damage:
        problems |= _DAMAGED
    if installed and uniform(keys[INSTALL], address, 0) < install_failure:
        problems |= _FAILED
        t = working_days_later(t, SECOND_ATTEMPT, monday)
    return t, problems


@lean_njit
def cleared(shipped: float, lane: int, share: float, hold_h: float, keys: Keys) -> float:
    """When the customs let a truck go on that left at ``shipped`` [h]: a ``share`` of the trucks of a lane waits ``hold_h``, with all that is on it."""
    held = share > 0.0 and uniform(keys[CUSTOMS], child(lane, int(shipped // 24.0)), 0) < share
    return shipped + hold_h if held else shipped


@lean_njit
def in_slot(t: float, address: int, slot_h: float, monday: int, keys: Keys) -> float:
    """When goods that could be delivered at ``t`` [h] are, in the slot of ``slot_h`` that the consumer chose: any of the day alike (assumed).

    That day if the slot has not passed, else the next one that is no Sunday; any moment of the slot alike.
    """
    day = math.floor(t / 24.0)
    slots = max(1, int((CLOSES - OPENS) / slot_h + 1e-9))
    begin = OPENS + slot_h * int(slots * uniform(keys[SLOT], address, 0))
    hour = begin + min(slot_h, CLOSES - begin) * uniform(keys[SLOT], address, 1)
    if t - 24.0 * day > hour:
        day += 2 if (day + 1 + monday) % 7 == 6 else 1
    return 24.0 * day + hour


@lean_njit
def sort_by_lane(
    rows: Rows, channel: Kind, market: Kind, lane_of: I, head: Rows, tail: Rows, ready: I, link: Rows,
) -> int:
    """Append picked rows to the list of their lane, counted in ``ready``; return -1, or a row without a lane."""
    for k in range(rows.shape[0]):
        r = rows[k]
        lane = lane_of[channel[r], market[r]]
        if lane < 0:
            return int(r)
        link[r] = -1
        if head[lane] < 0:
            head[lane] = r
        else:
            link[tail[lane]] = r
        tail[lane] = r
        ready[lane] += 1
    return -1


@lean_njit
def load(lane: int, t: float, picked: T, shipped: T, state: Kind, head: Rows, tail: Rows, link: Rows, out: Rows) -> int:
    """Load the rows of ``lane`` picked by ``t`` into ``out``, in order of picking; return how many."""
    m = 0
    r = head[lane]
    while r >= 0 and picked[r] <= t and m < out.shape[0]:
        out[m] = r
        m += 1
        shipped[r] = t
        state[r] = _SHIPPED
        r = link[r]
    head[lane] = r
    if r < 0:
        tail[lane] = -1
    return m


class OnTheWay(NamedTuple):
    """Columns of the order book that a delivery reads and writes, each (capacity,)."""

    address: I
    kind: Kind
    channel: Kind
    market: Kind
    services: Kind
    shipped: T
    allocated: T
    state: Kind
    delivered: T
    problems: Kind
    freight: T


class Roads(NamedTuple):
    """Facts of lanes, (lanes,), the last three too; of modes: late_*, (modes,); days of a channel's own delivery to the consumer, (channels,)."""

    transit_d: F
    sigma: F
    damage: F
    mode: I
    customs_share: F
    customs_d: F
    slot_h: F
    late_share: F
    late_median_d: F
    late_sigma: F
    consumer_d: F
    receive_from: F
    receive_until: F
    outside_eur: F


@lean_njit
def arrive(rows: Rows, write: bool, out: F, book: OnTheWay, lane_of: I, roads: Roads, install_failure: float, monday: int, keys: Keys) -> None:
    """Delivery times of rows under way, (n,) [h], into ``out``; with ``write`` they happen: time, state, problems."""
    address, kind, channel, services = book.address, book.kind, book.channel, book.services
    for k in range(rows.shape[0]):
        r = rows[k]
        lane = lane_of[channel[r], book.market[r]]
        truck = kind[r] != _SELL_OUT
        installed = (services[r] & _INSTALLATION) != 0
        if truck:
            m = roads.mode[lane]
            start = cleared(np.float64(book.shipped[r]), lane, roads.customs_share[lane], 24.0 * roads.customs_d[lane], keys)
            late = Lateness(roads.late_share[m], 24.0 * roads.late_median_d[m], roads.late_sigma[m])
            t, bits = journey(
                address[r], start, True, installed, 24.0 * roads.transit_d[lane], roads.sigma[lane], late, roads.damage[lane], install_failure, monday, keys
            )
        else:
            spread = roads.sigma[lane] if lane >= 0 else 0.0
            own_h, never = 24.0 * roads.consumer_d[channel[r]], Lateness(0.0, 0.0, 0.0)
            t, bits = journey(address[r], np.float64(book.allocated[r]), False, installed, own_h, spread, never, 0.0, install_failure, monday, keys)
        if kind[r] == _DIRECT and roads.slot_h[lane] > 0.0:
            t = in_slot(t, address[r], roads.slot_h[lane], monday, keys)
        came = t
        if kind[r] == _REPLENISH and lane >= 0 and roads.transit_d[lane] > 0.0:  # what takes no time is handed over at once
            t = next_window(t, roads.receive_from[lane], roads.receive_until[lane], monday)  # of the account, within the carrier's
        out[k] = t
        if write:
            if t > came:
                book.freight[r] += roads.outside_eur[lane]
            book.delivered[r] = t
            book.state[r] = _DELIVERED
            book.problems[r] |= bits


@lean_njit
def freight(
    rows: Rows, lane: int, item: npt.NDArray[np.int16], quantity: Rows, freight_eur: T, picking_eur: T, volume: F, eur_m3: float,
    eur_line: float, eur_piece: float,
) -> float:
    """Write the freight of the rows of a truck, and their picking and packing; return its load [m3]."""
    load_m3 = 0.0
    for k in range(rows.shape[0]):
        r = rows[k]
        m3 = volume[item[r]] * quantity[r]
        freight_eur[r] = eur_m3 * m3 + eur_line
        picking_eur[r] = eur_piece * quantity[r]
        load_m3 += m3
    return load_m3


class Accounted(NamedTuple):
    """Columns of the order book that the money of a delivery reads and writes, each (capacity,)."""

    channel: Kind
    services: Kind
    problems: Kind
    promised: T
    delivered: T
    revenue: T
    service_eur: T
    fee_eur: T
    commission_eur: T
    penalty_eur: T


class ContractTerms(NamedTuple):
    """Penalty a day late and its most, commission, (channels,) shares of the invoice; cost and price of services, (5,) [EUR/use]."""

    penalty_share_d: F
    penalty_cap: F
    commission: F
    cost_eur: F
    price_eur: F


@lean_njit
def charge(rows: Rows, book: Accounted, terms: ContractTerms) -> None:
    """Write what a delivery earns and costs beside the goods: services, commission and the contract penalty for days late.

    Services (``cost_eur``, ``price_eur`` (5,) [EUR/use]) are the firm's only where the firm sold to the consumer; what a trade
    account does in its own shop is its own business. A failed installation is done twice and paid once.
    """
    services, revenue = book.services, book.revenue
    for k in range(rows.shape[0]):
        r = rows[k]
        c = book.channel[r]
        if revenue[r] > 0.0:
            book.commission_eur[r] = terms.commission[c] * revenue[r]
            for s in range(terms.cost_eur.shape[0]):
                if services[r] & (1 << s):
                    twice = 2.0 if (1 << s) == _INSTALLATION and book.problems[r] & _FAILED else 1.0
                    book.service_eur[r] += twice * terms.cost_eur[s]
                    book.fee_eur[r] += terms.price_eur[s]
        late_d = (np.float64(book.delivered[r]) - np.float64(book.promised[r])) / 24.0
        share = terms.penalty_share_d[c]
        if share > 0.0 and late_d > 0.0:
            book.penalty_eur[r] = min(terms.penalty_cap[c], share * late_d) * revenue[r]


@lean_njit
def hand_overs(rows: Rows, services: Kind, kind: Kind, used: Rows, shelves: Rows) -> tuple[int, int]:
    """Write which of the delivered ``rows`` had a used product taken along, and which fill a shelf; returns how many of each."""
    u = s = 0
    for k in range(rows.shape[0]):
        r = rows[k]
        if services[r] & _COLLECTED:
            used[u] = r
            u += 1
        if kind[r] == _REPLENISH:
            shelves[s] = r
            s += 1
    return u, s
