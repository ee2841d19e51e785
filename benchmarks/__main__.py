"""``python -m benchmarks``: measures, prints each figure beside its goal, and says on which machine."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from importlib import import_module

from benchmarks import speed
from benchmarks.machine import describe

SPEED: dict[str, Callable[[bool], Iterator[speed.Figure]]] = {
    "start": speed.start, "year": speed.year, "decade": speed.decade, "small": speed.small, "fixed": speed.fixed,
    "workers": speed.workers,
}  # fmt: skip
ROOMS = {  # figures too; their modules take a second to import
    "promise": ("promise", "promise"), "network": ("network", "network"), "coverage": ("coverage", "coverage"), "crn": ("crn", "narrowing"),
    "sweep": ("sweep_cost", "cost"),
    "loop": ("planning_loop", "loop"), "factory": ("factory", "factory"),
    "stages": ("stages", "cost_of"), "customers": ("customers", "customers"),
}  # fmt: skip
PLANNERS = {
    "kpi": ("kpi", "full_year"), "lotsizing": ("lotsizing", "main"),
    "sequencing": ("sequencing", "run"), "forecast": ("forecast", "run"),
}  # fmt: skip
GROUPS = {"speed": tuple(SPEED), "planning": ("lotsizing", "factory", "sequencing", "forecast", "loop")}
ABOUT = {
    "start": "e2esim --help",
    "year": "one year of mattress_maker at full scale: one replication, the whole command, memory",
    "fixed": "mattress_maker at scale 0.02: the whole command, and the shares of simulating and of drawing the report",
    "workers": "as_is against to_be at scale 0.1, one worker against two",
    "decade": "ten years against one (scale 0.1; --full: scale 1)",
    "small": "the tests' small world at 1,000,000 customers: per-order SimPy against the engine",
    "promise": "batch allocation of a book of 10,000 orders, a backorder run, one request, capable-to-promise",
    "network": "20,000 stock points for a year; a serial chain beside stockpyl and SupplyNetPy (E2ESIM_PEERS=their Python)",
    "coverage": "how often 95 % intervals of ten replications hold the truth on the shipped company (100 years at scale 0.02; --full: 200)",
    "crn": "how much narrower pairs on common random numbers are than independent runs (8 pairs of half a year at scale 0.05)",
    "sweep": "CPU that a sweep itself takes a point: 2,000 points of a company that does nothing (--full: 10,000)",
    "stages": "what each stage of the chain that data switch on costs: CPU of a run with it over one without (three minutes)",
    "customers": "5,000,000 customers with an open journey each: time and memory",
    "kpi": "all KPIs with breakdowns of a full year",
    "speed": "start, year, decade, small, fixed and workers",
    "planning": "lotsizing, factory, sequencing, forecast and loop: gaps and times of everything that plans",
    "loop": "weekly MPS and its growth with items, nightly netting and ATP, waves, call-offs",
    "lotsizing": "lot plans of 200 items x 52 weeks against their bounds",
    "factory": "plans of 1,000 and 10,000 orders by the week and by the hour; the tight case (E2ESIM_CASES=its folder)",
    "sequencing": "job shops of Taillard and flexible shops",
    "forecast": "statistical forecasts of seeded series against seasonal naive",
}


def main() -> None:
    """Measure what the command line names; all speed figures without a name."""
    width = max(map(len, ABOUT))
    listing = "\n".join(f"  {name:{width}s}  {about}" for name, about in ABOUT.items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=f"Speed and memory figures with their goals.\n\n{listing}",
        epilog="Without NAME: speed and kpi. Figures are medians over runs, each in a process of its own.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("name", nargs="*", metavar="NAME", help="what to measure (see above)")
    parser.add_argument("--full", action="store_true", help="more runs, ten years at scale 1 (half an hour)")
    options = parser.parse_args()
    unknown = [name for name in options.name if name not in ABOUT]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(ABOUT)}")
    begun = time.perf_counter()
    print(describe(), flush=True)
    missed = [figure.name for name in expanded(options.name or [*SPEED, "kpi"]) for figure in measure(name, options.full) if figure.met is False]
    print(f"\n{time.perf_counter() - begun:.0f} s; " + (f"goals missed: {'; '.join(missed)}" if missed else "all goals met"))


def expanded(names: list[str]) -> list[str]:
    """Names with groups replaced by their members.

    >>> expanded(["planning"])[-1]
    'loop'
    """
    return [member for name in names for member in GROUPS.get(name, (name,))]


def measure(name: str, full: bool) -> list[speed.Figure]:
    """Measure and print one benchmark; its figures with goals."""
    print(f"\n{name}: {ABOUT[name]}", flush=True)
    if name in SPEED or name in ROOMS:
        figures = []
        for figure in (SPEED[name] if name in SPEED else getattr(import_module(f"benchmarks.{ROOMS[name][0]}"), ROOMS[name][1]))(full):
            print(line(figure), flush=True)
            figures.append(figure)
        return figures
    module, function = PLANNERS[name]
    value = getattr(import_module(f"benchmarks.{module}"), function)()
    if name == "kpi":
        print(f"  {value:.3f} s, best of three")
    return []


def line(figure: speed.Figure) -> str:
    """One printed line: figure, value, processor time, goal, verdict, runs."""
    value = f"{figure.value:,.0f}" if figure.value >= 1000 else f"{figure.value:.3g}"
    goal = "" if figure.goal is None else f"goal {'<=' if figure.most else '>='} {figure.goal:,g}"
    cpu = "" if figure.cpu is None else f"(cpu {figure.cpu:.3g})"
    verdict = {None: "", True: "met", False: "MISSED"}[figure.met]
    return f"  {figure.name:72s} {value:>9s} {figure.unit:3s}{cpu:13s} {goal:16s} {verdict:7s} {figure.runs} run{'s' if figure.runs > 1 else ''}"


if __name__ == "__main__":
    main()
