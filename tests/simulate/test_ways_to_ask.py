"""How customers ask (in writing, at a portal), what departments are paid for, and what agents learn: worlds in pairs on common random numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from e2esim.config import load
from e2esim.customers.own_targets import PRESSED, REGRET, pressing, regretted
from e2esim.domain.book import Reason
from e2esim.domain.build import build_world
from e2esim.domain.events import Event
from e2esim.domain.ledger import Posted
from e2esim.domain.world import PHASES

RUNS = 4
DAYS = ("horizon.days=60",)


def moved(run: Callable[..., Any], before: tuple[str, ...], after: tuple[str, ...], *kpis: str) -> dict[str, float]:
    """Change of each KPI in standard errors of the pairs."""
    runs = [[run("plain", *DAYS, *keys, variant="silo", replication=k) for k in range(RUNS)] for keys in (before, after)]
    found = {}
    for name in kpis:
        gap = np.array([b.kpi(name) - a.kpi(name) for a, b in zip(*runs, strict=True)])
        found[name] = float(gap.mean() / max(gap.std(ddof=1) / math.sqrt(RUNS), 1e-12))
    return found


def test_who_writes_waits_and_does_not_hang_up(tiny: Any) -> None:
    """Callers turned into writers: fewer give up; the share in writing is the one asked for, besides what comes at night."""
    keys = ("organisation.handle_min=60", "organisation.patience_min=2")
    found = moved(tiny, keys, (*keys, "organisation.written_share=0.7"), "contacts_written", "contact_abandoned")
    assert found["contacts_written"] > 3.0
    assert found["contact_abandoned"] < -3.0
    c = tiny("plain", *DAYS, "organisation.written_share=0.7", variant="silo").outcome.contacts
    day, hour = np.floor(c.filled("t") / 24.0), c.filled("t") % 24.0
    calls = (day % 7 < 5) & (hour >= 8.0) & (hour < 18.0) & ~np.isnan(c.filled("started")) & (c.filled("reason") != Reason.CALL_BACK)
    n = calls.sum()
    assert abs(c.filled("written")[calls].mean() - 0.7) < 3.0 * math.sqrt(0.21 / n)


def test_a_portal_spares_agents_what_the_platform_knows_and_costs(tiny: Any) -> None:
    portal = ("organisation.portal_share=0.8", "organisation.platform=1")
    found = moved(tiny, portal[1:], portal, "contacts_per_100_orders", "portal_answers")
    assert found["contacts_per_100_orders"] < -3.0
    assert found["portal_answers"] > 3.0
    with_it, without = (tiny("plain", *DAYS, *keys, variant="silo") for keys in (portal, portal[1:]))
    asked, before = ([np.sum((c.filled("reason") == r) & (c.filled("attempt") == 1)) for r in Reason] for c in (r.outcome.contacts for r in (with_it, without)))
    n = before[Reason.INFORMATION]
    assert abs(asked[Reason.INFORMATION] / n - 0.2) < 3.0 * math.sqrt(0.16 / n) + 0.05  # who buys may differ
    assert asked[Reason.USE_HELP] > 0.7 * before[Reason.USE_HELP]  # a portal does not help in use
    e, j = with_it.outcome.events, with_it.outcome.journal
    served = e["kind"] == Event.PORTAL_ANSWERED
    assert e["value"][served].sum() == pytest.approx(0.3 * e["rows"][served].sum())
    paid = np.isin(j["t"], e["t"][served]) & (j["account"] == Posted.TOUCHPOINTS) & (j["place"] == PHASES.index("assist"))
    assert -j["cents"][paid].sum() == pytest.approx(100.0 * e["value"][served].sum(), abs=float(served.sum()))


def test_a_portal_that_knows_nothing_answers_nothing(tiny: Any) -> None:
    blind = ("organisation.platform=0",)
    a, b = (tiny("plain", *DAYS, *blind, *keys, variant="silo").kpis.headline for keys in ((), ("organisation.portal_share=1",)))
    assert a == b


@pytest.mark.long
def test_targets_of_their_own_set_departments_against_each_other(shipped: Any) -> None:
    """Hurried answers solve less, pressing sellers sway more and get more back; one team has common targets."""
    size = ("scale=0.02", "horizon.days=60", "horizon.warmup_days=14", "horizon.tick_h=6")
    skilled = ("organisation.first_contact_low=0.1", "organisation.organisation=1", "organisation.platform=1")  # what skill and will decide
    gaps: dict[str, list[float]] = {name: [] for name in ("first_contact_resolution",)}
    for k in range(RUNS):
        common, own = (shipped("mattress_maker", *size, *skilled, f"organisation.own_targets={x}", replication=k) for x in (0, 1))
        for name, gap in gaps.items():
            gap.append(own.kpi(name) - common.kpi(name))
    z = {name: np.mean(gap) / (np.std(gap, ddof=1) / math.sqrt(RUNS)) for name, gap in gaps.items()}
    assert z["first_contact_resolution"] < -3.0
    more, staffed = own.replication.market._touch - common.replication.market._touch, own.world.channels.sellers > 0
    assert staffed.any()
    assert more == pytest.approx(np.where(staffed, PRESSED, 0.0)[:, None] * np.ones_like(more))  # sellers who press sway where they stand
    assert regretted(own.world).sum() > regretted(common.world).sum()
    team = [shipped("mattress_maker", *size, "organisation=one_team", f"organisation.own_targets={x}").kpis.headline for x in (0, 1)]
    assert team[0] == team[1]


def test_sellers_paid_by_contracts_press_where_they_stand_and_more_comes_back() -> None:
    words = ["scenario=mattress_maker", "scale=0.02", "organisation.own_targets=0.5"]
    own, team = (build_world(load([*words, f"organisation.mode={mode}"])) for mode in ("silos", "one_team"))
    staffed, usual = own.channels.sellers > 0, own.channels.second_thoughts
    assert staffed.any()
    assert pressing(own) == pytest.approx(np.where(staffed, 0.5 * PRESSED, 0.0))
    assert regretted(own) == pytest.approx(usual * np.where(staffed, 1.0 + 0.5 * REGRET, 1.0))
    assert pressing(team).sum() == 0.0
    assert regretted(team) == pytest.approx(usual)


def test_training_grows_culture_which_fades_without_it(tiny: Any) -> None:
    trained = tiny("plain", *DAYS, "organisation.staff_training_d=60", variant="silo").replication.staff_training
    start = trained.world.settings.organisation.culture
    known = 0.0
    for _ in range(8):
        known = known * 0.5 ** (7.0 / 365.0) + 60.0 * 7.0 / 365.0
    assert trained.known == pytest.approx(known)
    assert trained.culture == pytest.approx(1.0 - (1.0 - start) * 0.9**known)
    assert start < trained.culture < 1.0


def test_training_pays_in_answers_and_touchpoints_and_is_paid_for(tiny: Any) -> None:
    keys = ("organisation.first_contact_low=0.1", "organisation.organisation=1", "organisation.platform=1")
    found = moved(tiny, keys, (*keys, "organisation.staff_training_d=60"), "first_contact_resolution", "staff_trained")
    assert found["first_contact_resolution"] > 3.0
    run = tiny("plain", *DAYS, *keys, "organisation.staff_training_d=60", variant="silo")
    e, o = run.outcome.events, run.world.settings.organisation
    given = e["kind"] == Event.STAFF_TRAINED
    assert e["value"][given].sum() == pytest.approx(e["quantity"][given].sum() * (8.0 * o.cost_eur_h + o.staff_training_eur))
    assert e["quantity"][given].sum() == pytest.approx(8 * 60.0 * 7.0 / 365.0 * o.agents)
    points = run.replication.experiences.points
    plain = tiny("plain", *DAYS, *keys, variant="silo").replication.experiences.points
    t = run.world.touch
    warm = t.controlled & t.human & (t.joy > 0.0)
    assert (points.enjoyment[warm] > plain.enjoyment[warm]).all()
    assert (points.enjoyment[~t.controlled] == plain.enjoyment[~t.controlled]).all()


@pytest.mark.long
def test_speed_and_relevance_of_an_answer_each_count(tiny: Any) -> None:
    """Replies of colleagues after four days and not five hours; answers that solve nine in ten requests and not one: each is felt by itself."""
    slow = moved(tiny, (), ("organisation.relay_h=100",), "answer_time", "satisfaction")
    assert slow["answer_time"] > 3.0
    assert slow["satisfaction"] < -3.0
    apt = moved(tiny, ("organisation.first_contact_low=0.1",), ("organisation.first_contact_low=0.9",), "first_contact_resolution", "satisfaction")
    assert apt["first_contact_resolution"] > 3.0
    assert apt["satisfaction"] > 3.0
