"""Start and end of the lots of a plan folder by the hour, on today's machines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from e2esim.planning.factory.problem import Floats, Ints, PlanProblem
from e2esim.planning.factory.shifts import DAY_H


@dataclass(frozen=True, kw_only=True, eq=False)
class LotTimes:
    """Start and end of the work and when the goods are there, (n_lots,) [h from day 0], and the machine; -1 where hours are by week."""

    lot_from: Floats
    lot_to: Floats
    lot_ready: Floats
    lot_machine: Ints


def lot_times(lots: pl.DataFrame, facts: PlanProblem) -> LotTimes:
    """Times of the rows of table lots; a plan without hours, or of a machine that is no more, counts by the day."""
    today = pl.lit(facts.today)
    start, end = (lots.select((pl.col(name) - today).dt.total_days()).to_series().to_numpy().astype(np.float64) * DAY_H for name in ("start", "end"))
    by_day = LotTimes(lot_from=start, lot_to=end, lot_ready=end, lot_machine=np.full(lots.height, -1, dtype=np.int64))
    if facts.shifts is None or not {"starts_at", "ends_at", "machine", "work_centre"} <= set(lots.columns):
        return by_day
    centres = {name: c for c, name in enumerate(facts.centres)}
    machine = np.full(lots.height, -1, dtype=np.int64)
    for row, (name, number) in enumerate(lots.select("work_centre", "machine").iter_rows()):
        some = facts.shifts.machines(centres[name]) if name in centres else range(0)
        machine[row] = some[number - 1] if number and number <= len(some) else -1
    exact = machine >= 0
    midnight = pl.lit(facts.today).cast(pl.Datetime("us"))
    begins, ends = (lots.select((pl.col(name) - midnight).dt.total_microseconds() / 3.6e9).to_series().to_numpy() for name in ("starts_at", "ends_at"))
    once = end <= ends + 1e-6  # no flow time: there in the course of the day
    return LotTimes(
        lot_from=np.where(exact, begins, start),
        lot_to=np.where(exact, ends, end),
        lot_ready=np.where(exact & once, ends, end),
        lot_machine=machine,
    )
