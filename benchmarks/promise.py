"""The promise: batch allocation of a whole book, a backorder run, one request, capable-to-promise; each beside its goal.

LP_VALUE: the value of the generated books if every line could be split, by HiGHS (15 to 28 s on this kind of machine).
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from benchmarks.machine import ROOT, median, process
from benchmarks.speed import Figure, command
from e2esim.planning.book.allocate import allocate
from e2esim.planning.book.order_book import breaches
from e2esim.planning.book.synthetic import generated_book

LP_VALUE: Final = {(2, 0.93): 320_795.4, (3, 0.93): 327_081.6, (4, 0.80): 311_529.6, (5, 1.05): 329_899.6}
SHARE_GOAL: Final = 99.3  # % of the LP value
WALL_GOAL_S: Final = 1.0
OTHERS: Final = (("promise_command", "promise"), ("ctp", "ctp"))  # module, function


def promise(full: bool = False) -> Iterator[Figure]:
    """All figures of the promise."""
    yield from batch(5 if full else 3)
    yield from backorders(5 if full else 3)
    for module, function in OTHERS:
        if find_spec(f"benchmarks.{module}") is not None:
            yield from getattr(import_module(f"benchmarks.{module}"), function)(full)


def batch(runs: int) -> Iterator[Figure]:
    """Quality and time of the batch allocation on the four generated books, lines whole and in parts."""
    allocate(generated_book(1, 0.9, orders=200, items=5))  # compiles
    for whole in (True, False):
        for (seed, supply), bound in LP_VALUE.items():
            book = generated_book(seed, supply, whole=whole)
            wall, cpu = [], []
            for _ in range(runs):
                begun, spent = time.perf_counter(), time.process_time()
                done = allocate(book)
                wall.append(time.perf_counter() - begun)
                cpu.append(time.process_time() - spent)
            about = f"book of 10,000, seed {seed}, supply {supply:.2f}, lines {'whole' if whole else 'in parts'}"
            yield Figure(name=f"{about}: of LP value", value=100 * done.value(book) / bound, unit="%", goal=SHARE_GOAL, most=False, runs=1)
            yield Figure(name=f"{about}: time", value=median(wall), cpu=median(cpu), unit="s", goal=WALL_GOAL_S, runs=runs)
            if found := breaches(book, done):
                raise AssertionError(f"{about}: {found[0]}")


def backorders(runs: int) -> Iterator[Figure]:
    """The command on planner_200, 10,000 orders, from a plan that is there."""
    data = ROOT / "scenarios" / "planner_200"
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        process([*command(), "plan", str(data), "--out", "runs/p", "--time-limit", "10", "--quiet"], cwd=here)
        done = [process([*command(), "backorders", str(data), "--json", "--quiet"], cwd=here) for _ in range(runs)]
        told = done[-1].said
        name = f"e2esim backorders, {told['winners']} win, {told['losers']} lose of {told['orders']:,}, whole process"
        yield Figure(name=name, value=median([run.wall_s for run in done]), cpu=median([run.cpu_s for run in done]), unit="s", runs=runs)


def main() -> None:
    """Print all figures as JSON lines."""
    for figure in promise():
        print(json.dumps({"name": figure.name, "value": figure.value, "unit": figure.unit, "goal": figure.goal, "met": figure.met}), flush=True)


if __name__ == "__main__":
    main()
