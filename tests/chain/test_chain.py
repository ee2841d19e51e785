"""All stages together: an exact trace of three orders, and conservation on random worlds and orders."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.domain.book import OrderKind, OrderState, ReturnCause, Service
from e2esim.domain.events import Event

from .conftest import CALM, Chain, make_world

MATTRESS, PILLOW, CORE, FOAM, FABRIC = range(5)
WEB, RETAIL = 0, 1


def test_three_orders_to_the_hour() -> None:
    """Monday 0:00: a web order from stock, a replenishment that needs a lot, a sale from the replenished shelf."""
    stock = [{"item": "mattress", "on_hand": 2}, {"item": "core", "on_hand": 10}, {"item": "fabric", "on_hand": 30}]
    c = Chain(make_world(**(CALM | {"stock": stock})))
    web = c.order(OrderKind.DIRECT, MATTRESS, 2, channel=WEB, promised=60.0, revenue_eur=660.0)
    shop = c.order(OrderKind.REPLENISH, MATTRESS, 10, channel=RETAIL, account=0, promised=200.0, revenue_eur=1900.0)
    sale = c.order(OrderKind.SELL_OUT, MATTRESS, 1, channel=RETAIL, account=0)
    rows = np.array([web, shop, sale], dtype=np.int32)

    def tick(t: float) -> None:
        if t == 1.0:
            c.stock.wait(rows)
            c.deliver.hand_over(c.stock.serve_accounts(rows, t))
            c.shop.release(MATTRESS, 10.0, 0.0, 48.0)
            c.source.call_off(2, 200.0)  # fabric by the weaver, seven days

    c.on_tick = tick
    c.source.call_off(2, 10.0, due_h=32.0)  # ten more by Tuesday morning: the lot needs forty
    c.run(400.0)
    work = (0.25 + 0.2 * 10) / 0.95
    done = round(32.0 + work, 9)
    assert c.events() == [
        (0.0, Event.CALLED_OFF, 1, FABRIC, 0, 10.0, 30.0),
        (0.0, Event.CAPACITY_OPENED, 0, -1, 0, 40.0, 0.0),
        (0.0, Event.CAPACITY_OPENED, 1, -1, 0, 40.0, 0.0),
        (1.0, Event.LOT_RELEASED, 1, MATTRESS, 0, 10.0, 0.0),
        (1.0, Event.CALLED_OFF, 1, FABRIC, 0, 200.0, 600.0),
        (1.0, Event.ORDERS_ALLOCATED, 0, -1, 1, 2.0, 0.0),  # first come first served: the web order
        (1.0, Event.MATERIAL_SHORT, 1, FABRIC, 0, 10.0, 0.0),
        (9.0, Event.WAVE_PICKED, -1, -1, 1, 2.0, 0.1),
        (17.0, Event.TRUCK_LEFT, 0, -1, 1, 2.0, 0.8),
        (32.0, Event.SUPPLY_RECEIVED, 1, FABRIC, 0, 10.0, 0.0),
        (done, Event.OPERATION_DONE, 1, MATTRESS, 0, 10.0, work),
        (done, Event.LOT_COMPLETED, -1, MATTRESS, 0, 10.0, 0.0),
        (35.0, Event.ORDERS_ALLOCATED, 0, -1, 1, 10.0, 0.0),
        (36.0, Event.WAVE_PICKED, -1, -1, 1, 10.0, 0.5),
        (40.0, Event.TRUCK_LEFT, 2, -1, 1, 10.0, 4.0),  # Tuesday's truck at 16:00
        (66.0, Event.DELIVERED, -1, -1, 1, 2.0, 0.0),
        (89.0, Event.DELIVERED, -1, -1, 1, 10.0, 0.0),
        (89.0, Event.ORDERS_ALLOCATED, 1, -1, 1, 1.0, 0.0),  # the shelf is full again
        (168.0, Event.CAPACITY_OPENED, 0, -1, 0, 40.0, 0.0),
        (168.0, Event.CAPACITY_OPENED, 1, -1, 0, 40.0, 0.0),
        (176.0, Event.SUPPLY_RECEIVED, 1, FABRIC, 0, 200.0, 0.0),
        (177.0, Event.DELIVERED, -1, -1, 1, 1.0, 0.0),  # three days later is Sunday: Monday at eight
        (336.0, Event.CAPACITY_OPENED, 0, -1, 0, 40.0, 0.0),
        (336.0, Event.CAPACITY_OPENED, 1, -1, 0, 40.0, 0.0),
    ]
    b = c.book
    assert [b[name][web] for name in ("allocated", "picked", "shipped", "delivered")] == [
        1.0,
        np.float32(8.1),
        17.0,
        65.0,
    ]
    assert [b[name][shop] for name in ("allocated", "picked", "shipped", "delivered")] == [35.0, 35.5, 40.0, 88.0]
    assert [b[name][sale] for name in ("allocated", "shipped", "delivered")] == [89.0, 89.0, 176.0]
    assert set(b["state"][rows].tolist()) == {OrderState.DELIVERED}
    c.stock.check()


def _busy(c: Chain, seed: int) -> None:
    """Random orders, lots, call-offs, cancellations and returns, more than the chain can serve."""
    rng = np.random.default_rng(seed)
    kinds = (OrderKind.DIRECT, OrderKind.SELL_OUT, OrderKind.REPLENISH)

    def tick(t: float) -> None:
        new = []
        for _ in range(rng.poisson(1.5)):
            kind = kinds[rng.integers(3)]
            account = -1 if kind == OrderKind.DIRECT else int(rng.integers(2))
            new.append(
                c.order(
                    kind,
                    int(rng.integers(2)),
                    int(rng.integers(1, 9)),
                    channel=int(kind != OrderKind.DIRECT),
                    market=max(account, 0),
                    account=account,
                    placed=t - 0.5,
                    promised=t + 100.0,
                    revenue_eur=100.0,
                    services=int(rng.choice([0, Service.INSTALLATION, Service.USED_COLLECTION])),
                )
            )
        rows = np.array(new, dtype=np.int32)
        c.stock.wait(rows, t + rng.uniform(-20, 60, len(rows)))
        c.deliver.hand_over(c.stock.serve_accounts(rows, t))
        if rng.random() < 0.1:
            c.shop.release(
                int(rng.choice([MATTRESS, PILLOW, CORE])), float(rng.integers(5, 60)), float(rng.integers(3)), t + 48.0
            )
        if rng.random() < 0.05:
            c.source.call_off(int(rng.integers(3)), float(rng.integers(50, 800)))
        if rng.random() < 0.1 and c.book.n:
            c.stock.cancel(rng.integers(0, c.book.n, 2).astype(np.int32))
        if t % 24 == 0:
            c.stock.check()

    def back(t: float, rows: np.ndarray) -> None:
        some = rows[(rng.random(len(rows)) < 0.3) & (c.book["kind"][rows] != OrderKind.REPLENISH)]
        causes = rng.choice(
            [ReturnCause.DEFECT, ReturnCause.SECOND_THOUGHTS, ReturnCause.USED_PRODUCT], len(some)
        ).astype(np.uint8)
        c.returns.push(some, t + rng.uniform(0, 200, len(some)), causes)

    c.on_tick, c.on_delivery = tick, back


def _run(seed: int, tick_h: float = 1.0, days: int = 60) -> Chain:
    unsold: Any = {"channels": lambda rows: [row | {"unsold_share_y": 0.9} for row in rows]}
    c = Chain(make_world(days=days, tick_h=tick_h, **unsold), seed=seed)
    _busy(c, seed)
    c.run(24.0 * days)
    return c


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.5, 1.0, 6.0]))
def test_goods_and_rows_are_conserved_whatever_happens(seed: int, tick_h: float) -> None:
    c = _run(seed, tick_h)
    c.stock.check()
    b, s = c.book, c.stock
    state, quantity = b.filled("state"), b.filled("quantity")
    at_plant = b.filled("node") == 0
    assert (state == OrderState.DELIVERED).sum() > 0
    reserved = quantity[np.isin(state, (OrderState.ALLOCATED, OrderState.PICKED))].sum()
    lots = sum(
        each * lot.quantity
        for lot in c.shop.lots.values()
        if lot.issued and lot.step == 0
        for _, each in c.shop._parts[lot.item]
    )
    assert reserved <= s.reserved.sum() + 1e-6 <= reserved + lots + 1e-5
    assert s.backlog.sum() == quantity[state == OrderState.OPEN].sum()
    assert (
        s.shipped[0].sum() == quantity[at_plant & (state >= OrderState.SHIPPED) & (state <= OrderState.DELIVERED)].sum()
    )
    under_way = (b.filled("kind") == OrderKind.REPLENISH) & (state < OrderState.DELIVERED)
    assert s.on_order[1:].sum() == quantity[under_way].sum()
    times = [b.filled(name) for name in ("placed", "allocated", "picked", "shipped", "delivered")]
    for earlier, later in itertools.pairwise(times):
        both = np.isfinite(earlier) & np.isfinite(later)
        assert (earlier[both] <= later[both] + 1e-2).all()
    done = state == OrderState.DELIVERED
    assert np.isfinite(b.filled("delivered")[done]).all()
    assert np.isnan(b.filled("delivered")[~done]).all()
    assert (np.diff(c.log.columns()["t"]) >= 0).all()


def test_the_same_seed_gives_the_same_run_and_another_does_not() -> None:
    first, second, other = _run(4), _run(4), _run(5)
    assert first.events() == second.events() != other.events()
    for name in ("delivered", "problems", "credit_eur", "freight_eur"):
        np.testing.assert_array_equal(first.book.filled(name), second.book.filled(name))
