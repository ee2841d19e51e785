"""Rows of a table and how they are written: one CSV file, LF line ends, numbers with at most six significant digits."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Tables = dict[str, list[Row]]

ASSUMED = "assumed"
CASE = "case H2"  # the mattress maker's published figures: turnover, staff, pieces


def rows(names: str, *values: tuple[Any, ...], source: str = ASSUMED) -> list[Row]:
    """Rows under the space-separated ``names``; a row one value longer than the names carries its own source.

    >>> rows("a b", (1, 2), (3, 4, "said so"))
    [{'a': 1, 'b': 2, 'source': 'assumed'}, {'a': 3, 'b': 4, 'source': 'said so'}]
    """
    keys = names.split()
    return [dict(zip(keys, row[: len(keys)], strict=True)) | {"source": row[len(keys)] if len(row) > len(keys) else source} for row in values]


def whole(values: Mapping[Any, float], total: int) -> dict[Any, int]:
    """Round ``values``, scaled to ``total``, to whole numbers with exactly that sum (largest remainders).

    >>> whole({"a": 1.0, "b": 1.0, "c": 1.0}, 10)
    {'a': 4, 'b': 3, 'c': 3}
    """
    scale = total / sum(values.values())
    floor = {key: int(value * scale) for key, value in values.items()}
    rest = total - sum(floor.values())
    order = sorted(values, key=lambda key: floor[key] - values[key] * scale)  # sorted is stable: ties keep their order
    for key in order[:rest]:
        floor[key] += 1
    return floor


def text(value: Any) -> str:
    """Write one cell.

    >>> [text(v) for v in (True, 3.0, 0.1234567, "x")]
    ['true', '3', '0.123457', 'x']
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.6g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)


def write(folder: Path, tables: Tables) -> None:
    """Write each table to ``folder/NAME.csv``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in tables.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(content[0])
            writer.writerows([text(value) for value in row.values()] for row in content)
