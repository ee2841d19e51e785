"""A level that changes at moments: stock of a buffer, load of a resource.

Lists are replaced, never changed in place, so that an earlier state is one reference away: undoing is exact.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

_FIRST = -(1 << 60)


class Timeline:
    """Ascending times and the level from each of them on; everything at one moment counts together.

    Examples
    --------
    >>> line = Timeline([(0, 10.0), (5, -4.0), (5, 1.0)])
    >>> line.level(4), line.level(5), line.free(0)
    (10.0, 7.0, 7.0)
    """

    __slots__ = ("levels", "times")

    def __init__(self, changes: Iterable[tuple[int, float]] = ()) -> None:
        self.times: list[int] = [_FIRST]
        self.levels: list[float] = [0.0]
        level = 0.0
        for time, change in sorted(changes):
            level += change
            if time == self.times[-1]:
                self.levels[-1] = level
            else:
                self.times.append(time)
                self.levels.append(level)

    def add(self, time: int, change: float) -> None:
        """Change the level from ``time`` on."""
        times, levels = self.times, self.levels
        i = bisect_left(times, time)
        after = [level + change for level in levels[i:]]
        if i < len(times) and times[i] == time:
            self.levels = levels[:i] + after
        else:
            self.times = [*times[:i], time, *times[i:]]
            self.levels = [*levels[:i], levels[i - 1] + change, *after]

    def index(self, time: int) -> int:
        """Row of the level that holds at ``time``."""
        return bisect_right(self.times, time) - 1

    def level(self, time: int) -> float:
        """Level at ``time``."""
        return self.levels[bisect_right(self.times, time) - 1]

    def free(self, time: int) -> float:
        """Least level from ``time`` on: what may be taken then without hurting what is promised later."""
        return min(self.levels[bisect_right(self.times, time) - 1 :])

    def saved(self) -> tuple[list[int], list[float]]:
        """What `restore` takes back."""
        return self.times, self.levels

    def restore(self, saved: tuple[list[int], list[float]]) -> None:
        """Go back to what was saved."""
        self.times, self.levels = saved
