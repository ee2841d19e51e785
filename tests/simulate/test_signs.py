"""Signs: what moves what, and which way. Paired worlds on common random numbers; differences as means over few replications."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from e2esim.domain.book import OrderKind
from worlds import Row

RUNS = 3
F = npt.NDArray[np.float64]


def paired(first: Any, second: Any) -> tuple[F, F]:
    """Values of two worlds, replication by replication."""
    return np.array([first(k) for k in range(RUNS)]), np.array([second(k) for k in range(RUNS)])


def rises(first: F, second: F) -> bool:
    """True if the second world is higher in the mean and in all replications but one at most."""
    return bool((second - first).mean() > 0.0 and (second > first).sum() >= RUNS - 1)


def lateness(run: Any) -> tuple[F, F, F]:
    """Days late by date, satisfaction and price ratio of delivered consumer lines."""
    o = run.outcome.orders
    rows = (o.filled("delivered") >= 0.0) & (o.filled("consumer") >= 0) & (o.filled("promised") > 0)
    late = np.floor(o.filled("delivered")[rows] / 24.0) - np.floor(o.filled("promised")[rows] / 24.0)
    return late, o.filled("satisfaction")[rows].astype(np.float64), o.filled("price_ratio")[rows].astype(np.float64)


def _quoted(days: int) -> Any:
    return lambda rows: [row | {"quoted_lead_d": days} if row["channel"] == "web" else row for row in rows]


def web(run: Any) -> tuple[float, float]:
    """New customers of the web shop, and the mean satisfaction of its lines."""
    o, c = run.outcome.orders, run.outcome.consumers
    channel = run.world.channels.ids.index("web")
    new = (c.filled("first") >= 0.0) & (c.filled("channel") == channel)
    return float(new.sum()), float(np.nanmean(o.filled("satisfaction")[o.filled("channel") == channel]))


def test_a_faster_promise_at_the_same_speed_sells_more_and_satisfies_less(tiny: Any) -> None:
    """Quoted lead time of the web cut from 8 to 4 days, plant and trucks unchanged (Cui et al., 2024: signs)."""
    slow, fast = ([web(tiny(f"quoted{d}", "horizon.days=60", variant="silo", replication=k, channels=_quoted(d))) for k in range(RUNS)] for d in (8, 4))
    (sold_slow, felt_slow), (sold_fast, felt_fast) = np.array(slow).T, np.array(fast).T
    assert rises(sold_slow, sold_fast)
    assert rises(felt_fast, felt_slow)
    assert (felt_slow - felt_fast).mean() > 0.02


@pytest.mark.long
def test_one_team_answers_sooner_and_easier(tiny: Any) -> None:
    """Silos -> one team, all else equal: shorter answers, fewer hand-offs, more resolved at once, easier."""
    silos, team = ([tiny("plain", f"organisation={mode}", variant="silo", replication=k) for k in range(RUNS)] for mode in ("silos", "one_team"))
    for name, up in (("answer_time", False), ("handoffs", False), ("first_contact_resolution", True), ("ces_true", True)):
        a, b = np.array([r.kpi(name) for r in silos]), np.array([r.kpi(name) for r in team])
        assert rises(a, b) if up else rises(b, a), name


def test_three_levers_raise_first_contact_resolution_together(tiny: Any) -> None:
    """In a run as in the formula: the three at 0.9 gain more than the sum of each at 0.9."""
    low, high = 0.4, 0.9
    levers = ("culture", "organisation", "platform")

    def resolved(*raised: str) -> float:
        keys = [f"organisation.{lever}={high if lever in raised else low}" for lever in levers]
        return tiny("plain", "horizon.days=60", "organisation=one_team", *keys, variant="silo").kpi("first_contact_resolution")

    base = resolved()
    assert resolved(*levers) - base > 1.7 * sum(resolved(lever) - base for lever in levers)  # 2.8 by the formula


def test_who_sees_only_the_product_does_not_feel_lateness(tiny: Any) -> None:
    """Model product_only: S x price ratio is the same for early and late lines; benefit_problems takes lateness off."""

    def gap(model: str) -> tuple[float, float]:
        late, s, ratio = lateness(tiny("quoted4", f"satisfaction={model}", variant="silo", channels=_quoted(4)))
        bad, good = (s * ratio)[late > 2], (s * ratio)[late < 0]
        assert len(bad) > 30
        assert len(good) > 50
        return good.mean() - bad.mean(), float(np.hypot(bad.std() / np.sqrt(len(bad)), good.std() / np.sqrt(len(good))))

    blind, error = gap("product_only")
    assert abs(blind) < 3.0 * error
    assert gap("benefit_problems")[0] > 0.2


def _brand(quality: float) -> Any:
    return lambda rows: [row | {"quality": quality} for row in rows]


def crr(tiny: Any, quality: float, loop: bool, replication: int = 0) -> float:
    """Repurchase where the product satisfies more or less, words off."""
    settings = {"market": {"word_of_mouth": False, "history_y": 1.5}}
    run = tiny(
        f"quality{quality}",
        f"market.loyalty_loop={str(loop).lower()}",
        variant="silo",
        replication=replication,
        settings=settings,
        brands=_brand(quality),
        items=lambda rows: [row | {"life_y": 0.3} for row in rows],
    )
    return float(run.kpi("crr_consumer"))


def test_the_loop_links_satisfaction_to_repurchase(tiny: Any) -> None:
    """Loop on: the better product keeps more customers; loop off: exactly the same customers come back."""
    good, poor = paired(lambda k: crr(tiny, 1.2, True, k), lambda k: crr(tiny, 0.6, True, k))
    assert rises(poor, good)
    assert (good - poor).mean() > 0.01
    assert crr(tiny, 1.2, False) == crr(tiny, 0.6, False)


def test_without_words_there_is_no_reputation(tiny: Any) -> None:
    """word_of_mouth off: nothing is told, choice hears nothing; on: it moves."""
    silent = tiny("plain", "market.word_of_mouth=false", variant="silo").replication.market.reputation
    heard = tiny("plain", variant="silo").replication.market.reputation
    assert not silent.any()
    assert np.abs(heard).min() > 0.0


@pytest.mark.long
def test_bad_words_cost_new_customers(tiny: Any) -> None:
    """A product worse than the best alternative, words on against off: fewer new customers."""
    spoken, silent = (
        np.array([web(tiny("poor", f"market.word_of_mouth={word}", variant="silo", replication=k, brands=_brand(0.5)))[0] for k in range(RUNS)])
        for word in ("true", "false")
    )
    assert rises(spoken, silent)


LOADED = ("scale=0.02", "horizon.days=100")


def test_forty_percent_more_demand_fills_the_plant_and_stretches_promises(shipped: Any) -> None:
    """demand_factor 1.4 under ATP: capacity saturates, promises and lead times grow, trade feels it first."""
    base, more = (shipped("mattress_maker", *LOADED, *f) for f in ((), ("market.demand_factor=1.4",)))
    for name in ("capacity_load", "lead_time", "promise_lead", "orders"):
        assert more.kpi(name) > base.kpi(name), name
    assert more.kpi("capacity_load") > 0.8  # .85 in the first hundred days
    assert more.kpi("lead_time") > 1.15 * base.kpi("lead_time")
    assert more.kpi("trade_satisfaction") < base.kpi("trade_satisfaction") - 0.01


def test_forty_percent_more_demand_breaks_quoted_dates(shipped: Any) -> None:
    """demand_factor 1.4 under silos: dates stay as quoted, so they are broken, and satisfaction falls in all its measures."""
    base, more = (shipped("mattress_maker/as_is", *LOADED, *f) for f in ((), ("market.demand_factor=1.4",)))
    assert more.kpi("lead_time") > 1.15 * base.kpi("lead_time")
    assert more.kpi("on_time") < base.kpi("on_time") - 0.1
    assert more.kpi("overtime_cost") > base.kpi("overtime_cost")  # who is too far behind works overtime, whatever the plan says
    for name in ("csat_true", "csat_mean_true", "satisfaction", "trade_satisfaction"):
        assert more.kpi(name) < base.kpi(name), name


def _dearer(rows: list[Row]) -> list[Row]:
    return [row | {"consumer_eur": 1.15 * row["consumer_eur"], "price_eur": 1.15 * row["price_eur"]} if row["channel"] == "web" else row for row in rows]


def test_a_price_above_its_reference_sells_less_and_satisfies_less(tiny: Any) -> None:
    """Web prices 15 % up, references unchanged."""
    (plain, felt), (dear, felt_dear) = web(tiny("plain", variant="silo")), web(tiny("dearer", variant="silo", prices=_dearer))
    assert dear < 0.95 * plain
    assert felt / 1.15 * 0.97 < felt_dear < 0.95 * felt  # a seventh less for the price; those who still buy wait less


def test_telling_first_spares_questions(tiny: Any) -> None:
    """Proactive news of delays: fewer requests where the order is, by the same customers."""

    def asked(share: float) -> int:
        return int((tiny("quoted4", f"organisation.proactive={share}", variant="silo", channels=_quoted(4)).outcome.contacts.filled("reason") == 1).sum())

    assert asked(0.9) < 0.6 * asked(0.0)


def test_consumers_of_shops_and_of_the_web_both_have_their_journey(tiny: Any) -> None:
    """B2B2C: consumer lines of direct and stockist channels are delivered, felt and answered."""
    o = tiny("plain").outcome.orders
    for kind in (OrderKind.DIRECT, OrderKind.SELL_OUT):
        rows = (o.filled("kind") == kind) & (o.filled("delivered") >= 0.0)
        assert rows.sum() > 100
        assert (o.filled("csat_true")[rows] > 0).all()
        assert not np.isnan(o.filled("satisfaction")[rows]).any()


def test_pieces_owed_weigh_what_they_earn_under_the_rules_of_worth(tiny: Any) -> None:
    """Backlog weights of the master schedule: by margin under throughput and optimised, by money of nobody under due_date."""

    def weights(rule: str) -> F:
        return np.asarray(tiny("plain", f"precedence={rule}", "horizon.days=20", "horizon.warmup_days=5").replication.planner.system.backlog_eur)

    neutral, worth = weights("due_date"), weights("throughput")
    assert weights("fifo").tolist() == weights("priority").tolist() == neutral.tolist()
    assert weights("optimised").tolist() == worth.tolist()
    assert worth[0] / worth[1] > 2.0 * neutral[0] / neutral[1]  # a mattress earns many pillows
