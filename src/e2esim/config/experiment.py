"""Experiment files: one YAML a question, naming the runs to compare, each a list of overrides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from e2esim.config.places import shipped
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem, did_you_mean
from e2esim.config.yaml_file import read_yaml


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """A question: ``runs`` maps a name to its overrides, the first is the base; ``kpis`` decide.

    Or a sweep: ``base`` are the overrides of every point, ``factors`` what is swept, in Hydra's grammar; ``design`` (full, fraction, lhs, sobol) and
    ``points`` choose the points. Sensitivity and optimise take the same factors; optimise also ``objectives`` (KPIs) and ``constraints``
    (such as otif>=0.9).
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    title: str
    runs: dict[str, list[str]] = field(default_factory=dict)
    replications: int = 10
    kpis: list[str] = field(default_factory=list)
    base: list[str] = field(default_factory=list)
    factors: list[str] = field(default_factory=list)
    design: str = "full"
    points: int = 0
    objectives: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)


def experiments() -> dict[str, Path]:
    """Return every experiment that can be called by name, name -> file; those beside the current directory come first."""
    found: dict[str, Path] = {}
    for root in (Path.cwd() / "experiments", shipped("experiments")):
        for path in sorted(root.glob("*.yaml")):
            found.setdefault(path.stem, path)
    return found


def load_experiment(name: str, *, swept: bool = False) -> Experiment:
    """Read the experiment called ``name`` (or a path to its file).

    Parameters
    ----------
    name
        Of a file in ``experiments/``, or a path.
    swept
        True = it must name factors, False = it must name runs.

    Raises
    ------
    InputErrors
        If there is no such file, or it does not hold an experiment of that kind; every problem with its key.
    """
    path = Path(name) if name.endswith((".yaml", ".yml")) else experiments().get(name)
    if path is None or not path.is_file():
        remedy = did_you_mean(name, list(experiments()))
        raise InputErrors([Problem(file=COMMAND_LINE, column="experiment", value=name, message="no such experiment", remedy=remedy)])
    read = read_yaml(path, str(path))
    if read.problems:
        raise InputErrors(read.problems)
    try:
        found: Experiment = TypeAdapter(Experiment).validate_python(read.values)
    except ValidationError as error:
        raise InputErrors([_invalid(path, read.lines, e["loc"], e["msg"]) for e in error.errors()]) from None
    if swept and not found.factors:
        raise InputErrors([Problem(file=str(path), column="factors", message="a sweep needs factors", remedy="e.g. factors: ['planning.reserve=0,0.05,0.1']")])
    if not swept and (len(found.runs) < 2 or found.replications < 2):
        raise InputErrors([Problem(file=str(path), column="runs", message="an experiment needs two runs and two replications at least")])
    return found


def _invalid(path: Path, lines: Mapping[tuple[str, ...], int], place: Sequence[object], message: str) -> Problem:
    keys = tuple(map(str, place))
    row = next((lines[keys[:k]] for k in range(len(keys), 0, -1) if keys[:k] in lines), None)
    return Problem(file=str(path), row=row, column=".".join(keys), message=message)


def split_run(text: str) -> Sequence[str]:
    """Overrides of one run written as one argument; a bare name is a scenario.

    >>> split_run("mattress_maker/as_is scale=0.02")
    ['scenario=mattress_maker/as_is', 'scale=0.02']
    """
    return [word if "=" in word else f"scenario={word}" for word in text.split()]
