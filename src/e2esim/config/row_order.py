"""One order of rows, whatever order the files have: the same facts give the same results."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from e2esim.config.grids import ROW
from e2esim.domain.schema import TABLE

_FIRST: dict[str, tuple[str, ...]] = {"supply": ("item", "priority", "supplier")}  # read in the turn in which they are asked


def in_order(frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Tables sorted by what names their rows, then by everything else they say.

    >>> in_order({"items": pl.DataFrame({"item": ["B", "A"]})})["items"]["item"].to_list()
    ['A', 'B']
    """
    return {name: by_content(frame, _FIRST.get(name, TABLE[name].key if name in TABLE else ())) for name, frame in frames.items()}


def by_content(frame: pl.DataFrame, first: tuple[str, ...]) -> pl.DataFrame:
    """Rows sorted by the columns ``first``, those alike in them by the rest; their place in the file decides nothing.

    >>> by_content(pl.DataFrame({"row": [2, 3, 4], "item": ["B", "A", "B"], "qty": [2.0, 9.0, 1.0]}), ("item",))["row"].to_list()
    [3, 4, 2]
    """
    known = [name for name in first if name in frame.columns]
    rest = sorted(name for name in frame.columns if name not in known and name != ROW and not name.startswith("_"))
    return frame.sort([*known, *rest], nulls_last=True, maintain_order=True) if known else frame
