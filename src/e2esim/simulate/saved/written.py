"""Objects, lists and arrays of a run as a JSON-ready tree and arrays; what is shared stays shared.

One letter says what a value is: ``a`` array, ``p`` packed numbers, ``n`` number of numpy, ``c`` date, ``e`` member of an enumeration, ``l`` list, ``t`` tuple,
``d`` dictionary, ``o`` object, ``y`` named tuple, ``w`` part of the world, ``r`` told before, ``k`` left as the new run makes it.
"""

from __future__ import annotations

import datetime as dt
from array import array
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import Columns
from e2esim.domain.world import World
from e2esim.planning.kept_lp import KeptLp
from e2esim.simulate.saved.kinds import MADE_ANEW, attributes, is_plain, name_of, parts_of


class _MadeAnew(Exception):
    """The value holds something that is made anew with the run."""


class Written:
    """Writes down what the stages of a run hold.

    >>> import json
    >>> written = Written(())
    >>> shared = np.array([1.0, 2.0])
    >>> json.dumps(written.value([shared, shared, (1, "x")]))
    '{"l": [{"a": 0}, {"r": 1}, {"t": [1, "x"]}], "i": 0}'
    >>> written.arrays
    {'a0': array([1., 2.])}
    """

    def __init__(self, worlds: tuple[World, ...]) -> None:
        self.arrays: dict[str, npt.NDArray[np.generic]] = {}
        self._parts = {id(part): k for k, part in enumerate(parts_of(worlds))}
        self._told: dict[int, int] = {}
        self._alive: list[Any] = []  # so that no number of an object is used twice

    def value(self, thing: Any) -> Any:
        """The tree of a value.

        Raises
        ------
        TypeError
            If nobody has said how to write such a thing down.
        """
        told, kept = len(self._told), len(self.arrays)
        try:
            return self._value(thing)
        except _MadeAnew:  # nothing of what stands in it has been told
            while len(self._told) > told:
                self._told.popitem()
            while len(self.arrays) > kept:
                self.arrays.popitem()
            return {"k": 0}

    def _value(self, thing: Any) -> Any:
        if is_plain(thing):
            return thing
        if id(thing) in self._parts:
            return {"w": self._parts[id(thing)]}
        if id(thing) in self._told:
            return {"r": self._told[id(thing)]}
        if isinstance(thing, Enum):
            return {"e": name_of(type(thing)), "v": thing.value}
        if isinstance(thing, dt.date):
            return {"c": thing.isoformat()}
        if isinstance(thing, np.generic):
            return {"n": self._keep(np.array([thing]))}
        if isinstance(thing, tuple):
            return self._tuple(thing)
        if isinstance(thing, (World, *MADE_ANEW)) or type(thing).__module__.startswith("numba"):
            raise _MadeAnew
        return self._shared(thing)

    def _shared(self, thing: Any) -> dict[str, Any]:
        """Something that may be told twice."""
        number = len(self._told)
        self._told[id(thing)] = number
        self._alive.append(thing)
        if isinstance(thing, np.ndarray):
            return {"a": self._keep(thing)}
        if isinstance(thing, array):
            return {"p": self._keep(np.array(thing, dtype=thing.typecode)), "c": thing.typecode}
        if isinstance(thing, list):
            return {"l": [self._value(one) for one in thing], "i": number}
        if isinstance(thing, dict):
            return {"d": [[self._value(key), self._value(one)] for key, one in thing.items()], "i": number}
        return self._object(thing, number)

    def _tuple(self, thing: tuple[Any, ...]) -> dict[str, Any]:
        told = [self._value(one) for one in thing]
        return {"t": told} if type(thing) is tuple else {"y": name_of(type(thing)), "v": told}

    def _object(self, thing: Any, number: int) -> dict[str, Any]:
        if not type(thing).__module__.startswith("e2esim."):
            raise TypeError(f"{type(thing).__module__}.{type(thing).__qualname__} cannot be written down")
        if isinstance(thing, Columns):
            thing.settle()
        held = thing.history() if isinstance(thing, KeptLp) else attributes(thing)
        return {"o": name_of(type(thing)), "s": {name: self.value(one) for name, one in held.items()}, "i": number}

    def _keep(self, numbers: npt.NDArray[np.generic]) -> int:
        k = len(self.arrays)
        self.arrays[f"a{k}"] = numbers
        return k
