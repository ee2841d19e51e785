"""Raw tables to typed tables: every column of the schema, keys and references; all problems of all tables at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from e2esim.config.cells import cast, default_cells, dtype
from e2esim.config.export_cells import plain_cells
from e2esim.config.grids import ROW
from e2esim.config.nights import over_midnight
from e2esim.config.problems import Problem, did_you_mean
from e2esim.config.row_order import by_content
from e2esim.config.sheets import OTHER, RawTable, read_folder, small_and_plain, table_place
from e2esim.config.small_tables import MOST_ROWS, Kept
from e2esim.config.styles import settled
from e2esim.config.tidy import lenient, tidied
from e2esim.domain.schema import Column, Table


@dataclass
class Typed:
    """Typed tables with what checks need to speak about them.

    ``frames`` hold the schema's columns and ``row``; ``labels`` name the files; ``doubtful`` are the (table, column)
    with cells that could not be read, on which no further check should stand; ``partial`` are tables that
    lack rows or are not there at all; ``unread`` are the columns of the format in each file that nobody asked for.
    """

    frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    doubtful: set[tuple[str, str]] = field(default_factory=set)
    partial: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    unread: dict[str, tuple[str, ...]] = field(default_factory=dict)


def read_tables(place: Path, label: str, tables: Sequence[Table]) -> Typed:
    """Read, tidy, cast and cross-reference ``tables`` of a company: a folder or a workbook."""
    raws, problems = read_folder(place, label)
    typed = Typed(problems=[lenient(problem) for problem in problems])
    wanted = {table.name: table for table in tables}
    styled = settled({name: plain_cells(raw, wanted[name]) for name, raw in raws.items() if name in wanted}, wanted)
    tidy = {name: _tidied(raw, wanted[name]) for name, raw in styled.items()}
    typed.unread = {name: _unread(raw, wanted.get(name)) for name, raw in sorted(raws.items())}
    type_tables(tables, tidy, typed, lambda table: _absent(table, table_place(place, label, table.name), typed, anything=bool(raws)))
    if "calendars" in typed.frames:
        typed.frames["calendars"] = over_midnight(typed.frames["calendars"])
    if "orders" in typed.frames and "qty" in typed.frames["orders"].columns:
        _without_credits(typed)
    return typed


_TIDY, _TYPED = Kept[RawTable](), Kept[Typed]()


def _tidied(raw: RawTable, table: Table) -> RawTable:
    if not small_and_plain(raw):
        return tidied(raw, table)
    made = _TIDY.of((id(raw.frame), table), raw.frame, lambda: tidied(raw, table), small_and_plain)
    return replace(raw, frame=made.frame, problems=list(made.problems))


def _without_credits(typed: Typed) -> None:
    """Order lines below zero are credits or returns: nothing is to be delivered for them, they are left out and said."""
    frame = typed.frames["orders"]
    credits = frame.filter(pl.col("qty") < 0)
    if credits.height:
        typed.frames["orders"] = frame.filter((pl.col("qty") >= 0) | pl.col("qty").is_null())
        more = f" ({credits.height} rows such)" if credits.height > 1 else ""
        typed.problems.append(
            Problem(
                file=typed.labels["orders"], row=int(credits[ROW][0]), column="qty", value=f"{credits['qty'][0]:g}",
                message=f"a credit or return: nothing is to be delivered, left out{more}", remedy="book goods that come back as a receipt", warning=True,
            )
        )  # fmt: skip


def _unread(raw: RawTable, asked: Table | None) -> tuple[str, ...]:
    """Columns of the format that are in the file and are not asked for."""
    known = {column.name for column in asked.columns} if asked is not None else set()
    return tuple(name for name in raw.frame.columns if name != ROW and not name.startswith(OTHER) and name not in known)


def type_tables(
    tables: Sequence[Table], raws: Mapping[str, RawTable], typed: Typed, absent: Callable[[Table], None]
) -> None:
    """Cast and cross-reference ``raws`` into ``typed``; ``absent`` is told of every table that is not there."""
    for table in tables:
        if table.name in raws:
            _take_in(typed, table, raws[table.name])
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
    ['row', 'parent', 'component', 'qty_per', 'unit', 'source']
    """
    return pl.DataFrame(schema={ROW: pl.Int64(), **{column.name: dtype(column) for column in table.columns}})


