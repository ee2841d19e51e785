"""Two named policies, a firm that only makes and sells and one that senses and responds; the four elements of value; satisfaction since the purchase."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

RUNS = 3
SIZE = ("scale=0.02", "horizon.days=60", "horizon.warmup_days=14", "horizon.tick_h=6")


def errors(first: list[Any], second: list[Any], name: str) -> float:
    """By how many standard errors of the pairs a KPI is higher in the second runs."""
    gap = np.array([b.kpi(name) - a.kpi(name) for a, b in zip(first, second, strict=True)])
    return float(gap.mean() / max(gap.std(ddof=1) / math.sqrt(len(gap)), 1e-12))


@pytest.mark.long
def test_who_senses_and_responds_keeps_promises_and_is_liked_better(shipped: Any) -> None:
    sells, senses = ([shipped(f"mattress_maker/{policy}", *SIZE, replication=k) for k in range(RUNS)] for policy in ("make_and_sell", "sense_and_respond"))
    for name, up in (("otif", True), ("satisfaction", True), ("first_contact_resolution", True), ("answer_time", False), ("handoffs", False)):
        assert errors(sells, senses, name) * (1.0 if up else -1.0) > 3.0, name


FOUR = (
    ("expected: what others lead him to expect", "channels.reference_lead_d=3", "satisfaction", -1.0),
    ("proposed: what it costs", "market.price_factor=1.15", "purchases", -1.0),
    ("perceived: against the best alternative", "market.competitor_satisfaction=1.0", "advantage", -1.0),
    ("realised: what the firm keeps of it", "market.competitor_satisfaction=1.0", "customer_value", -1.0),
)


@pytest.mark.parametrize(("element", "word", "kpi", "sign"), FOUR, ids=[row[0].split(":")[0] for row in FOUR])
@pytest.mark.long
def test_each_of_the_four_elements_of_value_moves_its_own_figure(shipped: Any, element: str, word: str, kpi: str, sign: float) -> None:
    plain, other = ([shipped("mattress_maker", *SIZE, *words, replication=k) for k in range(RUNS)] for words in ((), (word,)))
    assert sign * errors(plain, other, kpi) > 3.0, element
