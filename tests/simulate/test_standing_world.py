"""A world that stands still: the same policies and a flat history give the same firm year after year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from e2esim.config import load
from e2esim.customers.market import DemandCells
from e2esim.customers.people import People, repeats_by_year
from e2esim.domain.book import ORDER_COLUMNS, Columns, OrderKind
from e2esim.domain.build import build_world
from e2esim.streams import Streams


def test_repeats_by_year_are_those_of_customers_who_buy_and_leave() -> None:
    """Twin: 40,000 customers acquired evenly over a year, gaps of mean 1/.3 years, a coin of .25 after each purchase but the first."""
    rng, n, years = np.random.default_rng(1), 40_000, 5
    t, buying, made, count = rng.random(n), np.ones(n, dtype=bool), np.zeros(n), np.zeros(years)
    while buying.any():
        t = np.where(buying, t + rng.exponential(1.0 / 0.3, n), t)
        buying &= (t < years) & ((made < 1) | (rng.random(n) >= 0.25))
        count += np.bincount(t[buying].astype(int), minlength=years)
        made += buying
    expected = repeats_by_year(np.array([0.3]), np.array([0.25]), years)
    assert (np.abs(count / n - expected) < 3.5 * np.sqrt(expected / n)).all()  # five years at once


def test_new_and_old_customers_together_buy_the_same_every_year() -> None:
    """What the base is expected to buy again rises as it ages; the prospects fall by as much."""
    world, streams = build_world(load(["scenario=mattress_maker", "scale=0.01", "horizon.days=1825"])), Streams(1, 0)
    p = People(world, streams, ticks=100)
    new = DemandCells(world, p, Columns(ORDER_COLUMNS, capacity=16), streams).prospects_y * world.settings.market.conversion
    years = len(new)
    assert years == 5
    again = [p.expected_repeats[y] + sum(new[k] * p.repeats_of_new[y - k] for k in range(y + 1)) for y in range(years)]
    wanted = p.purchases_y.sum(axis=1)
    for y in range(years):
        assert new[y] + again[y] == pytest.approx(wanted)
    assert again[-1].sum() > 1.01 * again[0].sum()


@pytest.mark.long
def test_the_firm_of_today_stays_the_firm_of_today(shipped: Any) -> None:
    """AS-IS over five years: slopes of turnover, of what consumers buy, of shelves and of OTIF; orders of trade against what it sells, opening shelves.

    At scale .2 a year's turnover has a standard error of about .5 %, so the slope over five years has one of .15 % a year.
    """
    run = shipped("mattress_maker/as_is", "scale=0.2", "horizon.days=1825", "horizon.tick_h=3")
    o = run.outcome.orders
    kind, pieces = o.filled("kind"), o.filled("quantity").astype(np.float64)

    def in_year(when: str, year: int) -> Any:
        t = o.filled(when)
        return (t >= 8760.0 * year) & (t < 8760.0 * (year + 1))

    def on_time(year: int) -> float:
        some = in_year("placed", year) & (kind != OrderKind.SELL_OUT) & ~np.isnan(o.filled("delivered"))
        return float((np.floor(o.filled("delivered")[some] / 24.0) <= np.floor(o.filled("promised")[some] / 24.0)).mean())

    turnover = [float(o.filled("revenue_eur")[in_year("delivered", year)].astype(np.float64).sum()) for year in range(5)]
    buys = [float((in_year("placed", year) & (kind != OrderKind.REPLENISH)).sum()) for year in range(5)]
    for what in (turnover, buys):
        slope = np.polyfit(np.arange(5), np.array(what) / np.mean(what), 1)[0]
        assert abs(slope) < 0.01 + 3.0 * 0.0015, what
    kept = [on_time(year) for year in range(5)]
    assert abs(np.polyfit(np.arange(5), kept, 1)[0]) < 0.01, kept
    for year in range(5):  # shelves neither fill nor empty; what comes back unsold is ordered again
        placed = in_year("placed", year)
        ordered, sold = pieces[placed & (kind == OrderKind.REPLENISH)].sum(), pieces[placed & (kind == OrderKind.SELL_OUT)].sum()
        assert abs(ordered / sold - 1.0) < 0.03
