"""The few settings of a planner's folder: which day it is, the title, how far what was released stays, how far to forecast."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from e2esim.config.cells import cast
from e2esim.config.grids import ROW
from e2esim.config.places import MAIN, has_market, refills_by_rules
from e2esim.config.problems import Problem, did_you_mean
from e2esim.config.tables import Typed
from e2esim.config.yaml_file import read_yaml
from e2esim.domain.schema import TABLE, Column
from e2esim.domain.settings import Horizon

FROZEN_DAYS = 14
NO_DAY = "nothing says which day it is"
HOLDING_SHARE_Y = 0.2  # yearly cost of holding stock, of its value (assumed, as in table sites)


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
    holding_share_y: float = HOLDING_SHARE_Y


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
_HOLDING = Column(name="value", kind="float", unit="share/year", meaning="yearly cost of holding stock, of its value", low=0.0, high=2.0)
KEYS = ("today", "title", "decimal", "date_format", "holding_share_y", *_WHOLE)
_OF_TABLES = ("decimal", "date_format")  # these may be stated for one table


def _first_monday(typed: Typed) -> object:
    return typed.frames["capacity"]["week_start"].min() if "capacity" in typed.frames else None


def _start_of_run(place: Path) -> dt.date | None:
    """The first day of a run, where the company has a scenario.yaml that says it."""
    main = place / MAIN
    horizon = read_yaml(main, main.as_posix()).values.get("horizon") if main.is_file() else None
    start = horizon.get("start") if isinstance(horizon, dict) else None
    if start is None and (has_market(place) or refills_by_rules(place)):
        return Horizon().start
    try:
        return start if isinstance(start, dt.date) else dt.date.fromisoformat(str(start)) if start else None
    except ValueError:
        return None


def _title(place: Path) -> str:
    main = place / MAIN
    title = read_yaml(main, main.as_posix()).values.get("title") if main.is_file() else None
    return str(title or place.stem)


def plan_settings(typed: Typed, place: Path) -> PlanSettings:
    """Read the settings from the typed tables of the company at ``place``.

    Without a row ``today`` it is the first Monday of table capacity, else the start of scenario.yaml, else this computer's date.
    """
    from e2esim.config.tidy import iso_dates

    frame, label = typed.frames["settings"], typed.labels["settings"]
    rows = {key: (row, value) for row, key, value in frame.select(ROW, "key", "value").iter_rows()}

    def value(key: str, column: Column) -> object:
        row, cell = rows[key]
        cell = pl.DataFrame({"value": [cell]}).select(iso_dates("value"))["value"] if key == "today" else [cell]
        done = cast(column, pl.Series("value", cell), pl.Series(ROW, [row]), label)
        typed.problems += done.problems
        return None if done.problems else done.values[0]

    for key, (row, _) in rows.items():
        name, dot, table = key.partition(".")
        if key not in KEYS and not (dot and name in _OF_TABLES and table in TABLE):
            typed.problems.append(Problem(file=label, row=row, column="key", value=key, message="not a possible value", remedy=did_you_mean(key, KEYS)))
    today = value("today", _TODAY) if "today" in rows else _first_monday(typed) or _start_of_run(place)
    taken = "the date of this computer" if today is None else ""
    if today == Horizon().start and not (place / MAIN).is_file():
        taken = "the first day of its runs"
    if taken and "today" not in rows and _first_monday(typed) is None:
        today = today or dt.date.today()
        remedy = "add the row today,2026-01-31 (key,value)" if rows else "make this table of two lines: key,value and today,2026-01-31"
        message = f"{NO_DAY}: taken as {today}, {taken}"
        typed.problems.append(Problem(file=label, column="key" if rows else "", message=message, remedy=remedy, warning=True))
    whole = {key: value(key, column) for key, column in _WHOLE.items() if key in rows}
    holding = value("holding_share_y", _HOLDING) if "holding_share_y" in rows else HOLDING_SHARE_Y
    named = rows.get("title", (0, ""))[1]
    return PlanSettings(
        today=today if isinstance(today, dt.date) else None,
        title=named or _title(place),
        holding_share_y=float(holding) if isinstance(holding, int | float) else HOLDING_SHARE_Y,
        **{key: number for key, number in whole.items() if isinstance(number, int)},
    )
