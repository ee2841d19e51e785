"""Files to raw tables: CSV of any usual encoding and separator, or one Excel workbook; every cell is text.

Nothing is converted here, so nothing is lost: ``000123`` and ``n/a`` stay. Rows keep the number a spreadsheet shows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from e2esim.config.grids import ROW, Grid, grid_of, plain_grid
from e2esim.config.problems import Problem, did_you_mean
from e2esim.config.text import UnreadableText, decode
from e2esim.config.workbook import UnreadableWorkbook, read_sheets
from e2esim.domain.schema import TABLE, Table

FOLDER = "data"
WORKBOOK = "data.xlsx"
UNKNOWN_TABLE, UNKNOWN_COLUMN = "there is no such table", "unknown column"


@dataclass
class RawTable:
    """One table as text: ``frame`` holds the known columns and ``row``, the number of each row in the file."""

    name: str
    label: str
    frame: pl.DataFrame
    problems: list[Problem] = field(default_factory=list)
    partial: bool = False  # True if rows were left out, so that what is missing proves nothing


def read_folder(folder: Path, label: str) -> tuple[dict[str, RawTable], list[Problem]]:
    """Read every table below the scenario ``folder``; ``label`` is how messages call that folder.

    Returns the tables that could be read (missing ones are not in it) and what was wrong with the files as such.
    """
    book, data = folder / WORKBOOK, folder / FOLDER
    if book.is_file() and data.is_dir() and any(data.glob("*.csv")):
        remedy = f"keep one: the {FOLDER} folder or the workbook"
        return {}, [Problem(file=label, message=f"both {FOLDER}/*.csv and {WORKBOOK} are there", remedy=remedy)]
    if book.is_file():
        return read_workbook(book, _join(label, WORKBOOK))
    if not data.is_dir() or not any(data.glob("*.[cC][sS][vV]")):
        remedy = f"put the tables in {FOLDER}/NAME.csv, or as sheets in {WORKBOOK}"
        return {}, [Problem(file=label, message="the scenario has no tables", remedy=remedy)]
    return read_csvs(data, _join(label, FOLDER))


def _join(label: str, name: str) -> str:
    return f"{label}/{name}" if label else name


def read_csvs(
    data: Path, label: str, known: Mapping[str, Table] = TABLE
) -> tuple[dict[str, RawTable], list[Problem]]:
    """Read every CSV file of the folder ``data`` whose name is in ``known``."""
    found: dict[str, RawTable] = {}
    problems: list[Problem] = []
    for path in sorted(data.iterdir()):
        if path.suffix.lower() != ".csv" or path.name.startswith(("_", ".", "~")):
            continue
        if path.stem not in known:
            problems.append(_unknown_table(f"{label}/{path.name}", path.stem, known))
            continue
        found[path.stem] = read_csv(path, known[path.stem], f"{label}/{path.name}")
    return found, problems


def _unknown_table(label: str, name: str, known: Mapping[str, Table]) -> Problem:
    remedy = f"{did_you_mean(name, list(known))} (a name that begins with _ is left alone)"
    return Problem(file=label, message=UNKNOWN_TABLE, remedy=remedy)


def read_workbook(
    path: Path, label: str, known: Mapping[str, Table] = TABLE
) -> tuple[dict[str, RawTable], list[Problem]]:
    """Read every sheet of a workbook whose name is in ``known``."""
    found: dict[str, RawTable] = {}
    problems: list[Problem] = []
    try:
        for sheet in read_sheets(path):
            place = f"{label}:{sheet.name}"
            if sheet.name not in known:
                problems.append(_unknown_table(place, sheet.name, known))
                continue
            found[sheet.name] = _table(known[sheet.name], place, sheet.grid)
            remedy = "mend the formula or type the value"
            found[sheet.name].problems += [
                Problem(file=place, row=row, message=f"cell {cell} holds a formula error", remedy=remedy)
                for cell, row in sheet.errors
            ]
    except UnreadableWorkbook as error:
        problems.append(Problem(file=label, message=str(error), remedy="save it again as .xlsx"))
    return found, problems


def read_csv(path: Path, table: Table, label: str) -> RawTable:
    """Read one CSV file as text; problems of the file are in the result."""
    try:
        text = decode(path.read_bytes())
    except OSError as error:
        return _unreadable(table, label, f"cannot be read ({error.strerror})", "check the file")
    except UnreadableText as error:
        return _unreadable(table, label, str(error), "save it as CSV UTF-8")
    separator, skipped = _separator(text, table)
    grid = plain_grid(text, separator, skipped)
    if grid is None:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        try:
            grid = grid_of(list(reader)[skipped:], 1 + skipped)
        except csv.Error as error:
            remedy = 'look for a quote (") that is not closed or not doubled'
            return _unreadable(table, label, f"not readable as CSV near line {reader.line_num} ({error})", remedy)
    return _table(table, label, grid)


def _unreadable(table: Table, label: str, message: str, remedy: str) -> RawTable:
    return RawTable(table.name, label, pl.DataFrame(), [Problem(file=label, message=message, remedy=remedy)])


def _separator(text: str, table: Table) -> tuple[str, int]:
    """Return the separator whose header names most known columns, and the lines before the header (``sep=;``)."""
    lines = text.split("\n", 2)
    first = lines[0].strip()
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4], 1
    known = {column.name for column in table.columns}

    def score(separator: str) -> tuple[int, int]:
        names = [name.strip().strip('"') for name in first.split(separator)]
        return len(known.intersection(names)), len(names)

    return max((",", ";", "\t"), key=score), 0


def _table(table: Table, label: str, grid: Grid) -> RawTable:
    """Name the columns of ``grid``, drop those that are unknown, report what is wrong with header and rows."""
    out = RawTable(table.name, label, pl.DataFrame())
    if not grid.names:
        remedy = f"its first row names the columns: {', '.join(column.name for column in table.columns)}"
        out.problems.append(Problem(file=label, message="the table is empty", remedy=remedy))
        return out
    out.problems += _header_problems(table, label, grid.header_row, grid.names)
    out.partial = bool(grid.ragged)
    for number in grid.ragged:
        message = f"the row has another number of cells than the header ({len(grid.names)})"
        out.problems.append(
            Problem(
                file=label,
                row=number,
                message=message,
                remedy="quote cells that hold the separator; give every row all cells",
            )
        )
    known = {column.name for column in table.columns}
    place = {name: str(k) for k, name in reversed(list(enumerate(grid.names))) if name in known}
    out.frame = grid.body.select(pl.col(ROW), *(pl.col(k).str.strip_chars().alias(name) for name, k in place.items()))
    return out


def _header_problems(table: Table, label: str, row: int, names: list[str]) -> list[Problem]:
    known = [column.name for column in table.columns]
    problems = []
    missing = [column.name for column in table.columns if column.required and column.name not in names]
    for k, name in enumerate(names):
        if name in names[:k]:
            problems.append(Problem(file=label, row=row, column=name, message="column named twice", remedy="keep one"))
        elif not name:
            problems.append(
                Problem(file=label, row=row, message=f"column {k + 1} has no name", remedy="name it or remove it")
            )
        elif name not in known and not name.startswith("_"):
            remedy = did_you_mean(
                name, [c for c in known if c not in names], "begin the name with _ to keep it; columns not there yet"
            )
            problems.append(Problem(file=label, row=row, column=name, message=UNKNOWN_COLUMN, remedy=remedy))
    problems += [
        Problem(file=label, row=row, column=name, message="missing column", remedy=_meaning(table, name))
        for name in missing
    ]
    return problems


def _meaning(table: Table, name: str) -> str:
    column = table.column(name)
    unit = f" ({column.unit})" if column.unit else ""
    return f"add it: {column.meaning or 'id'}{unit}"
