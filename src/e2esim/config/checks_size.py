"""Tables with more members than the columns of a run can tell apart are refused, never wrapped."""

from __future__ import annotations

from collections.abc import Iterator

from e2esim.config.checks import Check, View
from e2esim.config.problems import Problem
from e2esim.domain.size import most

_COLUMN_OF = {
    "segments": "segment",
    "channels": "channel",
    "markets": "market",
    "customers": "account",
    "items": "item",
    "brands": "brand",
    "work_centres": "place",
    "suppliers": "place",
}


def too_many(view: View) -> Iterator[Problem]:
    """A table has more rows than its members have numbers."""
    for table, column in _COLUMN_OF.items():
        if table not in view.typed.frames:
            continue
        rows, limit = view.table(table).height, most(column) - 1  # one number is kept for "none"
        if rows > limit:
            yield view.problem(table, f"{rows} rows, and a run tells at most {limit} apart", remedy=f"merge {table} that behave alike")


CHECKS: tuple[Check, ...] = (too_many,)
