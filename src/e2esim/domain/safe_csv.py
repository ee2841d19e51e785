"""CSV for spreadsheets: a text that a spreadsheet would take for a formula is written behind an apostrophe."""

from __future__ import annotations

from pathlib import Path

import polars as pl

_FORMULA = r"^[=+\-@\t\r]"


def write_safe_csv(frame: pl.DataFrame, path: Path) -> None:
    """Write ``frame`` to ``path``; numbers stay as they are, texts that begin with ``=``, ``+``, ``-``, ``@``, tab or return get an apostrophe."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    safe = [pl.when(pl.col(t).str.contains(_FORMULA)).then("'" + pl.col(t)).otherwise(pl.col(t)).alias(t) for t in texts]
    frame.with_columns(safe).write_csv(path)
