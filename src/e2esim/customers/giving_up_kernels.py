"""Kernel of patience: which of the lines that wait are given up today."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import OrderKind, OrderState
from e2esim.domain.lean import lean_njit
from e2esim.domain.pasted import pasted_njit
from e2esim.streams.draws import uniform

F = npt.NDArray[np.float64]
F32 = npt.NDArray[np.float32]
U8 = npt.NDArray[np.uint8]

_OPEN, _REPLENISH = int(OrderState.OPEN), int(OrderKind.REPLENISH)


class LinesWaiting(NamedTuple):
    """Columns of the order book that patience looks at: ``state`` (n,), the others (capacity,)."""

    state: U8
    kind: U8
    channel: U8
    address: npt.NDArray[np.int64]
    promised: F32
    requested: F32


class Patience(NamedTuple):
    """Stream and day, hazards a day of consumers and accounts [1/day], days waited whatever was promised; by channel the days expected and own branches."""

    key: np.uint64
    today: float
    cancel_d: float
    cancel_trade_d: float
    patience_d: float
    reference_d: F
    own: npt.NDArray[np.bool_]


@pasted_njit
def hazard(r: int, lines: LinesWaiting, who: Patience) -> float:
    """Hazard that a line has gathered so far: of the days beyond its promised one, and of those beyond the patience of its customer."""
    c, day_h = lines.channel[r], np.float32(24.0)
    trade = lines.kind[r] == _REPLENISH
    if trade and who.own[c]:
        return 0.0  # an own branch waits for its own firm
    late = who.today - np.float64(math.floor(lines.promised[r] / day_h)) if lines.promised[r] == lines.promised[r] else 0.0
    wish = np.float64(math.floor(lines.requested[r] / day_h)) + (0.0 if trade else who.reference_d[c])
    rate = who.cancel_trade_d if trade else who.cancel_d
    return float(rate * (max(late, 0.0) + max(who.today - wish - who.patience_d, 0.0)))


@lean_njit
def gives_up(first: int, lines: LinesWaiting, who: Patience, out: npt.NDArray[np.int32]) -> tuple[int, int]:
    """Open lines from row ``first`` on that are given up, to ``out``; returns their number and the first open line.

    The hazard at which a line is given up is exponential with mean one, by its own address.
    """
    m, n = 0, lines.state.shape[0]
    first_open = n
    for r in range(first, n):
        if lines.state[r] != _OPEN:
            continue
        first_open = min(first_open, r)
        gathered = hazard(r, lines, who)
        if gathered > 0.0 and -math.log(1.0 - uniform(who.key, lines.address[r], 0)) < gathered:
            out[m] = r
            m += 1
    return m, first_open
