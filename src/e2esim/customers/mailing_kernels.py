"""Whose need a mailing brings forward, and to when."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from e2esim.domain.lean import counting_njit
from e2esim.streams.draws import uniform

F = npt.NDArray[np.float64]
F32 = npt.NDArray[np.float32]


@counting_njit
def woken(
    key: np.uint64,
    number: int,
    now: float,
    window_h: float,
    more: float,
    address: npt.NDArray[np.int64],
    alive: npt.NDArray[np.uint8],
    rate: F32,
    category: npt.NDArray[np.uint8],
    due: F32,
    life_h: F,
) -> tuple[npt.NDArray[np.int32], F]:
    """Customers whose need comes before its day, and when [h], (n,) each, by mailing ``number`` at ``now`` [h].

    ``rate`` [needs/life], ``due`` [h] of the next need, ``life_h`` (categories,) [h]; other columns by customer.
    """
    rows = np.empty(address.shape[0], dtype=np.int32)
    when = np.empty(address.shape[0])
    m = 0
    for c in range(address.shape[0]):
        if alive[c] == 0 or due[c] <= now:
            continue
        chance = -math.expm1(-more * window_h * np.float64(rate[c]) / life_h[category[c]])
        if uniform(key, address[c], 2 * number) >= chance:
            continue
        t = now + window_h * uniform(key, address[c], 2 * number + 1)
        if t < due[c]:
            rows[m], when[m] = c, t
            m += 1
    return rows[:m], when[:m]
