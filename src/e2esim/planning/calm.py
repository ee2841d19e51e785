"""The calm of a plan: how much it moves against the plan of before, in pieces times days."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

DAYS = 7.0  # of a week
SEEN_WEEKS = 4  # weeks of a rolling plan whose moves count; those behind have time to move


def piece_days(old: Floats, new: Floats, days: float = DAYS) -> float:
    """Pieces times days by which quantities moved between two plans of the same periods, (n_periods, n_items) each.

    Every piece counts with the time by which it comes earlier or later, the least possible over all ways of telling which piece of
    the old plan became which of the new; a piece that is more or less in total counts to the end of the periods.

    Examples
    --------
    Three of ten pieces made a week later, and two more in the last of four weeks:

    >>> old, new = np.array([[10.0], [0.0], [0.0], [0.0]]), np.array([[7.0], [3.0], [0.0], [2.0]])
    >>> piece_days(old, new)
    35.0
    """
    return float(days * np.abs(np.cumsum(new - old, axis=0)).sum())
