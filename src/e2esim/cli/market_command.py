"""A market run: from overrides to a finished run folder, with progress for eyes and JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from e2esim.application.folders import new_folder, write_new
from e2esim.cli.run_options import RunOptions, one_of_them
from e2esim.config.problems import InputErrors
from e2esim.machine_code import is_compiled

if TYPE_CHECKING:
    from e2esim.config.saved_run import SavedRun
    from e2esim.config.tables_once import TablesOnce
    from e2esim.domain.scenario import Scenario
    from e2esim.report.differs import Stated


def run_scenario(overrides: Sequence[str], options: RunOptions, saved: SavedRun | None = None) -> None:
    """Load, check, simulate, write and print one scenario, from where it was ``saved`` if it was.

    Raises
    ------
    InputErrors
        If scenario, overrides or run folder are wrong; nothing is written then.
    """
    from e2esim.application.simulating import run_market
    from e2esim.cli.ends import FAILED, listing
    from e2esim.config.door import load_with_warnings
    from e2esim.config.tables_once import TablesOnce
    from e2esim.report.manifest import fingerprint

    one_of_them(options)
    once = TablesOnce()
    loaded = load_with_warnings(overrides, once)
    if loaded.warnings and not options.quiet:
        typer.echo(listing(loaded.warnings), err=True)
    settings, tables = loaded.scenario.settings, loaded.scenario.tables
    data = fingerprint(settings, None, tables)
    if saved is not None or options.stop_at or options.save is not None:
        from e2esim.cli.stopped_command import stopped

        if stopped(overrides, loaded.scenario, options, data, saved):
            return
    folder = new_folder(options.out, settings.name, data[:12])
    if not options.quiet and not is_compiled("customers"):
        typer.echo("first run after installation: compiling, one to two minutes more than later runs", err=True)

    from e2esim.report.output import write_run
    from e2esim.report.progress import progress_bar
    from e2esim.report.terminal import print_result, to_json

    with progress_bar(quiet=options.quiet) as tell:
        ran = run_market(
            loaded.scenario, replications=options.replications, keep=options.replication - 1, workers=options.workers, saved=saved, calm=options.report,
            tell=tell,
        )  # fmt: skip
    result = ran.study

    def write(place: Path) -> None:
        stated = _stated(overrides, loaded.scenario, once)
        write_run(result, place, report=options.report, language=options.language, tables=tables, stated=stated, calm=ran.calm)

    folder = write_new(folder, write, chosen=options.out is not None)
    if options.as_json:
        typer.echo(to_json(result, folder))
    elif not options.quiet:
        print_result(result, folder, language=options.language)
    if result.lost:
        numbers = ", ".join(str(k + 1) for k in result.lost)
        typer.echo(f"lost: replication {numbers}, whose process was killed twice (is there memory enough?); the result is of the others", err=True)
        raise typer.Exit(FAILED)


def _stated(overrides: Sequence[str], scenario: Scenario, once: TablesOnce) -> Stated:
    """The overrides of a run, and the settings they change in the scenario as it is without them."""
    from e2esim.config.door import load
    from e2esim.report.differs import Stated, settings_apart

    given = tuple(word for word in overrides if not word.startswith("scenario="))
    if not given:
        return Stated()
    try:
        plain = load([word for word in overrides if word.startswith("scenario=")], once)
    except InputErrors:  # a scenario that needs an override to be whole
        return Stated(overrides=given)
    return Stated(overrides=given, changed=tuple(settings_apart(plain.settings, scenario.settings)))
