"""`e2esim promise` on planner_200: the whole process of one request, a book of orders, and requests inside one process."""

from __future__ import annotations

import csv
import datetime as dt
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.machine import ROOT, median, process
from benchmarks.speed import Figure, command

DATA = ROOT / "scenarios" / "planner_200"
CUSTOMER = "Pompes Garçon"
MISSED = ["--item", "001007", "--qty", "60", "--date", "2026-02-16", "--customer", CUSTOMER]
MET = ["--item", "001001", "--qty", "20", "--date", "2026-06-15", "--customer", CUSTOMER]


def promise(full: bool = False) -> Iterator[Figure]:
    """Plan once (not measured), then promise from the plan."""
    n = 9 if full else 5
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        process([*command(), "plan", str(DATA), "--out", "runs/p", "--time-limit", "10", "--quiet"], cwd=here)
        process([*command(), "promise", str(DATA), *MET, "--json"], cwd=here)  # compiles the modules
        for name, words in (("met on its day", MET), ("with alternatives, limit and slips", MISSED)):
            runs = [process([*command(), "promise", str(DATA), *words, "--json"], cwd=here) for _ in range(n)]
            wall, cpu = median([run.wall_s for run in runs]), median([run.cpu_s for run in runs])
            yield Figure(name=f"e2esim promise, one request {name}, whole process", value=wall, cpu=cpu, unit="s", goal=1.0, runs=n)
        lines = _book(here / "book.csv", 2_000 if full else 500)
        done = process([*command(), "promise", str(DATA), "--orders", "book.csv", "--out", "out", "--quiet"], cwd=here)
        yield Figure(name=f"e2esim promise --orders, {lines:,} lines, whole process", value=done.wall_s, cpu=done.cpu_s, unit="s", runs=1)
        yield from _inside(here / "runs" / "p", 400 if full else 100)


def _book(path: Path, count: int) -> int:
    """New orders on top of the planned ones, half of them promised once."""
    rng = np.random.default_rng(1)
    first = dt.date(2026, 1, 20)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["order", "customer", "item", "qty", "due", "priority", "promised"])
        for k in range(count):
            due = first + dt.timedelta(days=int(rng.integers(0, 250)))
            promised = due + dt.timedelta(days=int(rng.integers(0, 30))) if k % 2 else ""
            writer.writerow([f"N{k}", CUSTOMER, f"00{1001 + int(rng.integers(40))}", int(rng.integers(1, 40)), due, int(rng.integers(1, 4)), promised])
    return count


def _inside(folder: Path, count: int) -> Iterator[Figure]:
    """Random requests, each with its alternatives, inside one process."""
    from e2esim.config.plan_state.snapshot import read_snapshot
    from e2esim.planning.ctp.of_factory import state_of
    from e2esim.planning.promise.reply import reply
    from e2esim.planning.promise.sources import Wish

    kept = read_snapshot(folder)
    state, items = state_of(kept.problem, kept.result), kept.problem.items
    rng = np.random.default_rng(1)
    wall, cpu = [], []
    for _ in range(count):
        wish, item = Wish(qty=float(rng.integers(1, 100)), day=int(rng.integers(0, 300))), int(rng.integers(40))
        began = time.perf_counter(), time.process_time()
        reply(state, items, items, kept.elsewhere, wish, item, 2)
        wall.append(1000.0 * (time.perf_counter() - began[0]))
        cpu.append(1000.0 * (time.process_time() - began[1]))
    for name, share in (("median", 0.5), ("95th percentile", 0.95)):
        yield Figure(
            name=f"one request with its alternatives inside a process, {name}",
            value=float(np.quantile(wall, share)),
            cpu=float(np.quantile(cpu, share)),
            unit="ms",
            runs=count,
        )


def main() -> None:
    """Print the figures as JSON, one a line."""
    for figure in promise():
        print(json.dumps({"name": figure.name, "value": round(figure.value, 3), "cpu": figure.cpu and round(figure.cpu, 3), "unit": figure.unit}))


if __name__ == "__main__":
    main()
