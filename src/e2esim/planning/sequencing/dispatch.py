"""The fast rule: a few priority indices, each scheduling everything in one pass, the best schedule taken."""

from typing import Final

import numpy as np
import numpy.typing as npt

from e2esim.planning.sequencing.dispatch_kernels import dispatch
from e2esim.planning.sequencing.problem import ScheduleGoal, SequencingProblem, value

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

EFFORT: Final = 100_000_000  # jobs looked at over all passes; a large shop gets fewer rules, the better ones first


def by_rules(problem: SequencingProblem) -> tuple[Ints, Ints, Ints, str]:
    """Machine, start and end of every operation, (n_operations,), and the name of the rule that won.

    Makespan: most work remaining, then longest operation, with and without delay. Tardiness: apparent tardiness cost
    with set-ups over a grid of its two look-ahead parameters (Lee and Pinedo, 1997), earliest due time among them.

    Examples
    --------
    >>> from e2esim.planning.sequencing.problem import job_shop
    >>> machine, start, end, rule = by_rules(job_shop([[0, 1], [1, 0]], [[3, 2], [2, 4]]))
    >>> start.tolist(), end.tolist()
    ([0, 3, 0, 3], [3, 5, 2, 7])
    """
    shortest = shortest_durations(problem)
    remaining = work_remaining(problem, shortest)
    rules = _makespan_rules(problem, shortest, remaining)
    if problem.goal is ScheduleGoal.TARDINESS:
        rules = _tardiness_rules(problem, shortest, remaining) + rules
    passes = max(2, EFFORT // (problem.n_jobs * problem.n_operations + 1))
    best: tuple[Ints, Ints, Ints, str] | None = None
    least = np.inf
    for name, urgency, latest, patience, setup_patience in rules[: (passes + 1) // 2]:
        for active in (False, True):
            machine, start, end = (np.zeros(problem.n_operations, dtype=np.int64) for _ in range(3))
            dispatch(
                problem.first_operation, problem.first_mode, problem.mode_machine, problem.mode_duration,
                problem.release, problem.family, problem.changeover, urgency, latest, patience, setup_patience, active,
                machine, start, end,
            )  # fmt: skip
            result = value(problem, end)
            if best is None or result < least:
                best, least = (machine, start, end, f"{name}{' active' if active else ' non-delay'}"), result
    assert best is not None
    return best


def shortest_durations(problem: SequencingProblem) -> Ints:
    """Shortest duration of each operation over its alternates, (n_operations,)."""
    return np.minimum.reduceat(problem.mode_duration, problem.first_mode[:-1])


def work_remaining(problem: SequencingProblem, shortest: Ints) -> Ints:
    """Shortest work from the start of each operation to the end of its job, (n_operations,)."""
    total = np.cumsum(shortest[::-1])[::-1]
    after = np.append(total, 0)[problem.first_operation[problem.job + 1]]
    return np.asarray(total - after, dtype=np.int64)


def lower_bound(problem: SequencingProblem) -> float:
    """What no schedule can beat: the longest job, and the work that only one machine can do.

    Examples
    --------
    >>> from e2esim.planning.sequencing.problem import job_shop
    >>> lower_bound(job_shop([[0, 1], [1, 0]], [[3, 2], [2, 4]]))
    7.0
    """
    shortest = shortest_durations(problem)
    remaining = work_remaining(problem, shortest)
    first = problem.first_operation[:-1]
    if problem.goal is ScheduleGoal.TARDINESS:
        late = np.maximum(problem.release + remaining[first] - problem.due, 0)
        return float((problem.weight * late).sum())
    bound = float((problem.release + remaining[first]).max(initial=0))
    head = problem.release[problem.job] + remaining[first][problem.job] - remaining
    single = np.flatnonzero(np.diff(problem.first_mode) == 1)
    at = problem.mode_machine[problem.first_mode[single]]
    for m in np.unique(at):
        row = single[at == m]
        bound = max(bound, float(head[row].min() + shortest[row].sum() + (remaining - shortest)[row].min()))
    return bound


def _makespan_rules(
    problem: SequencingProblem, shortest: Ints, remaining: Ints
) -> list[tuple[str, Floats, Floats, float, float]]:
    never = np.zeros(problem.n_operations)
    most_work, longest = remaining.astype(float), shortest.astype(float)
    return [
        ("most work remaining", most_work, never, 1.0, 1.0),
        ("most work remaining, few changeovers", most_work, never, 1.0, 0.2),
        ("longest operation", longest, never, 1.0, 1.0),
        ("shortest operation", -longest, never, 1.0, 1.0),
        ("most work after this", most_work - longest, never, 1.0, 1.0),
    ]


def _tardiness_rules(
    problem: SequencingProblem, shortest: Ints, remaining: Ints
) -> list[tuple[str, Floats, Floats, float, float]]:
    latest = (problem.due[problem.job] - remaining).astype(float)
    weight = np.log(np.maximum(problem.weight[problem.job], 1e-9) / np.maximum(remaining, 1.0))
    mean = max(float(shortest.mean()), 1e-9)
    change = max(float(problem.changeover.mean()), 1e-9)
    rules = [("earliest due time", -latest, np.zeros(problem.n_operations), 1.0, 1.0)]
    for look in (2.0, 1.0, 4.0, 0.5):
        for setup_look in (0.3, 1.0):
            name = f"apparent tardiness cost {look} {setup_look}"
            rules.append((name, weight, latest, look * mean, setup_look * change))
    return [*rules[1:], rules[0]]
