"""Experiment files: one YAML a question, naming the runs to compare, each a list of overrides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError

from e2esim.config.places import shipped
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem, did_you_mean


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """A question: ``runs`` maps a name to its overrides, the first is the base; ``kpis`` decide."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    title: str
    runs: dict[str, list[str]]
    replications: int = 10
    kpis: list[str] = field(default_factory=list)


def experiments() -> dict[str, Path]:
    """Return every experiment that can be called by name, name -> file; those beside the current directory come first."""
    found: dict[str, Path] = {}
    for root in (Path.cwd() / "experiments", shipped("experiments")):
        for path in sorted(root.glob("*.yaml")):
            found.setdefault(path.stem, path)
    return found


def load_experiment(name: str) -> Experiment:
    """Read the experiment called ``name`` (or a path to its file).

    Raises
    ------
    InputErrors
        If there is no such file, or it does not hold an experiment; every problem with its key.
    """
    path = Path(name) if name.endswith((".yaml", ".yml")) else experiments().get(name)
    if path is None or not path.is_file():
        remedy = did_you_mean(name, list(experiments()))
        raise InputErrors([Problem(file=COMMAND_LINE, column="experiment", value=name, message="no such experiment", remedy=remedy)])
    try:
        text = yaml.safe_load(path.read_text(encoding="utf-8"))
        found: Experiment = TypeAdapter(Experiment).validate_python(text)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputErrors([Problem(file=str(path), message=f"not readable YAML: {error}")]) from None
    except ValidationError as error:
        raise InputErrors([Problem(file=str(path), column=".".join(map(str, e["loc"])), message=e["msg"]) for e in error.errors()]) from None
    if len(found.runs) < 2 or found.replications < 2:
        raise InputErrors([Problem(file=str(path), column="runs", message="an experiment needs two runs and two replications at least")])
    return found


def split_run(text: str) -> Sequence[str]:
    """Overrides of one run written as one argument; a bare name is a scenario.

    >>> split_run("mattress_maker/as_is scale=0.02")
    ['scenario=mattress_maker/as_is', 'scale=0.02']
    """
    return [word if "=" in word else f"scenario={word}" for word in text.split()]
