"""Replications of a supply network: every KPI of every stock point and work centre, and of the whole, with its mean and interval."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from e2esim.domain.network_company import NetworkCompany
from e2esim.domain.network_outcome import NetworkOutcome
from e2esim.kpi.network import UNITS, NetworkKpis, measure_network
from e2esim.simulate.network import simulate_network
from e2esim.study.intervals import mean_limits

WHOLE, POINT, CENTRE = "network", "stock_point", "work_centre"
_SCHEMA = {"kpi": pl.String, "unit": pl.String, "dimension": pl.String, "member": pl.String}


@dataclass(frozen=True, kw_only=True, eq=False)
class NetworkResult:
    """What the replications of a network found.

    ``table``: kpi, unit, dimension, member (ITEM@SITE, or a work centre), mean, ci_low, ci_high, n; ``per_replication``: KPIs of the whole network,
    one row each; ``samples``: replication, member and KPIs of stock points and work centres; ``kept``: one replication, with its book and its periods.
    """

    company: NetworkCompany
    replications: int
    wall_s: float
    table: pl.DataFrame
    per_replication: pl.DataFrame
    samples: pl.DataFrame
    kept: NetworkOutcome

    def value(self, kpi: str, member: str = "") -> float:
        """Mean of a KPI of a stock point or work centre, or of the whole network.

        Raises
        ------
        KeyError
            If there is none.
        """
        found = self.table.filter((pl.col("kpi") == kpi) & (pl.col("member") == member))
        if found.is_empty():
            raise KeyError(f"no KPI {kpi} of {member or 'the network'}")
        return float(found["mean"][0])


    def standard_error(self, members: Sequence[str], kpis: Sequence[str]) -> float:
        """Standard error of the mean of a sum of KPIs over members, from the sums of the single replications; NaN for one replication."""
        sums = self.samples.filter(pl.col("member").is_in(members)).select("replication", pl.sum_horizontal(*kpis).alias("sum"))
        values = sums.group_by("replication").sum()["sum"]
        return float(values.std() or 0.0) / len(values) ** 0.5 if len(values) > 1 else float("nan")  # type: ignore[arg-type]


def study_network(company: NetworkCompany, *, replications: int = 1, keep: int = 0, progress: Callable[[float, str], None] | None = None) -> NetworkResult:
    """Run ``replications`` of a network, one after the other, and keep book and periods of number ``keep``.

    Raises
    ------
    ValueError
        If ``replications`` is not positive or ``keep`` is not one of them.
    """
    if not 0 <= keep < replications:
        raise ValueError(f"replication {keep} is not one of {replications}")
    started = time.perf_counter()
    kept: NetworkOutcome | None = None
    measured: list[NetworkKpis] = []
    for k in range(replications):
        outcome = simulate_network(company.network, company.clock, seed=company.settings.seed, replication=k, book=k == keep)
        measured.append(measure_network(outcome))
        if k == keep:
            kept = outcome
        if progress is not None:
            progress((k + 1) / replications, f"replication {k + 1}")
    assert kept is not None
    return NetworkResult(
        company=company,
        replications=replications,
        wall_s=time.perf_counter() - started,
        table=_table(measured),
        per_replication=pl.DataFrame([{"replication": k, **m.totals} for k, m in enumerate(measured)]),
        samples=pl.concat([_samples(m, k) for k, m in enumerate(measured)], how="diagonal"),
        kept=kept,
    )


def _samples(measured: NetworkKpis, replication: int) -> pl.DataFrame:
    points = measured.points.with_columns(member=pl.format("{}@{}", "item", "site")).drop("item", "site", "level")
    centres = measured.centres.rename({"work_centre": "member"}).drop("machines")
    return pl.concat([points, centres], how="diagonal").with_columns(replication=pl.lit(replication))


def _table(measured: Sequence[NetworkKpis]) -> pl.DataFrame:
    totals = [pl.DataFrame([m.totals]) for m in measured]
    points = measured[0].points
    members = [f"{item}@{site}" for item, site in zip(points["item"], points["site"], strict=True)]
    parts = [
        _intervals(totals, WHOLE, [""]),
        _intervals([m.points for m in measured], POINT, members),
        _intervals([m.centres for m in measured], CENTRE, measured[0].centres["work_centre"].to_list()),
    ]
    return pl.concat(part for part in parts if not part.is_empty())


def _intervals(frames: Sequence[pl.DataFrame], dimension: str, members: list[str]) -> pl.DataFrame:
    """Mean and 95 % interval (`mean_limits`) of every KPI column of equal frames, one row a member and KPI; KPIs that are nowhere defined are left out."""
    names = [name for name in frames[0].columns if name in UNITS]
    if not members or not names:
        return pl.DataFrame(schema={**_SCHEMA, "mean": pl.Float64, "ci_low": pl.Float64, "ci_high": pl.Float64, "n": pl.Int64})
    values = np.stack([frame.select(names).cast(pl.Float64).to_numpy() for frame in frames])  # (replications, members, KPIs)
    there = ~np.isnan(values)
    n = there.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(there, values, 0.0).sum(axis=0) / n
        apart = np.where(there, values - mean, 0.0)
        squares = (apart**2).sum(axis=0)
        skew = (apart**3).sum(axis=0) / n / (squares / n) ** 1.5
        low, high = mean_limits(n, mean, np.sqrt(squares / np.maximum(n - 1, 1)), skew)
    frame = pl.DataFrame(
        {
            "kpi": np.tile(names, len(members)),
            "unit": np.tile([UNITS[name] for name in names], len(members)),
            "dimension": [dimension] * n.size,
            "member": np.repeat(members, len(names)),
            "mean": mean.ravel(),
            "ci_low": low.ravel(),
            "ci_high": high.ravel(),
            "n": n.ravel(),
        }
    )
    return frame.filter(pl.col("n") > 0).with_columns(pl.col("ci_low", "ci_high").fill_nan(None), pl.col("n").cast(pl.Int64))
