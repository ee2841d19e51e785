"""The first four steps of a roadmap: define, analyse, design, implement; and what its levers are as it plans them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from e2esim.config.roadmap_file import RoadmapFile
    from e2esim.domain.levers import Lever
    from e2esim.domain.scenario import Scenario
    from e2esim.report.grids import TextGrid
    from e2esim.report.words import Words
    from e2esim.study.roadmap import WantedChange

FELT = ("ces", "answer_time", "first_contact_resolution", "csat", "nps", "response_rate", "trade_satisfaction")


@dataclass(frozen=True, kw_only=True)
class RoadmapStep:
    """What a step found: grids and sentences, and what else it writes into its folder."""

    grids: Sequence[TextGrid]
    said: Sequence[str] = ()
    write: Callable[[Path], object] | None = None


@dataclass(frozen=True, kw_only=True)
class RoadmapEffort:
    """Processes (0: one a core), and who hears how far the runs are."""

    workers: int = 0
    tell: Callable[[float, str], None] | None = None


def define(asked: RoadmapFile, company: Scenario, words: Words, effort: RoadmapEffort) -> RoadmapStep:
    from e2esim.report.roadmap import perimeter_grid
    from e2esim.study.perimeter import combination

    found = [combination(company, aim.touchpoint, aim.phase, aim.segment) for aim in asked.aims]
    named = [k for k, aim in enumerate(asked.aims) if {aim.touchpoint, aim.phase, aim.segment} != {"all"}]
    aim = asked.aims[max(named or range(len(found)), key=lambda k: found[k].problems)]
    said = [words("rm_why", text=text) for text in asked.drivers]
    said.append(words("rm_begin", place=f"{aim.touchpoint} x {aim.phase} x {aim.segment}"))
    return RoadmapStep(grids=[perimeter_grid(asked.aims, found, words)], said=said)


def analyse(asked: RoadmapFile, company: Scenario, words: Words, effort: RoadmapEffort) -> RoadmapStep:
    from e2esim.application.points import OverriddenCompany
    from e2esim.report.roadmap import aim_grid, customer_grid, sales_grid
    from e2esim.study.pool import replicated
    from e2esim.study.roadmap import aim_outcomes, mean, sales_today

    pilot = "+".join(f"{one.lever}@{asked.pilot_share:g}" for one in asked.levers)
    companies = {name: OverriddenCompany(overrides=(*asked.words, f"levers={some}")) for name, some in (("today", "none"), ("pilot", pilot))}
    tables = replicated(companies, replications=asked.replications, workers=effort.workers, progress=effort.tell)
    today, tried = (tuple(table for job, table in tables.items() if job.company == name) for name in companies)
    segments = company.tables["segments"]["segment"].to_list()
    felt = [(segment, [mean(today, kpi, "segment", segment) for kpi in FELT]) for segment in segments]
    outcomes = aim_outcomes(wanted(asked, company), today, tried, units())
    grids = [sales_grid(sales_today(company, today), words), customer_grid(felt, FELT, words)]
    grids.append(aim_grid(words("rm_h_pilot", share=f"{100 * asked.pilot_share:g}"), asked.aims, outcomes, words))
    return RoadmapStep(grids=grids, said=[words("rm_adopted")])


def lay_out(asked: RoadmapFile, company: Scenario, words: Words, effort: RoadmapEffort) -> RoadmapStep:
    from e2esim.report.roadmap import design_grid, force_grid

    levers = planned(asked, company)
    rows = company.tables["lever_changes"].iter_rows(named=True)
    changes = [(row["lever"], f"{row['target']}{' of ' + row['rows'] if row['rows'] else ''} {row['change']} {row['value']}") for row in rows]
    return RoadmapStep(grids=[design_grid(list(levers.values()), changes, words), force_grid(list(levers.values()), words)])


def schedule(asked: RoadmapFile, company: Scenario, words: Words, effort: RoadmapEffort) -> RoadmapStep:
    from e2esim.report.roadmap import early, schedule_grid

    levers = list(planned(asked, company).values())
    once, running = sum(one.once_eur for one in levers), sum(one.running_eur_y for one in levers)
    said = [*early(levers, words), words("rm_paid", once=words.number(once), running=words.number(running))]
    transitory = [one.lever for one in levers if one.end_month]
    if transitory:
        said.append(words("rm_transitory", levers=", ".join(transitory)))
    return RoadmapStep(grids=[schedule_grid(levers, 12 * asked.years, words)], said=said)


def planned(asked: RoadmapFile, company: Scenario) -> dict[str, Lever]:
    """The levers of a roadmap as it plans them: its dates, and the forces that it manages besides; in the order of the company's table."""
    from e2esim.domain.levers import levers_of

    known, said = levers_of(company.tables), {one.lever: one for one in asked.levers}
    found = {}
    for name, lever in known.items():
        if name not in said:
            continue
        own = said[name]
        forces = tuple(replace(force, managed=True) if force.name in own.manage else force for force in lever.forces)
        start = lever.start_month if own.start_month is None else own.start_month
        end = lever.end_month if own.end_month is None else own.end_month
        found[name] = replace(lever, start_month=start, end_month=end, forces=forces)
    return found


def wanted(asked: RoadmapFile, company: Scenario) -> list[WantedChange]:
    from e2esim.kpi.catalogue import CATALOGUE
    from e2esim.study.perimeter import combination
    from e2esim.study.roadmap import WantedChange

    found = []
    for aim in asked.aims:
        here = combination(company, aim.touchpoint, aim.phase, aim.segment)
        told = here.dimension in CATALOGUE[aim.kpi].dimensions
        dimension, member = (here.dimension, here.member) if told else ("all", "all")
        found.append(WantedChange(kpi=aim.kpi, dimension=dimension, member=member, change=aim.change))
    return found


def units() -> Mapping[str, str]:
    from e2esim.kpi.catalogue import CATALOGUE

    return {name: kpi.unit for name, kpi in CATALOGUE.items()}
