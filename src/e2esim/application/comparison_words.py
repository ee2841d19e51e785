"""What the words of a comparison, or the experiment that they name, ask for; and its market runs, loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem, wrong_word

if TYPE_CHECKING:
    from e2esim.domain.scenario import Scenario

USUAL = 10  # pairs of runs


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
            raise wrong_word("RUN", named[0][0], "an experiment brings its own runs", "give overrides only, e.g. scale=0.1, or leave out --experiment")
        found = load_experiment(experiment)
        runs = {name: [*overrides, *common] for name, overrides in found.runs.items()}
        return ComparisonAsked(title=found.title, runs=runs, kpis=found.kpis, replications=found.replications)
    if len(named) < 2:
        message, remedy = "nothing to compare", "name two runs, e.g. mattress_maker/as_is mattress_maker/to_be, or --experiment NAME"
        raise InputErrors([Problem(file=COMMAND_LINE, message=message, remedy=remedy)])
    twice = [text for k, (text, words) in enumerate(named) if sorted(words) in [sorted(other) for _, other in named[:k]]]
    if twice:
        raise wrong_word("RUN", twice[0], "the same run twice", "two runs must differ; for independent runs of one scenario: e2esim run -n 10")
    return ComparisonAsked(title=" against ".join(text for text, _ in reversed(named)), runs={text: [*words, *common] for text, words in named})


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
