"""The door of the room: the fast rule always, CP-SAT where the time budget and the size allow."""

import time
from typing import Final

import numpy as np

from e2esim.planning.sequencing.dispatch import by_rules, lower_bound
from e2esim.planning.sequencing.problem import MachineSchedule, ScheduleStatus, SequencingProblem, breaches, value

RULES_ONLY_S: Final = 0.2  # a shorter budget gets the rule's schedule
MOST_ARCS: Final = 60_000  # pairs of neighbours on machines with changeovers that CP-SAT is given


def solve(problem: SequencingProblem, *, time_limit_s: float, seed: int, workers: int = 2, effort: float | None = None) -> MachineSchedule:
    """Sequence all operations within about ``time_limit_s`` [s].

    Parameters
    ----------
    time_limit_s
        Below 0.2 s, or where changeovers make the exact model too large, the dispatching rule alone decides.
    seed, workers
        Of CP-SAT; one worker and an unreached time limit make the answer repeatable.
    effort
        Limit of CP-SAT in its deterministic time (about seconds, the same work on every machine) beside the time limit;
        None for none.

    Returns
    -------
    Schedule
        Always one: without hard deadlines every problem has a schedule. ``rule`` names who made it.

    Examples
    --------
    >>> from e2esim.planning.sequencing.problem import job_shop
    >>> plan = solve(job_shop([[0, 1], [1, 0], [0, 1]], [[3, 2], [2, 4], [1, 5]]), time_limit_s=5.0, seed=1)
    >>> plan.status.value, plan.objective
    ('optimal', 9.0)
    """
    began = time.perf_counter()
    machine, start, end, rule = by_rules(problem)
    objective, bound = value(problem, end), lower_bound(problem)
    left = time_limit_s - (time.perf_counter() - began)
    if objective > bound and left >= RULES_ONLY_S and changeover_arcs(problem) <= MOST_ARCS:
        from e2esim.planning.sequencing.cp_sat import sequence  # 1.3 s to import: only where it is used

        left = max(0.1, time_limit_s - (time.perf_counter() - began))
        found = sequence(problem, (machine, start, end), time_limit_s=left, seed=seed, workers=workers, effort=effort)
        bound = max(bound, found.bound)
        if found.times is not None and value(problem, found.times[2]) < objective:
            (machine, start, end), rule = found.times, "cp-sat"
            objective = value(problem, end)
    broken = breaches(problem, machine, start, end)
    if broken:
        raise RuntimeError("sequencing: the schedule breaks the rules: " + "; ".join(broken[:3]))
    status = ScheduleStatus.OPTIMAL if objective <= bound + 1e-6 else ScheduleStatus.FEASIBLE
    return MachineSchedule(
        status=status, machine=machine, start=start, end=end, objective=objective, bound=min(bound, objective),
        wall_s=time.perf_counter() - began, rule=rule,
    )  # fmt: skip


def changeover_arcs(problem: SequencingProblem) -> int:
    """Ordered pairs of operations that may be neighbours on a machine with changeovers."""
    used = np.bincount(problem.mode_machine, minlength=problem.n_machines)
    return int((used**2)[problem.changeover.any(axis=(1, 2))].sum())
