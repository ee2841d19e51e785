"""Timetables: when the next truck of a lane leaves."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt


def next_departure(departs: npt.NDArray[np.bool_], cutoff_h: float, monday: int, t: float) -> float:
    """First departure at or after ``t`` [h], inf if none leaves; ``departs`` (7,) from Monday, day 0 is ``monday``.

    >>> next_departure(np.array([1, 0, 0, 1, 0, 0, 0], dtype=bool), 17.0, 0, 18.0)  # missed Monday's truck
    89.0
    """
    day = math.floor(t / 24.0)
    for d in range(day, day + 8):
        if departs[(d + monday) % 7] and 24.0 * d + cutoff_h >= t:
            return 24.0 * d + cutoff_h
    return math.inf
