"""Net requirements of a stock point by day: the netting and lot-sizing steps of MRP and DRP as one pure function."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from e2esim.domain.lean import lean_njit

Floats = npt.NDArray[np.float64]
_EPS = 1e-9


@lean_njit
def net_requirements(gross: Floats, position: float, safety: float, lot_min: float, multiple: float, receipts: Floats) -> None:
    """Write into ``receipts``, (days,) [units], what must come on each day so that stock never falls below ``safety``.

    ``gross``, (days,): what is asked for each day; ``position``: on hand + on order - backlog; what is on order is taken to be there in time
    (it was ordered when it was needed). Orlicky 1975, chapter 4; Silver, Pyke, Thomas 2017, section 15.4.

    >>> import numpy as np
    >>> receipts = np.zeros(5)
    >>> net_requirements(np.array([10.0, 15.0, 10.0, 0.0, 25.0]), 20.0, 0.0, 12.0, 1.0, receipts)
    >>> receipts.tolist()
    [0.0, 12.0, 12.0, 0.0, 16.0]
    """
    have = position - safety
    for day in range(gross.shape[0]):
        have -= gross[day]
        receipts[day] = 0.0
        if have < -_EPS:
            lot = max(-have, lot_min)
            if multiple > 0.0:
                lot = multiple * math.ceil(lot / multiple - _EPS)
            receipts[day] = lot
            have += lot
