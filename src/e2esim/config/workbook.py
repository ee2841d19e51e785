"""One Excel workbook to grids of text, with what the reader hides: where a sheet begins, cells with formula errors."""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from e2esim.config.grids import Grid, grid_of

# what a damaged or encrypted archive raises
_DAMAGE = (OSError, zipfile.BadZipFile, zlib.error, ValueError, KeyError, NotImplementedError, RuntimeError, EOFError)
_CELL = re.compile(rb'<c r="([A-Z]+)([0-9]+)"([^>]*)>')


class UnreadableWorkbook(ValueError):
    """The file, or a sheet of it, is no Excel workbook that can be read."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its grid, and its cells with formula errors as (cell, row)."""

    name: str
    grid: Grid
    errors: list[tuple[str, int]]


def read_sheets(path: Path) -> Iterator[Sheet]:
    """Yield the sheets of a workbook, every cell as text; names that begin with ``_`` are left alone.

    Raises
    ------
    UnreadableWorkbook
        If it is no workbook.
    """
    import fastexcel

    try:
        book = fastexcel.read_excel(path)
        facts = _sheet_facts(path)
        for name in book.sheet_names:
            if name.startswith("_"):
                continue
            frame = book.load_sheet(name, header_row=None, dtypes="string").to_polars()
            first, errors = facts.get(name, (1, []))
            records = [["" if cell is None else cell for cell in record] for record in frame.rows()]
            yield Sheet(name.strip(), grid_of(records, first), errors)
    except (fastexcel.FastExcelError, *_DAMAGE) as error:
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise UnreadableWorkbook(f"not readable as an Excel workbook ({reason})") from error


def sheet_names(path: Path) -> list[str]:
    """Names of the sheets of a workbook; empty if it is none."""
    import fastexcel

    try:
        return [name.strip() for name in fastexcel.read_excel(path).sheet_names if not name.startswith("_")]
    except (fastexcel.FastExcelError, *_DAMAGE):
        return []


def _sheet_facts(path: Path) -> dict[str, tuple[int, list[tuple[str, int]]]]:
    """Return for each sheet what the reader hides: the number of its first used row, its cells with formula errors."""
    facts: dict[str, tuple[int, list[tuple[str, int]]]] = {}
    with zipfile.ZipFile(path) as archive:
        book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
        links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
        target = {}
        for link in re.findall(r"<Relationship [^>]*>", links):
            ident, place = re.search(r'\bId="([^"]*)"', link), re.search(r'\bTarget="([^"]*)"', link)
            if ident and place:
                target[ident.group(1)] = place.group(1)
        for sheet in re.findall(r"<(?:\w+:)?sheet [^>]*>", book):
            name, ident = re.search(r'\bname="([^"]*)"', sheet), re.search(r'\b\w+:id="([^"]*)"', sheet)
            if not name or not ident or ident.group(1) not in target:
                continue
            inner = target[ident.group(1)].lstrip("/")
            inner = inner if inner.startswith("xl/") else f"xl/{inner}"
            if inner in archive.namelist():
                facts[html.unescape(name.group(1))] = _facts(archive.read(inner))
    return facts


def _facts(xml: bytes) -> tuple[int, list[tuple[str, int]]]:
    first = _CELL.search(xml)
    errors = []
    if b't="e"' in xml:
        errors = [(f"{m[1].decode()}{m[2].decode()}", int(m[2])) for m in _CELL.finditer(xml) if b't="e"' in m[3]]
    return (int(first[2]) if first else 1), errors
