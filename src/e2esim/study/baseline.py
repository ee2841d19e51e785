"""The baseline gate: whether the model of today's firm meets the firm's own figures (table ``history_kpis``), KPI by KPI.

Where it does not, or there are none, what a study finds is a difference in the model and not a gain of the firm.

The gate opens where every figure is met (`e2esim.study.history.Figure.verdict`): the mean of the runs lies within the tolerance, and its interval
leaves out twice the tolerance. It is an equivalence test (D. J. Schuirmann 1987; of models A. P. Robinson and R. E. Froese 2004) with the
burden of proof on the model: where the runs are too few to tell, more are run, and if they do not tell either it stays shut and says how many
would. From 3, 6, 12 to 20 runs (20,000 draws each, tolerance 2 %): a model that is off by 5 % in one figure opens it in 0 / .1 / .6 / 1.3 % of the
studies where a year of that figure varies by 1 / 2 / 3 / 4 % by chance, one that is right in 100 / 99.9 / 99.3 / 96.2 %.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl
from scipy import special

from e2esim.domain.scenario import Scenario
from e2esim.study.history import SURELY, Figure, beside, figures

YEAR_D = 330  # [days] a run that counts fewer is no year
GATE_RUNS = 20  # runs of the base, in all, that the gate may ask for (assumed): the mean is then known to half a standard deviation of a year


@dataclass(frozen=True, kw_only=True)
class BaselineGate:
    """The figures of the last year with what ``runs`` runs of the base made of them.

    ``shut``: why differences may not be called gains: '' (they may), 'none' (no usable figures), 'short' (the run is no year), 'off' (figures
    not met) or 'few' (none is off, but the runs are too few to tell: some ``needed`` in all would).
    """

    figures: tuple[Figure, ...] = ()
    shut: str = ""
    days: int = 0
    runs: int = 0
    needed: int = 0

    @property
    def open(self) -> bool:
        """True if differences may be called gains."""
        return not self.shut

    @property
    def off(self) -> tuple[Figure, ...]:
        """Figures that are not met, the worst first."""
        return self._worst("off")

    @property
    def unknown(self) -> tuple[Figure, ...]:
        """Figures of which the runs cannot tell, the furthest first."""
        return self._worst("unknown")

    def _worst(self, verdict: str) -> tuple[Figure, ...]:
        some = [one for one in self.figures if one.verdict == verdict]
        return tuple(sorted(some, key=lambda one: -abs(one.gap) if one.found is not None else -math.inf))


def baseline_gate(scenario: Scenario, tables: Sequence[pl.DataFrame]) -> BaselineGate:
    """Hold the base's replications against the figures of its last year.

    Parameters
    ----------
    scenario
        The base, with its table ``history_kpis``.
    tables
        Its KPI tables of all dimensions, one a replication.
    """
    try:
        asked = figures(scenario.tables.get("history_kpis"))
    except ValueError:
        return BaselineGate(shut="none")
    found = beside(asked, tables, scenario.settings.scale)
    days = scenario.settings.horizon.days - scenario.settings.horizon.warmup_days
    verdicts = {one.verdict for one in found}
    shut = "short" if days < YEAR_D else "off" if "off" in verdicts else "few" if "unknown" in verdicts else ""
    return BaselineGate(figures=found, shut=shut, days=days, runs=len(tables), needed=max((needed(one, len(tables)) for one in found), default=0))


def told_gate(scenario: Scenario, tables: Sequence[pl.DataFrame], more: Callable[[int, int], Sequence[pl.DataFrame]], most: int = GATE_RUNS) -> BaselineGate:
    """The gate after as many more runs of the base as it takes to tell, up to ``most`` in all.

    Parameters
    ----------
    scenario, tables
        As of `baseline_gate`.
    more
        Runs replications of the base: the first number and how many; returns their tables.
    most
        Runs of the base in all.
    """
    gate, known = baseline_gate(scenario, tables), list(tables)
    while gate.shut == "few" and len(known) < most:
        wanted = min(2 * len(known), most)  # few looks: each is one more chance of being wrong
        known += more(len(known), wanted - len(known))
        gate = baseline_gate(scenario, known)
    return gate


def needed(one: Figure, runs: int) -> int:
    """Runs that would tell whether a figure is met, if spread and mean stay as they are; as many as there were where they tell already.

    >>> from dataclasses import replace
    >>> made = Figure(kpi="turnover", dimension="all", member="all", history=100.0, tolerance=0.02, fitted=False)
    >>> needed(replace(made, found=100.0, low=95.0, high=105.0, spread=2.0), 3), needed(replace(made, found=100.0, low=99.0, high=101.0, spread=0.4), 3)
    (4, 3)
    """
    if one.verdict != "unknown":
        return runs
    gap, level = abs(one.gap), 0.975
    room = SURELY * one.tolerance - gap if one.met else gap - one.tolerance
    count = runs + 1
    while count < 1000 and float(special.stdtrit(count - 1, level)) * one.chance / math.sqrt(count) > room:
        count += 1
    return count
