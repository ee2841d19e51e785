"""Runs side by side, of any kind of company: what each is, what it may be compared with, and what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from e2esim.application.kpi_names import MARKET, NETWORK, PLANNED
from e2esim.config.places import data_place, has_market
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem

if TYPE_CHECKING:
    import polars as pl

    from e2esim.config.tables_once import TablesOnce
    from e2esim.domain.scenario import Scenario
    from e2esim.study.company import Company


@dataclass(frozen=True, kw_only=True)
class Rival:
    """One run of a comparison: its kind, what a study runs, and what must be alike in all: horizon, seed and scale as words."""

    kind: str
    subject: Scenario | Company
    alike: tuple[str, ...]
    period: str
    seed: int
    scale: float = 1.0


def refuse_idle_words(overrides: Sequence[str]) -> None:
    """Refuse words that change columns which the company's run does not use; what is wrong with them otherwise is said by `rival`.

    Raises
    ------
    InputErrors
        Naming each.
    """
    from e2esim.config.column_words import split_words

    columns = split_words(overrides).columns
    name = next((word.partition("=")[2] for word in overrides if word.startswith("scenario=")), "")
    if not columns or not name:
        return
    from e2esim.config.idle_words import refuse_idle
    from e2esim.config.places import network_place
    from e2esim.config.supply_network import open_network

    network, data = network_place(name), data_place(name)
    if network is not None:
        settings = [word for word in split_words(overrides).others if not word.startswith("scenario=")]

        def opened(words: Sequence[str]) -> tuple[Mapping[str, pl.DataFrame], object]:
            found = open_network(network, [*settings, *words])
            return found.tables, found.company.network

        refuse_idle(columns, opened)
    elif data is not None and not has_market(data):
        from e2esim.config.plan_data import read_plan_data

        def read(words: Sequence[str]) -> tuple[Mapping[str, pl.DataFrame], object]:
            found = read_plan_data(data, words)
            return found.tables, (found.case, found.demand, found.settings)

        refuse_idle(columns, read)
    elif data is not None:
        from e2esim.config.door import load
        from e2esim.domain.build import build_world

        others = split_words(overrides).others

        def built(words: Sequence[str]) -> tuple[Mapping[str, pl.DataFrame], object]:
            scenario = load([*others, *words])
            return scenario.tables, build_world(scenario)

        refuse_idle(columns, built)


def rivals_of(runs: Mapping[str, Sequence[str]]) -> dict[str, Rival]:
    """Open every run: overrides with one ``scenario=``; all errors at once.

    Raises
    ------
    InputErrors
        If a run is wrong, or they are of different kinds, or differ in horizon, seed or scale.
    """
    found: dict[str, Rival] = {}
    problems: list[Problem] = []
    for name, overrides in runs.items():
        try:
            found[name] = rival(overrides)
            refuse_idle_words(overrides)
        except InputErrors as errors:
            problems.extend(problem for problem in errors.problems if problem not in problems)
    kinds = {one.kind for one in found.values()}
    if len(kinds) > 1:
        remedy = "compare companies of one kind"
        said = ", ".join(f"{name}: {one.kind}" for name, one in found.items())
        problems.append(Problem(file=COMMAND_LINE, value=said, message="the runs are of different kinds and have no KPI in common", remedy=remedy))
    elif len({one.alike for one in found.values()}) > 1:
        remedy = "give every run the same horizon.*, seed and scale" if PLANNED not in kinds else "give every run the same run_days and seed"
        problems.append(Problem(file=COMMAND_LINE, message="the runs differ in horizon, seed or scale", remedy=remedy))
    if any(not problem.warning for problem in problems):
        raise InputErrors(problems)
    return found


def rival(overrides: Sequence[str], once: TablesOnce | None = None) -> Rival:
    """Open one run; ``once`` keeps the tables of a market's company for the next one of the same folder.

    Raises
    ------
    InputErrors
        If it cannot run.
    """
    name = next((word.partition("=")[2] for word in overrides if word.startswith("scenario=")), "")
    rest = [word for word in overrides if not word.startswith("scenario=")]
    from e2esim.config.places import network_place
    from e2esim.config.supply_network import open_network

    place = network_place(name) if name else None
    if place is not None:
        from e2esim.study.companies import RefillingCompany

        company = open_network(place, rest).company
        settings = company.settings
        alike = (str(company.clock.horizon_d), str(company.clock.warmup_d), str(company.clock.period_d), str(settings.seed))
        period = f"{settings.horizon.days} days, the first {settings.horizon.warmup_days} not counted"
        return Rival(kind=NETWORK, subject=RefillingCompany(company=company), alike=alike, period=period, seed=settings.seed)
    data = data_place(name) if name else None
    if data is not None and not has_market(data):
        return _factory(data, rest)
    from e2esim.config.door import load

    scenario = load(overrides, once)
    chosen, horizon = scenario.settings, scenario.settings.horizon
    period = f"{horizon.days} days from {horizon.start}, the first {horizon.warmup_days} not counted"
    return Rival(
        kind=MARKET, subject=scenario, alike=(str(horizon), str(chosen.seed), str(chosen.scale)), period=period, seed=chosen.seed, scale=chosen.scale
    )


def _factory(data: Path, overrides: Sequence[str]) -> Rival:
    from e2esim.application.planning import forecast_of
    from e2esim.config.plan_data import read_plan_data
    from e2esim.config.planned_run import company_of, demand_of, rules_of, run_words
    from e2esim.study.companies import PlanningCompany

    words = run_words(overrides)
    read = read_plan_data(data, words.columns, firm=False)
    rules = rules_of(read, words)
    demand = demand_of(read, rules)
    company = company_of(read, None if demand is None else forecast_of(demand))
    alike = (str(rules.days), str(rules.seed), str(read.case.facts.today))
    period = f"{rules.days} days from {read.case.facts.today}"
    return Rival(kind=PLANNED, subject=PlanningCompany(company=company, rules=rules), alike=alike, period=period, seed=rules.seed)
