"""``e2esim tournament``: every option of a group of settings, on the same orders and random numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem, did_you_mean

if TYPE_CHECKING:
    from e2esim.domain.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class TournamentOptions:
    """What the options of ``tournament`` say; ``rules`` empty = every option of the group."""

    rules: str = ""
    base: str = "fifo"
    group: str = "precedence"
    replications: int = 10
    workers: int = 0
    out: Path | None = None
    as_json: bool = False
    quiet: bool = False


def contenders(options: TournamentOptions) -> tuple[list[str], str]:
    """Return the options of the group that take part and the base among them.

    Raises
    ------
    InputErrors
        If group, rules or base are not known, or fewer than two take part.
    """
    from e2esim.config.places import groups

    known = groups()
    if options.group not in known:
        raise InputErrors([_wrong("--group", options.group, "there is no such group of options", did_you_mean(options.group, list(known)))])
    every = known[options.group]
    named = [word.strip() for word in options.rules.split(",") if word.strip()] or list(every)
    chosen = list(dict.fromkeys(named))
    problems = [
        _wrong("--rules", rule, f"{options.group} has no such option", did_you_mean(rule, list(every))) for rule in chosen if rule not in every
    ]
    if not problems and len(chosen) < 2:
        problems.append(_wrong("--rules", options.rules, "a tournament needs two", f"name two or more of: {', '.join(every)}"))
    base = options.base
    if not problems and base not in chosen:
        if base != "fifo":  # asked for
            problems.append(_wrong("--base", base, "takes no part", f"one of: {', '.join(chosen)}"))
        base = chosen[0]
    if problems:
        raise InputErrors(problems)
    return chosen, base


def _wrong(column: str, value: str, message: str, remedy: str) -> Problem:
    return Problem(file=COMMAND_LINE, column=column, value=value, message=message, remedy=remedy)


def run_tournament(overrides: Sequence[str], options: TournamentOptions) -> None:
    """Load every contender (all errors at once), let them play, print, and write the folder that is asked for."""
    from e2esim.application.folders import new_folder
    from e2esim.config import load

    chosen, base = contenders(options)
    doubled = [word for word in overrides if word.split("=")[0].strip() in (options.group, f"{options.group}.rule")]
    if doubled:
        remedy = f"name the options with --rules, e.g. --rules {chosen[0]},{chosen[1]}"
        raise InputErrors([_wrong(options.group, doubled[0], "the tournament chooses it", remedy)])
    scenarios: dict[str, Scenario] = {name: load([*overrides, f"{options.group}={name}"]) for name in chosen}
    folder = None if options.out is None else new_folder(options.out, "tournament", "")

    from e2esim.report.progress import progress_bar
    from e2esim.report.tournament import print_tournament, tournament_json, write_tournament
    from e2esim.study.tournament import tournament

    with progress_bar(quiet=options.quiet or options.as_json) as tell:
        found = tournament(scenarios, base=base, replications=options.replications, workers=options.workers, progress=tell)
    if folder is not None:
        if folder.is_dir():  # empty, as new_folder has seen
            folder.rmdir()
        write_tournament(found, options.group, folder, list(overrides))
    if options.as_json:
        typer.echo(json.dumps(tournament_json(found, options.group), ensure_ascii=False, allow_nan=False))
    elif not options.quiet:
        print_tournament(found, options.group)
        if folder is not None:
            typer.echo(f"Tournament folder: {folder}")
