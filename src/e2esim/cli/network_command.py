"""``e2esim run`` for a company that refills stock points by rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from e2esim.machine_code import is_compiled

if TYPE_CHECKING:
    from e2esim.cli.run_options import RunOptions
    from e2esim.config.places import Place


def run_network(place: Place, overrides: Sequence[str], options: RunOptions) -> None:
    """Load, check, simulate, write and print a supply network.

    Raises
    ------
    InputErrors
        If company, overrides or run folder are wrong; nothing is written then.
    """
    from e2esim.application.folders import new_folder
    from e2esim.application.simulating import run_refilled
    from e2esim.cli.ends import listing
    from e2esim.config.supply_network import open_network
    from e2esim.report.manifest import fingerprint

    opened = open_network(place, overrides)
    if opened.warnings and not options.quiet:
        typer.echo(listing(opened.warnings), err=True)
    settings = opened.company.settings
    folder = new_folder(options.out, settings.name, fingerprint(settings, None, opened.tables)[:12])
    if not options.quiet and not is_compiled("network"):
        typer.echo("first run after installation: compiling, one to two minutes more than later runs", err=True)

    from e2esim.report.network import network_json, write_network
    from e2esim.report.network_terminal import print_network
    from e2esim.report.progress import progress_bar

    with progress_bar(quiet=options.quiet) as tell:
        result = run_refilled(opened, replications=options.replications, keep=options.replication - 1, tell=tell).study
    page = ""
    if options.report:
        from e2esim.report.network_page import build_network_page

        page = build_network_page(result, language=options.language)
    if folder.is_dir():  # empty, as new_folder has seen
        folder.rmdir()
    write_network(result, folder, opened.tables, page)
    if options.as_json:
        typer.echo(network_json(result, folder))
    elif not options.quiet:
        print_network(result, folder, options.language)
