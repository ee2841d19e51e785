"""What must hold in every shipped company with customers: goods, orders, customers and cash balance, the P&L adds up to the cent, Little's law."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from e2esim.domain.book import OrderKind, OrderState
from e2esim.domain.ledger import PnlLine
from e2esim.kpi.cash import read_cash
from e2esim.kpi.ledger import read_pnl
from e2esim.kpi.reading import Reading

SHIPPED = Path(__file__).parents[2] / "scenarios"
COMPANIES = sorted(
    f"{place.parent.name}/{path.stem}".removesuffix("/scenario") for place in SHIPPED.glob("*/scenario.yaml") for path in place.parent.glob("*.yaml")
)
SOON = {"mattress_maker/to_be", "mattress_maker/two_warehouses"}  # one planned end to end, one with a second site


@pytest.fixture(params=[name if name in SOON else pytest.param(name, marks=pytest.mark.long) for name in COMPANIES])
def company(request: pytest.FixtureRequest, shipped: Any) -> Any:
    """A finished replication of each shipped company."""
    return shipped(request.param, "scale=0.02", "horizon.days=120", "horizon.warmup_days=30", "horizon.tick_h=3")


def test_all_shipped_companies_are_here() -> None:
    assert len(COMPANIES) >= 11
    assert set(COMPANIES) >= SOON


def test_goods_orders_and_customers_balance(company: Any) -> None:
    """Of each: what was there and came is what left and is there; what waits is owed, what has left the plant is under way or has come."""
    r = company.replication
    s, o, c = r.stock, company.outcome.orders, company.outcome.consumers
    s.check()
    source, sink = s.opening + s.received + s.produced + s.returned, s.shipped + s.consumed + s.scrapped + s.on_hand
    np.testing.assert_allclose(source, sink, rtol=1e-9, atol=1e-6)
    state, pieces = o.filled("state"), o.filled("quantity").astype(np.float64)
    assert np.isin(state, [int(one) for one in OrderState]).all()
    assert pieces[state == OrderState.OPEN].sum() == pytest.approx(s.backlog.sum())
    assert int((state == OrderState.SHIPPED).sum()) == r.deliver.expected()
    alive, new, left = int(c.filled("alive").sum()), int((c.filled("first") >= 0.0).sum()), int((~np.isnan(c.filled("left"))).sum())
    assert alive == r.people.opening_customers + new - left
    assert left > 0
    assert new > 0


def test_profit_by_member_and_cash_by_payer_add_up_to_the_cent(company: Any) -> None:
    """Members and what belongs to none of them are the firm; closing cash is opening cash and its flows, told by payer and from the result."""
    reading = Reading(company.outcome)
    pnl = read_pnl(reading)
    for dimension in reading.groups.members:
        part = pnl.by_group[reading.groups.slice(dimension)]
        np.testing.assert_array_equal(part.sum(axis=0) + pnl.common[dimension], pnl.by_group[0])
    cash = read_cash(reading, pnl)
    assert cash.total == sum(cash.changes.values()) == sum(cash.flows.values())
    assert company.kpi("operating_result") == pytest.approx(float(pnl.line(PnlLine.RESULT)[0]) / company.outcome.window_y)


def test_lines_in_the_firm_are_those_that_come_by_the_time_that_they_stay(company: Any) -> None:
    """Little's law: open lines counted every noon x days = days stayed by the lines delivered + waited by those open at the end, less at the start."""
    o, reading = company.outcome.orders, Reading(company.outcome)
    placed, out = o.filled("placed").astype(np.float64), o.filled("delivered").astype(np.float64)
    own = (o.filled("kind") != OrderKind.SELL_OUT) & (o.filled("state") != OrderState.CANCELLED)
    placed, out = placed[own], np.where(np.isnan(out[own]), np.inf, out[own])
    a, b = reading.start, reading.end
    noons = np.arange(a, b, 24.0) + 12.0
    counted = np.mean([((placed <= t) & (out > t)).sum() for t in noons])
    done = (out >= a) & (out < b)
    waited = [np.where((placed < t) & (out >= t), t - placed, 0.0).sum() for t in (a, b)]
    stayed = done.sum() * 24.0 * company.kpi("lead_time") + waited[1] - waited[0]
    assert counted * (b - a) == pytest.approx(stayed, rel=0.02)
