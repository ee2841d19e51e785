"""``e2esim sop``: the S&OP cycle of a scenario at its start: table, roles, criticalities, scenarios, an opportunity."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from e2esim.config.problems import COMMAND_LINE


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
    from e2esim.application.folders import new_folder
    from e2esim.cli.ends import listing
    from e2esim.config.door import load_with_warnings
    from e2esim.config.sop_file import read_scenarios

    began = time.perf_counter()
    wanted = read_scenarios(options.scenarios)
    loaded = load_with_warnings(overrides)
    if loaded.warnings and not options.quiet:
        typer.echo(listing(loaded.warnings), err=True)
    settings, tables = loaded.scenario.settings, loaded.scenario.tables
    from e2esim.application.balancing import balance
    from e2esim.report.manifest import fingerprint

    folder = new_folder(options.out, f"sop-{settings.name}", fingerprint(settings, None, tables)[:12])
    where = options.scenarios if options.scenarios.endswith(("yaml", "yml")) else COMMAND_LINE
    cycle, verdict = balance(loaded.scenario, months=options.months, wanted=wanted, where=where, opportunity=options.opportunity)

    from e2esim.report.sop.folder import write_cycle
    from e2esim.report.sop.terminal import print_sop, sop_json

    if folder.is_dir():  # empty, as new_folder has seen
        folder.rmdir()
    write_cycle(cycle, verdict, settings, folder, tables)
    wall_s = time.perf_counter() - began
    if options.as_json:
        typer.echo(sop_json(cycle, verdict, settings.name, folder, wall_s))
    elif not options.quiet:
        print_sop(cycle, verdict, settings.title or settings.name, folder, wall_s)
