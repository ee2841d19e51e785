"""Which points a sweep visits: every combination, a fraction of the ends, or points that fill the space (Latin hypercube, Sobol' sequence)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.linalg import hadamard
from scipy.stats import qmc

Floats = npt.NDArray[np.float64]
Value = str | int | float | bool
DESIGNS = ("full", "fraction", "lhs", "sobol")


class Factor(Protocol):
    """One thing that is swept."""

    def at(self, share: float) -> Value:
        """Value at a place between 0 and 1 of its range."""
        ...


@dataclass(frozen=True)
class Choice:
    """A factor with a list of values.

    Examples
    --------
    >>> Choice((1, 2, 3)).at(0.5), Choice(("a", "b")).at(1.0)
    (2, 'b')
    """

    values: tuple[Value, ...]

    def at(self, share: float) -> Value:
        """Value of the part of [0, 1] in which ``share`` lies; all parts are equally long."""
        return self.values[min(int(share * len(self.values)), len(self.values) - 1)]


@dataclass(frozen=True)
class Interval:
    """A factor between two numbers; ``whole`` rounds to integers.

    Examples
    --------
    >>> Interval(1.0, 2.0).at(0.25), Interval(1, 10, whole=True).at(0.5)
    (1.25, 6)
    """

    low: float
    high: float
    whole: bool = False

    def at(self, share: float) -> Value:
        """Value at a share of the way."""
        if self.whole:
            return int(min(self.low + int(share * (self.high - self.low + 1)), self.high))
        return float(np.round(self.low + share * (self.high - self.low), 12))


def design(factors: Mapping[str, Factor], kind: str, points: int = 0, seed: int = 1) -> list[dict[str, Value]]:
    """Points of a design, each a value for every factor.

    Parameters
    ----------
    factors
        By name, in order.
    kind
        'full': every combination of choices; 'fraction': of the two ends of each factor, so that the effect of each is clear of every other and of
        what two do together (columns of a Hadamard matrix and their mirror image: resolution IV); 'lhs': Latin hypercube; 'sobol': scrambled Sobol' sequence.
    points
        Of 'lhs' and 'sobol'.
    seed
        Of the hypercube and of the scrambling.

    Raises
    ------
    ValueError
        If the kind is not known, or it cannot take these factors or this number of points.

    Examples
    --------
    >>> design({"a": Choice((1, 2)), "b": Choice(("x", "y"))}, "full")
    [{'a': 1, 'b': 'x'}, {'a': 1, 'b': 'y'}, {'a': 2, 'b': 'x'}, {'a': 2, 'b': 'y'}]
    """
    if kind == "full":
        endless = [name for name, factor in factors.items() if not isinstance(factor, Choice)]
        if endless:
            raise ValueError(f"a full design takes lists, and {', '.join(endless)} is an interval; name values, or the design lhs or sobol with points")
        lists = [factor.values for factor in factors.values() if isinstance(factor, Choice)]
        return [dict(zip(factors, values, strict=True)) for values in product(*lists)]
    if kind == "fraction":
        many = [name for name, factor in factors.items() if isinstance(factor, Choice) and len(factor.values) != 2]
        if many:
            raise ValueError(f"a fraction takes two values or an interval, and {', '.join(many)} has another number of values")
        return at_places(factors, _fraction(len(factors)))
    if kind not in DESIGNS:
        raise ValueError(f"there is no design {kind!r}; one of {', '.join(DESIGNS)}")
    if points < 1:
        raise ValueError(f"the design {kind} needs a number of points")
    return at_places(factors, _places(kind, len(factors), points, seed))


def at_places(factors: Mapping[str, Factor], places: Floats) -> list[dict[str, Value]]:
    """Points at places of the unit cube, (n_points, n_factors)."""
    return [{name: factor.at(float(share)) for (name, factor), share in zip(factors.items(), row, strict=True)} for row in places]


def _places(kind: str, dimensions: int, points: int, seed: int) -> Floats:
    if kind == "lhs":
        return np.asarray(qmc.LatinHypercube(dimensions, rng=np.random.default_rng(seed)).random(points), dtype=np.float64)
    power = (points - 1).bit_length()
    if points != 1 << power:
        raise ValueError(f"Sobol' points are balanced for powers of two: {1 << max(power - 1, 0)} or {1 << power}, not {points}")
    return np.asarray(qmc.Sobol(dimensions, rng=np.random.default_rng(seed)).random_base2(power), dtype=np.float64)


def _fraction(dimensions: int) -> Floats:
    """Ends of every factor, 0 or 1, (2 x the power of two above the factors, n_factors): each column is balanced and at right angles to the others."""
    plus = hadamard(1 << dimensions.bit_length()).astype(np.float64)[:, 1 : dimensions + 1]
    return (np.vstack([plus, -plus]) + 1.0) / 2.0


def names(points: Sequence[Mapping[str, Value]]) -> list[str]:
    """Names of the factors of points."""
    return list(points[0]) if points else []
