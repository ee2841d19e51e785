"""``e2esim compare AS_IS TO_BE --bridge``: what each lever of the TO-BE brings, in EUR, with its interval and its cash."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from e2esim.application.bridging import BridgeWishes

if TYPE_CHECKING:
    from e2esim.application.bridging import BridgedRuns
    from e2esim.cli.compare_command import CompareOptions


@dataclass(frozen=True, kw_only=True)
class BridgeOptions(BridgeWishes):
    """What only ``--bridge`` takes."""

    language: str = "en"


def bridge_runs(arguments: Sequence[str], options: CompareOptions, own: BridgeOptions) -> None:
    """Run every set of levers that is needed, print the bridge and write the folder that is asked for.

    Raises
    ------
    InputErrors
        If there are not two runs, or the second is not the first with levers.
    """
    from e2esim.application.bridging import lay_bridge
    from e2esim.application.comparison_words import asked
    from e2esim.application.folders import new_folder, write_new
    from e2esim.report.lever_bridge import bridge_json
    from e2esim.report.progress import progress_bar

    laid = lay_bridge(asked(arguments, options.experiment), options, own)
    folder = None if options.out is None else new_folder(options.out, "bridge", "")
    quiet = options.quiet or options.as_json
    if not quiet:
        rule, sets = laid.rule, len(laid.plan.coalitions)
        until = "" if rule.precision is None else f" or more, until half-widths are at most {100 * rule.precision:g} % of AS-IS"
        typer.echo(f"{len(laid.plan.players)} levers, {sets} sets of them, {rule.replications} replications{until}", err=True)
        if rule.first < rule.replications or rule.precision is not None:
            typer.echo(f"every set in {rule.first} of them, then one order of the levers and its reverse each", err=True)
    with progress_bar(quiet=quiet) as tell:
        bridged = laid.run(tell, None if quiet else lambda text: typer.echo(text, err=True))
    found, told = bridged.found, bridged.facts
    if folder is not None:
        from e2esim.report.lever_bridge_folder import write_lever_bridge

        write_new(folder, lambda place: write_lever_bridge(found, told, place, own.language), chosen=True)
    if options.as_json:
        typer.echo(json.dumps(bridge_json(found, told), ensure_ascii=False, allow_nan=False))
    elif not options.quiet:
        _print(bridged, own.language)
        if folder is not None:
            typer.echo(f"Bridge folder: {folder}")


def _print(bridged: BridgedRuns, language: str) -> None:
    """Print what may be said, and the two tables."""
    from e2esim.report.lever_bridge import answers, kpi_grid, lever_grid, reading, year_grid
    from e2esim.report.lever_bridge_terminal import print_grid
    from e2esim.report.words import Words

    found, told, words = bridged.found, bridged.facts, Words(language)
    for text in answers(found, words):
        typer.echo(f"- {text}")
    for grid in (lever_grid(found, words), year_grid(found, words), kpi_grid(found, told.kpis, words)):
        print_grid(grid)
    for text in reading(found, told, words):
        typer.echo(text)
