"""Results of the verbs of a company: frames, one line, a table in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from e2esim.application.shown import Shown

if TYPE_CHECKING:
    from e2esim.domain.outcome import Outcome
    from e2esim.planning.demand.net_demand import NetDemand
    from e2esim.planning.sop.cycle import Cycle
    from e2esim.planning.sop.opportunity import OpportunityAnswer
    from e2esim.report.backorders.tables import RunView
    from e2esim.study.compare import Comparison
    from e2esim.study.network import NetworkResult
    from e2esim.study.planned_runs import PlannedStudy
    from e2esim.study.post_game import PostGame
    from e2esim.study.replicate import StudyResult


@dataclass(frozen=True, repr=False)
class Forecasted(Shown):
    """A forecast by series and period, and its accuracy."""

    demand: NetDemand

    @cached_property
    def forecast(self) -> pl.DataFrame:
        """Forecast and what is still to come, by series and week."""
        from e2esim.report.plan.forecast import forecast_frame

        return forecast_frame(self.demand)

    @cached_property
    def accuracy(self) -> pl.DataFrame:
        """Errors on periods that no method had seen."""
        from e2esim.report.plan.forecast import accuracy_frame

        return accuracy_frame(self.demand)

    def headline(self) -> str:
        """One line."""
        return f"forecast of {len(self.demand.data.case.keys):,} series of item and channel"

    def table(self) -> pl.DataFrame:
        """What a notebook shows."""
        return self.forecast


@dataclass(frozen=True, repr=False)
class Confirmed(Shown):
    """The order book confirmed anew."""

    view: RunView

    @cached_property
    def confirmations(self) -> pl.DataFrame:
        """What every order is confirmed, and when."""
        from e2esim.report.backorders.tables import confirmations_table

        return confirmations_table(self.view)

    @cached_property
    def orders(self) -> pl.DataFrame:
        """Every order before and after."""
        from e2esim.report.backorders.tables import orders_table

        return orders_table(self.view)

    def headline(self) -> str:
        """One line."""
        return f"backorder run of {self.view.title}: {self.orders.height:,} orders"

    def table(self) -> pl.DataFrame:
        """What a notebook shows."""
        return self.orders


@dataclass(frozen=True, repr=False)
class Balanced(Shown):
    """An S&OP cycle, and what it says of an opportunity."""

    cycle: Cycle
    verdict: OpportunityAnswer | None
    name: str

    @cached_property
    def frames(self) -> dict[str, pl.DataFrame]:
        """Every table of the cycle."""
        from e2esim.report.sop.frames import FRAMES

        return {name: make(self.cycle) for name, make in FRAMES.items()}

    def headline(self) -> str:
        """One line."""
        return f"S&OP of {self.name}: {len(self.cycle.months.names)} months"

    def table(self) -> pl.DataFrame:
        """What a notebook shows."""
        return next(iter(self.frames.values()))


@dataclass(frozen=True, repr=False)
class Ran(Shown):
    """A simulated market: KPIs with intervals; ``calm``: the replication that is kept, without the events that struck it."""

    study: StudyResult
    calm: Outcome | None = None

    @property
    def kpis(self) -> pl.DataFrame:
        """KPIs by dimension."""
        return self.study.table

    def headline(self) -> str:
        """One line."""
        return f"run of {self.study.scenario}: {self.study.replications} replications, {len(self.study.kpis)} KPIs"

    def table(self) -> pl.DataFrame:
        """What a notebook shows."""
        return self.kpis


@dataclass(frozen=True, repr=False)
class RanNetwork(Shown):
    """A run of a supply network: KPIs of stock points, work centres and the whole."""

    study: NetworkResult
    name: str

    @property
    def kpis(self) -> pl.DataFrame:
        """KPIs with intervals, by stock point and work centre."""
        return self.study.table

    def headline(self) -> str:
        """One line."""
        return f"run of the network {self.name}: {self.study.replications} replications"

    def table(self) -> pl.DataFrame:
        """What a notebook shows."""
        return self.kpis


@dataclass(frozen=True, repr=False)
class RanPlan(Shown):
    """A planned run: service and stock night by night."""

    study: PlannedStudy
    title: str
    game: PostGame | None = None

    def headline(self) -> str:
        """One line."""
        return f"planned run of {self.title}: {self.study.rules.days} days, {self.study.replications} replications"

    @cached_property
    def kpis(self) -> pl.DataFrame:
        """Every KPI with its interval and meaning."""
        from e2esim.report.planned.tables import kpis_frame

        return kpis_frame(self.study)

    @cached_property
    def orders(self) -> pl.DataFrame:
        """One row an order line."""
        from e2esim.report.planned.tables import orders_frame

        return orders_frame(self.study)

    def table(self) -> pl.DataFrame:
        """What a notebook shows."""
        return self.kpis


@dataclass(frozen=True, repr=False)
class ComparedRuns(Shown):
    """Paired differences with intervals."""

    found: Comparison

    def headline(self) -> str:
        """One line."""
        return f"{', '.join(self.found.differences)} against {self.found.base}: {self.found.replications} pairs of runs on common random numbers"

    @cached_property
    def differences(self) -> pl.DataFrame:
        """Paired differences of every KPI, with intervals."""
        from dataclasses import asdict

        return pl.DataFrame([{"run": run} | asdict(gap) for run, gaps in self.found.differences.items() for gap in gaps], infer_schema_length=None)

    def table(self) -> pl.DataFrame:
        """What a notebook shows."""
        judged = self.differences.filter(pl.col("kpi").is_in(list(self.found.family)))
        return judged if judged.height else self.differences
