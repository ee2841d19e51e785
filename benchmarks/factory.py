"""Benchmark of the factory planner: seeded problems of three sizes, and real cases when E2ESIM_CASES names their
folder.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np

from e2esim.planning.factory.neutral import read_neutral
from e2esim.planning.factory.planner import late_pieces, plan
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.result import PlanResult
from e2esim.planning.factory.synthetic import synthetic_problem

LIMITS_S = {"n1000": 10.0, "n10000": 2.0, "n10000_tight": 10.0}


def run() -> None:
    """Plan every problem three times and print median time and scores (the first compilation of kernels is not
    counted).
    """
    plan(
        synthetic_problem(np.random.default_rng(0), finished=3, parts=4, bought=5, centres=3, orders=30, weeks=8),
        rounds=5,
    )
    print(
        f"{'problem':<16}{'limit_s':>8}{'wall_s':>8}{'P1_%':>8}{'P2_%':>8}{'P3_%':>8}{'late':>6}{'objective':>11}{'bound':>9}{'lots':>7}"
    )
    for name, problem, limit in _problems():
        results = [plan(problem, time_limit_s=limit, seed=seed) for seed in (1, 2, 3)]
        print(_line(name, problem, limit, results))


def _problems() -> list[tuple[str, PlanProblem, float]]:
    made = [
        (f"made_{n}", synthetic_problem(np.random.default_rng(7), orders=n, load=load), limit)
        for n, load, limit in ((1000, 0.8, 5.0), (10_000, 0.9, 2.0), (10_000, 0.97, 10.0))
    ]
    root = os.environ.get("E2ESIM_CASES")
    found = [(n, read_neutral(Path(root) / "planner" / n), s) for n, s in LIMITS_S.items()] if root else []
    return made + found


def _line(name: str, problem: PlanProblem, limit: float, results: list[PlanResult]) -> str:
    scores = np.median([_scores(problem, r) for r in results], axis=0)
    wall, objective = np.median([r.wall_s for r in results]), np.median([r.objective for r in results])
    late, bound, lots = scores[3], results[0].bound, results[0].lot_qty.size
    return (
        f"{name:<16}{limit:>8.1f}{wall:>8.2f}"
        + "".join(f"{s:>8.2f}" for s in scores[:3])
        + f"{late:>6.0f}{objective:>11.0f}{bound:>9.0f}{lots:>7d}"
    )


def _scores(problem: PlanProblem, result: PlanResult) -> list[float]:
    late = late_pieces(problem, result.delivery_order, result.delivery_day, result.delivery_qty)
    shares = [
        100.0 * (1.0 - late[rows].sum() / problem.order_qty[rows].sum())
        for rows in (problem.order_priority == k for k in (1, 2, 3))
    ]
    return [*shares, float((late > 1e-6).sum())]


if __name__ == "__main__":
    started = time.perf_counter()
    run()
    print(f"{time.perf_counter() - started:.0f} s")
