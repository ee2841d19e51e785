"""Lead times of who works on some days of the week only: what is known without a day to begin on."""

from __future__ import annotations

from collections.abc import Iterable


def longest_lead_d(weekdays: Iterable[int], lead_d: float, way_d: float) -> float:
    """Most calendar days that a lead time lasts in weeks without closures, whichever day it begins on [d].

    Parameters
    ----------
    weekdays
        On which the supplier works, 1 = Monday; at least one.
    lead_d, way_d
        Lead time, and the days of it on the way, which pass on every day [d].

    Examples
    --------
    >>> longest_lead_d(range(1, 6), 5.0, 0.0), longest_lead_d(range(1, 6), 5.0, 3.0), longest_lead_d(range(1, 8), 2.5, 0.0), longest_lead_d([3], 2.0, 0.0)
    (7.0, 7.0, 2.5, 14.0)
    """
    works = {day - 1 for day in weekdays}
    way = min(lead_d, way_d)
    return max(_done(works, first, lead_d - way) - first for first in range(7)) + way


def _done(works: set[int], first: int, own_d: float) -> float:
    """Moment at which ``own_d`` days of work are done that may begin with day ``first`` of a week [d]."""
    day = first
    while day % 7 not in works:
        day += 1
    while own_d > 1.0:
        own_d, day = own_d - 1.0, day + 1
        while day % 7 not in works:
            day += 1
    return day + own_d
