"""A market answers a price move over time: rivals follow, consumers get used to it, and who stays dearer is left slowly."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from e2esim.customers.price_answers import PriceMove
from e2esim.domain.book import OrderKind
from e2esim.simulate.replication import Replication

FACTOR = 1.2


@pytest.mark.parametrize(("follows", "lasting_d"), [(0.0, 365.0), (0.6, 365.0), (0.6, 90.0), (1.5, 30.0)])
def test_what_a_lasting_gap_wears_away_is_the_gap_of_each_day_with_an_exponential_delay(follows: float, lasting_d: float) -> None:
    """The closed form against a walk by the hour (rates alike: the limit)."""
    move = PriceMove(math.log(FACTOR), follows, 90.0, 0.0, 0.8, lasting_d)
    hour, worn = 1.0 / 24.0, 0.0
    for k in range(24 * 400):
        gap = move.move - move.rivals((k + 0.5) * hour)
        worn += (1.0 - 0.5 ** (hour / lasting_d)) * (-0.8 * gap - worn)
        if k % 2400 == 0:
            assert move.worn((k + 1) * hour) == pytest.approx(worn, rel=1e-3, abs=1e-7)
    assert move.worn(400.0) == pytest.approx(worn, rel=1e-3)


def bought(run: Any) -> Any:
    """Pieces that consumers bought by quarter of the run: in the firm's own shop, in shops of others."""
    o = run.outcome.orders
    days = run.world.settings.horizon.days
    quarter = np.floor(o.filled("placed") / 24.0 / days * 4.0)
    kinds = (OrderKind.DIRECT, OrderKind.SELL_OUT)
    return np.array([[o.filled("quantity")[(o.filled("kind") == kind) & (quarter == k)].sum() for k in range(4)] for kind in kinds], dtype=float)


@pytest.fixture(scope="module")
def world(tiny: Any) -> Any:
    return lambda *words: tiny("plain", "horizon.days=200", *words)


def test_without_a_move_nobody_answers(world: Any) -> None:
    """Whatever is said about answers, at the usual prices the run is the same to the last bit."""
    knobs = ("market.rival_follows_rise=1", "market.rival_follows_cut=1", "market.price_habit_d=30", "market.price_lasting=3")
    plain, told = world(), world(*knobs)
    for name in ("placed", "item", "price_ratio", "satisfaction"):
        np.testing.assert_array_equal(plain.outcome.orders.filled(name), told.outcome.orders.filled(name))


def test_who_stays_dearer_than_his_rivals_loses_more_from_quarter_to_quarter(world: Any) -> None:
    """Elasticity in the last quarter above that of the first one by half of `price_lasting` and more: direct and in shops."""
    base, dear = (bought(world(f"market.price_factor={f}", "market.price_lasting=2", "market.price_lasting_half_life_d=60")) for f in (1.0, FACTOR))
    elasticity = np.log(dear / base) / math.log(FACTOR)
    assert (elasticity[:, 3] < elasticity[:, 0] - 0.5).all(), elasticity


def test_rivals_who_follow_give_back_what_the_rise_had_cost(world: Any) -> None:
    """All of a rise followed within days: sales and prices felt come back near those of no rise; trade accounts too."""
    alone, followed = (world(f"market.price_factor={FACTOR}", "market.rival_follow_d=10", f"market.rival_follows_rise={f}") for f in (0, 1))
    base = world()
    late = slice(2, 4)
    lost = [1.0 - bought(run)[:, late].sum() / bought(base)[:, late].sum() for run in (alone, followed)]
    assert lost[0] > 0.1
    assert abs(lost[1]) < 0.3 * lost[0]

    def shown(run: Any) -> float:
        o = run.outcome.orders
        return float(o.filled("price_ratio")[(o.filled("kind") == OrderKind.DIRECT) & (o.filled("placed") > 24.0 * 150)].mean())

    assert shown(followed) == pytest.approx(shown(base), abs=0.01)
    assert shown(alone) == pytest.approx(FACTOR * shown(base), abs=0.01)


def test_an_account_lists_the_firm_again_when_its_rivals_have_followed(tiny: Any) -> None:
    """Trade and shelf 20 % dearer: the account withholds `trade_elasticity` less what its consumers leave for; nothing once rivals cost as much."""
    words = (f"market.price_factor={FACTOR}", "market.rival_follows_rise=1", "market.rival_follow_d=10")
    plain = tiny("plain", "horizon.days=20", "horizon.warmup_days=5", *words).world
    usual = replace(plain, channels=replace(plain.channels, trade_share=np.full(len(plain.channels.ids), 0.5)))
    dear = replace(usual, price=0.5 * FACTOR * plain.reference_price, consumer_price=FACTOR * plain.reference_price)
    trade = Replication(dear, 0).trade
    aims = [trade.equilibrium()]
    for _ in range(20):
        trade.week()
        aims.append(trade.equilibrium())
    at_once, in_the_end = aims[0], aims[-1]
    assert (at_once < -0.1).all()
    assert (np.diff(aims, axis=0) > 0.0).all()
    assert in_the_end == pytest.approx(np.zeros(len(in_the_end)), abs=0.01)


def test_a_rise_seems_a_loss_only_until_it_is_usual(world: Any) -> None:
    """With losses weighing three times a gain, being used to the price gives back the excess: 2 x 3 / 4 of beta at first, beta in the end."""
    words = (f"market.price_factor={FACTOR}", "market.price_loss=3")
    shocked, used = bought(world(*words)), bought(world(*words, "market.price_habit_d=20"))
    assert (used[:, 2:].sum(axis=1) > shocked[:, 2:].sum(axis=1)).all()
    beta = 1.85  # of the tiny world's segments, about
    gained = math.log(used[0, 2:].sum() / shocked[0, 2:].sum())
    assert gained == pytest.approx(0.5 * beta * math.log(FACTOR), rel=0.5)
