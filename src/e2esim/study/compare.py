"""Two or more scenarios side by side: paired differences under common random numbers, with honest words.

Replication k of every scenario uses the streams (seed, k), so that what differs is the scenario. Each difference comes with its
Student t interval over the pairs; a difference inside its interval is called "no difference seen".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from e2esim.domain.scenario import Scenario
from e2esim.study.intervals import interval
from e2esim.study.pool import Progress, headlines


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One KPI of one scenario against the base: means, paired difference and its interval.

    ``narrowing`` is how many times fewer replications the pairing needs than independent runs (variance ratio); None where
    nothing varies.
    """

    kpi: str
    unit: str
    base: float
    other: float
    difference: float
    ci_low: float
    ci_high: float
    narrowing: float | None

    @property
    def seen(self) -> bool:
        """True if the interval lies on one side of zero."""
        return self.ci_low > 0.0 or self.ci_high < 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """All differences against the first scenario, by scenario name; ``per_replication`` holds every value behind them."""

    base: str
    replications: int
    differences: Mapping[str, tuple[Difference, ...]]
    per_replication: pl.DataFrame


def paired(kpi: str, unit: str, base: list[float], other: list[float]) -> Difference:
    """Paired difference of two aligned series of replications.

    >>> d = paired("otif", "share", [0.90, 0.80, 0.85], [0.95, 0.86, 0.90])
    >>> round(d.difference, 4), d.seen
    (0.0533, True)
    """
    gaps = [b - a for a, b in zip(base, other, strict=True)]
    mean, low, high = interval(gaps)
    apart, together = _variance(base) + _variance(other), _variance(gaps)
    return Difference(
        kpi=kpi,
        unit=unit,
        base=math.fsum(base) / len(base),
        other=math.fsum(other) / len(other),
        difference=mean,
        ci_low=low,
        ci_high=high,
        narrowing=apart / together if together > 0.0 else None,
    )


def compare(scenarios: Mapping[str, Scenario], *, replications: int, workers: int = 0, progress: Progress | None = None) -> Comparison:
    """Run every scenario with the same seeds and compare each with the first.

    Raises
    ------
    ValueError
        If there are fewer than two scenarios or replications, or their horizons differ.
    """
    if len(scenarios) < 2 or replications < 2:
        raise ValueError("a comparison needs at least two scenarios and two replications")
    if len({s.settings.horizon for s in scenarios.values()}) > 1 or len({s.settings.seed for s in scenarios.values()}) > 1:
        raise ValueError("scenarios to compare must have the same horizon and seed")
    together = headlines(scenarios, replications=replications, workers=workers, progress=progress)
    base, *others = scenarios
    return Comparison(
        base=base, replications=replications, per_replication=together, differences={other: differences(together, base, other) for other in others}
    )


def differences(table: pl.DataFrame, base: str, other: str) -> tuple[Difference, ...]:
    """Differences of all KPIs that both scenarios have in every replication, in the order of the table."""
    pairs = table.filter(pl.col("scenario") == base).join(
        table.filter(pl.col("scenario") == other), on=["replication", "kpi", "unit"], how="inner", suffix="_other", maintain_order="left"
    )
    found = []
    for (kpi, unit), part in pairs.group_by("kpi", "unit", maintain_order=True):
        known = part.filter(pl.col("value").is_finite() & pl.col("value_other").is_finite()).sort("replication")
        if len(known) == len(part) and len(known) >= 2:
            found.append(paired(str(kpi), str(unit), known["value"].to_list(), known["value_other"].to_list()))
    return tuple(found)


def _variance(values: list[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1)
