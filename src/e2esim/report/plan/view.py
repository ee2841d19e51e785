"""A plan with its case, laid out once for every table and picture: all lots, all purchases, names and dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.planning.demand.net_demand import NetDemand
from e2esim.planning.factory.case import PlanCase
from e2esim.planning.factory.explain import Explanation
from e2esim.planning.factory.frozen import Remainder
from e2esim.planning.factory.long_waits import LongWait, long_waits
from e2esim.planning.factory.planner import late_pieces
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem
from e2esim.planning.factory.requirements import wished_load
from e2esim.planning.factory.result import PlanResult
from e2esim.planning.factory.shelf_life import Aged, scrap_rows
from e2esim.planning.factory.worked import hours_used
from e2esim.study.robust import Robustness

Names = npt.NDArray[np.object_]
RELEASED, FIRM, PLANNED = "released", "firm", "planned"


@dataclass(frozen=True, kw_only=True, eq=False)
class LotRows:
    """Released lots first, then planned ones; one row a lot and step [pcs, d from today, h]."""

    name: Names
    step: Ints
    qty: Floats
    start: Ints
    end: Ints
    hours: Floats
    begins: Floats  # of the work [h from day 0]
    ends: Floats
    machine: Ints  # row of `Shifts`, -1 where hours are by week
    released: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Purchases:
    """Released purchases first, then planned ones [pcs, d from today]."""

    name: Names
    source: Ints
    qty: Floats
    ordered: Ints
    received: Ints
    released: int


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanView:
    """A case, what was left of it to plan, the plan, what replications of it said, what would help, and the forecast."""

    case: PlanCase
    left: Remainder
    result: PlanResult
    robust: Robustness | None = None
    said: Explanation | None = None
    changes: pl.DataFrame | None = None  # against an earlier plan; see `e2esim.report.plan.changes`
    demand: NetDemand | None = None
    aged: Aged | None = None  # what expires; None where nothing does

    @property
    def facts(self) -> PlanProblem:
        """The problem as the data state it."""
        return self.case.facts

    @cached_property
    def items(self) -> Names:
        """Names of the items."""
        return np.array(self.facts.items, dtype=object)

    @cached_property
    def lots(self) -> LotRows:
        """All lots, with numbers that go on where released ones end."""
        f, old, r = self.facts, self.case.released, self.result
        step, qty = np.r_[old.lot_step, r.lot_step], np.r_[old.lot_qty, r.lot_qty]
        return LotRows(
            name=numbered("L", old.lot_name, r.lot_step.size),
            step=step,
            qty=qty,
            start=np.r_[old.lot_start, r.lot_start],
            end=np.r_[old.lot_end, r.lot_end],
            hours=np.where(f.is_outside[f.step_centre[step]], 0.0, f.step_setup_h[step] + f.step_run_h[step] * qty),
            begins=np.r_[old.lot_from, r.lot_from],
            ends=np.r_[old.lot_to, r.lot_to],
            machine=np.r_[old.lot_machine, r.lot_machine],
            released=old.lot_step.size,
        )

    @cached_property
    def purchases(self) -> Purchases:
        """All purchases."""
        old, r = self.case.released, self.result
        return Purchases(
            name=numbered("P", old.purchase_name, r.purchase_source.size),
            source=np.r_[old.purchase_source, r.purchase_source],
            qty=np.r_[old.purchase_qty, r.purchase_qty],
            ordered=np.r_[old.purchase_ordered, r.purchase_ordered],
            received=np.r_[old.purchase_received, r.purchase_received],
            released=old.purchase_source.size,
        )

    @cached_property
    def load(self) -> Floats:
        """Planned hours by work centre and week, (n_centres, n_weeks) [h]."""
        x = self.lots
        return self._own(hours_used(self.facts, x.step, x.qty, x.begins, x.ends, x.machine))

    def _own(self, hours: Floats) -> Floats:
        """Hours of our own work centres, none of subcontractors."""
        return np.where(self.facts.is_outside[:, None], 0.0, hours)

    @cached_property
    def machine_number(self) -> Ints:
        """Number of the machine of each lot inside its work centre, from 1; 0 where hours are by week."""
        f, lots = self.facts, self.lots
        if f.shifts is None:
            return np.zeros(lots.step.size, dtype=np.int64)
        return np.where(lots.machine >= 0, lots.machine - f.shifts.first_machine[f.step_centre[lots.step]] + 1, 0).astype(np.int64)

    def times(self, hours: Floats) -> pl.Series:
        """Hours from day 0 as date and time, to the second."""
        seconds = np.round(np.asarray(hours) * 3600.0).astype("timedelta64[s]")
        return pl.Series((np.datetime64(self.facts.today, "s") + seconds).astype("datetime64[us]"))

    @cached_property
    def wished(self) -> Floats:
        """Hours wanted when all is made just in time without limits, (n_centres, n_weeks) [h]."""
        return self._own(wished_load(self.facts))

    @cached_property
    def weeks(self) -> int:
        """Weeks worth showing: until the last order, lot and delivery."""
        r = self.result
        last = max(int(x.max(initial=0)) for x in (self.facts.order_due, self.lots.end, r.delivery_day))
        return min(self.facts.n_weeks, last // 7 + 1)

    @cached_property
    def late(self) -> Floats:
        """Pieces of every order that are late or never come, (n_orders,)."""
        r = self.result
        return late_pieces(self.left.problem, r.delivery_order, r.delivery_day, r.delivery_qty)

    @cached_property
    def long_waits(self) -> tuple[LongWait, ...]:
        """Orders of customers that wait long, the longest first."""
        return tuple(w for w in long_waits(self.left.problem, self.result) if self.ordered[w.order])

    @cached_property
    def ordered(self) -> npt.NDArray[np.bool_]:
        """Which orders are of customers, neither net forecast nor safety stock, (n_orders,)."""
        return np.arange(len(self.facts.orders)) < self.case.n_orders

    @cached_property
    def taken_by_firm(self) -> npt.NDArray[np.bool_]:
        """Which orders are parts of firm works orders, (n_orders,)."""
        row = np.arange(len(self.facts.orders))
        return (row >= self.case.n_orders) & (row < self.case.n_orders + self.case.n_firm)

    @cached_property
    def scrapped(self) -> npt.NDArray[np.bool_]:
        """Which orders take out what expires, (n_orders,)."""
        return np.isin(np.arange(len(self.facts.orders)), scrap_rows(self.case))

    @cached_property
    def safety_stock(self) -> Floats:
        """Pieces of every item that the plan is to keep in stock, (n_items,)."""
        rows = slice(len(self.facts.orders) - self.case.n_safety, None)
        kept = np.bincount(self.facts.order_item[rows], weights=self.facts.order_qty[rows], minlength=self.facts.n_items)
        return np.asarray(kept, dtype=np.float64)

    @cached_property
    def short(self) -> Floats:
        """Pieces of every order that never come inside the calendar, (n_orders,)."""
        r, f = self.result, self.facts
        given = np.bincount(r.delivery_order, weights=r.delivery_qty, minlength=len(f.orders))
        left = np.maximum(f.order_qty - given, 0.0)
        return np.asarray(np.where(left > 1e-6, left, 0.0), dtype=np.float64)

    def dates(self, days: Ints | range) -> pl.Series:
        """Days from today as dates."""
        return pl.Series(np.datetime64(self.facts.today, "D") + np.asarray(days, dtype="timedelta64[D]"))

    def of_items(self, rows: Ints, *, unit: bool = True) -> dict[str, Any]:
        """Columns item, name and unit of some item rows."""
        found = {"item": self.items[rows], "name": np.array(self.case.item_name, dtype=object)[rows]}
        return found | ({"unit": np.array(self.case.item_unit, dtype=object)[rows]} if unit else {})


def numbered(letter: str, old: tuple[str, ...], count: int) -> Names:
    """Names of released rows, then new numbers above them.

    Examples
    --------
    >>> numbered("L", ("L00007",), 2).tolist()
    ['L00007', 'L00008', 'L00009']
    """
    highest = max((int(digits[-1]) for name in old if (digits := re.findall(r"\d+", name))), default=0)
    return np.array([*old, *(f"{letter}{highest + 1 + k:05d}" for k in range(count))], dtype=object)


def frame(columns: dict[str, Any]) -> pl.DataFrame:
    """A table; arrays of names become text."""
    return pl.DataFrame(
        {
            name: pl.Series(name, values.tolist(), dtype=pl.String) if isinstance(values, np.ndarray) and values.dtype == object else values
            for name, values in columns.items()
        }
    )
