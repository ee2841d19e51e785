"""Reverse stress test: the least outage of a node that breaks a target; just below it passes, at it it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Breaking:
    """The least value that breaks a target, and the largest one tried below it that does not; None where even the most passes, or nothing does."""

    breaks: float | None
    passes: float | None
    tried: int


def least_that_breaks(fails: Callable[[float], bool], *, least: float, most: float, step: float) -> Breaking:
    """Halve the interval until ``step`` is left; ``fails`` is taken to go from False to True once.

    >>> least_that_breaks(lambda days: days >= 23.0, least=0.0, most=64.0, step=1.0)
    Breaking(breaks=23.0, passes=22.0, tried=7)
    >>> least_that_breaks(lambda days: False, least=0.0, most=64.0, step=1.0)
    Breaking(breaks=None, passes=64.0, tried=1)
    """
    if not fails(most):
        return Breaking(breaks=None, passes=most, tried=1)
    low, high, tried = 0, round((most - least) / step), 1
    while high - low > 1:
        middle = (low + high) // 2
        tried += 1
        if fails(least + middle * step):
            high = middle
        else:
            low = middle
    passes = least + low * step
    return Breaking(breaks=least + high * step, passes=passes, tried=tried)
