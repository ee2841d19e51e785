"""A work centre: parallel machines, a shift calendar, a queue by priority, and overtime as faster weeks."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import simpy

from e2esim.chain.phases import At, Phase
from e2esim.domain.worktime import WorkTime

F = npt.NDArray[np.float64]

WEEK = 168.0  # [h]; weeks are counted from the start of the run

Key = tuple[float, int]  # (priority, release number), lower first
UNRANKED = 1 << 30  # lots that came after the sequence of the day was made
Begin = Callable[[int, int, float], None]  # release number, machine, hours of changeover
Sequencer = Callable[[], Sequence[int]]  # release numbers of the waiting lots, first first


class WorkCentre:
    """``machines`` identical machines that take lots by (priority, release number) and work in their shifts only.

    Granted overtime is modelled as a faster week: a week with ``h`` normal hours and ``o`` overtime hours a machine
    gets ``1 + o / h`` hours of work done in each clock hour, so the extra hours lie inside the shifts, spread evenly.
    Work that runs into a later week goes on at the speed known for that week when the operation starts.
    """

    def __init__(
        self, env: simpy.Environment, *, machines: int, calendar: WorkTime, horizon_h: float, begin: Begin, changeover_h: F | None = None
    ) -> None:
        self.begin = begin
        self.env, self.machines, self.calendar, self.horizon_h = env, machines, calendar, horizon_h
        self.busy = 0
        self.sequencer: Sequencer | None = None  # asked once a day, before the machines first choose
        self.last = [0] * machines  # set-up family that each machine did last
        self._idle = list(range(machines))
        self._changeover_h = changeover_h if changeover_h is not None and changeover_h.any() else None  # (families, families)
        self._queue: list[tuple[int, Key, int]] = []  # rank, key, family
        self._sequenced_d = -1
        self._overtime: dict[int, float] = {}  # week -> [h/machine]
        self._call: float | None = None  # when the machines choose next

    def seize(self, key: Key, family: int = 0) -> None:
        """Queue for a machine; ``begin`` is called when one is taken, inside a shift."""
        heapq.heappush(self._queue, (UNRANKED, key, family))
        self._choose_at(self.env.now)

    def leave(self, machine: int) -> None:
        """Give the machine back."""
        self.busy -= 1
        self._idle.append(machine)
        if self._queue:
            self._choose_at(self.env.now)

    def __len__(self) -> int:
        """Lots in the queue."""
        return len(self._queue)

    def end(self, hours: float) -> float:
        """Clock time [h] at which ``hours`` machine hours started now are done; inf beyond the calendar."""
        if not self._overtime:
            return self.calendar.add(self.env.now, hours)
        t, left = self.env.now, hours
        while True:
            week = int(t // WEEK)
            close = WEEK * (week + 1)
            speed = self.speed(week)
            possible = self.calendar.hours(t, close) * speed
            if left <= possible:
                return self.calendar.add(t, left / speed)
            if self.calendar.next_open(close) == float("inf"):
                return float("inf")
            left -= possible
            t = close

    def speed(self, week: int) -> float:
        """Hours of work done in a clock hour of ``week``."""
        overtime = self._overtime.get(week, 0.0)
        normal = self.calendar.hours(WEEK * week, WEEK * (week + 1)) if overtime else 0.0
        return 1.0 + overtime / normal if normal > 0 else 1.0

    def grant(self, hours_a_week: float) -> float:
        """Set the overtime of the current week [h/machine].

        Returns the change in machine hours; a week without shifts gets none.
        """
        week = int(self.env.now // WEEK)
        if self.calendar.hours(WEEK * week, WEEK * (week + 1)) <= 0:
            return 0.0
        before = self._overtime.get(week, 0.0)
        self._overtime[week] = hours_a_week
        return (hours_a_week - before) * self.machines

    def open_hours(self, week: int) -> float:
        """Normal machine hours of ``week``, as far as it lies in the run."""
        return self.machines * self.calendar.hours(WEEK * week, min(WEEK * (week + 1), self.horizon_h))

    def _choose_at(self, t: float) -> None:
        """Let the machines choose at ``t``, or at the next start of a shift, once everybody of that moment is here."""
        when = self.calendar.next_open(t)
        if when == float("inf") or (self._call is not None and self._call <= when):
            return
        self._call = when
        At(self.env, when, Phase.START, self._choose)

    def waiting(self) -> list[tuple[int, int]]:
        """Release number and set-up family of the lots in the queue, first first."""
        return [(key[1], family) for _, key, family in sorted(self._queue)]

    def _choose(self) -> None:
        self._call = None
        day = int(self.env.now // 24.0)
        if self.sequencer is not None and day > self._sequenced_d and len(self._queue) > 1:
            self._sequenced_d = day
            self._rank(self.sequencer())
        while self._queue and self.busy < self.machines:
            _, key, family = heapq.heappop(self._queue)
            self.busy += 1
            self.begin(key[1], *self._take(family))

    def _rank(self, numbers: Sequence[int]) -> None:
        """Put the waiting lots into the order of their release numbers."""
        rank = {number: k for k, number in enumerate(numbers)}
        self._queue = [(rank.get(key[1], UNRANKED), key, family) for _, key, family in self._queue]
        heapq.heapify(self._queue)

    def _take(self, family: int) -> tuple[int, float]:
        """Take the idle machine with the least changeover to a family; lots of family 0 leave a machine as it is."""
        if self._changeover_h is None or family == 0:
            return self._idle.pop(0), 0.0
        machine = min(self._idle, key=lambda m: float(self._changeover_h[self.last[m], family]))  # type: ignore[index]
        self._idle.remove(machine)
        change = float(self._changeover_h[self.last[machine], family])
        self.last[machine] = family
        return machine, change
