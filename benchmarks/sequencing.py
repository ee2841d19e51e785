"""How good and how fast schedules are: Taillard's job shops, and a shop with changeovers and alternates.

The job shops come from the generator published with them (Taillard 1993, European Journal of Operational Research
64): a linear congruential sequence, two seeds an instance; the optima are the literature's.
"""

import sys
from typing import Final

import numpy as np

from e2esim.planning.sequencing import ScheduleGoal, SequencingProblem, job_shop, solve

TAILLARD: Final = {  # name: (time seed, machine seed, optimum), 15 jobs x 15 machines
    "ta01": (840612802, 398197754, 1231),
    "ta02": (1314640371, 386720536, 1244),
    "ta03": (1227221349, 316176388, 1218),
}


class Congruential:
    """x <- 16807 x mod (2^31 - 1), drawn as whole numbers."""

    def __init__(self, seed: int) -> None:
        self.x = seed

    def whole(self, low: int, high: int) -> int:
        """Next number in low..high."""
        self.x = 16807 * self.x % 2147483647
        return low + int(self.x / 2147483647 * (high - low + 1))


def taillard(time_seed: int, machine_seed: int, jobs: int = 15, machines: int = 15) -> SequencingProblem:
    """Durations 1..99, and for every job a shuffle of the machines."""
    times, order = Congruential(time_seed), Congruential(machine_seed)
    durations = [[times.whole(1, 99) for _ in range(machines)] for _ in range(jobs)]
    routes = []
    for _ in range(jobs):
        route = list(range(machines))
        for k in range(machines):
            other = order.whole(k, machines - 1)
            route[k], route[other] = route[other], route[k]
        routes.append(route)
    return job_shop(routes, durations)


def flexible(seed: int, jobs: int, machines: int, families: int = 4) -> SequencingProblem:
    """Three steps a job, a third of them with an alternate machine, changeovers between families; tardiness."""
    g = np.random.default_rng(seed)
    steps = 3
    operation, machine, duration = [], [], []
    for o in range(jobs * steps):
        for m in g.choice(machines, 1 + int(g.random() < 0.33), replace=False):
            operation.append(o)
            machine.append(int(m))
            duration.append(int(g.integers(10, 60)))
    changeover = g.integers(5, 30, (machines, families, families))
    changeover[:, np.arange(families), np.arange(families)] = 0
    span = 35 * steps * jobs // machines
    return SequencingProblem(
        job=np.repeat(np.arange(jobs), steps), mode_operation=np.array(operation), mode_machine=np.array(machine),
        mode_duration=np.array(duration), release=g.integers(0, span // 2, jobs), due=g.integers(span // 3, span, jobs),
        weight=g.integers(1, 5, jobs), family=g.integers(0, families, jobs * steps), changeover=changeover,
        goal=ScheduleGoal.TARDINESS,
    )  # fmt: skip


def run(time_limit_s: float = 30.0) -> None:
    """Print the rule's and CP-SAT's value, its bound, and the wall times."""
    print("problem            best known    rule  rule s     plan    bound   gap  wall s")
    problems = {name: (taillard(a, b), str(best)) for name, (a, b, best) in TAILLARD.items()}
    problems |= {f"flexible {n} jobs": (flexible(n, n, 6), "") for n in (10, 30, 2000)}
    for name, (problem, known) in problems.items():
        rule = solve(problem, time_limit_s=0.0, seed=1)
        plan = solve(problem, time_limit_s=time_limit_s, seed=1)
        print(
            f"{name:18s} {known:>10s} {rule.objective:8.0f} {rule.wall_s:7.3f} {plan.objective:8.0f} {plan.bound:8.0f}"
            f" {plan.gap:6.1%} {plan.wall_s:6.1f}",
            flush=True,
        )


if __name__ == "__main__":
    run(*(float(a) for a in sys.argv[1:2]))
