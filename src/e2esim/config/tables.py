"""Raw tables to typed tables: every column of the schema, keys and references; all problems of all tables at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from e2esim.config.cells import cast, default_cells, dtype
from e2esim.config.grids import ROW
from e2esim.config.problems import Problem, did_you_mean
from e2esim.config.sheets import FOLDER, WORKBOOK, RawTable, read_folder
from e2esim.domain.schema import TABLES, Column, Table


@dataclass
class Typed:
    """Typed tables with what checks need to speak about them.

    ``frames`` hold the schema's columns and ``row``; ``labels`` name the files; ``doubtful`` are the (table, column)
    with cells that could not be read, on which no further check should stand; ``partial`` are tables that
    lack rows or are not there at all.
    """

    frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    doubtful: set[tuple[str, str]] = field(default_factory=set)
    partial: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


def read_tables(folder: Path, label: str) -> Typed:
    """Read, cast and cross-reference every table below the scenario ``folder``."""
    raws, problems = read_folder(folder, label)
    typed = Typed(problems=problems)
    type_tables(TABLES, raws, typed, lambda table: _absent(table, folder, label, typed, anything=bool(raws)))
    return typed


def type_tables(
    tables: Sequence[Table], raws: Mapping[str, RawTable], typed: Typed, absent: Callable[[Table], None]
) -> None:
    """Cast and cross-reference ``raws`` into ``typed``; ``absent`` is told of every table that is not there."""
    for table in tables:
        if table.name in raws:
            _type(table, raws[table.name], typed)
        else:
            absent(table)
    for table in tables:
        _references(table, typed)


def empty_frame(table: Table) -> pl.DataFrame:
    """Return the table without rows.

    Examples
    --------
    >>> from e2esim.domain.schema import TABLE
    >>> empty_frame(TABLE["bom"]).columns
    ['row', 'parent', 'component', 'quantity', 'source']
    """
    return pl.DataFrame(schema={ROW: pl.Int64(), **{column.name: dtype(column) for column in table.columns}})


def _absent(table: Table, folder: Path, label: str, typed: Typed, *, anything: bool) -> None:
    typed.frames[table.name] = empty_frame(table)
    book = (folder / WORKBOOK).is_file()
    place = WORKBOOK if book else f"{FOLDER}/{table.name}.csv"
    typed.labels[table.name] = f"{label}/{place}" if label else place
    if table.required:
        typed.partial.add(table.name)
        if anything:
            message = f"sheet {table.name} is missing" if book else "missing file"
            columns = ", ".join(column.name for column in table.columns if column.required)
            typed.problems.append(
                Problem(
                    file=typed.labels[table.name], message=message, remedy=f"{table.meaning} Needed columns: {columns}"
                )
            )


def _type(table: Table, raw: RawTable, typed: Typed) -> None:
    """Cast one table; its problems go to ``typed``."""
    typed.labels[table.name] = raw.label
    typed.problems += raw.problems
    if raw.frame.is_empty() and not raw.frame.columns:
        typed.frames[table.name] = empty_frame(table)
        typed.partial.add(table.name)
        return
    rows = raw.frame[ROW]
    columns = [rows]
    for column in table.columns:
        if column.name not in raw.frame.columns:
            columns.append(
                default_cells(column, len(rows))
                if not column.required
                else pl.Series(column.name, [None] * len(rows), dtype=dtype(column))
            )
            if column.required:
                typed.doubtful.add((table.name, column.name))
            continue
        done = cast(column, raw.frame[column.name], rows, raw.label)
        typed.problems += done.problems
        if done.bad.any():
            typed.doubtful.add((table.name, column.name))
        columns.append(done.values)
    if raw.partial:
        typed.partial.add(table.name)
    typed.frames[table.name] = pl.DataFrame(columns)
    _duplicates(table, typed)


def _duplicates(table: Table, typed: Typed) -> None:
    """Report rows whose key was there before."""
    frame, key = typed.frames[table.name], list(table.key)
    full = frame.filter(
        pl.all_horizontal(pl.col(name).is_not_null() & (pl.col(name).cast(pl.String) != "") for name in key)
    )
    again = full.with_columns(pl.col(ROW).first().over(key).alias("_first")).filter(pl.col(ROW) != pl.col("_first"))
    for record in again.select(ROW, "_first", *key).iter_rows(named=True):
        value = ", ".join(str(record[name]) for name in key)
        same = "it stands" if len(key) == 1 else f"the same {' and '.join(key)} stand"
        remedy = f"{same} in row {record['_first']}: keep one"
        typed.problems.append(
            Problem(
                file=typed.labels[table.name],
                row=record[ROW],
                column=" + ".join(key),
                value=value,
                message="duplicate key",
                remedy=remedy,
            )
        )


def _references(table: Table, typed: Typed) -> None:
    """Report ids that do not exist in the table they refer to."""
    frame = typed.frames[table.name]
    for column in table.columns:
        if column.ref is None or frame.is_empty() or column.ref[0] in typed.partial:
            continue
        known = typed.frames[column.ref[0]][column.ref[1]].unique()
        if column.ref in typed.doubtful and not any(known):  # the column is not there: said already
            continue
        dangling = frame.filter(~pl.col(column.name).is_in(known.implode()) & (pl.col(column.name) != ""))
        if dangling.is_empty():
            continue
        options = [str(option) for option in known.sort() if option]
        remedies = {value: _reference_remedy(value, options, column) for value in dangling[column.name].unique()}
        typed.problems += [
            Problem(
                file=typed.labels[table.name],
                row=row,
                column=column.name,
                value=value,
                message=f"no such {column.ref[1]} in table {column.ref[0]}",
                remedy=remedies[value],
            )
            for row, value in dangling.select(ROW, column.name).iter_rows()
        ]


def _reference_remedy(value: str, options: list[str], column: Column) -> str:
    assert column.ref is not None
    if not options:
        return f"table {column.ref[0]} is empty"
    return f"{did_you_mean(value, options)} Or add it to table {column.ref[0]}"
