"""What is measured, one task a process: ``python -m benchmarks.worker TASK ARGUMENTS`` prints one JSON object."""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import ROOT
from e2esim.config import load
from e2esim.domain.book import OrderKind
from e2esim.domain.build import build_world
from e2esim.domain.world import World
from e2esim.simulate import simulate

Figures = dict[str, float]


class Clock:
    """Wall and processor time since its birth [s]; the second one is what a quiet machine would take."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def read(self) -> Figures:
        """Return ``wall_s`` and ``cpu_s``."""
        return {"wall_s": time.perf_counter() - self.wall, "cpu_s": time.process_time() - self.cpu}


def timed(world: World) -> Figures:
    """Simulate ``world`` once: wall and processor time [s], order lines, consumer journeys (purchases of consumers)."""
    clock = Clock()
    outcome = simulate(world)
    kinds = outcome.orders.filled("kind")
    return clock.read() | {"lines": len(kinds), "journeys": int((kinds != OrderKind.REPLENISH).sum())}


def year(scale: float, days: int) -> Figures:
    """``mattress_maker`` at ``scale`` for ``days`` days, its kernels compiled and loaded by a small run before."""
    simulate(build_world(load(["scenario=mattress_maker", "scale=0.01", "horizon.days=35", "horizon.warmup_days=0"])))
    return timed(build_world(load(["scenario=mattress_maker", f"scale={scale}", f"horizon.days={days}"])))


def small_world(customers: int, days: int = 365) -> tuple[World, Figures]:
    """The world of the tests' oracle, read through the public scenario format; and the time to read and build it."""
    sys.path.insert(0, str(ROOT / "tests"))
    from oracle.world import oracle_world

    with tempfile.TemporaryDirectory() as folder:
        place = oracle_world(Path(folder) / "small", customers=customers, days=days)
        clock = Clock()
        world = build_world(load([f"scenario={place}"]))
        return world, clock.read()


def network(folder: str) -> Figures:
    """A network company: read, run without its order book, measured; its kernels compiled and loaded by a small run before."""
    from e2esim.config.places import network_place
    from e2esim.config.supply_network import open_network
    from e2esim.kpi.network import measure_network
    from e2esim.simulate.network import simulate_network

    place = network_place(folder)
    assert place is not None
    short = open_network(place, ["horizon.days=2"]).company
    simulate_network(short.network, short.clock, book=False)
    clock = Clock()
    company = open_network(place, []).company
    read = clock.read()["cpu_s"]
    outcome = simulate_network(company.network, company.clock, book=False)
    run = clock.read()["cpu_s"]
    measure_network(outcome)
    return clock.read() | {"read_s": read, "run_s": run - read}


def engine(customers: int) -> Figures:
    """The small world, one year, by the engine: read, built and simulated."""
    simulate(small_world(2_000, 28)[0])
    world, read = small_world(customers)
    done = timed(world)
    return done | {name: done[name] + read[name] for name in read}


def per_order(customers: int, collector: str) -> Figures:
    """The small world, one year, one SimPy process an order and a customer; ``collector`` on or off."""
    world, _ = small_world(customers)
    from oracle.per_order import run

    if collector == "off":
        gc.disable()
    clock = Clock()
    result = run(world, 1)
    return clock.read() | {"lines": len(result.orders)}


def journeys(customers: int) -> Figures:
    """Open journeys of ``customers`` consumers, from the purchase to the weeks after; kernels compiled and loaded by a few before."""
    from benchmarks.customers import live, ready

    live(ready(2_000), 2_000)
    run = ready(customers)
    clock = Clock()
    coming = live(run, customers)
    return clock.read() | {"coming": coming}


def main() -> None:
    """Do the task of the command line."""
    task, *args = sys.argv[1:]
    if task == "year":
        done = year(float(args[0]), int(args[1]))
    elif task == "engine":
        done = engine(int(args[0]))
    elif task == "per_order":
        done = per_order(int(args[0]), args[1])
    elif task == "journeys":
        done = journeys(int(args[0]))
    elif task == "network":
        done = network(args[0])
    else:
        raise SystemExit(f"no task {task}: year SCALE DAYS, engine CUSTOMERS, per_order CUSTOMERS on|off, network FOLDER, journeys CUSTOMERS")
    print(json.dumps(done))


if __name__ == "__main__":
    main()
