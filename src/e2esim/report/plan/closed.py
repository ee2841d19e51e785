"""When work centres are closed: spans of whole days without an hour, by the calendar or by the week."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.planning.factory.problem import Ints, PlanProblem
from e2esim.planning.factory.shifts import DAY_H
from e2esim.report.plan.view import PlanView, frame


def closed_days(problem: PlanProblem, days: int) -> npt.NDArray[np.bool_]:
    """Whether a work centre has no hour on a day, (n_centres, days): none of its machines is open, or its week has no hours.

    Examples
    --------
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> p = synthetic_problem(np.random.default_rng(1), finished=2, parts=2, bought=3, centres=3, orders=5, weeks=4)
    >>> closed_days(p, 28).any()
    np.False_
    """
    week = np.minimum(np.arange(days) // 7, max(problem.n_weeks - 1, 0))
    closed = np.asarray(problem.capacity_h[:, week] <= 0) if problem.n_weeks else np.zeros((len(problem.centres), days), dtype=bool)
    shifts = problem.shifts
    if shifts is None:
        return closed
    centre = np.repeat(np.repeat(np.arange(shifts.by_hour.size), np.diff(shifts.first_machine)), np.diff(shifts.first_open))
    closed[shifts.by_hour] = True
    first, last = np.floor(shifts.opens / DAY_H).astype(int), np.ceil(shifts.closes / DAY_H).astype(int)
    for c, a, b in zip(centre.tolist(), first.tolist(), last.tolist(), strict=True):
        closed[c, max(a, 0) : max(b, 0)] = False
    return closed


def spans(closed: npt.NDArray[np.bool_]) -> tuple[Ints, Ints, Ints]:
    """Row, first day and day after the last of every run of closed days.

    Examples
    --------
    >>> [x.tolist() for x in spans(np.array([[True, False, True, True]]))]
    [[0, 0], [0, 2], [1, 4]]
    """
    edge = np.diff(np.pad(closed.astype(int), ((0, 0), (1, 1))), axis=1)
    row, first = np.nonzero(edge == 1)
    return row.astype(np.int64), first.astype(np.int64), np.nonzero(edge == -1)[1].astype(np.int64)


def closed_frame(view: PlanView) -> pl.DataFrame:
    """One row a work centre and time without an hour inside the plan: first day, last day, days."""
    row, first, after = spans(closed_days(view.facts, 7 * view.weeks))
    return frame(
        {
            "work_centre": np.array(view.facts.centres, dtype=object)[row],
            "from": view.dates(first),
            "to": view.dates(after - 1),
            "days": after - first,
        }
    )
