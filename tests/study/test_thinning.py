"""A bridge that runs few sets of levers in most replications: shares still add up, are right, and their intervals cover the truth of a known game."""

from __future__ import annotations

import math
from collections import Counter
from itertools import permutations

import numpy as np
import numpy.typing as npt
import pytest

from e2esim.domain.levers import MONTH_D, Lever
from e2esim.study.cash import chains, payoff
from e2esim.study.coalitions import Coalition, CoalitionPlan, estimate, plan_coalitions
from e2esim.study.thinning import Thinning, filled

F = npt.NDArray[np.float64]
LEVERS = {
    "plan": Lever(lever="plan", kind="operations_redesign", investment_eur=50.0),
    "dates": Lever(lever="dates", kind="digital_platform", needs=("plan",), start_month=3),
    "team": Lever(lever="team", kind="one_team", start_month=3, ramp_d=6 * MONTH_D),
    "training": Lever(lever="training", kind="training", start_month=3, ramp_d=8 * MONTH_D),
    "crm": Lever(lever="crm", kind="crm", start_month=6),
}
NAMES = tuple(LEVERS)
WORTH = {"plan": 60.0, "dates": 20.0, "team": 35.0, "training": -5.0, "crm": 45.0}


def worth(acting: Coalition) -> float:
    """Each its own; plan and crm help each other, crm and team hinder, and three together bring what no two do."""
    pairs = 30.0 * ({"plan", "crm"} <= acting) - 20.0 * ({"crm", "team"} <= acting)
    return sum(WORTH[name] for name in acting) + pairs + 25.0 * ({"plan", "team", "training"} <= acting)


def by_hand(plan: CoalitionPlan) -> list[float]:
    """Shapley's shares by every order: the slow twin."""
    total = dict.fromkeys(NAMES, 0.0)
    orders = list(permutations(NAMES))
    for order in orders:
        for k, name in enumerate(order):
            total[name] += (worth(plan.acting(order[: k + 1])) - worth(plan.acting(order[:k]))) / len(orders)
    return list(total.values())


def played(thin: Thinning, count: int, rng: np.random.Generator, luck: float = 40.0, own: float = 5.0) -> dict[Coalition, F]:
    """Gains of a study: the base's luck is in all of a replication, each set has its own; NaN where a set is not run."""
    gains = {some: np.full(count, np.nan) for some in thin.plan.coalitions}
    for r in range(count):
        base, lucky = rng.normal(0.0, own), rng.normal(0.0, luck)
        for some in thin.sets(r):
            gains[some][r] = worth(some) + rng.normal(0.0, own) + lucky * ("plan" in some) - base if some else 0.0
    return gains


@pytest.fixture(scope="module")
def plan() -> CoalitionPlan:
    return plan_coalitions(NAMES, LEVERS, chains=chains(LEVERS, NAMES, 3))


def test_each_replication_adds_up_and_orders_are_balanced(plan: CoalitionPlan) -> None:
    thin = Thinning(plan=plan, every=2)
    gains = played(thin, 12, np.random.default_rng(1))
    assert thin.shares(gains)[0].sum(axis=0) == pytest.approx(gains[frozenset(NAMES)])
    assert len(plan.coalitions) == 24
    assert [len(thin.sets(r)) for r in (0, 1)] == [24, 24]
    assert max(len(thin.sets(r)) for r in range(2, 8)) <= 10
    assert [len(thin.sets(r)) for r in (8, 11)] == [2, 2]
    for first in (2, 7):  # a block of five
        places = Counter((name, place) for r in range(first, first + 5) for place, name in enumerate(thin.order(r)))
        assert set(places.values()) == {1}
    assert thin.order(2) != thin.order(7)  # drawn anew
    runs = {r: thin.sets(r) for r in range(12)}
    assert all(frozenset() in some and frozenset(NAMES) in some for some in runs.values())


def test_an_order_and_its_reverse_are_exact_where_levers_meet_in_pairs(plan: CoalitionPlan) -> None:
    """Without prerequisites and threes, one replication beyond the first gives Shapley's shares themselves."""
    free = plan_coalitions(NAMES, {name: Lever(lever=name, kind="crm") for name in NAMES})
    pairs = {some: np.array([sum(WORTH[name] for name in some) + 30.0 * ({"plan", "crm"} <= some)]) for some in free.coalitions}
    shares = Thinning(plan=free, every=0).shares(pairs)[0][:, 0]
    assert shares == pytest.approx([75.0, 20.0, 35.0, -5.0, 60.0])


@pytest.mark.parametrize(("every", "count"), [(2, 8), (2, 14), (3, 5)])
def test_intervals_cover_the_truth(plan: CoalitionPlan, every: int, count: int) -> None:
    repetitions = 40
    right, rng = by_hand(plan), np.random.default_rng(count)
    thin = Thinning(plan=plan, every=every)
    true = payoff(plan, {some: np.array([worth(some)] * 2) for some in plan.coalitions}, years=3, discount_y=0.1).npv.mean
    alone, without = [worth(plan.acting([name])) for name in NAMES], [worth(plan.acting(set(NAMES) - {name})) for name in NAMES]
    held = Counter[str]()
    for _ in range(repetitions):
        gains = played(thin, count, rng)
        (shares, own), (full, unsure) = thin.shares(gains), filled(gains, frozenset(NAMES))
        whole = full[frozenset(NAMES)]
        for k, name in enumerate(NAMES):
            some, rest = plan.acting([name]), plan.acting(set(NAMES) - {name})
            told = {
                "share": (estimate(shares[k][None], *own[k]), right[k]),
                "alone": (estimate(full[some][None], *unsure[some]), alone[k]),
                "last": (estimate((whole - full[rest])[None], *unsure[rest]), worth(frozenset(NAMES)) - without[k]),
            }
            for what, (found, truth) in told.items():
                held[what] += found.low - 1e-9 <= truth <= found.high + 1e-9
        npv = payoff(plan, full, years=3, discount_y=0.1, unsure=unsure).npv
        held["npv"] += npv.low <= true <= npv.high
    for what, count_ in held.items():
        n = repetitions * (1 if what == "npv" else len(NAMES))
        clustered = repetitions if what == "npv" else 2 * repetitions  # levers of one study share its luck
        assert count_ / n + 3 * math.sqrt(0.05 * 0.95 / clustered) >= 0.95, (what, count_ / n)
