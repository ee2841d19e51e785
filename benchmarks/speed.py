"""The speed and memory figures of the engine: a year, ten years, the command line, and the small world in both forms."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.machine import Measured, median, process, worker

JOURNEYS = 700_000
YEAR_D = 365


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured figure, its goal and what the runs were; ``most`` false = at least the goal, ``goal`` None = information.

    ``cpu`` is the same figure in processor time, which other work on the machine does not stretch.
    """

    name: str
    value: float
    unit: str
    runs: int
    cpu: float | None = None
    goal: float | None = None
    most: bool = True

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without a goal."""
        if self.goal is None:
            return None
        return self.value <= self.goal if self.most else self.value >= self.goal


def _several(runs: int, task: str, *args: object) -> list[Measured]:
    return [worker(task, *args) for _ in range(runs)]


def _wall(runs: list[Measured]) -> float:
    return median([run.said["wall_s"] for run in runs])


def _cpu(runs: list[Measured]) -> float:
    return median([run.said["cpu_s"] for run in runs])


def year(full: bool) -> Iterator[Figure]:
    """One replication of a year of mattress_maker at full scale, then the whole command with its output."""
    n = 5 if full else 3
    runs = _several(n, "year", 1.0, YEAR_D)
    yield Figure(name="mattress_maker, 1 year, one replication, compiled", value=_wall(runs), cpu=_cpu(runs), unit="s", goal=15.0, runs=n)
    yield Figure(name="its peak memory", value=max(run.peak_gb for run in runs), unit="GB", goal=2.0, runs=n)
    yield Figure(name="its consumer journeys", value=runs[0].said["journeys"], unit="", goal=JOURNEYS, most=False, runs=n)
    whole = [_command() for _ in range(n if full else 1)]
    yield Figure(
        name="e2esim run scenario=mattress_maker --json, whole process",
        value=median([w.wall_s for w in whole]),
        cpu=median([w.cpu_s for w in whole]),
        unit="s",
        runs=len(whole),
    )
    yield Figure(name="its peak memory", value=max(w.peak_gb for w in whole), unit="GB", goal=2.0, runs=len(whole))


def fixed(full: bool) -> Iterator[Figure]:
    """What a run costs however small the company: the whole command at scale 0.02, and the shares of simulating and of drawing."""
    n = 5 if full else 3
    whole = [_command("scale=0.02") for _ in range(n)]
    bare = [_command("scale=0.02", "--no-report") for _ in range(n)]
    one = _several(n, "year", 0.02, YEAR_D)
    cpu = median([run.cpu_s for run in whole])
    undrawn = median([run.cpu_s for run in bare])
    yield Figure(
        name="e2esim run scenario=mattress_maker scale=0.02, whole process", value=median([run.wall_s for run in whole]), cpu=cpu, unit="s", goal=3.0, runs=n
    )
    yield Figure(name="one replication of it, kernels loaded", value=_wall(one), cpu=_cpu(one), unit="s", runs=n)
    yield Figure(name="that replication over the whole process, processor time", value=_cpu(one) / cpu, unit="x", runs=n)
    yield Figure(name="report.html over the whole process, processor time", value=(cpu - undrawn) / cpu, unit="x", runs=n)


def workers(full: bool) -> Iterator[Figure]:
    """A comparison of two companies for a year at scale 0.1, in one process and in two, told by its ratio of wall times."""
    n = 3 if full else 1
    one, two = ([_comparison(count) for _ in range(n)] for count in (1, 2))
    walls = [median([run.wall_s for run in runs]) for runs in (one, two)]
    for name, wall, runs in zip(("one worker", "two workers"), walls, (one, two), strict=True):
        yield Figure(name=f"as_is against to_be, 2 replications each, {name}", value=wall, cpu=median([run.cpu_s for run in runs]), unit="s", runs=n)
    yield Figure(name="one worker over two", value=walls[0] / walls[1], unit="x", goal=1.8, most=False, runs=n)


def _comparison(count: int) -> Measured:
    rivals = ("mattress_maker/as_is", "mattress_maker/to_be")
    with tempfile.TemporaryDirectory() as folder:
        how = ("scale=0.1", "--replications", "2", "--workers", str(count), "--json", "--quiet")
        return process([*command(), "compare", *rivals, *how], cwd=Path(folder))


def _command(*words: str) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        return process([*command(), "run", "scenario=mattress_maker", *words, "--json", "--quiet", "--out", str(here / "run")], cwd=here)


def command() -> list[str]:
    """The installed command beside this Python, else the module."""
    script = Path(sys.executable).with_name("e2esim")
    return [str(script)] if script.exists() else [sys.executable, "-m", "e2esim.cli.main"]


def decade(full: bool) -> Iterator[Figure]:
    """Ten years against one, at scale 0.1 unless everything is measured."""
    scale, n = (1.0, 3) if full else (0.1, 1)
    one, ten = _several(max(n, 3), "year", scale, YEAR_D), _several(n, "year", scale, 10 * YEAR_D)
    what = f"at scale {scale:g}"
    yield Figure(name=f"1 year {what}", value=_wall(one), cpu=_cpu(one), unit="s", runs=len(one))
    yield Figure(name=f"10 years {what}", value=_wall(ten), cpu=_cpu(ten), unit="s", runs=n)
    yield Figure(name="10 years over 1 year", value=_wall(ten) / _wall(one), cpu=_cpu(ten) / _cpu(one), unit="x", goal=10.5, runs=n)
    for name, runs in (("1 year", one), ("10 years", ten)):
        yield Figure(name=f"peak memory, {name} {what}", value=max(run.peak_gb for run in runs), unit="GB", runs=len(runs))


def start(full: bool) -> Iterator[Figure]:
    """The help of the command line."""
    n = 15 if full else 7
    runs = [process([*command(), "--help"]) for _ in range(n)]
    yield Figure(name="e2esim --help", value=median([run.wall_s for run in runs]), cpu=median([run.cpu_s for run in runs]), unit="s", goal=0.6, runs=n)


def small(full: bool) -> Iterator[Figure]:
    """The oracle's small world for a year at 1,000,000 customers: per-order SimPy and the engine through its scenario format."""
    n = 3 if full else 1
    fast = _several(max(n, 3), "engine", 1_000_000)
    yield Figure(name="small world, 1,000,000 customers, engine (read, build, simulate)", value=_wall(fast), cpu=_cpu(fast), unit="s", runs=len(fast))
    yield Figure(name="its order lines", value=fast[0].said["lines"], unit="", runs=len(fast))
    yield Figure(name="its peak memory", value=max(run.peak_gb for run in fast), unit="GB", runs=len(fast))
    for collector in ("on", "off"):
        slow = _several(n, "per_order", 1_000_000, collector)
        name = f"per-order SimPy, garbage collector {collector}"
        yield Figure(name=name, value=_wall(slow), cpu=_cpu(slow), unit="s", runs=n)
        yield Figure(name="its peak memory", value=max(run.peak_gb for run in slow), unit="GB", runs=n)
        yield Figure(
            name=f"per-order over engine, collector {collector}", value=_wall(slow) / _wall(fast), cpu=_cpu(slow) / _cpu(fast), unit="x",
            goal=20.0 if collector == "on" else None, most=False, runs=n,
        )  # fmt: skip
