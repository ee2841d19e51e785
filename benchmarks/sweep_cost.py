"""What a sweep itself costs a point: a company that does nothing, so that all that is measured is the study's own work."""

from __future__ import annotations

import resource
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.speed import Figure
from e2esim.study.company import Replicated, Tell, Trial
from e2esim.study.executor import Local
from e2esim.study.store import Store
from e2esim.study.sweep import Point, sweep

POINTS, GOAL = 2_000, 5.0


@dataclass(frozen=True)
class Idle:
    """A company of one KPI that takes no time."""

    level: float

    def open(self) -> Trial:
        """Nothing to build."""
        return self._run

    def _run(self, replication: int, tell: Tell | None = None) -> Replicated:
        value = self.level + float(np.random.default_rng(replication).normal())
        return Replicated(table=pl.DataFrame({"kpi": ["x"], "unit": ["EUR/year"], "dimension": ["all"], "member": ["all"], "value": [value], "n": [1]}))


def cost(full: bool) -> Iterator[Figure]:
    """CPU a point of this process and its workers together, start of the processes included (``full``: five times the points)."""
    count = POINTS * (5 if full else 1)
    points = [Point(key=f"k{k}", factors={"level": float(k)}, company=Idle(float(k))) for k in range(count)]
    for name, executor in (("in this process", Local(workers=1)), ("one worker", Local(workers=1, inline=False)), ("two workers", Local(workers=2))):
        with tempfile.TemporaryDirectory() as folder:
            before = _cpu_s()
            sweep(points, replications=1, executor=executor, store=Store(Path(folder)))
            used = _cpu_s() - before
        yield Figure(name=f"a point of a sweep of {count:,}, {name}", value=1e3 * used / count, unit="ms CPU", goal=GOAL, runs=1)


def _cpu_s() -> float:
    """Processor time of this process and of its children that have ended [s]."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
