"""Kernel of dispatch by load: what waits for a lane, put into trucks."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from e2esim.domain.lean import lean_njit

Rows = npt.NDArray[np.int32]
T = npt.NDArray[np.float32]


@lean_njit
def waiting_load(
    head: int, t: float, truck_m3: float, picked: T, link: Rows, item: npt.NDArray[np.int16], quantity: Rows, volume: npt.NDArray[np.float64]
) -> tuple[int, float, int, int, float, float, float]:
    """Lines of the list from ``head`` picked by ``t`` [h], put into trucks of ``truck_m3``: the fields of `e2esim.chain.trucks.Load`."""
    rows, total, trucks, closed_rows, closed_m3, last, oldest = 0, 0.0, 0, 0, 0.0, 0.0, 0.0
    r = head
    while r >= 0 and picked[r] <= t:
        m3 = volume[item[r]] * quantity[r]
        if trucks == 0 or last + m3 > truck_m3 + 1e-9:
            closed_rows, closed_m3, last, oldest = rows, total, 0.0, picked[r]
            trucks += max(1, math.ceil(m3 / truck_m3 - 1e-9))
        last += m3
        total += m3
        rows += 1
        r = link[r]
    return rows, total, trucks, closed_rows, closed_m3, last, oldest


@lean_njit
def first_trucks(
    head: int, rows: int, trucks: int, truck_m3: float, link: Rows, item: npt.NDArray[np.int16], quantity: Rows, volume: npt.NDArray[np.float64]
) -> tuple[int, float]:
    """Of the first ``rows`` lines of the list from ``head``, in trucks of ``truck_m3``: how many go into the first ``trucks``, and their volume [m3]."""
    taken, total, used, last = 0, 0.0, 0, 0.0
    r = head
    while r >= 0 and taken < rows:
        m3 = volume[item[r]] * quantity[r]
        if used == 0 or last + m3 > truck_m3 + 1e-9:
            used += max(1, math.ceil(m3 / truck_m3 - 1e-9))
            last = 0.0
        if used > trucks:
            break
        last += m3
        total += m3
        taken += 1
        r = link[r]
    return taken, total
