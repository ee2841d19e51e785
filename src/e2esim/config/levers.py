"""Levers at the door: what those that are pulled change, laid over settings (below the command line) and over tables.

Options of groups come first, then numbers, those of a lever after those of what it needs (`e2esim.domain.levers.in_turn`); an
adoption below one moves a number part of the way.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from e2esim.config.cell_changes import CellChange, Unfit, changeable, changeable_columns, changed_typed, moved
from e2esim.config.grids import ROW
from e2esim.config.layers import Layer, merge
from e2esim.config.places import groups
from e2esim.config.problems import Problem, did_you_mean
from e2esim.config.settings import known_keys
from e2esim.config.tables import Typed
from e2esim.config.yaml_file import plain_value
from e2esim.domain.levers import Lever, levers_of
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
        table = change["target"].partition(".")[0]
        columns = changeable_columns(table)
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
    return changed_typed(typed, list(_cell_changes(pulled_, problems)), problems)


def _cell_changes(pulled_: Pulled, problems: list[Problem]) -> Iterator[CellChange]:
    """The changes that touch tables; what `check_levers` has said of targets is not said again."""
    for change in pulled_.changes:
        table, _, name = change["target"].partition(".")
        if change["target"] in known_keys() or change["target"] in groups() or changeable(table, name) is None:
            continue
        rows = [word.partition("=") for word in change["rows"].split()]
        bare = next((word for word, equals, _ in rows if not equals), None)
        if bare is not None:
            problems.append(_wrong(pulled_, change, "rows", f"{bare} names no column of table {table}", "write COLUMN=VALUE, e.g. channel=web|marketplace"))
            continue
        yield CellChange(
            table=table, column=name, rows=tuple((word, tuple(values.split("|"))) for word, _, values in rows), how=change["change"],
            value=plain_value(change["value"].strip()), adoption=pulled_.adoption(change), complain=partial(_wrong, pulled_, change),
        )  # fmt: skip


def _moved(pulled_: Pulled, change: Mapping[str, Any], old: Any, problems: list[Problem]) -> Any:
    """The setting that a change makes of ``old``; None (reported) where it cannot be."""
    try:
        return moved(old, plain_value(change["value"].strip()), change["change"], pulled_.adoption(change))
    except Unfit as unfit:
        problems.append(_wrong(pulled_, change, "value", f"{change['target']}: {unfit}", unfit.remedy))
        return None


def _default(path: tuple[str, ...]) -> Any:
    found: Any = Settings(name="default")
    for part in path:
        found = getattr(found, part)
    return found


def _wrong(pulled_: Pulled, change: Mapping[str, Any], column: str, message: str, remedy: str) -> Problem:
    text = f"lever {change['lever']}: {message}"
    return Problem(file=pulled_.label, row=change[ROW], column=column, value=str(change[column]), message=text, remedy=remedy)
