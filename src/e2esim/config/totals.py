"""The row of totals that a spreadsheet puts below a table: it is no row of the table."""

from __future__ import annotations

import polars as pl

from e2esim.config.cells import NUMBER
from e2esim.config.grids import ROW
from e2esim.config.problems import Problem
from e2esim.domain.schema import Table

_WORDS = r"^(?i)(grand |sub)?(total|totals|totale|totali|sum|summe|gesamt|gesamtsumme|somma|result|risultato)\b.{0,20}$"
_KEYS = ("id", "date", "month")
_EQUAL = 1e-6  # relative difference between a total and the sum above it


def without_totals(frame: pl.DataFrame, table: Table, label: str) -> tuple[pl.DataFrame, list[Problem]]:
    """Return ``frame`` without a last row of totals: its names and days are empty but for a word like Total, or its number is the sum above.

    In a table whose rows need one name both must be so: a word like Total, and the sum above.

    Examples
    --------
    >>> from e2esim.domain.schema import TABLE
    >>> rows = {"row": [2, 3, 4], "order": ["1", "2", "Total"], "item": ["A", "B", ""], "qty": ["3", "4", "7"], "due": ["2026-04-01", "2026-04-02", ""]}
    >>> kept, said = without_totals(pl.DataFrame(rows), TABLE["orders"], "orders.csv")
    >>> kept.height, said[0].message
    (2, 'a row of totals: left out')
    """
    names = [column.name for column in table.columns if column.required and column.kind in _KEYS and column.name in frame.columns]
    numbers = [column.name for column in table.columns if column.kind in ("float", "int", "share") and column.name in frame.columns]
    if not names or frame.height < 2:
        return frame, []
    last = frame.row(int(frame[ROW].arg_max() or 0), named=True)
    filled = [name for name in names if last[name]]
    texts = [name for name in frame.columns if name not in (ROW, *numbers) and last[name]]
    word = bool(texts) and all(pl.Series([last[name]]).str.contains(_WORDS).all() for name in texts)
    if len(filled) > 1 or (filled and not word) or not any(last[name] for name in numbers):
        return frame, []
    rest = frame.filter(pl.col(ROW) != last[ROW])
    if len(names) == 1 and not (word and any(_is_sum(rest[name], last[name]) for name in numbers if last[name])):
        return frame, []
    if not word and (texts or not any(_is_sum(rest[name], last[name]) for name in numbers if last[name])):
        return frame, []
    value = ", ".join(str(last[name]) for name in (*texts, *numbers) if last[name])
    told = Problem(file=label, row=last[ROW], value=value, message="a row of totals: left out", remedy="take it out of the table", warning=True)
    return rest, [told]


def _is_sum(above: pl.Series, cell: str) -> bool:
    """Whether a number is the sum of those above it."""
    numbers = above.filter(above.str.contains(NUMBER)).cast(pl.Float64)
    if len(numbers) < 1 or not pl.Series([cell]).str.contains(NUMBER).all():
        return False
    total = float(numbers.sum())
    return abs(float(cell) - total) <= _EQUAL * max(1.0, abs(total))
