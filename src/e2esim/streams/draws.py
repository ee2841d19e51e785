"""Addressed draws for kernels: uniform, exponential, normal, lognormal, logistic, gamma and beta by inverse CDF.

Counter-based: a hash of (key, entity, number), after SplitMix64 (Steele, Lea and Flood, 2014). Inverse CDFs keep common
random numbers monotone when a parameter is swept.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy import special

from e2esim.domain.lean import counting_njit, lean_njit

Count = int | np.int64

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_NUMBER = np.uint64(0xD1B54A32D192ED03)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT = 1.0 / 9007199254740992.0


@njit(cache=True, inline="always")
def _mix(z: np.uint64) -> np.uint64:
    z = (z ^ (z >> _S30)) * _M1
    z = (z ^ (z >> _S27)) * _M2
    return z ^ (z >> _S31)


@lean_njit
def uniform(key: np.uint64, entity: Count, number: Count) -> float:
    """Uniform draw in (0, 1) of stream ``key``, entity and draw number.

    >>> u = uniform(np.uint64(7), 3, 0)
    >>> 0.0 < u < 1.0 and u == uniform(np.uint64(7), 3, 0)
    True
    """
    z = _mix(key + np.uint64(entity) * _GOLDEN)
    z = _mix(z ^ (np.uint64(number) * _NUMBER))
    return (np.float64(z >> _S11) + 0.5) * _UNIT


@lean_njit
def child(address: Count, number: Count) -> np.int64:
    """Address of number ``number`` of what lives at ``address``: a 63-bit hash, so that nobody shares luck.

    >>> bool(child(5, 1) != child(5, 2)) and bool(child(5, 1) == child(5, 1)) and bool(child(5, 1) >= 0)
    True
    """
    z = _mix(np.uint64(address) * _GOLDEN + _M1)
    z = _mix(z ^ (np.uint64(number) * _NUMBER + _M2))
    return np.int64(z >> np.uint64(1))


@counting_njit
def children(address: npt.NDArray[np.int64], number: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """:func:`child` of aligned arrays, (n,)."""
    out = np.empty(address.shape[0], dtype=np.int64)
    for k in range(address.shape[0]):
        out[k] = child(address[k], number[k])
    return out


@lean_njit
def exponential(key: np.uint64, entity: Count, number: Count, mean: float) -> float:
    """Exponential draw with the given mean (same unit)."""
    return -mean * math.log(uniform(key, entity, number))


@lean_njit
def normal_quantile(p: float) -> float:
    """Standard normal quantile (Acklam's rational approximation, relative error below 1.2e-9).

    >>> round(normal_quantile(0.975), 6)
    1.959964
    """
    if p < 0.02425 or p > 0.97575:
        q = math.sqrt(-2.0 * math.log(min(p, 1.0 - p)))
        x = (
            ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q - 2.549732539343734) * q + 4.374664141464968) * q
            + 2.938163982698783
        ) / ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1.0)
        return x if p < 0.5 else -x
    q = p - 0.5
    r = q * q
    return (
        (
            ((((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r + 1.383577518672690e02) * r - 3.066479806614716e01) * r
            + 2.506628277459239
        )
        * q
        / (((((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r + 6.680131188771972e01) * r - 1.328068155288572e01) * r + 1.0)
    )


@lean_njit
def normal(key: np.uint64, entity: Count, number: Count) -> float:
    """Standard normal draw by inverse CDF."""
    return normal_quantile(uniform(key, entity, number))


@lean_njit
def lognormal(key: np.uint64, entity: Count, number: Count, median: float, sigma: float) -> float:
    """Lognormal draw with the given median (same unit) and sigma of the log."""
    return median * math.exp(sigma * normal(key, entity, number))


@lean_njit
def logistic(key: np.uint64, entity: Count, number: Count) -> float:
    """Standard logistic draw."""
    u = uniform(key, entity, number)
    return math.log(u / (1.0 - u))


def quantile_table(family: str, first: float, second: float, size: int = 2048) -> npt.NDArray[np.float64]:
    """Quantiles at (i + 0.5) / size of gamma(shape, scale) or beta(a, b), (size,): for :func:`from_table`.

    The last cell holds the mean of its tail and the first the mean of its head, so the table keeps the mean.

    >>> t = quantile_table("gamma", 2.0, 1.0)
    >>> bool(abs(t.mean() - 2.0) < 0.01)
    True
    """
    edges = np.linspace(0.0, 1.0, size + 1)
    middle = (edges[:-1] + edges[1:]) / 2.0
    gamma = family == "gamma"
    table = np.asarray(special.gammaincinv(first, middle) * second if gamma else special.betaincinv(first, second, middle), dtype=np.float64)
    mean = first * second if gamma else first / (first + second)
    table[-1] += max(0.0, size * (mean - float(table.mean())))
    return table


@lean_njit
def from_table(table: npt.NDArray[np.float64], u: float) -> float:
    """Quantile at ``u`` of a table made by :func:`quantile_table` (step function: keeps the table's mean)."""
    return float(table[int(u * table.shape[0])])
