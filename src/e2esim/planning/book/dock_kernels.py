"""Kernels of the dock, through which only so many pieces leave a day: prices, relief, changes of place.

State and words as in `placing_kernels`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from e2esim.planning.book.placing_kernels import EPS, first_fit, move, worth


@njit(cache=True)
def dock_prices(
    quantity: npt.NDArray[np.float64],
    first: npt.NDArray[np.int64],
    until: npt.NDArray[np.int64],
    value: npt.NDArray[np.float64],
    day: npt.NDArray[np.int64],
    dock: npt.NDArray[np.float64],
    stride: float,
    steps: int,
) -> npt.NDArray[np.float64]:
    """Price of a piece of room at the dock, (n_days,) [EUR/pcs], by subgradient steps (Held and Karp, 1971).

    At given prices each mover leaves on its best day from ``day`` on, its first day by supply, or not at all; the
    price of a day rises with the share of the ``dock`` that is missing, by ``stride`` at first [EUR/pcs]. Kept are the
    prices of the least Lagrangian bound.
    """
    days = dock.shape[0]
    price, kept, least = np.zeros(days), np.zeros(days), np.inf
    for step in range(steps):
        load, bound = np.zeros(days), 0.0
        for d in range(days):
            bound += price[d] * dock[d] if price[d] > 0.0 else 0.0
        for m in range(day.shape[0]):
            if day[m] < 0:
                continue
            best, at = 0.0, -1
            for d in range(day[m], until[m] + 1):
                x = value[m, d - first[m]] - price[d] * quantity[m]
                if x > best:
                    best, at = x, d
            if at >= 0:
                load[at] += quantity[m]
                bound += best
        if bound < least:
            least, kept = bound, price.copy()
        for d in range(days):
            if np.isfinite(dock[d]):
                missing = load[d] / dock[d] - 1.0 if dock[d] > 0.0 else 1.0
                price[d] = max(0.0, price[d] + stride / (1.0 + step / 8.0) * missing)
    return kept


@njit(cache=True)
def relieve_dock(
    movable: npt.NDArray[np.int64],
    item: npt.NDArray[np.int64],
    quantity: npt.NDArray[np.float64],
    first: npt.NDArray[np.int64],
    until: npt.NDArray[np.int64],
    value: npt.NDArray[np.float64],
    day: npt.NDArray[np.int64],
    level: npt.NDArray[np.float64],
    room: npt.NDArray[np.float64],
) -> None:
    """Day by day, put off to the next day what loses least a piece, until the dock can take the day.

    ``movable``: movers that may be put off, those with the latest last day first. Supply always allows a later day.
    """
    for d in range(room.shape[0]):
        while room[d] < -EPS:
            best, who = np.inf, -1
            for m in movable:
                if day[m] == d:
                    v = value[m, d - first[m]]
                    if d < until[m]:
                        v -= value[m, d + 1 - first[m]]
                    if v / quantity[m] < best - EPS:
                        best, who = v / quantity[m], m
            if who < 0:
                break
            move(who, d + 1 if d < until[who] else -1, item, quantity, day, level, room)


@njit(cache=True)
def _place_at_dock(
    m: int,
    d: int,
    item: npt.NDArray[np.int64],
    quantity: npt.NDArray[np.float64],
    first: npt.NDArray[np.int64],
    until: npt.NDArray[np.int64],
    value: npt.NDArray[np.float64],
    fixed: npt.NDArray[np.bool_],
    day: npt.NDArray[np.int64],
    level: npt.NDArray[np.float64],
    room: npt.NDArray[np.float64],
) -> bool:
    """Give mover ``m`` the place at the dock of another that can wait, on day ``d``; keep it if both gain together."""
    least, who, missing = worth(m, d, first, value) - worth(m, day[m], first, value) - EPS, -1, quantity[m] - room[d] - EPS
    for v in range(day.shape[0]):
        if day[v] == d and quantity[v] >= missing and v != m and not fixed[v]:
            loss = worth(v, d, first, value) - (worth(v, d + 1, first, value) if d < until[v] else 0.0)
            if loss < least:
                least, who = loss, v
    if who < 0:
        return False
    gain, old = worth(m, d, first, value) - worth(m, day[m], first, value), day[m]
    move(m, d, item, quantity, day, level, room)
    move(who, -1, item, quantity, day, level, room)
    if room[d] >= -EPS and level[item[m], d:].min() >= -EPS:
        to = first_fit(who, item, quantity, first, until, level, room)
        if gain + worth(who, to, first, value) - worth(who, d, first, value) > EPS:
            move(who, to, item, quantity, day, level, room)
            return True
    move(m, old, item, quantity, day, level, room)
    move(who, d, item, quantity, day, level, room)
    return False


@njit(cache=True)
def swap_at_dock(
    turn: npt.NDArray[np.int64],
    item: npt.NDArray[np.int64],
    quantity: npt.NDArray[np.float64],
    first: npt.NDArray[np.int64],
    until: npt.NDArray[np.int64],
    value: npt.NDArray[np.float64],
    fixed: npt.NDArray[np.bool_],
    day: npt.NDArray[np.int64],
    level: npt.NDArray[np.float64],
    room: npt.NDArray[np.float64],
) -> None:
    """Movers that are late, or refused, for want of room at the dock only, in ``turn``: the first day that pays."""
    for m in turn:
        if fixed[m] or day[m] == first[m] or first[m] > until[m]:
            continue
        end = day[m] - 1 if day[m] >= 0 else until[m]
        low, row = first[m], level[item[m]]
        for t in range(row.shape[0] - 1, low - 1, -1):
            if row[t] + (quantity[m] if 0 <= day[m] <= t else 0.0) < quantity[m] - EPS:
                low = t + 1
                break
        for d in range(low, end + 1):
            if room[d] < quantity[m] - EPS and _place_at_dock(m, d, item, quantity, first, until, value, fixed, day, level, room):
                break
