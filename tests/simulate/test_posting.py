"""The journal of a run: every cost posted once; doubling a cost moves the result by exactly its amount."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from e2esim.domain.book import OrderKind
from e2esim.domain.events import Event
from e2esim.domain.ledger import PnlLine, Posted
from e2esim.kpi.cash import read_cash
from e2esim.kpi.ledger import Pnl, pnl_rows, read_pnl
from e2esim.kpi.reading import Reading
from worlds import Row


def pnl(run: Any) -> Pnl:
    return read_pnl(Reading(run.outcome))


def result(run: Any) -> float:
    return float(pnl(run).line(PnlLine.RESULT)[0])


def _sellers(rows: list[Row]) -> list[Row]:
    return [row | {"sellers": 2.0 if row["channel"] == "web" else 0.0, "commission_share": 0.1} for row in rows]


@pytest.mark.parametrize(
    ("account", "override"),
    [
        (Posted.OVERHEAD, "finance.overhead_eur_y=200000"),
        (Posted.SELLERS, "organisation.seller_eur_h=52"),
    ],
)
def test_a_cost_doubled_moves_the_result_by_its_amount(tiny: Any, account: Posted, override: str) -> None:
    base, twice = tiny("sellers", channels=_sellers), tiny("sellers", override, channels=_sellers)
    cost = float(pnl(base).eur(account)[0])
    assert cost < 0.0
    assert result(twice) - result(base) == pytest.approx(cost, abs=0.5)  # rounding of weekly postings to cents


def _twice(column: str) -> Any:
    return lambda rows: [row | {column: 2.0 * float(row[column])} for row in rows]


@pytest.mark.parametrize(
    ("table", "column", "account"),
    [
        ("touchpoints", "cost_eur", Posted.TOUCHPOINTS),
        ("services", "cost_eur", Posted.SERVICES),
        ("services", "price_eur", Posted.FEES),
        ("sites", "picking_cost_eur", Posted.WAREHOUSE),
        ("sites", "holding_share_y", Posted.CARRYING),
    ],
)
def test_a_column_of_cost_doubled_moves_the_result_by_its_amount(tiny: Any, table: str, column: str, account: Posted) -> None:
    """Costs that nobody decides by: the same run, its amount once more."""
    base, twice = tiny("plain"), tiny(f"twice {table} {column}", **{table: _twice(column)})
    amount = float(pnl(base).eur(account)[0])
    assert abs(amount) > 10.0
    assert result(twice) - result(base) == pytest.approx(amount, rel=1e-3, abs=0.5)


def test_members_and_common_add_up_to_the_cent(tiny: Any) -> None:
    run = tiny("sellers", channels=_sellers)
    reading = Reading(run.outcome)
    found = read_pnl(reading)
    for dimension, members in reading.groups.members.items():
        part = found.by_group[reading.groups.slice(dimension)]
        assert part.shape[0] == len(members)
        np.testing.assert_array_equal(part.sum(axis=0) + found.common[dimension], found.by_group[0])
    rows = pnl_rows(reading, found)
    lines = {line: eur for dimension, _, line, _, eur in rows if dimension == "all"}
    assert lines["result"] == pytest.approx(sum(lines[a.name.lower()] for a in Posted), abs=1e-6)
    assert run.kpi("operating_result") == pytest.approx(lines["result"] / run.outcome.window_y)
    assert all(lines[a.name.lower()] != 0.0 for a in (Posted.SALES, Posted.COMMISSIONS, Posted.TALK, Posted.STANDBY, Posted.SELLERS, Posted.IDLE))


def test_trade_channels_and_trade_segments_tell_the_same_money(tiny: Any) -> None:
    """What accounts and their consumers bring and cost is one number, by channel and by segment; before, consumers of shops stood by themselves."""
    run = tiny("plain")
    w, both, groups = run.world, pnl(run), Reading(run.outcome).groups
    trade, channels = w.channels.buyer == 1, groups.slice("channel")
    paying = np.zeros(len(w.segments.ids), dtype=np.bool_)
    paying[w.accounts.segment[trade[w.accounts.channel]]] = True
    assert both.by_group[channels][trade][:, [Posted.TOUCHPOINTS, Posted.TALK]].all()
    for line in PnlLine:
        by_channel = float(both.line(line)[channels][trade].sum())
        by_segment = float(both.line(line)[groups.slice("segment")][paying].sum())
        assert by_segment == pytest.approx(by_channel, abs=2.0)  # shares of a week's touchpoints, each rounded to cents


def test_cash_told_by_payer_and_from_the_result_agree_to_the_cent(tiny: Any) -> None:
    reading = Reading(tiny("sellers", channels=_sellers).outcome)
    cash = read_cash(reading, read_pnl(reading))
    assert cash.total == sum(cash.changes.values())
    assert cash.flows["customers"] > 0 > cash.flows["suppliers"]
    assert min(*cash.receivables, *cash.payables) > 0


def test_stock_in_the_books_moves_as_the_stock_counted(tiny: Any) -> None:
    """What the journal puts into stock and takes out of it is what lies there, but for work in process and goods under way."""
    run = tiny("plain")
    reading, e = Reading(run.outcome), run.outcome.events
    booked = -read_cash(reading, read_pnl(reading)).changes["stock"] / 100.0
    own = (e["kind"] == Event.STOCK_COUNTED) & np.isin(e["place"], run.outcome.terms.own_stock)
    days = np.unique(e["t"][own])
    counted = np.array([e["value"][own & (e["t"] == t)].sum() for t in days])
    inside = days[(days >= reading.start) & (days < reading.end)]
    moved = counted[days == inside[-1]][0] - counted[days == inside[0]][0]
    through = float(-read_pnl(reading).eur(Posted.MATERIAL, Posted.CONVERSION)[0])
    assert abs(booked - moved) < 0.09 * through  # a week of work in process and of goods on the road; conversion alone is 12 %


def test_plant_hours_are_paid_when_they_open(tiny: Any) -> None:
    """Open hours x cost = hours in good pieces at standard + set-ups + idle + scrap, work centre by work centre."""
    run = tiny("plain")
    w, e, j = run.world, run.outcome.events, run.outcome.journal
    for place in range(len(w.centres.ids)):
        here = e["place"] == place
        opened = float((e["quantity"] + e["value"])[(e["kind"] == Event.CAPACITY_OPENED) & here].sum())
        used = float(e["value"][(e["kind"] == Event.OPERATION_DONE) & here].sum())
        idle = float(j["cents"][(j["account"] == Posted.IDLE) & (j["place"] == place)].sum()) / 100.0
        assert idle == pytest.approx(-(opened - used) * w.centres.cost_eur_h[place], rel=1e-4)
        assert idle < 0.0


def test_nobody_pays_for_the_services_of_other_peoples_shops(tiny: Any) -> None:
    """Installations at trade accounts cost the firm nothing and earn it nothing; its own are paid by the consumer."""
    o = tiny("plain").outcome.orders
    done = ~np.isnan(o.filled("delivered")) & (o.filled("services") & 4 > 0)
    others = done & (o.filled("kind") == OrderKind.SELL_OUT) & (o.filled("revenue_eur") == 0)
    own = done & (o.filled("kind") == OrderKind.DIRECT)
    assert others.sum() > 20
    assert not o.filled("service_eur")[others].any()
    assert not o.filled("fee_eur")[others].any()
    assert (o.filled("service_eur")[own] > 0).all()


def test_agents_are_paid_for_the_hour_not_for_the_call(tiny: Any) -> None:
    few, many = tiny("plain", "organisation.info_share=0.05"), tiny("plain", "organisation.info_share=0.2")
    assert many.kpi("agent_hours") > 1.3 * few.kpi("agent_hours")
    assert many.kpi("contact_cost") == pytest.approx(few.kpi("contact_cost"), abs=5.0)


@pytest.mark.long
def test_more_sellers_sell_more_with_the_known_elasticity(tiny: Any) -> None:
    """Half as many again: 1.5 ** .34 - 1 = 15 % of new purchases at the most; loyal customers need no selling."""
    many = lambda rows: [row | {"sellers": 1.5 * row["sellers"]} for row in _sellers(rows)]  # noqa: E731

    def bought(run: Any) -> int:
        o = run.outcome.orders
        return int((o.filled("kind") == OrderKind.DIRECT).sum())

    ratio = np.array([bought(tiny("many sellers", channels=many, replication=k)) / bought(tiny("sellers", channels=_sellers, replication=k)) for k in range(3)])
    error = ratio.std(ddof=1) / np.sqrt(3.0)
    assert 1.04 - 3.0 * error < ratio.mean() < 1.16 + 3.0 * error


def test_inbound_freight_is_paid_by_weight_and_delivery_and_dearer_while_its_mode_is(tiny: Any) -> None:
    """The same run, its freight once more; by hand from what came, what was rejected included; doubled in the days of an event on its mode."""

    def inbound(rows: list[Row]) -> list[Row]:
        return [row | {"freight_eur_kg": 0.04, "delivery_eur": 25.0} for row in rows]

    fuel = {"event": "fuel", "kind": "freight", "target": "truck", "first": "2026-02-02", "days": 14, "size": 1.0}
    base, paid, dearer = tiny("plain"), tiny("inbound", suppliers=inbound), tiny("inbound, fuel", suppliers=inbound, events=[fuel])
    weight = paid.world.items.weight_kg
    for run, first, last in ((paid, 0.0, 0.0), (dearer, 28 * 24.0, 42 * 24.0)):
        e = run.outcome.events
        came, freight = e["kind"] == Event.SUPPLY_RECEIVED, e["kind"] == Event.INBOUND_PAID
        assert came.sum() == freight.sum() > 10
        kilos = e["quantity"][freight] * weight[e["item"][freight]]
        assert (e["quantity"][freight] >= e["quantity"][came]).all()
        factor = np.where((e["t"][freight] >= first) & (e["t"][freight] < last), 2.0, 1.0)
        assert e["value"][freight] == pytest.approx(factor * (25.0 + 0.04 * kilos))
        if last:
            assert (factor == 2.0).any()
    e = paid.outcome.events
    told = (e["kind"] == Event.INBOUND_PAID) & (e["t"] >= 14 * 24.0)
    assert result(base) - result(paid) == pytest.approx(float(e["value"][told].sum()), abs=1.0)
    assert base.kpi("otif") == paid.kpi("otif")
    assert not (base.outcome.events["kind"] == Event.INBOUND_PAID).any()
