"""Counts what accounts sell, and tells which of them leave."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.customers.loyalty_kernels import drop_probability
from e2esim.domain.lean import lean_njit
from e2esim.streams.draws import uniform

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


class HowServed(NamedTuple):
    """Columns of the order book that tell how a line was served, each (capacity,)."""

    account: npt.NDArray[np.int16]
    quantity: npt.NDArray[np.int32]
    problems: npt.NDArray[np.uint8]
    requested: npt.NDArray[np.float32]
    promised: npt.NDArray[np.float32]
    delivered: npt.NDArray[np.float32]


@lean_njit
def count_served(rows: npt.NDArray[np.int32], flawed: int, lines: HowServed, due: F, good: F) -> None:
    """Add the pieces of delivered ``rows`` to what their accounts were ``due``; half of them is ``good`` where the line, none of its ``flawed`` problems
    on it, came on the day promised or before, half where it came on the day wished, (accounts,) each.
    """
    day_h = np.float32(24.0)
    for k in range(rows.shape[0]):
        r = rows[k]
        day, pieces, kept = np.floor(lines.delivered[r] / day_h), np.float64(lines.quantity[r]), 0.0
        if lines.problems[r] & flawed == 0:
            kept += 1.0 if day <= np.floor(lines.promised[r] / day_h) else 0.0
            kept += 1.0 if day <= np.floor(lines.requested[r] / day_h) else 0.0
        due[lines.account[r]] += pieces
        good[lines.account[r]] += 0.5 * pieces * kept


class Leaving(NamedTuple):
    """What leaving follows from, (accounts,) each: stream, address, orders placed, slope, own branches, satisfaction above the base line; and the churn."""

    key: np.uint64
    code: npt.NDArray[np.int64]
    number: npt.NDArray[np.int64]
    theta: F
    own: npt.NDArray[np.bool_]
    better: F
    churn: float


@lean_njit
def leave(may: Leaving, accounts: npt.NDArray[np.int64], now: float, wallet: F, left: F) -> None:
    """Of ``accounts``, those who order for the last time lose their ``wallet`` at ``now`` [h]; an own branch never does."""
    for a in accounts:
        if wallet[a] <= 0.0 or may.own[a]:
            continue
        if uniform(may.key, may.code[a], may.number[a]) < drop_probability(may.churn, may.theta[a], may.better[a]):
            wallet[a] = 0.0
            left[a] = now
