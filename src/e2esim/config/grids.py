"""Rectangles of text under a header, with the row numbers that a spreadsheet shows.

Two ways to the same grid: whole columns at once for plain text, record by record for quoted text and workbooks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

ROW = "row"  # name of the column of row numbers, in no schema


@dataclass
class Grid:
    """A rectangle of text under a header: ``body`` has columns '0', '1', ... and ``row``; ragged rows are left out."""

    header_row: int
    names: list[str]
    body: pl.DataFrame
    ragged: list[int] = field(default_factory=list)
    records: list[list[str]] = field(default_factory=list)  # as read, the first of them row ``first``; none where the header was found in the text
    first: int = 1


def plain_grid(text: str, separator: str, skipped: int) -> Grid | None:
    """Split text without quotes in which every line has as many cells as the header; None if it is not that plain.

    The fast way for large exports: whole columns at once. Gives what :func:`grid_of` gives.
    """
    text = text.replace("\r\n", "\n")
    if '"' in text or "\r" in text:
        return None
    lines = pl.DataFrame({"line": text.split("\n")}).with_row_index(ROW, offset=1)[skipped:]
    blank = pl.col("line").str.replace_all(separator, "", literal=True).str.strip_chars() == ""
    lines = lines.filter(~blank)
    if lines.is_empty():
        return Grid(1, [], pl.DataFrame())
    counts = lines["line"].str.count_matches(separator, literal=True)
    width = int(counts[0]) + 1
    names = _trim([name.strip() for name in lines["line"][0].split(separator)])
    if len(names) != width or (counts != counts[0]).any():
        return None
    split = (
        pl.col("line").str.splitn(separator, width)
        if width == 1
        else pl.col("line").str.split_exact(separator, width - 1)
    )
    body = lines[1:].select(
        pl.col(ROW).cast(pl.Int64), split.struct.rename_fields([str(k) for k in range(width)]).struct.unnest()
    )
    return Grid(int(lines[ROW][0]), names, body)


def without_title(grid: Grid, known: Callable[[list[str]], int], most: int) -> tuple[Grid, int]:
    """A grid whose header stands below a title, and the rows that were above it: the first of ``most`` rows with two ``known`` names or more.

    >>> rows = [["Open orders", "", ""], ["item", "qty", "due"], ["A", "1", "2026-04-01"]]
    >>> grid, above = without_title(grid_of(rows, 1), lambda names: len({"item", "qty", "due"} & set(names)), 10)
    >>> grid.names, grid.header_row, grid.body.rows(), above
    (['item', 'qty', 'due'], 2, [(3, 'A', '1', '2026-04-01')], 1)
    """
    if not grid.names or known(grid.names) or not grid.records:
        return grid, 0
    for above, record in enumerate(grid.records[1 : most + 1], start=1):
        if known([name.strip() for name in record]) >= 2:
            return grid_of(grid.records[above:], grid.first + above), above
    return grid, 0


def grid_of(records: list[list[str]], first: int) -> Grid:
    """Return the grid of ``records`` (header first), the first of them row ``first``; blank rows are dropped."""
    rows = [(number, record) for number, record in enumerate(records, start=first) if any(map(str.strip, record))]
    if not rows:
        return Grid(first, [], pl.DataFrame())
    names = _trim([name.strip() for name in rows[0][1]])
    width = len(names)
    ragged = [number for number, record in rows[1:] if len(record) != width and not _fits(record, width)]
    skip = set(ragged)
    kept = [(number, record[:width]) for number, record in rows[1:] if number not in skip]
    cells = list(zip(*(record for _, record in kept), strict=True)) if kept else [()] * width
    body = pl.DataFrame(
        [pl.Series(ROW, [number for number, _ in kept], dtype=pl.Int64)]
        + [pl.Series(str(k), column, dtype=pl.String) for k, column in enumerate(cells)]
    )
    return Grid(rows[0][0], names, body, ragged, records, first)


def _trim(names: list[str]) -> list[str]:
    while names and not names[-1]:
        names.pop()
    return names


def _fits(record: list[str], width: int) -> bool:
    """A row is as wide as the header if what it has more is empty; a short row is not."""
    return len(record) > width and not any(cell.strip() for cell in record[width:])
