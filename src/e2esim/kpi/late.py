"""KPIs of lateness by cause, and of the calm of the plan."""

from __future__ import annotations

import numpy as np

from e2esim.domain.book import LateCause
from e2esim.kpi.reading import Reading, filled
from e2esim.kpi.table import Findings

CAUSES = tuple(cause.name.lower() for cause in LateCause)


def measure_late(reading: Reading, findings: Findings) -> None:
    """Take the pieces late after the promise, by cause, and the nervousness of the plan."""
    late = filled(reading.outcome.late)
    mine = (late["promise"] == 1) & (late["due"] > reading.start) & (late["due"] <= reading.end)
    cause = late["cause"][mine]
    pieces = np.bincount(cause, weights=late["pieces"][mine], minlength=len(CAUSES)) * reading.a_year
    lines = np.bincount(cause, minlength=len(CAUSES)).astype(np.float64)
    findings.put_one("late_pieces", float(pieces.sum()), float(lines.sum()))
    findings.put_members("late_pieces", "cause", CAUSES, pieces, lines)
    moved = reading.outcome.moved
    inside = moved[(moved[:, 0] >= reading.start) & (moved[:, 0] < reading.end), 1]
    note = "the plan was never made twice in the reporting window"
    findings.put_one("nervousness", float(inside.mean()) if inside.size else float("nan"), inside.size, note)
