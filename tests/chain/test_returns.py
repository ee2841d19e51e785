"""What comes back: goods, money and the unsold stock of accounts."""

from __future__ import annotations

import numpy as np
import pytest

from e2esim.chain.returns_kernels import Shelves, unsold
from e2esim.domain.book import LineProblem, OrderKind, OrderState, ReturnCause
from e2esim.domain.events import Event

from .conftest import CALM, Chain, make_world

MATTRESS, PILLOW = 0, 1
WEB, RETAIL = 0, 1


def delivered(
    c: Chain, kind: OrderKind = OrderKind.DIRECT, quantity: int = 1, channel: int = WEB, **more: object
) -> int:
    return c.order(
        kind,
        MATTRESS,
        quantity,
        channel=channel,
        state=OrderState.DELIVERED,
        delivered=1.0,
        cost_eur=100.0 * quantity,
        **more,
    )


def push(c: Chain, rows: list[int], times: list[float], causes: list[ReturnCause]) -> list[bool]:
    return c.returns.push(np.array(rows, dtype=np.int32), np.array(times), np.array(causes, dtype=np.uint8)).tolist()


def test_goods_and_credit_by_cause(calm: Chain) -> None:
    """The mattress resells at 0.4 as B-grade; revenue 300 a piece, standard cost 100."""
    c = calm
    second = delivered(c, quantity=4, revenue_eur=1200.0)
    defect = delivered(c, revenue_eur=300.0)
    unsold_row = delivered(c, OrderKind.REPLENISH, 3, RETAIL, account=0, revenue_eur=570.0)
    broken = delivered(c, OrderKind.REPLENISH, 3, RETAIL, account=0, revenue_eur=570.0, problems=LineProblem.DAMAGED)
    claim = delivered(
        c, OrderKind.SELL_OUT, 2, RETAIL, account=0
    )  # no revenue of the firm: worth the invoice price of 190
    causes = [
        ReturnCause.SECOND_THOUGHTS,
        ReturnCause.DEFECT,
        ReturnCause.UNSOLD,
        ReturnCause.UNSOLD,
        ReturnCause.DEFECT,
    ]
    rows = [second, defect, unsold_row, broken, claim]
    assert push(c, rows, [5.5, 5.2, 6.0, 6.1, 6.2], causes) == [True] * 5
    c.run(20.0)
    b = c.book
    assert b["return_cause"][rows].tolist() == [int(cause) for cause in causes]
    assert b["returned"][rows].tolist() == [6.0, 6.0, 7.0, 7.0, 7.0]
    expected = [1200 - 0.5 * 0.4 * 1200 - 200, 300 * 0.6, 570 - 300, 570 * 0.6, 380 * 0.6]
    assert b["credit_eur"][rows].tolist() == pytest.approx(expected)
    assert c.stock.on_hand[0, MATTRESS] == 200 + 2 + 3
    assert c.stock.scrapped[0, MATTRESS] == 2 + 1 + 3 + 2
    assert c.stock.returned[0, MATTRESS] == 13
    assert [(e[0], e[2], e[4], e[5]) for e in c.events(Event.RETURNED)] == [
        (6.0, ReturnCause.DEFECT, 1, 1.0),
        (6.0, ReturnCause.SECOND_THOUGHTS, 1, 4.0),
        (7.0, ReturnCause.DEFECT, 1, 2.0),
        (7.0, ReturnCause.UNSOLD, 2, 6.0),
    ]
    c.stock.check()


def test_half_of_single_pieces_is_as_new() -> None:
    c = Chain(make_world(**CALM))
    n = 4000
    rows = [delivered(c, revenue_eur=300.0) for _ in range(n)]
    push(c, rows, [2.5] * n, [ReturnCause.SECOND_THOUGHTS] * n)
    c.run(5.0)
    assert abs((c.stock.on_hand[0, MATTRESS] - 200) / n - 0.5) < 3 * np.sqrt(0.25 / n)
    c.stock.check()


def test_a_row_comes_back_once_and_only_if_it_was_delivered(calm: Chain) -> None:
    c = calm
    row, under_way = delivered(c), c.order(OrderKind.DIRECT, MATTRESS, 1, channel=WEB, state=OrderState.SHIPPED)
    assert push(c, [row, under_way, row], [3.0, 3.0, 4.0], [ReturnCause.DEFECT] * 3) == [True, False, False]
    c.run(10.0)
    assert push(c, [row], [12.0], [ReturnCause.SECOND_THOUGHTS]) == [False]
    assert c.stock.returned[0, MATTRESS] == 1


def test_a_used_product_is_counted_and_does_not_stop_a_claim(calm: Chain) -> None:
    c = calm
    row = delivered(c, revenue_eur=300.0)
    assert push(c, [row], [2.5], [ReturnCause.USED_PRODUCT]) == [True]
    c.run(100.0)
    assert c.book["return_cause"][row] == ReturnCause.USED_PRODUCT
    assert c.stock.returned.sum() == 0
    assert push(c, [row], [400.0], [ReturnCause.DEFECT]) == [True]
    c.env.run(until=500.0)
    assert c.book["return_cause"][row] == ReturnCause.DEFECT
    assert c.book["returned"][row] == 401.0
    assert [e[2] for e in c.events(Event.RETURNED)] == [ReturnCause.USED_PRODUCT, ReturnCause.DEFECT]


def test_unsold_stock_goes_back_at_its_yearly_share() -> None:
    """Shelves of 12 pieces, last delivery of 4: a share of 0.3 a year sends back 0.3 pieces a month on average."""
    shelves, items, share = 3000, 20, 0.3
    size = (shelves + 1) * items
    latest = np.arange(size, dtype=np.int32)
    on_hand, shipped = np.full((shelves + 1, items), 12.0), np.zeros((shelves + 1, items))
    zero = np.zeros(size, dtype=np.uint8)
    out = np.empty(size, dtype=np.int32)
    m = unsold(
        3,
        np.uint64(7),
        np.zeros(shelves, dtype=np.int64),
        np.array([share]),
        latest,
        np.full(size, 4, dtype=np.int32),
        np.full(size, int(OrderState.DELIVERED), dtype=np.uint8),
        zero,
        zero,
        Shelves(np.zeros_like(on_hand), on_hand, shipped),
        out,
    )
    n, p = shelves * items, share / 12 * 12 / 4
    assert abs(m - n * p) < 3 * np.sqrt(n * p * (1 - p))
    assert shipped.sum() == 4 * m
    assert (on_hand + shipped == 12.0).all()
    assert not shipped[0].any()
    assert (latest[out[:m]] == -1).all()
    assert len(set(out[:m].tolist())) == m


def test_unsold_goods_travel_back_and_are_new_again() -> None:
    c = Chain(make_world(**(CALM | {"channels": lambda rows: [r | {"unsold_share_y": 1.0} for r in rows]})))
    c.stock.open_node(1, np.array([500.0, 0, 0, 0, 0]))
    row = delivered(c, OrderKind.REPLENISH, 20, RETAIL, account=0, revenue_eur=3800.0)
    c.stock.latest[1 * 5 + MATTRESS] = row  # 500 / 12 pieces due a month: more than the line of 20
    c.run(900.0)
    assert c.book["returned"][row] == 730.0 + 48.0 + 1.0
    assert c.book["return_cause"][row] == ReturnCause.UNSOLD
    assert c.stock.on_hand[1, MATTRESS] == 480
    assert c.stock.on_hand[0, MATTRESS] == 220
    c.stock.check()
