"""Two or more scenarios side by side: paired differences under common random numbers, with honest words.

Replication k of every scenario uses the streams (seed, k), so that what differs is the scenario. Each difference comes with its
Student t interval over the pairs; whether it is called a difference is decided for the KPIs that are shown together
(`e2esim.study.judged`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from e2esim.domain.scenario import Scenario
from e2esim.study.company import Company
from e2esim.study.judged import MATERIAL, Difference, judged, paired
from e2esim.study.pool import Progress, headlines

__all__ = ["Comparison", "Difference", "Rule", "compare", "differences", "paired"]


KNOWN = 0.1  # share of a difference: known so well it needs no more runs (A. M. Law 2015, 9.4.1: a relative error of .15 at most)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How many replications a comparison runs.

    ``precision``: until the paired half-width of every judged KPI is at most this share of its base, or of the least size that counts where the
    base is near zero (`e2esim.study.judged.size`), or at most a tenth of the difference; None = ``replications`` and no more.
    ``most``: but no more than so many.
    """

    replications: int = 10
    precision: float | None = None
    most: int = 200


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """All differences against the first scenario, by scenario name; ``per_replication`` holds every value behind them.

    ``family``: the KPIs judged together, over all scenarios; the others are judged together among themselves. ``wide``: judged KPIs whose
    interval is still wider than asked for. ``material``: share of the base below which a difference does not matter.
    """

    base: str
    replications: int
    differences: Mapping[str, tuple[Difference, ...]]
    per_replication: pl.DataFrame
    family: tuple[str, ...] = ()
    material: float = 0.0
    precision: float | None = None
    wide: tuple[str, ...] = ()


def compare(
    scenarios: Mapping[str, Scenario | Company],
    *,
    replications: int = 10,
    rule: Rule | None = None,
    kpis: Sequence[str] = (),
    material: float = MATERIAL,
    workers: int = 0,
    progress: Progress | None = None,
) -> Comparison:
    """Run every scenario with the same seeds and compare each with the first.

    Parameters
    ----------
    scenarios
        By name, the base first.
    replications, rule
        A fixed number, or a rule of its own.
    kpis
        Those to judge together; empty = all.
    material
        Share of the base below which a difference does not matter.
    workers, progress
        As of `headlines`.

    Raises
    ------
    ValueError
        If there are fewer than two scenarios or replications, or their horizons differ.
    """
    rule = rule or Rule(replications=replications)
    if len(scenarios) < 2 or rule.replications < 2:
        raise ValueError("a comparison needs at least two scenarios and two replications")
    settings = [s.settings for s in scenarios.values() if isinstance(s, Scenario)]
    if len({s.horizon for s in settings}) > 1 or len({s.seed for s in settings}) > 1:
        raise ValueError("scenarios to compare must have the same horizon and seed")
    table = headlines(scenarios, replications=rule.replications, workers=workers, progress=progress)
    count = rule.replications
    base, *others = scenarios
    while True:
        found = judge(table, base, others, kpis, material)
        more = still_to_run(found, kpis, rule, count)
        if not more:
            break
        table = pl.concat([table, headlines(scenarios, replications=more, first=count, workers=workers, progress=progress)])
        count += more
    gaps = [gap for name in others for gap in found[name] if not kpis or gap.kpi in kpis]
    return Comparison(
        base=base,
        replications=count,
        per_replication=table,
        differences=found,
        family=tuple(dict.fromkeys(gap.kpi for gap in gaps)),
        material=material,
        precision=rule.precision,
        wide=still_wide(gaps, rule.precision),
    )


def judge(table: pl.DataFrame, base: str, others: Iterable[str], kpis: Sequence[str] = (), material: float = 0.0) -> dict[str, tuple[Difference, ...]]:
    """Differences of all scenarios against the base: the KPIs asked for are one family, the rest another."""
    every = [(name, gap) for name in others for gap in differences(table, base, name)]
    asked = [k for k, (_, gap) in enumerate(every) if not kpis or gap.kpi in kpis]
    chosen = set(asked)
    rest = [k for k in range(len(every)) if k not in chosen]
    turnover = max((abs(gap.base) for _, gap in every if gap.kpi == "turnover"), default=0.0)
    done: dict[int, Difference] = {}
    for family in (asked, rest):
        done |= dict(zip(family, judged([every[k][1] for k in family], material, turnover), strict=True))
    return {name: tuple(done[k] for k, (whose, _) in enumerate(every) if whose == name) for name in others}


def differences(table: pl.DataFrame, base: str, other: str) -> tuple[Difference, ...]:
    """Differences of all KPIs that both scenarios have in every replication, in the order of the table; each judged alone."""
    pairs = table.filter(pl.col("scenario") == base).join(
        table.filter(pl.col("scenario") == other), on=["replication", "kpi", "unit"], how="inner", suffix="_other", maintain_order="left"
    )
    found = []
    for (kpi, unit), part in pairs.group_by("kpi", "unit", maintain_order=True):
        known = part.filter(pl.col("value").is_finite() & pl.col("value_other").is_finite()).sort("replication")
        if len(known) == len(part) and len(known) >= 2:
            found.append(paired(str(kpi), str(unit), known["value"].to_list(), known["value_other"].to_list()))
    return tuple(found)


def still_wide(gaps: Iterable[Difference], precision: float | None) -> tuple[str, ...]:
    """KPIs whose interval is wider than asked for."""
    return tuple(dict.fromkeys(gap.kpi for gap in gaps if _excess(gap, precision) > 1.0))


def _excess(gap: Difference, precision: float | None) -> float:
    """Half-width over the one that is enough: that share of what the KPI is held against, or a tenth of the difference itself; 0 if nothing is asked."""
    if precision is None or gap.precision is None or gap.size is None:
        return 0.0
    return gap.precision * gap.size / max(precision * gap.size, KNOWN * abs(gap.difference))


def still_to_run(found: Mapping[str, tuple[Difference, ...]], kpis: Sequence[str], rule: Rule, count: int) -> int:
    """Replications still to run: as many as the widest interval needs if its spread stays as it is, at most as many again as there are.

    >>> (gap,) = judged([paired("otif", "share", [0.90, 0.92, 0.91, 0.93], [0.95, 0.93, 0.96, 0.94])])
    >>> still_to_run({"to_be": (gap,)}, ["otif"], Rule(replications=4, precision=0.02), 4), still_to_run({"to_be": (gap,)}, ["otif"], Rule(), 4)
    (4, 0)
    """
    if rule.precision is None or count >= rule.most:
        return 0
    widest = max((_excess(gap, rule.precision) for gaps in found.values() for gap in gaps if not kpis or gap.kpi in kpis), default=0.0)
    if widest <= 1.0:
        return 0
    return min(max(math.ceil(count * widest**2) - count, 2), count, rule.most - count)
