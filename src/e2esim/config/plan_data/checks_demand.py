"""Rules of history and changes of the forecast: whole periods of the past, one row a period, one change a row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

from e2esim.config.checks import View
from e2esim.config.grids import ROW
from e2esim.config.plan_data.settings import PlanSettings
from e2esim.config.problems import Problem, did_you_mean

MONTHS, WEEKS = "months", "weeks"


def demand_checks(view: View, settings: PlanSettings) -> Iterator[Problem]:
    """Every rule of the tables history and forecast_changes."""
    yield from _begins(view)
    yield from _past(view, settings)
    yield from _changes(view)
    yield from _channels(view)


def periods_of(history: pl.DataFrame) -> str:
    """Whether history is of months (most periods begin on the first of one) or of weeks.

    Examples
    --------
    >>> periods_of(pl.DataFrame({"period": [dt.date(2025, 11, 1), dt.date(2025, 12, 1)]}))
    'months'
    """
    day = history["period"].drop_nulls()
    return MONTHS if int((day.dt.day() == 1).sum()) > int((day.dt.weekday() == 1).sum()) else WEEKS


def next_period(day: dt.date, periods: str) -> dt.date:
    """First day of the period after the one that begins on ``day``."""
    return day + dt.timedelta(days=7) if periods == WEEKS else (day.replace(day=1) + dt.timedelta(days=31)).replace(day=1)


def _twice(view: View, table: str, key: list[str], remedy: str) -> Iterator[Problem]:
    """Rows with one key; those with an empty part of it are not seen by the general rule."""
    frame = view.table(table).drop_nulls(key[-1])
    blank = pl.any_horizontal(pl.col(name) == "" for name in key[:-1])
    again = frame.with_columns(pl.col(ROW).first().over(key).alias("_first")).filter(blank & (pl.col(ROW) != pl.col("_first")))
    for record in again.select(ROW, "_first", *key).iter_rows(named=True):
        value = ", ".join(str(record[name]) for name in key if record[name] != "")
        told = f"the same {' and '.join(key)} stand in row {record['_first']}: {remedy}"
        yield view.problem(table, "duplicate key", row=record[ROW], column=" + ".join(key), value=value, remedy=told)


def _begins(view: View) -> Iterator[Problem]:
    """All periods are weeks that begin on Monday, or all are months."""
    history = view.table("history")
    if history.is_empty():
        return
    monthly = periods_of(history) == MONTHS
    wrong = pl.col("period").dt.day() != 1 if monthly else pl.col("period").dt.weekday() != 1
    for row, day in history.filter(wrong).select(ROW, "period").iter_rows():
        if monthly:
            message, start = "history is by months, but this is no first of a month", day.replace(day=1)
        else:
            message, start = f"history is by weeks, but this is no Monday but a {day:%A}", day - dt.timedelta(days=day.weekday())
        yield view.problem("history", message, row=row, column="period", value=day, remedy=f"write {start} if that period is meant")


def _past(view: View, settings: PlanSettings) -> Iterator[Problem]:
    """History is known: its periods have ended; one that still runs is left out."""
    history, today = view.table("history").drop_nulls("period"), settings.today
    if today is None or history.is_empty():
        return
    periods = periods_of(history)
    for row, day in history.filter(pl.col("period") > today).select(ROW, "period").iter_rows():
        remedy = "correct the period; what people expect goes into forecast_changes"
        yield view.problem("history", f"history after today ({today})", row=row, column="period", value=day, remedy=remedy)
    last = history.filter(pl.col("period") <= today)["period"].max()
    if not isinstance(last, dt.date):
        return
    if next_period(last, periods) > today:
        running = history.filter(pl.col("period") == last)
        message = f"the period has not ended today ({today}): its {running.height} rows are left out"
        row = int(running[ROW].min())  # type: ignore[arg-type]
        yield view.problem("history", message, row=row, column="period", value=last, remedy="export whole periods only", warning=True)
    elif next_period(next_period(last, periods), periods) <= today:
        message, remedy = f"history ends with {last}, long before today ({today})", "export it up to the last whole period; it is forecast from its end"
        yield view.problem("history", message, column="period", value=last, remedy=remedy, warning=True)


def _changes(view: View) -> Iterator[Problem]:
    """A change is an uplift or a quantity, and touches some forecast."""
    frame = view.table("forecast_changes")
    yield from _twice(view, "forecast_changes", ["item", "channel", "week"], "keep one")
    both = pl.col("uplift").is_null() == pl.col("qty").is_null()
    unread = {column for table, column in view.typed.doubtful if table == "forecast_changes"} & {"uplift", "qty"}
    for (row,) in frame.filter(both).select(ROW).iter_rows() if not unread else ():
        remedy = "write the uplift of a promotion (0.3 = 30 % more) or the quantity that replaces the forecast, one of them"
        yield view.problem("forecast_changes", "neither uplift nor qty is given, or both are", row=row, column="uplift", remedy=remedy)
    known = set(view.table("history").select("item", "channel").iter_rows())
    for row, item, channel in frame.filter(pl.col("uplift").is_not_null()).select(ROW, "item", "channel").iter_rows():
        if not any(item in ("", i) and channel in ("", c) for i, c in known):
            message, remedy = "a promotion of what has no history changes no forecast", "write the quantity into qty, or take the row out"
            yield view.problem("forecast_changes", message, row=row, column="item", value=item, remedy=remedy, warning=True)


def _channels(view: View) -> Iterator[Problem]:
    """A channel of orders or changes that history does not know is most often a misspelt one."""
    known = sorted(set(view.table("history")["channel"]) - {""})
    if not known:
        return
    for table in ("orders", "forecast_changes"):
        rows = view.table(table).filter((pl.col("channel") != "") & ~pl.col("channel").is_in(known))
        for channel, row, count in rows.group_by("channel", maintain_order=True).agg(pl.col(ROW).min(), pl.len()).iter_rows():
            message = f"history knows no such channel ({count} row{'s' if count > 1 else ''})"
            yield view.problem(table, message, row=row, column="channel", value=channel, remedy=did_you_mean(channel, known), warning=True)
