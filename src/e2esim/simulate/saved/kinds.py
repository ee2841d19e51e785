"""Which things of a run are written down, which are made anew, and how a class is named and found again."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from typing import Any

import numpy as np
import simpy

from e2esim.domain.world import World
from e2esim.simulate.known_events import KnownEvents
from e2esim.streams import Streams

MADE_ANEW = (type, types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.ModuleType, Streams, simpy.Environment, simpy.Event, KnownEvents)


def name_of(kind: type) -> str:
    """Name of a class of this package, by which `class_of` finds it.

    >>> name_of(Streams)
    'e2esim.streams:Streams'
    """
    return f"{kind.__module__}:{kind.__qualname__}"


def class_of(name: str) -> Any:
    """A class of this package by its name.

    Raises
    ------
    ValueError
        If it is none: a saved run names nothing else.
    """
    module, _, qualname = name.partition(":")
    found: Any = import_module(module) if module.split(".")[0] == "e2esim" else None
    for part in qualname.split("."):
        found = getattr(found, part, None)
    if not isinstance(found, type):
        raise ValueError(f"the saved run names {name}, which is no class of e2esim")
    return found


def attributes(thing: Any) -> dict[str, Any]:
    """What an object holds, by name, in order of names; slots and ordinary attributes alike."""
    slots = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ()) if not name.startswith("__")]
    held = {name: getattr(thing, name) for name in slots if hasattr(thing, name)}
    return dict(sorted((held | getattr(thing, "__dict__", {})).items()))


def is_plain(value: Any) -> bool:
    """Whether a value says all about itself in JSON.

    >>> is_plain(1.5), is_plain(np.float64(1.5))
    (True, False)
    """
    return value is None or type(value) in (bool, int, float, str)


def parts_of(worlds: tuple[World, ...]) -> Iterator[Any]:
    """Arrays, tuples and objects of worlds that are built again from their data, in an order that is always the same."""
    seen: set[int] = set()
    waiting: list[Any] = list(reversed(worlds))
    while waiting:
        thing = waiting.pop()
        if is_plain(thing) or isinstance(thing, (Enum, np.generic)) or id(thing) in seen or (isinstance(thing, (tuple, list, dict)) and not thing):
            continue
        seen.add(id(thing))
        yield thing
        if isinstance(thing, (tuple, list)):
            waiting.extend(reversed(thing))
        elif isinstance(thing, dict):
            waiting.extend(reversed(thing.values()))
        elif dataclasses.is_dataclass(thing):
            waiting.extend(reversed(attributes(thing).values()))
