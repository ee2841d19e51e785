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
_NAMED = r"^(?:\p{L}+\.?,?\s+)?(\d{1,2})(?:st|nd|rd|th|er)?[.\s/-]+(?:de\s+)?(\p{L}{3,})\.?[\s/-]+(?:de\s+)?(\d{4})$"
_NAME_FIRST = r"^(?:\p{L}+\.?,\s+)?(\p{L}{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$"
_MONTH_NAMED = r"^(\p{L}{3,})\.?[\s/-]+(\d{4})$"
LAST = "last"  # the column with the last day of a time: a week ends on its Sunday
_MONTHS = (
    "jan gen ene jän", "feb fév", "mar mär mrz", "apr avr abr", "may mai mag", "jun giu juin", "jul lug juil", "aug ago aoû aou", "sep set", "oct okt ott",
    "nov", "dec dez dic déc",
)  # English, German, Italian, French, Spanish: the first three letters, four where three are two months
_NUMBER = {word: f"{k:02d}" for k, words in enumerate(_MONTHS, start=1) for word in words.split()}


class _Form(NamedTuple):
    """One way to write days: cells that are written so, how they are read, what to say of them ('' = nothing)."""

    written: Callable[[pl.Expr], pl.Expr]
    read: Callable[[pl.Expr], pl.Expr]
    said: str
    remedy: str
    whole: bool = False  # only where every cell of the column is written so
    until: Callable[[pl.Expr], pl.Expr] | None = None  # how it is read as the last day of a time


def _serial(cell: pl.Expr) -> pl.Expr:
    number = cell.str.extract(_SERIAL, 1).cast(pl.Int64, strict=False)
    return number.is_between(*_SERIALS).fill_null(value=False)


def _of_serial(cell: pl.Expr) -> pl.Expr:
    return (pl.date(1899, 12, 30) + pl.duration(days=cell.str.extract(_SERIAL, 1).cast(pl.Int64, strict=False))).dt.to_string("%Y-%m-%d")


def _of_week(cell: pl.Expr, day_of_none: str = "1") -> pl.Expr:
    day = cell.str.extract(_WEEK, 3).fill_null(day_of_none)
    day = pl.concat_str([cell.str.extract(_WEEK, 1), pl.lit("-W"), cell.str.extract(_WEEK, 2), pl.lit("-"), day])
    return day.str.to_date("%G-W%V-%u", strict=False).dt.to_string("%Y-%m-%d")


def _turned(cell: pl.Expr) -> pl.Expr:
    """KW14/2026 as 2026-W14."""
    return pl.concat_str([cell.str.extract(_CALENDAR_WEEK, 2), pl.lit("-W"), cell.str.extract(_CALENDAR_WEEK, 1).str.zfill(2)])


def _of_short_year(cell: pl.Expr) -> pl.Expr:
    day, month = (cell.str.extract(_SHORT_YEAR, k).str.zfill(2) for k in (1, 2))
    return pl.concat_str([pl.lit("20") + cell.str.extract(_SHORT_YEAR, 3), month, day], separator="-")


def _month(word: pl.Expr) -> pl.Expr:
    """Number of a month by its name, two digits."""
    letters = [word.str.to_lowercase().str.slice(0, k).replace_strict(_NUMBER, default=None, return_dtype=pl.String) for k in (4, 3)]
    return pl.coalesce(letters)


def period_words(cell: pl.Expr) -> pl.Expr:
    """KW14/2026 as 2026-W14, Jan 2026 as 2026-01; everything else as it is.

    >>> pl.DataFrame({"a": ["KW14/2026", "Februar 2026", "juil. 2026", "2026-W14", "soon 2026"]}).select(period_words(pl.col("a")))["a"].to_list()
    ['2026-W14', '2026-02', '2026-07', '2026-W14', 'soon 2026']
    """
    month = pl.concat_str([cell.str.extract(_MONTH_NAMED, 2), _month(cell.str.extract(_MONTH_NAMED, 1))], separator="-")
    return pl.when(cell.str.contains(_CALENDAR_WEEK)).then(_turned(cell)).otherwise(pl.coalesce(month, cell))


def _by_name(pattern: str, day: int, month: int) -> _Form:
    def read(cell: pl.Expr) -> pl.Expr:
        parts = [cell.str.extract(pattern, 3), _month(cell.str.extract(pattern, month)), cell.str.extract(pattern, day).str.zfill(2)]
        return pl.concat_str(parts, separator="-")

    return _Form(lambda cell: cell.str.contains(pattern), read, "", "")


_FORMS = (
    _Form(_serial, _of_serial, "a day number of a spreadsheet, counted from 1900", "format the column as dates before you save", whole=True),
    _Form(lambda cell: cell.str.contains(_WEEK), _of_week, "a week, read as the day that it names, its Monday where it names none",
          "write the day, YYYY-MM-DD", until=lambda cell: _of_week(cell, "7")),
    _Form(lambda cell: cell.str.contains(_CALENDAR_WEEK), lambda cell: _of_week(_turned(cell)), "a week, read as its Monday", "write the day, YYYY-MM-DD",
          until=lambda cell: _of_week(_turned(cell), "7")),
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
            read = form.until if form.until and column == LAST else form.read
            hit = frame.select((form.written(cell) & read(cell).is_not_null()).fill_null(value=False).alias("hit"))["hit"]
            if not hit.any() or (form.whole and not (hit | (frame[column] == "")).all()):
                continue
            if form.said:
                rows = frame.filter(hit)
                said = form.said.replace("Monday", "Sunday") if read is form.until else form.said
                said += f" ({rows.height} cells such)" if rows.height > 1 else ""
                value = rows[column][0]
                problems.append(Problem(file=label, row=int(rows[ROW][0]), column=column, value=value, message=said, remedy=form.remedy, warning=True))
            frame = frame.with_columns(pl.when(hit).then(read(cell)).otherwise(cell).alias(column))
    return frame, problems
