"""Members of an enumeration at the price of an attribute."""

from __future__ import annotations

from enum import Enum
from typing import TypeVar

_Members = TypeVar("_Members", bound=Enum)


def at_hand(kind: type[_Members]) -> type[_Members]:
    """Let the members of ``kind`` be attributes of their class: Python 3.11 looks each up by a function of its own, a hundred thousand times a run.

    >>> Colour = at_hand(Enum("Colour", ["RED", "BLUE"]))
    >>> Colour.RED is Colour["RED"], [one.name for one in Colour]
    (True, ['RED', 'BLUE'])
    """
    for name, member in kind.__members__.items():
        type.__setattr__(kind, name, member)
    return kind
