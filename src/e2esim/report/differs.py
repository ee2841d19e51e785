"""What sets one run apart from another: settings by key, tables by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from e2esim.domain.scenario import Scenario
from e2esim.domain.settings import Settings
from e2esim.report.manifest import plain

_NAMES = ("name", "title", "description")  # say what a run is called, not what it does


class Changed(NamedTuple):
    """A setting (or table) that is not as in the base."""

    key: str
    base: str
    other: str


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What the header of a report says of its run: the overrides as given, and what they change in the scenario."""

    overrides: tuple[str, ...] = ()
    changed: tuple[Changed, ...] = ()


NOTHING = Stated()


def settings_apart(base: Settings, other: Settings) -> list[Changed]:
    """Settings that differ, by dotted key; names and titles are left out.

    Examples
    --------
    >>> settings_apart(Settings(name="a"), Settings(name="b", seed=7))
    [Changed(key='seed', base='1', other='7')]
    """
    before, after = dict(_flat(plain(base))), dict(_flat(plain(other)))
    keys = [key for key in {**before, **after} if key not in _NAMES]
    return [Changed(key, _text(before.get(key)), _text(after.get(key))) for key in keys if before.get(key) != after.get(key)]


def apart(base: Scenario, other: Scenario) -> list[Changed]:
    """Settings and tables that differ."""
    found = settings_apart(base.settings, other.settings)
    for name in dict.fromkeys([*base.tables, *other.tables]):
        one, two = base.tables.get(name), other.tables.get(name)
        if one is None or two is None or not one.equals(two):
            found.append(Changed(f"table {name}", "" if one is None else f"{one.height} rows", "other rows" if two is not None else "none"))
    return found


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _flat(entry, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def _text(value: Any) -> str:
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
