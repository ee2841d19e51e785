"""Text cells to typed columns, whole columns at once: what each kind accepts, what to say when a cell does not fit."""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from e2esim.config.problems import Problem, did_you_mean
from e2esim.config.small_tables import none_odd
from e2esim.domain.schema import Column, Kind

NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_ODD_NUMBER = re.compile(r"^(?!-?\d{1,15}(?:\.\d{1,15})?$)(?=.)", re.MULTILINE)  # a number that may be none or too large
MOST = 1e12  # no quantity, price or time of a company reaches it, and sums of so large numbers lose their pieces
LEAST = 1e-9  # what must be above 0 and is smaller is no size, time or lot: it would ask for endless work
_TRUE = ("true", "yes", "y", "x", "1", "1.0", "vero", "sì", "si", "wahr", "ja", "j", "vrai", "oui", "verdadero", "sí")
_FALSE = ("false", "no", "n", "0", "0.0", "falso", "falsch", "nein", "faux", "non")
_MIDNIGHT = r"[ T]00:00(:00(\.0+)?)?$"  # what a spreadsheet adds to a date
DTYPES: dict[Kind, pl.DataType] = {
    "id": pl.String(), "text": pl.String(), "choice": pl.String(), "month": pl.String(), "int": pl.Int64(),
    "float": pl.Float64(), "share": pl.Float64(), "bool": pl.Boolean(), "date": pl.Date(), "time": pl.Float64(),
}  # fmt: skip


@dataclass(frozen=True)
class Cast:
    """A typed column and the cells that did not fit: null in ``values``, True in ``bad``."""

    values: pl.Series
    bad: pl.Series
    problems: list[Problem]


def dtype(column: Column) -> pl.DataType:
    """Return the type of ``column`` in a typed table; dates that may recur (MM-DD) stay text.

    Examples
    --------
    >>> dtype(Column(name="share", kind="share")), dtype(Column(name="first", kind="date", unit="YYYY-MM-DD or MM-DD"))
    (Float64, String)
    """
    return pl.String() if recurring(column) else DTYPES[column.kind]


def recurring(column: Column) -> bool:
    """Return whether ``column`` also takes a day that comes back each year, MM-DD."""
    return column.kind == "date" and "or MM-DD" in column.unit


def default_cells(column: Column, rows: int) -> pl.Series:
    """Return ``rows`` cells of the column's default, as a missing column gets them."""
    return _default_cell(column).new_from_index(0, rows)


@functools.cache
def _default_cell(column: Column) -> pl.Series:
    return cast(column, pl.Series(column.name, [""], dtype=pl.String), pl.Series("row", [0], dtype=pl.Int64), "").values


def cast(column: Column, text: pl.Series, rows: pl.Series, label: str) -> Cast:
    """Cast stripped ``text`` cells to ``column``; ``rows`` are their numbers in the file ``label``."""
    empty = text == ""
    some_empty = bool(empty.any())
    problems = []
    if column.required and some_empty:
        remedy = f"fill it: {column.meaning or column.name}{f' [{column.unit}]' if column.unit else ''}"
        problems += [
            Problem(file=label, row=row, column=column.name, message="empty cell", remedy=remedy)
            for row in rows.filter(empty)
        ]
    elif some_empty and column.default not in (None, ""):
        text = pl.select(
            pl.when(empty).then(pl.lit(_written(column.default))).otherwise(text).alias(column.name)
        ).to_series()
        empty = pl.repeat(False, len(text), eager=True)
    values = _PARSERS[column.kind](column, text)
    bad = _unread(values, empty)
    if bad is not None:
        problems += [
            Problem(
                file=label, row=row, column=column.name, value=cell, message=_expected(column), remedy=_remedy(column, cell)
            )
            for row, cell in zip(rows.filter(bad), text.filter(bad), strict=True)
        ]
    out = _outside(column, values)
    if out is not None:
        limits = _limits(column) or f"at most {MOST:g}"
        problems += [
            Problem(
                file=label,
                row=row,
                column=column.name,
                value=cell,
                message=f"out of bounds: must be {limits if abs(float(cell)) <= MOST else f'at most {MOST:g}'}",
                remedy="correct the number",
            )
            for row, cell in zip(rows.filter(out), text.filter(out), strict=True)
        ]
    if column.kind in ("id", "text", "choice") and values.null_count():
        values = values.fill_null("")
    wrong = [cells for cells in (bad, out, empty if column.required and some_empty else None) if cells is not None]
    none = empty if not some_empty else pl.repeat(False, len(text), eager=True)
    return Cast(values.alias(column.name), functools.reduce(operator.or_, wrong) if wrong else none, problems)


