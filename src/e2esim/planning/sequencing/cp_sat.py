"""The exact model: intervals on machines, chains of jobs, changeovers as circuits, solved by CP-SAT."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from ortools.sat.python import cp_model

from e2esim.planning.sequencing.problem import ScheduleGoal, SequencingProblem

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Sequenced:
    """CP-SAT's schedule, (n_operations,) each; None where it found nothing better than its hint in time."""

    times: tuple[Ints, Ints, Ints] | None
    bound: float
    proven: bool


def sequence(
    problem: SequencingProblem, hint: tuple[Ints, Ints, Ints], *, time_limit_s: float, seed: int, workers: int, effort: float | None = None
) -> Sequenced:
    """Improve a known schedule (machine, start, end), which also closes the horizon."""
    model = cp_model.CpModel()
    horizon = int(hint[2].max(initial=0))
    if problem.goal is ScheduleGoal.TARDINESS:  # a better sum may end later
        horizon = int(max(horizon, problem.release.max(initial=0)) + problem.mode_duration.sum())
        horizon += int(problem.changeover.max(initial=0)) * problem.n_operations
    first_mode, first_operation = problem.first_mode, problem.first_operation
    starts = [model.new_int_var(int(problem.release[j]), horizon, "") for j in problem.job]
    ends = [model.new_int_var(0, horizon, "") for _ in starts]
    chosen: list[Any] = []
    rows: list[list[tuple[int, Any, Any]]] = [[] for _ in range(problem.n_machines)]
    for o in range(problem.n_operations):
        modes = range(int(first_mode[o]), int(first_mode[o + 1]))
        literals = [model.new_bool_var("") if len(modes) > 1 else model.new_constant(1) for _ in modes]
        model.add_exactly_one(literals)
        for k, literal in zip(modes, literals, strict=True):
            duration = int(problem.mode_duration[k])
            interval = model.new_optional_interval_var(starts[o], duration, ends[o], literal, "")
            rows[int(problem.mode_machine[k])].append((o, literal, interval))
            if len(modes) > 1:
                model.add_hint(literal, int(problem.mode_machine[k] == hint[0][o]))
        chosen += literals
        model.add_hint(starts[o], int(hint[1][o]))
        model.add_hint(ends[o], int(hint[2][o]))
        if o > 0 and problem.job[o] == problem.job[o - 1]:
            model.add(starts[o] >= ends[o - 1])
    for m, row in enumerate(rows):
        model.add_no_overlap([interval for _, _, interval in row])
        if problem.changeover[m].any():
            _changeovers(model, problem, m, row, starts, ends, hint)
    lasts = [ends[int(o) - 1] for o in first_operation[1:]]
    if problem.goal is ScheduleGoal.MAKESPAN:
        makespan = model.new_int_var(0, horizon, "")
        model.add_max_equality(makespan, lasts)
        model.minimize(makespan)
    else:
        late = [model.new_int_var(0, horizon, "") for _ in lasts]
        for j, last in enumerate(lasts):
            model.add(late[j] >= last - int(problem.due[j]))
        model.minimize(sum(int(w) * v for w, v in zip(problem.weight, late, strict=True)))
    return _run(model, problem, starts, ends, chosen, time_limit_s, seed, workers, effort)


def _changeovers(
    model: Any, problem: SequencingProblem, m: int, row: list[tuple[int, Any, Any]], starts: list[Any], ends: list[Any],
    hint: tuple[Ints, Ints, Ints],
) -> None:
    """One tour through the operations of machine ``m``: each arc keeps the changeover time between its two ends."""
    here = [o for o, _, _ in row if hint[0][o] == m]
    here.sort(key=lambda o: (int(hint[1][o]), int(hint[2][o])))
    follows = dict(pairwise(here))
    nobody = model.new_bool_var("")
    arcs = [(0, 0, nobody)]
    for a, (o, literal, _) in enumerate(row, start=1):
        first, last = model.new_bool_var(""), model.new_bool_var("")
        arcs += [(0, a, first), (a, 0, last), (a, a, ~literal)]
        for b, (o2, _, _) in enumerate(row, start=1):
            if a == b:
                continue
            arc = model.new_bool_var("")
            arcs.append((a, b, arc))
            change = int(problem.changeover[m, problem.family[o], problem.family[o2]])
            model.add(starts[o2] >= ends[o] + change).only_enforce_if(arc)
            model.add_hint(arc, int(follows.get(o) == o2))
    model.add_circuit(arcs)


def _run(
    model: Any, problem: SequencingProblem, starts: list[Any], ends: list[Any], chosen: list[Any], time_limit_s: float,
    seed: int, workers: int, effort: float | None,
) -> Sequenced:
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(time_limit_s, 0.05)
    if effort is not None:
        solver.parameters.max_deterministic_time = effort
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.num_workers = workers
    status = solver.solve(model)
    if status == cp_model.MODEL_INVALID:
        raise RuntimeError(f"sequencing: CP-SAT refuses the model: {model.validate()}")
    bound = float(solver.best_objective_bound)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Sequenced(times=None, bound=bound, proven=False)
    on = np.array([solver.boolean_value(literal) for literal in chosen])
    machine = problem.mode_machine[on]
    start = np.array([solver.value(v) for v in starts], dtype=np.int64)
    end = np.array([solver.value(v) for v in ends], dtype=np.int64)
    return Sequenced(times=(machine, start, end), bound=bound, proven=status == cp_model.OPTIMAL)
