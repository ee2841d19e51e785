"""S&OP inside a run: a cycle a month that opens extra shifts, signs frame contracts and sets what the MPS shall have in stock.

The cycle sees what the planner sees: stock, open lots, call-offs, promises and its forecast. Its decisions work after the lead
time of the settings; under the rule ``silo`` the functions plan one after the other and open nothing. Every cycle leaves
its numbers as facts of the run.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from e2esim.domain.outcome import SopFact
from e2esim.domain.world import F, World
from e2esim.planning.sop.from_world import Position, SopOffer, sop_months, sop_problem, source_rows
from e2esim.planning.sop.months import Months
from e2esim.planning.sop.problem import SopProblem
from e2esim.planning.sop.programme import SopPlan, SopProgramme
from e2esim.planning.sop.silo import silo_plan
from e2esim.planning.sop.views import view

_STEPS = 4  # an extra shift is opened by quarters of the longest one


class PositionSource(Protocol):
    """What the planner tells: the position on a day, for so many days ahead."""

    def position(self, day: int, days: int) -> Position:
        """Stock, receipts, orders, call-offs and forecast from ``day`` on."""


class MonthlySop:
    """The monthly cycle and its standing decisions, by month YYYY-MM."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.settings = world.settings.sop
        self._each = world.centres.machines * world.centres.efficiency
        self._last = ""  # month of the last cycle
        self.cycles = 0
        self.shifts: dict[str, F] = {}  # (centres,) [h/machine/week]
        self.frames: dict[str, F] = {}  # (supply rows,) [unit/week]
        self._months: Months | None = None
        self._day = 0
        self._ahead: F = np.zeros((0, 0))  # stock wanted beyond the safety target at the end of each month, (T, sold)
        self.facts: list[tuple[int, float, str, int, str, float]] = []

    # --- what the weekly plan asks --------------------------------------------------------------------------------------
    def shift(self, day: int) -> F:
        """Extra shift in force on ``day``, (centres,) [h/machine/week]."""
        return self.shifts.get(self._month(day), np.zeros(len(self._each)))

    def shift_hours(self, first_day: int, weeks: int) -> F:
        """Standard hours of decided shifts in the weeks from ``first_day``, (centres, weeks) [h]."""
        return np.array([self.shift(first_day + 7 * k) * self._each for k in range(weeks)]).reshape(weeks, -1).T

    def frame(self, day: int) -> F:
        """Weekly capacity that frame contracts add on ``day``, (supply rows,) [unit/week]."""
        return self.frames.get(self._month(day), np.zeros(len(self.world.supply.item)))

    def build_ahead(self, first_day: int, weeks: int) -> F:
        """Stock wanted beyond the safety target at the end of the weeks from ``first_day``, (weeks, sold) [pcs].

        The MPS weighs its own horizon itself; S&OP looks beyond it, so only the last four weeks are asked for.
        """
        table = np.zeros((weeks, self._ahead.shape[1]))
        if self._months is None or not self._ahead.any():
            return table
        edges = self._day + np.array(self._months.edge)
        levels = np.vstack([np.zeros((1, self._ahead.shape[1])), self._ahead])
        for week in range(max(0, weeks - 4), weeks):
            day = first_day + 7 * (week + 1)
            k = int(np.clip(np.searchsorted(edges, day, side="right") - 1, 0, len(edges) - 2))
            share = float(np.clip((day - edges[k]) / (edges[k + 1] - edges[k]), 0.0, 1.0))
            table[week] = (1.0 - share) * levels[k] + share * levels[k + 1]
        return table

    # --- the cycle -------------------------------------------------------------------------------------------------------
    def week(self, day: int, planner: PositionSource) -> bool:
        """Run the cycle if ``day`` is the first of its month seen; true if it ran."""
        month = self._month(day)
        if month == self._last:
            return False
        self._last = month
        months = sop_months(self.world, day, self.settings.months)
        problem = self._problem(day, months, planner.position(day, months.horizon + 1))
        silo = self.world.settings.planning.rule == "silo"
        plan = silo_plan(problem, bias=self.world.settings.planning.forecast_bias) if silo else SopProgramme(problem).solve()
        self._months, self._day = months, day
        self._ahead = np.zeros_like(plan.stock) if silo else np.maximum(plan.stock - problem.safety, 0.0)
        if not silo and plan.status == "optimal":
            self._decide(problem, plan, months)
        self._record(24.0 * day, problem, plan)
        self.cycles += 1
        return True

    def _problem(self, day: int, months: Months, now: Position) -> SopProblem:
        """The problem of the month: what is decided already counts as today's hours."""
        offer = SopOffer.of(self.settings)
        problem = sop_problem(self.world, months, now, offer=offer)
        if not self.shifts or self.settings.shift_h_week <= 0:
            return problem
        normal = problem.normal_h.copy()
        full = sop_problem(self.world, months, now, offer=SopOffer(shift_h_week=self.settings.shift_h_week, lead_months=0)).shift_h
        for t in range(min(self.settings.lead_months, len(months.names))):
            standing = self.shifts.get(months.names[t])
            if standing is not None:
                normal[:, t] += full[:, t] * standing / self.settings.shift_h_week
        return problem.changed(normal_h=normal)

    def _decide(self, problem: SopProblem, plan: SopPlan, months: Months) -> None:
        """Open extra shifts and sign frame contracts for the month that the lead time reaches."""
        at = self.settings.lead_months
        if at >= len(months.names):
            return
        most = problem.shift_h[:, at]
        share = np.divide(plan.shift[:, at], most, out=np.zeros_like(most), where=most > 1e-9)
        share = np.where(share >= self.settings.shift_least, np.ceil(_STEPS * share - 1e-6) / _STEPS, 0.0)
        self.shifts[months.names[at]] = share * self.settings.shift_h_week
        extra = np.zeros(len(self.world.supply.item))
        framed = source_rows(self.world)[1]
        if self.settings.frame_extra > 0 and framed.size:
            extra[framed] = plan.buy[-framed.size :, at] / (float(months.days[at]) / 7.0)
        self.frames[months.names[at]] = extra

    # --- facts -----------------------------------------------------------------------------------------------------------
    def _record(self, t: float, problem: SopProblem, plan: SopPlan) -> None:
        """Keep what the cycle planned by month, and what it decided."""
        v, p = view(problem, plan), problem
        for fact, cells in (
            (SopFact.DEMAND, v.consensus),
            (SopFact.PRODUCTION, v.production),
            (SopFact.DELIVERED, v.delivered),
            (SopFact.STOCK, v.stock),
            (SopFact.WAITING, v.backlog),
            (SopFact.AHEAD, p.by_family(self._ahead)),
        ):
            self._add(t, fact, p.months, p.families, cells)
        for fact, cells in ((SopFact.LOAD, np.nan_to_num(v.load_share)), (SopFact.HOUR_EUR, plan.hour_price)):
            self._add(t, fact, p.months, p.centres, cells.T)
        money = np.column_stack((v.revenue_eur.sum(axis=1), v.contribution_eur, v.value_eur))
        for k, fact in enumerate((SopFact.REVENUE, SopFact.CONTRIBUTION, SopFact.VALUE)):
            self._add(t, fact, p.months, ("",), money[:, k : k + 1])
        at = min(self.settings.lead_months, p.n_months - 1)
        month = p.months[at]
        self._add(t, SopFact.SHIFT, (month,), p.centres, self.shifts.get(month, np.zeros(p.n_centres))[None, :])
        signed = self.frames.get(month, np.zeros(len(self.world.supply.item)))
        for row in np.nonzero(signed > 1e-6)[0].tolist():
            name = f"{self.world.supply.suppliers[self.world.supply.supplier[row]]}/{self.world.items.ids[self.world.supply.item[row]]}"
            self._add(t, SopFact.FRAME, (month,), (name,), signed[row : row + 1][None, :])

    def _add(self, t: float, fact: SopFact, months: tuple[str, ...], names: tuple[str, ...], cells: F) -> None:
        self.facts += [(self.cycles, t, month, int(fact), name, float(cells[k, j])) for k, month in enumerate(months) for j, name in enumerate(names)]

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """The facts as columns, see `Outcome.sop`."""
        return sop_columns(self.facts)

    def _month(self, day: int) -> str:
        return (self.world.start + dt.timedelta(days=day)).strftime("%Y-%m")


def sop_columns(facts: list[tuple[int, float, str, int, str, float]]) -> dict[str, npt.NDArray[Any]]:
    """Columns of the S&OP facts: cycle, t [h], month, fact (`SopFact`), name, value."""
    kinds = (np.int32, np.float64, object, np.int8, object, np.float64)
    rows: tuple[Any, ...] = tuple(zip(*facts, strict=True)) if facts else ((),) * len(kinds)
    names = ("cycle", "t", "month", "fact", "name", "value")
    return {name: np.array(values, dtype=kind) for name, values, kind in zip(names, rows, kinds, strict=True)}
