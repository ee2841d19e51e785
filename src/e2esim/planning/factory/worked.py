"""When the hours of lots are worked, and how many days a usual lot takes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from e2esim.planning.factory.grid import need_by_any_way
from e2esim.planning.factory.network import MaterialNetwork
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem
from e2esim.planning.factory.shifts import DAY_H, WEEK_H, open_hours, spread

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
    np.add.at(used, *_by_the_hour(problem, step, (begins, ends), machine, problem.n_weeks, WEEK_H))
    return used


def free_by_day(problem: PlanProblem, step: Ints, begins: Floats, ends: Floats, machine: Ints) -> tuple[Floats, Floats]:
    """Standard hours that work centres by the hour are open and that lots leave free on each day, (n_centres, n_days) [h]; 0 where hours are by week."""
    days = 7 * problem.n_weeks
    shape = (len(problem.centres), days)
    if problem.shifts is None:
        return np.zeros(shape), np.zeros(shape)
    opened = open_hours(problem.shifts, days, DAY_H)
    used = np.zeros(shape)
    np.add.at(used, *_by_the_hour(problem, step, (begins, ends), machine, days, DAY_H))
    return opened, np.maximum(opened - used, 0.0)


def _by_the_hour(
    problem: PlanProblem, step: Ints, times: tuple[Floats, Floats], machine: Ints, count: int, span_h: float
) -> tuple[tuple[Ints, Ints], Floats]:
    """Work centre, span of so many clock hours and standard hours of the lots that machines work by the hour."""
    shifts, (begins, ends) = problem.shifts, times
    assert shifts is not None
    lot = np.flatnonzero(machine >= 0)
    own = machine[lot]
    after = 1.0 + max(shifts.closes.max(initial=0.0), ends.max(initial=0.0))  # later than all: the clocks of machines behind one another are one
    clock = after * np.repeat(np.arange(shifts.speed.size), np.diff(shifts.first_open))
    first = np.searchsorted(clock + shifts.closes, after * own + begins[lot], side="right")
    count_of = np.maximum(np.searchsorted(clock + shifts.opens, after * own + ends[lot]) - first, 0)
    lot = np.repeat(lot, count_of)
    interval = np.repeat(first - np.r_[0, np.cumsum(count_of)[:-1]], count_of) + np.arange(lot.size)
    parts = spread(np.maximum(shifts.opens[interval], begins[lot]), np.minimum(shifts.closes[interval], ends[lot]), count, span_h)
    at = np.concatenate([lot[row] for row, _, _ in parts] or [lot[:0]])
    span = np.concatenate([w for _, w, _ in parts] or [lot[:0]])
    hours = np.concatenate([h for _, _, h in parts] or [np.zeros(0)])
    return (problem.step_centre[step[at]], span), hours * shifts.speed[machine[at]]


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
    weekly = need_by_any_way(problem, net) / span * USUAL_LOT_WEEKS
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
