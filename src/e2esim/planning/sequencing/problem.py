"""What a finite sequencing problem is, and what a schedule for it is.

Jobs are chains of operations; an operation runs on one of its alternate machines without interruption; a machine does
one operation at a time and changes over between families. All times are whole units (minutes, say). Knows no solver.
"""

from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class ScheduleGoal(Enum):
    """What is made small."""

    MAKESPAN = "makespan"  # the end of the last operation
    TARDINESS = "tardiness"  # sum over jobs of weight * time after the due time


@dataclass(frozen=True, kw_only=True)
class SequencingProblem:
    """Operations, their alternates, and the jobs they belong to.

    Parameters
    ----------
    job
        Job of each operation, (n_operations,), ascending; the operations of a job follow each other in this order.
    mode_operation, mode_machine, mode_duration
        The alternates: operation, machine and duration of each, (n_modes,), ``mode_operation`` ascending.
    release, due, weight
        Earliest start, due time and weight of each job, (n_jobs,).
    family
        Set-up family of each operation, (n_operations,).
    changeover
        Time between the end of one operation and the start of the next on the same machine, by machine, family before
        and family after, (n_machines, n_families, n_families). The machine may be changed over before the job arrives.
    goal
        Makespan or weighted tardiness.

    Raises
    ------
    ValueError
        With every fault of the data in one message.
    """

    job: Ints
    mode_operation: Ints
    mode_machine: Ints
    mode_duration: Ints
    release: Ints
    due: Ints
    weight: Ints
    family: Ints
    changeover: Ints
    goal: ScheduleGoal = ScheduleGoal.MAKESPAN

    def __post_init__(self) -> None:
        faults = _faults(self)
        if faults:
            raise ValueError("sequencing: " + "; ".join(faults))

    @property
    def n_operations(self) -> int:
        """Number of operations."""
        return len(self.job)

    @property
    def n_jobs(self) -> int:
        """Number of jobs."""
        return len(self.release)

    @property
    def n_machines(self) -> int:
        """Number of machines."""
        return int(self.changeover.shape[0])

    @property
    def first_mode(self) -> Ints:
        """Modes of operation o are ``first_mode[o]`` to ``first_mode[o + 1] - 1``, (n_operations + 1,)."""
        return np.searchsorted(self.mode_operation, np.arange(self.n_operations + 1)).astype(np.int64)

    @property
    def first_operation(self) -> Ints:
        """Operations of job j are ``first_operation[j]`` to ``first_operation[j + 1] - 1``, (n_jobs + 1,)."""
        return np.searchsorted(self.job, np.arange(self.n_jobs + 1)).astype(np.int64)


class ScheduleStatus(Enum):
    """How far the answer can be trusted."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"


@dataclass(frozen=True, kw_only=True)
class MachineSchedule:
    """Machine, start and end of every operation, (n_operations,), the goal's value and a proven lower ``bound``."""

    status: ScheduleStatus
    machine: Ints
    start: Ints
    end: Ints
    objective: float
    bound: float
    wall_s: float
    rule: str = field(default="")

    @property
    def gap(self) -> float:
        """Proven relative distance to the optimum: objective / bound - 1 (infinite if nothing but 0 is proven)."""
        if self.objective <= self.bound:
            return 0.0
        return self.objective / self.bound - 1.0 if self.bound > 0 else float("inf")


def job_shop(machines: list[list[int]], durations: list[list[int]]) -> SequencingProblem:
    """The classic job shop: every operation on one given machine, no changeover, makespan.

    Parameters
    ----------
    machines, durations
        Of each job, in the order of its operations.

    Examples
    --------
    >>> job_shop([[0, 1], [1, 0]], [[3, 2], [2, 4]]).n_operations
    4
    """
    jobs = np.repeat(np.arange(len(machines)), [len(row) for row in machines])
    n = len(jobs)
    n_machines = 1 + max(max(row) for row in machines)
    return SequencingProblem(
        job=jobs.astype(np.int64),
        mode_operation=np.arange(n, dtype=np.int64),
        mode_machine=np.array([m for row in machines for m in row], dtype=np.int64),
        mode_duration=np.array([d for row in durations for d in row], dtype=np.int64),
        release=np.zeros(len(machines), dtype=np.int64),
        due=np.zeros(len(machines), dtype=np.int64),
        weight=np.ones(len(machines), dtype=np.int64),
        family=np.zeros(n, dtype=np.int64),
        changeover=np.zeros((n_machines, 1, 1), dtype=np.int64),
    )


