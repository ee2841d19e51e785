"""Calendar months as buckets of days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.planning.sop.problem import Floats

SHORTEST = 10  # [days] a rest of a month shorter than this goes to the next one


@dataclass(frozen=True, kw_only=True)
class Months:
    """Buckets of whole days from ``first``: month ``k`` is days ``edge[k]`` to ``edge[k + 1]`` from then."""

    first: dt.date
    names: tuple[str, ...]
    edge: tuple[int, ...]

    @property
    def days(self) -> Floats:
        """Days of each bucket."""
        return np.diff(np.array(self.edge, dtype=np.float64))

    @property
    def horizon(self) -> int:
        """Days in all buckets together."""
        return self.edge[-1]

    def sums(self, daily: npt.NDArray[np.float64]) -> Floats:
        """Sums over each bucket of (..., days), (..., T); days beyond the table count as nothing."""
        upto = np.concatenate((np.zeros((*daily.shape[:-1], 1)), np.cumsum(daily, axis=-1)), axis=-1)
        at = np.minimum(np.array(self.edge), daily.shape[-1])
        return np.asarray(np.diff(upto[..., at], axis=-1))

    def date(self, month: int) -> dt.date:
        """First day of a bucket."""
        return self.first + dt.timedelta(days=self.edge[month])


def months_from(first: dt.date, count: int) -> Months:
    """Return ``count`` buckets from ``first`` on, the first one the rest of its calendar month.

    Examples
    --------
    >>> months_from(dt.date(2026, 1, 5), 2)
    Months(first=datetime.date(2026, 1, 5), names=('2026-01', '2026-02'), edge=(0, 27, 55))
    >>> months_from(dt.date(2026, 1, 28), 1).names
    ('2026-02',)
    """
    year, month = first.year, first.month
    names: list[str] = []
    edge = [0]
    while len(names) < count:
        nxt = dt.date(year + month // 12, month % 12 + 1, 1)
        days = (nxt - first).days
        if names or days >= SHORTEST:
            names.append(f"{year}-{month:02d}")
            edge.append(days)
        year, month = nxt.year, nxt.month
    return Months(first=first, names=tuple(names), edge=tuple(edge))
