"""The baseline gate: whether the model of today's firm meets the firm's own figures (table ``history_kpis``), KPI by KPI.

Where it does not, or there are none, what a study finds is a difference in the model and not a gain of the firm.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from e2esim.domain.scenario import Scenario
from e2esim.kpi.catalogue import CATALOGUE
from e2esim.study.calibrate import Figure, figures, grows

YEAR_D = 330  # [days] a run that counts fewer is no year


@dataclass(frozen=True, kw_only=True)
class BaselineGate:
    """The figures of the last year with what the base made of them.

    ``shut``: why differences may not be called gains: '' (they may), 'none' (no usable figures), 'short' (the run is no year) or 'off' (figures
    not met).
    """

    figures: tuple[Figure, ...] = ()
    shut: str = ""
    days: int = 0

    @property
    def open(self) -> bool:
        """True if differences may be called gains."""
        return not self.shut

    @property
    def off(self) -> tuple[Figure, ...]:
        """Figures that are not met, the worst first."""
        missed = [one for one in self.figures if not one.met]
        return tuple(sorted(missed, key=lambda one: -abs(one.gap) if one.found is not None else -math.inf))


def baseline_gate(scenario: Scenario, tables: Sequence[pl.DataFrame]) -> BaselineGate:
    """Hold the mean of the base's replications against the figures of its last year.

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
    means = pl.concat(tables).group_by("kpi", "dimension", "member").agg(pl.col("value").mean())
    values = {(kpi, dimension, member): value for kpi, dimension, member, value in means.iter_rows()}
    scale = scenario.settings.scale
    found = []
    for one in asked:
        value = values.get((one.kpi, one.dimension, one.member))
        found.append(replace(one, found=value if value is None or not grows(CATALOGUE[one.kpi].unit) else value / scale))
    days = scenario.settings.horizon.days - scenario.settings.horizon.warmup_days
    missed = any(not one.met for one in found)
    return BaselineGate(figures=tuple(found), shut="short" if days < YEAR_D else "off" if missed else "", days=days)
