"""One run of a company of any kind: customers' markets, a supply network, or plans and promises night by night."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from e2esim.application.results import Ran, RanNetwork, RanPlan

if TYPE_CHECKING:
    from e2esim.config.plan_data.door import PlanData
    from e2esim.config.saved_run import SavedRun
    from e2esim.config.supply_network.door import OpenedNetwork
    from e2esim.domain.outcome import Outcome
    from e2esim.domain.scenario import Scenario
    from e2esim.simulate.factory.facts import RunRules
    from e2esim.simulate.saved.state import SavedState

Progress = Callable[[float, str], None]


def run_market(
    scenario: Scenario, *, replications: int = 1, keep: int = 0, workers: int = 0, saved: SavedRun | None = None, calm: bool = False,
    tell: Progress | None = None,
) -> Ran:  # fmt: skip
    """Run a market, from where it was ``saved`` if it was; ``calm``: where events strike, run replication ``keep`` once more without them."""
    from e2esim.study.replicate import run_study

    since = saved.state if saved is not None else None
    result = run_study(scenario, replications=replications, keep=keep, workers=workers, progress=tell, since=since)
    struck = calm and result.world is not None and result.world.disturbances.n > 0
    return Ran(result, _calm_twin(scenario, keep, tell) if struck else None)


def _calm_twin(scenario: Scenario, keep: int, tell: Progress | None) -> Outcome | None:
    """The replication that is kept, with the same random numbers and without events: what the wave is measured against."""
    from e2esim.study.replicate import run_study

    still = replace(scenario, settings=replace(scenario.settings, events=replace(scenario.settings.events, active="none")))
    return run_study(still, keep=keep, progress=None if tell is None else lambda share, _: tell(share, "the same without events")).first


def stop_market(scenario: Scenario, number: int, day: int, saved: SavedRun | None, tell: Progress) -> SavedState:
    """How replication ``number`` (from 0) stands on the morning of ``day``."""
    from e2esim.study.company import MarketCompany

    company = MarketCompany(scenario=scenario, since=saved.state if saved is not None else None)
    days = scenario.settings.horizon.days
    return company.stopped(number, day, lambda share: tell(min(1.0, share * days / day), f"to day {day}"))


def run_refilled(opened: OpenedNetwork, *, replications: int = 1, keep: int = 0, tell: Progress | None = None) -> RanNetwork:
    """Run a supply network with its refill rules."""
    from e2esim.study.network import study_network

    result = study_network(opened.company, replications=replications, keep=keep, progress=tell)
    return RanNetwork(result, opened.company.settings.name)


def run_planned(
    read: PlanData, rules: RunRules, *, replications: int = 1, until: int | None = None, game: bool = False, say: Callable[[str], None] | None = None,
    tell: Progress | None = None,
) -> RanPlan:  # fmt: skip
    """Run a planner's company night by night, to the night before day ``until``; ``game``: split the gap between first plan and execution by cause."""
    from e2esim.application.planning import forecast_of, silent
    from e2esim.config.planned_run import company_of, demand_of
    from e2esim.study.planned_runs import replicate_run
    from e2esim.study.post_game import post_game

    demand = demand_of(read, rules)
    company = company_of(read, None if demand is None else forecast_of(demand, say or silent))
    study = replicate_run(company, rules, replications=replications, until=until, progress=tell, keep_plans=game)
    return RanPlan(study, read.case.title, post_game(company, rules, plans=study.plans, progress=tell) if game else None)
