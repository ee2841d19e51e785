"""What falls due at which tick: order rows linked in one list a tick, each row in at most one list."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.calendar_kernels import Lists, drain, push_at, push_due, withdraw_due

Rows = npt.NDArray[np.int32]

NOTHING: Rows = np.empty(0, dtype=np.int32)


class Links:
    """The next row in the one list a row stands in, (capacity,); shared by lists of which a row is in one at most."""

    def __init__(self, capacity: int) -> None:
        self.next: Rows = np.full(max(1, capacity), -1, dtype=np.int32)

    def fit(self, capacity: int) -> None:
        """Grow to at least ``capacity`` rows."""
        if capacity > len(self.next):
            wider = np.full(int(1.5 * capacity) + 1024, -1, dtype=np.int32)
            wider[: len(self.next)] = self.next
            self.next = wider


class DueCalendar:
    """Rows due by tick; tick ``k`` covers the times [k tick_h, (k + 1) tick_h).

    Examples
    --------
    >>> due = DueCalendar(ticks=10, capacity=4)
    >>> due.push(np.array([2, 0, 1], dtype=np.int32), np.array([3.5, 3.2, 99.0]))
    >>> due.pop(3).tolist(), due.pop(3).tolist(), due.beyond
    ([0, 2], [], 1)
    """

    def __init__(self, ticks: int, capacity: int, *, tick_h: float = 1.0, links: Links | None = None) -> None:
        self.tick_h = tick_h
        self.links = links if links is not None else Links(capacity)
        self.head: Rows = np.full(ticks, -1, dtype=np.int32)
        self.count: Rows = np.zeros(ticks, dtype=np.int32)
        self.open = 0  # first tick not popped yet: late pushes go here
        self.beyond = 0  # rows due after the end, not kept
        self._lists: Lists | None = None  # as they were when a kernel last asked for them

    def __len__(self) -> int:
        """Rows that wait."""
        return int(self.count.sum())

    def fit(self, capacity: int) -> None:
        """Grow to at least ``capacity`` rows."""
        self.links.fit(capacity)

    def lists(self) -> Lists:
        """The lists as they are now, for a kernel that pushes rows itself: fetch anew after `fit` and `pop`."""
        kept = self._lists
        if kept is None or kept.link is not self.links.next:
            kept = self._lists = Lists(self.tick_h, np.zeros(1, dtype=np.int64), self.head, self.count, self.links.next)
        kept.open[0] = self.open
        return kept

    def push(self, rows: Rows, times: npt.NDArray[np.floating]) -> None:
        """Let ``rows`` fall due at ``times`` [h], (n,); past times fall due at the next tick to be popped."""
        if len(rows) == 0:
            return
        at = np.asarray(times, dtype=np.float64)
        beyond = push_at(rows, at, self.tick_h, self.open, self.head, self.count, self.links.next)
        if beyond < 0:
            self.links.fit(int(rows.max()) + 1)
            beyond = push_at(rows, at, self.tick_h, self.open, self.head, self.count, self.links.next)
        self.beyond += int(beyond)

    def push_ticks(self, rows: Rows, ticks: npt.NDArray[np.int64]) -> None:
        """Let ``rows`` fall due at tick numbers ``ticks``, (n,)."""
        if len(rows):
            self.links.fit(int(rows.max()) + 1)
            self.beyond += int(push_due(rows, ticks, self.open, self.head, self.count, self.links.next))

    def withdraw_ticks(self, rows: Rows, ticks: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Take ``rows`` out of the lists of ``ticks``, (n,); True where a row stood there.

        >>> due = DueCalendar(ticks=4, capacity=3)
        >>> due.push_ticks(np.array([0, 1, 2], dtype=np.int32), np.array([2, 2, 2]))
        >>> due.withdraw_ticks(np.array([1, 0], dtype=np.int32), np.array([2, 3])).tolist(), due.pop(2).tolist()
        ([True, False], [0, 2])
        """
        return np.asarray(withdraw_due(rows, ticks, self.head, self.count, self.links.next))

    def pop(self, tick: int) -> Rows:
        """Take the rows due at ``tick``, in ascending order of row, each once."""
        if tick >= self.open:
            self.open = tick + 1
        n = self.count.item(tick) if tick < len(self.count) else 0
        if n == 0:
            return NOTHING
        out = np.empty(n, dtype=np.int32)
        drain(tick, self.head, self.count, self.links.next, out)
        if n > 1:
            out.sort()
        return out
