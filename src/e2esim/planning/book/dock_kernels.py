"""Kernels of the dock, through which only so many pieces leave a day: prices, relief, changes of place.

The state ``s`` is that of `placing_kernels`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from e2esim.planning.book.placing_kernels import EPS, Placing, first_fit, move, worth


@njit(cache=True)
def dock_prices(s: Placing, dock: npt.NDArray[np.float64], stride: float, steps: int) -> npt.NDArray[np.float64]:
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
        for m in range(s.day.shape[0]):
            if s.day[m] < 0:
                continue
            best, at = 0.0, -1
            for d in range(s.day[m], s.until[m] + 1):
                x = s.value[m, d - s.first[m]] - price[d] * s.quantity[m]
                if x > best:
                    best, at = x, d
            if at >= 0:
                load[at] += s.quantity[m]
                bound += best
        if bound < least:
            least, kept = bound, price.copy()
        for d in range(days):
            if np.isfinite(dock[d]):
                missing = load[d] / dock[d] - 1.0 if dock[d] > 0.0 else 1.0
                price[d] = max(0.0, price[d] + stride / (1.0 + step / 8.0) * missing)
    return kept


@njit(cache=True)
def relieve_dock(movable: npt.NDArray[np.int64], s: Placing) -> None:
    """Day by day, put off to the next day what loses least a piece, until the dock can take the day.

    ``movable``: movers that may be put off, those with the latest last day first. Supply always allows a later day.
    """
    for d in range(s.room.shape[0]):
        while s.room[d] < -EPS:
            best, who = np.inf, -1
            for m in movable:
                if s.day[m] == d:
                    v = s.value[m, d - s.first[m]]
                    if d < s.until[m]:
                        v -= s.value[m, d + 1 - s.first[m]]
                    if v / s.quantity[m] < best - EPS:
                        best, who = v / s.quantity[m], m
            if who < 0:
                break
            move(who, d + 1 if d < s.until[who] else -1, s)


@njit(cache=True)
def _place_at_dock(m: int, d: int, s: Placing) -> bool:
    """Give mover ``m`` the place at the dock of another that can wait, on day ``d``; keep it if both gain together."""
    least, who, missing = worth(m, d, s) - worth(m, s.day[m], s) - EPS, -1, s.quantity[m] - s.room[d] - EPS
    for v in range(s.day.shape[0]):
        if s.day[v] == d and s.quantity[v] >= missing and v != m and not s.fixed[v]:
            loss = worth(v, d, s) - (worth(v, d + 1, s) if d < s.until[v] else 0.0)
            if loss < least:
                least, who = loss, v
    if who < 0:
        return False
    gain, old = worth(m, d, s) - worth(m, s.day[m], s), s.day[m]
    move(m, d, s)
    move(who, -1, s)
    if s.room[d] >= -EPS and s.level[s.item[m], d:].min() >= -EPS:
        to = first_fit(who, s)
        if gain + worth(who, to, s) - worth(who, d, s) > EPS:
            move(who, to, s)
            return True
    move(m, old, s)
    move(who, d, s)
    return False


@njit(cache=True)
def swap_at_dock(turn: npt.NDArray[np.int64], s: Placing) -> None:
    """Movers that are late, or refused, for want of room at the dock only, in ``turn``: the first day that pays."""
    for m in turn:
        if s.fixed[m] or s.day[m] == s.first[m] or s.first[m] > s.until[m]:
            continue
        end = s.day[m] - 1 if s.day[m] >= 0 else s.until[m]
        low, row = s.first[m], s.level[s.item[m]]
        for t in range(row.shape[0] - 1, low - 1, -1):
            if row[t] + (s.quantity[m] if 0 <= s.day[m] <= t else 0.0) < s.quantity[m] - EPS:
                low = t + 1
                break
        for d in range(low, end + 1):
            if s.room[d] < s.quantity[m] - EPS and _place_at_dock(m, d, s):
                break
