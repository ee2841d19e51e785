"""One order of rows for the planner, whatever order the files have: the same facts give the same plan."""

from __future__ import annotations

import polars as pl

_KEYS: dict[str, tuple[str, ...]] = {
    "items": ("item",),
    "work_centres": ("work_centre",),
    "bom": ("parent", "component"),
    "routings": ("item", "step"),
    "supply": ("item", "priority", "supplier"),
    "orders": ("order", "line"),
    "receipts": ("receipt",),
}


def in_order(frames: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Tables sorted by what names their rows; the others as they are.

    >>> in_order({"items": pl.DataFrame({"item": ["B", "A"]})})["items"]["item"].to_list()
    ['A', 'B']
    """
    return {name: frame.sort(_KEYS[name], maintain_order=True) if name in _KEYS else frame for name, frame in frames.items()}
