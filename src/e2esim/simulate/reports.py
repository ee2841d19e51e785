"""What planning hears of orders, and when: between functions a report takes days (Lee, Padmanabhan and Whang 1997: delay feeds the bullwhip).

Promises are made by those who take the order and know it at once; the forecast and the master plan count with what has been reported.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import Columns, OrderState

F = npt.NDArray[np.float64]


def reported(orders: Columns, items: int, week: int, days: int, usual: F) -> F:
    """Pieces ordered from the firm that are reported in week ``week``, ``days`` after their order, (items,).

    ``usual`` (items,) [pcs/week] stands for what was ordered before the run.

    >>> from e2esim.domain.book import ORDER_COLUMNS
    >>> book = Columns.of(ORDER_COLUMNS, {"placed": np.array([10.0, 100.0]), "quantity": np.array([3, 5])})
    >>> reported(book, 1, 0, 3, np.array([7.0])).tolist(), reported(book, 1, 1, 3, np.array([7.0])).tolist()  # four days of week 0, three before
    ([6.0], [5.0])
    """
    first, last = 24.0 * (7 * week - days), 24.0 * (7 * (week + 1) - days)
    placed = orders.filled("placed")
    rows = (orders.filled("node") == 0) & (placed >= max(first, 0.0)) & (placed < last)
    pieces = np.bincount(orders.filled("item")[rows], weights=orders.filled("quantity")[rows], minlength=items)
    before = min(max(-first, 0.0) / 168.0, 1.0)
    return np.asarray(pieces + before * usual)


def unreported(orders: Columns, ship_day: npt.NDArray[np.int32], shape: tuple[int, int], day: int, days: int) -> F:
    """Promised pieces not yet allocated of which planning has not heard on ``day``, by ship day from it, ``shape`` = (items, days)."""
    table = np.zeros(shape)
    young = (orders.filled("node") == 0) & (orders.filled("state") == OrderState.OPEN) & (orders.filled("placed") >= 24.0 * (day - days))
    rows = np.flatnonzero(young)
    ahead = ship_day[rows].astype(np.int64) - day
    inside = (ahead >= 0) & (ahead < shape[1])
    np.add.at(table, (orders["item"][rows[inside]], ahead[inside]), orders["quantity"][rows[inside]])
    return table
