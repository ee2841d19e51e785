"""``e2esim compare``: two or more runs with common random numbers, and what can be said of their difference."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem

if TYPE_CHECKING:
    from e2esim.application.comparing import Rival
    from e2esim.domain.scenario import Scenario
    from e2esim.report.comparison_facts import ComparisonFacts

USUAL = 10  # pairs of runs


@dataclass(frozen=True, kw_only=True)
class CompareOptions:
    """What the options of ``compare`` say."""

    experiment: str = ""
    kpis: str = ""
    replications: int | None = None
    precision: float | None = None
    most: int = 200
    material: float | None = None
    workers: int = 0
    out: Path | None = None
    as_json: bool = False
    quiet: bool = False


@dataclass(frozen=True, kw_only=True)
class ComparisonAsked:
    """What is to be compared: overrides by name (the base first), deciding KPIs, replications."""

    title: str
    runs: Mapping[str, Sequence[str]]
    kpis: Sequence[str] = ()
    replications: int = USUAL


def asked(arguments: Sequence[str], experiment: str) -> ComparisonAsked:
    """Read the arguments: runs (a scenario and its overrides, in quotes), and overrides alone, which go to every run.

    Raises
    ------
    InputErrors
        If there is nothing to compare, or one run twice.

    Examples
    --------
    >>> asked(["a/x", "a/y", "scale=0.1"], "").runs
    {'a/x': ['scenario=a/x', 'scale=0.1'], 'a/y': ['scenario=a/y', 'scale=0.1']}
    """
    from e2esim.config.experiment import load_experiment, split_run

    split = [(text, list(split_run(text))) for text in arguments]
    named = [(text, words) for text, words in split if any(word.startswith("scenario=") for word in words)]
    common = [word for text, words in split if (text, words) not in named for word in words]
    if experiment:
        if named:
            raise _wrong("RUN", named[0][0], "an experiment brings its own runs", "give overrides only, e.g. scale=0.1, or leave out --experiment")
        found = load_experiment(experiment)
        runs = {name: [*overrides, *common] for name, overrides in found.runs.items()}
        return ComparisonAsked(title=found.title, runs=runs, kpis=found.kpis, replications=found.replications)
    if len(named) < 2:
        message, remedy = "nothing to compare", "name two runs, e.g. mattress_maker/as_is mattress_maker/to_be, or --experiment NAME"
        raise InputErrors([Problem(file=COMMAND_LINE, message=message, remedy=remedy)])
    twice = [text for k, (text, words) in enumerate(named) if sorted(words) in [sorted(other) for _, other in named[:k]]]
    if twice:
        raise _wrong("RUN", twice[0], "the same run twice", "two runs must differ; for independent runs of one scenario: e2esim run -n 10")
    return ComparisonAsked(title=" against ".join(text for text, _ in reversed(named)), runs={text: [*words, *common] for text, words in named})


def compare_runs(arguments: Sequence[str], options: CompareOptions) -> None:
    """Load all runs (all errors at once), run them, print the differences and write the folder that is asked for."""
    from e2esim.application.comparing import rivals_of
    from e2esim.application.folders import new_folder, write_new
    from e2esim.application.kpi_names import check_kpis, kpis_of

    question = asked(arguments, options.experiment)
    kpis = [word.strip() for word in options.kpis.split(",") if word.strip()] or list(question.kpis)
    rivals = rivals_of(question.runs)
    first = next(iter(rivals.values()))
    place = COMMAND_LINE if options.kpis else f"experiment {options.experiment}"
    check_kpis(kpis, place, "--kpis" if options.kpis else "kpis", first.kind)
    folder = None if options.out is None else new_folder(options.out, "comparison", "")
    shown = kpis or list(kpis_of(first.kind))

    from e2esim.report.comparison import comparison_json, print_comparison
    from e2esim.report.progress import progress_bar
    from e2esim.study.compare import Rule, compare
    from e2esim.study.judged import MATERIAL

    rule = Rule(replications=options.replications or question.replications, precision=options.precision, most=options.most)
    subjects = {name: one.subject for name, one in rivals.items()}
    with progress_bar(quiet=options.quiet or options.as_json) as tell:
        material = MATERIAL if options.material is None else options.material
        found = compare(subjects, rule=rule, kpis=shown, material=material, workers=options.workers, progress=tell)
    if folder is not None:
        from e2esim.report.comparison_folder import write_comparison

        told = _told(question, rivals)
        write_new(folder, lambda place: write_comparison(found, told, place), chosen=True)
    if options.as_json:
        typer.echo(json.dumps(comparison_json(found), ensure_ascii=False, allow_nan=False))
    elif not options.quiet:
        print_comparison(found, kpis or (), scale=first.scale, shown=shown)
        if folder is not None:
            typer.echo(f"Comparison folder: {folder}")


def load_runs(runs: Mapping[str, Sequence[str]]) -> dict[str, Scenario]:
    """Load every run; all errors at once.

    Raises
    ------
    InputErrors
        If a run is wrong, or they differ in horizon, seed or scale.
    """
    from e2esim.config import load

    scenarios: dict[str, Scenario] = {}
    problems: list[Problem] = []
    for name, overrides in runs.items():
        try:
            scenarios[name] = load(overrides)
        except InputErrors as errors:
            problems.extend(problem for problem in errors.problems if problem not in problems)
    alike = {(s.settings.horizon, s.settings.seed, s.settings.scale) for s in scenarios.values()}
    if len(alike) > 1:
        remedy = "give every run the same horizon.*, seed and scale"
        problems.append(Problem(file=COMMAND_LINE, message="the runs differ in horizon, seed or scale", remedy=remedy))
    if problems:
        raise InputErrors(problems)
    return scenarios


def _told(question: ComparisonAsked, rivals: Mapping[str, Rival]) -> ComparisonFacts:
    from e2esim.domain.scenario import Scenario
    from e2esim.report.comparison_facts import ComparisonFacts
    from e2esim.report.differs import apart

    base = next(iter(rivals.values()))
    changed = {
        name: apart(base.subject, other.subject)
        for name, other in list(rivals.items())[1:]
        if isinstance(base.subject, Scenario) and isinstance(other.subject, Scenario)
    }
    return ComparisonFacts(title=question.title, runs=question.runs, changed=changed, seed=base.seed, scale=base.scale, period=base.period)


def _wrong(column: str, value: str, message: str, remedy: str) -> InputErrors:
    return InputErrors([Problem(file=COMMAND_LINE, column=column, value=value, message=message, remedy=remedy)])
