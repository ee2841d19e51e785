"""Second choices of work centres for a step of a routing: which rows of table ``alternates`` speak of it, in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Row = Mapping[str, Any]


def speaks_of(row: Row, item: str, step: int, centre: str) -> bool:
    """Whether a row of alternates speaks of a step at a work centre."""
    return bool(row["work_centre"] == centre and row["item"] in ("", item) and row["step"] in (None, step))


def most_said_first(rows: Iterable[Row]) -> list[Row]:
    """Rows that speak of a step of an item, then of an item, then of all that pass the work centre."""
    return sorted(rows, key=lambda row: -((row["item"] != "") + (row["step"] is not None)))


def second_choices(rows: Iterable[Row], item: str, step: int, centre: str) -> list[Row]:
    """Further ways to do a step, first first; of ``rows`` (`most_said_first`) that name one work centre the first that speaks of the step holds.

    >>> all_of = {"work_centre": "A", "alternate": "B", "item": "", "step": None, "preference": 2, "time_factor": 2.0}
    >>> rows = most_said_first([all_of, all_of | {"item": "x", "time_factor": 1.5}])
    >>> [row["time_factor"] for row in second_choices(rows, "x", 10, "A")], second_choices(rows, "x", 10, "B")
    ([1.5], [])
    """
    own: dict[str, Row] = {}
    for row in rows:
        if speaks_of(row, item, step, centre):
            own.setdefault(row["alternate"], row)
    return sorted(own.values(), key=lambda row: (row["preference"], row["alternate"]))
