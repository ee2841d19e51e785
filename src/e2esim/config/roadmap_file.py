"""The file of a roadmap: company, aims by touchpoint, phase and segment, levers with dates, a pilot; checked against the company's own tables."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from e2esim.config.places import shipped
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem, did_you_mean
from e2esim.config.yaml_file import read_yaml
from e2esim.domain.levers import levers_of
from e2esim.domain.scenario import Scenario
from e2esim.kpi.catalogue import CATALOGUE

FILE = "roadmap.yaml"
EVERY = "all"
Objective = Literal["richer_experience", "efficient_processes", "development"]


@dataclass(frozen=True, kw_only=True)
class RoadmapAim:
    """One combination of the perimeter and what is wanted there: a KPI that changes by a share of what it is (negative = down)."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    objective: Objective
    kpi: str
    change: float
    touchpoint: str = EVERY
    phase: str = EVERY
    segment: str = EVERY


@dataclass(frozen=True, kw_only=True)
class RoadmapLever:
    """A lever of the company's table, with what the roadmap decides about it: its dates, and the forces it manages besides."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    lever: str
    start_month: int | None = None
    end_month: int | None = None
    manage: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class RoadmapFile:
    """A roadmap as its file says it. ``drivers`` are words for people; ``constraints`` are KPI>=NUMBER or KPI<=NUMBER at the scale that is run."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    title: str
    company: str
    aims: list[RoadmapAim]
    levers: list[RoadmapLever]
    overrides: list[str] = field(default_factory=list)
    drivers: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    pilot_share: float = 0.25
    replications: int = 3
    years: int = 5

    @property
    def words(self) -> tuple[str, ...]:
        """Overrides of the company as it is."""
        return (f"scenario={self.company}", *self.overrides)


def roadmap_examples() -> dict[str, Path]:
    """Shipped roadmaps by name."""
    return {path.stem: path for path in sorted((shipped("experiments") / "roadmaps").glob("*.yaml"))}


def digest(folder: Path) -> str:
    """Hash of the roadmap's file, by which a step knows that it stands on the steps before."""
    return hashlib.sha256((folder / FILE).read_bytes()).hexdigest()[:16]


def read_roadmap(folder: Path) -> RoadmapFile:
    """Read the roadmap in ``folder``.

    Raises
    ------
    InputErrors
        If there is none, or it is wrong; every problem with its line.
    """
    path = folder / FILE
    if not path.is_file():
        remedy = f"begin with `e2esim roadmap init {folder}`"
        raise InputErrors([Problem(file=COMMAND_LINE, column="DIR", value=str(folder), message=f"holds no {FILE}", remedy=remedy)])
    read = read_yaml(path, str(path))
    if read.problems:
        raise InputErrors(read.problems)
    try:
        found: RoadmapFile = TypeAdapter(RoadmapFile).validate_python(read.values)
    except ValidationError as error:
        raise InputErrors([_invalid(path, read.lines, e["loc"], e["msg"]) for e in error.errors()]) from None
    wrong = [
        (not found.aims, "aims", "a roadmap needs an aim", "name touchpoint, phase, segment, objective, kpi and change"),
        (not found.levers, "levers", "a roadmap needs a lever", "name one of the company's table levers"),
        (found.replications < 2, "replications", "fewer than two have no interval", "write 2 or more"),
        (not 0.0 < found.pilot_share <= 1.0, "pilot_share", "must be a share above 0 and up to 1", "e.g. 0.25"),
        (not 1 <= found.years <= 30, "years", "must lie between 1 and 30", "e.g. 5"),
    ]
    problems = [Problem(file=str(path), row=read.lines.get((key,)), column=key, message=message, remedy=remedy) for bad, key, message, remedy in wrong if bad]
    if problems:
        raise InputErrors(problems)
    return found


def check_roadmap(asked: RoadmapFile, company: Scenario, file: str) -> None:
    """Hold a roadmap against the tables of its company.

    Raises
    ------
    InputErrors
        For every touchpoint, phase, segment, KPI, lever, force or date that cannot be.
    """
    touchpoints = company.tables["touchpoints"]
    known = {
        "touchpoint": touchpoints["touchpoint"].to_list(),
        "phase": list(dict.fromkeys(touchpoints["phase"].to_list())),
        "segment": company.tables["segments"]["segment"].to_list(),
    }
    problems: list[Problem] = []
    for k, aim in enumerate(asked.aims):
        for name, options in known.items():
            value = getattr(aim, name)
            if value not in (EVERY, *options):
                problems.append(_problem(file, f"aims.{k + 1}.{name}", value, f"there is no such {name}", did_you_mean(value, options)))
        if aim.kpi not in CATALOGUE:
            problems.append(_problem(file, f"aims.{k + 1}.kpi", aim.kpi, "no such KPI", did_you_mean(aim.kpi, list(CATALOGUE), "`e2esim kpis` lists them")))
        elif aim.segment != EVERY and "segment" not in CATALOGUE[aim.kpi].dimensions:
            problems.append(_problem(file, f"aims.{k + 1}.kpi", aim.kpi, "is told for the firm as a whole, not by segment", "leave out the segment"))
        if aim.change == 0.0:
            problems.append(_problem(file, f"aims.{k + 1}.change", "0", "an aim wants a change", "e.g. 0.02 for 2 % up"))
    problems += _lever_problems(asked, company, file)
    if problems:
        raise InputErrors(problems)


def _lever_problems(asked: RoadmapFile, company: Scenario, file: str) -> list[Problem]:
    levers, named = levers_of(company.tables), [one.lever for one in asked.levers]
    problems: list[Problem] = []
    for k, one in enumerate(asked.levers):
        place = f"levers.{k + 1}"
        if one.lever not in levers:
            problems.append(_problem(file, f"{place}.lever", one.lever, "there is no such lever", did_you_mean(one.lever, list(levers), "table levers has")))
            continue
        missing = [need for need in levers[one.lever].needs if need not in named]
        if missing:
            problems.append(_problem(file, f"{place}.lever", one.lever, f"has no effect without {', '.join(missing)}", "name it too"))
        forces = [force.name for force in levers[one.lever].forces]
        problems += [_problem(file, f"{place}.manage", f, "no such force of this lever", did_you_mean(f, forces)) for f in one.manage if f not in forces]
        start = levers[one.lever].start_month if one.start_month is None else one.start_month
        if start < 0 or (one.end_month and one.end_month <= start):
            problems.append(_problem(file, f"{place}.start_month", str(start), "a lever starts in month 0 or later and ends after that", "correct its months"))
    return problems


def _problem(file: str, column: str, value: str, message: str, remedy: str) -> Problem:
    return Problem(file=file, column=column, value=value, message=message, remedy=remedy)


def _invalid(path: Path, lines: Mapping[tuple[str, ...], int], place: Sequence[object], message: str) -> Problem:
    keys = tuple(map(str, place))
    row = next((lines[keys[:k]] for k in range(len(keys), 0, -1) if keys[:k] in lines), None)
    return Problem(file=str(path), row=row, column=".".join(keys), message=message)
