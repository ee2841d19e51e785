"""From merged key paths to frozen ``Settings``: unknown keys, wrong types, values out of bounds, all listed at once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
from collections.abc import Mapping
from functools import cache
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from e2esim.config.layers import Merged, Origin
from e2esim.config.problems import COMMAND_LINE, SHOWN, Problem, did_you_mean
from e2esim.domain.bounds import BOUNDS
from e2esim.domain.settings import Settings

_REMEDIES = {
    int: "write a whole number, without quotes",
    float: "write a number with a decimal point, without quotes",
    bool: "write true or false",
    str: "write a text",
    dt.date: "write a date as YYYY-MM-DD",
}


@cache
def known_keys() -> dict[str, type]:
    """Return every dotted key of the settings and its type.

    Examples
    --------
    >>> known_keys()["market.demand_factor"]
    <class 'float'>
    """
    keys: dict[str, type] = {}
    for name, kind in get_type_hints(Settings).items():
        if dataclasses.is_dataclass(kind):
            keys |= {f"{name}.{part}": part_kind for part, part_kind in get_type_hints(kind).items()}
        else:
            keys[name] = kind
    return keys


@cache
def _sections() -> dict[str, type]:
    hints: dict[str, type] = get_type_hints(Settings)
    return {name: kind for name, kind in hints.items() if dataclasses.is_dataclass(kind)}


def build_settings(merged: Merged, main_file: str) -> tuple[Settings | None, list[Problem]]:
    """Return the settings, or None and all that is wrong with the values; ``main_file`` is blamed for the unsaid."""
    problems: list[Problem] = []
    known = known_keys()
    good: dict[str, Any] = {}
    for path, value in merged.values.items():
        key, origin = ".".join(path), merged.origins.get(path, Origin(file=main_file))
        if key in _sections() and value == {}:  # a section that says nothing
            continue
        problem = _unknown(key, value, origin, known, near=len(problems) < SHOWN) or _mistyped(key, value, origin, known[key]) or _outside(key, value, origin)
        if problem is None:
            good[key] = value
        else:
            problems.append(problem)
    nested = {name: _section(name, good, merged, main_file, problems) for name in _sections()}
    top = {key: value for key, value in good.items() if "." not in key}
    problems += _beyond(top | {"horizon": nested["horizon"]}, merged, main_file)
    settings = _whole(top, nested, merged, main_file, problems)
    return (None, problems) if problems else (settings, problems)


def _place(key: str, merged: Merged, main_file: str) -> dict[str, Any]:
    origin = merged.origins.get(tuple(key.split(".")), Origin(file=main_file))
    return {"file": origin.file, "row": origin.line, "column": key}


def _text(value: Any) -> str:
    return (
        value.isoformat()
        if isinstance(value, dt.date)
        else json.dumps(value, default=str)
        if not isinstance(value, str)
        else value
    )


def _unknown(key: str, value: Any, origin: Origin, known: Mapping[str, type], *, near: bool) -> Problem | None:
    if key in known:
        return None
    place: dict[str, Any] = {"file": origin.file, "row": origin.line, "column": key}
    if key in _sections():
        if value is None:
            return Problem(**place, message="an empty section", remedy="give it keys or leave it out")
        remedy = f"set single values, e.g. {next(k for k in known if k.startswith(key + '.'))}"
        return Problem(**place, value=_text(value), message=f"{key} is a section, not a value", remedy=remedy)
    if ".".join(key.split(".")[:-1]) in known:
        return Problem(
            **place,
            message=f"{key.rpartition('.')[0]} is a value, not a section",
            remedy="write the value after its key",
        )
    return Problem(
        **place,
        message="unknown key",
        remedy=did_you_mean(key, [*known, *_sections()], "see the keys in docs/data.md:") if near else "see the keys in docs/data.md",  # looking takes time
    )


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _mistyped(key: str, value: Any, origin: Origin, kind: type) -> Problem | None:
    """Return what is wrong with the type of one value; None if nothing."""
    wrong: dict[str, Any] = {
        "file": origin.file,
        "row": origin.line,
        "column": key,
        "value": _text(value),
        "remedy": _REMEDIES[kind],
    }
    if isinstance(value, float) and not math.isfinite(value):
        return Problem(**wrong, message="not a finite number")
    try:
        _adapter(kind).validate_json(json.dumps(value, default=str), strict=True)
    except ValidationError as error:
        return Problem(**wrong, message=error.errors()[0]["msg"].replace("Input should", "should"))
    return None


def _outside(key: str, value: Any, origin: Origin) -> Problem | None:
    """Return why a number makes no sense; None if it may be one."""
    bound = BOUNDS.get(key)
    if bound is None or isinstance(value, bool) or not isinstance(value, (int, float)) or bound.allows(value):
        return None
    side = f"below {bound.least:g}" if value < bound.least else f"above {bound.most:g}"
    remedy = f"write a number from {bound.least:g} to {bound.most:g}"
    return Problem(file=origin.file, row=origin.line, column=key, value=_text(value), message=f"{key} is {side}: {bound.reason}", remedy=remedy)


def _section(name: str, good: Mapping[str, Any], merged: Merged, main_file: str, problems: list[Problem]) -> Any:
    """Build one section; a value that its own checks refuse is reported, then taken as default, until they pass."""
    kind = _sections()[name]
    values = {key.partition(".")[2]: value for key, value in good.items() if key.startswith(f"{name}.")}
    values = {
        part: _adapter(known_keys()[f"{name}.{part}"]).validate_json(json.dumps(v, default=str))
        for part, v in values.items()
    }
    repaired = False
    while True:
        try:
            return kind(**values)
        except ValueError as error:
            typed = {part: _place(f"{name}.{part}", merged, main_file)["file"] == COMMAND_LINE for part in values}
            culprit = _culprit(kind, values, str(error), typed)
            if culprit is None:
                problems.append(
                    Problem(
                        **_place(name, merged, main_file), message=str(error), remedy="see docs/data.md for the bounds"
                    )
                )
                return kind()
            if not repaired or culprit in str(error):  # after a repair, rules between two values may blame a default
                key = f"{name}.{culprit}"
                problems.append(
                    Problem(
                        **_place(key, merged, main_file),
                        value=_text(values[culprit]),
                        message=str(error),
                        remedy=_bound_remedy(key),
                    )
                )
            del values[culprit]
            repaired = True


def _culprit(kind: type, values: Mapping[str, Any], message: str, typed: Mapping[str, bool]) -> str | None:
    """Return the value that must be taken back to lose ``message``: the one it begins with, then one just typed."""
    for part in sorted(values, key=lambda part: (not message.startswith(part), not typed[part], part)):
        try:
            kind(**{other: value for other, value in values.items() if other != part})
        except ValueError as error:
            if str(error) == message:
                continue
        return part
    return None


def _bound_remedy(key: str) -> str:
    section, _, part = key.partition(".")
    default = next(f for f in dataclasses.fields(_sections()[section]) if f.name == part).default
    return f"change it (the default is {_text(default)})"


def _beyond(top: Mapping[str, Any], merged: Merged, main_file: str) -> list[Problem]:
    """Limits of the calendar rather than of the model."""
    if 1970 <= top["horizon"].start.year <= 2200:
        return []
    place = _place("horizon.start", merged, main_file)
    return [Problem(**place, value=str(top["horizon"].start), message="not between 1970 and 2200", remedy="correct the year")]


def _whole(
    top: dict[str, Any], nested: dict[str, Any], merged: Merged, main_file: str, problems: list[Problem]
) -> Settings | None:
    """Build the settings; each top value that is refused is reported at its place."""
    top.setdefault("name", "unnamed")  # missing only if it was refused above
    while True:
        try:
            return Settings(**top, **nested)
        except ValueError as error:
            named = [key for key in top if str(error).startswith(key) or key in str(error)]
            if not named:
                problems.append(Problem(file=main_file, message=str(error)))
                return None
            key = named[0]
            problems.append(
                Problem(**_place(key, merged, main_file), value=_text(top[key]), message=str(error), remedy="change it")
            )
            del top[key]
            if key == "name":
                top["name"] = "unnamed"
