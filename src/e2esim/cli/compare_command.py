"""``e2esim compare``: two or more runs with common random numbers, and what can be said of their difference."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer

from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem

if TYPE_CHECKING:
    from e2esim.domain.scenario import Scenario


def runs_of(arguments: Sequence[str], experiment: str) -> tuple[dict[str, Sequence[str]], list[str], int]:
    """Named overrides, deciding KPIs and replications, from the arguments or an experiment file.

    Raises
    ------
    InputErrors
        If there is nothing to compare.
    """
    from e2esim.config.experiment import load_experiment, split_run

    if experiment:
        found = load_experiment(experiment)
        return {name: list(overrides) for name, overrides in found.runs.items()}, found.kpis, found.replications
    if len(arguments) < 2:
        message, remedy = "nothing to compare", "name two runs, e.g. mattress_maker/as_is mattress_maker/to_be, or --experiment NAME"
        raise InputErrors([Problem(file=COMMAND_LINE, message=message, remedy=remedy)])
    return {text: split_run(text) for text in arguments}, [], 10


def compare_runs(
    arguments: Sequence[str], *, experiment: str = "", replications: int | None = None, workers: int = 0, as_json: bool = False, quiet: bool = False
) -> None:
    """Load all runs (all errors at once), run them and print the differences."""
    from e2esim.config import load

    runs, kpis, usual = runs_of(arguments, experiment)
    scenarios: dict[str, Scenario] = {}
    problems: list[Problem] = []
    for name, overrides in runs.items():
        try:
            scenarios[name] = load(overrides)
        except InputErrors as errors:
            problems.extend(errors.problems)
    _check_alike(scenarios, problems)
    if problems:
        raise InputErrors(problems)

    from e2esim.report.comparison import comparison_json, print_comparison
    from e2esim.report.progress import progress_bar
    from e2esim.study.compare import compare

    with progress_bar(quiet=quiet or as_json) as tell:
        found = compare(scenarios, replications=replications or usual, workers=workers, progress=tell)
    if as_json:
        typer.echo(json.dumps(comparison_json(found)))
    elif not quiet:
        print_comparison(found, kpis)


def _check_alike(scenarios: Mapping[str, Scenario], problems: list[Problem]) -> None:
    """Runs to compare must cover the same days with the same seed."""
    alike = {(s.settings.horizon, s.settings.seed) for s in scenarios.values()}
    if len(alike) > 1:
        problems.append(Problem(file=COMMAND_LINE, message="the runs differ in horizon or seed", remedy="give every run the same horizon.* and seed"))
