"""What the firm's own people and money do before the sale: advertising, sellers who overlap, prompt answers, phases known, loyalty cards."""

from __future__ import annotations

import copy
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from e2esim.customers.market import ADVERTISING
from e2esim.domain.book import OrderKind, Service
from e2esim.domain.ledger import Posted

DAYS = {"horizon": {"days": 45, "warmup_days": 0}}


@pytest.fixture(scope="module")
def world(tiny: Any) -> Any:
    """Six weeks of a firm with sellers, dearer than usual, whose carriers damage one line in five."""
    tables = {
        "channels": lambda rows: [row | {"sellers": 2} for row in rows],
        "lanes": lambda rows: [row | {"damage_share": 0.2} for row in rows],
    }
    return lambda *words: tiny("six weeks of sellers", "market.price_factor=1.2", *words, settings=DAYS, **tables)


def _bought(run: Any) -> Any:
    o = run.outcome.orders
    return o, (o.filled("kind") != OrderKind.REPLENISH) & (o.filled("placed") >= 0)


def test_more_advertising_brings_more_prospects_and_is_paid(world: Any) -> None:
    """Four times the advertising: 4^.1 = 15 % more prospects within chance; its touchpoints cost four times as much a prospect, no other does."""
    plain, loud = world(), world("organisation.advertising=4")
    seen = [run.replication.market.prospects_seen for run in (plain, loud)]
    assert seen[1] / seen[0] == pytest.approx(4.0**ADVERTISING, abs=3.0 / math.sqrt(seen[0]))
    j = [run.outcome.journal for run in (plain, loud)]
    spent = [[-x["cents"][(x["account"] == Posted.TOUCHPOINTS) & (x["place"] == phase)].sum() for phase in range(3)] for x in j]
    assert spent[1][0] > 2.0 * spent[0][0]
    others = [x["cents"][(x["account"] == Posted.TOUCHPOINTS) & (x["place"] > 0)].sum() for x in j]
    assert others[1] == pytest.approx(others[0], rel=0.3)


def test_sellers_who_serve_a_colleagues_buyer_sell_less_only_in_departments(world: Any) -> None:
    """Half of their hours doubled: odds fall by the elasticity of sellers; one team has no such hours."""
    plain, market = world(), copy.copy(world().replication.market)
    settings, before = plain.world.settings, market._selling()

    def selling(**words: Any) -> Any:
        organisation = replace(settings.organisation, **words)
        market.world = replace(plain.world, settings=replace(settings, organisation=organisation))
        return market._selling()

    elasticity = settings.organisation.seller_elasticity / (1.0 - settings.market.conversion)
    assert before - selling(overlap=0.5) == pytest.approx(elasticity * math.log(2.0) * np.ones(len(before)))
    assert selling(overlap=0.5, mode="one_team") == pytest.approx(before)


def test_an_answer_after_more_than_an_hour_loses_the_sale(world: Any) -> None:
    plain, hasty = world(), world("market.late_answer_lost=1")
    slow = plain.replication.desk.slow
    assert 0.0 < slow <= 1.0 - plain.replication.desk.unanswered
    assert hasty.kpi("conversion") < plain.kpi("conversion")
    assert hasty.kpi("purchases") < plain.kpi("purchases")


def test_a_firm_that_knows_the_phase_passes_on_less_and_is_asked_less(world: Any) -> None:
    plain, aware = world(), world("organisation.phase_aware=1")
    assert aware.kpi("handoffs") == 0.0 < plain.kpi("handoffs")
    assert aware.kpi("first_contact_resolution") > plain.kpi("first_contact_resolution")
    assert aware.kpi("contacts_per_100_orders") < plain.kpi("contacts_per_100_orders")
    guided = [(run.outcome.orders.filled("services") & int(Service.GUIDED)) != 0 for run in (plain, aware)]
    assert not guided[0].any()
    c = aware.outcome.contacts
    assert set(np.flatnonzero(guided[1])) == set(c.filled("row")[c.filled("resolved") == 1])


def test_departments_in_conflict_send_requests_back_and_forth_and_sell_less(world: Any) -> None:
    plain, quarrel = world(), world("organisation.conflict=1", "organisation.overlap=0.5")
    assert set(np.unique(quarrel.outcome.contacts.filled("handoffs"))) == {0, 2}
    assert quarrel.kpi("answer_time") > plain.kpi("answer_time")
    assert quarrel.kpi("satisfaction") < plain.kpi("satisfaction")
    assert quarrel.kpi("conversion") < plain.kpi("conversion")


