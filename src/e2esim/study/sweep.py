"""Many points by many replications: run what is not there yet, keep every finished replication, go on after any end.

A point is a company under a key (a hash of all that decides its numbers). Replication k of every point uses the streams (seed, k).
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import polars as pl

from e2esim.study.company import Company, ReplicationJob, Replications
from e2esim.study.design import Value
from e2esim.study.executor import Ended, Executor, WorkerDied
from e2esim.study.intervals import limited
from e2esim.study.pool import Progress, headline
from e2esim.study.store import Store, failed_row, value_rows


@dataclass(frozen=True, kw_only=True)
class Point:
    """One point: its key, the values of its factors, the company that it makes (picklable, opened in the worker)."""

    key: str
    factors: Mapping[str, Value]
    company: Company


@dataclass(frozen=True, kw_only=True)
class Job:
    """One replication (from 0) of a point."""

    key: str
    replication: int
    company: Company


class PointWork:
    """What a worker does: opens the company of a job and keeps it open for the next replication of the same point."""

    def __init__(self) -> None:
        self._last: tuple[str, Replications] | None = None

    def __call__(self, job: Job) -> pl.DataFrame:
        """Headline KPIs (kpi, unit, value) of one replication."""
        if self._last is None or self._last[0] != job.key:
            self._last = job.key, Replications({job.key: job.company})
        return headline(self._last[1](ReplicationJob(company=job.key, replication=job.replication)).table)


@dataclass(frozen=True, kw_only=True)
class SweepEnd:
    """How a sweep ended: replications done now, found done, and failed (of all)."""

    run: int
    found: int
    failed: int


def sweep(
    points: Sequence[Point], *, replications: int, executor: Executor, store: Store, first: int = 0, again: bool = False, progress: Progress | None = None
) -> SweepEnd:
    """Run every replication of every point that the store does not have.

    Parameters
    ----------
    points
        With keys of their own.
    replications, first
        Of each point: numbers ``first`` to ``first + replications - 1``.
    executor
        Where they run.
    store
        Keeps each as soon as it has ended.
    again
        Try failed ones once more.
    progress
        Told the share done and what has just ended.

    Raises
    ------
    ValueError
        If two points have one key.
    """
    if len({point.key for point in points}) < len(points):
        raise ValueError("two points of the sweep are the same")
    if again:
        store.forget_failed()
    done = store.done()
    todo = [(p, k) for p in points for k in range(first, first + replications) if (p.key, k + 1) not in done]
    whole = len(points) * replications
    tell = progress or (lambda share, text: None)
    with closing(_each(executor, todo)) as ended:
        for count, one in enumerate(ended, 1):
            store.add(rows_of(one))
            tell((whole - len(todo) + count) / max(whole, 1), f"{whole - len(todo) + count} of {whole} replications")
    keys = pl.DataFrame({"key": [point.key for point in points]})
    failed = store.rows().join(keys, on="key", how="semi").filter(pl.col("error").is_not_null())
    return SweepEnd(run=len(todo), found=whole - len(todo), failed=failed.height)


def _each(executor: Executor, todo: Sequence[tuple[Point, int]]) -> Generator[Ended[Job, pl.DataFrame], None, None]:
    jobs = (Job(key=point.key, replication=k, company=point.company) for point, k in todo)
    with closing(executor.each(PointWork(), jobs)) as ended:
        yield from ended


def rows_of(ended: Ended[Job, pl.DataFrame]) -> pl.DataFrame:
    """Rows that the store keeps of a job that has ended."""
    number = ended.job.replication + 1
    if ended.error is not None:
        kind = "" if isinstance(ended.error, WorkerDied) else f"{type(ended.error).__name__}: "
        return failed_row(ended.job.key, number, f"{kind}{ended.error}"[:500])
    return value_rows(ended.job.key, number, ended.value())


def tidy(points: Sequence[Point], rows: pl.DataFrame, replications: int) -> pl.DataFrame:
    """The table of a sweep: point (from 1), its factors, replication (from 1), kpi, unit, value, error; in the order of the points.

    Rows of other points or of more replications are left out.
    """
    names = list(points[0].factors) if points else []
    columns: dict[str, list[object]] = {"point": list(range(1, len(points) + 1)), "key": [p.key for p in points]}
    columns |= {name: [p.factors[name] for p in points] for name in names}
    table = pl.DataFrame(columns, strict=False, schema_overrides={"point": pl.Int32})
    joined = table.join(rows.filter(pl.col("replication") <= replications), on="key", how="inner", maintain_order="left_right")
    return joined.select("point", *names, "replication", "kpi", "unit", "value", "error", "key")


def responses(points: Sequence[Point], rows: pl.DataFrame, kpis: Sequence[str], numbers: range) -> list[dict[str, list[float]] | None]:
    """Values of some KPIs by point, one a replication of ``numbers`` (from 0); None for a point that lacks any of them."""
    wanted = rows.filter(pl.col("kpi").is_in(list(kpis)) & (pl.col("replication") > numbers.start) & (pl.col("replication") <= numbers.stop))
    by: dict[tuple[str, str], list[float]] = {}
    for key, kpi, value in wanted.sort("replication", maintain_order=True).select("key", "kpi", "value").iter_rows():
        if value is not None and math.isfinite(value):
            by.setdefault((key, kpi), []).append(value)
    found: list[dict[str, list[float]] | None] = []
    for point in points:
        values = {kpi: by.get((point.key, kpi), []) for kpi in kpis}
        found.append(values if all(len(v) == len(numbers) for v in values.values()) else None)
    return found


def means(table: pl.DataFrame) -> pl.DataFrame:
    """One row a point and KPI: factors, replications with a value, mean, sd, 95 % interval (`mean_limits`)."""
    names = [name for name in table.columns if name not in ("replication", "kpi", "unit", "value", "error", "key")]
    known = table.filter(pl.col("error").is_null() & pl.col("value").is_finite())
    by = known.group_by([*names, "kpi", "unit"], maintain_order=True).agg(
        replications=pl.len(), mean=pl.col("value").mean(), sd=pl.col("value").std(), skew=pl.col("value").skew()
    )
    return limited(by, "mean", "replications").drop("skew")
