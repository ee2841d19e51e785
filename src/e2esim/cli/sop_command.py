"""``e2esim sop``: the S&OP cycle of a scenario at its start: table, roles, criticalities, scenarios, an opportunity."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from e2esim.config.problems import COMMAND_LINE

SIDE = ("demand_up", "extra_shift", "second_source", "price_up")  # beside the base where nothing is asked for


@dataclass(frozen=True, kw_only=True)
class SopOptions:
    """What the options of ``sop`` say."""

    months: int = 12
    scenarios: str = ""
    opportunity: str = ""
    out: Path | None = None
    as_json: bool = False
    quiet: bool = False


def plan_sop(overrides: Sequence[str], options: SopOptions) -> None:
    """Load, check, plan, write and print the S&OP cycle of one scenario.

    Raises
    ------
    InputErrors
        If scenario, overrides, options or folder are wrong; nothing is written then.
    """
    from e2esim.cli.ends import listing
    from e2esim.cli.run_command import run_folder
    from e2esim.config.door import load_with_warnings
    from e2esim.config.sop_file import check_scenarios, read_opportunity, read_scenarios

    began = time.perf_counter()
    wanted = read_scenarios(options.scenarios)
    loaded = load_with_warnings(overrides)
    if loaded.warnings and not options.quiet:
        typer.echo(listing(loaded.warnings), err=True)
    settings, tables = loaded.scenario.settings, loaded.scenario.tables
    from e2esim.domain.build import build_world
    from e2esim.planning.sop.budget import budget_of
    from e2esim.planning.sop.cycle import ground_of, run_cycle
    from e2esim.planning.sop.from_world import family_names, sop_months
    from e2esim.planning.sop.opportunity import vet
    from e2esim.planning.sop.scenarios import BUILT_IN
    from e2esim.report.manifest import fingerprint

    world = build_world(loaded.scenario)
    months = sop_months(world, 0, options.months)
    problem = ground_of(world, months).problem
    check_scenarios(wanted, problem, options.scenarios if options.scenarios.endswith(("yaml", "yml")) else COMMAND_LINE)
    asked = read_opportunity(options.opportunity, problem.products, problem.months) if options.opportunity else None
    folder = run_folder(options.out, f"sop-{settings.name}", fingerprint(settings, None, tables)[:12])
    if not wanted:
        other = "end_to_end" if settings.planning.rule == "silo" else "silo"
        wanted = {name: BUILT_IN[name] for name in (*SIDE, other)}
    budget = budget_of(tables.get("budget"), months, family_names(world), settings.scale)
    cycle = run_cycle(world, count=options.months, scenarios=wanted, budget=budget)
    verdict = None
    if asked is not None:
        verdict = vet(cycle.base.problem, product=asked.product, month=asked.month, quantity=asked.quantity, price_eur=asked.price_eur)

    from e2esim.report.sop.folder import write_cycle
    from e2esim.report.sop.terminal import print_sop, sop_json

    if folder.is_dir():  # empty, as run_folder has seen
        folder.rmdir()
    write_cycle(cycle, verdict, settings, folder, tables)
    wall_s = time.perf_counter() - began
    if options.as_json:
        typer.echo(sop_json(cycle, verdict, settings.name, folder, wall_s))
    elif not options.quiet:
        print_sop(cycle, verdict, settings.title or settings.name, folder, wall_s)
