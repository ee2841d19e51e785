"""Draws of the laws of a network, by inverse CDF of an addressed uniform draw."""

from __future__ import annotations

import math
from typing import Any

from e2esim.chain.network import columns as C
from e2esim.chain.network.columns import NetworkState
from e2esim.chain.network.inner import called, inner
from e2esim.streams.draws import normal_quantile, uniform


@inner
def draw(s: NetworkState, law: int, key: int, address: int, number: int) -> float:
    """Draw of law number ``law``, in the unit of the law."""
    if s.law[law].kind == C.CONSTANT:
        return s.law[law].a
    return sample(s.law, s.table, law, uniform(s.keys[key], address, number))


@called
def rejected(quantity: float, share: float, u: float) -> float:
    """Quantile ``u`` of the units rejected of ``quantity``, each with probability ``share``: binomial, by its normal limit from a mean of 50 on.

    A quantity that is not whole counts as the whole units in it.
    """
    n = math.floor(quantity + C.EPS)
    if n < 1.0 or share <= 0.0:
        return 0.0
    if share >= 1.0:
        return n
    if n * share >= 50.0:
        return min(n, max(0.0, math.floor(n * share + math.sqrt(n * share * (1.0 - share)) * normal_quantile(u) + 0.5)))
    k, part = 0.0, math.exp(n * math.log1p(-share))
    total = part
    while total < u and k < n:
        part *= (n - k) / (k + 1.0) * share / (1.0 - share)
        k += 1.0
        total += part
    return k


@called
def sample(laws: Any, table: Any, law: int, u: float) -> float:
    """Quantile ``u`` of law number ``law``."""
    kind = laws[law].kind
    a = laws[law].a
    b = laws[law].b
    if kind == C.EXPONENTIAL:
        return -a * math.log(u)
    if kind == C.NORMAL:
        return max(0.0, a + b * normal_quantile(u))
    if kind == C.UNIFORM:
        return a + (b - a) * u
    if kind == C.LOGNORMAL:
        return math.exp(a + b * normal_quantile(u))
    low = laws[law].low
    high = laws[law].high
    if kind == C.DISCRETE:
        while low < high - 1:  # first value whose cumulative probability reaches u
            middle = (low + high - 1) >> 1
            if table[middle].p < u:
                low = middle + 1
            else:
                high = middle + 1
        return a * table[low].x
    return a * table[low + int(u * (high - low))].x
