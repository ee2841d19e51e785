"""Capable-to-promise against the loaded plan of planner_200: seconds to lay the plan out, milliseconds a request.

The scenario has the size of the published problem on which frePPLe answers in 1 ms (median) and 44 ms (p95), never
moving a planned order; neither do these answers. Requests are drawn like the book's own orders, due on any day of the
year. `slips` says who would have to give way; it has no goal.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.speed import Figure
from e2esim.config.plan_data import read_plan_data
from e2esim.planning.ctp.capable import capable
from e2esim.planning.ctp.model import DAY
from e2esim.planning.ctp.of_factory import promised_orders, state_of
from e2esim.planning.ctp.request import Request
from e2esim.planning.ctp.slips import slips
from e2esim.planning.factory.planner import plan
from e2esim.planning.factory.problem import PlanProblem

DATA: Final = Path(__file__).resolve().parents[1] / "scenarios" / "planner_200"
BUILD_GOAL_S: Final = 0.3
P95_GOAL_MS: Final = 50.0
REQUESTS: Final = 500
SLIPS: Final = 25


def ctp(full: bool = False) -> Iterator[Figure]:
    """Build time, then the spread of the answers' times, each with its processor time."""
    problem = read_plan_data(DATA).case.remainder().problem
    result = plan(problem, time_limit_s=30.0 if full else 10.0)
    state_of(problem, result)
    clock = _Clock()
    state = state_of(problem, result)
    wall, cpu = clock.read()
    yield Figure(name="capable-to-promise: the plan of 10,000 orders laid out", value=wall, cpu=cpu, unit="s", goal=BUILD_GOAL_S, runs=1)
    wished, times, answers = _requests(problem, REQUESTS), [], []
    for request in wished:
        clock = _Clock()
        answers.append(capable(state, request))
        times.append(clock.read())
    for name, share, goal in (("median", 50, None), ("p95", 95, P95_GOAL_MS), ("slowest", 100, None)):
        wall, cpu = (1e3 * float(np.percentile(column, share)) for column in zip(*times, strict=True))
        yield Figure(name=f"one request against it, {name}", value=wall, cpu=cpu, unit="ms", goal=goal, runs=REQUESTS)
    late = [request for request, answer in zip(wished, answers, strict=True) if not answer.on_time]
    yield Figure(name="requests later than wanted", value=100.0 * len(late) / len(wished), unit="%", runs=REQUESTS)
    promised, times = promised_orders(problem, result), []
    for request in late[:SLIPS]:
        clock = _Clock()
        slips(state, request, promised)
        times.append(clock.read())
    if times:
        wall, cpu = (float(np.percentile(column, 95)) for column in zip(*times, strict=True))
        yield Figure(name="who would slip so that it is met, p95", value=wall, cpu=cpu, unit="s", runs=len(times))


class _Clock:
    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        """Wall and processor time since birth [s]."""
        return time.perf_counter() - self.wall, time.process_time() - self.cpu


def _requests(problem: PlanProblem, n: int) -> list[Request]:
    """Requests like the book's own orders, of middle priority, half of them in one delivery."""
    rng = np.random.default_rng(1)
    rows = rng.integers(len(problem.orders), size=n)
    due = rng.integers(0, 7 * problem.n_weeks // 2, size=n)
    return [
        Request(
            name=f"request {k}",
            buffer=problem.items[problem.order_item[row]],
            quantity=float(problem.order_qty[row]),
            due=int(day) * DAY,
            priority=2,
            partial=bool(k % 2),
        )
        for k, (row, day) in enumerate(zip(rows, due, strict=True))
    ]


def main() -> None:
    """Print all figures."""
    for figure in ctp():
        print(f"  {figure.name:60s} {figure.value:9.3g} {figure.unit:3s} cpu {figure.cpu if figure.cpu is not None else float('nan'):8.3g}", flush=True)


if __name__ == "__main__":
    main()
