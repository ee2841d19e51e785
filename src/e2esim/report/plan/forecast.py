"""What demand planning says, in tables and words: forecast by item, channel and week, and what each of its steps was worth."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from rich.table import Table
from rich.text import Text

from e2esim.planning.demand.classes import DemandClass
from e2esim.planning.demand.holdout import StepScore
from e2esim.planning.demand.net_demand import NetDemand


def forecast_frame(demand: NetDemand) -> pl.DataFrame:
    """One row an item, channel and week: statistical, with promotions, with overrides, consumed by orders, net, planned."""
    plan, data = demand.plan, demand.data
    series, weeks = demand.net.shape
    adjusted = plan.adjusted

    def of_series(values: Any) -> list[Any]:
        return [value for value in values for _ in range(weeks)]

    first = np.datetime64(data.today, "D") + np.round(plan.edges[:-1]).astype("timedelta64[D]")
    return pl.DataFrame(
        {
            "item": of_series(item for item, _ in plan.keys),
            "name": of_series(data.item_name),
            "channel": of_series(channel for _, channel in plan.keys),
            "unit": of_series(data.unit),
            "class": of_series(kind.value for kind in plan.kind),
            "method": of_series(plan.method),
            "level_since": pl.Series(of_series(_days(data.today, plan.stepped)), dtype=pl.Date),
            "week": pl.Series(np.tile(first, series)),
            "statistical": adjusted.statistical.ravel().round(3),
            "promoted": adjusted.promoted.ravel().round(3),
            "forecast": adjusted.final.ravel().round(3),
            "consumed": (adjusted.final - demand.net).ravel().round(3),
            "net": demand.net.ravel().round(3),
            "planned": demand.planned.ravel(),
        }
    )


def _days(today: dt.date, days: npt.NDArray[np.float64]) -> list[dt.date | None]:
    return [today + dt.timedelta(days=int(day)) if math.isfinite(day) else None for day in days]


def accuracy_frame(demand: NetDemand) -> pl.DataFrame:
    """One row a step for all series, each class and each series; empty where history is too short to hold any out."""
    rows = [
        {
            "level": s.level, "item": s.item, "channel": s.channel, "class": s.kind, "series": s.series, "step": s.step,
            "wape": _told(s.wape), "bias": _told(s.bias), "mase": _told(s.mase), "value_added": _told(s.added),
        }
        for s in demand.plan.scores
    ]  # fmt: skip
    texts, figures = ("level", "item", "channel", "class", "step"), ("wape", "bias", "mase", "value_added")
    schema = {"level": pl.String, "item": pl.String, "channel": pl.String, "class": pl.String, "series": pl.Int64, "step": pl.String}
    assert set(texts) < set(schema)
    return pl.DataFrame(rows, schema=schema | dict.fromkeys(figures, pl.Float64), orient="row")


def _told(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None


def forecast_json(demand: NetDemand) -> dict[str, Any]:
    """Classes, methods, quantities and accuracy of each step over all series."""
    plan = demand.plan
    parts = Counter(part for method in plan.method for part in method.split("+"))
    return {
        "series": len(plan.keys),
        "weeks": plan.edges.size - 1,
        "classes": {kind.value: count for kind in DemandClass if (count := sum(k is kind for k in plan.kind))},
        "stepped": int(np.isfinite(plan.stepped).sum()),
        "methods": dict(sorted(parts.items(), key=lambda pair: (-pair[1], pair[0]))),
        "forecast": round(float(plan.adjusted.final.sum()), 3),
        "consumed": round(float((plan.adjusted.final - demand.net).sum()), 3),
        "net": round(float(demand.net.sum()), 3),
        "judged_periods": plan.judged,
        "accuracy": {s.step: {"wape": _told(s.wape), "bias": _told(s.bias), "mase": _told(s.mase), "value_added": _told(s.added)} for s in _of(demand, "all")},
    }


def _of(demand: NetDemand, level: str) -> list[StepScore]:
    return [score for score in demand.plan.scores if score.level == level]


def forecast_words(demand: NetDemand) -> str:
    """Series, classes and quantities in two lines."""
    told = forecast_json(demand)
    classes = ", ".join(f"{count} {kind}" for kind, count in told["classes"].items())
    ordered = told["consumed"] / told["forecast"] if told["forecast"] else 0.0
    return (
        f"{told['series']:,} series of item and channel ({classes}), {told['weeks']} weeks\n"
        f"Forecast {told['forecast']:,.0f}, of which orders hold {ordered:.0%}; {told['net']:,.0f} still to come"
    )


def accuracy_table(table: Table, demand: NetDemand, *, classes: bool) -> Table:
    """Fill a table of the columns series, step, WAPE, bias, MASE, value added: all series, and if asked each class."""
    for level in ("all", "class") if classes else ("all",):
        for score in _of(demand, level):
            name = "all" if level == "all" else score.kind
            table.add_row(
                Text(name), Text(score.step), _share(score.wape), _share(score.bias, sign=True), f"{score.mase:.2f}" if math.isfinite(score.mase) else "-",
                "" if score.step in ("mean of a year", "seasonal naive") else _share(score.added, sign=True),
            )  # fmt: skip
    return table


def _share(value: float, *, sign: bool = False) -> str:
    if not math.isfinite(value):
        return "-"
    return f"{value:+.1%}" if sign else f"{value:.1%}"


def methods_words(demand: NetDemand) -> str:
    """How often each method was chosen, alone or in a mean."""
    told = forecast_json(demand)["methods"]
    return "Methods chosen: " + ", ".join(f"{name} {count}" for name, count in told.items())
