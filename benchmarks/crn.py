"""How much narrower common random numbers make a paired interval: a change of the size that a study asks about, on the shipped company."""

from __future__ import annotations

import math
from collections.abc import Iterator

from benchmarks.coverage import told
from benchmarks.speed import Figure
from e2esim.config import load
from e2esim.study.compare import compare

COMPANY = ("scenario=mattress_maker/as_is", "scale=0.05", "horizon.days=182")
CHANGE = "organisation.agents=20"  # of 24
KPIS = ("otif", "csat", "contribution")
GOAL, PAIRS = 3.0, 8


def narrowing(full: bool) -> Iterator[Figure]:
    """Half-width of independent runs over that of pairs, by KPI, for four agents fewer of 24 (``full``: twice the pairs)."""
    pairs = PAIRS * (2 if full else 1)
    runs = {"base": load(list(COMPANY)), "other": load([*COMPANY, CHANGE])}
    found = compare(runs, replications=pairs, kpis=KPIS, progress=told)
    for gap in found.differences["other"]:
        if gap.kpi in KPIS and gap.narrowing is not None:
            name = f"paired interval narrower than that of independent runs: {gap.kpi}"
            yield Figure(name=name, value=math.sqrt(gap.narrowing), unit="x", goal=GOAL, most=False, runs=pairs)
