"""Replications of one scenario: each KPI with its mean and Student t confidence interval.

Replication k uses the streams (seed, k): two scenarios with one seed share their random numbers, replication by replication.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import polars as pl

from e2esim.domain.build import build_world
from e2esim.domain.outcome import Outcome
from e2esim.domain.scenario import Scenario
from e2esim.domain.settings import Settings
from e2esim.domain.world import World
from e2esim.simulate.saved.state import SavedState
from e2esim.study.company import MarketCompany, Replicated, ReplicationJob, Replications
from e2esim.study.executor import Local, WorkerDied
from e2esim.study.intervals import limited, wilson

Progress = Callable[[float, str], None]
FEW = 10.0  # cases of a share, on either side, below which Student's t cannot be trusted


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

    ``table``: tidy KPIs of all dimensions (means over replications); ``per_replication``: headline KPIs, one row each; ``first``: outcome
    of replication ``kept`` (from 0), None if that is among the ``lost`` ones, whose processes were killed.
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
    kept: int = 0
    lost: tuple[int, ...] = ()


def run_study(
    scenario: Scenario,
    *,
    replications: int = 1,
    keep: int = 0,
    workers: int = 0,
    progress: Progress | None = None,
    since: SavedState | None = None,
) -> StudyResult:
    """Run ``replications`` of a scenario on ``workers`` processes (0 = as many as there are cores).

    Parameters
    ----------
    scenario
        What to run.
    replications
        How many; their numbers are 0 .. replications - 1, or ``keep`` alone if there is one.
    keep
        Number of the replication whose outcome comes back whole, from 0.
    workers
        Processes; 1 = no other process.
    progress
        Told the share done and what has just finished.
    since
        Where the one replication goes on from, if it was stopped.

    Raises
    ------
    ValueError
        If ``replications`` is not positive or ``keep`` is none of several.
    WorkerDied
        If every replication was lost with its process; where some are left, they make the result and ``lost`` names the others.
    """
    if replications < 1:
        raise ValueError(f"replications must be at least 1, got {replications}")
    if keep < 0 or (replications > 1 and keep >= replications):
        raise ValueError(f"replication {keep + 1} is none of 1 to {replications}")
    started = time.perf_counter()
    numbers = [keep] if replications == 1 else [keep, *(k for k in range(replications) if k != keep)]  # the one to keep first: it travels longest
    done, lost = _replicate(MarketCompany(scenario=scenario, since=since), numbers, keep, workers, progress or (lambda share, text: None))
    everything = pl.concat([done[k].table.with_columns(replication=pl.lit(k, dtype=pl.Int32)) for k in sorted(done)])
    headline = everything.filter(pl.col("dimension") == "all").select("replication", "kpi", "unit", "value")
    kept, table = done.get(keep), _means(everything)
    return StudyResult(
        scenario=scenario.settings.name,
        seed=scenario.settings.seed,
        replications=len(done),
        wall_s=time.perf_counter() - started,
        kpis=_kpis(table),
        table=table,
        per_replication=headline,
        settings=scenario.settings,
        first=kept.outcome if kept is not None else None,
        world=build_world(scenario) if kept is not None else None,
        kept=keep,
        lost=lost,
    )


def _replicate(company: MarketCompany, numbers: list[int], keep: int, workers: int, tell: Progress) -> tuple[dict[int, Replicated], tuple[int, ...]]:
    """Replications by number, and the numbers of those that died with their process."""
    work = Replications({"": company})
    jobs = [ReplicationJob(company="", replication=k, keep=k == keep) for k in numbers]
    done: dict[int, Replicated] = {}
    lost: list[int] = []
    if len(jobs) == 1 or workers == 1:
        for job in jobs:
            done[job.replication] = work(job, _within(tell, len(done), len(jobs), job.replication))
        return done, ()
    with closing(Local(workers=min(workers or os.cpu_count() or 1, len(jobs)), inline=False).each(work, jobs)) as ended:
        for one in ended:
            if isinstance(one.error, WorkerDied):
                lost.append(one.job.replication)
            else:
                done[one.job.replication] = one.value()
            tell((len(done) + len(lost)) / len(jobs), f"{len(done) + len(lost)} of {len(jobs)} replications")
    if not done:
        raise WorkerDied("the process of every replication was killed or crashed, twice: is there memory enough?")
    return done, tuple(sorted(lost))


def _within(tell: Progress, before: int, jobs: int, replication: int) -> Callable[[float], None]:
    return lambda share: tell((before + share) / jobs, f"replication {replication + 1}")


def _kpis(table: pl.DataFrame) -> dict[str, KpiValue]:
    rows = table.filter(pl.col("dimension") == "all").select("kpi", "unit", "value", "ci_low", "ci_high")
    return {kpi: KpiValue(value=value, unit=unit, ci_low=low, ci_high=high) for kpi, unit, value, low, high in rows.iter_rows()}


def _means(everything: pl.DataFrame) -> pl.DataFrame:
    """Mean of each KPI and member over the replications, with its 95 % interval.

    See `mean_limits`; a share of few cases, or of none that differ, takes the wider of that and Wilson's interval of all its cases together: the
    spread of replications would call certain what nobody has seen happen yet.
    """
    keys = ["kpi", "unit", "dimension", "member"]
    by = everything.group_by(keys, maintain_order=True).agg(
        value=pl.col("value").mean(), sd=pl.col("value").std(), skew=pl.col("value").skew(), runs=pl.col("value").count(), n=pl.col("n").mean(),
        hits=(pl.col("value") * pl.col("n")).sum(), cases=pl.col("n").filter(pl.col("value").is_not_null()).sum(),
    )  # fmt: skip
    told = limited(by, "value", "runs")
    hits, cases = by["hits"].to_numpy(), by["cases"].to_numpy().astype(np.float64)
    low, high = wilson(np.clip(hits / np.maximum(cases, 1.0), 0.0, 1.0) * np.maximum(cases, 1.0), np.maximum(cases, 1.0))
    rare = np.minimum(hits, cases - hits) < FEW
    told = told.with_columns(rare=pl.Series(rare) & (pl.col("unit") == "share") & (pl.col("runs") > 1) & (pl.col("cases") > 0))
    return told.with_columns(
        ci_low=pl.when("rare").then(pl.min_horizontal("ci_low", pl.Series(low))).otherwise("ci_low"),
        ci_high=pl.when("rare").then(pl.max_horizontal("ci_high", pl.Series(high))).otherwise("ci_high"),
    ).drop("sd", "skew", "hits", "cases", "rare")
