"""Add up felt experiences by cell, and pick those of the customers whose journeys are kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.lean import counting_njit, lean_njit
from e2esim.streams.draws import uniform

F = npt.NDArray[np.float64]


@lean_njit
def add_cells(
    batch: npt.NDArray[np.void], n: int, start: float, channel: npt.NDArray[Any], segment: npt.NDArray[Any], sums: npt.NDArray[np.float64], seen: F
) -> None:
    """Number, feelings, losses, and what was shown and expected, of the experiences from ``start`` [h] on, by kind, attribute, channel and segment.

    ``seen`` (touchpoints, channels, segments, 4): feelings and losses at each touchpoint are added to its last two.
    """
    for k in range(n):
        x = batch[k]
        if x["t"] < start:
            continue
        r, feeling = x["row"], x["feeling"]
        cell = sums[x["kind"], x["attribute"], channel[r], segment[r]]
        cell[0] += 1.0
        cell[1] += feeling
        cell[2] += min(0.0, feeling)
        cell[3] += x["shown"]
        cell[4] += x["expected"]
        if x["touchpoint"] >= 0:
            at = seen[x["touchpoint"], channel[r], segment[r]]
            at[2] += feeling
            at[3] += min(0.0, feeling)


@counting_njit
def keep(
    batch: npt.NDArray[np.void], n: int, key: np.uint64, consumer: npt.NDArray[Any], address: npt.NDArray[np.int64], share: float
) -> npt.NDArray[np.int64]:
    """Places in the batch of the experiences of consumers who are kept, each with probability ``share`` by its address."""
    out = np.empty(n, dtype=np.int64)
    m = 0
    for k in range(n):
        c = consumer[batch[k]["row"]]
        if c >= 0 and uniform(key, address[c], 0) < share:
            out[m] = k
            m += 1
    return out[:m]


@lean_njit
def concerns(batch: npt.NDArray[np.void], n: int, consumer: npt.NDArray[Any], who: npt.NDArray[np.int32]) -> bool:
    """Whether one of the consumers ``who`` (rows, rising) lived one of the first ``n`` experiences."""
    for k in range(n):
        c, low, high = consumer[batch[k]["row"]], 0, who.shape[0]
        while low < high:
            middle = (low + high) >> 1
            if who[middle] < c:
                low = middle + 1
            else:
                high = middle
        if low < who.shape[0] and who[low] == c:
            return True
    return False
