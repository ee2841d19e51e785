"""``e2esim tournament``: every option of a group of settings, on the same orders and random numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import typer

from e2esim.application.competing import TournamentWishes


@dataclass(frozen=True, kw_only=True)
class TournamentOptions(TournamentWishes):
    """What the options of ``tournament`` say."""

    as_json: bool = False
    quiet: bool = False


def run_tournament(overrides: Sequence[str], options: TournamentOptions) -> None:
    """Let the contenders play, and print."""
    from e2esim.application.competing import compete
    from e2esim.report.progress import progress_bar
    from e2esim.report.tournament import print_tournament, tournament_json

    with progress_bar(quiet=options.quiet or options.as_json) as tell:
        competed = compete(overrides, options, tell)
    if options.as_json:
        typer.echo(json.dumps(tournament_json(competed.found, competed.group), ensure_ascii=False, allow_nan=False))
    elif not options.quiet:
        print_tournament(competed.found, competed.group)
        if competed.folder is not None:
            typer.echo(f"Tournament folder: {competed.folder}")
