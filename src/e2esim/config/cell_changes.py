"""A change of some cells of a table: set, add or multiply in the rows that are meant, held to the schema's bounds and references.

Levers make them (table ``lever_changes``), and words of the command line (`e2esim.config.column_words`).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from e2esim.config.grids import ROW
from e2esim.config.problems import Problem, did_you_mean
from e2esim.config.tables import Typed
from e2esim.domain.schema import TABLE, Column

Complain = Callable[[str, str, str], Problem]  # part that is wrong (rows, value), message, remedy


@dataclass(frozen=True, kw_only=True)
class CellChange:
    """``column`` of ``table``: ``how`` (set, add, multiply) with ``value``, ``adoption`` of the way, where ``rows`` (column, values) say so.

    ``complain`` makes a problem of what is wrong with it, with the place where it was written.
    """

    table: str
    column: str
    rows: Sequence[tuple[str, tuple[str, ...]]]
    how: str
    value: Any
    adoption: float
    complain: Complain


class Unfit(ValueError):
    """A value that cannot be made of the old one; ``remedy`` says what could."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def changed_typed(typed: Typed, changes: Sequence[CellChange], problems: list[Problem]) -> Typed:
    """The tables as the changes make them, in their order; tables that stay are shared with ``typed``."""
    frames = dict(typed.frames)
    for change in changes:
        if change.table in frames and change.column in frames[change.table].columns and changeable(change.table, change.column) is not None:
            frames[change.table] = _changed(frames, change, problems)
    return dataclasses.replace(typed, frames=frames)


def changeable(table: str, name: str) -> Column | None:
    """The column, if a change may touch it: it is there and is no part of the table's key."""
    found = TABLE.get(table)
    return None if found is None else next((c for c in found.columns if c.name == name and name not in found.key), None)


def changeable_columns(table: str) -> list[str]:
    """TABLE.COLUMN of every column that a change may touch.

    >>> "bom.qty_per" in changeable_columns("bom"), "bom.parent" in changeable_columns("bom")
    (True, False)
    """
    return [f"{table}.{c.name}" for c in TABLE[table].columns if c.name not in TABLE[table].key] if table in TABLE else []


def moved(old: Any, value: Any, how: str, adoption: float = 1.0) -> Any:
    """What becomes of ``old``.

    >>> moved(10.0, 1.5, "multiply"), moved(10.0, 20.0, "set", 0.25), moved("sea", "air", "set")
    (15.0, 12.5, 'air')

    Raises
    ------
    Unfit
        If numbers and words are mixed, or a word is to be counted with.
    """
    if not all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (value, old)):
        if how == "set" and (old is None or type(value) is type(old)):
            return value if adoption > 0.0 else old
        wanted = "a number" if isinstance(old, (int, float)) and not isinstance(old, bool) else f"a value like {old!r}, to be set"
        raise Unfit(f"cannot {how} this", f"write {wanted}")
    full = value if how == "set" else old + value if how == "add" else old * value
    return full if adoption == 1.0 else old + adoption * (full - old)


def _changed(frames: dict[str, pl.DataFrame], change: CellChange, problems: list[Problem]) -> pl.DataFrame:
    """One table with one change; as it was if something is wrong with it."""
    frame, column = frames[change.table], changeable(change.table, change.column)
    assert column is not None
    before = len(problems)
    wanted = list(_where(frame, change, problems))
    if len(problems) > before:
        return frame
    hit = frame.with_columns(pl.all_horizontal(pl.lit(value=True), *wanted).alias("hit"))["hit"]
    if not hit.any():
        problems.append(change.complain("rows", f"no row of table {change.table} is meant", "see the table, or leave it empty for all rows"))
        return frame
    try:
        new_of = {old: _fitted(column, moved(old, change.value, change.how, change.adoption)) for old in frame[column.name].filter(hit).unique()}
        values = [new_of[old] if meant else old for old, meant in zip(frame[column.name], hit, strict=True)]
        new = frame.with_columns(pl.Series(column.name, values, dtype=frame[column.name].dtype))
    except Unfit as unfit:
        problems.append(change.complain("value", f"{change.table}.{column.name}: {unfit}", unfit.remedy))
        return frame
    except TypeError:
        problems.append(change.complain("value", f"is no {column.kind}", f"see the other cells of {change.table}.{column.name}"))
        return frame
    if column.ref is not None and isinstance(change.value, str) and change.value:
        known = frames[column.ref[0]][column.ref[1]] if column.ref[0] in frames else pl.Series([], dtype=pl.String)
        if not known.is_empty() and change.value not in set(known):
            remedy = did_you_mean(change.value, sorted(map(str, known.unique())))
            problems.append(change.complain("value", f"no such {column.ref[1]} in table {column.ref[0]}", remedy))
            return frame
    return new


def _fitted(column: Column, value: Any) -> Any:
    """The value as a cell of its column; `Unfit` where the schema does not allow it."""
    if column.kind == "choice" and value not in column.choices:
        raise Unfit(f"no such {column.name}", did_you_mean(str(value), list(column.choices)))
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    if not math.isfinite(value):
        raise Unfit(f"would become {value:g}", "write a finite number")
    low = column.low is None or value >= column.low
    if not (low and (column.above is None or value > column.above) and (column.high is None or value <= column.high)):
        bounds = f"from {column.low if column.above is None else f'above {column.above}'} to {'any' if column.high is None else column.high}"
        raise Unfit(f"would become {value:g}", f"it may lie {bounds}")
    return round(value) if column.kind == "int" else value


def _where(frame: pl.DataFrame, change: CellChange, problems: list[Problem]) -> Iterator[pl.Expr]:
    """Conditions of the rows that are meant."""
    for name, values in change.rows:
        if name not in frame.columns or name == ROW:
            message = f"{name} names no column of table {change.table}"
            problems.append(change.complain("rows", message, did_you_mean(name, [c for c in frame.columns if c != ROW])))
            continue
        known = frame[name].cast(pl.String)
        strange = [value for value in values if not known.is_in([value]).any()]
        if strange:
            remedy = did_you_mean(strange[0], sorted(set(known.drop_nulls())))
            problems.append(change.complain("rows", f"no row of table {change.table} has {name} {strange[0]}", remedy))
            continue
        yield pl.col(name).cast(pl.String).is_in(list(values))
