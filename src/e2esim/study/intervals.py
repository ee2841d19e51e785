"""Intervals of a mean and of a probability."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import special  # scipy.stats takes a third of a second to import

Floats = npt.NDArray[np.float64]


def interval(values: list[float], level: float = 0.95) -> tuple[float, float, float]:
    """Mean and Student t interval of independent values; the interval is NaN for fewer than two.

    >>> interval([1.0, 2.0, 3.0])[0]
    2.0
    """
    n = len(values)
    mean = math.fsum(values) / n
    if n < 2:
        return mean, math.nan, math.nan
    sd = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (n - 1))
    half = float(special.stdtrit(n - 1, 0.5 + level / 2.0)) * sd / math.sqrt(n)
    return mean, mean - half, mean + half


def wilson(successes: Floats, trials: int | Floats, level: float = 0.95) -> tuple[Floats, Floats]:
    """Wilson's interval of a probability (E. B. Wilson 1927), two arrays like ``successes``; ``trials`` one for all or one each.

    Examples
    --------
    >>> low, high = wilson(np.array([8.0]), 10)
    >>> (round(float(low[0]), 4), round(float(high[0]), 4))
    (0.4902, 0.9433)
    """
    z = float(special.ndtri(0.5 + level / 2.0))
    share = successes / trials
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * np.sqrt(share * (1 - share) / trials + z * z / (4 * trials**2)) / (1 + z * z / trials)
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)
