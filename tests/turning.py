"""Turn one knob of a scenario as `e2esim.domain.moves` says, and see what moves on the same random numbers."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

import polars as pl

from e2esim.config import load
from e2esim.domain.build import build_world
from e2esim.domain.moves import SECTIONS, Turn
from e2esim.domain.scenario import Scenario
from e2esim.kpi import measure
from e2esim.simulate import simulate

SMALL = ("scenario=mattress_maker", "scale=0.02", "horizon.warmup_days=14", "horizon.tick_h=6")


@cache
def scenario(days: int, given: tuple[str, ...]) -> Scenario:
    """The world in which knobs are turned."""
    return load([*SMALL, f"horizon.days={days}", *given])


@cache
def before(days: int, given: tuple[str, ...]) -> dict[str, float | None]:
    """Headline KPIs of it."""
    return kpis(scenario(days, given))


def kpis(one: Scenario) -> dict[str, float | None]:
    """Headline KPIs of a run."""
    return {name: value for name, (value, _) in measure(simulate(build_world(one))).headline.items()}


def turned(name: str, turn: Turn, days: int) -> Scenario:
    """The scenario with the knob turned."""
    base = scenario(days, turn.given)
    place, column = name.split(".")
    if place in SECTIONS:
        section = getattr(base.settings, place)
        now = getattr(section, column)
        settings = dataclasses.replace(base.settings, **{place: dataclasses.replace(section, **{column: value(now, turn.to)})})
        return dataclasses.replace(base, settings=settings)
    frame = base.tables[place]
    some = pl.lit(value=True)
    for word in turn.where.split():
        key, _, wanted = word.partition("=")
        some = some & (pl.col(key).cast(pl.String) == wanted)
    new = cells(pl.col(column), turn.to, frame[column].dtype)
    frame = frame.with_columns(pl.when(some).then(new).otherwise(pl.col(column)).cast(frame[column].dtype).alias(column))
    if name == "mix.share":  # shares of a channel add up to one
        frame = frame.with_columns(pl.col("share") / pl.col("share").sum().over("channel"))
    return dataclasses.replace(base, tables={**base.tables, place: frame})


def value(now: Any, to: str) -> Any:
    """A setting after the turn, of the type it has."""
    if to[0] == "=":
        return to[1:] == "true" if isinstance(now, bool) else type(now)(to[1:])
    return type(now)(now * float(to[1:]) if to[0] == "*" else now + float(to[1:]))


def cells(column: pl.Expr, to: str, dtype: pl.DataType) -> pl.Expr:
    """A column after the turn."""
    if to == "not":
        return ~column
    if to[0] == "*":
        return column * float(to[1:])
    if to[0] == "+":
        return column + float(to[1:])
    word = to[1:]
    if dtype == pl.Boolean:
        return pl.lit(word == "true")
    return pl.lit(word or None, dtype=pl.String) if dtype == pl.String else pl.lit(float(word))


def wrong(turn: Turn, old: dict[str, float | None], new: dict[str, float | None], *, signs: bool) -> list[str]:
    """KPIs of the turn that did not move, or (with ``signs``) moved the other way."""
    found = []
    for name, sign in turn.signs().items():
        a, b = old[name], new[name]
        gap = 0.0 if a is None or b is None else b - a
        if gap == 0.0 or (signs and sign * gap < 0.0):
            found.append(f"{name}: {a} -> {b}")
    return found
