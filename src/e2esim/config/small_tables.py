"""Small tables whose text comes again are read and typed once: scenarios that are compared share nearly all of their tables.

What a step makes of a table depends on its text and on the format alone; a table with anything to say of it (a problem names its
file) and one of more than a thousand rows are done anew each time.

Steps that mend what a cell seldom holds look first whether one does (`none_odd`): thirty small tables of plain cells are read in a third of the time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import polars as pl

Made = TypeVar("Made")

MOST_ROWS = 1_000  # of a table that is kept
MOST_KEPT = 400  # results of a step; all are forgotten at once when there are more


def none_odd(cells: pl.Series, odd: re.Pattern[str]) -> bool:
    """Whether ``odd`` finds nothing in the text of few cells, a line each; False where they are many: whole columns are quick enough there.

    >>> none_odd(pl.Series(["a", None, "b"]), re.compile("^=", re.MULTILINE)), none_odd(pl.Series(["a", "=b"]), re.compile("^=", re.MULTILINE))
    (True, False)
    """
    return len(cells) <= MOST_ROWS and odd.search("\n".join([cell or "" for cell in cells.to_list()])) is None


@dataclass
class Kept(Generic[Made]):
    """What a step made, by what it was made of; what a key stands for (an object by its identity) is held as long as the result.

    >>> kept, asked = Kept[int](), []
    >>> def make() -> int:
    ...     asked.append(1)
    ...     return 7
    >>> kept.of(("a", 1), None, make, lambda made: True), kept.of(("a", 1), None, make, lambda made: True), len(asked)
    (7, 7, 1)
    """

    _made: dict[Hashable, tuple[object, Made]] = field(default_factory=dict)

    def of(self, key: Hashable, holds: object, make: Callable[[], Made], worth: Callable[[Made], bool]) -> Made:
        """Return what was made for ``key``; else ``make`` it, and keep it if it is ``worth`` keeping. ``holds``: what the key speaks of by identity."""
        found = self._made.get(key)
        if found is not None:
            return found[1]
        made = make()
        if worth(made):
            if len(self._made) >= MOST_KEPT:
                self._made.clear()
            self._made[key] = holds, made
        return made