def _absent(table: Table, label: str, typed: Typed, *, anything: bool) -> None:
    """Take a table that is not there as empty; tell if it is needed."""
    typed.frames[table.name] = empty_frame(table)
    typed.labels[table.name] = label
    if not table.required:
        return
    typed.partial.add(table.name)
    if anything:
        columns = ", ".join(column.name for column in table.columns if column.required)
        typed.problems.append(Problem(file=label, message="missing table", remedy=f"{table.meaning} Needed columns: {columns}"))


def _take_in(typed: Typed, table: Table, raw: RawTable) -> None:
    """Cast one table into ``typed``."""
    if small_and_plain(raw):
        one = _TYPED.of((id(raw.frame), table, raw.partial), raw.frame, lambda: _typed(table, raw), lambda made: not made.problems)
    else:
        one = _typed(table, raw)
    typed.frames |= one.frames
    typed.labels[table.name] = raw.label
    typed.problems += one.problems
    typed.doubtful |= one.doubtful
    typed.partial |= one.partial


def _typed(table: Table, raw: RawTable) -> Typed:
    one = Typed()
    _type(table, raw, one)
    return one


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
                unit = f" ({column.unit})" if column.unit else ""
                remedy = f"add it: {column.meaning or 'id'}{unit}"
                typed.problems.append(Problem(file=raw.label, row=raw.header_row, column=column.name, message="missing column", remedy=remedy))
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
    """Rows whose key was there before: added up or numbered where the table says so (with a warning), else reported."""
    frame, key = typed.frames[table.name], list(table.key)
    if not frame[key].is_duplicated().any():
        return
    blank = pl.all_horizontal(pl.col(name).is_null() | (pl.col(name).cast(pl.String) == "") for name in key)
    told = [column.name for column in table.columns if column.name in key and column.required] if table.empty_is_a_key else key
    some = blank if table.sums or table.numbered else pl.any_horizontal(pl.col(name).is_null() | (pl.col(name).cast(pl.String) == "") for name in told)
    again = frame.filter(~some).with_columns(pl.col(ROW).first().over(key).alias("_first")).filter(pl.col(ROW) != pl.col("_first"))
    if again.is_empty():
        return
    if table.sums or table.numbered:
        alike = by_content(frame, table.key)  # the turn of a row in its file decides nothing
        joined = _added(alike, table) if table.sums else _numbered(_numbered(alike, table), table)  # twice: a new number may be taken
        typed.frames[table.name] = joined.sort(ROW)
        typed.problems.append(_together(table, again, typed.labels[table.name]))
        return
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


def _added(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """One row a key, ``sums`` added up, the rest as its first row in order of content has it."""
    total = pl.col(table.sums).sum().over(list(table.key))
    first = pl.col(ROW) == pl.col(ROW).first().over(list(table.key))
    return frame.with_columns(total.alias(table.sums)).filter(first)


def _numbered(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Rows of one key apart: their ``numbered`` column gets a running number where it was not told before."""
    name, key = table.numbered, list(table.key)
    turn = pl.int_range(1, pl.len() + 1).over(key)
    alone = pl.len().over(key) == 1
    running = pl.when(pl.col(name) == "").then(turn.cast(pl.String)).otherwise(pl.concat_str([pl.col(name), turn.cast(pl.String)], separator="/"))
    return frame.with_columns(pl.when(alone | ((turn == 1) & (pl.col(name) != ""))).then(pl.col(name)).otherwise(running).alias(name))


def _together(table: Table, again: pl.DataFrame, label: str) -> Problem:
    """Say what was done with rows that stand together."""
    row, first = int(again[ROW][0]), int(again["_first"][0])
    value = ", ".join(str(again[name][0]) for name in table.key if str(again[name][0] or ""))
    count = f" ({again.height} rows such)" if again.height > 1 else ""
    done = f"their {table.sums} is added up" if table.sums else f"both count, told apart by a number in column {table.numbered}"
    message = f"the same {' and '.join(table.key)} as row {first}, but another line{count}: {done}"
    return Problem(file=label, row=row, column=" + ".join(table.key), value=value, message=message, remedy="take one out if it is a repetition", warning=True)


def _references(table: Table, typed: Typed) -> None:
    """Report ids that do not exist in the table they refer to."""
    frame = typed.frames[table.name]
    for column in table.columns:
        if column.ref is None or frame.is_empty() or column.ref[0] in typed.partial:
            continue
        known = typed.frames[column.ref[0]][column.ref[1]].unique()
        if column.loose and known.is_empty():  # there is no such table: anything goes
            continue
        if column.ref in typed.doubtful and not any(known):  # the column is not there: said already
            continue
        if frame.height <= MOST_ROWS and not set(frame[column.name].to_list()) - set(known.to_list()) - {"", None}:
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
