"""``e2esim compare AS_IS TO_BE --bridge``: what each lever of the TO-BE brings, in EUR, with its interval and its cash."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from e2esim.cli.compare_command import CompareOptions, asked, load_runs
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem

if TYPE_CHECKING:
    from e2esim.application.points import OverriddenCompany
    from e2esim.domain.scenario import Scenario
    from e2esim.report.lever_bridge import BridgeFacts
    from e2esim.study.bridge import LeverBridge

USUAL = 5  # replications of every set
SHOWN = (
    "operating_result",
    "contribution",
    "turnover",
    "customer_value",
    "otif",
    "lead_time",
    "csat",
    "nps",
    "crr",
    "first_contact_resolution",
    "answer_time",
    "stock_value",
)


@dataclass(frozen=True, kw_only=True)
class BridgeOptions:
    """What only ``--bridge`` takes."""

    years: int = 5
    orders: int = 0
    language: str = "en"


def bridge_runs(arguments: Sequence[str], options: CompareOptions, own: BridgeOptions) -> None:
    """Run every set of levers that is needed, print the bridge and write the folder that is asked for.

    Raises
    ------
    InputErrors
        If there are not two runs, or the second is not the first with levers.
    """
    from e2esim.application.folders import new_folder, write_new
    from e2esim.application.kpi_names import check_kpis

    question = asked(arguments, options.experiment)
    kpis = tuple(word.strip() for word in options.kpis.split(",") if word.strip()) or SHOWN
    check_kpis(kpis, COMMAND_LINE, "--kpis")
    if len(question.runs) != 2:
        raise _wrong("RUN", str(len(question.runs)), "a bridge leads from one run to one other", "name two runs: AS_IS TO_BE")
    scenarios = load_runs(question.runs)
    (before, base), (after, goal) = scenarios.items()
    check_to_be(base, goal, question.runs[after])
    folder = None if options.out is None else new_folder(options.out, "bridge", "")
    found = run_bridge(base, goal, question.runs[after], kpis, options, own, question.replications if options.experiment else USUAL)

    from e2esim.report.lever_bridge import BridgeFacts, bridge_json

    horizon = base.settings.horizon
    told = BridgeFacts(before=before, after=after, runs=question.runs, kpis=kpis, days=horizon.days - horizon.warmup_days, seed=base.settings.seed)
    if folder is not None:
        from e2esim.report.lever_bridge_folder import write_lever_bridge

        write_new(folder, lambda place: write_lever_bridge(found, told, place, own.language), chosen=True)
    if options.as_json:
        typer.echo(json.dumps(bridge_json(found, told), ensure_ascii=False, allow_nan=False))
    elif not options.quiet:
        print_bridge(found, told, own.language)
        if folder is not None:
            typer.echo(f"Bridge folder: {folder}")


def run_bridge(
    base: Scenario, goal: Scenario, words: Sequence[str], kpis: tuple[str, ...], options: CompareOptions, own: BridgeOptions, usual: int
) -> LeverBridge:
    """Run the sets of levers of ``goal``, whose overrides are ``words``; ``usual`` replications of each, or as the options say."""
    from e2esim.domain.levers import levers_of
    from e2esim.report.progress import progress_bar
    from e2esim.study.bridge import BridgeRule, lever_bridge
    from e2esim.study.cash import chains
    from e2esim.study.coalitions import plan_coalitions
    from e2esim.study.judged import MATERIAL

    levers = levers_of(goal.tables)
    plan = plan_coalitions(goal.levers, levers, orders=own.orders, chains=chains(levers, goal.levers, own.years), seed=base.settings.seed)
    rule = BridgeRule(
        replications=options.replications or usual,
        precision=options.precision,
        most=options.most,
        material=MATERIAL if options.material is None else options.material,
        workers=options.workers,
        years=own.years,
        kpis=kpis,
    )
    quiet = options.quiet or options.as_json
    if not quiet:
        until = "" if rule.precision is None else f" or more, until half-widths are at most {100 * rule.precision:g} % of AS-IS"
        typer.echo(f"{len(goal.levers)} levers, {len(plan.coalitions)} sets of them, {rule.replications} replications each{until}", err=True)
    with progress_bar(quiet=quiet) as tell:
        return lever_bridge(base, plan, lambda some: pulling(words, some), rule, tell)


def pulling(words: Sequence[str], some: str) -> OverriddenCompany:
    """The company of ``words`` with another set of levers."""
    from e2esim.application.points import OverriddenCompany

    return OverriddenCompany(overrides=(*(word for word in words if not word.startswith("levers=")), f"levers={some}"))


def check_to_be(base: Scenario, goal: Scenario, words: Sequence[str]) -> None:
    """Refuse a TO-BE that is not the base with levers.

    Raises
    ------
    InputErrors
        If it pulls no lever, the base pulls one, or they differ in something else.
    """
    from e2esim.config import load
    from e2esim.report.differs import apart

    if not goal.levers:
        raise _wrong("RUN", goal.settings.name, "pulls no lever", "give it some, e.g. levers=one_plan+crm; table levers says which there are")
    if base.levers:
        raise _wrong("RUN", base.settings.name, "the base pulls levers itself", "bridge from the company without them")
    plain = load(pulling(words, "none").overrides)
    others = apart(base, plain)
    if others:
        told = "; ".join(f"{one.key} {one.base} against {one.other}" for one in others[:5])
        raise _wrong("RUN", goal.settings.name, f"is not the base with levers alone, it differs in {told}", "put it into a lever, or into both runs")


def print_bridge(found: LeverBridge, told: BridgeFacts, language: str = "en") -> None:
    """Print what may be said, and the two tables."""
    from e2esim.report.lever_bridge import answers, kpi_grid, lever_grid, reading, year_grid
    from e2esim.report.lever_bridge_terminal import print_grid
    from e2esim.report.words import Words

    words = Words(language)
    for text in answers(found, words):
        typer.echo(f"- {text}")
    for grid in (lever_grid(found, words), year_grid(found, words), kpi_grid(found, told.kpis, words)):
        print_grid(grid)
    for text in reading(found, told, words):
        typer.echo(text)


def _wrong(column: str, value: str, message: str, remedy: str) -> InputErrors:
    return InputErrors([Problem(file=COMMAND_LINE, column=column, value=value, message=message, remedy=remedy)])
