"""Kernels of the promise: find the first day on which a line fits, and take its pieces from that day on.

The state is ``free`` (n_items, n_days): the least cumulative available-to-promise from each day to the horizon, so it
never falls along a row. It is all that is needed: taking q pieces on day d lowers days >= d by q and caps the days
before at the new value of day d, which is exactly the look-ahead of the lowered supply.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from e2esim.domain.lean import lean_njit

TOLERANCE = 1e-6  # [pcs] pieces are whole, sums of lots are not


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


@njit(cache=True)
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
    days = free.shape[1]
    ship = np.empty(item.shape[0], dtype=np.int64)
    for k in range(item.shape[0]):
        i, q = item[k], quantity[k]
        day = first_free(free[i], q, min(max(earliest[k], 0), days))
        if quota.shape[0] > 0 and day < days:
            day = first_free(quota[rank[k], i], q, day)  # free never falls: any later day fits as well
        ship[k] = day
        if day < days:
            take(free[i], q, day)
            if quota.shape[0] > 0:
                take(quota[rank[k], i], q, day)
    return ship


@njit(cache=True)
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
