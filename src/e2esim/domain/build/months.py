"""Months of the days of a run."""

from __future__ import annotations

import datetime as dt


def month_of(start: dt.date, day: int) -> int:
    """Calendar month 0..11 of day ``day`` of the run."""
    return (start + dt.timedelta(days=day)).month - 1
