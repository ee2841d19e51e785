"""Make the plan of a company: read, forecast, plan, explain; an object that can be looked at and written to a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from e2esim.application.shown import Shown
from e2esim.config.places import find_data
from e2esim.config.plan_data import read_plan_data
from e2esim.config.plan_data.door import PlanData
from e2esim.config.plan_state.fingerprint import file_hashes
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem

if TYPE_CHECKING:
    from e2esim.planning.demand.net_demand import DemandData, NetDemand
    from e2esim.planning.factory.calm import Earlier
    from e2esim.planning.factory.case import PlanCase
    from e2esim.planning.factory.execute import Wants
    from e2esim.planning.factory.explain import Explanation
    from e2esim.planning.factory.flow_model import Flags
    from e2esim.planning.factory.frozen import Remainder
    from e2esim.planning.factory.problem import PlanProblem
    from e2esim.planning.factory.result import PlanResult
    from e2esim.planning.factory.shelf_life import Aged
    from e2esim.report.plan.summary import Summary
    from e2esim.report.plan.view import PlanView
    from e2esim.study.robust import Robustness

USUAL_S, STEADY_S = 30.0, 3600.0
Tell = Callable[[str], None]  # is told what takes a while


def silent(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, kw_only=True)
class PlanWishes:
    """How to plan: time [s] or rounds of search, an earlier plan to keep or stay near, replications, explanations [s]."""

    time_limit_s: float | None = None
    rounds: int | None = None
    freeze: Path | None = None
    calm: Path | None = None
    change_price: float = 0.01
    robust: int = 0
    explain_s: float = 8.0
    bring: str = ""

    @property
    def limit_s(self) -> float:
        """Time for planning [s]: as stated, else half a minute, or what the rounds take up to `STEADY_S`."""
        return self.time_limit_s or (USUAL_S if self.rounds is None else STEADY_S)


@dataclass(frozen=True, kw_only=True)
class Started:
    """A company that was read and may be planned; ``name`` and ``print`` are for a folder's name."""

    place: Path
    hashes: Mapping[str, str]
    read: PlanData
    case: PlanCase
    warnings: tuple[Problem, ...]

    @property
    def print(self) -> str:
        """Hash of the typed tables."""
        from e2esim.report.plan.folder import fingerprint

        return fingerprint(self.read.tables)


@dataclass(frozen=True, kw_only=True)
class PlanAsked:
    """What is to be planned, all of it known to be possible."""

    started: Started
    wishes: PlanWishes
    case: PlanCase
    demand: NetDemand | None
    chosen: Flags | None
    earlier: Earlier | None


@dataclass(frozen=True, kw_only=True, repr=False)
class PlanMade(Shown):
    """A plan, with its tables as frames."""

    started: Started
    view: PlanView
    summary: Summary

    @cached_property
    def frames(self) -> dict[str, pl.DataFrame]:
        """Every table of the plan: lots, purchases, deliveries, load ..."""
        from e2esim.report.plan.folder import plan_frames

        return plan_frames(self.view, self.started.read.tables)

    @property
    def lots(self) -> pl.DataFrame:
        """Lots: item, step, quantity, start and end."""
        return self.frames["lots"]

    @property
    def purchases(self) -> pl.DataFrame:
        """Purchases: supplier, item, quantity, ordered and received."""
        return self.frames["purchases"]

    @property
    def deliveries(self) -> pl.DataFrame:
        """Deliveries of every order, with days late."""
        return self.frames["deliveries"]

    def write(self, folder: Path) -> Path:
        """Write the plan folder, complete or not at all."""
        from e2esim.config.plan_state.snapshot import elsewhere_of, save_snapshot
        from e2esim.planning.factory.net_forecast import orders_alone
        from e2esim.report.plan.folder import write_plan

        started, left, result = self.started, self.view.left, self.view.result
        asked = self.view.case.n_orders + self.view.case.n_firm + self.view.case.n_scrap
        other, (problem, booked) = elsewhere_of(started.read.tables, left.problem), orders_alone(left.problem, result, asked)
        if folder.is_dir():  # empty, as whoever named it has seen
            folder.rmdir()
        write_plan(
            self.view, self.summary, folder, started.read.tables,
            more=lambda path: save_snapshot(path, started.place, started.hashes, started.case, problem, booked, other),
        )  # fmt: skip
        return folder

    def headline(self) -> str:
        """One line."""
        case = self.view.case
        late = self.summary.late_orders
        return f"plan of {case.title}: {self.summary.status}, {case.n_orders:,} orders, {late:,} late, {self.lots.height:,} lots"

    def table(self) -> pl.DataFrame:
        """What a notebook shows."""
        return self.deliveries


def start_plan(data: Path, wishes: PlanWishes) -> Started:
    """Read and check a company and the earlier plan it is to keep.

    Raises
    ------
    InputErrors
        If data or earlier plan are wrong.
    """
    from e2esim.config.plan_data.released import keep_released

    place = find_data(data)
    hashes = file_hashes(place)
    read = read_plan_data(data)
    case, more = (read.case, []) if wishes.freeze is None else keep_released(read.case, wishes.freeze)
    return Started(place=place, hashes=hashes, read=read, case=case, warnings=(*read.warnings, *more))


def forecast_company(started: Started, tell: Tell = silent) -> NetDemand | None:
    """What is still to come beside the orders; None where there is no history."""
    return None if started.read.demand is None else forecast_of(started.read.demand, tell)


