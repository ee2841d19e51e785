"""Kernel of the picking crew."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import LineProblem, OrderState
from e2esim.domain.lean import lean_njit
from e2esim.streams.draws import uniform

Rows = npt.NDArray[np.int32]
F = npt.NDArray[np.float64]

_PICKED = int(OrderState.PICKED)
_INCOMPLETE = int(LineProblem.INCOMPLETE)


@lean_njit
def pick_rows(
    rows: Rows, work: F, first_left: float, opens: F, closes: F, rate: float, key: np.uint64, error: float, address: npt.NDArray[np.int64],
    allocated: npt.NDArray[np.float32], picked: npt.NDArray[np.float32], state: npt.NDArray[np.uint8],
    problems: npt.NDArray[np.uint8],
) -> tuple[int, float, float]:
    """Pick ``rows``, each as much ``work`` (n,) [pcs] as so many pieces alone, one after the other at ``rate`` [pcs/h] in ``opens``-``closes`` [h].

    ``first_left`` is the work left of the first row (negative = all). Returns how many rows were finished, the
    work left of the next one (negative = not begun) and the work done.
    """
    done = 0
    left = first_left
    pieces = 0.0
    for k in range(opens.shape[0]):
        t = opens[k]
        while done < rows.shape[0]:
            r = rows[done]
            if left < 0.0:
                t = max(t, np.float64(allocated[r]))
                if t >= closes[k]:
                    break
                left = work[done]
            possible = (closes[k] - t) * rate
            if left > possible + 1e-9:
                left -= possible
                pieces += possible
                break
            t += left / rate
            pieces += left
            left = -1.0
            picked[r] = t
            state[r] = _PICKED
            if uniform(key, address[r], 0) < error:
                problems[r] |= _INCOMPLETE
            done += 1
    return done, left, pieces
