"""Kernels of the promise: find the first day on which a line fits, and take its pieces from that day on.

The state is ``free`` (n_items, n_days): the least cumulative available-to-promise from each day to the horizon, so it
never falls along a row. It is all that is needed: taking q pieces on day d lowers days >= d by q and caps the days
before at the new value of day d, which is exactly the look-ahead of the lowered supply.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.lean import counting_njit, lean_njit

TOLERANCE = 1e-6  # [pcs] pieces are whole, sums of lots are not


class Dates(NamedTuple):
    """What the day of delivery follows from: next ``departure`` from each day (lanes, days), ``transit`` (lanes,) and ``margin`` [d], weekday of day 0."""

    departure: npt.NDArray[np.int64]
    transit: npt.NDArray[np.float64]
    margin: float
    weekday: int


class PromisedLines(NamedTuple):
    """Columns of the order book that a promise reads, each (capacity,); ``promised`` is written."""

    kind: npt.NDArray[np.uint8]
    account: npt.NDArray[np.int16]
    item: npt.NDArray[np.int16]
    quantity: npt.NDArray[np.int32]
    requested: npt.NDArray[np.float32]
    promised: npt.NDArray[np.float32]


class Promises(NamedTuple):
    """What is promised: ``day0`` of the tables, ATP ``free`` and ``quota`` of `promise_line`, pieces by item and ship day from day 0 on, and those overdue."""

    day0: int
    free: npt.NDArray[np.float64]
    quota: npt.NDArray[np.float64]
    committed: npt.NDArray[np.float64]
    past: npt.NDArray[np.float64]
    ship_day: npt.NDArray[np.int32]


@lean_njit
def first_free(row: npt.NDArray[np.float64], quantity: float, earliest: int) -> int:
    """First day from ``earliest`` on with at least ``quantity`` free; n_days if there is none. ``row`` never falls."""
    low, high = earliest, row.shape[0]
    while low < high:
        middle = (low + high) // 2
        if row[middle] >= quantity - TOLERANCE:
            high = middle
        else:
            low = middle + 1
    return low


@lean_njit
def take(row: npt.NDArray[np.float64], quantity: float, day: int) -> None:
    """Lower ``row`` by a commitment of ``quantity`` on ``day``; overwrites ``row``."""
    for d in range(day, row.shape[0]):
        row[d] -= quantity
    cap = row[day]
    d = day - 1
    while d >= 0 and row[d] > cap:
        row[d] = cap
        d -= 1


@lean_njit
def left_over(supply: npt.NDArray[np.float64], open_: Promises, level: npt.NDArray[np.float64]) -> None:
    """Cumulative ``supply`` (n_items, n_days) from ``day0`` on less what is promised up to each day, what is overdue on the first, to ``level``."""
    for i in range(supply.shape[0]):
        given = 0.0
        for d in range(supply.shape[1]):
            given += promised_on(open_, i, d)
            level[i, d] = supply[i, d] - given


@lean_njit
def count_supply(
    on_hand: npt.NDArray[np.float64], receipts: npt.NDArray[np.float64], open_: Promises, supply: npt.NDArray[np.float64], free: npt.NDArray[np.float64]
) -> None:
    """Cumulative ``supply`` from ``day0`` on, of stock and ``receipts`` (n_items, n_days), and what of it is ``free``: `planning.atp.free_supply`."""
    last = receipts.shape[1] - 1
    for i in range(receipts.shape[0]):
        come, left = 0.0, 0.0
        for d in range(last + 1):
            come += receipts[i, d]
            left += receipts[i, d] - promised_on(open_, i, d)
            supply[i, d], free[i, d] = on_hand[i] + come, on_hand[i] + left
        for d in range(last - 1, -1, -1):
            free[i, d] = min(free[i, d], free[i, d + 1])


@lean_njit
def look_ahead(supply: npt.NDArray[np.float64], open_: Promises, free: npt.NDArray[np.float64]) -> None:
    """Free supply from ``day0`` on, to ``free``: `planning.atp.free_supply` of cumulative ``supply`` (n_items, n_days) and of what is promised."""
    last = supply.shape[1] - 1
    for i in range(supply.shape[0]):
        before, left = 0.0, 0.0
        for d in range(last + 1):
            left += supply[i, d] - before - promised_on(open_, i, d)
            before = supply[i, d]
            free[i, d] = left
        for d in range(last - 1, -1, -1):
            free[i, d] = min(free[i, d], free[i, d + 1])


@lean_njit
def promised_on(open_: Promises, item: int, d: int) -> float:
    """Open promises of an item for ``d`` days after ``day0``, overdue ones on the first [pcs]."""
    day = open_.day0 + d
    known = open_.committed[item, day] if day < open_.committed.shape[1] else 0.0
    return float(known + open_.past[item] if d == 0 else known)


@lean_njit
def take_supply(supply: npt.NDArray[np.float64], item: npt.NDArray[np.int16], quantity: npt.NDArray[np.int32], rows: npt.NDArray[np.int32]) -> None:
    """Take the pieces of ``rows`` out of the cumulative supply of their items, (items, days), on every day.

    >>> supply = np.array([[5.0, 8.0]])
    >>> take_supply(supply, np.array([0], dtype=np.int16), np.array([2], dtype=np.int32), np.array([0, 0], dtype=np.int32))
    >>> supply.tolist()
    [[1.0, 4.0]]
    """
    for r in rows:
        for day in range(supply.shape[1]):
            supply[item[r], day] -= quantity[r]


@lean_njit
def release_rows(rows: npt.NDArray[np.int32], item: npt.NDArray[np.int16], quantity: npt.NDArray[np.int32], open_: Promises) -> None:
    """Lines ``rows`` wait for supply no longer: their pieces leave what is promised."""
    for k in range(rows.shape[0]):
        r = rows[k]
        day = open_.ship_day[r]
        open_.committed[item[r], day] -= quantity[r]
        if day < open_.day0:
            open_.past[item[r]] -= quantity[r]


@lean_njit
def count_ordered(
    rows: npt.NDArray[np.int32], item: npt.NDArray[np.int16], quantity: npt.NDArray[np.int32], sign: int, ordered: npt.NDArray[np.float64]
) -> None:
    """Add the pieces of ``rows``, ``sign`` times, to what is ``ordered`` of their items, (items,)."""
    for k in range(rows.shape[0]):
        ordered[item[rows[k]]] += sign * quantity[rows[k]]


@lean_njit
def delivery_day(ship: int, lane: int, dates: Dates) -> float:
    """Day promised to a line that can ship on day ``ship``: next departure, transit, margin, no delivery on Sundays."""
    leaves = dates.departure[lane, min(ship, dates.departure.shape[1] - 1)]
    day = math.ceil(leaves + dates.transit[lane] + dates.margin - 1e-9)
    return float(day + 1 if (day + dates.weekday) % 7 == 6 else day)


@lean_njit
def delivery_days(ship: npt.NDArray[np.int64], lane: npt.NDArray[np.int64], dates: Dates, out: npt.NDArray[np.float64]) -> None:
    """`delivery_day` of aligned arrays, (n,), to ``out``."""
    for k in range(ship.shape[0]):
        out[k] = delivery_day(ship[k], lane[k], dates)


@lean_njit
def commit(row: int, item: int, quantity: float, ship: float, open_: Promises) -> None:
    """Count the pieces of a line as promised for its ship day, within the tables."""
    day = int(min(max(ship, 0.0), open_.committed.shape[1] - 1.0))
    open_.ship_day[row] = day
    open_.committed[item, day] += quantity
    if day < open_.day0:
        open_.past[item] += quantity


@lean_njit
def commit_rows(
    rows: npt.NDArray[np.int32], ship: npt.NDArray[np.float64], item: npt.NDArray[np.int16], quantity: npt.NDArray[np.int32], open_: Promises
) -> None:
    """`commit` lines ``rows`` to their ship days, (n,)."""
    for k in range(rows.shape[0]):
        r = rows[k]
        commit(r, item[r], np.float64(quantity[r]), ship[k], open_)


@lean_njit
def give(
    rows: npt.NDArray[np.int32],
    lane: npt.NDArray[np.int64],
    soonest: int,
    hour: float,
    rank: npt.NDArray[np.int64],
    consumer: int,
    lines: PromisedLines,
    open_: Promises,
    dates: Dates,
) -> None:
    """Promise new lines by supply, one after the other: writes ``promised`` (``hour`` of its day) and commits their pieces to a ship day.

    Consumers (``kind`` 0) get the first day from ``soonest`` (from ``day0`` on), accounts the last that still keeps the day they wish, a day later at
    the least. ``lane`` (n,): of each row; ``rank`` (accounts,): class of each account, ``consumer``: that of the others. Lines beyond the horizon get
    its last day.
    """
    for k in range(rows.shape[0]):
        r, at = rows[k], lane[k]
        earliest = soonest
        if lines.kind[r] != 0:
            wished = math.floor(np.float64(lines.requested[r] / np.float32(24.0)) - dates.transit[at] - dates.margin) - open_.day0
            earliest = int(max(wished, soonest + 1))
        item, quantity = lines.item[r], np.float64(lines.quantity[r])
        own = rank[lines.account[r]] if rank.shape[0] > 0 and lines.account[r] >= 0 else consumer
        ship = open_.day0 + promise_line(open_.free, open_.quota, item, quantity, own, earliest)
        lines.promised[r] = 24.0 * delivery_day(ship, at, dates) + hour
        commit(r, item, quantity, np.float64(ship), open_)


@lean_njit
def promise_line(free: npt.NDArray[np.float64], quota: npt.NDArray[np.float64], item: int, quantity: float, rank: int, earliest: int) -> int:
    """Ship day of one line, which takes its pieces; see `promise_rows`."""
    days = free.shape[1]
    day = first_free(free[item], quantity, min(max(earliest, 0), days))
    if quota.shape[0] > 0 and day < days:
        day = first_free(quota[rank, item], quantity, day)  # free never falls: any later day fits as well
    if day < days:
        take(free[item], quantity, day)
        if quota.shape[0] > 0:
            take(quota[rank, item], quantity, day)
    return day


@lean_njit
def first_days(free: npt.NDArray[np.float64], quantity: float, today: int, out: npt.NDArray[np.float64]) -> None:
    """Days from ``today`` to the first day on which ``quantity`` pieces of each item are free, to ``out`` (n_items,), 0 where it has passed; as if they
    were free after the last day where there is none.

    >>> out = np.empty(3)
    >>> first_days(np.array([[-2.0, 0.0, 3.0], [4.0, 4.0, 4.0], [0.0, 0.0, 0.0]]), 1.0, 1, out)
    >>> out.tolist()
    [1.0, 0.0, 2.0]
    """
    for item in range(free.shape[0]):
        out[item] = max(0.0, float(first_free(free[item], quantity, 0) - today))


@counting_njit
def promise_rows(
    free: npt.NDArray[np.float64],
    quota: npt.NDArray[np.float64],
    item: npt.NDArray[np.int64],
    quantity: npt.NDArray[np.float64],
    rank: npt.NDArray[np.int64],
    earliest: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Ship day of each line, in the given order, each taking its pieces before the next is looked at.

    Parameters
    ----------
    free : (n_items, n_days)
        Cumulative ATP with look-ahead [pcs]; overwritten.
    quota : (n_classes, n_items, n_days) or (0, 0, 0)
        Cumulative allocated ATP of each class [pcs], infinite where open; overwritten. Empty = no allocation.
    item, quantity, rank, earliest : (n,)
        Item, pieces, class and earliest ship day of each line.

    Returns
    -------
    (n,) day index, n_days where the line cannot be promised within the horizon (nothing is taken then).
    """
    ship = np.empty(item.shape[0], dtype=np.int64)
    for k in range(item.shape[0]):
        ship[k] = promise_line(free, quota, item[k], quantity[k], rank[k], earliest[k])
    return ship


@counting_njit
def pull_in(
    level: npt.NDArray[np.float64],
    item: npt.NDArray[np.int64],
    quantity: npt.NDArray[np.float64],
    ship: npt.NDArray[np.int64],
    earliest: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Earlier ship days that improved supply allows, (n,): no other promise is touched.

    A line moves from its day to the first day from which on, up to its old day, the pieces it needs are left over.

    Parameters
    ----------
    level : (n_items, n_days)
        Cumulative supply less what is promised up to each day [pcs], without look-ahead; overwritten.
    item, quantity, ship, earliest : (n,)
        Promised lines in the order in which they may choose: item, pieces, ship day, first day that helps.
    """
    days = level.shape[1]
    moved = ship.copy()
    for k in range(item.shape[0]):
        i, q = item[k], quantity[k]
        day = min(ship[k], days)
        while day > max(earliest[k], 0) and level[i, day - 1] >= q - TOLERANCE:
            day -= 1
        if day < ship[k]:
            for d in range(day, min(ship[k], days)):
                level[i, d] -= q
            moved[k] = day
    return moved
