"""The door itself: overrides in, one checked and frozen ``Scenario`` out, or everything that is wrong at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from e2esim.config.checks import View
from e2esim.config.checks_demand import CHECKS as DEMAND
from e2esim.config.checks_making import CHECKS as MAKING
from e2esim.config.checks_selling import CHECKS as SELLING
from e2esim.config.checks_size import CHECKS as SIZE
from e2esim.config.grids import ROW
from e2esim.config.layers import Layer, command_layer, file_layer, merge
from e2esim.config.places import Place, find, names
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem, did_you_mean
from e2esim.config.settings import build_settings
from e2esim.config.tables import Typed, read_tables
from e2esim.config.tables_once import TablesOnce
from e2esim.config.yaml_file import read_yaml
from e2esim.domain.scenario import Scenario
from e2esim.domain.schema import tables_for
from e2esim.domain.settings import Settings


@dataclass(frozen=True)
class Loaded:
    """A scenario that may run, and what is worth a warning."""

    scenario: Scenario
    warnings: tuple[Problem, ...]


def load(overrides: Sequence[str], once: TablesOnce | None = None) -> Scenario:
    """Return the scenario that ``overrides`` describe.

    Parameters
    ----------
    overrides
        ``scenario=NAME``, ``scenario=NAME/VARIANT`` or ``scenario=FOLDER``; ``group=option``; ``section.key=value``.
        Layers from lowest to highest: defaults of the settings, options of the groups, scenario.yaml, its variant,
        ``overrides``.
    once
        Keeps the tables for the next scenario of the same folder.

    Raises
    ------
    InputErrors
        If anything is wrong: all problems of settings and tables, with file, row, column and remedy.

    Examples
    --------
    >>> load(["scenario=nowhere"])
    Traceback (most recent call last):
    e2esim.config.problems.InputErrors: 1 problem in the input
    ...
    """
    return load_with_warnings(overrides, once).scenario


def load_with_warnings(overrides: Sequence[str], once: TablesOnce | None = None) -> Loaded:
    """Return the scenario and the warnings; see :func:`load`."""
    problems: list[Problem] = []
    command, wanted = command_layer(overrides, problems)
    place: Place | None = None
    if wanted is None:
        remedy = did_you_mean("", names(), "e.g. scenario=mattress_maker; those that can be called by name")
        problems.append(Problem(file=COMMAND_LINE, column="scenario", message="no scenario is named", remedy=remedy))
    else:
        try:
            place = find(wanted)
        except InputErrors as error:
            problems += error.problems
    if place is None:
        raise InputErrors(problems)
    settings = _settings(place, command, problems)
    once, folder, checks = once or TablesOnce(), place.folder, (*SIZE, *MAKING, *DEMAND, *SELLING)
    typed = once.typed(folder, lambda: read_tables(folder, shown(folder), tables_for("sop", "run", with_market=True)))
    problems += typed.problems
    problems += once.checked(checks, View(typed, settings))
    errors = [problem for problem in problems if not problem.warning]
    if errors or settings is None:
        raise InputErrors([*errors, *(problem for problem in problems if problem.warning)])
    return Loaded(Scenario(settings=settings, tables=_frames(typed), origin=shown(place.folder)), tuple(problems))


def load_settings(place: Place, overrides: Sequence[str], problems: list[Problem]) -> Settings | None:
    """Return the settings of the company at ``place``, with or without a scenario.yaml; None if something is wrong with them."""
    command, _ = command_layer(overrides, problems)
    return _settings(place, command, problems)


def shown(path: Path) -> str:
    """Return how messages call ``path``: relative to the current directory where it lies below it."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return path.as_posix()


def _settings(place: Place, command: Layer, problems: list[Problem]) -> Settings | None:
    """Lay the files of the scenario and the command line over each other; problems are added to ``problems``."""
    files = [path for path in (place.main, place.variant_file) if path is not None and path.is_file()]
    layers = [Layer("the scenario's name", values={("name",): place.name})]
    for path in files:
        read = read_yaml(path, shown(path))
        problems += read.problems
        layers.append(file_layer(read, problems))
    if place.variant and ("name",) not in layers[-1].values:
        layers[-1].values["name",] = f"{layers[1].values.get(('name',), place.folder.name)}/{place.variant}"
    before = len(problems)
    settings, found = build_settings(merge([*layers, command]), shown(place.main))
    problems += found
    return settings if len(problems) == before else None


def _frames(typed: Typed) -> dict[str, pl.DataFrame]:
    return {name: frame.drop(ROW) for name, frame in typed.frames.items()}
