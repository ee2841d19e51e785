"""Satisfaction as real reviews show it: Olist, Brazilian e-commerce, 2016-2018, about 96,400 delivered and reviewed orders.

Bins and figures are aggregates of the public data set; inside the late bins lateness is lognormal (median 6.1 days, sigma
1.18, which gives back the published numbers of orders a bin); orders arrive at about one in the afternoon. Mean lead time 12.4
days, mean promise 23.8: an order that is late has taken about twelve days and its lateness more than a customer expects.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from delivered import Answers, plain_law, survey
from scipy import stats

from e2esim.customers.satisfaction_kernels import COMPLETENESS, DAMAGE, EFFORT, INSTALLATION, INTEGRATION, contribution, curve, enjoyed, late_days, purchase
from e2esim.domain.settings import Satisfaction
from e2esim.domain.world import World

F = npt.NDArray[np.float64]
N = 40_000  # answers a bin: s.e. about 0.006 of the mean score, 0.25 points of the share
HOUR = 13.0 / 24.0
BINS = {  # dates late: (from, to), orders, mean score, share of one star
    "early": ((-60, -1), 88_653, 4.29, 0.0660),
    "on the promised day": ((0, 0), 1_291, 4.03, 0.0852),
    "1-2 days": ((1, 2), 1_360, 3.51, 0.1882),
    "3-7 days": ((3, 7), 2_252, 2.23, 0.5502),
    "more than 7 days": ((8, 10_000), 2_797, 1.70, 0.6968),
}


def dates_late(first: int, last: int, n: int) -> F:
    """Whole days late inside a bin, as even quantiles of the lognormal, (n,)."""
    if last <= 0:
        return np.full(n, float(max(first, last - 10)))
    law = stats.lognorm(1.18, scale=6.1)
    low, high = law.cdf(first - 0.5), law.cdf(last + 0.5)
    return np.round(law.ppf(low + (high - low) * (np.arange(n) + 0.5) / n))


def reviews(world: World, name: str) -> Answers:
    """Simulated reviews of the orders of a bin."""
    (first, last), *_ = BINS[name]
    days = dates_late(first, last, N)
    over = np.zeros(N) if last < 0 else 12.0 + days
    return survey(world.attributes, late_d=days + HOUR, lead_over_d=over)


def judged(world: World, **changes: float | bool) -> float:
    """S of a purchase at the reference: all as promised, but for ``changes``."""
    case: dict[str, float | bool] = {
        "late_d": -1.0,
        "lead_over_d": 0.0,
        "damaged": False,
        "incomplete": False,
        "install_failed": False,
        "integration": False,
        "touch_problems": 0.0,
        "enjoyment": 0.0,
        "extra_gain": 0.0,
        "quality": 1.0,
        "price_ratio": 1.0,
        "kappa": Satisfaction().kappa,
        "product_only": False,
    }
    case |= changes
    law = plain_law(world.attributes, case["kappa"])
    shown = [(0, case["late_d"]), (1, case["lead_over_d"]), (DAMAGE, case["damaged"]), (COMPLETENESS, case["incomplete"])]
    effort = [(INSTALLATION, case["install_failed"]), (INTEGRATION, case["integration"]), (EFFORT, case["touch_problems"])]
    needs, ease = ([contribution(a, 0, float(x), 0.0, law) for a, x in rows if x] for rows in (shown, effort))
    if case["product_only"]:
        return float(case["quality"] / case["price_ratio"])
    gain = sum(x for x in needs + ease if x > 0.0) + case["extra_gain"]
    losses = [[-x for x in rows if x < 0.0] for rows in (needs, ease)]
    squares = sum(x * x for rows in losses for x in rows)
    return float(purchase(case["quality"], gain, enjoyed(case["enjoyment"], 0, law), *map(sum, losses), squares, case["kappa"], case["price_ratio"]))


def test_lateness_inside_the_bins_is_that_of_the_data() -> None:
    """The lognormal gives back the shares of the three late bins among late orders."""
    late = [k for k, ((first, _), *_) in BINS.items() if first > 0]
    orders = np.array([BINS[k][1] for k in late])
    law = stats.lognorm(1.18, scale=6.1)
    mass = np.array([law.cdf(BINS[k][0][1] + 0.5) - law.cdf(BINS[k][0][0] - 0.5) for k in late])
    assert mass / mass.sum() == pytest.approx(orders / orders.sum(), abs=0.01)


@pytest.mark.parametrize("name", list(BINS))
def test_bin(shipped: World, name: str) -> None:
    """Mean score within 0.10 and one-star share within 3 points of the whole data set."""
    *_, mean, one_star = BINS[name]
    found = reviews(shipped, name)
    assert found.mean == pytest.approx(mean, abs=0.10)
    assert found.one_star == pytest.approx(one_star, abs=0.03)


def test_early_earns_nothing(shipped: World) -> None:
    """Ten days early or one: the same answers of the same customers (lead time unchanged)."""
    one, ten = (survey(shipped.attributes, late_d=np.full(2_000, -d + HOUR), lead_over_d=np.zeros(2_000)) for d in (1.0, 10.0))
    assert np.array_equal(one.csat, ten.csat)
    assert np.array_equal(one.satisfaction, ten.satisfaction)
    assert judged(shipped, late_d=-10.0) == judged(shipped, late_d=0.0) == 1.0


def test_lead_time_costs_a_little_even_when_the_promise_is_kept(shipped: World) -> None:
    """About -0.027 score a day near the mean (regression on kept promises), by the same customers."""
    early = np.full(N, -5.0)
    fast, slow = (survey(shipped.attributes, late_d=early, lead_over_d=np.full(N, over)).mean for over in (0.0, 10.0))
    assert (slow - fast) / 10.0 == pytest.approx(-0.027, abs=0.01)


def test_the_promise_matters_not_only_the_time(shipped: World) -> None:
    """Same lead time of about 20 days: about 4.1 inside the promise, about 2.7 where 2-7 days late (Olist), each within 0.3."""
    over = np.full(N, 8.0)
    kept = survey(shipped.attributes, late_d=np.full(N, -3.0), lead_over_d=over).mean
    broken = survey(shipped.attributes, late_d=np.resize(np.arange(2.0, 8.0), N) + HOUR, lead_over_d=over).mean
    assert kept == pytest.approx(4.1, abs=0.3)
    assert broken == pytest.approx(2.7, abs=0.4)
    assert kept - broken > 1.0


def test_price_counts_only_against_its_reference(shipped: World) -> None:
    """S falls as one over the price ratio; half the ratio on the same product doubles it."""
    s = judged(shipped, price_ratio=1.0)
    assert judged(shipped, price_ratio=1.25) == pytest.approx(s / 1.25)
    assert judged(shipped, price_ratio=0.8) == pytest.approx(s / 0.8)


def test_problems_together_cost_more_than_one_by_one(shipped: World) -> None:
    """Late and damaged, late and incomplete, all three: more than the sum, by kappa times the pairs."""
    cost = {
        name: 1.0 - judged(shipped, **facts)
        for name, facts in {
            "late": {"late_d": 3.0},
            "damaged": {"damaged": True},
            "incomplete": {"incomplete": True},
            "late, damaged": {"late_d": 3.0, "damaged": True},
            "late, incomplete": {"late_d": 3.0, "incomplete": True},
            "all": {"late_d": 3.0, "damaged": True, "incomplete": True},
        }.items()
    }
    kappa, a, b, c = Satisfaction().kappa, cost["late"], cost["damaged"], cost["incomplete"]
    assert cost["late, damaged"] == pytest.approx(a + b + kappa * a * b)
    assert cost["late, damaged"] > a + b + 0.05
    assert cost["late, incomplete"] > a + c + 0.05
    assert cost["all"] == pytest.approx(a + b + c + kappa * (a * b + a * c + b * c))


def test_must_be_attributes_never_gain(shipped: World) -> None:
    """Whatever the facts, a must-be attribute gives at most the S of a kept promise; attractive ones never cost."""
    must_be = [0, 2, 3, 5, 7, 9]  # punctuality, completeness, damage, defect, resolution, integration
    assert shipped.attributes.gain[must_be].tolist() == [0.0] * len(must_be)
    for facts in ({"late_d": 2.0}, {"damaged": True}, {"incomplete": True}, {"install_failed": True}, {"integration": True}, {"touch_problems": 1.0}):
        assert judged(shipped, **facts) < 1.0
    assert judged(shipped, enjoyment=0.1) > 1.0
    assert judged(shipped, enjoyment=-5.0) == 1.0


def test_enjoyment_is_gated_by_needs_and_ease(shipped: World) -> None:
    """The pyramid: the same enjoyment earns less where a problem stands below it."""
    plain = judged(shipped, enjoyment=0.2) - judged(shipped)
    broken = judged(shipped, enjoyment=0.2, damaged=True) - judged(shipped, damaged=True)
    hard = judged(shipped, enjoyment=0.2, install_failed=True) - judged(shipped, install_failed=True)
    assert 0.0 < broken < plain
    assert 0.0 < hard < plain


def test_product_only_sees_the_product(shipped: World) -> None:
    """S = quality / price: lateness, damage, enjoyment leave no trace, quality and price do."""
    only = {"product_only": True}
    assert judged(shipped, late_d=20.0, damaged=True, enjoyment=1.0, lead_over_d=30.0, **only) == judged(shipped, **only) == 1.0
    assert judged(shipped, quality=1.2, price_ratio=1.5, **only) == pytest.approx(0.8)
    kept, late = (survey(shipped.attributes, late_d=np.full(2_000, d), lead_over_d=np.zeros(2_000), model="product_only") for d in (-1.0, 9.0))
    assert np.array_equal(kept.csat, late.csat)


def test_what_was_promised_at_the_reference_price_is_one(shipped: World) -> None:
    """The unit of satisfaction."""
    assert judged(shipped) == 1.0


def test_three_late_days_cost_most_of_what_there_is_to_lose(shipped: World) -> None:
    """The curve of lateness: no loss at the promised day's start, most of it after three to four days, full after eight."""
    a = shipped.attributes
    share = [curve(d, a.tolerance[0], a.shape[0]) for d in (-1.0, 0.0, 1.0, 4.0, 9.0)]
    assert share[:2] == [0.0, 0.0]
    assert share[2] < 0.1
    assert share[3] > 0.6
    assert share[4] > 0.98
    assert late_days(24.0 * 9 + 13.0, 24.0 * 8 + 18.0) == pytest.approx(1.0 + HOUR)
    assert late_days(24.0 * 8 + 1.0, 24.0 * 8 + 18.0) < late_days(24.0 * 8 + 23.0, 24.0 * 8 + 18.0) < 1.0


def test_the_extremes_answer_more_often(shipped: World) -> None:
    """Response grows with the distance from a normal experience: the survey is no census."""
    good, bad = (survey(shipped.attributes, late_d=np.full(N, d), lead_over_d=np.zeros(N)).answered.mean() for d in (-1.0, 10.0))
    assert good == pytest.approx(0.2 * 1.04, abs=0.01)
    assert bad > 1.4 * good
