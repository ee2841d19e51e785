"""The clock of a machine: its next open hour, and when a lot is done that begins then. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np

from e2esim.domain.lean import lean_njit
from e2esim.planning.factory.problem import Floats, Ints

NEVER_H = 1e18  # later than anything [h]
TICK = 1e-7  # rounding of hours [h]


@lean_njit
def interval_at(closes: Floats, a: int, b: int, t: float) -> int:
    """First of the intervals ``a`` to ``b`` that closes after ``t``; ``b`` when all are over."""
    while a < b:
        middle = (a + b) // 2
        if closes[middle] > t + TICK:
            b = middle
        else:
            a = middle + 1
    return a


@lean_njit
def next_open(opens: Floats, closes: Floats, a: int, b: int, t: float) -> float:
    """``t`` if open then, else the start of the next interval; `NEVER_H` after the last one."""
    k = interval_at(closes, a, b, t)
    return max(t, opens[k]) if k < b else NEVER_H


@lean_njit
def done_at(opens: Floats, closes: Floats, block: Ints, a: int, b: int, t: float, hours: float) -> float:
    """When ``hours`` of open time from ``t`` on have passed inside one block, `NEVER_H` if they never do."""
    k = interval_at(closes, a, b, t)
    if k >= b:
        return NEVER_H
    here, left = block[k], hours
    at = max(t, opens[k])
    while left > closes[k] - at + TICK:
        left -= closes[k] - at
        k += 1
        if k >= b or block[k] != here:
            return NEVER_H
        at = opens[k]
    return float(min(at + left, closes[k]))


@lean_njit
def day_of(hour: float) -> int:
    """Day in which an hour ends: 24.0 is still day 0."""
    return max(0, int(np.ceil((hour - TICK) / 24.0)) - 1)
