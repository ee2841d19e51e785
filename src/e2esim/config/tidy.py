"""What exports of an ERP do to a table and a planner need not mend: dates as text, lines twice, columns too many."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl

from e2esim.config.grids import ROW
from e2esim.config.problems import UNKNOWN_COLUMN, UNKNOWN_TABLE, Problem
from e2esim.config.sheets import RawTable
from e2esim.config.small_tables import none_odd
from e2esim.config.totals import without_totals
from e2esim.config.written_days import period_words, plain_days
from e2esim.domain.schema import Table

_CLOCK = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"  # the hour of a day is not asked for
_DOTTED = r"^(\d{1,2})\.(\d{1,2})\.(\d{4})" + _CLOCK + "$"
_YEARLESS = r"^(\d{1,2})\.(\d{1,2})\.$"
_YEAR_FIRST = r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _CLOCK + "$"
_PERIODS = ("period", "week")  # columns in which a week or a month may stand for its first day
_ODD_DAY = re.compile(r"^(?!(?:[12]\d{3}-)?\d{2}-\d{2}$)(?=.)", re.MULTILINE)  # a day that is not written as the format writes it
_COMPACT = r"^((?:19|20|21)\d{2})(\d{2})(\d{2})$"


def tidied(raw: RawTable, table: Table) -> RawTable:
    """Return ``raw`` with dates in ISO form, without repeated lines, and with its mere oddities as warnings."""
    frame = raw.frame
    if frame.is_empty():
        return replace(raw, problems=_left_out(raw))
    days = [c.name for c in table.columns if c.kind == "date" and c.name in frame.columns and not none_odd(frame[c.name], _ODD_DAY)]
    if days:
        frame = frame.with_columns(iso_dates(name) for name in days)
    frame, said = plain_days(frame, [name for name in days if name not in _PERIODS], raw.label)
    frame, summed = without_totals(frame, table, raw.label)
    raw = replace(raw, problems=[*raw.problems, *said, *summed])
    frame = frame.with_columns(first_days(name) for name in _PERIODS if table.name in ("history", "forecast_changes") and name in frame.columns)
    cells = [name for name in frame.columns if name != ROW]
    if not frame[cells].is_duplicated().any():
        return replace(raw, frame=frame, problems=_left_out(raw))
    marked = frame.with_columns(pl.col(ROW).first().over(cells).alias("_first"))
    again = marked.filter(pl.col(ROW) != pl.col("_first")).select(ROW, "_first")
    if not again.is_empty() and _by_line(frame, table):
        row, first = again.row(0)
        message = f"the same line stands in row {first} ({again.height} lines such): counted, because other lines of one {' and '.join(table.key)} differ"
        told = Problem(file=raw.label, row=row, message=message, remedy="right for sales by customer or position; take repetitions out", warning=True)
        return replace(raw, frame=frame, problems=[*_left_out(raw), told])
    repeated = [
        Problem(
            file=raw.label,
            row=row,
            message=f"the same line stands in row {first}",
            remedy="it was read once; take one out",
            warning=True,
        )
        for row, first in again.iter_rows()
    ]
    kept = marked.filter(pl.col(ROW) == pl.col("_first")).drop("_first")
    return replace(raw, frame=kept, problems=[*_left_out(raw), *repeated])


def _by_line(frame: pl.DataFrame, table: Table) -> bool:
    """Whether a table that is added up holds several unlike lines of one key: sales by customer or position, where equal lines are usual."""
    key = [name for name in table.key if name in frame.columns]
    unlike = frame.drop(ROW).unique()
    return bool(table.sums) and bool(key) and unlike.select(key).is_duplicated().any()


def _left_out(raw: RawTable) -> list[Problem]:
    """Problems of a table, with all columns that nobody asked for in one warning."""
    problems = [lenient(problem) for problem in raw.problems]
    idle = [problem for problem in problems if problem.warning and problem.message == UNKNOWN_COLUMN]
    rest = [problem for problem in problems if problem not in idle]
    if not idle:
        return rest
    names = ", ".join(problem.column for problem in idle)
    word = "columns" if len(idle) > 1 else "column"
    message = f"{word} not known to the format, left out"
    remedy = "begin a name with _ to hear no more of it"
    return [*rest, replace(idle[0], column=names, message=message, remedy=remedy)]


def lenient(problem: Problem) -> Problem:
    """Turn a column or a file that nobody asked for into a warning, unless it looks like a misspelt one.

    Examples
    --------
    >>> lenient(Problem(file="orders.csv", column="clerk", message="unknown column", remedy="...")).warning
    True
    >>> lenient(Problem(file="orders.csv", column="prio", message="unknown column",
    ...                 remedy="did you mean 'priority'?")).warning
    False
    """
    if problem.message not in (UNKNOWN_COLUMN, UNKNOWN_TABLE) or problem.remedy.startswith("did you mean"):
        return problem
    what = "column" if problem.message == UNKNOWN_COLUMN else "table"
    return replace(problem, remedy=f"the {what} was left out; begin its name with _ to hear no more of it", warning=True)


def iso_dates(column: str) -> pl.Expr:
    """Dates written 31.01.2026, 2026/1/31 or 20260131 as 2026-01-31, a yearly 24.12. as 12-24; everything else as it is.

    Examples
    --------
    >>> pl.DataFrame({"due": ["5.1.2026", "20260131", "2026-01-31", "01/02/2026"]}).select(iso_dates("due"))["due"].to_list()
    ['2026-01-05', '2026-01-31', '2026-01-31', '01/02/2026']
    """
    cell = pl.col(column)
    day, month = (cell.str.extract(_DOTTED, k).str.zfill(2) for k in (1, 2))
    return (
        pl.when(cell.str.contains(_DOTTED))
        .then(pl.concat_str([cell.str.extract(_DOTTED, 3), month, day], separator="-"))
        .when(cell.str.contains(_YEARLESS))
        .then(pl.concat_str([cell.str.extract(_YEARLESS, k).str.zfill(2) for k in (2, 1)], separator="-"))
        .when(cell.str.contains(_YEAR_FIRST))
        .then(pl.concat_str([cell.str.extract(_YEAR_FIRST, k).str.zfill(2) for k in (1, 2, 3)], separator="-"))
        .otherwise(cell.str.replace(_COMPACT, "$1-$2-$3"))
        .alias(column)
    )


def first_days(column: str) -> pl.Expr:
    """Weeks written 2025-W07 and months written 2025-02 as their first day; everything else as it is.

    Examples
    --------
    >>> pl.DataFrame({"week": ["2025-W01", "2025-02", "2025-03-04"]}).select(first_days("week"))["week"].to_list()
    ['2024-12-30', '2025-02-01', '2025-03-04']
    """
    cell = period_words(pl.col(column))
    week = (cell + "-1").str.to_date("%G-W%V-%u", strict=False).dt.to_string("%Y-%m-%d")
    return (
        pl.when(cell.str.contains(r"^\d{4}-W\d{2}$") & week.is_not_null())
        .then(week)
        .when(cell.str.contains(r"^\d{4}-(0[1-9]|1[0-2])$"))
        .then(cell + "-01")
        .when(cell.str.contains(r"^(0?[1-9]|1[0-2])[./]\d{4}$"))
        .then(cell.str.slice(-4) + "-" + cell.str.extract(r"^(\d+)", 1).str.zfill(2) + "-01")
        .otherwise(cell)
        .alias(column)
    )
