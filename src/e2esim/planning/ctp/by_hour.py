"""Work centres that keep a calendar, as the promise sees them: machines held in working time, lots of the plan on them.

A lot is worked on one machine, in its open hours, as long as the hours of the lot take there, as in the plan by the hour. Machines
of a work centre are taken for alike: the slowest speed, and open when any of them is (what one lacks counts as in use).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from e2esim.planning.ctp.model import DAY, HOUR, Operation, Resource, ResourceLoad
from e2esim.planning.ctp.working_time import WorkingTime
from e2esim.planning.factory.problem import Ints, PlanProblem
from e2esim.planning.factory.result import PlanResult
from e2esim.planning.factory.shifts import Shifts

Used = tuple[int, int, float]


def seconds(hours: float) -> int:
    """Hours from day 0 as whole seconds."""
    return round(hours * HOUR)


def keeps_calendar(problem: PlanProblem, centre: int) -> bool:
    """Whether the hours of a work centre are those of machines that are open at some time."""
    shifts = problem.shifts
    return shifts is not None and bool(shifts.by_hour[centre]) and any(len(shifts.intervals(m)) for m in shifts.machines(centre))


def lot_times(problem: PlanProblem, plan: PlanResult) -> Ints:
    """Start and end of the work on every lot of a plan, and when its goods are there, (n_lots, 3) [s]: to the second where machines
    work by the hour, else by the day.
    """
    by_day = np.stack([plan.lot_start, plan.lot_end, plan.lot_end]) * DAY
    exact = np.rint(np.stack([plan.lot_from, plan.lot_to, plan.lot_ready]) * HOUR).astype(np.int64)
    by_hour = _centres_by_hour(problem)[problem.step_centre[plan.lot_step]]
    return np.asarray(np.where(by_hour, exact, by_day).T, dtype=np.int64)


def _centres_by_hour(problem: PlanProblem) -> npt.NDArray[np.bool_]:
    return np.array([keeps_calendar(problem, c) for c in range(len(problem.centres))], dtype=bool)


def machine_resource(problem: PlanProblem, plan: PlanResult | None, centre: int) -> Resource:
    """The machines of a work centre, with the lots of a plan on them."""
    shifts = problem.shifts
    assert shifts is not None
    machines = shifts.machines(centre)
    open_h = _open(shifts, machines)
    used = [gap for m in machines for gap in _gaps(shifts, m, open_h)]
    if plan is not None:
        mine = lot_times(problem, plan)[problem.step_centre[plan.lot_step] == centre]  # a lot that a promise has added knows no machine yet
        used += [(start, end, 1.0) for start, end, _ in mine.tolist() if end > start]
    working = WorkingTime(tuple(a for a, _ in open_h), tuple(b for _, b in open_h))
    return Resource(name=problem.centres[centre], size=float(len(machines)), working=working, used=tuple(used))


def hourly(problem: PlanProblem, step: int, made: Operation) -> Operation:
    """A step whose lots are worked by the hour, from the same step by the week."""
    shifts, centre = problem.shifts, int(problem.step_centre[step])
    assert shifts is not None
    speed = min(float(shifts.speed[m]) for m in shifts.machines(centre))
    setup, run = seconds(float(problem.step_setup_h[step]) / speed), float(problem.step_run_h[step]) * HOUR / speed
    return replace(
        made,
        duration=setup if setup or run else 1,  # the day of a lot is that on which its work ends, so it has some
        duration_per=run,
        by_the_hour=True,
        nights=int(problem.step_flow_days[step]),
        loads=(ResourceLoad(resources=(problem.centres[centre],)),),
    )


def _open(shifts: Shifts, machines: range) -> list[tuple[int, int]]:
    """When any of some machines is open [s], ascending and disjoint."""
    rows = sorted((seconds(float(shifts.opens[k])), seconds(float(shifts.closes[k]))) for m in machines for k in shifts.intervals(m))
    found: list[tuple[int, int]] = []
    for start, end in rows:
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        elif end > start:
            found.append((start, end))
    return found


def _gaps(shifts: Shifts, machine: int, open_s: list[tuple[int, int]]) -> list[Used]:
    """When a machine is not to be had although some other one is open, and where nothing goes on [s]."""
    own = [(seconds(float(shifts.opens[k])), seconds(float(shifts.closes[k])), int(shifts.block[k])) for k in shifts.intervals(machine)]
    found: list[Used] = []
    k = 0
    for start, end in open_s:
        at = start
        while k < len(own) and own[k][0] < end:
            if own[k][0] > at:
                found.append((at, own[k][0], 1.0))
            at = own[k][1]
            k += 1
        if at < end:
            found.append((at, end, 1.0))
    breaks = [(a[1], b[0]) for a, b in pairwise(own) if a[2] != b[2]]
    return found + [(a, max(b, a + 1), 1.0) for a, b in breaks if not any(x < b and a < y for x, y, _ in found)]
