"""The door itself: overrides in, one checked and frozen ``Scenario`` out, or everything that is wrong at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from e2esim.config.checks import View, run_checks
from e2esim.config.checks_buying import CHECKS as BUYING
from e2esim.config.checks_demand import CHECKS as DEMAND
from e2esim.config.checks_events import CHECKS as EVENTS
from e2esim.config.checks_making import CHECKS as MAKING
from e2esim.config.checks_opening import CHECKS as OPENING
from e2esim.config.checks_selling import CHECKS as SELLING
from e2esim.config.checks_sites import CHECKS as SITES
from e2esim.config.checks_size import CHECKS as SIZE
from e2esim.config.checks_sources import CHECKS as SOURCES
from e2esim.config.column_words import split_words, with_columns
from e2esim.config.grids import ROW
from e2esim.config.layers import Layer, command_layer, file_layer, merge
from e2esim.config.levers import Pulled, changed_tables, check_levers, pulled, setting_layer
from e2esim.config.places import Place, find, names, variants
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem, did_you_mean
from e2esim.config.row_order import in_order
from e2esim.config.settings import build_settings
from e2esim.config.tables import Typed, read_tables
from e2esim.config.tables_once import TablesOnce
from e2esim.config.unread import beside_market
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
        ``scenario=NAME``, ``scenario=NAME/VARIANT`` or ``scenario=FOLDER``; ``group=option``; ``section.key=value``;
        ``table.column[rows]=value`` (`e2esim.config.column_words`).
        Layers from lowest to highest: defaults of the settings, options of the groups, scenario.yaml, its variant,
        its levers, ``overrides``.
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
    words = split_words(overrides)
    command, wanted = command_layer(words.others, problems)
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
    once, folder, checks = once or TablesOnce(), place.folder, (*SIZE, *MAKING, *BUYING, *OPENING, *DEMAND, *SELLING, *SITES, *SOURCES, *EVENTS)
    typed = once.typed(folder, lambda: read_tables(folder, shown(folder), tables_for("sop", "run", with_market=True)))
    layers = _layers(place, problems)
    wrong = check_levers(typed)
    problems += wrong
    pull = None if wrong else pulled([*layers, command], typed, problems)
    settings = _settings(place, layers, command, pull, problems)
    changed = typed if pull is None else changed_tables(pull, typed, problems)
    if all(problem.warning for problem in typed.problems):
        changed = with_columns(changed, words.columns, problems)
    problems += typed.problems
    problems += beside_market(typed)
    untouched = all(changed.frames[name] is frame for name, frame in typed.frames.items())
    problems += once.checked(checks, View(typed, settings)) if untouched else run_checks(checks, View(changed, settings))
    errors = [problem for problem in problems if not problem.warning]
    if errors or settings is None:
        raise InputErrors([*errors, *(problem for problem in problems if problem.warning)])
    own = () if pull is None else pull.names
    return Loaded(Scenario(settings=settings, tables=_frames(changed), origin=shown(place.folder), levers=own), tuple(problems))


def load_settings(place: Place, overrides: Sequence[str], problems: list[Problem]) -> Settings | None:
    """Return the settings of the company at ``place``, with or without a scenario.yaml; None if something is wrong with them. Levers need the
    tables of a market, which are not read here.
    """
    before = len(problems)
    command, _ = command_layer(overrides, problems)
    layers = _layers(place, problems)
    if any(layer.levers for layer in (*layers, command)):
        message, remedy = "levers are pulled in companies that simulate markets", "leave them out, or change the tables themselves"
        problems.append(Problem(file=COMMAND_LINE if command.levers else layers[-1].file, column="levers", message=message, remedy=remedy))
    settings = _settings(place, layers, command, None, problems)
    return settings if len(problems) == before else None


def shown(path: Path) -> str:
    """Return how messages call ``path``: relative to the current directory where it lies below it."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return path.as_posix()


def _layers(place: Place, problems: list[Problem]) -> list[Layer]:
    """The files of the scenario as layers, lowest first: scenario.yaml, the variants that its variant stands on, its variant."""
    layers = [Layer("the scenario's name", values={("name",): place.name})]
    if place.main.is_file():
        layers.append(_file(place.main, problems))
    stack: list[Layer] = []
    path, seen = place.variant_file, set[str]()
    while path is not None and path.is_file():
        stack.insert(0, _file(path, problems))
        seen.add(path.stem)
        base = stack[0].base
        path = place.folder / f"{base}.yaml" if base else None
        if base and (base in seen or path is None or not path.is_file()):
            message = "stands on itself" if base in seen else "there is no such variant to stand on"
            remedy = did_you_mean(base, [name for name in variants(place.folder) if name not in seen])
            problems.append(Problem(file=stack[0].file, row=stack[0].lines.get(("base",)), column="base", value=base, message=message, remedy=remedy))
            break
    for lower in stack[:-1]:
        lower.values.pop(("title",), None)
        lower.values.pop(("name",), None)
    layers += stack
    if place.variant and ("name",) not in layers[-1].values:
        layers[-1].values["name",] = f"{layers[1].values.get(('name',), place.folder.name)}/{place.variant}"
    return layers


def _file(path: Path, problems: list[Problem]) -> Layer:
    read = read_yaml(path, shown(path))
    problems += read.problems
    return file_layer(read, problems)


def _settings(place: Place, layers: Sequence[Layer], command: Layer, pull: Pulled | None, problems: list[Problem]) -> Settings | None:
    """Lay files, levers and the command line over each other; problems are added to ``problems``."""
    before = len(problems)
    own = [] if pull is None else [setting_layer(pull, layers, problems)]
    settings, found = build_settings(merge([*layers, *own, command]), shown(place.main))
    problems += found
    return settings if len(problems) == before else None


def _frames(typed: Typed) -> dict[str, pl.DataFrame]:
    return {name: frame.drop(ROW) for name, frame in in_order(typed.frames).items()}
