"""Closed days of a calendar: closures of one year, and those that come back each year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache


def closed_days(spans: Iterable[tuple[str, str]], start: dt.date, days: int) -> list[dt.date]:
    """Closed days among ``days`` days from ``start``; (first, last) as YYYY-MM-DD, or as MM-DD for every year.

    A yearly closure may run over new year's eve, and one on the leap day closes in leap years.

    Examples
    --------
    >>> spans = [("12-31", "01-01"), ("2026-01-06", "2026-01-06")]
    >>> [str(day) for day in closed_days(spans, dt.date(2025, 12, 30), 9)]
    ['2025-12-31', '2026-01-01', '2026-01-06']
    >>> [str(day) for day in closed_days([("02-29", "02-29")], dt.date(2027, 1, 1), 800)]
    ['2028-02-29']
    """
    return list(_closed_days(tuple(spans), start, days))


@lru_cache(maxsize=64)  # several work centres and warehouses share a calendar
def _closed_days(spans: tuple[tuple[str, str], ...], start: dt.date, days: int) -> tuple[dt.date, ...]:
    found = (start + dt.timedelta(days=k) for k in range(days if spans else 0))
    return tuple(day for day in found if _inside(day.isoformat(), spans))


def _inside(day: str, spans: tuple[tuple[str, str], ...]) -> bool:
    """Whether a day (YYYY-MM-DD) lies in any of the spans."""
    yearly = day[5:]
    for first, last in spans:
        at = day if len(first) > 5 else yearly
        if first <= at <= last or (first > last and len(first) <= 5 and (at >= first or at <= last)):
            return True
    return False
