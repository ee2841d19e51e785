"""The first straight piece of a convex function that only a solver knows: its slope at the start and where it ends.

Owns a search by tangents. Every answer of the solver brings a value and one slope (a subgradient); two tangents meet
below the function, and the next question is asked there. The slope of the first answer may be any of those that a
kink has (a degenerate dual): the one to the right of the start is found, not believed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

MOST_QUESTIONS = 60
GROWTH = 5.0  # the next question is asked so many times farther out while the piece has not ended

Answer = tuple[float, float] | None  # value and slope; None when the solver gave up


@dataclass(frozen=True, kw_only=True)
class Piece:
    """The function changes by `slope` a unit from 0 to `length`; with `open_end` the search ended before the piece did."""

    slope: float
    length: float
    open_end: bool


def first_piece(ask: Callable[[float], Answer], start: tuple[float, float], first: float, most: float, tolerance: float) -> Piece | None:
    """The straight piece of a convex function to the right of 0.

    Parameters
    ----------
    ask
        Value and any subgradient at a point above 0 and up to `most`.
    start
        The same at 0.
    first, most
        Where to ask first, above 0, and the end of the search: near questions are cheap, far ones dear.
    tolerance
        Values closer than this are equal.

    Returns
    -------
    Piece or None
        None when the solver gave up.

    Examples
    --------
    A kink at 0 with slopes -5 and -2, and another at 4 with slope 0 beyond; the solver says -3 at the first.

    >>> def f(t):
    ...     return (10 - 2 * t, -2.0) if t < 4 else (2.0, 0.0)
    >>> first_piece(f, (10.0, -3.0), 1.0, 100.0, 1e-9)
    Piece(slope=-2.0, length=4.0, open_end=False)
    """
    value, slope = start
    at, known = min(first, most), 0.0  # the piece of `slope` is known to reach `known`
    right: tuple[float, float, float] | None = None  # point, value and slope of a tangent beyond the piece
    for _ in range(MOST_QUESTIONS):
        answer = ask(at)
        if answer is None:
            return None
        high, tilt = answer
        straight = high <= value + slope * at + tolerance
        if not straight and high - tilt * at >= value - tolerance:
            slope, straight = (high - value) / at, True  # one line from the start: the slope there was a kink's
        if not straight:
            right = (at, high, tilt)
        elif right is None:
            if at == most:
                return Piece(slope=slope, length=at, open_end=True)
            known, at = at, min(GROWTH * at, most)
            continue
        else:
            known = max(known, at)
        at = _meeting(value, slope, right)
        if at <= known * (1 + 1e-9):
            return Piece(slope=slope, length=known, open_end=False)
    return None


def _meeting(value: float, slope: float, right: tuple[float, float, float]) -> float:
    """Where the line from the start meets a tangent."""
    at, high, tilt = right
    return (high - tilt * at - value) / (slope - tilt)
