"""A tournament: every option of a group of settings on the same orders and random numbers, each against each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import permutations

import polars as pl

from e2esim.domain.scenario import Scenario
from e2esim.study.compare import Difference, compare, differences
from e2esim.study.judged import MATERIAL, holm, matters
from e2esim.study.pool import Progress


@dataclass(frozen=True, kw_only=True, eq=False)
class Tournament:
    """What a tournament found.

    Parameters
    ----------
    base
        The contender that the table compares the others with.
    contenders
        All of them, the base first.
    replications
        Pairs behind each interval.
    means
        Contender -> KPI -> mean over the replications; KPIs that cannot be told are left out.
    differences
        (contender, against) -> KPI -> paired difference of the first to the second, for every ordered pair; the pairs of a KPI are judged
        together.
    per_replication
        Every value: scenario, replication, kpi, unit, value.
    """

    base: str
    contenders: tuple[str, ...]
    replications: int
    means: Mapping[str, Mapping[str, float]]
    differences: Mapping[tuple[str, str], Mapping[str, Difference]]
    per_replication: pl.DataFrame

    def beats(self, one: str, other: str, kpi: str, *, higher: bool = True) -> bool | None:
        """True if ``one`` is better than ``other`` in ``kpi``, False if worse, None if no difference is seen."""
        gap = self.differences[one, other].get(kpi)
        if gap is None or not gap.seen:
            return None
        return (gap.difference > 0.0) == higher


def tournament(contenders: Mapping[str, Scenario], *, base: str, replications: int, workers: int = 0, progress: Progress | None = None) -> Tournament:
    """Run every contender with the same seeds and compare each with each, pair by pair.

    Parameters
    ----------
    contenders
        Scenarios by name; they differ in one group of settings.
    base
        Name of the contender that the table compares with.
    replications
        At least two.
    workers
        Processes; 0 = one a core.
    progress
        Told the share done and what has just finished.

    Raises
    ------
    ValueError
        If the base is no contender, there are fewer than two contenders or replications, or their horizons differ.
    """
    if base not in contenders:
        raise ValueError(f"the base {base!r} is none of the contenders {', '.join(contenders)}")
    ordered = {base: contenders[base]} | {name: scenario for name, scenario in contenders.items() if name != base}
    found = compare(ordered, replications=replications, workers=workers, progress=progress)
    table = found.per_replication
    pairs = _judged({(one, other): {gap.kpi: gap for gap in differences(table, other, one)} for one, other in permutations(ordered, 2)})
    known = table.filter(pl.col("value").is_finite()).group_by("scenario", "kpi").agg(pl.col("value").mean())
    means: dict[str, dict[str, float]] = {name: {} for name in ordered}
    for name, kpi, value in known.iter_rows():
        means[name][kpi] = value
    return Tournament(base=base, contenders=tuple(ordered), replications=replications, means=means, differences=pairs, per_replication=table)


def _judged(pairs: Mapping[tuple[str, str], Mapping[str, Difference]]) -> dict[tuple[str, str], dict[str, Difference]]:
    """Correct the p of each KPI for the number of pairs; the two sides of a pair count once."""
    corrected: dict[tuple[frozenset[str], str], float] = {}
    once = {frozenset(pair): gaps for pair, gaps in pairs.items()}
    for kpi in {kpi for gaps in once.values() for kpi in gaps}:
        known = [pair for pair, gaps in once.items() if kpi in gaps]
        ps = holm([once[pair][kpi].p for pair in known])
        corrected |= {(pair, kpi): p for pair, p in zip(known, ps, strict=True)}

    def told(pair: tuple[str, str], gap: Difference) -> Difference:
        return replace(gap, p_family=corrected[frozenset(pair), gap.kpi], family=len(once), matters=matters(gap.unit, gap.base, MATERIAL))

    return {pair: {kpi: told(pair, gap) for kpi, gap in gaps.items()} for pair, gaps in pairs.items()}
