"""The way back: a tree and arrays laid over the stages of a run that has just been made."""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.world import World
from e2esim.planning.kept_lp import KeptLp
from e2esim.simulate.saved.kinds import attributes, class_of, parts_of


class TakenUp:
    """Lays what was written down over a new run: its objects stay, their values become those of before."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.generic]], worlds: tuple[World, ...]) -> None:
        self._arrays = arrays
        self._parts = tuple(parts_of(worlds))
        self._told: list[Any] = []

    def value(self, tree: Any, here: Any = None) -> Any:
        """What a tree stands for; ``here`` = what the new run has in its place.

        Raises
        ------
        ValueError
            If the new run lacks something that it should have made.
        """
        if not isinstance(tree, dict):
            return tree
        kind = next(iter(tree))
        told: Any = tree[kind]
        if kind == "k":
            return here
        if kind == "w":
            return self._parts[told]
        if kind == "r":
            return self._told[told]
        if kind == "e":
            return class_of(told)(tree["v"])
        if kind == "c":
            return dt.date.fromisoformat(told)
        if kind == "n":
            return self._arrays[f"a{told}"][0]
        if kind == "t":
            return tuple(self.value(one, own) for one, own in zip(told, _beside(here, len(told)), strict=True))
        if kind == "y":
            return class_of(told)._make(self.value(one, own) for one, own in zip(tree["v"], _beside(here, len(tree["v"])), strict=True))
        return self._shared(kind, tree, here)

    def _shared(self, kind: str, tree: dict[str, Any], here: Any) -> Any:
        number, told = len(self._told), tree[kind]
        self._told.append(None)
        made: Any
        if kind == "a":
            made = self._arrays[f"a{told}"]
        elif kind == "p":
            made = array(tree["c"], self._arrays[f"a{told}"].tolist())
        elif kind == "l":
            made = self._told[number] = here if isinstance(here, list) else []
            made[:] = [self.value(one, own) for one, own in zip(told, _beside(here, len(told)), strict=True)]
        elif kind == "d":
            made = self._told[number] = here if isinstance(here, dict) else {}
            pairs = [(self.value(key), one) for key, one in told]
            values = [(key, self.value(one, made.get(key))) for key, one in pairs]
            made.clear()
            made.update(values)
        else:
            made = self._object(number, tree, here)
        self._told[number] = made
        return made

    def _object(self, number: int, tree: dict[str, Any], here: Any) -> Any:
        kind = class_of(tree["o"])
        made = here if type(here) is kind else object.__new__(kind)
        self._told[number] = made
        if isinstance(made, KeptLp):
            made.repeat({name: self.value(one) for name, one in tree["s"].items()})
            return made
        own = attributes(made)
        for name, one in tree["s"].items():
            if one == {"k": 0}:
                if name not in own:
                    raise ValueError(f"the saved run needs {name} of {tree['o']}, which is not made anew")
                continue
            object.__setattr__(made, name, self.value(one, own.get(name)))
        return made


def _beside(here: Any, size: int) -> list[Any]:
    """What the new run has at each place of a list, None where it has nothing."""
    own = list(here) if isinstance(here, (list, tuple)) else []
    return own + [None] * (size - len(own)) if len(own) <= size else own[:size]