def value(problem: SequencingProblem, end: Ints) -> float:
    """The goal's value of given end times.

    Examples
    --------
    >>> value(job_shop([[0, 1], [1, 0]], [[3, 2], [2, 4]]), np.array([3, 5, 2, 7]))
    7.0
    """
    if problem.goal is ScheduleGoal.MAKESPAN:
        return float(end.max(initial=0))
    done = np.zeros(problem.n_jobs, dtype=np.int64)
    np.maximum.at(done, problem.job, end)
    return float((problem.weight * np.maximum(done - problem.due, 0)).sum())


def breaches(problem: SequencingProblem, machine: Ints, start: Ints, end: Ints) -> list[str]:
    """What a schedule breaks: order in the job, release, mode, one operation at a time, changeover. Empty if nothing.

    Examples
    --------
    >>> breaches(job_shop([[0], [0]], [[3], [2]]), np.array([0, 0]), np.array([0, 2]), np.array([3, 4]))
    ['machine 0: operation 1 starts at 2, before 3']
    """
    found = []
    columns = (problem.mode_operation, problem.mode_machine, problem.mode_duration)
    modes = set(zip(*(column.tolist() for column in columns), strict=True))
    for o in range(problem.n_operations):
        ready = problem.release[problem.job[o]] if o == 0 or problem.job[o] != problem.job[o - 1] else end[o - 1]
        if start[o] < ready:
            found.append(f"operation {o} starts at {start[o]}, before {ready}")
        if (o, int(machine[o]), int(end[o] - start[o])) not in modes:
            found.append(f"operation {o} has no mode of {end[o] - start[o]} on machine {machine[o]}")
    for m in range(problem.n_machines):
        row = np.flatnonzero(machine == m)
        row = row[np.lexsort((end[row], start[row]))]
        for a, b in pairwise(row.tolist()):
            free = end[a] + problem.changeover[m, problem.family[a], problem.family[b]]
            if start[b] < free:
                found.append(f"machine {m}: operation {b} starts at {start[b]}, before {free}")
    return found


def _faults(p: SequencingProblem) -> list[str]:
    faults = []
    n, jobs = len(p.job), len(p.release)
    if (np.diff(p.job) < 0).any() or set(p.job.tolist()) != set(range(jobs)):
        faults.append("job must be ascending and name every job of release")
    if (np.diff(p.mode_operation) < 0).any() or set(p.mode_operation.tolist()) != set(range(n)):
        faults.append("mode_operation must be ascending and give every operation a mode")
    if len({len(p.mode_operation), len(p.mode_machine), len(p.mode_duration)}) > 1:
        faults.append("mode_operation, mode_machine and mode_duration must be equally long")
    if len({jobs, len(p.due), len(p.weight)}) > 1:
        faults.append("release, due and weight must be equally long")
    if p.changeover.ndim != 3 or p.changeover.shape[1] != p.changeover.shape[2]:
        faults.append(f"changeover must be (n_machines, n_families, n_families), got {p.changeover.shape}")
    elif len(p.family) != n or (p.family < 0).any() or (p.family >= p.changeover.shape[1]).any():
        faults.append(f"family must give every operation one of {p.changeover.shape[1]} families")
    if p.changeover.ndim == 3 and ((p.mode_machine < 0) | (p.mode_machine >= p.changeover.shape[0])).any():
        faults.append(f"mode_machine must lie in 0..{p.changeover.shape[0] - 1}")
    for name in ("mode_duration", "release", "weight", "changeover"):
        if (getattr(p, name) < 0).any():
            faults.append(f"{name} must be >= 0")
    return faults
