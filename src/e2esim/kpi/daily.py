"""What happened day by day, the warm-up included: short series by which one sees when a run has settled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import OrderKind, OrderState
from e2esim.domain.outcome import Outcome

Floats = npt.NDArray[np.float64]


class Daily(NamedTuple):
    """A series: its name, unit and values by day, (n_days,); NaN on a day without any."""

    name: str
    unit: str
    values: Floats


def daily(outcome: Outcome) -> list[Daily]:
    """Lines ordered, pieces waiting, lead time, on time and satisfaction by day of the run, of orders to the firm."""
    o, days = outcome.orders, int(outcome.horizon_h // 24)
    mine = np.flatnonzero((o.filled("kind") != OrderKind.SELL_OUT) & (o.filled("state") != OrderState.CANCELLED))
    placed, promised, delivered, felt = (o.filled(name)[mine].astype(np.float64) for name in ("placed", "promised", "delivered", "satisfaction"))
    quantity = o.filled("quantity")[mine].astype(np.float64)
    came, sold = _day(delivered, days), _day(placed, days)
    there = came >= 0
    on_time = there & ~np.isnan(promised)
    known = there & ~np.isnan(felt)
    waiting = np.cumsum(_sum(sold, quantity, days) - _sum(came, quantity, days)) + quantity[placed < 0].sum()
    return [
        Daily("orders", "lines/day", _sum(sold, np.ones(mine.size), days)),
        Daily("waiting", "pcs", waiting),
        Daily("lead_time", "days", _mean(came, np.where(there, (delivered - placed) / 24.0, 0.0), there, days)),
        Daily("on_time", "share", _mean(came, (delivered <= promised).astype(np.float64), on_time, days)),
        Daily("satisfaction", "satisfaction", _mean(came, np.where(known, felt, 0.0), known, days)),
    ]


def _day(hours: Floats, days: int) -> npt.NDArray[np.int64]:
    """Day of each time, -1 outside the run."""
    inside = (hours >= 0) & (hours < 24.0 * days)
    return np.where(inside, np.where(inside, hours, 0.0) // 24, -1).astype(np.int64)


def _sum(day: npt.NDArray[np.int64], values: Floats, days: int) -> Floats:
    inside = day >= 0
    return np.asarray(np.bincount(day[inside], weights=values[inside], minlength=days)[:days], dtype=np.float64)


def _mean(day: npt.NDArray[np.int64], values: Floats, use: npt.NDArray[np.bool_], days: int) -> Floats:
    count = _sum(day, use.astype(np.float64), days)
    return np.where(count > 0, _sum(day, np.where(use, values, 0.0), days) / np.maximum(count, 1.0), np.nan)
