"""What one more hour of the bottleneck would have been worth to the weekly master plans of a run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from e2esim.domain.events import Event
from e2esim.domain.outcome import Outcome
from e2esim.report.weekly import WEEK_H


@dataclass(frozen=True, kw_only=True)
class HourPrice:
    """The work centre whose hours were worth most in the reporting period.

    Parameters
    ----------
    centre
        Its number, -1 if no plan had a price.
    plans, of
        Plans in which its hours were a limit, and all plans of the period.
    mean, high, week
        Mean price over these plans, the highest, and the week of the run in which that was planned [EUR/h].
    hours
        Hours more for which the price held, the middle of these plans [h].
    """

    centre: int
    plans: int
    of: int
    mean: float
    high: float
    week: int
    hours: float


def read_hour_price(outcome: Outcome) -> HourPrice:
    """The dearest work centre of the master plans since the warm-up; each plan tells the dearest week of its limits."""
    events = outcome.events
    inside = events["t"] >= outcome.warmup_h
    plans = int((inside & (events["kind"] == Event.MPS_PLANNED)).sum())
    rows = np.flatnonzero(inside & (events["kind"] == Event.HOUR_PRICED))
    if not rows.size:
        return HourPrice(centre=-1, plans=0, of=plans, mean=0.0, high=0.0, week=-1, hours=0.0)
    place, value = events["place"][rows], events["value"][rows]
    centre = int(np.bincount(place, weights=value).argmax())
    own = rows[place == centre]
    price = events["value"][own]
    top = int(own[int(price.argmax())])
    return HourPrice(
        centre=centre,
        plans=own.size,
        of=plans,
        mean=float(price.mean()),
        high=float(price.max()),
        week=int(events["t"][top] // WEEK_H),
        hours=float(np.median(events["quantity"][own])),
    )
