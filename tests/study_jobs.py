"""Work for the tests of studies, in a module that worker processes can import."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass

import numpy as np
import polars as pl

from e2esim.study.company import Replicated, ReplicationJob, Replications, Tell


@dataclass(frozen=True)
class Fragile:
    """Work that raises for odd jobs, kills its process for jobs in ``deadly``, and squares the others."""

    deadly: tuple[int, ...] = ()

    def __call__(self, job: int) -> int:
        if job in self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        if job % 2:
            raise ValueError(f"odd {job}")
        return job * job


@dataclass(frozen=True)
class Toy:
    """A company of normal KPIs, drawn around known means: luck that belongs to the replication, noise that belongs to the company.

    ``kpis``: name -> (unit, mean, spread of the luck, spread of the own noise).
    """

    kpis: tuple[tuple[str, str, float, float, float], ...]
    name: int = 0
    seed: int = 1

    def open(self) -> Toy:
        return self

    def __call__(self, replication: int, tell: Tell | None = None) -> Replicated:
        luck = np.random.default_rng([self.seed, replication])
        own = np.random.default_rng([self.seed, replication, 1 + self.name])
        values = [mean + wide * luck.standard_normal() + noise * own.standard_normal() for _, _, mean, wide, noise in self.kpis]
        rows = [(name, unit, "all", "all", value, 100) for (name, unit, *_), value in zip(self.kpis, values, strict=True)]
        return Replicated(table=pl.DataFrame(rows, schema=["kpi", "unit", "dimension", "member", "value", "n"], orient="row"))


@dataclass(frozen=True, kw_only=True)
class ToyOfOverrides:
    """A company whose one KPI is the factor ``planning.reserve``, noisy; at .13 it cannot be opened, at .17 it kills its process."""

    overrides: tuple[str, ...]

    def open(self) -> Toy:
        level = float(dict(word.split("=") for word in self.overrides)["planning.reserve"])
        if level == 0.13:
            raise ValueError("no such company")
        if level == 0.17:
            os.kill(os.getpid(), signal.SIGKILL)
        if level == 0.19:
            time.sleep(60.0)
        return Toy((("contribution", "EUR/year", level, 0.1, 0.1), ("otif", "share", 1.0 - level, 0.01, 0.01)))


@dataclass(frozen=True, kw_only=True)
class HillOfOverrides:
    """Contribution 100 at a reserve of .1 and less around it; OTIF falls with the reserve; a factor ``planning.smoothing`` that does nothing."""

    overrides: tuple[str, ...]

    def open(self) -> Toy:
        level = float(dict(word.split("=") for word in self.overrides)["planning.reserve"])
        return Toy((("contribution", "EUR/year", 100.0 - 4000.0 * (level - 0.1) ** 2, 1.0, 0.3), ("otif", "share", 1.0 - level, 0.001, 0.001)))


class DeadlyReplications(Replications):
    """The replications of a study whose second one kills its process."""

    def __call__(self, asked: ReplicationJob, tell: Tell | None = None) -> Replicated:
        if asked.replication == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__call__(asked, tell)
