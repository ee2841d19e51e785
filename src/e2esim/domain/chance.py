"""Laws of chance as data: what a lead time, a gap between demands, an ordered quantity or a process time is drawn from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

LawName = Literal["constant", "exponential", "normal", "uniform", "gamma", "lognormal", "poisson", "negative_binomial", "empirical"]
LAWS: tuple[str, ...] = get_args(LawName)


@dataclass(frozen=True, kw_only=True)
class Chance:
    """A law with its mean and standard deviation, both in the unit of what is drawn.

    ``constant``, ``exponential`` and ``poisson`` read the mean only. ``uniform`` lies within sqrt(3) standard deviations of the mean;
    ``normal`` is cut at zero; ``negative_binomial`` needs a variance above its mean; ``empirical`` draws ``values`` with ``weights``
    (none: equally likely).

    Raises
    ------
    ValueError
        If the numbers do not make a law.

    Examples
    --------
    >>> Chance(law="empirical", values=(1.0, 2.0), weights=(1.0, 3.0)).expectation
    1.75
    """

    law: LawName = "constant"
    mean: float = 0.0
    sd: float = 0.0
    values: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        wrong = self.fault()
        if wrong:
            raise ValueError(wrong)

    @property
    def expectation(self) -> float:
        """Mean of the law (of the normal one before it is cut at zero)."""
        if self.law != "empirical":
            return self.mean
        weights = self.weights or (1.0,) * len(self.values)
        return sum(v * w for v, w in zip(self.values, weights, strict=True)) / sum(weights)

    def fault(self) -> str:
        """What is wrong with the numbers, empty if nothing."""
        if self.law not in LAWS:
            return f"unknown law {self.law!r}; known: {', '.join(LAWS)}"
        if not (math.isfinite(self.mean) and math.isfinite(self.sd)) or self.mean < 0.0 or self.sd < 0.0:
            return f"mean and standard deviation must be finite and not negative, got {self.mean:g} and {self.sd:g}"
        if self.law == "empirical":
            return self._fault_of_values()
        if self.law in ("gamma", "lognormal") and (self.mean <= 0.0 or self.sd <= 0.0):
            return f"{self.law} needs a mean and a standard deviation above zero"
        if self.law == "negative_binomial" and not self.sd**2 > self.mean > 0.0:
            return "negative_binomial needs a variance above its mean; with less, poisson is meant"
        if self.law == "uniform" and math.sqrt(3.0) * self.sd > self.mean * (1.0 + 1e-9):
            return "uniform reaches below zero: the standard deviation may be at most mean / sqrt(3)"
        return ""

    def _fault_of_values(self) -> str:
        if not self.values:
            return "empirical needs values"
        if self.weights and len(self.weights) != len(self.values):
            return f"{len(self.values)} values but {len(self.weights)} weights"
        if min(self.values) < 0.0 or (self.weights and (min(self.weights) < 0.0 or sum(self.weights) <= 0.0)):
            return "values and weights must not be negative, and some weight must be above zero"
        return ""


NOTHING, ONE = Chance(), Chance(mean=1.0)
