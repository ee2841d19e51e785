"""Small tables whose text comes again are read and typed once: scenarios that are compared share nearly all of their tables.

What a step makes of a table depends on its text and on the format alone; a table with anything to say of it (a problem names its
file) and one of more than a thousand rows are done anew each time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Made = TypeVar("Made")

MOST_ROWS = 1_000  # of a table that is kept
MOST_KEPT = 400  # results of a step; all are forgotten at once when there are more


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
