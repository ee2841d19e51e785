"""Sequencing against an enumeration of all sequences, and the literature's job shops where they are at hand."""

import itertools
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.planning.sequencing import ScheduleGoal, ScheduleStatus, SequencingProblem, breaches, job_shop, solve, value
from e2esim.planning.sequencing.dispatch import by_rules, lower_bound, shortest_durations, work_remaining
from e2esim.planning.sequencing.dispatch_kernels import dispatch


def generated(
    seed: int, jobs: int, machines: int, *, goal: ScheduleGoal, families: int = 1, steps: int = 2
) -> SequencingProblem:
    """A seeded shop: some operations with an alternate machine, releases, due times, weights, changeovers."""
    g = np.random.default_rng(seed)
    job = np.repeat(np.arange(jobs), steps)
    operation, machine, duration = [], [], []
    for o in range(len(job)):
        n = 1 + int(g.random() < 0.3)
        for m in g.choice(machines, min(n, machines), replace=False):
            operation.append(o)
            machine.append(int(m))
            duration.append(int(g.integers(1, 9)))
    changeover = g.integers(0, 5, (machines, families, families)) * (families > 1)
    for f in range(families):
        changeover[:, f, f] = 0
    return SequencingProblem(
        job=job, mode_operation=np.array(operation), mode_machine=np.array(machine), mode_duration=np.array(duration),
        release=g.integers(0, 4, jobs), due=g.integers(5, 20, jobs), weight=g.integers(1, 5, jobs),
        family=g.integers(0, families, len(job)), changeover=changeover, goal=goal,
    )  # fmt: skip


def enumerated(p: SequencingProblem) -> float:
    """Best of all orders of operations and all choices of alternates, each operation as early as the order lets it."""
    n = p.n_operations
    modes = [range(p.first_mode[o], p.first_mode[o + 1]) for o in range(n)]
    orders = set(itertools.permutations(p.job.tolist()))
    best = np.inf
    for choice in itertools.product(*modes):
        for order in orders:
            nxt = p.first_operation[:-1].copy()
            ready, last = p.release.copy(), np.full(p.n_machines, -1)
            end = np.zeros(n, dtype=np.int64)
            for j in order:
                o = nxt[j]
                m = p.mode_machine[choice[o]]
                free = 0 if last[m] < 0 else end[last[m]] + p.changeover[m, p.family[last[m]], p.family[o]]
                end[o] = max(ready[j], free) + p.mode_duration[choice[o]]
                ready[j], last[m], nxt[j] = end[o], o, o + 1
            best = min(best, value(p, end))
    return best


@pytest.mark.parametrize(
    ("seed", "goal", "families"),
    [(s, goal, families) for s, (goal, families) in enumerate(itertools.product(ScheduleGoal, (1, 3)))],
)
def test_optimum_equals_enumeration(seed: int, goal: ScheduleGoal, families: int) -> None:
    problem = generated(seed, 3, 2, goal=goal, families=families)
    truth = enumerated(problem)
    plan = solve(problem, time_limit_s=20.0, seed=1)
    assert plan.status is ScheduleStatus.OPTIMAL
    assert plan.objective == truth
    assert lower_bound(problem) <= truth
    assert breaches(problem, plan.machine, plan.start, plan.end) == []


@given(st.integers(0, 10**6), st.integers(1, 8), st.integers(1, 4), st.integers(1, 4), st.sampled_from(ScheduleGoal))
@settings(max_examples=60, deadline=None)
def test_rules_break_no_limit(seed: int, jobs: int, machines: int, families: int, goal: ScheduleGoal) -> None:
    """Whatever the shop: the fast rule's schedule is whole and valid, and never below the lower bound."""
    problem = generated(seed, jobs, machines, goal=goal, families=families, steps=3)
    machine, start, end, _ = by_rules(problem)
    assert breaches(problem, machine, start, end) == []
    assert value(problem, end) >= lower_bound(problem)
    assert solve(problem, time_limit_s=0.0, seed=1).objective == value(problem, end)


def slow_dispatch(
    p: SequencingProblem, urgency: np.ndarray, latest: np.ndarray, active: bool
) -> list[tuple[int, int, int]]:
    """The kernel's rule in sentences of Python, patience 10 and set-up patience 2."""
    nxt = {j: p.first_operation[j] for j in range(p.n_jobs)}
    ready = dict(enumerate(p.release.tolist()))
    row: dict[int, list[int]] = {m: [] for m in range(p.n_machines)}
    done: dict[int, tuple[int, int, int]] = {}
    while len(done) < p.n_operations:
        options = []
        for j, o in nxt.items():
            if o >= p.first_operation[j + 1]:
                continue
            ways = []
            for k in range(p.first_mode[o], p.first_mode[o + 1]):
                m = int(p.mode_machine[k])
                change = int(p.changeover[m, p.family[row[m][-1]], p.family[o]]) if row[m] else 0
                free = done[row[m][-1]][2] if row[m] else 0
                begin = max(ready[j], free + change)
                ways.append((begin + int(p.mode_duration[k]), k, begin, m, change))
            end, _, begin, m, change = min(ways)
            options.append((j, o, m, begin, end, change))
        if active:
            first = min(options, key=lambda x: (x[4], x[0]))
            fit = [x for x in options if x[2] == first[2] and x[3] < max(first[4], first[3] + 1)]
        else:
            fit = [x for x in options if x[3] == min(y[3] for y in options)]
        j, o, m, begin, end, _ = max(
            fit, key=lambda x: (urgency[x[1]] - max(latest[x[1]] - x[3], 0) / 10 - x[5] / 2, -x[0])
        )
        done[o], ready[j] = (m, begin, end), end
        row[m].append(o)
        nxt[j] += 1
    return [done[o] for o in range(p.n_operations)]