def ask(started: Started, demand: NetDemand | None, wishes: PlanWishes) -> PlanAsked:
    """Check what is asked of the plan.

    Raises
    ------
    InputErrors
        If the orders to bring, or the plan to stay near, are not of these data.
    """
    from e2esim.config.plan_data.earlier import earlier_plan
    from e2esim.planning.factory.net_forecast import with_forecast
    from e2esim.planning.factory.safety_stock import with_safety_stock

    case = with_safety_stock(started.case if demand is None else with_forecast(started.case, demand))
    earlier = None if wishes.calm is None else earlier_plan(case, wishes.calm, started.print)
    return PlanAsked(started=started, wishes=wishes, case=case, demand=demand, chosen=_chosen(case, wishes.bring), earlier=earlier)


def make_plan(asked: PlanAsked) -> PlanMade:
    """Plan a company that was read."""
    case, wishes, earlier, demand = asked.case, asked.wishes, asked.earlier, asked.demand
    from e2esim.report.plan.changes import changes_frame
    from e2esim.report.plan.summary import summarise
    from e2esim.report.plan.view import PlanView

    aged = None
    if case.shelf is None:
        case, left, result, wants = _sought(case, earlier, wishes, 1)
    else:
        case, left, result, wants, aged = _fresh(case, earlier, wishes)
    said = _said(case, left.problem, result, wants, _chosen_beside(case, asked.chosen), wishes.explain_s)
    view = PlanView(case=case, left=left, result=result, robust=_robust(case, left.problem, result, wishes.robust), said=said, demand=demand, aged=aged)
    before = wishes.calm or wishes.freeze
    if before is not None:
        view = replace(view, changes=changes_frame(view, before))
    return PlanMade(started=asked.started, view=view, summary=summarise(view))


def _sought(case: PlanCase, earlier: Earlier | None, wishes: PlanWishes, parts: int) -> tuple[PlanCase, Remainder, PlanResult, Wants]:
    """The plan of a case in one of so many parts of the time; firm orders that cannot have their parts are let go, fewer each time."""
    from e2esim.planning.factory.calm import calm_planned
    from e2esim.planning.factory.firm import lacking_parts, without_firm
    from e2esim.planning.factory.planner import planned

    time_s = wishes.limit_s / parts
    while True:
        left = case.remainder()
        if earlier is None:
            result, wants = planned(left.problem, time_limit_s=time_s, rounds=wishes.rounds)
        else:
            result, wants = calm_planned(left.problem, earlier, price=wishes.change_price, time_limit_s=time_s, rounds=wishes.rounds)
        if not (case.n_firm and (lacks := lacking_parts(case, left.problem, result))):
            return case, left, result, wants
        case = without_firm(case, lacks)


def _fresh(case: PlanCase, earlier: Earlier | None, wishes: PlanWishes) -> tuple[PlanCase, Remainder, PlanResult, Wants, Aged]:
    """The plan of which nothing is used too old, sought up to `MOST_PLANS` times; beside an earlier plan once, and told."""
    from e2esim.planning.factory.shelf_life import MOST_PLANS, aged, nothing_too_old

    if earlier is not None:
        found = _sought(case, earlier, wishes, 1)
        return *found, aged(found[0], found[1].problem, found[2])
    best, told = nothing_too_old(case, lambda some: _sought(some, None, wishes, 1 if wishes.rounds is not None else MOST_PLANS))
    return *best, told


def _chosen_beside(case: PlanCase, chosen: Flags | None) -> Flags | None:
    """Chosen orders of a case in which rows of what expires have been put among the orders."""
    import numpy as np

    if not case.n_scrap:
        return chosen
    at = case.n_orders + case.n_firm
    before = np.ones(len(case.facts.orders) - case.n_scrap, dtype=bool) if chosen is None else chosen
    return np.insert(before, at, np.zeros(case.n_scrap, dtype=bool))


def forecast_of(data: DemandData, tell: Tell = silent) -> NetDemand:
    """Forecast, with a word where it takes a while."""
    from e2esim.planning.demand.net_demand import forecast_demand

    if len(data.case.keys) > 500:
        tell(f"forecasting {len(data.case.keys):,} series of item and channel")
    return forecast_demand(data)


def _chosen(case: PlanCase, bring: str) -> Flags | None:
    """Orders that the ways out must bring on time, None for all; a name is an order, or an order and its line: 4711/10.

    Net forecast and safety stock are nobody's order: the ways out need not bring it on time.
    """
    import numpy as np

    if not bring:
        return np.arange(len(case.facts.orders)) < case.n_orders if case.n_orders < len(case.facts.orders) else None
    names = [name.strip() for name in bring.split(",") if name.strip()]
    own = np.array([order in names or order.rpartition("/")[0] in names for order in case.facts.orders], dtype=bool)
    known = {name for order in case.facts.orders for name in (order, order.rpartition("/")[0])}
    remedy = "name orders of the data, comma between them"
    unknown = [Problem(file=COMMAND_LINE, column="--bring", value=name, message="no such order", remedy=remedy) for name in names if name not in known]
    if unknown:
        raise InputErrors(unknown)
    return own


def _said(case: PlanCase, problem: PlanProblem, result: PlanResult, wants: Wants, chosen: Flags | None, time_limit_s: float) -> Explanation | None:
    """What would bring late orders on time, None if not asked."""
    if time_limit_s <= 0:
        return None
    from e2esim.planning.factory.explain import explain
    from e2esim.planning.factory.money import usual_money

    return explain(problem, result, wants, case.money or usual_money(problem), chosen=chosen, time_limit_s=time_limit_s)


def _robust(case: PlanCase, problem: PlanProblem, result: PlanResult, replications: int) -> Robustness | None:
    """What carrying the plan out many times says, None if not asked."""
    if not replications:
        return None
    from e2esim.planning.factory.risk import usual_risk
    from e2esim.study.robust import replicate_plan

    return replicate_plan(problem, result, case.risk or usual_risk(problem), replications=replications)
