"""How close the lot plans come to their bounds at a planner's size, and how fast.

Five seeded problems: 200 items x 52 weeks x 20 work centres, two routing steps, set-ups in time and money, backlog,
overtime up to half the capacity, unmet demand at four weeks of backlog. The reference bound is the linear relaxation
of the facility-location form in which a piece is made at most six weeks early and two weeks late.
"""

import sys
from typing import Final

import numpy as np

from e2esim.planning.lotsizing import LotSizingProblem, solve

WEEKS: Final = 52
REFERENCE: Final = {  # (seed, utilisation): bound [EUR], by HiGHS
    (1, 0.88): 1_697_452, (2, 0.88): 1_752_061, (3, 0.88): 1_793_635, (4, 0.80): 1_736_482, (5, 0.95): 1_728_811,
}  # fmt: skip


def planner_sized(seed: int, utilisation: float, items: int = 200, centres: int = 20) -> LotSizingProblem:
    """One year of weekly demand with a season and noise; capacity so that the mean load is ``utilisation``."""
    g = np.random.default_rng(seed)
    level = 10 + g.gamma(2, 60, items)
    phase = g.random(items)
    season = 1 + 0.3 * np.sin(2 * np.pi * (np.arange(WEEKS) / WEEKS + phase[:, None]))
    demand = np.round(level[:, None] * season * g.uniform(0.6, 1.4, (items, WEEKS)))
    number = np.arange(items)
    first, second = number % centres, (7 * number + 3) % centres
    second[second == first] = (second[second == first] + 1) % centres
    run = np.stack([g.uniform(0.5, 1.5, items), g.uniform(0.2, 0.8, items)])
    setup = np.stack([g.uniform(4, 12, items), g.uniform(2, 6, items)])
    load = np.zeros(centres)
    for step, centre in enumerate((first, second)):  # a set-up every other week
        np.add.at(load, centre, run[step] * demand.mean(axis=1) + 0.5 * setup[step])
    holding = g.uniform(0.5, 1.5, items)
    return LotSizingProblem(
        demand=demand, centre=np.stack([first, second]), run_h=run, setup_h=setup,
        capacity_h=np.repeat(load[:, None] / utilisation, WEEKS, axis=1), holding=holding,
        setup_cost=g.uniform(100, 400, items), backlog=20 * holding, unmet=80 * holding, opening_stock=np.round(level),
        overtime_cost=3.0, overtime_share=0.5,
    )  # fmt: skip


def run(times_s: tuple[float, ...] = (10.0, 40.0)) -> None:
    """Print gap to the reference bound, own proven gap and wall time for every problem and time limit."""
    print("seed  load  limit s     cost EUR   to reference  proven gap  wall s")
    for limit in times_s:
        gaps = []
        for (seed, utilisation), reference in REFERENCE.items():
            plan = solve(planner_sized(seed, utilisation), time_limit_s=limit, seed=1)
            gaps.append(plan.objective / reference - 1)
            print(
                f"{seed:4d}  {utilisation:.2f}  {limit:7.0f}  {plan.objective:11,.0f}  {gaps[-1]:12.2%}"
                f"  {plan.gap:10.2%}  {plan.wall_s:6.1f}",
                flush=True,
            )
        print(f"limit {limit:.0f} s: mean {np.mean(gaps):.2%}, worst {max(gaps):.2%}")


if __name__ == "__main__":
    run(tuple(float(a) for a in sys.argv[1:]) or (10.0, 40.0))
