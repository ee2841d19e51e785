"""Factors of a sweep in Hydra's sweep grammar.

``a=1,2,3`` and ``a=range(1,10,3)`` are lists, ``a=interval(0.8,1.4)`` is everything between; a word with one value goes to every point.
A key is a setting, a group of options, ``levers``, a key of a planned run, or a column of a table (`e2esim.config.column_words`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from e2esim.config.column_words import changes_column, key_of
from e2esim.config.places import groups
from e2esim.config.planned_run import KEYS as RUN_KEYS
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem, did_you_mean
from e2esim.config.settings import known_keys
from e2esim.study.design import Choice, Factor, Interval, Value

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
        key = key_of(word)
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
    known = ["scenario", "levers", *groups(), *known_keys(), *RUN_KEYS]
    if key in known or changes_column(f"{key}=0"):
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
    key = key_of(word)
    text = f"column={word[len(key) + 1 :]}" if changes_column(word) else word  # brackets and signs of a key are not Hydra's
    try:
        override = OverridesParser.create().parse_override(text)
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
