"""Replications of one scenario: each KPI with its mean and Student t confidence interval.

Replication k uses the streams (seed, k): two scenarios with one seed share their random numbers, replication by replication.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import polars as pl
from scipy import stats

from e2esim.domain.build import build_world
from e2esim.domain.outcome import Outcome
from e2esim.domain.scenario import Scenario
from e2esim.domain.settings import Settings
from e2esim.domain.world import World
from e2esim.kpi import measure
from e2esim.simulate import simulate
from e2esim.study.intervals import interval

Progress = Callable[[float, str], None]


@dataclass(frozen=True, kw_only=True)
class KpiValue:
    """Mean over the replications with its interval; None where not defined."""

    value: float | None
    unit: str
    ci_low: float | None = None
    ci_high: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class StudyResult:
    """What a study of one scenario found.

    ``table``: tidy KPIs of all dimensions (means over replications); ``per_replication``: headline KPIs, one row each.
    """

    scenario: str
    seed: int
    replications: int
    wall_s: float
    kpis: dict[str, KpiValue]
    table: pl.DataFrame
    per_replication: pl.DataFrame
    settings: Settings
    first: Outcome | None
    world: World | None


def run_study(scenario: Scenario, *, replications: int = 1, workers: int = 0, progress: Progress | None = None) -> StudyResult:
    """Run ``replications`` of a scenario on ``workers`` processes (0 = as many as there are cores).

    Raises
    ------
    ValueError
        If ``replications`` is not positive.
    """
    if replications < 1:
        raise ValueError(f"replications must be at least 1, got {replications}")
    started = time.perf_counter()
    tell = progress or (lambda share, text: None)
    world = build_world(scenario)
    share = 1.0 / replications
    first = simulate(world, replication=0, progress=lambda done: tell(done * share, "replication 1"))
    tables = [measure(first).frame.with_columns(replication=pl.lit(0))]
    for k, table in _others(scenario, replications, workers):
        tables.append(table.with_columns(replication=pl.lit(k)))
        tell(len(tables) * share, f"replication {len(tables)}")
    everything = pl.concat(tables).sort("replication", maintain_order=True)
    headline = everything.filter(pl.col("dimension") == "all").select("replication", "kpi", "unit", "value")
    return StudyResult(
        scenario=scenario.settings.name,
        seed=scenario.settings.seed,
        replications=replications,
        wall_s=time.perf_counter() - started,
        kpis=_kpis(headline),
        table=_means(everything),
        per_replication=headline,
        settings=scenario.settings,
        first=first,
        world=world,
    )


def _others(scenario: Scenario, replications: int, workers: int) -> Iterator[tuple[int, pl.DataFrame]]:
    """KPI tables of replications 1.. in worker processes, as they finish; at most twice the workers are in flight."""
    todo = iter(range(1, replications))
    size = min(workers or os.cpu_count() or 1, replications - 1)
    if size < 1:
        return
    if size == 1 and workers == 1:
        world = build_world(scenario)
        for k in todo:
            yield k, measure(simulate(world, replication=k)).frame
        return
    # forkserver: a fork of a process with polars threads can hang
    with ProcessPoolExecutor(size, mp_context=get_context("forkserver"), initializer=_prepare, initargs=(scenario,)) as pool:
        flying: dict[Future[Any], int] = {}
        while True:
            while len(flying) < 2 * size and (number := next(todo, None)) is not None:
                flying[pool.submit(_one, number)] = number
            if not flying:
                return
            done, _ = wait(flying, return_when=FIRST_COMPLETED)
            for future in done:
                yield flying.pop(future), future.result()


_WORLD: list[World] = []


def _prepare(scenario: Scenario) -> None:
    _WORLD[:] = [build_world(scenario)]


def _one(replication: int) -> pl.DataFrame:
    return measure(simulate(_WORLD[0], replication=replication)).frame


def _kpis(headline: pl.DataFrame) -> dict[str, KpiValue]:
    found: dict[str, KpiValue] = {}
    for (name, unit), part in headline.group_by("kpi", "unit", maintain_order=True):
        values = [v for v in part["value"].to_list() if v is not None and math.isfinite(v)]
        if not values:
            found[str(name)] = KpiValue(value=None, unit=str(unit))
            continue
        mean, low, high = interval(values)
        known = len(values) > 1
        found[str(name)] = KpiValue(value=mean, unit=str(unit), ci_low=low if known else None, ci_high=high if known else None)
    return found


def _means(everything: pl.DataFrame) -> pl.DataFrame:
    """Mean of each KPI and member over the replications, with the Student t interval."""
    keys = ["kpi", "unit", "dimension", "member"]
    by = everything.group_by(keys, maintain_order=True).agg(
        value=pl.col("value").mean(), sd=pl.col("value").std(), runs=pl.col("value").count(), n=pl.col("n").mean()
    )
    most = int(everything["replication"].n_unique())
    factors = {k: float(stats.t.ppf(0.975, k - 1)) / math.sqrt(k) for k in range(2, most + 1)}
    half = pl.col("sd") * pl.col("runs").replace_strict(factors, default=None, return_dtype=pl.Float64)
    return by.with_columns(ci_low=pl.col("value") - half, ci_high=pl.col("value") + half).drop("sd")
