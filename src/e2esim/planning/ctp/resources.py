"""Resources with what is booked on them: hours in buckets, units held in continuous time, a line with change-overs.

Each kind answers the same two questions about a window of work: the latest end at or before a time at which it fits,
and the earliest start at or after one.
"""

from __future__ import annotations

from bisect import bisect_right

from e2esim.planning.ctp.model import NEVER, Resource, SetupRule
from e2esim.planning.ctp.timeline import Timeline
from e2esim.planning.ctp.working_time import WorkingTime

EPS = 1e-6
Block = tuple[int, int, str]  # start and end of a run, and the set-up it needs


class Buckets:
    """Hours of a work centre or pieces of a supplier by bucket, charged to the bucket of the start."""

    __slots__ = ("fact", "free", "starts")

    def __init__(self, fact: Resource) -> None:
        self.fact = fact
        self.starts = list(fact.bucket_start)
        self.free = list(fact.bucket_size)
        for start, _, amount in fact.used:
            self.take(start, amount)

    def bucket(self, time: int) -> int:
        """Bucket of a moment; -1 before the first or after the last."""
        k = bisect_right(self.starts, time) - 1
        return k if k < len(self.free) else -1

    def room(self, time: int) -> float:
        """What is free in the bucket of ``time``."""
        k = self.bucket(time)
        return self.free[k] if k >= 0 else 0.0

    def before(self, time: int) -> int:
        """Start of the bucket of ``time``: anything earlier falls into an earlier bucket."""
        return self.starts[min(max(bisect_right(self.starts, time) - 1, 0), len(self.starts) - 1)]

    def after(self, time: int) -> int:
        """Start of the bucket that follows ``time``; `NEVER` after the last."""
        k = bisect_right(self.starts, time)
        return self.starts[k] if k < len(self.free) else NEVER

    def take(self, time: int, amount: float) -> None:
        """Use up an amount of the bucket of ``time``; what falls outside is nobody's."""
        k = self.bucket(time)
        if k >= 0:
            self.free = self.free.copy()
            self.free[k] -= amount

    def saved(self) -> list[float]:
        """What `restore` takes back."""
        return self.free

    def restore(self, saved: list[float]) -> None:
        """Go back to what was saved."""
        self.free = saved


class Held:
    """A resource of some units in continuous time: an operation holds its units from start to end."""

    __slots__ = ("fact", "load")

    def __init__(self, fact: Resource) -> None:
        self.fact = fact
        self.load = Timeline([change for a, b, q in fact.used for change in ((a, q), (b, -q))])

    def latest_end(self, start: int, end: int, work: int, size: float, setup: str, working: WorkingTime | None) -> int | None:
        """Latest end at or before ``end`` worth trying: ``end`` itself when the window is free, None if never."""
        times, levels = self.load.times, self.load.levels
        most = self.fact.size - size + EPS
        if most < 0:
            return None
        i = self.load.index(start)
        j = bisect_right(times, end - 1) - 1
        while j >= i:
            if levels[j] > most:
                return times[j]
            j -= 1
        return end

    def earliest_start(self, start: int, end: int, work: int, size: float, setup: str, working: WorkingTime | None) -> int:
        """Earliest start at or after ``start`` worth trying: ``start`` itself when the window is free."""
        times, levels = self.load.times, self.load.levels
        most = self.fact.size - size + EPS
        if most < 0:
            return NEVER
        i = self.load.index(start)
        for j in range(bisect_right(times, end - 1) - 1, i - 1, -1):
            if levels[j] > most:
                return times[j + 1] if j + 1 < len(times) else NEVER
        return start

    def fits(self) -> bool:
        """Whether no more is held than there is."""
        return max(self.load.levels) <= self.fact.size + EPS

    def hold(self, start: int, end: int, size: float, setup: str) -> None:
        """Book units over a window."""
        if end > start:
            self.load.add(start, size)
            self.load.add(end, -size)

    def release(self, start: int, end: int, size: float, setup: str) -> None:
        """Take a booking back."""
        self.hold(start, end, -size, setup)

    def saved(self) -> tuple[list[int], list[float]]:
        """What `restore` takes back."""
        return self.load.saved()

    def restore(self, saved: tuple[list[int], list[float]]) -> None:
        """Go back to what was saved."""
        self.load.restore(saved)


