"""Days to recover from an event against a slow reading of the same rule."""

from __future__ import annotations

import numpy as np

from e2esim.kpi.surprises import AFTER_D, BEFORE_D, CALM_D, LEEWAY, recovered


def slow(overdue: list[float], due: list[float], start: int, end: int) -> int:
    before = overdue[max(0, start - BEFORE_D) : start]
    if not before:
        return start
    mean = sum(before) / len(before)
    sd = (sum((x - mean) ** 2 for x in before) / len(before)) ** 0.5
    limit = mean + max(2 * sd, LEEWAY * sum(due[max(0, start - BEFORE_D) : start]) / len(before))
    day = start
    while day < min(len(overdue), end + AFTER_D) and overdue[day] <= limit:
        day += 1
    if day >= min(len(overdue), end + AFTER_D):
        return start
    day = max(day, end)
    while day < len(overdue):
        if len(overdue) - day >= CALM_D and all(x <= limit for x in overdue[day : day + CALM_D]):
            return day
        day += 1
    return len(overdue)


def test_recovery_is_the_first_of_seven_usual_days() -> None:
    rng = np.random.default_rng(5)
    for _ in range(300):
        days = int(rng.integers(30, 160))
        overdue, due = rng.gamma(2.0, 5.0, days), rng.gamma(9.0, 5.0, days)
        start = int(rng.integers(0, days - 5))
        overdue[start + 3 : start + 3 + int(rng.integers(0, 30))] += 200.0
        end = start + int(rng.integers(1, 20))
        assert recovered(overdue, due, start, end) == slow(overdue.tolist(), due.tolist(), start, end)
