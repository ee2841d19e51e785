"""The machine that is measured, and measuring in a process of its own: wall time and peak memory."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("e2esim", "numpy", "numba", "simpy", "ortools", "polars", "scipy", "hydra-core")
MANY_BUSY = 0.25  # load average a core above which figures are not those of a quiet machine


def describe() -> str:
    """Processor, cores, memory, load now, system, Python and package versions, one line each."""
    load = os.getloadavg()[0]
    busy = "" if load < MANY_BUSY * cores() else " (busy: times are too long and scattered)"
    return "\n".join(
        (
            f"processor  {_processor()}, {cores()} cores, {_memory_gb():.1f} GB",
            f"load       {load:.1f} runnable processes in the last minute{busy}",
            f"system     {platform.system()} {platform.release()}, Python {platform.python_version()}",
            f"packages   {', '.join(f'{name} {version(name)}' for name in PACKAGES)}",
        )
    )


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One process: wall and processor time [s], peak memory [GB], and what it printed as JSON."""

    wall_s: float
    cpu_s: float
    peak_gb: float
    said: dict[str, Any]


def process(command: Sequence[str], *, cwd: Path | None = None) -> Measured:
    """Run ``command`` and wait for it.

    Raises
    ------
    RuntimeError
        If it fails; holds the end of what it wrote on stderr.
    """
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        begun = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, stderr=err, cwd=cwd or ROOT, text=True)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if child.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {child.returncode}: {err.read()[-2000:]}")
        text = out.read().strip()
    unit = 1.0 if sys.platform == "darwin" else 1024.0
    last = text.splitlines()[-1] if text else ""
    return Measured(
        wall_s=wall, cpu_s=used.ru_utime + used.ru_stime, peak_gb=used.ru_maxrss * unit / 1e9, said=json.loads(last) if last.startswith("{") else {}
    )  # fmt: skip


def worker(task: str, *args: object) -> Measured:
    """Run a task of ``benchmarks.worker`` in its own process."""
    return process([sys.executable, "-m", "benchmarks.worker", task, *map(str, args)])


def median(values: Sequence[float]) -> float:
    """Median of several runs."""
    return float(statistics.median(values))
