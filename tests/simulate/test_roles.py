"""Several people with roles decide together: the one who sees the worst counts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from worlds import Row

RUNS = 4
DAYS = ("horizon.days=60",)
PLAIN = {"w_price": 1, "w_service": 1, "w_words": 1, "from_phase": "discover", "source": "assumed"}


def _role(segment: str, role: str, **weights: Any) -> Row:
    return {"segment": segment, "role": role} | PLAIN | weights


def _consumers() -> list[str]:
    return ["comfort", "thrift"]


def runs(tiny: Any, name: str, roles: list[Row], *keys: str) -> list[Any]:
    tables: dict[str, Any] = {"roles": roles} if roles else {}
    return [tiny(name, *DAYS, *keys, variant="silo", replication=k, **tables) for k in range(RUNS)]


def errors(first: list[Any], second: list[Any], name: str) -> float:
    """By how many standard errors of the pairs a KPI is higher in the second runs."""
    gap = np.array([b.kpi(name) - a.kpi(name) for a, b in zip(first, second, strict=True)])
    return float(gap.mean() / max(gap.std(ddof=1) / math.sqrt(len(gap)), 1e-12))


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ({"w_price": 5}, ("market.price_factor=1.15",)),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
@pytest.mark.long
def test_one_who_looks_harder_buys_less(tiny: Any, weights: dict[str, Any], words: tuple[str, ...]) -> None:
    """One decider alike the segment, against one who minds a high price more (all weights: the twin in tests/customers/test_market.py)."""
    segments = _consumers()
    alike = runs(tiny, "one role", [_role(s, "buyer") for s in segments], *words)
    none = runs(tiny, "no roles", [], *words)
    assert alike[0].kpis.headline == none[0].kpis.headline  # who weighs as the segment does is the segment
    harder = runs(tiny, f"one who {sorted(weights.items())}", [_role(s, "buyer", **weights) for s in segments], *words)
    assert errors(alike, harder, "purchases") < -3.0


def test_the_least_convinced_of_several_counts(tiny: Any) -> None:
    segments = _consumers()
    one, three = (runs(tiny, f"{n} roles", [_role(s, f"r{k}") for s in segments for k in range(n)]) for n in (1, 3))
    assert errors(one, three, "purchases") < -3.0