def _unread(values: pl.Series, empty: pl.Series) -> pl.Series | None:
    """True where a cell that is not empty gave no value; None where there is no such cell (an empty one never gives a number)."""
    nulls = values.null_count()
    return None if nulls == 0 or nulls == int(empty.sum()) else values.is_null() & ~empty


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _as_text(_: Column, text: pl.Series) -> pl.Series:
    return text


def _as_float(_: Column, text: pl.Series) -> pl.Series:
    if none_odd(text, _ODD_NUMBER):
        return text.cast(pl.Float64, strict=False)
    cell = pl.lit(text)
    parsed = pl.when(cell.str.contains(NUMBER)).then(cell).cast(pl.Float64, strict=False)
    return pl.select(pl.when(parsed.is_finite()).then(parsed)).to_series()


def _as_int(column: Column, text: pl.Series) -> pl.Series:
    number = _as_float(column, text)
    whole = (number == number.floor()) & (number.abs() < 2.0**53)
    return number.set(~whole.fill_null(True), None).cast(pl.Int64)


def _as_bool(_: Column, text: pl.Series) -> pl.Series:
    lower = text.str.to_lowercase()
    table = dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False)
    return lower.replace_strict(table, default=None, return_dtype=pl.Boolean)


def _as_choice(column: Column, text: pl.Series) -> pl.Series:
    return text.set(~text.is_in(list(column.choices)), None)


def _as_date(column: Column, text: pl.Series) -> pl.Series:
    day = text.str.replace(_MIDNIGHT, "")
    full = day.set(~day.str.contains(r"^\d{4}-\d{2}-\d{2}$"), None).str.to_date("%Y-%m-%d", strict=False)
    full = full.set(~full.dt.year().is_between(1900, 2200).fill_null(True), None)
    if not recurring(column):
        return full
    yearly = day.set(~day.str.contains(r"^\d{2}-\d{2}$"), None)
    valid = ("2024-" + yearly).str.to_date("%Y-%m-%d", strict=False).is_not_null()  # 02-29 comes back in leap years
    return day.set(~(full.is_not_null() | valid.fill_null(False)), None)


def _as_month(_: Column, text: pl.Series) -> pl.Series:
    month = text.str.replace(_MIDNIGHT, "").str.replace(
        r"^(\d{4}-\d{2})-01$", "$1"
    )  # a spreadsheet makes months the first day
    return month.set(~month.str.contains(r"^(19|20|21)\d{2}-(0[1-9]|1[0-2])$"), None)


def _as_time(_: Column, text: pl.Series) -> pl.Series:
    clock = text.str.replace(r"^(1899-12-3[01]|1900-01-0[01])[ T]", "")  # a spreadsheet's day zero
    fit = clock.set(~clock.str.contains(r"^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?$|^24:00(:00)?$"), None)
    parts = [fit.str.extract(rf"^(?:\d+:){{{k}}}(\d+)", 1).cast(pl.Float64) for k in range(3)]
    return parts[0] + parts[1] / 60.0 + parts[2].fill_null(0.0) / 3600.0


_PARSERS: dict[Kind, Callable[[Column, pl.Series], pl.Series]] = {
    "id": _as_text, "text": _as_text, "int": _as_int, "float": _as_float, "share": _as_float, "bool": _as_bool,
    "choice": _as_choice, "date": _as_date, "month": _as_month, "time": _as_time,
}  # fmt: skip

_EXPECTED: dict[Kind, str] = {
    "int": "not a whole number", "float": "not a number", "share": "not a number", "bool": "not true or false",
    "date": "not a date", "month": "not a month", "time": "not a time of day", "choice": "not a possible value",
}  # fmt: skip


def _expected(column: Column) -> str:
    return _EXPECTED.get(column.kind, "not readable")


