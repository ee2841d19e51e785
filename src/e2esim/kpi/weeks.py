"""Counts that a run closes week by week: those of the window, and by group."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.kpi.reading import Reading

Floats = npt.NDArray[np.float64]


class WeeksInside(NamedTuple):
    """Weeks of a run that lie in the window: which, (weeks,), and when the first of them begins and the last one ends [h]."""

    some: npt.NDArray[np.bool_]
    since: float
    until: float


def whole_weeks(reading: Reading) -> WeeksInside:
    """The whole weeks of the window; where there is none, they begin and end at its end."""
    ends = np.asarray(reading.outcome.weighed_t)
    starts = np.concatenate(([0.0], ends[:-1])) if len(ends) else ends
    some = (starts >= reading.start - 1e-6) & (ends <= reading.end + 1e-6)
    return WeeksInside(some, float(starts[some].min()), float(ends[some].max())) if some.any() else WeeksInside(some, reading.end, reading.end)


def by_group(reading: Reading, by_both: npt.NDArray[Any] | None) -> Floats:
    """A count by channel and segment, (channels, segments), laid out by group, (n_groups,); None = nobody; brand and market untold."""
    out = np.zeros(reading.groups.size)
    if by_both is not None:
        out[0] = by_both.sum()
        out[reading.groups.slice("channel")] = by_both.sum(axis=1)
        out[reading.groups.slice("segment")] = by_both.sum(axis=0)
    return out
