"""The factory planner beside its goals: made-up factories by the week and by the hour; the planner's case when E2ESIM_CASES names its folder."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.machine import median
from benchmarks.speed import Figure
from e2esim.planning.factory.neutral import read_neutral
from e2esim.planning.factory.planner import late_pieces, plan
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.result import PlanResult
from e2esim.planning.factory.shifts import hours_by_week, shifts_of
from e2esim.planning.factory.synthetic import synthetic_problem

WALL_GOAL_S: Final = 10.0
OPEN_H: Final = (6.0, 22.0)  # Monday to Friday
CASE: Final = "n10000_tight"
CASE_GOALS: Final = {"P1 on time": 100.0, "P2 on time": 99.9, "P3 on time": 99.0}  # % of pieces
CASE_LATE: Final = 45  # orders
CASE_DELAY_D: Final = 0.25  # of a P3 piece
CASE_LONGEST_D: Final = 30  # of any


def factory(full: bool = False) -> Iterator[Figure]:
    """Plans of 1,000 and 10,000 orders by the week, of 10,000 by the hour, and the tight case; the compilation of kernels is not counted."""
    seeds = (1, 2, 3) if full else (1,)
    small = {"finished": 3, "parts": 4, "bought": 5, "centres": 3, "orders": 30, "weeks": 8}
    for warm in (synthetic_problem(np.random.default_rng(0), **small), by_the_hour(synthetic_problem(np.random.default_rng(0), **small))):
        plan(warm, rounds=5)
    for name, orders, load, limit in (("1,000 orders", 1000, 0.8, 5.0), ("10,000 orders", 10_000, 0.9, 2.0), ("10,000 orders, tight", 10_000, 0.97, 10.0)):
        yield from _plans(f"{name} by the week", synthetic_problem(np.random.default_rng(7), orders=orders, load=load), limit, seeds)
    yield from _plans("10,000 orders by the hour", by_the_hour(synthetic_problem(np.random.default_rng(7), load=0.9)), WALL_GOAL_S, seeds, WALL_GOAL_S)
    root = os.environ.get("E2ESIM_CASES")
    if root:
        yield from _case(read_neutral(Path(root) / "planner" / CASE), seeds)


def by_the_hour(problem: PlanProblem) -> PlanProblem:
    """The same factory with machines of two shifts, Monday to Friday, that have the mean hours of every work centre."""
    first, last = OPEN_H
    week = 5.0 * (last - first)
    machines = []
    for hours in problem.capacity_h.mean(axis=1).tolist():
        count = max(1, round(hours / week))
        days = [(24.0 * (7 * w + d) + first, 24.0 * (7 * w + d) + last, 0) for w in range(problem.n_weeks) for d in range(5)]
        machines.append([(hours / (count * week), days)] * count)
    shifts = shifts_of(machines)
    return replace(problem, shifts=shifts, capacity_h=hours_by_week(shifts, problem.n_weeks))


def _plans(name: str, problem: PlanProblem, limit_s: float, seeds: tuple[int, ...], goal_s: float | None = None) -> Iterator[Figure]:
    wall, cpu, done = _timed(problem, limit_s, seeds)
    yield Figure(name=f"{name}, limit {limit_s:g} s: time of a plan", value=wall, cpu=cpu, unit="s", goal=goal_s, runs=len(seeds))
    yield Figure(name="its late orders", value=median([float((_late(problem, r) > 1e-6).sum()) for r in done]), unit="", runs=len(seeds))
    yield Figure(name="its weighted late pieces", value=median([r.objective for r in done]), unit="", runs=len(seeds))
    yield Figure(name="proven least", value=done[0].bound, unit="", runs=1)


def _case(problem: PlanProblem, seeds: tuple[int, ...]) -> Iterator[Figure]:
    """The worst of the runs by every goal of the tight case."""
    wall, cpu, done = _timed(problem, WALL_GOAL_S, seeds)
    runs = len(seeds)
    yield Figure(name=f"{CASE}: time of a plan", value=wall, cpu=cpu, unit="s", runs=runs)
    for rank, (name, goal) in enumerate(CASE_GOALS.items(), 1):
        rows = problem.order_priority == rank
        share = min(100.0 * (1.0 - _late(problem, r)[rows].sum() / problem.order_qty[rows].sum()) for r in done)
        yield Figure(name=f"{CASE}: {name}, by pieces", value=round(float(share), 1), unit="%", goal=goal, most=False, runs=runs)
    days = [np.maximum(r.delivery_day - problem.order_due[r.delivery_order], 0) for r in done]
    third = problem.order_priority == len(CASE_GOALS)
    delay = [
        float((r.delivery_qty * d)[third[r.delivery_order]].sum() / problem.order_qty[third].sum()) for r, d in zip(done, days, strict=True)
    ]
    late = max(float((_late(problem, r) > 1e-6).sum()) for r in done)
    yield Figure(name=f"{CASE}: late orders", value=late, unit="", goal=CASE_LATE, runs=runs)
    yield Figure(name=f"{CASE}: mean delay of a P3 piece", value=max(delay), unit="d", goal=CASE_DELAY_D, runs=runs)
    yield Figure(name=f"{CASE}: longest delay", value=float(max(d.max(initial=0) for d in days)), unit="d", goal=CASE_LONGEST_D, runs=runs)


def _timed(problem: PlanProblem, limit_s: float, seeds: tuple[int, ...]) -> tuple[float, float, list[PlanResult]]:
    """Median wall and processor time of a plan, and the plans."""
    cpu, done = [], []
    for seed in seeds:
        begun = time.process_time()
        done.append(plan(problem, time_limit_s=limit_s, seed=seed))
        cpu.append(time.process_time() - begun)
    return median([r.wall_s for r in done]), median(cpu), done


def _late(problem: PlanProblem, result: PlanResult) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return late_pieces(problem, result.delivery_order, result.delivery_day, result.delivery_qty)


def main() -> None:
    """Print all figures."""
    for figure in factory():
        print(f"  {figure.name:60s} {figure.value:10.4g} {figure.unit:3s} cpu {figure.cpu if figure.cpu is not None else float('nan'):8.3g}", flush=True)


if __name__ == "__main__":
    main()
