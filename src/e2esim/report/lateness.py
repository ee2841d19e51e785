"""What the page says of late pieces: by cause, the most blamed place of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from e2esim.domain.book import LateCause
from e2esim.domain.outcome import Outcome
from e2esim.domain.world import World
from e2esim.report.frames import late_places


@dataclass(frozen=True, kw_only=True)
class LateRow:
    """Pieces late for one cause, those of them still open, and the place with most of the blame ('' = none)."""

    cause: LateCause
    pieces: float
    open: float
    place: str


def read_late(outcome: Outcome, world: World | None) -> list[LateRow]:
    """Pieces that missed their promised day after the warm-up, by cause, the most first."""
    late, places = outcome.late, np.array(late_places(outcome, world).cast(str).fill_null("").to_list(), dtype=object)
    mine = (late.filled("promise") == 1) & (late.filled("due") > outcome.warmup_h)
    rows = []
    for cause in LateCause:
        own = mine & (late.filled("cause") == cause)
        pieces = late.filled("pieces")[own].astype(np.float64)
        if pieces.size:
            names, where = np.unique(places[own].astype(str), return_inverse=True)
            place = str(names[np.bincount(where, weights=pieces).argmax()])
            rows.append(LateRow(cause=cause, pieces=float(pieces.sum()), open=float(pieces[late.filled("open")[own] == 1].sum()), place=place))
    return sorted(rows, key=lambda row: -row.pieces)
