"""The kind of demand an item has, which says what forecast can be had of it.

Owns the average interval between demands, the variation of their size, and the four classes made of both.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

ADI_LIMIT: Final = 1.32  # [periods] between demands; Syntetos, Boylan, Croston (2005)
CV2_LIMIT: Final = 0.49  # [1] squared coefficient of variation of the size of a demand; same source


class DemandClass(StrEnum):
    """Syntetos-Boylan classes; ``none`` is an item that was never asked for."""

    SMOOTH = "smooth"  # often, even sizes
    ERRATIC = "erratic"  # often, uneven sizes
    SLOW = "slow"  # seldom, even sizes (intermittent)
    LUMPY = "lumpy"  # seldom, uneven sizes
    NONE = "none"


def demand_interval(history: Floats) -> float:
    """Average demand interval, ADI [periods]: periods over periods with demand; inf without.

    Examples
    --------
    >>> demand_interval(np.array([5.0, 0.0, 5.0, 0.0]))
    2.0
    """
    came = int(np.count_nonzero(history > 0))
    return history.size / came if came else float("inf")


def size_variation(history: Floats) -> float:
    """Squared coefficient of variation of the demands above zero, CV2 [1]; 0 with fewer than two of them.

    Examples
    --------
    >>> size_variation(np.array([0.0, 4.0, 0.0, 12.0]))
    0.5
    """
    sizes = history[history > 0]
    return float(np.var(sizes, ddof=1) / np.mean(sizes) ** 2) if sizes.size > 1 else 0.0


def demand_class(history: Floats) -> DemandClass:
    """Class of one series by ADI and CV2.

    Parameters
    ----------
    history : ndarray, (n_periods,)
        Demand a period since it is recorded [pcs].

    Examples
    --------
    >>> demand_class(np.array([9.0, 10.0, 11.0, 10.0])), demand_class(np.array([1.0, 30.0, 2.0, 1.0]))
    (<DemandClass.SMOOTH: 'smooth'>, <DemandClass.ERRATIC: 'erratic'>)
    >>> demand_class(np.array([5.0, 0.0, 0.0, 5.0])), demand_class(np.array([1.0, 0.0, 0.0, 30.0]))
    (<DemandClass.SLOW: 'slow'>, <DemandClass.LUMPY: 'lumpy'>)
    """
    interval = demand_interval(history)
    if np.isinf(interval):
        return DemandClass.NONE
    even = size_variation(history) < CV2_LIMIT
    if interval < ADI_LIMIT:
        return DemandClass.SMOOTH if even else DemandClass.ERRATIC
    return DemandClass.SLOW if even else DemandClass.LUMPY