def _outside(column: Column, values: pl.Series) -> pl.Series | None:
    """True where a number is out of the column's bounds; None where all are within, and for kinds without bounds."""
    if column.kind not in ("int", "float", "share") or _within(column, values):
        return None
    out = pl.repeat(False, len(values), eager=True)
    if column.low is not None:
        out = out | (values < column.low)
    if column.above is not None:
        out = out | (values <= column.above)
    if column.high is not None:
        out = out | (values > column.high)
    out = out | (values.abs() > MOST)
    if column.above == 0:
        out = out | (values < LEAST)
    return out.fill_null(False)


def _within(column: Column, values: pl.Series) -> bool:
    """Whether the least and the greatest of the numbers, none of them infinite, are within the column's bounds."""
    least, greatest = values.min(), values.max()
    if not isinstance(least, int | float) or not isinstance(greatest, int | float):  # no numbers at all
        return True
    low = max(-MOST, -MOST if column.low is None else column.low)
    high = min(MOST, MOST if column.high is None else column.high)
    above = column.above is None or (least > column.above and (column.above != 0 or least >= LEAST))
    return low <= least and greatest <= high and above


def _limits(column: Column) -> str:
    parts = [
        f"{word} {bound:g}"
        for word, bound in (("at least", column.low), ("above", column.above), ("at most", column.high))
        if bound is not None
    ]
    if column.low == 0 and column.above == 0:
        parts = parts[1:]
    return " and ".join(parts)


def _remedy(column: Column, cell: str) -> str:
    """Say how the cell should be written."""
    kind = column.kind
    if column.name == "weekday":
        return "write 1 for Monday to 7 for Sunday, one row a weekday"
    if kind == "choice":
        return did_you_mean(cell, column.choices)
    if kind == "bool":
        return "write true or false"
    if kind == "date":
        return f"write it as {column.unit or 'YYYY-MM-DD'}, e.g. 2026-01-31"
    if kind == "month":
        return "write it as YYYY-MM, e.g. 2025-07"
    if kind == "time":
        return "write it as HH:MM, e.g. 08:30"
    return number_remedy(cell, whole=kind == "int")


def number_remedy(cell: str, *, whole: bool = False) -> str:
    """Say how a cell that is no number should be written.

    Examples
    --------
    >>> number_remedy("1.234,50"), number_remedy("99,9-"), number_remedy("12 %")
    ('write it with a decimal point: 1234.50', 'write it as -99.9', 'write it as a share: 0.12')
    """
    text = re.sub(r"[\s\u00a0\u202f'’_]", "", cell)
    if text.lower() in ("nan", "inf", "+inf", "-inf", "infinity", "n/a", "na", "null", "none", "-", "–", "—", "#n/a", "#ref!", "#value!", "#div/0!"):
        return "give the number, or leave the cell empty if the column has a default"
    if re.fullmatch(r"[+-]?\d+([.,]\d+)?%", text):
        return f"write it as a share: {float(text[:-1].replace(',', '.')) / 100:g}"
    if re.fullmatch(r"[\d.,]+-", text):
        return f"write it as -{_decimal_point(text[:-1])}"
    if re.fullmatch(r"[+-]?\d{1,3},\d{3}", text):
        decimal, grouped = text.replace(",", "."), text.replace(",", "")
        return f"write {decimal} if the comma is the decimal sign, {grouped} if it separates thousands"
    if re.fullmatch(r"[+-]?[\d.,]*\d", text) and "," in text:
        return f"write it with a decimal point: {_decimal_point(text)}"
    if text != cell and re.fullmatch(r"[+-]?\d+(\.\d+)?", text):
        return f"write it without separators: {text}"
    if re.search(r"\d", text) and re.search(r"[^\d.,+eE-]", text):
        return "write the number alone: the unit belongs to the column, see docs/data.md"
    return "write a whole number" if whole else "write a number with a decimal point, e.g. 1234.5"


def _decimal_point(text: str) -> str:
    """Return a number with grouping and either decimal sign as digits with a point: the last sign is decimal."""
    last = max(text.rfind(","), text.rfind("."))
    if last < 0 or (text.count(",") > 1 and "." not in text) or (text.count(".") > 1 and "," not in text):
        return text.replace(",", "").replace(".", "")
    return text[:last].replace(",", "").replace(".", "") + "." + text[last + 1 :]