class SetupResource:
    """A resource that does one thing at a time and is changed over in between.

    Runs stay where they are booked; the change-over lies right before a run and depends on what runs before it, so
    a run squeezed in must leave room for its own change-over and for the new one of its successor.
    """

    __slots__ = ("blocks", "fact", "now")

    def __init__(self, fact: Resource, now: int) -> None:
        self.fact = fact
        self.now = now
        self.blocks: list[Block] = sorted((a, b, "") for a, b, _ in fact.used)

    def change(self, before: str, after: str) -> int:
        """Change-over time between two set-ups [s]."""
        return _change(self.fact.setups, before, after)

    def _gap(self, k: int, work: int, setup: str, working: WorkingTime | None) -> tuple[int, int]:
        """Earliest start and latest end of a run before block ``k``; an end below the start when it does not fit."""
        before = self.blocks[k - 1][1] if k else self.now
        was = next((b[2] for b in reversed(self.blocks[:k]) if b[2]), self.fact.setup_now)
        first = _forward(working, before, self.change(was, setup))
        if k == len(self.blocks):
            return first, NEVER
        has, end = setup or was, self.blocks[k][0]
        for row in range(k, len(self.blocks)):
            start, _, needs = self.blocks[row]
            if needs:  # the next one that cares: its change-over must fit before it
                ready = self.blocks[row - 1][1] if row > k else None
                if ready is None:
                    end = _backward(working, start, self.change(has, needs))
                elif _forward(working, ready, self.change(has, needs)) > start:
                    return NEVER, -NEVER
                break
        return first, end

    def latest_end(self, start: int, end: int, work: int, size: float, setup: str, working: WorkingTime | None) -> int | None:
        """Latest end at or before ``end`` at which a run of ``work`` seconds fits, None if never."""
        for k in range(bisect_right(self.blocks, (end, 0, "")), -1, -1):
            first, last = self._gap(k, work, setup, working)
            to = min(end, last)
            if to >= self.now and _backward(working, to, work) >= first:
                return to
        return None

    def earliest_start(self, start: int, end: int, work: int, size: float, setup: str, working: WorkingTime | None) -> int:
        """Earliest start at or after ``start`` at which a run of ``work`` seconds fits."""
        for k in range(max(bisect_right(self.blocks, (start, 0, "")) - 1, 0), len(self.blocks) + 1):
            first, last = self._gap(k, work, setup, working)
            begin = max(start, first)
            if _forward(working, begin, work) <= last:
                return begin
        return NEVER

    def fits(self) -> bool:
        """Whether no two runs overlap and every change-over finds its time."""
        was, ready = self.fact.setup_now, self.now
        for start, end, needs in self.blocks:
            if ready + self.change(was, needs) > start:
                return False
            was, ready = needs or was, end
        return True

    def hold(self, start: int, end: int, size: float, setup: str) -> None:
        """Book a run."""
        self.blocks = sorted([*self.blocks, (start, end, setup)])

    def release(self, start: int, end: int, size: float, setup: str) -> None:
        """Take a run back."""
        self.blocks = self.blocks.copy()
        self.blocks.remove((start, end, setup))

    def saved(self) -> list[Block]:
        """What `restore` takes back."""
        return self.blocks

    def restore(self, saved: list[Block]) -> None:
        """Go back to what was saved."""
        self.blocks = saved


def _change(rules: tuple[SetupRule, ...], before: str, after: str) -> int:
    if not after or before == after:
        return 0
    return next((r.duration for r in rules if r.before in ("", before) and r.after in ("", after)), 0)


def _forward(working: WorkingTime | None, start: int, work: int) -> int:
    return start + work if working is None else working.end(start, work)


def _backward(working: WorkingTime | None, end: int, work: int) -> int:
    return end - work if working is None else working.start(end, work)
