"""The stages of a network, from the customer upwards: what each ordered, held, served and cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.report.words import Words
from e2esim.study.network import WHOLE, NetworkResult

Floats = npt.NDArray[np.floating[Any]]
COST_PARTS = {
    "holding": ("holding_eur",), "backlog": ("backlog_eur",), "moving": ("ordering_eur", "shipments_eur", "transit_eur"),
    "units": ("units_eur", "overtime_eur"),
    "lost": ("lost_eur",),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class NetworkStage:
    """Stock points of one low-level code: ``points`` are their numbers; ``demand``, ``ordered`` and ``net`` (stock less backlog) are
    (periods,) [units], ``asked_for`` and ``ordered_mean`` their means after the warm-up; ``costs`` by part [EUR/period]."""

    name: str
    points: npt.NDArray[np.int64]
    demand: Floats
    ordered: Floats
    net: Floats
    fill: float
    swing: float
    asked_for: float
    ordered_mean: float
    stock: float
    backlog: float
    costs: dict[str, float]


def stages_of(result: NetworkResult, words: Words) -> list[NetworkStage]:
    """Stages of the kept replication, from the customer upwards."""
    outcome = result.kept
    network, record, tally = outcome.network, outcome.record, outcome.tally
    periods, first = outcome.window_d / outcome.clock.period_d, _first(result)
    found = []
    for level in np.unique(network.point_level).tolist():
        points = np.flatnonzero(network.point_level == level)
        demand, ordered = (record[name][points].sum(axis=0, dtype=np.float64) for name in ("demand", "ordered"))
        net = (record["on_hand"][points] - record["backlog"][points]).sum(axis=0, dtype=np.float64)
        asked = float(tally["demand"][points].sum() + tally["asked"][points].sum())
        at_once = float(tally["at_once"][points].sum() + tally["asked_at_once"][points].sum())
        varies = float(np.var(demand[first:])) if demand[first:].size > 1 else 0.0
        found.append(
            NetworkStage(
                name=_name(result, points.tolist(), int(level), words),
                points=points.astype(np.int64),
                demand=demand,
                ordered=ordered,
                net=net,
                fill=at_once / asked if asked > 0 else float("nan"),
                swing=float(np.var(ordered[first:])) / varies if varies > 1e-12 else float("nan"),
                asked_for=_mean(demand[first:]),
                ordered_mean=_mean(ordered[first:]),
                stock=_mean(record["on_hand"][points][:, first:].sum(axis=0, dtype=np.float64)),
                backlog=_mean(record["backlog"][points][:, first:].sum(axis=0, dtype=np.float64)),
                costs={part: sum(float(tally[name][points].sum()) for name in names) / periods for part, names in COST_PARTS.items()},
            )
        )
    return found


def whole_swing(result: NetworkResult, stages: list[NetworkStage]) -> float:
    """Variance of what the last stage orders over that of what customers ask of the first, NaN where it does not vary."""
    first = _first(result)
    varies = float(np.var(stages[0].demand[first:])) if stages[0].demand[first:].size > 1 else 0.0
    return float(np.var(stages[-1].ordered[first:])) / varies if varies > 1e-12 else float("nan")


def total(result: NetworkResult, kpi: str) -> float:
    """Mean of a KPI of the whole network, NaN where it is not defined."""
    found = result.table.filter((pl.col("kpi") == kpi) & (pl.col("dimension") == WHOLE))["mean"].to_list()
    return float("nan") if not found or found[0] is None else float(found[0])


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else float("nan")


def _first(result: NetworkResult) -> int:
    clock = result.kept.clock
    return int(np.ceil(clock.warmup_d / clock.period_d - 1e-9))


def _name(result: NetworkResult, points: list[int], level: int, words: Words) -> str:
    """The sites of a stage where they are few, else its number and size."""
    network, names = result.kept.network, result.company.names
    sites = list(dict.fromkeys(network.points[k].site for k in points))
    items = list(dict.fromkeys(network.points[k].item for k in points))
    if len(sites) == 1 and sites[0]:
        shared = len({network.points[k].item for k in range(network.n)}) > 1 and len({p.site for p in network.points}) == 1
        if not shared:
            return names.get(("sites", sites[0]), "") or sites[0]
    if len(items) == 1 and len(sites) == 1:
        return names.get(("items", items[0]), "") or items[0]
    return words("stage_many", k=level + 1, n=len(points))

