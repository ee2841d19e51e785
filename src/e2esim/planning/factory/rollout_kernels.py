"""Kernel of carrying a plan out: when each lot is really done when its supplies, hours or days are not as planned."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ROUNDING_H = 1e-6


@njit(cache=True)
def run_lots(
    sequence: Ints,
    start: Floats,
    hours: Floats,
    centre: Ints,
    flow: Floats,
    feed_start: Ints,
    feed_supply: Ints,
    ready: Floats,
    first_lot: int,
    room: Floats,
) -> None:
    """Run the lots in ``sequence``; writes when each is done into ``ready[first_lot:]`` and lowers ``room``.

    A lot starts at its planned time or when the last supply pegged to it is there, in the first week from then that has
    hours left. What its week cannot hold goes on in the next one, and the lot is done later by that part of a week.
    After the calendar there are hours without limit.

    ``start``, ``flow`` (n_lots,) [d], ``hours`` (n_lots,) [h]; ``feed_supply[feed_start[k]:feed_start[k + 1]]`` are rows
    of ``ready`` (n_supplies,) [d]; ``room`` (n_centres, n_weeks) [h].
    """
    weeks = room.shape[1]
    whole = room.copy()
    for k in sequence:
        at = start[k]
        for f in range(feed_start[k], feed_start[k + 1]):
            at = max(at, ready[feed_supply[f]])
        c, week, need, late = centre[k], int(at // 7.0), hours[k], 0.0
        while need > ROUNDING_H and week < weeks and room[c, week] <= ROUNDING_H:
            week += 1
        at = max(at, 7.0 * week)
        while need > ROUNDING_H and week < weeks:
            taken = min(need, max(room[c, week], 0.0))
            room[c, week] -= taken
            need -= taken
            week += 1
            if need > ROUNDING_H and week < weeks:
                late += 7.0 * min(1.0, need / max(whole[c, week], ROUNDING_H))
        ready[first_lot + k] = at + flow[k] + late
