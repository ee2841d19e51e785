"""A company as an object: every verb of the command on it, results as frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from e2esim.application.planning import PlanMade, PlanWishes, ask, forecast_company, forecast_of, make_plan, silent, start_plan
from e2esim.application.promising import Promised, promise_one
from e2esim.application.results import Balanced, ComparedRuns, Confirmed, Forecasted, Ran, RanNetwork, RanPlan
from e2esim.application.studied import StudiedCompany
from e2esim.config.places import find_data
from e2esim.config.problems import InputErrors, Problem


@dataclass(frozen=True)
class OpenCompany(StudiedCompany):
    """A company at a place: a shipped name, NAME/VARIANT, a folder or a workbook; ``overrides`` as on the command line.

    Each verb reads the tables anew, so a change of a file is seen. Errors of the data are raised as
    :class:`~e2esim.config.problems.InputErrors`, all at once.

    Examples
    --------
    >>> open_company("planner_200")
    <company planner_200: plan, promise, backorders, forecast, run, compare, sweep, sensitivity, knowing, optimise>
    """

    def plan(self, *, time_limit_s: float | None = None, **wishes: Any) -> PlanMade:
        """Plan: what to make and buy when, what comes late and why; ``wishes`` as in `PlanWishes`."""
        wish = PlanWishes(time_limit_s=time_limit_s, **wishes)
        started = start_plan(Path(self.name), wish)
        return make_plan(ask(started, forecast_company(started), wish))

    def promise(
        self, *, item: str, quantity: float, date: object, customer: str = "", priority: int | None = None, min_shipment: float | None = None,
        max_late: int | None = None, plan: Path | None = None,
    ) -> Promised:  # fmt: skip
        """Say when a quantity can be delivered, on the newest plan below ./runs, on ``plan``, or on a quick one."""
        from e2esim.config.promise.request import WrittenOptions

        def word(value: object) -> str:
            return "" if value is None else f"{value:.15g}" if isinstance(value, float) else str(value)

        words = WrittenOptions(
            item=item, qty=word(quantity), date=word(date), customer=customer, priority=word(priority), min_shipment=word(min_shipment), max_late=word(max_late)
        )
        return promise_one(Path(self.name), plan, words, silent)

    def backorders(self, *, plan: Path | None = None) -> Confirmed:
        """Confirm the order book anew by class: who wins, who loses; nothing is written."""
        from e2esim.application.confirming import backorder_view, supply_plan
        from e2esim.config.plan_data import read_plan_data

        read = read_plan_data(Path(self.name))
        classes = read.tables["order_classes"]
        if classes.is_empty():
            message, remedy = "nothing says which orders may gain or lose", "add the table order_classes"
            raise InputErrors([Problem(file=self.place.as_posix(), message=message, remedy=remedy)])
        problem, result, used = supply_plan(Path(self.name), read, plan, silent)
        return Confirmed(backorder_view(read, problem, result, classes, used))

    def forecast(self) -> Forecasted:
        """Forecast demand by item and channel, with its accuracy against seasonal naive."""
        from e2esim.config.plan_data import read_demand_data

        read, _ = read_demand_data(Path(self.name))
        return Forecasted(forecast_of(read))

    def sop(self, *, months: int = 12, opportunity: str = "") -> Balanced:
        """Balance demand, supply and money by month."""
        from e2esim.application.balancing import balance

        scenario = self._scenario(())
        cycle, verdict = balance(scenario, months=months, opportunity=opportunity)
        return Balanced(cycle, verdict, scenario.settings.name)

    def run(self, *overrides: str, replications: int = 1, workers: int = 0) -> Ran | RanNetwork | RanPlan:
        """Simulate: customers' markets where the company has them, a supply network with its refill rules, else plans and promises night by night."""
        from e2esim.application.simulating import run_market, run_planned, run_refilled
        from e2esim.config.places import network_place

        if self.simulates_markets:
            return run_market(self._scenario(overrides), replications=replications, workers=workers)
        network = network_place(self.name)
        if network is not None:
            from e2esim.config.supply_network import open_network

            return run_refilled(open_network(network, [*self.overrides, *overrides]), replications=replications)
        from e2esim.config.plan_data import read_plan_data
        from e2esim.config.planned_run import rules_of, run_words

        words = run_words([*self.overrides, *overrides])
        read = read_plan_data(Path(self.name), words.columns, firm=False)
        return run_planned(read, rules_of(read, words), replications=replications)

    def compare(self, others: Mapping[str, Sequence[str]] | None = None, *, replications: int = 10, workers: int = 0, **more: OpenCompany) -> ComparedRuns:
        """Run this company and others, or itself with other overrides, on common random numbers.

        ``others`` are lists of overrides by name, ``more`` are companies by name.
        """
        from e2esim.application.comparing import rivals_of
        from e2esim.application.judging import CompareWishes, run_rivals
        from e2esim.application.kpi_names import kpis_of

        runs = {self.name: self._words()}
        runs |= {name: [*self._words(), *overrides] for name, overrides in (others or {}).items()}
        runs |= {name: company._words() for name, company in more.items()}
        rivals = rivals_of(runs)
        return run_rivals(rivals, kpis_of(rivals[self.name].kind), CompareWishes(workers=workers), replications)

    def tables(self) -> Mapping[str, pl.DataFrame]:
        """The tables as its verbs read them."""
        from e2esim.config.plan_data import read_plan_data

        return self._scenario(()).tables if self.simulates_markets else read_plan_data(Path(self.name)).tables

    def __repr__(self) -> str:
        market = self.simulates_markets
        verbs = f"plan, promise, backorders, forecast, {'sop, ' if market else ''}run, compare, sweep, sensitivity, knowing, optimise"
        verbs += ", failures, risk, tournament, bridge, calibrate, warmup" if market else ""
        return f"<company {' '.join((self.name, *self.overrides))}: {verbs}>"


def open_company(name: str | Path, *overrides: str) -> OpenCompany:
    """Open a company.

    Raises
    ------
    InputErrors
        If there is none of that name.
    """
    company = OpenCompany(str(name), overrides)
    find_data(Path(company.name))
    return company
