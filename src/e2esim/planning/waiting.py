"""What frees an open order line: owns the matching of open lines with the supply to come."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def freeing(item: Ints, quantity: Floats, turn: Floats, *, supply_item: Ints, supply_day: Floats, supply: Floats) -> Ints:
    """The receipt that completes each open line, (n,); -1 where the supply in sight does not reach it.

    Lines take the supply of their item in order of ``turn``, the supply comes in order of its day.

    Parameters
    ----------
    item, quantity, turn : ndarray, (n,)
        Open lines: item, pieces [pcs], and the key of their order (smallest first, ties as they stand).
    supply_item, supply_day, supply : ndarray, (m,)
        Receipts: item, day [d], pieces [pcs]; stock on hand is a receipt of today.

    Examples
    --------
    Two lines of three and four pieces; five pieces come on day 2 and five on day 9.

    >>> zero = np.zeros(2, dtype=np.int64)
    >>> freeing(zero, np.array([3.0, 4.0]), np.array([1.0, 0.0]), supply_item=zero, supply_day=np.array([9.0, 2.0]), supply=np.array([5.0, 5.0])).tolist()
    [0, 1]
    """
    found = np.full(item.shape[0], -1, dtype=np.int64)
    lines = np.lexsort((turn, item))
    receipts = np.lexsort((supply_day, supply_item))
    for i in np.unique(item):
        mine = lines[item[lines] == i]
        comes = receipts[supply_item[receipts] == i]
        if not len(comes):
            continue
        place = np.searchsorted(np.cumsum(supply[comes]) + 1e-6, np.cumsum(quantity[mine]))
        inside = place < len(comes)
        found[mine[inside]] = comes[place[inside]]
    return found
