"""How exports of an ERP come out: code pages, separators, spaces, blank rows, lines twice, dates in two hands."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from collections.abc import Sequence
from pathlib import Path

Rows = list[list[str]]


def written(date: dt.date, way: int) -> str:
    """A date as one of the ways in which people write it.

    >>> [written(dt.date(2026, 1, 5), way) for way in range(3)]
    ['2026-01-05', '05.01.2026', '20260105']
    """
    return (date.isoformat(), f"{date:%d.%m.%Y}", f"{date:%Y%m%d}")[way]


def padded(dice: random.Random, rows: Rows, share: float) -> Rows:
    """Spaces behind some cells, and before fewer."""
    return [[f" {cell} " if dice.random() < share / 10 else f"{cell}  " if dice.random() < share else cell for cell in row] for row in rows]


def with_blanks(dice: random.Random, rows: Rows, count: int) -> Rows:
    """Blank rows between the others."""
    out = list(rows)
    for _ in range(count):
        out.insert(dice.randrange(1, len(out)), [""] * len(rows[0]))
    return out


def with_twins(dice: random.Random, rows: Rows, count: int) -> Rows:
    """Some rows a second time, further down."""
    out = list(rows)
    for row in dice.sample(rows, count):
        out.insert(dice.randrange(out.index(row) + 1, len(out) + 1), list(row))
    return out


def save(path: Path, head: Sequence[str], rows: Rows, *, separator: str = ";", encoding: str = "cp1252", first: str = "") -> None:
    """Write a table with Windows line ends."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    path.write_bytes((first + text.getvalue()).encode(encoding))
