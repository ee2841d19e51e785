"""Headline KPIs of many scenarios and replications on all cores: one pool of processes for all of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import product
from multiprocessing import get_context
from typing import Any

import polars as pl

from e2esim.domain.build import build_world
from e2esim.domain.scenario import Scenario
from e2esim.domain.world import World
from e2esim.kpi import measure
from e2esim.simulate import simulate

Progress = Callable[[float, str], None]
Job = tuple[str, int]  # name of a scenario, replication


def headlines(scenarios: Mapping[str, Scenario], *, replications: int, workers: int = 0, progress: Progress | None = None) -> pl.DataFrame:
    """Run replications 0.. of every scenario; headline KPIs as rows scenario, replication, kpi, unit, value.

    Parameters
    ----------
    scenarios
        By name; the rows come back in this order.
    replications
        Of each scenario.
    workers
        Processes; 0 = one a core, 1 = no other process.
    progress
        Told the share done and what has just finished.
    """
    jobs = list(product(scenarios, range(replications)))
    tell = progress or (lambda share, text: None)
    size = min(workers or os.cpu_count() or 1, len(jobs))
    tables: dict[Job, pl.DataFrame] = {}
    _WORLDS.clear()
    for job, table in _alone(scenarios, jobs) if size == 1 else _together(scenarios, jobs, size):
        tables[job] = table
        tell(len(tables) / len(jobs), f"{job[0]}, replication {job[1] + 1}")
    _WORLDS.clear()
    return pl.concat([tables[job].with_columns(scenario=pl.lit(job[0]), replication=pl.lit(job[1])) for job in jobs])


def _alone(scenarios: Mapping[str, Scenario], jobs: list[Job]) -> Iterator[tuple[Job, pl.DataFrame]]:
    for job in jobs:
        yield job, _headline(scenarios, job)


def _together(scenarios: Mapping[str, Scenario], jobs: list[Job], size: int) -> Iterator[tuple[Job, pl.DataFrame]]:
    """Tables in order of their end; at most twice the workers are in flight."""
    todo = iter(jobs)
    # forkserver: a fork of a process with polars threads can hang
    with ProcessPoolExecutor(size, mp_context=get_context("forkserver"), initializer=_prepare, initargs=(dict(scenarios),)) as pool:
        flying: dict[Future[Any], Job] = {}
        while True:
            while len(flying) < 2 * size and (job := next(todo, None)) is not None:
                flying[pool.submit(_one, job)] = job
            if not flying:
                return
            done, _ = wait(flying, return_when=FIRST_COMPLETED)
            for future in done:
                yield flying.pop(future), future.result()


_SCENARIOS: dict[str, Scenario] = {}
_WORLDS: dict[str, World] = {}  # the last one used: jobs come scenario by scenario


def _prepare(scenarios: dict[str, Scenario]) -> None:
    _SCENARIOS.update(scenarios)


def _one(job: Job) -> pl.DataFrame:
    return _headline(_SCENARIOS, job)


def _headline(scenarios: Mapping[str, Scenario], job: Job) -> pl.DataFrame:
    name, replication = job
    if name not in _WORLDS:
        _WORLDS.clear()
        _WORLDS[name] = build_world(scenarios[name])
    frame = measure(simulate(_WORLDS[name], replication=replication)).frame
    return frame.filter(pl.col("dimension") == "all").select("kpi", "unit", "value")
