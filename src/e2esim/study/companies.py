"""Companies without markets as a study runs them: networks that refill by rules, and factories that plan, promise and execute."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import polars as pl

from e2esim.domain.network_company import NetworkCompany
from e2esim.kpi.network import UNITS, measure_network
from e2esim.kpi.planned import KPIS, measure_planned
from e2esim.planning.factory.buying import unit_prices
from e2esim.simulate.factory.facts import PlannedCompany, RunRules
from e2esim.simulate.factory.run import PlannedRun
from e2esim.simulate.network import simulate_network
from e2esim.study.company import Replicated, Tell, Trial


@dataclass(frozen=True, kw_only=True)
class RefillingCompany:
    """A network whose stock points refill by rules; replication k draws from the streams (seed, k)."""

    company: NetworkCompany

    def open(self) -> Trial:
        """Nothing is to be built."""
        return self._replicate

    def _replicate(self, replication: int, tell: Tell | None = None) -> Replicated:
        company = self.company
        outcome = simulate_network(company.network, company.clock, seed=company.settings.seed, replication=replication, book=False, progress=tell)
        return Replicated(table=_overall({name: (UNITS[name], value) for name, value in measure_network(outcome).totals.items()}))


@dataclass(frozen=True, kw_only=True)
class PlanningCompany:
    """A factory that plans, promises and executes night by night; replication k has its own luck."""

    company: PlannedCompany
    rules: RunRules

    def open(self) -> Trial:
        """Nothing is to be built."""
        return self._replicate

    def _replicate(self, replication: int, tell: Tell | None = None) -> Replicated:
        outcome = PlannedRun(self.company, self.rules, replication).advance(None, progress=tell)
        measured = measure_planned(outcome, self.company.material_value(), partial(unit_prices, self.company.case.facts))
        return Replicated(table=_overall({kpi.name: (kpi.unit, measured[kpi.name]) for kpi in KPIS}))


def _overall(found: dict[str, tuple[str, float]]) -> pl.DataFrame:
    """KPIs of the whole company as a table; what cannot be told is empty.

    >>> _overall({"stock": ("units", 4.0), "load": ("%", float("nan"))}).select("kpi", "dimension", "value").rows()
    [('stock', 'all', 4.0), ('load', 'all', None)]
    """
    rows = [
        {"kpi": name, "unit": unit, "dimension": "all", "member": "all", "value": value if math.isfinite(value) else None, "n": 1}
        for name, (unit, value) in found.items()
    ]
    return pl.DataFrame(rows, schema={"kpi": pl.String, "unit": pl.String, "dimension": pl.String, "member": pl.String, "value": pl.Float64, "n": pl.Int64})
