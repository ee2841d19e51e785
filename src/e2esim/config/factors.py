"""Factors of a sweep in Hydra's sweep grammar, and the companies that their values make.

``a=1,2,3`` and ``a=range(1,10,3)`` are lists, ``a=interval(0.8,1.4)`` is everything between; a word with one value goes to every point.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from e2esim.config.door import load
from e2esim.config.places import find, groups, shipped
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem, did_you_mean
from e2esim.config.settings import known_keys
from e2esim.config.tables_once import TablesOnce
from e2esim.domain.scenario import Scenario
from e2esim.machine_code import kernel_hash
from e2esim.study.company import Company, Trial, company_of
from e2esim.study.design import Choice, Factor, Interval, Value
from e2esim.study.sweep import Point

MOST = 1_000_000  # values of one factor


@dataclass(frozen=True, kw_only=True)
class SweepWords:
    """What the words of a sweep say: factors by key, and the overrides that go to every point."""

    factors: Mapping[str, Factor]
    common: tuple[str, ...]


def read_factors(words: Sequence[str], file: str = COMMAND_LINE) -> SweepWords:
    """Sort the words into factors and common overrides.

    Raises
    ------
    InputErrors
        For every word that is not of the form key=value, a key that does not exist, a range without values, an interval that is none.

    Examples
    --------
    >>> read_factors(["scale=0.1", "market.demand_factor=1,1.5", "promise.horizon_days=range(30,50,10)"]).factors
    {'market.demand_factor': Choice(values=(1, 1.5)), 'promise.horizon_days': Choice(values=(30, 40))}
    """
    factors: dict[str, Factor] = {}
    common: list[str] = []
    problems: list[Problem] = []
    for word in words:
        key = word.partition("=")[0].strip()
        try:
            factor = _factor(word)
        except ValueError as error:
            problems.append(Problem(file=file, column=key, value=word, message=str(error), remedy="e.g. market.demand_factor=1,1.2 or =interval(0.8,1.4)"))
            continue
        if factor is None:
            common.append(word)
        elif key in factors:
            problems.append(Problem(file=file, column=key, value=word, message="swept twice", remedy="name all its values once"))
        else:
            factors[key] = factor
            problems += _unknown(key, file)
    if problems:
        raise InputErrors(problems)
    return SweepWords(factors=factors, common=tuple(common))


def _unknown(key: str, file: str) -> list[Problem]:
    known = ["scenario", "levers", *groups(), *known_keys()]
    if key in known:
        return []
    remedy = did_you_mean(key, known, "docs/data.md lists them")
    return [Problem(file=file, column=key, message="there is no such setting to sweep", remedy=remedy)]


def _factor(word: str) -> Factor | None:
    """The factor of a word; None if it has one value only."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.core.override_parser.types import IntervalSweep
    from hydra.errors import HydraException

    if "=" not in word:
        raise ValueError("not of the form key=value")
    try:
        override = OverridesParser.create().parse_override(word)
    except (HydraException, RecursionError) as error:
        raise ValueError("cannot be read as key=value") from error
    if not override.is_sweep_override():
        return None
    value = override.value()
    if isinstance(value, IntervalSweep):
        low, high = value.start, value.end
        if low is None or high is None or not float(low) < float(high):
            raise ValueError("an interval runs from a lower to a higher number")
        return Interval(float(low), float(high), whole=isinstance(low, int) and isinstance(high, int))
    try:
        found: list[Value] = []
        for one in override.sweep_iterator():
            found.append(one if isinstance(one, (int, float, bool)) else str(one))
            if len(found) > MOST:
                raise ValueError(f"more than {MOST} values")
    except (HydraException, TypeError) as error:
        raise ValueError("has values that a sweep cannot take") from error
    if not found:
        raise ValueError("an empty range: no value to run")
    if len({str(v) for v in found}) < len(found):
        raise ValueError("names a value twice")
    return Choice(tuple(found))


@dataclass(frozen=True, kw_only=True)
class OverriddenCompany:
    """A company by its overrides: small to send, loaded and checked where it is opened."""

    overrides: tuple[str, ...]

    def open(self) -> Trial:
        """Load and open it.

        Raises
        ------
        InputErrors
            If the overrides do not make a scenario.
        """
        return company_of(load(self.overrides, _ONCE)).open()


_ONCE = TablesOnce()  # of this process


def make_points(designed: Sequence[Mapping[str, Value]], common: Sequence[str]) -> list[Point]:
    """Companies of a design; the key of each is a hash of its overrides, of every file of its scenario and of the program.

    Examples
    --------
    >>> one, two = make_points([{"seed": 1}, {"seed": 2}], ["scenario=mattress_maker"])
    >>> one.key != two.key, one.company.overrides
    (True, ('scenario=mattress_maker', 'seed=1'))
    """
    points = []
    for values in designed:
        overrides = (*common, *(f"{key}={_written(value)}" for key, value in values.items()))
        told = json.dumps([sorted(common), sorted(f"{key}={_written(value)}" for key, value in values.items()), _files(overrides), _program()])
        key = hashlib.sha256(told.encode()).hexdigest()[:16]
        company: Company = OverriddenCompany(overrides=overrides)
        points.append(Point(key=key, factors=values, company=company))
    return points


def first_scenario(points: Sequence[Point]) -> Scenario:
    """Load the first point, so that what is wrong with all of them is said before anything runs.

    Raises
    ------
    InputErrors
        If it is no scenario.
    """
    company = points[0].company
    assert isinstance(company, OverriddenCompany)
    return load(company.overrides)


def _written(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, float) else str(value)


def _files(overrides: Sequence[str]) -> str:
    wanted = [word.partition("=")[2] for word in overrides if word.startswith("scenario=")]
    return _folder_hash(find(wanted[-1]).folder) if wanted else ""


@cache
def _folder_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".csv", ".yaml", ".yml", ".xlsx")):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def _program() -> str:
    """What the numbers depend on beside the input: every source file of the program, its shipped options and its machine code."""
    digest = hashlib.sha256(kernel_hash().encode())
    package = Path(__file__).resolve().parents[1]
    rooms = [package / name for name in ("domain", "planning", "chain", "customers", "simulate", "kpi", "config")]
    for path in sorted(path for room in rooms for path in room.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest() + _folder_hash(shipped("conf"))