def test_a_card_gives_back_from_the_second_purchase_on(world: Any) -> None:
    """Everybody holds one that gives a tenth back: who buys again pays a tenth less in the firm's own channels, and more do."""
    plain, cards = world(), world("organisation.card_share=1", "organisation.card_reward=0.1")
    share = []
    for run in (plain, cards):
        o, mine = _bought(run)
        again = mine & (o.filled("repeat") == 1) & (o.filled("kind") == OrderKind.DIRECT)
        list_price = run.world.price[o.filled("item"), o.filled("channel")] * o.filled("quantity")
        share.append((o.filled("revenue_eur") / list_price)[again].mean())
        first = mine & (o.filled("repeat") == 0) & (o.filled("kind") == OrderKind.DIRECT)
        assert (o.filled("revenue_eur") / list_price)[first].mean() == pytest.approx(1.0)
    assert share == pytest.approx([1.0, 0.9])
    assert cards.outcome.needs_lost.sum() < plain.outcome.needs_lost.sum()
    assert cards.kpi("crr_due") >= plain.kpi("crr_due")


def test_a_trade_account_complains_about_what_was_damaged_or_missing(world: Any) -> None:
    run = world()
    o = run.outcome.orders
    trade = (o.filled("consumer") < 0) & (o.filled("account") >= 0) & (o.filled("delivered") < run.outcome.horizon_h) & (o.filled("delivered") > 0)
    broken = (o.filled("problems") & 7) != 0
    ready, n = run.world.settings.market.complaint_share, int((trade & broken).sum())
    assert n > 3
    assert o.filled("complained")[trade & broken].sum() == pytest.approx(ready * n, abs=3.0 * math.sqrt(n * ready * (1.0 - ready)) + 1.0)
    assert not o.filled("complained")[trade & ~broken].any()


def _lost(run: Any, department: str) -> float:
    value = run.kpis.value("department_losses", "department", department)
    assert value is not None
    return float(value)


def test_a_desk_in_conflict_is_missed_as_customer_service_alone(world: Any) -> None:
    plain, quarrel = world(), world("organisation.conflict=1", "organisation.overlap=0.5")
    assert _lost(quarrel, "customer service") > 1.1 * _lost(plain, "customer service")
    assert _lost(plain, "transport and installation") > 0.0  # one line in five is damaged
    assert _lost(plain, "administration") == 0.0


SPOILT: dict[str, dict[str, Any]] = {
    "quality": {"items": lambda rows: [row | {"defect_share": 0.3 if row["sold"] == "true" else 0} for row in rows]},
    "marketing and sales": {"touchpoints": lambda rows: [row | {"problem_share": 0.3 if row["phase"] == "buy" else row["problem_share"]} for row in rows]},
    "transport and installation": {"lanes": lambda rows: [row | {"damage_share": 0.6} for row in rows]},
    "planning and production": {"channels": lambda rows: [row | {"reference_lead_d": 1} for row in rows]},
    "administration": {"channels": lambda rows: [row | {"wrong_bills": 0.5} for row in rows]},
}


@pytest.mark.long
@pytest.mark.parametrize("department", list(SPOILT))
def test_every_function_makes_experience(tiny: Any, department: str) -> None:
    """The department that works worse is the one that is missed more, more than any other but the desk, which is asked (requirement J14)."""
    plain, spoilt = tiny("plain six weeks", settings=DAYS), tiny(department, settings=DAYS, **SPOILT[department])
    more = {name: _lost(spoilt, name) - _lost(plain, name) for name in SPOILT}
    assert more[department] > 0.0
    assert max(more, key=lambda name: more[name]) == department, more
    assert spoilt.kpi("satisfaction") < plain.kpi("satisfaction")


@pytest.mark.long
def test_doing_the_same_faster_saves_hours_doing_it_differently_pleases(tiny: Any) -> None:
    """Porter (requirement J11): a third less handling time spares agents' hours and few hand-offs; one team ends them, and more is solved at once."""
    ways: tuple[tuple[str, ...], ...] = ((), ("organisation.handle_min=4.7",), ("organisation=one_team",))
    plain, efficient, integrated = (tiny("plain six weeks", *words, settings=DAYS) for words in ways)
    assert efficient.kpi("agent_hours") < 0.8 * plain.kpi("agent_hours")
    assert efficient.kpi("first_contact_resolution") == pytest.approx(plain.kpi("first_contact_resolution"), abs=0.03)
    assert integrated.kpi("first_contact_resolution") > efficient.kpi("first_contact_resolution") + 0.1
    assert integrated.kpi("handoffs") == 0.0 < efficient.kpi("handoffs")
    assert integrated.kpi("satisfaction") > max(plain.kpi("satisfaction"), efficient.kpi("satisfaction"))
