"""Working time in whole seconds: from a calendar's open windows to starts and ends of work.

`domain.worktime` lays shifts on the hours of a simulated run; this one counts in seconds, forward and backward, because
a promise is searched from the due date back.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

_DAY = 86_400
FAR = 1 << 50


@dataclass(frozen=True)
class WorkingTime:
    """Open windows ``[open, close)``, ascending and disjoint [s].

    Examples
    --------
    >>> shift = WorkingTime.weekly({0: [(9, 17)], 1: [(9, 17)]}, days=14)  # Monday and Tuesday, from a Monday on
    >>> shift.end(10 * 3600, 8 * 3600) / 3600  # Monday 10:00 plus eight hours
    34.0
    >>> shift.start(34 * 3600, 8 * 3600) / 3600
    10.0
    """

    opens: tuple[int, ...]
    closes: tuple[int, ...]
    worked: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        bounds = [t for pair in zip(self.opens, self.closes, strict=True) for t in pair]
        if not bounds or any(b < a for a, b in pairwise(bounds)):
            raise ValueError("working time: windows must be ascending and disjoint, and there must be one")
        done = [0]
        for a, b in zip(self.opens, self.closes, strict=True):
            done.append(done[-1] + b - a)
        object.__setattr__(self, "worked", tuple(done))

    @classmethod
    def weekly(cls, shifts: Mapping[int, Sequence[tuple[float, float]]], *, days: int, weekday: int = 0) -> WorkingTime:
        """Lay weekly shifts (weekday, Monday 0 -> [(from h, to h)]) over ``days`` days; day 0 is a ``weekday``."""
        opens: list[int] = []
        closes: list[int] = []
        for day in range(days):
            for a, b in sorted(shifts.get((weekday + day) % 7, ())):
                start, end = day * _DAY + round(3600 * a), day * _DAY + round(3600 * b)
                if closes and closes[-1] == start:
                    closes[-1] = end
                else:
                    opens.append(start)
                    closes.append(end)
        return cls(tuple(opens), tuple(closes))

    def elapsed(self, t: int) -> int:
        """Working seconds before ``t``."""
        k = bisect_right(self.opens, t) - 1
        return 0 if k < 0 else self.worked[k] + min(t, self.closes[k]) - self.opens[k]

    def end(self, start: int, work: int) -> int:
        """When ``work`` seconds begun at ``start`` are done; `FAR` when the calendar ends before."""
        target = self.elapsed(start) + work
        if work <= 0:
            return self.next_open(start)
        k = bisect_left(self.worked, target) - 1
        return self.opens[k] + target - self.worked[k] if target <= self.worked[-1] else FAR

    def start(self, end: int, work: int) -> int:
        """Latest start of ``work`` seconds that are done at ``end``; ``-FAR`` when the calendar begins after."""
        target = self.elapsed(end) - work
        if target < 0:
            return -FAR
        if work <= 0:
            return self.last_open(end)
        k = bisect_right(self.worked, target) - 1
        return self.opens[k] + target - self.worked[k]

    def next_open(self, t: int) -> int:
        """``t`` if it is open, else the next opening; `FAR` after the last."""
        k = bisect_right(self.closes, t)
        return max(t, self.opens[k]) if k < len(self.opens) else FAR

    def last_open(self, t: int) -> int:
        """``t`` if work may end then, else the last close before; ``-FAR`` before the first opening."""
        k = bisect_left(self.opens, t) - 1
        if k < 0:
            return t if t in self.opens else -FAR
        return min(t, self.closes[k])

    def both(self, other: WorkingTime | None) -> WorkingTime:
        """Open only when both are.

        >>> WorkingTime((0, 20), (10, 30)).both(WorkingTime((5,), (25,)))
        WorkingTime(opens=(5, 20), closes=(10, 25))
        """
        if other is None:
            return self
        opens, closes, i, j = [], [], 0, 0
        while i < len(self.opens) and j < len(other.opens):
            a, b = max(self.opens[i], other.opens[j]), min(self.closes[i], other.closes[j])
            if a < b:
                opens.append(a)
                closes.append(b)
            if self.closes[i] < other.closes[j]:
                i += 1
            else:
                j += 1
        return WorkingTime(tuple(opens), tuple(closes))
