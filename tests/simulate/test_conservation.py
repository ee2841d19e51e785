"""Goods and orders are conserved in every world: the ledger, the order book and the event log tell the same story."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from e2esim.config.door import load
from e2esim.domain.book import OrderKind, OrderState, ReturnCause
from e2esim.domain.build import build_world
from e2esim.domain.events import Event
from e2esim.simulate.conservation import check_orders
from e2esim.simulate.replication import Replication, SimulationError
from worlds import tiny_world

F = npt.NDArray[np.float64]
WORLDS = ("mattress_maker", "mattress_maker/as_is", "mattress_maker/to_be", "tiny", "tiny/silo", "tiny/one")
SHORT = ("scale=0.02", "horizon.days=100")


@pytest.fixture(params=WORLDS)
def world_run(request: pytest.FixtureRequest, shipped: Any, tiny: Any) -> Any:
    """A finished replication of each world."""
    name, _, variant = request.param.partition("/")
    return tiny("plain", variant=variant) if name == "tiny" else shipped(request.param, *SHORT)


def pieces(run: Any, rows: npt.NDArray[np.bool_]) -> F:
    """Pieces of the chosen order lines, by node that the line belongs to and item; replenishments count at their account."""
    o = run.outcome.orders
    node = np.where(o.filled("kind") == OrderKind.DIRECT, 0, 1 + o.filled("account").astype(np.int64))
    table = np.zeros_like(run.replication.stock.on_hand)
    np.add.at(table, (node[rows], o.filled("item")[rows]), o.filled("quantity")[rows])
    return table


def logged(run: Any, kind: Event, column: str = "quantity") -> F:
    """Sum of a column of the log by item."""
    e, out = run.outcome.events, np.zeros(run.world.items.n)
    some = e["kind"] == kind
    np.add.at(out, e["item"][some], e[column][some])
    return out


def test_the_ledger_balances(world_run: Any) -> None:
    """For each node and item: opening + received + produced + returned = shipped + consumed + scrapped + on hand, none below zero."""
    s = world_run.replication.stock
    s.check()
    source, sink = s.opening + s.received + s.produced + s.returned, s.shipped + s.consumed + s.scrapped + s.on_hand
    np.testing.assert_allclose(source, sink, rtol=1e-9, atol=1e-6)
    assert s.on_hand.min() > -1e-6
    assert s.produced[0].sum() > 0
    assert s.consumed[0].sum() > 0
    assert s.shipped[0].sum() > 0


def test_every_order_ends_in_one_state(world_run: Any) -> None:
    """States and times agree, times are in order, nothing is counted twice."""
    check_orders(world_run.outcome.orders, world_run.replication.stock)
    o = world_run.outcome.orders
    state = o.filled("state")
    assert np.isin(state, [int(s) for s in OrderState]).all()
    assert np.bincount(state, minlength=len(OrderState)).sum() == o.n
    assert (state == OrderState.DELIVERED).sum() > 0.5 * o.n
    times = np.stack([o.filled(name) for name in ("placed", "allocated", "picked", "shipped", "delivered")])
    for k in range(len(times)):
        for later in times[k + 1 :]:
            assert not (later < times[k] - 1e-3).any()
    assert (np.isnan(times[4]) == (state != OrderState.DELIVERED)).all()
    assert not (o.filled("returned") < times[4]).any()
    assert not np.isnan(o.filled("promised")).any()
    assert np.array_equal(o.filled("order_no")[o.filled("kind") != OrderKind.REPLENISH], np.nonzero(o.filled("kind") != OrderKind.REPLENISH)[0])


def test_accounts_receive_what_was_delivered_to_them(world_run: Any) -> None:
    """By account and item: delivered replenishments = received; those still under way = on order; waiting consumers = backlog."""
    o, s = world_run.outcome.orders, world_run.replication.stock
    kind, state = o.filled("kind"), o.filled("state")
    trade, done = kind == OrderKind.REPLENISH, (state == OrderState.DELIVERED) & ~(o.filled("delivered") < 0.0)
    assert np.array_equal(pieces(world_run, trade & done)[1:], s.received[1:])
    assert np.array_equal(pieces(world_run, trade & (state != OrderState.DELIVERED) & (state != OrderState.CANCELLED))[1:], s.on_order[1:])
    assert np.array_equal(pieces(world_run, (kind == OrderKind.SELL_OUT) & (state == OrderState.OPEN))[1:], s.backlog[1:])


def test_shelves_give_what_their_consumers_took_and_what_was_sent_back(world_run: Any) -> None:
    """By account and item: shipped = sold to consumers + unsold goods on their way back or there."""
    o, s, r = world_run.outcome.orders, world_run.replication.stock, world_run.replication.returns
    sold = pieces(world_run, (o.filled("kind") == OrderKind.SELL_OUT) & (o.filled("state") >= OrderState.SHIPPED) & (o.filled("state") != OrderState.CANCELLED))
    back = pieces(world_run, (o.filled("return_cause") == ReturnCause.UNSOLD) | (r._pending[: o.n] == ReturnCause.UNSOLD))
    sold -= pieces(world_run, (o.filled("kind") == OrderKind.SELL_OUT) & (o.filled("delivered") < 0.0))  # before the run
    assert np.array_equal(sold[1:] + back[1:], s.shipped[1:])


def test_the_plant_ships_what_leaves_on_trucks(world_run: Any) -> None:
    """Lines that left the plant in the run = goods shipped = goods on trucks; open lines = backlog; the warehouse owes what it reserved."""
    o, s = world_run.outcome.orders, world_run.replication.stock
    state, own = o.filled("state"), o.filled("node") == 0
    gone = own & (state >= OrderState.SHIPPED) & (state != OrderState.CANCELLED) & (o.filled("shipped") >= 0.0)
    assert np.array_equal(pieces(world_run, gone).sum(axis=0), s.shipped[0])
    e = world_run.outcome.events
    assert e["quantity"][e["kind"] == Event.TRUCK_LEFT].sum() == s.shipped[0].sum()
    assert np.array_equal(pieces(world_run, own & (state == OrderState.OPEN)).sum(axis=0), s.backlog[0])
    sold = world_run.world.items.sold
    held = pieces(world_run, own & ((state == OrderState.ALLOCATED) | (state == OrderState.PICKED))).sum(axis=0)
    np.testing.assert_allclose(s.reserved[sold], held[sold], atol=1e-6)


def test_the_log_tells_the_ledger(world_run: Any) -> None:
    """Supply received, lots completed and scrapped, by item; what is made uses what its bill says."""
    s, w = world_run.replication.stock, world_run.world
    np.testing.assert_allclose(logged(world_run, Event.SUPPLY_RECEIVED), s.received[0], atol=1e-6)
    scrap = logged(world_run, Event.LOT_COMPLETED, "value")
    np.testing.assert_allclose(logged(world_run, Event.LOT_COMPLETED) + scrap, s.produced[0], atol=1e-6)
    single = np.zeros((w.items.n, w.items.n))
    np.add.at(single, (np.repeat(np.arange(w.items.n), np.diff(w.bom.start)), w.bom.component), w.bom.quantity)
    assert (s.consumed[0] >= s.produced[0] @ single - 1e-6).all()


def test_every_purchase_is_somebodys(world_run: Any) -> None:
    """Lines of a consumer = its purchases in the run; new customers bought at least once; nobody buys after leaving."""
    o, c = world_run.outcome.orders, world_run.outcome.consumers
    buyer = o.filled("consumer")
    assert ((buyer >= 0) == (o.filled("kind") != OrderKind.REPLENISH)).all()
    assert buyer.max() < c.n
    bought = np.bincount(buyer[buyer >= 0], minlength=c.n)
    new = c.filled("first") >= 0.0
    assert np.array_equal(bought[new], c.filled("purchases")[new])
    assert bought[new].min() >= 1
    gone = np.nan_to_num(c.filled("left"), nan=np.inf)
    assert (o.filled("placed")[buyer >= 0] <= gone[buyer[buyer >= 0]] + 1e-3).all()
    assert (np.isnan(c.filled("left")) == (c.filled("alive") == 1)).all()


Fault = Callable[[Any], None]


def _piece_from_nowhere(r: Any) -> None:
    r.stock.on_hand[0, r.world.items.ids.index("mattress")] += 1.0


def _shelf_below_zero(r: Any) -> None:
    shop, pillow = 1 + r.world.accounts.ids.index("shop_it"), r.world.items.ids.index("pillow")
    r.stock.on_hand[shop, pillow] -= 10_000.0
    r.stock.shipped[shop, pillow] += 10_000.0


def _promised_twice(r: Any) -> None:
    r.stock.reserved[r.world.items.ids.index("mattress")] += 10_000.0


def _two_states(r: Any) -> None:
    r.orders["state"][7] = OrderState.OPEN if r.orders["state"][7] == OrderState.DELIVERED else OrderState.DELIVERED


def _delivered_before_picked(r: Any) -> None:
    row = int(np.nonzero((r.orders.filled("state") == OrderState.DELIVERED) & (r.orders.filled("node") == 0))[0][3])
    r.orders["delivered"][row] = r.orders["picked"][row] - 1.0


def _forgotten_row(r: Any) -> None:
    r.stock.backlog[1, 0] += 2.0


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (_piece_from_nowhere, r"item mattress at the plant \(node 0\): -1 unexplained"),
        (_shelf_below_zero, r"item pillow at account shop_it \(node 2\): .* below zero"),
        (_promised_twice, r"item mattress at the plant .* on hand less reserved, below zero"),
        (_two_states, r"stage allocated|stage delivered|stage picked"),
        (_delivered_before_picked, r"stage delivered: before shipped in 1 rows, first \[\d+\]"),
        (_forgotten_row, r"stage stock: node 1, item 0: .* pieces wait, backlog says"),
    ],
)
def test_a_planted_fault_is_named(tiny: Any, fault: Fault, said: str) -> None:
    """A broken law stops the run: scenario, replication, time, then stage and rows or item and place."""
    r = tiny("plain", "horizon.days=40", again=True).replication
    fault(r)
    with pytest.raises(SimulationError, match=rf"^scenario 'tiny', replication 0, t = 960\.\d h: .*({said})"):
        r._check(whole=True)


def test_a_line_lost_on_the_way_stops_the_run_in_its_week(tmp_path: Path) -> None:
    """One line in five hundred never arrives: the run names the stage and the rows that have been away longest."""
    run = Replication(build_world(load([f"scenario={tiny_world(tmp_path / 'w')}"])), 0)
    arriving = run.deliver.under_way.pop

    def losing(tick: int) -> npt.NDArray[np.int32]:
        rows = arriving(tick)
        return rows[rows % 500 != 7]

    run.deliver.under_way.pop = losing  # type: ignore[method-assign]
    with pytest.raises(SimulationError, match=r"stage deliver: \d+ rows have left and not arrived, \d+ are under way; away longest \[\d+"):
        run.run()
