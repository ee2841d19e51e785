"""How often the printed 95 % intervals of ten replications hold the truth on the shipped company itself.

One study of many replications stands for the truth; ten of them drawn again and again are what a user runs. A t interval covers
95 % where replications are normal; a wild tail (late supply that nothing bounds) once made that 58 to 89 %, and a mild one 89 %:
the limits that are printed reach further towards a tail (`mean_limits`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import polars as pl

from benchmarks.speed import Figure
from e2esim.config import load
from e2esim.study.intervals import mean_interval
from e2esim.study.replicate import run_study

COMPANY = ("scenario=mattress_maker/as_is", "scale=0.02")
KPIS = ("otif", "lead_time", "csat", "contribution", "turnover", "operating_result")
DRAWN, TIMES, GOAL = 10, 4000, 0.92


def coverage(full: bool) -> Iterator[Figure]:
    """Share of the intervals of ten that hold the mean of 100 replications (``full``: 200), by KPI."""
    count = 200 if full else 100  # of 60, the share of intervals that hold is itself known to two points only
    study = run_study(load(list(COMPANY)), replications=count, progress=told)
    rng = np.random.default_rng(3)
    picks = np.array([rng.choice(count, DRAWN, replace=False) for _ in range(TIMES)])
    for kpi in KPIS:
        values = study.per_replication.filter(pl.col("kpi") == kpi)["value"].to_numpy()
        wide = np.sqrt(1.0 - DRAWN / count)  # drawn without replacement: the ten are nearer to the mean of all than ten fresh ones
        held = [_holds(values[pick].tolist(), float(values.mean()), float(wide)) for pick in picks]
        name = f"95 % intervals of {DRAWN} runs that hold the mean of {count}: {kpi}"
        yield Figure(name=name, value=float(np.mean(held)), unit="", goal=GOAL, most=False, runs=count)


def _holds(values: list[float], truth: float, wide: float) -> bool:
    mean, low, high = mean_interval(values)
    return wide * (low - mean) <= truth - mean <= wide * (high - mean)


def told(share: float, _: str) -> None:
    print(f"\r  {100 * share:3.0f} % of the replications", end="" if share < 1.0 else "\n", file=sys.stderr, flush=True)
