"""Working time: shift calendars laid out on the hours of a run, and the clock arithmetic on them."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class WorkTime:
    """Open intervals of one calendar, in hours since the start of the run, ascending and disjoint.

    Examples
    --------
    >>> cal = WorkTime.weekly({1: [(8.0, 16.0)], 2: [(8.0, 16.0)]}, start=dt.date(2026, 1, 5), days=14)
    >>> cal.add(10.0, 8.0)  # Monday 10:00 plus eight working hours
    34.0
    >>> cal.hours(0.0, 48.0)
    16.0
    """

    opens: tuple[float, ...]  # [h]
    closes: tuple[float, ...]  # [h]
    worked: tuple[float, ...]  # [h] working hours before each interval

    @classmethod
    def weekly(
        cls,
        shifts: Mapping[int, Sequence[tuple[float, float]]],
        *,
        start: dt.date,
        days: int,
        closed: Sequence[dt.date] = (),
    ) -> WorkTime:
        """Lay weekly ``shifts`` (ISO weekday -> [(from h, to h)]) over ``days`` days from ``start``, minus ``closed`` days.

        Raises
        ------
        ValueError
            If nothing is left to work.
        """
        shut = set(closed)
        opens: list[float] = []
        closes: list[float] = []
        for day in range(days):
            date = start + dt.timedelta(days=day)
            if date in shut:
                continue
            for a, b in sorted(shifts.get(date.isoweekday(), ())):
                if closes and abs(closes[-1] - (24.0 * day + a)) < 1e-9:
                    closes[-1] = 24.0 * day + b
                else:
                    opens.append(24.0 * day + a)
                    closes.append(24.0 * day + b)
        if not opens:
            raise ValueError("calendar without working time")
        lengths = np.asarray(closes) - np.asarray(opens)
        worked = np.concatenate(([0.0], np.cumsum(lengths)[:-1]))
        return cls(tuple(opens), tuple(closes), tuple(float(w) for w in worked))

    def elapsed(self, t: float) -> float:
        """Working hours from the start of the calendar to ``t`` [h]."""
        k = bisect_right(self.opens, t) - 1
        if k < 0:
            return 0.0
        return self.worked[k] + min(t, self.closes[k]) - self.opens[k]

    def hours(self, a: float, b: float) -> float:
        """Working hours between ``a`` and ``b`` [h]."""
        return self.elapsed(b) - self.elapsed(a)

    def is_open(self, t: float) -> bool:
        """True if ``t`` lies in a shift (its end excluded)."""
        k = bisect_right(self.opens, t) - 1
        return k >= 0 and t < self.closes[k]

    def next_open(self, t: float) -> float:
        """Return ``t`` if open, else the start of the next shift; inf beyond the calendar."""
        if self.is_open(t):
            return t
        k = bisect_left(self.opens, t)
        return self.opens[k] if k < len(self.opens) else float("inf")

    def add(self, t: float, hours: float) -> float:
        """Return the clock time [h] at which ``hours`` working hours after ``t`` are done; inf beyond the calendar."""
        target = self.elapsed(t) + hours
        if hours <= 0.0:
            return self.next_open(t)
        k = bisect_left(self.worked, target) - 1
        if k < 0:
            k = 0
        end = self.opens[k] + target - self.worked[k]
        return end if end <= self.closes[k] + 1e-9 else float("inf")

    def whole_days(self) -> WorkTime:
        """The days on which it works at all, each as one of 24 hours."""
        days = sorted({day for a, b in zip(self.opens, self.closes, strict=True) for day in range(int(a // 24.0), -int(-b // 24.0))})
        opens, closes = [24.0 * day for day in days], [24.0 * (day + 1) for day in days]
        return WorkTime(tuple(opens), tuple(closes), tuple(24.0 * k for k in range(len(days))))

    def daily(self, days: int) -> npt.NDArray[np.float64]:
        """Working hours of each of the first ``days`` days, (days,) [h]."""
        return np.diff([self.elapsed(24.0 * d) for d in range(days + 1)])