@pytest.mark.parametrize("seed", range(12))
def test_dispatch_kernel_equals_its_twin(seed: int) -> None:
    problem = generated(seed, 5, 3, goal=ScheduleGoal.TARDINESS, families=3, steps=3)
    g = np.random.default_rng(seed)
    urgency, latest = g.normal(0, 3, problem.n_operations), g.uniform(0, 20, problem.n_operations)
    machine, start, end = (np.zeros(problem.n_operations, dtype=np.int64) for _ in range(3))
    for active in (False, True):
        dispatch(
            problem.first_operation, problem.first_mode, problem.mode_machine, problem.mode_duration, problem.release,
            problem.family, problem.changeover, urgency, latest, 10.0, 2.0, active, machine, start, end,
        )  # fmt: skip
        assert list(zip(machine, start, end, strict=True)) == slow_dispatch(problem, urgency, latest, active)


def test_work_remaining_by_hand() -> None:
    problem = job_shop([[0, 1], [1, 0]], [[3, 2], [2, 4]])
    assert work_remaining(problem, shortest_durations(problem)).tolist() == [5, 2, 6, 4]


def test_changeovers_decide_the_sequence() -> None:
    """Four jobs of two families on one machine, changeover 10: one change suffices, so 4 x 5 + 10."""
    one = SequencingProblem(
        job=np.arange(4), mode_operation=np.arange(4), mode_machine=np.zeros(4, dtype=np.int64),
        mode_duration=np.full(4, 5), release=np.zeros(4, dtype=np.int64), due=np.zeros(4, dtype=np.int64),
        weight=np.ones(4, dtype=np.int64), family=np.array([0, 1, 0, 1]), changeover=np.array([[[0, 10], [10, 0]]]),
    )  # fmt: skip
    plan = solve(one, time_limit_s=10.0, seed=1)
    assert plan.objective == 30
    assert plan.status is ScheduleStatus.OPTIMAL


def test_breaches_find_each_kind() -> None:
    problem = replace(job_shop([[0, 1], [1, 0]], [[3, 2], [2, 4]]), release=np.array([1, 0]))
    plan = solve(problem, time_limit_s=10.0, seed=1)
    assert breaches(problem, plan.machine, plan.start, plan.end) == []
    too_early = breaches(problem, plan.machine, plan.start - 1, plan.end - 1)
    assert any("before" in line for line in too_early)
    longer = plan.end.copy()
    longer[3] += 1
    assert any("no mode" in line for line in breaches(problem, plan.machine, plan.start, longer))
    clash = job_shop([[0], [0]], [[3], [2]])
    assert breaches(clash, np.array([0, 0]), np.array([0, 2]), np.array([3, 4])) == [
        "machine 0: operation 1 starts at 2, before 3"
    ]


def test_every_fault_is_named_at_once() -> None:
    faults = r"release, due and weight.*mode_machine must lie in 0\.\.1.*mode_duration must be >= 0"
    with pytest.raises(ValueError, match=faults):
        replace(
            job_shop([[0, 1], [1, 0]], [[3, 2], [2, 4]]), due=np.zeros(3, dtype=np.int64),
            mode_machine=np.array([0, 1, 1, 2]), mode_duration=np.array([3, -2, 2, 4]),
        )  # fmt: skip


CASES = os.environ.get("E2ESIM_CASES")


@pytest.mark.long
@pytest.mark.skipif(not CASES, reason="E2ESIM_CASES names no folder of cases")
@pytest.mark.parametrize("name", ["ft06", "la01", "la02", "la03", "la04", "la05", "ft20", "la21", "abz5", "orb01"])
def test_job_shop_of_the_literature(name: str) -> None:
    """ft06 and la01-la05 optimal; ft20, la21, abz5 and orb01 within 2 % in 60 s."""
    case = json.loads((Path(str(CASES)) / "jobshop" / "jsp.json").read_text())[name]
    plan = solve(job_shop(case["machines"], case["durations"]), time_limit_s=60.0, seed=1)
    exact = name == "ft06" or name.startswith("la0")
    assert plan.bound <= case["optimum"] <= plan.objective
    assert plan.objective <= case["optimum"] * (1.0 if exact else 1.02)
