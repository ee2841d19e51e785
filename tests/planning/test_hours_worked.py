"""Hours that lots take of machines by the hour, against a slow, obvious twin."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.shifts import hours_by_week, shifts_of
from e2esim.planning.factory.synthetic import synthetic_problem
from e2esim.planning.factory.worked import hours_used

OPENS, WEEKS = ((0.0, 4.5), (5.0, 9.0), (30.0, 41.0), (160.0, 176.0), (200.0, 230.0), (350.0, 500.0)), 4


def by_hour() -> PlanProblem:
    problem = synthetic_problem(np.random.default_rng(1), finished=2, parts=2, bought=3, centres=3, orders=5, weeks=WEEKS)
    week = [(a, b, 0) for a, b in OPENS]
    shifts = shifts_of([[(0.5, week), (1.0, week[1:])], None, [(0.8, week[::2])]])
    return replace(problem, shifts=shifts, capacity_h=hours_by_week(shifts, WEEKS))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_hours_lie_where_the_machine_is_open_while_the_lot_is_on_it(seed: int) -> None:
    rng, problem = np.random.default_rng(seed), by_hour()
    shifts, n = problem.shifts, 60
    assert shifts is not None
    step = rng.integers(0, problem.n_steps, n)
    machine = rng.integers(-1, 3, n)
    begins = rng.choice([0.0, 4.5, 7.0, 41.0, 165.0, 199.0], n)
    ends = begins + rng.choice([0.0, 0.5, 30.0, 300.0], n)
    slow = np.zeros(problem.capacity_h.shape)
    for s, m, a, b in zip(step.tolist(), machine.tolist(), begins.tolist(), ends.tolist(), strict=True):
        for k in shifts.intervals(m) if m >= 0 else ():
            for w in range(WEEKS):
                low, high = max(a, shifts.opens[k], 168.0 * w), min(b, shifts.closes[k], 168.0 * (w + 1))
                slow[problem.step_centre[s], w] += max(high - low, 0.0) * shifts.speed[m]
    kept = machine >= 0  # the others lie by the week of their start
    found = hours_used(problem, step[kept], np.ones(int(kept.sum())), begins[kept], ends[kept], machine[kept])
    assert slow.sum() > 0
    np.testing.assert_allclose(found, slow, atol=1e-6)
