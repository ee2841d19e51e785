"""Counts what accounts sell."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.lean import lean_njit

F = npt.NDArray[np.float64]


@lean_njit
def count_sales(
    account: npt.NDArray[np.int16],
    item: npt.NDArray[np.int16],
    quantity: npt.NDArray[np.int32],
    kind: npt.NDArray[np.uint8],
    rows: npt.NDArray[np.int32],
    sold: F,
) -> None:
    """Add the sell-out rows (kind 1) of a batch to ``sold`` (accounts, items)."""
    for k in range(rows.shape[0]):
        r = rows[k]
        if kind[r] == 1:
            sold[account[r], item[r]] += quantity[r]
