"""Expectation: of the channel where nothing is learnt; moved by what an account, or others of the channel, have lived."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from e2esim.customers.books import order_facts
from e2esim.customers.expecting import FADE_D, PRIOR, Expectation
from e2esim.domain.book import ORDER_COLUMNS, Columns
from e2esim.domain.world import World

TRADE_D, LINES = 8.0, 40


def _expectation(world: World, learnt: float) -> tuple[Expectation, np.ndarray, np.ndarray]:
    """Deliveries after 20 days: of account 0, then as many of consumers of its channel and market."""
    settings = replace(world.settings, satisfaction=replace(world.settings.satisfaction, expectation_learnt=learnt))
    account = np.repeat([0, -1], LINES)
    consumer = np.where(account < 0, np.arange(2 * LINES), -1)
    orders = Columns.of(ORDER_COLUMNS, {"account": account, "consumer": consumer, "placed": np.zeros(2 * LINES), "delivered": np.full(2 * LINES, 480.0)})
    rows = np.arange(2 * LINES, dtype=np.int32)
    return Expectation(replace(world, settings=settings), orders, np.full(len(world.channels.ids), TRADE_D)), rows[:LINES], rows[LINES:]


def test_nothing_is_learnt_by_default(shipped: World) -> None:
    expectation, trade, consumers = _expectation(shipped, 0.0)
    expectation.learn(np.concatenate([trade, consumers]), 480.0)
    assert expectation.of(trade, order_facts(expectation.orders)).tolist() == [TRADE_D] * LINES
    assert expectation.of(consumers, order_facts(expectation.orders)) == pytest.approx(shipped.channels.reference_d[0])


@pytest.mark.parametrize("learnt", [0.3, 1.0])
def test_slow_deliveries_become_what_is_expected_and_fade(shipped: World, learnt: float) -> None:
    expectation, trade, consumers = _expectation(shipped, learnt)
    assert expectation.of(trade, order_facts(expectation.orders))[0] == TRADE_D
    expectation.learn(trade, 480.0)
    assert expectation.of(consumers, order_facts(expectation.orders)) == pytest.approx(shipped.channels.reference_d[0])  # an account's deliveries are its own
    own = (20.0 * LINES + PRIOR * TRADE_D) / (LINES + PRIOR)
    assert expectation.of(trade, order_facts(expectation.orders))[0] == pytest.approx((1.0 - learnt) * TRADE_D + learnt * own)
    expectation.learn(consumers[:1], 480.0 + 24.0 * FADE_D)
    faded = (10.0 * LINES + PRIOR * TRADE_D) / (LINES / 2 + PRIOR)
    assert expectation.of(trade, order_facts(expectation.orders))[0] == pytest.approx((1.0 - learnt) * TRADE_D + learnt * faded)
    reference = shipped.channels.reference_d[0]
    assert expectation.of(consumers, order_facts(expectation.orders))[0] == pytest.approx(reference + learnt * (20.0 - reference) / (1.0 + PRIOR))
