"""Events of table ``events`` in a run: each kind strikes what it says, from its day to its end, and the firm reacts when it knows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from e2esim.chain.happenings import roll
from e2esim.config import load
from e2esim.domain.book import Reason
from e2esim.domain.build import build_world
from e2esim.domain.events import Event
from e2esim.domain.experience import Lived
from e2esim.domain.ledger import Posted
from e2esim.report.wave import read_wave
from e2esim.streams import Streams
from simulate.conftest import Ran, Run
from worlds import tiny_world

FIRST, START, DAYS = "2026-02-02", 28 * 24.0, 14
END = START + 24.0 * DAYS
SHORT = ("horizon.days=63",)
_PLAIN = {"first": FIRST, "days": DAYS, "size": 1}


def row(event: str, kind: str, target: str, **more: Any) -> dict[str, Any]:
    """A row of table events."""
    return {"event": event, "kind": kind, "target": target, **_PLAIN, **more}


def log(ran: Ran, kind: Event, column: str = "t", place: int | None = None) -> np.ndarray:
    """A column of the events of one kind."""
    e = ran.outcome.events
    keep = e["kind"] == kind
    return np.asarray(e[column][keep if place is None else keep & (e["place"] == place)])


@pytest.fixture(scope="module")
def calm(tiny: Run) -> Ran:
    return tiny("no events", *SHORT)


@pytest.fixture(scope="module")
def stopped(tiny: Run) -> Ran:
    return tiny("supplier", *SHORT, events=[row("stop", "supplier", "chem", days=28, detect_days=3, cost_eur=500)])


@pytest.fixture(scope="module")
def many(tiny: Run) -> Ran:
    return tiny(
        "many",
        *SHORT,
        events=[
            row("strike", "lane", "web/home"), row("dear", "cost", "weaver", size=0.5), row("bad", "yield", "core", size=0.4),
            row("ill", "staff", "desk"), row("fuel", "freight", "truck", size=1.0),
        ],
    )  # fmt: skip


def same(one: Ran, other: Ran) -> bool:
    """Whether two runs have the same order book and log, bit for bit."""
    a, b = one.outcome, other.outcome
    book = all(np.array_equal(a.orders.filled(name), b.orders.filled(name), equal_nan=a.orders.filled(name).dtype.kind == "f") for name in a.orders.spec)
    return book and all(np.array_equal(a.events[name], b.events[name]) for name in a.events)


def test_events_that_do_not_happen_change_nothing(tiny: Run, calm: Ran) -> None:
    never = tiny("never", *SHORT, events=[row("never", "site", "", chance=0.0), row("after", "demand", "", first="", trigger="never")])
    assert same(calm, never)
    value, _ = calm.kpis.headline["reactivity"]
    assert value is None


def test_the_firm_sees_a_surprise_after_its_days_and_plans_with_it_next_week(stopped: Ran) -> None:
    assert log(stopped, Event.STRUCK).tolist() == [START]
    assert log(stopped, Event.DETECTED).tolist() == [START + 72.0]
    assert log(stopped, Event.REPLANNED).tolist() == [START + 168.0]
    assert stopped.kpi("time_to_detect") == 3.0
    assert stopped.kpi("time_to_replan") == 4.0
    assert stopped.kpi("reaction_cost") == pytest.approx(500.0 / stopped.outcome.window_y)


def test_a_stopped_supplier_delivers_later_and_the_second_source_is_asked(calm: Ran, stopped: Ran) -> None:
    chem, weaver = (calm.world.supply.suppliers.index(name) for name in ("chem", "weaver"))
    came = log(stopped, Event.SUPPLY_RECEIVED, place=chem)
    assert not ((came > START + 24.0) & (came < START + 28 * 24.0)).any()
    assert ((log(calm, Event.SUPPLY_RECEIVED, place=chem) > START + 24.0) & (log(calm, Event.SUPPLY_RECEIVED, place=chem) < START + 28 * 24.0)).any()

    def foam_of_weaver(ran: Ran, since: float) -> float:
        mine = (ran.outcome.events["kind"] == Event.CALLED_OFF) & (ran.outcome.events["place"] == weaver) & (ran.outcome.events["t"] >= since)
        return float(ran.outcome.events["quantity"][mine & (ran.outcome.events["item"] == ran.world.items.ids.index("foam"))].sum())

    assert foam_of_weaver(stopped, START + 72.0) > foam_of_weaver(calm, START + 72.0)
    unseen = []
    for ran in (calm, stopped):
        e = ran.outcome.events
        unseen.append(e["quantity"][(e["t"] < START + 72.0) & (e["kind"] == Event.CALLED_OFF)])
    assert np.array_equal(*unseen)


def test_another_way_is_faster_and_paid(tiny: Run, stopped: Ran) -> None:
    rushed = tiny("rushed", *SHORT, events=[row("stop", "supplier", "chem", days=28, detect_days=3, rush_share=1.0, rush_days=4, rush_premium=0.5)])
    chem = rushed.world.supply.suppliers.index("chem")
    came = log(rushed, Event.SUPPLY_RECEIVED, place=chem)
    assert ((came > START + 72.0) & (came < START + 28 * 24.0)).any()
    paid = log(rushed, Event.REACTION_PAID, "value").sum()
    journal = rushed.outcome.journal
    assert paid > 0
    assert -journal["cents"][journal["account"] == Posted.REACTION].sum() / 100.0 == pytest.approx(paid, abs=0.05)


def test_a_work_centre_stands_still_is_paid_and_planned_around_once_known(tiny: Run, calm: Ran) -> None:
    known = tiny("known", *SHORT, events=[row("revision", "work_centre", "sewing", known_days=21)])
    surprise = tiny("surprise", *SHORT, events=[row("revision", "work_centre", "sewing", detect_days=2)])
    sewing = calm.world.centres.ids.index("sewing")
    for ran in (known, surprise):
        done = log(ran, Event.OPERATION_DONE, place=sewing)
        assert not ((done > START) & (done < END)).any()
        lost = log(ran, Event.HOURS_LOST, "quantity", place=sewing).sum()
        assert lost == pytest.approx(calm.world.centres.calendar[sewing].hours(START, END))
        paid = ran.outcome.journal["account"] == Posted.IDLE
        assert ran.outcome.journal["cents"][paid].sum() < calm.outcome.journal["cents"][calm.outcome.journal["account"] == Posted.IDLE].sum()
    assert log(known, Event.REPLANNED)[0] < START < log(surprise, Event.REPLANNED)[0]
    overtime = log(surprise, Event.EXTRA_PAID, place=sewing)
    assert ((overtime >= END) & (overtime < END + 168.0)).any(), "what lies before a work centre that opens again is worth its overtime"
    assert (overtime < START).any(), "lots of weeks before have used up a week's normal hours: the plan counts on overtime, the shop grants it"
    stages = {stage.key: stage.struck for stage in read_wave(calm.outcome, surprise.outcome, surprise.world).stages}
    sooner = [replace(ran.outcome, horizon_h=ran.outcome.horizon_h - 24.0) for ran in (calm, surprise)]  # a part week at the end is left out
    assert {len(stage.struck) for stage in read_wave(*sooner, surprise.world).stages} == {len(stages["late"]) - 1}
    assert (stages["held_up"] <= stages["late"]).all()
    assert stages["held_up"][int(END // 168.0)] > 0.5 * stages["late"][int(END // 168.0)] > 0.0  # lorries are quick here: what is late waits at the firm
    late = []
    for ran in (calm, known, surprise):
        o = ran.outcome.orders
        late.append(float(np.nansum(np.maximum(o.filled("delivered") - o.filled("promised"), 0.0))))
    assert late[1] < late[2], late
    assert surprise.kpi("reactivity") > 0
    assert surprise.kpi("promises_kept_event") < calm.kpi("on_time")


def test_what_is_known_early_is_planned_for_and_keeps_more_promises_and_uptime_is_what_an_outage_leaves(tiny: Run, calm: Ran) -> None:
    known = tiny("known", *SHORT, events=[row("revision", "work_centre", "sewing", known_days=21)])
    surprise = tiny("surprise", *SHORT, events=[row("revision", "work_centre", "sewing", detect_days=2)])
    assert known.kpi("time_to_detect") == -21.0
    assert surprise.kpi("time_to_detect") == 2.0
    assert known.kpi("promises_kept_event") > surprise.kpi("promises_kept_event")
    assert known.kpi("reactivity") <= surprise.kpi("reactivity")
    assert (calm.kpi("uptime"), calm.kpi("disrupted_days")) == (1.0, 0.0)
    assert surprise.kpi("disrupted_days") == pytest.approx(max(DAYS, surprise.kpi("reactivity")) * 365 / 49)
    whole = calm.world.centres.calendar[calm.world.centres.ids.index("sewing")].hours(14 * 24.0, 63 * 24.0)
    lost = calm.world.centres.calendar[calm.world.centres.ids.index("sewing")].hours(START, END)
    assert surprise.kpis.value("uptime", "work_centre", "sewing") == pytest.approx(1.0 - lost / whole)
    assert surprise.kpi("uptime") < 1.0


def test_trucks_that_do_not_leave_prices_scrap_and_an_empty_desk(calm: Ran, many: Ran) -> None:
    lane = many.world.lanes.ids.index("web/home")
    inside = [((log(ran, Event.TRUCK_LEFT, place=lane) >= START) & (log(ran, Event.TRUCK_LEFT, place=lane) < END)).sum() for ran in (calm, many)]
    assert inside[0] > 5
    assert inside[1] == 0
    called = (many.outcome.events["kind"] == Event.CALLED_OFF) & (many.outcome.events["place"] == many.world.supply.suppliers.index("weaver"))
    window = called & (many.outcome.events["t"] >= START) & (many.outcome.events["t"] < END)
    assert log(many, Event.SURCHARGED, "value").sum() == pytest.approx(0.5 * many.outcome.events["value"][window].sum())
    core = many.world.items.ids.index("core")
    lots = (many.outcome.events["kind"] == Event.LOT_COMPLETED) & (many.outcome.events["item"] == core)
    bad = lots & (many.outcome.events["t"] >= START) & (many.outcome.events["t"] < END)
    made = many.outcome.events["value"][bad].sum() + many.outcome.events["quantity"][bad].sum()
    assert many.outcome.events["value"][bad].sum() / made == pytest.approx(0.41, abs=0.03)
    started = many.outcome.contacts.filled("started")
    assert not ((started > START + 1.0) & (started < END)).any()
    assert ((calm.outcome.contacts.filled("started") > START + 1.0) & (calm.outcome.contacts.filled("started") < END)).any()


def test_demand_surges_in_its_window_only(tiny: Run, calm: Ran) -> None:
    surge = tiny("surge", *SHORT, events=[row("surge", "demand", "web", size=1.0)])
    web = surge.world.channels.ids.index("web")

    def placed(ran: Ran, a: float, b: float) -> int:
        o = ran.outcome.orders
        return int(((o.filled("placed") >= a) & (o.filled("placed") < b) & (o.filled("channel") == web)).sum())

    assert placed(surge, 0.0, START) == placed(calm, 0.0, START)
    assert placed(surge, START, END) > 1.5 * placed(calm, START, END)


def test_a_recall_brings_goods_back_and_blocks_stock(tiny: Run, calm: Ran) -> None:
    called = tiny("recall", *SHORT, events=[row("recall", "recall", "mattress", size=1.0)])
    back = [(ran.outcome.orders.filled("returned") < END + 48.0).sum() for ran in (calm, called)]
    assert back[1] > 2 * back[0] + 10
    seen = START + 48.0  # detect_days: until then nobody knows, and goods go out as ever

    def gone(ran: Ran, since: float, until: float) -> float:
        o, mattress = ran.outcome.orders, ran.world.items.ids.index("mattress")
        rows = (o.filled("item") == mattress) & (o.filled("allocated") >= since) & (o.filled("allocated") < until)
        return float(o.filled("quantity")[rows].sum())

    assert gone(called, START, seen) == gone(calm, START, seen) > 0.0
    assert gone(called, seen, END) < 0.95 * gone(calm, seen, END)  # what lay there then; what is made new goes out


def test_who_is_told_of_a_recall_calls_and_a_letter_spares_calls(tiny: Run, calm: Ran) -> None:
    """The firm tells a day after it sees the fault; nobody calls before, and who has a letter calls less often."""
    told_h = START + 24.0 * 2.0 + 24.0  # detect_days, tell_days
    claims, letters, waves = [], [], []
    for share in (0.0, 1.0):
        ran = tiny(f"letters{share:g}", *SHORT, events=[row("recall", "recall", "mattress", size=0.5, told_share=share)])
        t, reason, first = (ran.outcome.contacts.filled(name) for name in ("first", "reason", "attempt"))
        claims.append(int(((reason == Reason.CLAIM) & (first == 1) & (t > told_h)).sum()))
        letters.append(ran.outcome.experience_sums[Lived.RECALLED, ..., 0].sum())
        waves.append(next(stage for stage in read_wave(calm.outcome, ran.outcome, ran.world).stages if stage.key == "calls"))
        early = calm.outcome.contacts.filled("first")
        assert (t <= told_h).sum() == (early <= told_h).sum()
    usual = int(((calm.outcome.contacts.filled("reason") == Reason.CLAIM) & (calm.outcome.contacts.filled("first") > told_h)).sum())
    assert letters[0] == 0 < letters[1]
    assert usual < claims[1] < claims[0]
    week = int(told_h // 168.0)
    assert np.array_equal(waves[0].calm, waves[1].calm)
    assert waves[0].struck[week:].sum() > waves[1].struck[week:].sum() > waves[0].calm[week:].sum()
    assert np.array_equal(waves[0].struck[: week - 1], waves[0].calm[: week - 1])


@pytest.mark.long
def test_told_customers_ask_less(tiny: Run) -> None:
    asked = []
    for share in (0.0, 1.0):
        ran = tiny(f"told{share:g}", *SHORT, events=[row("revision", "work_centre", "sewing", told_share=share)])
        asked.append(int((ran.outcome.contacts.filled("reason") == Reason.WHERE_IS_MY_ORDER).sum()))
    assert asked[1] < asked[0]


def test_events_begin_in_their_window_by_chance_and_causes_come_first(tmp_path: Path) -> None:
    events = [row("second", "demand", "", first="", trigger="first", after_days=5), row("first", "lane", "web/home", last="2026-02-20", chance=0.5)]
    world = build_world(load([f"scenario={tiny_world(tmp_path / 'tiny', events=events)}"]))
    starts = []
    for number in range(400):
        happened = {world.disturbances.ids[one.event]: one for one in roll(world.disturbances, Streams(1, number))}
        assert len(happened) in (0, 2)
        if happened:
            assert happened["second"].start == happened["first"].start + 120.0
            assert happened["first"].end == happened["first"].start + 24.0 * DAYS
            starts.append(happened["first"].start / 24.0)
    assert abs(len(starts) - 200) < 3 * np.sqrt(100)
    assert set(starts) == set(np.arange(28.0, 47.0))
