"""Words that change a column which this company's run does not use: told, not run, for they would look like an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from e2esim.config.column_words import key_of
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem
from e2esim.domain.digest import digest

Build = Callable[[Sequence[str]], tuple[Mapping[str, pl.DataFrame], object]]  # words -> tables and what a run is made of


def refuse_idle(words: Sequence[str], build: Build) -> None:
    """Hold the company as the words make it against the company without each of them.

    Raises
    ------
    InputErrors
        For every word that changes cells and nothing of what a run is made of, such as machines of a work centre whose hours table capacity states.
    """
    if not words:
        return
    tables, facts = build(words)
    whole = digest(facts)
    idle = []
    for word in words:
        others, without = build([other for other in words if other != word])
        touched = any(not tables[name].equals(frame) for name, frame in others.items())
        if touched and digest(without) == whole:
            idle.append(word)
    if idle:
        remedy = "another column decides here, such as capacity.capacity_h where table capacity states the hours; docs/data.md"
        raise InputErrors([Problem(file=COMMAND_LINE, column=key_of(word), message="moves nothing in this company's run", remedy=remedy) for word in idle])
