"""Intervals of a mean and of a probability."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import special  # scipy.stats takes a third of a second to import

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_HIDDEN = 7.0  # n values of a skew law show some n / (n + 7) of its skewness (gamma laws, 60,000 draws each, n from 4 to 40)


def interval(values: list[float], level: float = 0.95) -> tuple[float, float, float]:
    """Mean and Student t interval of independent values, such as paired differences; the interval is NaN for fewer than two.

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


def mean_interval(values: list[float], level: float = 0.95) -> tuple[float, float, float]:
    """Mean of the values of replications and its limits; see `mean_limits`.

    >>> tuple(round(x, 2) for x in mean_interval([1.0, 2.0, 3.0]))
    (2.0, -0.48, 4.48)
    """
    x = np.array(values)
    apart = x - x.mean()
    spread = float((apart**2).mean())
    skew = float((apart**3).mean()) / spread**1.5 if spread > 0.0 else 0.0
    sd = math.sqrt(spread * len(x) / (len(x) - 1)) if len(x) > 1 else math.nan
    low, high = mean_limits(np.array([len(x)]), np.array([x.mean()]), np.array([sd]), np.array([skew]), level)
    return float(x.mean()), float(low[0]), float(high[0])


def mean_limits(n: Ints, mean: Floats, sd: Floats, skew: Floats, level: float = 0.95) -> tuple[Floats, Floats]:
    """Limits of means of replications, right also where their values have a long tail on one side; arrays of one shape in and out.

    Student's t, and towards the tail the first term of Cornish and Fisher beyond it (N. J. Johnson 1978, Modified t tests for asymmetrical
    populations): a mean of few values misses the tail more often than it overstates it. The other side is not drawn in. Of values that lean
    as on time in full does (skewness -1.7), ten cover 94 % so and 91 % by t; of normal values 96 %, and the limits are a tenth wider.

    Parameters
    ----------
    n, mean, sd, skew
        Count, mean, standard deviation (n - 1) and moment skewness (m3 / m2 ** 1.5) of the values. NaN limits below two values.

    Examples
    --------
    >>> low, high = mean_limits(np.array([10]), np.array([0.83]), np.array([0.02]), np.array([-1.0]))
    >>> (round(float(0.83 - low[0]), 4), round(float(high[0] - 0.83), 4))
    (0.0201, 0.0143)
    """
    count = np.maximum(n, 2).astype(np.float64)
    t, z = special.stdtrit(count - 1.0, 0.5 + level / 2.0), float(special.ndtri(0.5 + level / 2.0))
    seen = np.where((n > 2) & np.isfinite(skew), skew, 0.0) * np.sqrt(count * (count - 1.0)) / np.maximum(count - 2.0, 1.0)  # unbiased where normal
    lean = seen * (1.0 + _HIDDEN / count) * (2.0 * z * z + 1.0) / (6.0 * np.sqrt(count))
    error = sd / np.sqrt(count)
    low, high = mean - error * (t + np.maximum(-lean, 0.0)), mean + error * (t + np.maximum(lean, 0.0))
    return np.where(n >= 2, low, np.nan), np.where(n >= 2, high, np.nan)


def limited(by: pl.DataFrame, mean: str, n: str) -> pl.DataFrame:
    """Rows with a mean, ``sd``, ``skew`` and a count, with their limits as ci_low and ci_high; null where one value tells nothing."""
    numbers = by[n].to_numpy().astype(np.int64)
    middle, sd, skew = (by[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in (mean, "sd", "skew"))
    low, high = mean_limits(numbers, middle, sd, skew)
    return by.with_columns(ci_low=pl.Series(low), ci_high=pl.Series(high)).with_columns(pl.col("ci_low", "ci_high").fill_nan(None))


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
