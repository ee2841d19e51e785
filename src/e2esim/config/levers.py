"""Levers at the door: what those that are pulled change, laid over settings (below the command line) and over tables.

Options of groups come first, then numbers, those of a lever after those of what it needs (`e2esim.domain.levers.in_turn`); an
adoption below one moves a number part of the way.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from e2esim.config.grids import ROW
from e2esim.config.layers import Layer, merge
from e2esim.config.places import groups
from e2esim.config.problems import Problem, did_you_mean
from e2esim.config.settings import known_keys
from e2esim.config.tables import Typed
from e2esim.config.yaml_file import plain_value
from e2esim.domain.levers import Lever, levers_of
from e2esim.domain.schema import TABLE, Column
from e2esim.domain.settings import Settings

CHANGES = "lever_changes"
OVERHEAD = ("finance", "overhead_eur_y")  # running cost of levers is booked there


@dataclass(frozen=True, kw_only=True)
class Pulled:
    """Levers that are pulled, as facts, with the rows of table ``lever_changes`` that are theirs."""

    names: tuple[str, ...]
    levers: Mapping[str, Lever]
    changes: tuple[Mapping[str, Any], ...]
    label: str

    def adoption(self, change: Mapping[str, Any]) -> float:
        """How far a change goes."""
        return self.levers[change["lever"]].adoption


def pulled(layers: Sequence[Layer], typed: Typed, problems: list[Problem]) -> Pulled | None:
    """The levers that the highest layer that names any pulls, None if there are none; wrong names and missing prerequisites are reported."""
    said = next((layer for layer in reversed(layers) if layer.levers is not None), None)
    if said is None or not said.levers or not {"levers", CHANGES} <= set(typed.frames):
        return None
    place: dict[str, Any] = {"file": said.file, "row": said.lines.get(("levers",)), "column": "levers"}
    known = levers_of(typed.frames)
    before = len(problems)
    shares = dict(_shared(word, place, problems) for word in said.levers)
    for name in shares:
        if name not in known:
            remedy = did_you_mean(name, list(known)) if known else "this company has no table levers"
            problems.append(Problem(**place, value=name, message="there is no such lever", remedy=remedy))
            continue
        known[name] = dataclasses.replace(known[name], adoption=shares[name] * known[name].adoption)
        missing = [need for need in known[name].needs if need not in shares]
        if missing:
            remedy = f"name it too: levers={'+'.join((*said.levers, *missing))}"
            problems.append(Problem(**place, value=name, message=f"has no effect without {', '.join(missing)}", remedy=remedy))
    if len(problems) > before or typed.partial & {"levers", CHANGES}:
        return None
    changes = [row for row in typed.frames[CHANGES].iter_rows(named=True) if row["lever"] in shares]
    names = tuple(name for name in known if name in shares)
    changes.sort(key=lambda row: names.index(row["lever"]))
    return Pulled(names=names, levers=known, changes=tuple(changes), label=typed.labels[CHANGES])


def _shared(word: str, place: Mapping[str, Any], problems: list[Problem]) -> tuple[str, float]:
    """A lever as it is named, with the share of its adoption after an @ (a pilot); all of it without one."""
    name, at, text = word.partition("@")
    share = plain_value(text.strip()) if at else 1.0
    if isinstance(share, (int, float)) and not isinstance(share, bool) and 0.0 < share <= 1.0:
        return name.strip(), float(share)
    problems.append(Problem(**place, value=word, message="a lever is adopted to a share above 0 and up to 1", remedy=f"e.g. {name}@0.25"))
    return name.strip(), 1.0


def check_levers(typed: Typed) -> list[Problem]:
    """What is wrong with the tables of levers, pulled or not: prerequisites and targets that are not there, levers that need themselves."""
    if not {"levers", CHANGES} <= set(typed.frames) or typed.partial & {"levers", CHANGES}:
        return []
    levers, found = levers_of(typed.frames), list[Problem]()
    rows = dict(typed.frames["levers"].select("lever", ROW).iter_rows())
    for name, lever in levers.items():
        place: dict[str, Any] = {"file": typed.labels["levers"], "row": rows[name], "column": "needs", "value": "+".join(lever.needs)}
        unknown = [need for need in lever.needs if need not in levers]
        if unknown:
            found.append(Problem(**place, message=f"there is no lever {unknown[0]}", remedy=did_you_mean(unknown[0], list(levers))))
        elif _circular(name, levers):
            found.append(Problem(**place, message=f"{name} needs itself, by way of others", remedy="take one of them out"))
    options = [*groups(), *known_keys()]
    for change in typed.frames[CHANGES].iter_rows(named=True):
        table, _, name = change["target"].partition(".")
        columns = [f"{table}.{c.name}" for c in TABLE[table].columns if c.name not in TABLE[table].key] if table in TABLE else []
        if change["target"] not in options and change["target"] not in columns:
            message = f"lever {change['lever']}: is no setting, no group of options and no column that may change"
            remedy = did_you_mean(change["target"], [*options, *columns])
            found.append(Problem(file=typed.labels[CHANGES], row=change[ROW], column="target", value=change["target"], message=message, remedy=remedy))
    return found


def _circular(name: str, levers: Mapping[str, Lever]) -> bool:
    """Whether a lever comes back to itself on the way through what it needs."""
    seen, todo = set[str](), list(levers[name].needs)
    while todo:
        need = todo.pop()
        if need == name:
            return True
        if need not in seen and need in levers:
            seen.add(need)
            todo += levers[need].needs
    return False


def setting_layer(pulled_: Pulled, below: Sequence[Layer], problems: list[Problem]) -> Layer:
    """What the levers say of settings, as a layer over those ``below``; their running cost is added to the overhead."""
    layer, known = Layer(pulled_.label), groups()
    lines: dict[tuple[str, ...], int] = {}
    layer.lines = lines
    for change in pulled_.changes:
        group, option = change["target"], change["value"].strip()
        if group not in known or pulled_.adoption(change) == 0.0:
            continue
        if option in known[group]:
            layer.choices[group] = option
        else:
            problems.append(_wrong(pulled_, change, "value", f"{group} has no such option", did_you_mean(option, list(known[group]))))
    current = merge([*below, Layer(pulled_.label, choices=dict(layer.choices))]).values
    for change in pulled_.changes:
        path = tuple(change["target"].split("."))
        if change["target"] not in known_keys():
            continue
        old = current.get(path, _default(path))
        new = _moved(pulled_, change, old, problems)
        if new is not None:
            layer.values[path] = current[path] = round(new) if known_keys()[change["target"]] is int and isinstance(new, float) else new
            lines[path] = change[ROW]
    running = sum(pulled_.levers[name].running_eur_y for name in pulled_.names)
    if running:
        layer.values[OVERHEAD] = current.get(OVERHEAD, _default(OVERHEAD)) + running
    return layer


def changed_tables(pulled_: Pulled, typed: Typed, problems: list[Problem]) -> Typed:
    """The tables as the levers make them; the others are shared with ``typed``."""
    frames = dict(typed.frames)
    for change in pulled_.changes:
        table, _, name = change["target"].partition(".")
        if change["target"] in known_keys() or change["target"] in groups():
            continue
        column = next((c for c in TABLE[table].columns if c.name == name and name not in TABLE[table].key), None) if table in frames else None
        if column is None:  # said by check_levers
            continue
        frames[table] = _changed(frames[table], table, column, pulled_, change, problems)
    return dataclasses.replace(typed, frames=frames)


def _changed(frame: pl.DataFrame, table: str, column: Column, pulled_: Pulled, change: Mapping[str, Any], problems: list[Problem]) -> pl.DataFrame:
    """One table with one change."""
    before = len(problems)
    wanted = list(_where(frame, table, pulled_, change, problems))
    if len(problems) > before:
        return frame
    hit = frame.with_columns(pl.all_horizontal(pl.lit(value=True), *wanted).alias("hit"))["hit"]
    if not hit.any():
        problems.append(_wrong(pulled_, change, "rows", f"no row of table {table} is meant", "see the table, or leave it empty for all rows"))
        return frame
    values = [_moved(pulled_, change, old, problems) if meant else old for old, meant in zip(frame[column.name], hit, strict=True)]
    outside = [v for v, meant in zip(values, hit, strict=True) if meant and not _allowed(column, v)]
    if outside:
        bounds = f"from {column.low if column.above is None else f'above {column.above}'} to {'any' if column.high is None else column.high}"
        problems.append(_wrong(pulled_, change, "value", f"would make {table}.{column.name} {outside[0]:g}", f"it may lie {bounds}"))
        return frame
    if column.kind == "choice" and any(v not in column.choices for v in values):
        problems.append(_wrong(pulled_, change, "value", f"no such {column.name}", did_you_mean(str(change["value"]), list(column.choices))))
        return frame
    if column.kind == "int":
        values = [round(v) if isinstance(v, float) else v for v in values]
    try:
        return frame.with_columns(pl.Series(column.name, values, dtype=frame[column.name].dtype))
    except TypeError:
        problems.append(_wrong(pulled_, change, "value", f"is no {column.kind}", f"see the other cells of {table}.{column.name}"))
        return frame


def _where(frame: pl.DataFrame, table: str, pulled_: Pulled, change: Mapping[str, Any], problems: list[Problem]) -> Iterator[pl.Expr]:
    """Conditions of column ``rows``: words COLUMN=VALUE, | between values."""
    for word in change["rows"].split():
        name, equals, value = word.partition("=")
        if not equals or name not in frame.columns or name == ROW:
            problems.append(_wrong(pulled_, change, "rows", f"{word} names no column of table {table}", "write COLUMN=VALUE, e.g. channel=web|marketplace"))
            continue
        yield pl.col(name).cast(pl.String).is_in(value.split("|"))


def _moved(pulled_: Pulled, change: Mapping[str, Any], old: Any, problems: list[Problem]) -> Any:
    """The value that a change makes of ``old``; None (reported) where it cannot be."""
    value, how, adoption = plain_value(change["value"].strip()), change["change"], pulled_.adoption(change)
    numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (value, old))
    if not numbers:
        if how == "set" and type(value) is type(old):
            return value if adoption > 0.0 else old
        wanted = "a number" if isinstance(old, (int, float)) and not isinstance(old, bool) else f"a value like {old!r}, with change set"
        problems.append(_wrong(pulled_, change, "value", f"cannot {how} this to {change['target']}", f"write {wanted}"))
        return None
    full = value if how == "set" else old + value if how == "add" else old * value
    return full if adoption == 1.0 else old + adoption * (full - old)


def _allowed(column: Column, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return True
    low = column.low is None or value >= column.low
    return low and (column.above is None or value > column.above) and (column.high is None or value <= column.high)


def _default(path: tuple[str, ...]) -> Any:
    found: Any = Settings(name="default")
    for part in path:
        found = getattr(found, part)
    return found


def _wrong(pulled_: Pulled, change: Mapping[str, Any], column: str, message: str, remedy: str) -> Problem:
    text = f"lever {change['lever']}: {message}"
    return Problem(file=pulled_.label, row=change[ROW], column=column, value=str(change[column]), message=text, remedy=remedy)
