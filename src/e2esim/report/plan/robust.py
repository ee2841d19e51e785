"""How safe a plan is, in tables and words: each order's probability of being on time and the dates it can be promised for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from e2esim.planning.factory.risk import LATE_MEDIAN_D, LATE_SHARE
from e2esim.report.plan.view import PlanView, frame
from e2esim.study.intervals import mean_interval
from e2esim.study.robust import CONFIDENCES, Robustness


@dataclass(frozen=True, kw_only=True)
class SafeTier:
    """Orders of one priority: share delivered in full by the due day, as planned and over replications with its interval."""

    priority: int
    orders: int
    planned: float
    on_time: float
    low: float
    high: float


def safe_tiers(view: PlanView, robust: Robustness) -> tuple[SafeTier, ...]:
    """Share of orders on time by priority."""
    found = []
    kept = robust.completion <= robust.due + 1e-9
    for priority in np.unique(view.facts.order_priority).tolist():
        mine = view.facts.order_priority == priority
        on_time, low, high = mean_interval(kept[:, mine].mean(axis=1).tolist())
        found.append(
            SafeTier(priority=priority, orders=int(mine.sum()), planned=float((view.late[mine] <= 1e-6).mean()), on_time=on_time, low=low, high=high)
        )
    return tuple(found)


def assumed(view: PlanView) -> bool:
    """Whether the data say nothing of how late suppliers come, so that the published lateness was taken."""
    risk = view.case.risk
    return risk is None or bool(np.all(risk.source_late_share == LATE_SHARE) and np.all(risk.source_late_median_d == LATE_MEDIAN_D))


def robust_frame(view: PlanView, robust: Robustness) -> pl.DataFrame:
    """One row an order, the least safe first: probability of being on time in full, its Wilson interval, and the days by
    which it is delivered with a confidence (null: not told by so few replications, or never).
    """
    f = view.facts
    low, high = robust.kept_interval()
    first = np.lexsort((f.order_due, f.order_priority, robust.kept))
    columns: dict[str, Any] = {
        "order": np.array(f.orders, dtype=object)[first],
        "customer": np.array(view.case.order_customer, dtype=object)[first],
        **view.of_items(f.order_item[first]),
        "qty": f.order_qty[first],
        "priority": f.order_priority[first],
        "due": view.dates(f.order_due[first]),
        "on_time_probability": robust.kept[first].round(6),
        "probability_low": low[first].round(6),
        "probability_high": high[first].round(6),
    }
    for confidence in CONFIDENCES:
        columns[f"p{confidence:.0%}".rstrip("%")] = _dates(view, robust.day(confidence)[first])
    return frame(columns)


def _dates(view: PlanView, days: Any) -> pl.Series:
    """Whole days, later where a day is not over; null for never."""
    told = np.isfinite(days)
    whole = view.dates(np.where(told, np.ceil(np.where(told, days, 0.0) - 1e-9), 0).astype(np.int64))
    return pl.select(pl.when(pl.Series(told)).then(whole)).to_series()


def robust_json(view: PlanView, robust: Robustness, top: int = 10) -> dict[str, Any]:
    """What ``--json`` says: replications, on time by priority with its interval, the least safe orders that the plan has
    on time.
    """
    table = robust_frame(view, robust)
    late = set(np.array(view.facts.orders, dtype=object)[view.late > 1e-6].tolist())
    unsafe = table.filter(~pl.col("order").is_in(list(late))).head(top)
    return {
        "replications": robust.replications,
        "lateness": "assumed" if assumed(view) else "stated",
        "on_time": {
            str(t.priority): {"planned": round(t.planned, 6), "mean": round(t.on_time, 6), "ci95": [round(t.low, 6), round(t.high, 6)]}
            for t in safe_tiers(view, robust)
        },
        "least_safe": unsafe.select("order", "on_time_probability", "probability_low", "probability_high", pl.col("due", "p80").cast(pl.String)).to_dicts(),
    }
