"""Changes of open orders: what a firm grants, inside and outside of its frozen window.

A decision from known state: who asks, and whether the goods for the new wish are there, is known by whoever calls.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt


class OrderChange(IntEnum):
    """What a customer wants changed."""

    MORE = 0
    FEWER = 1
    LATER = 2
    SOONER = 3
    OTHER = 4  # another item instead: the mix


class Grant(IntEnum):
    """The answer of the firm."""

    REFUSED = 0
    FREE = 1  # outside of the frozen window
    PAID = 2  # inside: it costs the firm, never the customer


def grants(days_left: npt.NDArray[np.integer[Any]], possible: npt.NDArray[np.bool_], frozen_d: float, inside: bool) -> npt.NDArray[np.uint8]:
    """Answer to requests, (n,) `Grant` codes.

    Parameters
    ----------
    days_left : (n,)
        Days until the line's ship day [days].
    possible : (n,)
        True where the line still waits and the goods for the new wish are free.
    frozen_d
        Days before the ship day inside which the order is frozen [days].
    inside
        True if the firm also changes frozen orders, at a cost.

    Examples
    --------
    >>> left, possible = np.array([9, 9, 1, 1]), np.array([True, False, True, True])
    >>> grants(left, possible, 3.0, False).tolist(), grants(left, possible, 3.0, True).tolist()
    ([1, 0, 0, 0], [1, 0, 2, 2])
    """
    frozen = np.asarray(days_left) < frozen_d
    answer = np.where(possible & ~frozen, Grant.FREE, Grant.REFUSED)
    return np.where(possible & frozen & inside, Grant.PAID, answer).astype(np.uint8)
