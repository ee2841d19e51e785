"""What moves a customer beside the order: sellers trained, wrong bills, rivals who get better and faster, and who decides together."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from e2esim.config import load
from e2esim.customers.believing import MISSED, told
from e2esim.customers.training import A_MODULE, FORGOTTEN_D
from e2esim.domain.book import OrderKind, Reason, Service
from e2esim.domain.build import build_world
from e2esim.domain.events import Event
from e2esim.domain.experience import SERVICE, Lived
from e2esim.domain.ledger import Posted

DAYS = {"horizon": {"days": 90, "warmup_days": 0}}
MODULES = 26.0


@pytest.fixture(scope="module")
def world(tiny: Any) -> Any:
    return lambda *words: tiny("plain quarter", *words, settings=DAYS)


def test_trained_sellers_sell_more_until_they_forget(world: Any) -> None:
    """26 modules a year: known after 13 weeks is the sum of what fades; the odds of a purchase rise by 1.8 % of sales a module."""
    plain, trained = world(), world(f"organisation.training_modules={MODULES}")
    known = trained.replication.training.known
    weeks, fade = 90 // 7, 0.5 ** (7.0 / FORGOTTEN_D)
    most = sum(MODULES * 7.0 / 365.0 * fade**k for k in range(weeks))
    assert known == pytest.approx(most, abs=1.0)
    conversion = trained.world.settings.market.conversion
    assert trained.replication.people.selling == pytest.approx(np.exp(known * math.log1p(A_MODULE) / (1.0 - conversion)))
    shops = [((run.outcome.orders.filled("kind") == OrderKind.SELL_OUT) & (run.outcome.orders.filled("placed") > 24.0 * 60)).sum() for run in (plain, trained)]
    assert shops[1] > shops[0]
    web = [(run.outcome.orders.filled("kind") == OrderKind.DIRECT).sum() for run in (plain, trained)]
    assert abs(int(web[1]) - int(web[0])) <= 0.05 * web[0]  # the firm's own shop has no other sellers


def test_training_is_paid_by_the_module_and_stands_in_the_log(world: Any) -> None:
    run = world(f"organisation.training_modules={MODULES}")
    e, j = run.outcome.events, run.outcome.journal
    given = e["quantity"][e["kind"] == Event.TRAINED].sum()
    assert given == pytest.approx(2 * MODULES * 84.0 / 365.0, abs=2.0)  # two accounts, twelve weeks
    paid = -j["cents"][(j["account"] == Posted.SERVICES) & (j["t"] >= 0)].sum() / 100.0
    assert paid == pytest.approx(150.0 * given)
    assert run.kpi("trained") == pytest.approx(given * 365.0 / 90.0)
    assert run.outcome.experience_sums[Lived.TRAINED, ..., 0].sum() >= given - 4


def test_a_wrong_bill_is_asked_about_felt_and_paid_later(tiny: Any) -> None:
    plain = tiny("plain quarter", settings=DAYS)
    wrong = tiny("wrong bills", settings=DAYS, channels=lambda rows: [row | {"wrong_bills": 0.4} for row in rows])
    c, o = wrong.outcome.contacts, wrong.outcome.orders
    asked = c.filled("row")[(c.filled("reason") == Reason.BILL) & (c.filled("attempt") == 1)]
    late = o.filled("disputed_d") > 0
    ours = (o.filled("kind") != OrderKind.SELL_OUT) & (o.filled("delivered") < wrong.outcome.horizon_h)
    assert set(asked) == set(np.flatnonzero(late))
    assert abs(late[ours].mean() - 0.4) < 3.0 * math.sqrt(0.24 / ours.sum())
    assert not late[~ours].any()
    assert wrong.kpi("dso") > plain.kpi("dso")
    assert wrong.kpi("working_capital_taken") > plain.kpi("working_capital_taken")
    assert wrong.kpi("satisfaction") < plain.kpi("satisfaction")
    assert wrong.outcome.experience_sums[Lived.BILLED, ..., 1].sum() < 0.0


def test_rivals_who_get_better_take_customers_and_turn_words_bad(world: Any) -> None:
    plain, better = world(), world("market.rival_gain_y=0.8")
    assert better.kpi("bad_word") > plain.kpi("bad_word")
    assert better.kpi("advantage") == pytest.approx(plain.kpi("advantage") - 0.8 * 90.0 / 365.0, abs=0.02)
    assert better.kpi("clv") < plain.kpi("clv")
    assert better.kpi("crr_due") < plain.kpi("crr_due")
    of_a_person = [run.kpi("contribution") / (run.kpi("contact_cost") + run.kpi("seller_cost")) for run in (plain, better)]
    assert of_a_person[1] < of_a_person[0]  # the same staff earns less: who stands still becomes less productive (requirement J13)


def test_rivals_who_get_faster_shape_what_is_expected(world: Any) -> None:
    plain, faster = world(), world("market.rival_faster_y=0.8")
    assert faster.kpi("satisfaction") < plain.kpi("satisfaction")
    assert faster.kpi("purchases") < plain.kpi("purchases")
    o = faster.outcome.orders
    rows = np.flatnonzero((o.filled("placed") > 24.0 * 60) & (o.filled("consumer") >= 0))[:5].astype(np.int32)
    now = faster.replication.journey.expectation.of(rows, faster.replication.experiences.facts())
    then = faster.world.channels.reference_d[o.filled("channel")[rows]]
    assert now / then == pytest.approx(0.2 ** (o.filled("placed")[rows] / 8760.0), rel=1e-3)


def test_two_who_decide_buy_less(tiny: Any) -> None:
    plain = tiny("plain quarter", settings=DAYS)
    two = tiny("two decide", settings=DAYS, segments=lambda rows: [row | {"deciders": 2} for row in rows])
    assert two.kpi("conversion") < 0.9 * plain.kpi("conversion")
    assert two.kpi("purchases") < plain.kpi("purchases")
    again = tiny("two decide but simply again", settings=DAYS, segments=lambda rows: [row | {"deciders": 2, "simple_share": 1} for row in rows])
    assert again.outcome.needs_lost.sum() < 0.9 * two.outcome.needs_lost.sum()  # who buys simply asks nobody
    o, c = again.outcome.orders, again.outcome.contacts
    simple = (o.filled("services") & int(Service.SIMPLE)) != 0
    mine = (o.filled("kind") != OrderKind.REPLENISH) & (o.filled("placed") >= 0)
    assert np.array_equal(simple[mine], o.filled("repeat")[mine] == 1)
    assert not simple[c.filled("row")[(c.filled("reason") == Reason.INFORMATION) & (c.filled("row") >= 0)]].any()
    assert 0 < again.kpi("simple_purchases") < 1
    assert two.kpi("simple_purchases") == 0
    books = [run.outcome.journal for run in (two, again)]
    spent = [-j["cents"][(j["account"] == Posted.TOUCHPOINTS) & (j["place"] < 2)].sum() for j in books]
    assert spent[1] < spent[0]  # nothing discovered, nothing evaluated


def test_a_simple_purchase_that_others_see_is_none() -> None:
    found = build_world(load(["scenario=mattress_maker", "scale=0.02", "segments.simple_share=0.5", "segments.seen_share=0.4"])).segments
    assert found.simple[~found.trade] == pytest.approx(0.3)


def test_a_claim_is_believed_sells_and_disappoints(tiny: Any) -> None:
    """The advert that reaches half says that the product gives .4 more: more is bought; half of what was believed is missed, by those who were told."""
    plain = tiny("plain quarter", settings=DAYS)
    loud = tiny("claims more than it gives", settings=DAYS, brands=lambda rows: [row | {"claim": 0.4} for row in rows])
    assert loud.kpi("purchases") > plain.kpi("purchases")
    assert loud.kpi("satisfaction") < plain.kpi("satisfaction")
    assert (told(loud.world) == 0.5).all()
    o = loud.outcome.orders
    buyers = (o.filled("kind") != OrderKind.REPLENISH) & (o.filled("placed") >= 0) & (loud.world.items.brand[o.filled("item")] >= 0)
    missed = loud.outcome.experience_sums[Lived.ADVERTISEMENT, SERVICE].sum(axis=(0, 1))
    assert missed[0] == pytest.approx(0.5 * buyers.sum(), abs=3.0 * math.sqrt(0.25 * buyers.sum()))
    assert -MISSED * 0.4 - 1e-6 <= missed[1] / missed[0] < -MISSED * 0.2  # bad words take a part of what is believed
    assert plain.outcome.experience_sums[Lived.ADVERTISEMENT, SERVICE].sum() == 0


def test_mailings_bring_needs_forward_and_cost(world: Any) -> None:
    plain, mailed = world(), world("organisation.mailings_y=26")
    e = mailed.outcome.events
    sent = e["kind"] == Event.MAILED
    assert len(np.unique(e["t"][sent])) == 5  # every two weeks of twelve, from the third on
    woken, customers = e["quantity"][sent].sum(), e["rows"][sent].sum() / 5
    assert 0 < woken < 0.2 * customers
    repeats = [int((run.outcome.orders.filled("repeat") == 1).sum()) for run in (plain, mailed)]
    assert 0 < repeats[1] - repeats[0] <= woken
    assert mailed.kpi("needs_woken") == pytest.approx(woken * 365.0 / 90.0)
    assert mailed.kpi("touchpoint_cost") > plain.kpi("touchpoint_cost") + 0.05 * customers * 5


def test_a_used_product_may_be_taken_where_nothing_is_installed(tiny: Any) -> None:
    plain = tiny("plain quarter", settings=DAYS)
    also = {"used_collection": 1.0}
    alone = tiny("taken alone", settings=DAYS, services=lambda rows: [row | {"alone_share": also.get(row["service"], 0.0)} for row in rows])
    taken = [((run.outcome.orders.filled("services") & (4 | 8)) == 8).sum() for run in (plain, alone)]
    assert taken[0] == 0
    n = (alone.outcome.orders.filled("kind") != OrderKind.REPLENISH).sum()
    assert 0.15 * n < taken[1] < 0.35 * n  # .3 of who has nothing installed
    assert alone.kpi("used_collected") > plain.kpi("used_collected")
    j = [run.outcome.orders.filled("fee_eur").sum() for run in (plain, alone)]
    assert j[1] > j[0]  # the firm's own consumers pay for it
