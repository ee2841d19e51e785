"""A tournament: every option of a group of settings on the same orders and random numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from e2esim.application.folders import new_folder
from e2esim.application.shown import Shown
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem, did_you_mean, wrong_word

if TYPE_CHECKING:
    from e2esim.study.tournament import Tournament


@dataclass(frozen=True, kw_only=True)
class TournamentWishes:
    """Who takes part (``rules`` with commas; empty: every option of the group), the base of the table, and how often it is run."""

    rules: str = ""
    base: str = "fifo"
    group: str = "precedence"
    replications: int = 10
    workers: int = 0
    out: Path | None = None


@dataclass(frozen=True, repr=False)
class Competed(Shown):
    """A tournament that has been played."""

    found: Tournament
    group: str
    folder: Path | None = None

    def headline(self) -> str:
        """One line."""
        return f"{self.group}: {', '.join(self.found.contenders)} on {self.found.replications} common sets of orders"

    def table(self) -> pl.DataFrame:
        """Differences of every contender to the base."""
        from e2esim.report.tournament import differences_frame

        return differences_frame(self.found)


def compete(overrides: Sequence[str], wishes: TournamentWishes, tell: Callable[[float, str], None] | None = None) -> Competed:
    """Load every contender (all errors at once), let them play, and write the folder that is asked for.

    Raises
    ------
    InputErrors
        If contenders, company or folder are wrong.
    """
    from e2esim.config import load
    from e2esim.report.tournament import write_tournament
    from e2esim.study.tournament import tournament

    chosen, base = contenders(wishes)
    doubled = [word for word in overrides if word.split("=")[0].strip() in (wishes.group, f"{wishes.group}.rule")]
    if doubled:
        raise wrong_word(wishes.group, doubled[0], "the tournament chooses it", f"name the options with --rules, e.g. --rules {chosen[0]},{chosen[1]}")
    scenarios = {name: load([*overrides, f"{wishes.group}={name}"]) for name in chosen}
    folder = None if wishes.out is None else new_folder(wishes.out, "tournament", "")
    found = tournament(scenarios, base=base, replications=wishes.replications, workers=wishes.workers, progress=tell)
    if folder is not None:
        if folder.is_dir():  # empty, as new_folder has seen
            folder.rmdir()
        write_tournament(found, wishes.group, folder, list(overrides))
    return Competed(found, wishes.group, folder)


def contenders(wishes: TournamentWishes) -> tuple[list[str], str]:
    """Return the options of the group that take part and the base among them.

    Raises
    ------
    InputErrors
        If group, rules or base are not known, or fewer than two take part.
    """
    from e2esim.config.places import groups

    known = groups()
    if wishes.group not in known:
        raise wrong_word("--group", wishes.group, "there is no such group of options", did_you_mean(wishes.group, list(known)))
    every = known[wishes.group]
    named = [word.strip() for word in wishes.rules.split(",") if word.strip()] or list(every)
    chosen = list(dict.fromkeys(named))
    problems = [
        _problem("--rules", rule, f"{wishes.group} has no such option", did_you_mean(rule, list(every))) for rule in chosen if rule not in every
    ]
    if not problems and len(chosen) < 2:
        problems.append(_problem("--rules", wishes.rules, "a tournament needs two", f"name two or more of: {', '.join(every)}"))
    base = wishes.base
    if not problems and base not in chosen:
        if base != "fifo":  # asked for
            problems.append(_problem("--base", base, "takes no part", f"one of: {', '.join(chosen)}"))
        base = chosen[0]
    if problems:
        raise InputErrors(problems)
    return chosen, base


def _problem(column: str, value: str, message: str, remedy: str) -> Problem:
    return Problem(file=COMMAND_LINE, column=column, value=value, message=message, remedy=remedy)
