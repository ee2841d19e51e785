"""The few settings of a planner's folder: which day it is, the title, how far what was released stays, how far to forecast."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from e2esim.config.cells import cast
from e2esim.config.grids import ROW
from e2esim.config.problems import Problem
from e2esim.config.tables import Typed
from e2esim.domain.schema import Column

FROZEN_DAYS = 14


@dataclass(frozen=True, kw_only=True)
class PlanSettings:
    """Settings; ``today`` None where none could be found (that is reported)."""

    today: dt.date | None
    title: str
    frozen_days: int = FROZEN_DAYS
    forecast_weeks: int = 26
    consume_back_weeks: int = 4
    consume_ahead_weeks: int = 2
    demand_fence_days: int = 0
    run_days: int = 0  # 0 = not stated
    replan_days: int = 7
    order_lead_days: int = 14


_TODAY = Column(name="value", kind="date", unit="YYYY-MM-DD", meaning="day 0 of the plan")
_WHOLE = {
    "frozen_days": Column(name="value", kind="int", unit="days", meaning="released is what begins sooner", low=0, high=365),
    "forecast_weeks": Column(name="value", kind="int", unit="weeks", meaning="weeks to forecast where there is history", low=0, high=104),
    "consume_back_weeks": Column(name="value", kind="int", unit="weeks", meaning="weeks before its own in which an order consumes", low=0, high=52),
    "consume_ahead_weeks": Column(name="value", kind="int", unit="weeks", meaning="weeks after its own in which an order consumes", low=0, high=52),
    "demand_fence_days": Column(name="value", kind="int", unit="days", meaning="no net forecast is planned sooner", low=0, high=365),
    "run_days": Column(name="value", kind="int", unit="days", meaning="length of a planned run", low=1, high=3650),
    "replan_days": Column(name="value", kind="int", unit="days", meaning="nights between two looks at the plan", low=1, high=365),
    "order_lead_days": Column(name="value", kind="int", unit="days", meaning="mean days from an order to come to its due day", low=0, high=365),
}
KEYS = ("today", "title", *_WHOLE)


def _first_monday(typed: Typed) -> object:
    return typed.frames["capacity"]["week_start"].min() if "capacity" in typed.frames else None


def plan_settings(typed: Typed, title: str) -> PlanSettings:
    """Read the settings from the typed tables; without a row ``today`` it is the first Monday of table capacity."""
    from e2esim.config.tidy import iso_dates

    frame, label = typed.frames["settings"], typed.labels["settings"]
    rows = {key: (row, value) for row, key, value in frame.select(ROW, "key", "value").iter_rows()}

    def value(key: str, column: Column) -> object:
        row, cell = rows[key]
        cell = pl.DataFrame({"value": [cell]}).select(iso_dates("value"))["value"] if key == "today" else [cell]
        done = cast(column, pl.Series("value", cell), pl.Series(ROW, [row]), label)
        typed.problems += done.problems
        return None if done.problems else done.values[0]

    today = value("today", _TODAY) if "today" in rows else _first_monday(typed)
    if today is None and "today" not in rows:
        message, remedy = "nothing says which day it is", "add the row today,2026-01-31 (key,value)"
        typed.problems.append(Problem(file=label, column="key", message=message, remedy=remedy))
    whole = {key: value(key, column) for key, column in _WHOLE.items() if key in rows}
    named = rows.get("title", (0, ""))[1]
    return PlanSettings(
        today=today if isinstance(today, dt.date) else None,
        title=named or title,
        **{key: number for key, number in whole.items() if isinstance(number, int)},
    )
