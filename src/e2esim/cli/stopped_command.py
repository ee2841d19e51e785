"""``e2esim run --stop-at DATE --save DIR``: a market run stopped on a morning."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from e2esim.cli.run_options import RunOptions
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem
from e2esim.config.saved_run import SavedRun, check_same, market_stop_day, write_saved
from e2esim.machine_code import program_hash

if TYPE_CHECKING:
    from e2esim.domain.scenario import Scenario


def stopped(overrides: Sequence[str], scenario: Scenario, options: RunOptions, data: str, saved: SavedRun | None) -> bool:
    """Check what is taken up; if the run is to stop, run it to that morning, write it and return true.

    Raises
    ------
    InputErrors
        If day or folder are wrong, or what was saved no longer fits.
    """
    program, settings = program_hash(), scenario.settings
    if saved is not None and options.resume is not None:
        check_same(saved, options.resume, data=data, program=program)
    day = market_stop_day(options.stop_at, options.save, settings, since=saved.state.day if saved is not None else 0)
    if day is None or options.save is None:
        return False
    alone(options, "--stop-at")
    from e2esim.application.simulating import stop_market
    from e2esim.report.progress import progress_bar

    number = options.replication - 1
    with progress_bar(quiet=options.quiet) as tell:
        state = stop_market(scenario, number, day, saved, tell)
    write_saved(SavedRun(overrides=tuple(map(_found_again, overrides)), number=number, data=data, program=program, state=state), options.save)
    if options.as_json:
        typer.echo(json.dumps({"saved": str(options.save), "day": day, "days": settings.horizon.days}))
    elif not options.quiet:
        typer.echo(f"stands on the morning of {options.stop_at}, day {day} of {settings.horizon.days}; go on with: e2esim run --resume {options.save}")
    return True


def _found_again(word: str) -> str:
    """An override that names a folder, from wherever the run is taken up."""
    key, _, value = word.partition("=")
    return f"{key}={Path(value).resolve()}" if key == "scenario" and Path(value).is_dir() else word


def alone(options: RunOptions, why: str) -> None:
    """Refuse several replications: a folder holds one."""
    if options.replications > 1:
        raise InputErrors([wrong_replication("--replications", str(options.replications), f"{why} goes with one replication")])


def wrong_replication(column: str, value: str, message: str) -> Problem:
    return Problem(file=COMMAND_LINE, column=column, value=value, message=message, remedy="leave it out, or name one with --replication")
