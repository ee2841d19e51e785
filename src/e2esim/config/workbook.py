"""One Excel workbook to grids of text, with what the reader hides: where a sheet begins, cells with formula errors."""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from e2esim.config.grids import Grid, grid_of
from e2esim.config.text import one_form

# what a damaged or encrypted archive raises
_DAMAGE = (OSError, zipfile.BadZipFile, zlib.error, ValueError, KeyError, NotImplementedError, RuntimeError, EOFError)
_CELL = re.compile(rb'<c r="([A-Z]+)([0-9]+)"([^>]*)>')


_WHOLE_CELL = re.compile(rb'<c r="([A-Z]+)([0-9]+)"([^>]*)(?<!/)>(.*?)</c>', re.DOTALL)
_LOOKS_LIKE_A_NUMBER = re.compile(rb">\s*([+-]?[1-9]\d{0,2}[.,]\d{3})\s*<")
MOST_UNPACKED = 200_000_000  # bytes; about three million cells, and some GB while they are read


class UnreadableWorkbook(ValueError):
    """The file, or a sheet of it, is no Excel workbook that can be read."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its grid, its cells with formula errors and those whose formula was never worked out, as (cell, row).

    ``texts`` are texts of the workbook that look like 1.000: one, or a thousand.
    """

    name: str
    grid: Grid
    errors: list[tuple[str, int]]
    unworked: list[tuple[str, int]]
    texts: frozenset[str]


def read_sheets(path: Path) -> Iterator[Sheet]:
    """Yield the sheets of a workbook, every cell as text; names that begin with ``_`` are left alone.

    Raises
    ------
    UnreadableWorkbook
        If it is no workbook.
    """
    import fastexcel

    try:
        facts = _sheet_facts(path)
        book = fastexcel.read_excel(path)
        for name in book.sheet_names:
            if name.startswith("_"):
                continue
            frame = book.load_sheet(name, header_row=None, dtypes="string").to_polars()
            first, errors, unworked, texts = facts.get(name, _Facts(1, [], [], frozenset()))
            records = [["" if cell is None else one_form(cell) for cell in record] for record in frame.rows()]
            yield Sheet(name.strip(), grid_of(records, first), errors, unworked, texts)
    except UnreadableWorkbook:
        raise
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


class _Facts(NamedTuple):
    """What the reader hides of a sheet: its first used row, cells with formula errors, cells without a worked out value, texts like 1.000."""

    first: int
    errors: list[tuple[str, int]]
    unworked: list[tuple[str, int]]
    texts: frozenset[str]


def _sheet_facts(path: Path) -> dict[str, _Facts]:
    """Return the facts of each sheet.

    Raises
    ------
    UnreadableWorkbook
        If the file would unpack to more than can be read.
    """
    facts: dict[str, _Facts] = {}
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
        if size > MOST_UNPACKED:
            raise UnreadableWorkbook(f"too large: it unpacks to {size / 1e6:,.0f} MB, at most {MOST_UNPACKED / 1e6:,.0f} MB are read; save its sheets as CSV")
        shared = archive.read("xl/sharedStrings.xml") if "xl/sharedStrings.xml" in archive.namelist() else b""
        doubtful = _texts(shared)
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
                facts[html.unescape(name.group(1))] = _facts(archive.read(inner), doubtful)
    return facts


def _texts(xml: bytes) -> frozenset[str]:
    return frozenset(text.decode() for text in _LOOKS_LIKE_A_NUMBER.findall(xml))


def _facts(xml: bytes, doubtful: frozenset[str]) -> _Facts:
    first = _CELL.search(xml)
    errors = []
    if b't="e"' in xml:
        errors = [(f"{m[1].decode()}{m[2].decode()}", int(m[2])) for m in _CELL.finditer(xml) if b't="e"' in m[3]]
    unworked = []
    if b"<f" in xml:
        unworked = [(f"{m[1].decode()}{m[2].decode()}", int(m[2])) for m in _WHOLE_CELL.finditer(xml) if _no_value(m[3], m[4])]
    texts = doubtful | _texts(xml) if b"inlineStr" in xml else doubtful
    return _Facts(int(first[2]) if first else 1, errors, unworked, texts)


def _no_value(attributes: bytes, content: bytes) -> bool:
    """Whether a cell holds a formula that nobody has worked out; one that gives an empty text has a value."""
    return b"<f" in content and b't="str"' not in attributes and not re.search(rb"<v>[^<]", content)
