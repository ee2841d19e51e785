"""Days as spreadsheets and exports write them: a spreadsheet's day number, a week, a month by its name, an hour with its zone.

Each has one reading, which is taken and said where it could surprise: a week is its Monday, a time in another zone is the day that is
written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import polars as pl

from e2esim.config.grids import ROW
from e2esim.config.problems import Problem

_SERIAL = r"^(\d{5})(?:\.\d+)?$"
_SERIALS = (36526, 73050)  # 2000-01-01 and 2099-12-31 in the day numbers of spreadsheets
_WEEK = r"^(\d{4})-?W(\d{2})(?:-?([1-7]))?$"
_CALENDAR_WEEK = r"^(?i)(?:KW|CW|WK|W)\.?\s*(\d{1,2})\s*[/.\s-]\s*(\d{4})$"
_ZONED = r"^(\d{4}-\d{2}-\d{2})[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$"
_SHORT_YEAR = r"^(0?[1-9]|[12]\d|3[01])\.(0?[1-9]|1[0-2])\.(\d{2})$"  # 07.01.26: with points between them days come first everywhere
_NAMED = r"^(\d{1,2})[.\s/-]+(\p{L}{3,})\.?[\s/-]+(\d{4})$"
_NAME_FIRST = r"^(\p{L}{3,})\.?\s+(\d{1,2}),?\s+(\d{4})$"
_MONTHS = (
    "jan gen", "feb", "mar mär mrz", "apr", "may mai mag", "jun giu", "jul lug", "aug ago", "sep set", "oct okt ott", "nov", "dec dez dic",
)  # English, German, Italian: the first three letters
_NUMBER = {word: f"{k:02d}" for k, words in enumerate(_MONTHS, start=1) for word in words.split()}


class _Form(NamedTuple):
    """One way to write days: cells that are written so, how they are read, what to say of them ('' = nothing)."""

    written: Callable[[pl.Expr], pl.Expr]
    read: Callable[[pl.Expr], pl.Expr]
    said: str
    remedy: str
    whole: bool = False  # only where every cell of the column is written so


def _serial(cell: pl.Expr) -> pl.Expr:
    number = cell.str.extract(_SERIAL, 1).cast(pl.Int64, strict=False)
    return number.is_between(*_SERIALS).fill_null(value=False)


def _of_serial(cell: pl.Expr) -> pl.Expr:
    return (pl.date(1899, 12, 30) + pl.duration(days=cell.str.extract(_SERIAL, 1).cast(pl.Int64, strict=False))).dt.to_string("%Y-%m-%d")


def _of_week(cell: pl.Expr) -> pl.Expr:
    day = pl.concat_str([cell.str.extract(_WEEK, 1), pl.lit("-W"), cell.str.extract(_WEEK, 2), pl.lit("-"), cell.str.extract(_WEEK, 3).fill_null("1")])
    return day.str.to_date("%G-W%V-%u", strict=False).dt.to_string("%Y-%m-%d")


def _turned(cell: pl.Expr) -> pl.Expr:
    """KW14/2026 as 2026-W14."""
    return pl.concat_str([cell.str.extract(_CALENDAR_WEEK, 2), pl.lit("-W"), cell.str.extract(_CALENDAR_WEEK, 1).str.zfill(2)])


def _of_short_year(cell: pl.Expr) -> pl.Expr:
    day, month = (cell.str.extract(_SHORT_YEAR, k).str.zfill(2) for k in (1, 2))
    return pl.concat_str([pl.lit("20") + cell.str.extract(_SHORT_YEAR, 3), month, day], separator="-")


def _by_name(pattern: str, day: int, month: int) -> _Form:
    def read(cell: pl.Expr) -> pl.Expr:
        number = cell.str.extract(pattern, month).str.to_lowercase().str.slice(0, 3).replace_strict(_NUMBER, default=None, return_dtype=pl.String)
        return pl.concat_str([cell.str.extract(pattern, 3), number, cell.str.extract(pattern, day).str.zfill(2)], separator="-")

    return _Form(lambda cell: cell.str.contains(pattern), read, "", "")


_FORMS = (
    _Form(_serial, _of_serial, "a day number of a spreadsheet, counted from 1900", "format the column as dates before you save", whole=True),
    _Form(lambda cell: cell.str.contains(_WEEK), _of_week, "a week, read as the day that it names, its Monday where it names none",
          "write the day, YYYY-MM-DD"),
    _Form(lambda cell: cell.str.contains(_CALENDAR_WEEK), lambda cell: _of_week(_turned(cell)), "a week, read as its Monday", "write the day, YYYY-MM-DD"),
    _Form(lambda cell: cell.str.contains(_ZONED), lambda cell: cell.str.extract(_ZONED, 1), "a time in a zone of its own: the day was taken as it is written",
          "write the day as your plant counts it"),
    _Form(lambda cell: cell.str.contains(_SHORT_YEAR), lambda cell: _of_short_year(cell), "a year of two digits, read as one of this century",
          "write the year in full", whole=True),
    _by_name(_NAMED, 1, 2),
    _by_name(_NAME_FIRST, 2, 1),
)  # fmt: skip


def plain_days(frame: pl.DataFrame, columns: list[str], label: str) -> tuple[pl.DataFrame, list[Problem]]:
    """Return ``frame`` with the days of ``columns`` in ISO form where they are written in one of these ways, and what is to be said.

    Examples
    --------
    >>> cells = ["2026-W14", "2-Apr-2026", "3 aprile 2026", "March 5, 2026", "2026-04-01T22:00:00Z", "46113", "soon"]
    >>> frame, said = plain_days(pl.DataFrame({"row": range(2, 9), "due": cells}), ["due"], "orders.csv")
    >>> frame["due"].to_list()
    ['2026-03-30', '2026-04-02', '2026-04-03', '2026-03-05', '2026-04-01', '46113', 'soon']
    >>> plain_days(pl.DataFrame({"row": [2, 3], "due": ["46113", ""]}), ["due"], "orders.csv")[0]["due"].to_list()
    ['2026-04-01', '']
    """
    problems = []
    for column in columns:
        for form in _FORMS:
            cell = pl.col(column)
            hit = frame.select((form.written(cell) & form.read(cell).is_not_null()).fill_null(value=False).alias("hit"))["hit"]
            if not hit.any() or (form.whole and not (hit | (frame[column] == "")).all()):
                continue
            if form.said:
                rows = frame.filter(hit)
                more = f" ({rows.height} cells such)" if rows.height > 1 else ""
                problems.append(Problem(file=label, row=int(rows[ROW][0]), column=column, value=rows[column][0], message=form.said + more, remedy=form.remedy,
                                        warning=True))  # fmt: skip
            frame = frame.with_columns(pl.when(hit).then(form.read(cell)).otherwise(cell).alias(column))
    return frame, problems
