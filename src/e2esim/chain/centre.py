"""A work centre: parallel machines, a shift calendar, a queue by priority, and overtime as faster weeks."""

from __future__ import annotations

import heapq

import simpy

from e2esim.chain.phases import At, Phase
from e2esim.domain.worktime import WorkTime

WEEK = 168.0  # [h]; weeks are counted from the start of the run

Key = tuple[float, int]  # (priority, release number), lower first


class WorkCentre:
    """``machines`` identical machines that take lots by (priority, release number) and work in their shifts only.

    Granted overtime is modelled as a faster week: a week with ``h`` normal hours and ``o`` overtime hours a machine
    gets ``1 + o / h`` hours of work done in each clock hour, so the extra hours lie inside the shifts, spread evenly.
    Work that runs into a later week goes on at the speed known for that week when the operation starts.
    """

    def __init__(self, env: simpy.Environment, *, machines: int, calendar: WorkTime, horizon_h: float) -> None:
        self.env, self.machines, self.calendar, self.horizon_h = env, machines, calendar, horizon_h
        self.busy = 0
        self._queue: list[tuple[Key, simpy.Event]] = []
        self._overtime: dict[int, float] = {}  # week -> [h/machine]
        self._call: float | None = None  # when the machines choose next

    def seize(self, key: Key) -> simpy.Event:
        """Queue for a machine; the event happens when one is taken, inside a shift."""
        event = self.env.event()
        heapq.heappush(self._queue, (key, event))
        self._choose_at(self.env.now)
        return event

    def leave(self) -> None:
        """Give the machine back."""
        self.busy -= 1
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
        At(self.env, when, Phase.START).callbacks.append(self._choose)

    def _choose(self, moment: simpy.Event) -> None:
        self._call = None
        while self._queue and self.busy < self.machines:
            event = heapq.heappop(self._queue)[1]
            self.busy += 1
            event.succeed()
