"""Headline KPIs of many companies and replications on all cores: one pool of processes for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from itertools import product

import polars as pl

from e2esim.domain.scenario import Scenario
from e2esim.study.company import Company, ReplicationJob, Replications, company_of
from e2esim.study.executor import Local

Progress = Callable[[float, str], None]
HEADLINE = {"scenario": pl.String, "replication": pl.Int32, "kpi": pl.String, "unit": pl.String, "value": pl.Float64}


def headlines(
    scenarios: Mapping[str, Scenario | Company], *, replications: int, first: int = 0, workers: int = 0, progress: Progress | None = None
) -> pl.DataFrame:
    """Run replications of every scenario; headline KPIs as rows scenario, replication (from 0), kpi, unit, value: see `replicated`."""
    return headline_rows(replicated(scenarios, replications=replications, first=first, workers=workers, progress=progress))


def headline_rows(tables: Mapping[ReplicationJob, pl.DataFrame]) -> pl.DataFrame:
    """Headline KPIs of replications as one table, in their order."""
    rows = [
        headline(table).with_columns(scenario=pl.lit(job.company), replication=pl.lit(job.replication, dtype=pl.Int32)) for job, table in tables.items()
    ]
    return pl.concat(rows).select(*HEADLINE)


def replicated(
    scenarios: Mapping[str, Scenario | Company], *, replications: int, first: int = 0, workers: int = 0, progress: Progress | None = None
) -> dict[ReplicationJob, pl.DataFrame]:
    """Run replications of every scenario; the KPI table of each, in the order of scenarios and replications.

    Parameters
    ----------
    scenarios
        By name; the rows come back in this order.
    replications, first
        Of each scenario: numbers ``first`` to ``first + replications - 1``.
    workers
        Processes; 0 = one a core, 1 = no other process.
    progress
        Told the share done and what has just finished.

    Raises
    ------
    Exception
        What a replication raised; `WorkerDied` if its process was killed twice.
    """
    jobs = [ReplicationJob(company=name, replication=k) for name, k in product(scenarios, range(first, first + replications))]
    return run_jobs(scenarios, jobs, workers, progress)


def run_jobs(
    scenarios: Mapping[str, Scenario | Company], jobs: Sequence[ReplicationJob], workers: int = 0, progress: Progress | None = None
) -> dict[ReplicationJob, pl.DataFrame]:
    """KPI tables of any jobs, in their order; as of `replicated`. Jobs of one company should stand together: it is opened once for them."""
    tell = progress or (lambda share, text: None)
    tables: dict[ReplicationJob, pl.DataFrame] = {}
    work = Replications({name: company_of(scenario) for name, scenario in scenarios.items()})
    with closing(Local(workers=workers).each(work, jobs)) as ended:
        for one in ended:
            tables[one.job] = one.value().table
            tell(len(tables) / len(jobs), f"{one.job.company}, replication {one.job.replication + 1}")
    return {job: tables[job] for job in jobs}


def headline(table: pl.DataFrame) -> pl.DataFrame:
    """Values over all of a KPI table: kpi, unit, value."""
    return table.filter(pl.col("dimension") == "all").select("kpi", "unit", "value")
