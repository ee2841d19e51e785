"""The few settings of a planner's folder: which day it is, the title, and how far what was released stays."""

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


_TODAY = Column(name="value", kind="date", unit="YYYY-MM-DD", meaning="day 0 of the plan")
_FROZEN = Column(name="value", kind="int", unit="days", meaning="released is what begins sooner", low=0, high=365)


def plan_settings(typed: Typed, title: str) -> PlanSettings:
    """Read the settings from the typed tables; without a row ``today`` it is the first Monday of table capacity."""
    from e2esim.config.plan_data.tidy import iso_dates

    frame, label = typed.frames["settings"], typed.labels["settings"]
    rows = {key: (row, value) for row, key, value in frame.select(ROW, "key", "value").iter_rows()}

    def value(key: str, column: Column) -> object:
        row, cell = rows[key]
        cell = pl.DataFrame({"value": [cell]}).select(iso_dates("value"))["value"] if key == "today" else [cell]
        done = cast(column, pl.Series("value", cell), pl.Series(ROW, [row]), label)
        typed.problems += done.problems
        return None if done.problems else done.values[0]

    today = value("today", _TODAY) if "today" in rows else typed.frames["capacity"]["week_start"].min()
    if today is None and "today" not in rows:
        message, remedy = "nothing says which day it is", "add the row today,2026-01-31 (key,value)"
        typed.problems.append(Problem(file=label, column="key", message=message, remedy=remedy))
    days = value("frozen_days", _FROZEN) if "frozen_days" in rows else FROZEN_DAYS
    named = rows.get("title", (0, ""))[1]
    return PlanSettings(
        today=today if isinstance(today, dt.date) else None,
        title=named or title,
        frozen_days=days if isinstance(days, int) else FROZEN_DAYS,
    )
