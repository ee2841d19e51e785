"""Columns of tables on the command line: ``TABLE.COLUMN[ROWS]=VALUE`` sets cells, ``*=`` multiplies and ``+=`` adds.

``ROWS`` are conditions with commas between, values with | between; empty or left out = all rows. So any column of any
company can be tried, compared and swept without a copy of its folder: ``work_centres.machines[work_centre=saw]=2``,
``lanes.transit_d[mode=sea]*=1.2``. A key that is also a setting means the setting; with brackets it means the column.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from e2esim.config.cell_changes import CellChange, changeable, changeable_columns, changed_typed
from e2esim.config.problems import COMMAND_LINE, Problem, did_you_mean
from e2esim.config.settings import known_keys
from e2esim.config.tables import Typed
from e2esim.config.yaml_file import plain_value
from e2esim.domain.schema import TABLE

_WORD = re.compile(r"(?P<table>\w+)\.(?P<column>\w+)(?P<rows>\[[^\]]*\])?(?P<sign>[*+]?)=(?P<value>.*)", re.DOTALL)
_WORDY = ("id", "text", "choice", "month", "time")  # kinds whose cells are texts, whatever they look like
_HOW = {"": "set", "*": "multiply", "+": "add"}


@dataclass(frozen=True, kw_only=True)
class SplitWords:
    """Words of a command line: those that change columns, and all others."""

    columns: tuple[str, ...]
    others: tuple[str, ...]


def split_words(words: Sequence[str]) -> SplitWords:
    """Tell words that change columns from settings and options.

    >>> split_words(["seed=2", "bom.qty_per*=2", "replenishment.rule=none", "replenishment.rule[item=a]=none"]).columns
    ('bom.qty_per*=2', 'replenishment.rule[item=a]=none')
    """
    columns = tuple(word for word in words if changes_column(word))
    return SplitWords(columns=columns, others=tuple(word for word in words if word not in columns))


def changes_column(word: str) -> bool:
    """Whether a word is meant for a table: its key names one, and is no setting unless it has brackets or a sign."""
    found = _WORD.fullmatch(word)
    if found is None or found["table"] not in TABLE:
        return False
    plain = found["rows"] is None and not found["sign"]
    key = f"{found['table']}.{found['column']}"
    sections = {known.partition(".")[0] for known in known_keys()}
    return not plain or (key not in known_keys() and (found["table"] not in sections or changeable(found["table"], found["column"]) is not None))


def key_of(word: str) -> str:
    """The key of any word, brackets and sign included: what stands before the = that gives the value.

    >>> key_of("lanes.transit_d[mode=sea]*=1,2"), key_of("seed=1,2")
    ('lanes.transit_d[mode=sea]*', 'seed')
    """
    found = _WORD.fullmatch(word)
    return word[: found.start("value") - 1] if found is not None else word.partition("=")[0].strip()


def with_columns(typed: Typed, words: Sequence[str], problems: list[Problem]) -> Typed:
    """The tables as the words make them; what is wrong with a word is added to ``problems``."""
    changes = [change for word in words if (change := _change(word, typed, problems)) is not None]
    return changed_typed(typed, changes, problems)


def _change(word: str, typed: Typed, problems: list[Problem]) -> CellChange | None:
    found = _WORD.fullmatch(word)
    assert found is not None
    key, table, column = key_of(word), found["table"], found["column"]

    def complain(part: str, message: str, remedy: str) -> Problem:
        return Problem(file=COMMAND_LINE, column=key, value=found["value"] if part == "value" else (found["rows"] or "")[1:-1], message=message, remedy=remedy)

    if changeable(table, column) is None:
        known = any(c.name == column for c in TABLE[table].columns)
        remedy = f"choose rows by it: {table}.COLUMN[{column}=...]=VALUE" if known else did_you_mean(f"{table}.{column}", changeable_columns(table))
        message = f"{column} says which row it is and cannot be changed" if known else f"table {table} has no column {column}"
        problems.append(Problem(file=COMMAND_LINE, column=key, message=message, remedy=remedy))
        return None
    if table not in typed.frames or column not in typed.frames[table].columns:
        what = f"table {table}" if table not in typed.frames else f"column {column} of table {table}"
        message = f"this run does not read {what}, so the change would move nothing"
        problems.append(Problem(file=COMMAND_LINE, column=key, message=message, remedy="docs/data.md says which verbs read it"))
        return None
    rows = [condition.partition("=") for condition in (found["rows"] or "[]")[1:-1].split(",") if condition.strip()]
    bare = next((condition for condition, equals, _ in rows if not equals), None)
    if bare is not None:
        problems.append(complain("rows", f"{bare} is no condition", f"write COLUMN=VALUE, e.g. {table}.{column}[{TABLE[table].columns[0].name}=...]"))
        return None
    where = tuple((name.strip(), tuple(values.split("|"))) for name, _, values in rows)
    text = found["value"].strip().strip("'\"")
    kind = next(c.kind for c in TABLE[table].columns if c.name == column)
    value = text if kind in _WORDY else plain_value(text)
    return CellChange(table=table, column=column, rows=where, how=_HOW[found["sign"]], value=value, adoption=1.0, complain=complain)
