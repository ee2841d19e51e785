"""When the hours of lots are worked, and how many days a usual lot takes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from e2esim.planning.factory.grid import net_need
from e2esim.planning.factory.network import MaterialNetwork
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem
from e2esim.planning.factory.shifts import DAY_H, WEEK_H

USUAL_LOT_WEEKS = 1.0  # a usual lot is the orders of a week


def hours_used(problem: PlanProblem, step: Ints, qty: Floats, begins: Floats, ends: Floats, machine: Ints) -> Floats:
    """Standard hours that lots take of every work centre and week, (n_centres, n_weeks) [h].

    Where hours are by week all of them are charged to the week of the start (``machine`` -1); where a machine works them
    by the hour they lie in the weeks in which they are worked.
    """
    used = np.zeros(problem.capacity_h.shape)
    week = (begins // WEEK_H).astype(np.int64)
    hours = problem.step_setup_h[step] + problem.step_run_h[step] * qty
    whole = (machine < 0) & (week >= 0) & (week < problem.n_weeks)
    np.add.at(used, (problem.step_centre[step[whole]], week[whole]), hours[whole])
    if problem.shifts is None:
        return used
    for k in np.flatnonzero(machine >= 0).tolist():
        some = problem.shifts.intervals(int(machine[k]))
        a, b = some.start, some.stop
        opens, closes = problem.shifts.opens[a:b], problem.shifts.closes[a:b]
        first, last = int(np.searchsorted(closes, begins[k], side="right")), int(np.searchsorted(opens, ends[k]))
        row, speed = problem.step_centre[step[k]], problem.shifts.speed[machine[k]]
        for x, y in zip(np.maximum(opens[first:last], begins[k]).tolist(), np.minimum(closes[first:last], ends[k]).tolist(), strict=True):
            while y > x and x < WEEK_H * problem.n_weeks:
                w = int(x // WEEK_H)
                used[row, w] += (min(y, (w + 1) * WEEK_H) - x) * speed
                x = (w + 1) * WEEK_H
    return used


def lead_days(problem: PlanProblem, net: MaterialNetwork) -> Ints:
    """Days from the start of a usual lot of every step until its goods are there, (n_steps,).

    The flow time where hours are by week; where they are by the hour it comes on top of the days in which a lot of
    `USUAL_LOT_WEEKS` of the orders is worked.
    """
    lead = problem.step_flow_days.copy()
    shifts = problem.shifts
    if shifts is None or not problem.n_steps:
        return lead
    by_hour = shifts.by_hour[problem.step_centre]
    span = max(1.0, (problem.order_due.max(initial=0) + 1) / 7.0)
    weekly = net_need(problem, net) / span * USUAL_LOT_WEEKS
    hours = problem.step_setup_h + problem.step_run_h * np.maximum(weekly, np.maximum(problem.lot_min, 1.0))[problem.step_item]
    machines = np.maximum(np.diff(shifts.first_machine), 1)
    daily = np.array([problem.capacity_h[c, : max(1, int(span))].mean() / 7.0 / machines[c] for c in range(len(problem.centres))])
    worked = hours / np.maximum(daily[problem.step_centre], 1e-9)
    days = np.where(problem.step_flow_days > 0, np.ceil(np.minimum(worked, 364.0)) - 1.0, np.minimum(worked, 364.0)) + problem.step_flow_days
    return np.where(by_hour, np.maximum(np.ceil(days), lead), lead).astype(np.int64)


def last_open_days(problem: PlanProblem, days: int) -> Ints:
    """Last day up to each on which a work centre is open, (n_centres, days) [d]: a lot that must start on a Sunday starts on Friday.

    The day itself where hours are by week, and before the first open day.
    """
    every = np.arange(days, dtype=np.int64)
    table = np.tile(every, (len(problem.centres), 1))
    shifts = problem.shifts
    if shifts is None or not days:
        return table
    for c in np.flatnonzero(shifts.by_hour).tolist():
        rows = [k for m in shifts.machines(c) for k in shifts.intervals(m)]
        first = np.clip(shifts.opens[rows] // DAY_H, 0, days).astype(np.int64)
        after = np.clip(np.ceil(shifts.closes[rows] / DAY_H), 0, days).astype(np.int64)
        change = np.bincount(first, minlength=days + 1) - np.bincount(after, minlength=days + 1)
        last = np.maximum.accumulate(np.where(np.cumsum(change)[:days] > 0, every, -1))
        table[c] = np.where(last >= 0, last, every)
    return table


def by_weeks(problem: PlanProblem, lead: Ints) -> PlanProblem:
    """The problem as a plan by the week sees it: hours by week everywhere, steps as long as a usual lot."""
    return problem if problem.shifts is None else replace(problem, step_flow_days=lead, shifts=None)


def day_started(begins: Floats) -> Ints:
    """Day in which each lot starts [d]."""
    return np.asarray((begins + 1e-6) // DAY_H, dtype=np.int64)


def day_there(ready: Floats) -> Ints:
    """Day on which goods are there: at its start, or in the course of it where a step has no flow time [d]."""
    return np.asarray((ready + 1e-6) // DAY_H, dtype=np.int64)
