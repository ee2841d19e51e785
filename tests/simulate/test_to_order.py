"""Personalised items: one lot a line and no lot without a line, promised by material, queue and run, useless to everybody else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from e2esim.domain.book import OrderState
from e2esim.domain.events import Event
from e2esim.kpi.cash import read_cash
from e2esim.kpi.ledger import read_pnl
from e2esim.kpi.reading import Reading

SHORT = "horizon.days=49"
LEAD_D = 2.0  # of the mattress


def direct(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the web shop sells of it alone."""
    return [row for row in rows if (row["item"], row["channel"]) != ("mattress", "retail")]


def without(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["item"] != "mattress"]


def personal(**cells: Any) -> dict[str, Any]:
    """The tiny world whose mattress is personalised."""
    own = {"make": "order"} | cells
    items = lambda rows: [row | own if row["item"] == "mattress" else row for row in rows]  # noqa: E731
    return {"items": items, "prices": direct, "history": direct, "stock": without, "receipts": without, "orders": without}


@pytest.fixture(scope="module")
def own(tiny: Any) -> Any:
    return tiny("personal", SHORT, **personal())


def lines(run: Any) -> dict[str, np.ndarray]:
    o, item = run.outcome.orders, run.world.items.ids.index("mattress")
    mine = (o.filled("item") == item) & (o.filled("placed") >= 0.0)  # others were bought before the run
    return {name: o.filled(name)[mine] for name in ("placed", "promised", "allocated", "state", "quantity", "delivered")}


def test_one_lot_a_line_and_no_lot_without_one(own: Any) -> None:
    """Nothing is made before it is ordered; every line waits for its own lot, and takes it as soon as it is finished."""
    o, e, item = lines(own), own.outcome.events, own.world.items.ids.index("mattress")
    released = (e["kind"] == Event.LOT_RELEASED) & (e["item"] == item)
    wanted = np.sort(o["quantity"])
    assert released.sum() > 100
    assert released.sum() <= len(wanted)
    assert e["quantity"][released].sum() <= wanted.sum()
    for t in np.arange(168.0, own.world.hours, 168.0):
        assert e["quantity"][released & (e["t"] <= t)].sum() <= o["quantity"][o["placed"] < t].sum()
    made = (e["kind"] == Event.MADE_TO_ORDER) & (e["item"] == item)
    taken = np.sort(o["allocated"][~np.isnan(o["allocated"])])
    assert len(taken) in (made.sum(), made.sum() - 1)
    assert np.all(taken - np.sort(e["t"][made])[: len(taken)] <= 72.0)  # the next hour in which the warehouse works


def test_a_personalised_line_is_promised_by_material_queue_and_run(own: Any, tiny: Any) -> None:
    """Where hours and material are plenty: lead time, a night, transit of two days or four, margin; never from stock."""
    stocked = tiny("direct only", SHORT, **(personal(make="stock") | {"stock": lambda rows: rows}))
    a, b = lines(own), lines(stocked)
    wait = (a["allocated"] - a["placed"]) / 24.0
    assert np.nanmin(wait) > 0.5
    assert own.kpi("made_to_order_days") == pytest.approx(LEAD_D, abs=1.0)
    assert np.nanmean(a["promised"] - a["placed"]) > np.nanmean(b["promised"] - b["placed"]) + 12.0
    assert own.kpi("promise_lead") < 14.0
    late = a["delivered"] > a["promised"] + 6.0
    assert late[~np.isnan(a["delivered"])].mean() < 0.3
    assert 0.0 < own.kpi("made_to_order") < 1.0
    assert stocked.kpi("made_to_order") == 0.0
    assert own.kpi("stock_value") < stocked.kpi("stock_value")


def test_what_its_customer_does_not_take_is_thrown_away(tiny: Any) -> None:
    """Customers who cannot wait cancel: lots without material are taken back, the others fit nobody. Scrap is made again."""
    run = tiny("impatient", SHORT, "market.patience_d=0", "market.cancel_d=1", "market.demand_factor=1.6", **personal(scrap_share=0.2))
    o, e = lines(run), run.outcome.events
    assert (o["state"] == OrderState.CANCELLED).sum() > 0
    gone = e["kind"] == Event.UNCLAIMED
    item = run.world.items.ids.index("mattress")
    assert e["value"][gone].sum() == pytest.approx(e["quantity"][gone].sum() * run.world.items.cost_eur[item])
    assert run.kpi("unclaimed") > 0.0
    stock = run.replication.stock
    kept = sum(pieces for row, pieces in run.replication.to_order.good.items())
    assert stock.free[item] <= kept + e["quantity"][gone].max() + 1e-9
    reading = Reading(run.outcome)
    cash = read_cash(reading, read_pnl(reading))
    assert cash.total == sum(cash.changes.values())
