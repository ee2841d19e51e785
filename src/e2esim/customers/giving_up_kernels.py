"""Kernel of patience: the hazard at which each line is given up."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from e2esim.streams.draws import uniform


@njit(cache=True)
def thresholds(key: np.uint64, address: npt.NDArray[np.int64], rows: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """Gathered hazard at which each row is given up, exponential with mean one, by its own address, (n,)."""
    out = np.empty(rows.shape[0])
    for k in range(rows.shape[0]):
        out[k] = -math.log(1.0 - uniform(key, address[rows[k]], 0))
    return out
