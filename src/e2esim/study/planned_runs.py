"""Planned runs many times: replications with their intervals."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from e2esim.domain.planned_outcome import PlannedOutcome
from e2esim.kpi.planned import KPIS, measure_planned
from e2esim.planning.factory.buying import unit_prices
from e2esim.simulate.factory.facts import PlannedCompany, RunRules
from e2esim.simulate.factory.made_plans import MadePlans
from e2esim.simulate.factory.run import PlannedRun
from e2esim.study.intervals import mean_interval

Floats = npt.NDArray[np.float64]
Tell = Callable[[float, str], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class PlannedStudy:
    """Replications of a planned run: the outcome of the first, and every KPI of all.

    `values` is (replications, n_kpis) in the order of `KPIS`; `run` is the first replication where it stands, `plans` what it has planned.
    """

    company: PlannedCompany
    rules: RunRules
    run: PlannedRun
    first: PlannedOutcome
    values: Floats
    wall_s: float
    plans: MadePlans

    @property
    def replications(self) -> int:
        """How many."""
        return int(self.values.shape[0])

    def kpis(self) -> dict[str, tuple[float, float, float]]:
        """Mean and 95 % interval of every KPI over the replications that can tell it; nan where none can."""
        found = {}
        for kpi, column in zip(KPIS, self.values.T, strict=True):
            told = [float(x) for x in column if math.isfinite(x)]
            found[kpi.name] = mean_interval(told) if told else (math.nan,) * 3
        return found


def replicate_run(
    company: PlannedCompany, rules: RunRules, *, replications: int = 1, until: int | None = None, progress: Tell | None = None, keep_plans: bool = False
) -> PlannedStudy:
    """Run a company `replications` times, to the night before day `until`; replication k has its own luck; `keep_plans`: of the first, for others.

    >>> from e2esim.simulate.factory.synthetic import synthetic_company
    >>> replicate_run(synthetic_company(1), RunRules(days=14, rounds=0), replications=2).replications
    2
    """
    began = time.perf_counter()
    value, price = company.material_value(), partial(unit_prices, company.case.facts)
    runs: list[PlannedRun] = []
    outcomes: list[PlannedOutcome] = []
    rows, plans = [], MadePlans(keep=keep_plans)
    for k in range(replications):
        tell = None if progress is None else _part(progress, k, replications)
        run = PlannedRun(company, rules, k, None if k else plans)
        outcome = run.advance(until, progress=tell)
        runs, outcomes = runs or [run], outcomes or [outcome]
        measured = measure_planned(outcome, value, price)
        rows.append([measured[kpi.name] for kpi in KPIS])
    wall_s = time.perf_counter() - began
    return PlannedStudy(company=company, rules=rules, run=runs[0], first=outcomes[0], values=np.array(rows), wall_s=wall_s, plans=plans)


def _part(progress: Tell, k: int, of: int) -> Callable[[float], None]:
    return lambda share: progress((k + share) / of, f"replication {k + 1} of {of}" if of > 1 else "run")
