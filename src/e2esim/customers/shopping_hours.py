"""When consumers shop: more on Saturdays, in the late morning and the early evening, and not at night."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

F = npt.NDArray[np.float64]

# by weekday (Monday first) and hour; assumed, shop hours and evening browsing
WEEKDAY = np.array([0.88, 0.88, 0.90, 0.94, 1.06, 1.36, 0.98])
_HOUR = np.array([0.0] * 8 + [0.5, 1.0, 1.4, 1.5, 1.1, 1.0, 1.2, 1.4, 1.6, 1.7, 1.6, 1.2, 0.9, 0.6, 0.3, 0.0])
HOUR_SHARE = _HOUR * 24.0 / _HOUR.sum()


def shopping_week(first_weekday: int) -> F:
    """Hours of a week that have passed in shopping time, at each full hour from its first day on, (169,); 0 to 168.

    >>> week = shopping_week(0)  # from a Monday
    >>> [round(float(week[h]), 2) for h in (8, 24, 168)]
    [0.0, 21.12, 168.0]
    """
    lively = (np.roll(WEEKDAY, -first_weekday)[:, None] * HOUR_SHARE).ravel()
    return np.concatenate(([0.0], np.cumsum(lively) * 168.0 / lively.sum()))
