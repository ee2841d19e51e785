"""Words on a ring of circles: who hears them, how often, and that what is heard there is what moves who lives there."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from e2esim.customers.believing import believed, claimed, told
from e2esim.customers.circles import STREAM, circle_of, heard_where
from e2esim.domain.settings import Market
from e2esim.streams import Streams
from worlds import Row

F = npt.NDArray[np.float64]
RUNS = 6


def told_on(words: F, market: Market, rounds: int = 400) -> F:
    """The twin: each word goes on its way through the circles of its market, one telling after the other."""
    n, heard, now = market.word_circles, words.copy(), words.copy()
    for _ in range(rounds):
        new = np.zeros_like(now)
        for place, many in enumerate(now):
            first = place - place % n
            goes_on = market.word_passed_on * many
            for step in (-1, 1):
                new[first + (place - first + step) % n] += 0.5 * (1.0 - market.word_far) * goes_on
            new[first : first + n] += market.word_far * goes_on / n
        now = new
        heard += now
    return heard


@pytest.mark.parametrize("circles", [1, 2, 3, 7, 8])
@pytest.mark.parametrize("passed", [0.0, 0.4, 0.9])
@pytest.mark.parametrize("far", [0.0, 0.3, 1.0])
def test_words_travel_as_they_are_told_on_one_by_one(circles: int, passed: float, far: float) -> None:
    market = Market(word_circles=circles, word_passed_on=passed, word_far=far)
    words = np.random.default_rng(3).normal(size=2 * circles)
    heard = heard_where(words, market)
    assert heard == pytest.approx(told_on(words, market), abs=1e-9)
    assert heard.reshape(2, -1).sum(axis=1) == pytest.approx(words.reshape(2, -1).sum(axis=1) / (1.0 - passed))  # heard so often in all


def test_neighbours_hear_more_than_who_lives_far_away_and_social_channels_level_it() -> None:
    """One word in one of twenty circles: less is heard with each circle further; the more goes far, the less it matters where one lives."""
    word = np.eye(20)[0]
    near = heard_where(word, Market(word_circles=20, word_passed_on=0.8, word_far=0.05))
    assert (np.diff(near[:11]) < 0.0).all()
    social = heard_where(word, Market(word_circles=20, word_passed_on=0.8, word_far=0.9))
    assert social[1:].std() < 0.1 * near[1:].std()
    assert social[10] > 2.0 * near[10]


def test_circles_are_equally_large() -> None:
    key, n = Streams(4).key(STREAM), 20_000
    lives = np.bincount([circle_of(key, np.int64(k), 8) for k in range(n)], minlength=8)
    assert np.abs(lives - n / 8).max() < 4.0 * np.sqrt(n / 8)


def _poor(rows: list[Row]) -> list[Row]:
    return [row | {"quality": 0.5} for row in rows]


def new_customers(run: Any) -> float:
    """New customers of the web shop."""
    c = run.outcome.consumers
    return float(np.sum((c.filled("first") >= 0.0) & (c.filled("channel") == run.world.channels.ids.index("web"))))


def fewer(first: F, second: F) -> bool:
    """True if the second is below the first by three standard errors, pair by pair."""
    gap = second - first
    return bool(gap.mean() < -3.0 * gap.std(ddof=1) / np.sqrt(len(gap)))


@pytest.mark.long
def test_bad_words_that_are_told_on_cost_more_new_customers(tiny: Any) -> None:
    """A product worse than the best alternative: what is told on ten times keeps more prospects away than what is heard once."""
    once, often = (
        np.array([new_customers(tiny("poor", f"market.word_passed_on={p}", variant="silo", replication=k, brands=_poor)) for k in range(RUNS)])
        for p in (0.0, 0.9)
    )
    assert fewer(once, often)


def test_each_circle_hears_its_own_words_only(tiny: Any) -> None:
    """What a circle heard is the sum of what those said who live there, and together it is what the market said."""
    keys = ("market.reputation_half_life_d=36000", "horizon.days=40")
    whole, parts = (tiny("plain", *keys, f"market.word_circles={n}", "market.reputation_weight=0", variant="silo").replication for n in (1, 5))
    assert parts.experiences.word_count.reshape(-1, 5).sum(axis=1) == pytest.approx(whole.experiences.word_count, rel=1e-9)
    o, c = parts.orders, parts.people.consumers
    rows = np.flatnonzero((o.filled("spoke") != 0) & (o.filled("consumer") >= 0))
    key = Streams(parts.world.settings.seed, parts.number).key(STREAM)
    lives = np.array([circle_of(key, c["address"][o["consumer"][r]], 5) for r in rows])
    spoken = np.bincount(o["market"][rows].astype(int) * 5 + lives, minlength=10)
    assert (parts.experiences.word_count > 0.0).tolist() == (spoken > 0).tolist()
    assert np.corrcoef(parts.experiences.word_count, spoken)[0, 1] > 0.95


def test_a_claim_is_believed_as_far_as_the_whole_market_speaks_well(tiny: Any) -> None:
    """Adverts speak to everybody: what contradicts them is the mean of the circles."""
    loud = lambda rows: [row | {"claim": 0.4, "quality": 0.5} for row in rows]  # noqa: E731
    market = tiny("claims, poor", "horizon.days=40", "market.word_circles=5", variant="silo", brands=loud).replication.market
    w, means = market.world, market.reputation.reshape(-1, 5).mean(axis=1)
    assert np.ptp(market.reputation) > 0.0
    said = w.settings.market.reputation_weight * told(w)[w.cells.channel, None] * believed(claimed(w), means)[w.cells.market]
    assert market._standing().belief == pytest.approx(said)


def test_one_circle_in_which_nothing_is_told_on_is_the_mean_of_the_market() -> None:
    words = np.array([1.5, -2.0, 0.25])
    assert heard_where(words, Market()) is words
