"""Needs in the season's time, and the quarters of CDNOW that a year without season cannot tell."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pytest

from e2esim.customers.loyalty_kernels import CoinHolders, Pull, draw_loyalty, first_needs, leave_or_stay, next_needs, pick
from e2esim.customers.need_clock import NeedClock, along, arises, need_clock
from e2esim.customers.shopping_hours import HOUR_SHARE, WEEKDAY
from e2esim.streams import Streams
from e2esim.streams.draws import quantile_table

F = npt.NDArray[np.float64]
WEEK_H, QUARTER_H = 168.0, 13 * 168.0

# CDNOW (Fader and Hardie, 23,570 customers who first bought within 12 weeks): active buyers in five quarters after the first,
# and the share of a quarter's active buyers who are active in the next one.
COHORT, ACTIVE, CRR = 23_570, (5376, 4263, 4221, 3817, 3317), (0.4258, 0.4839, 0.4629, 0.4611)


def day_by_day(season: F, start: dt.date, since: float, wait: float) -> float:
    """The slow twin: an hour at a time."""
    t = since
    while True:
        month = (start + dt.timedelta(hours=t)).month - 1
        step = min(1.0, wait / season[month])
        wait -= step * season[month]
        t += step
        if wait <= 1e-9:
            return t


def test_the_clock_is_the_sum_of_the_season_hour_by_hour() -> None:
    """Twelve waits from whole hours inside a year, three clocks; all hours of the week alike."""
    rng, start = np.random.default_rng(5), dt.date(2027, 11, 17)
    season = rng.uniform(0.4, 2.0, (3, 12))
    clock = need_clock(season, start, 500)._replace(week=np.arange(169.0))
    for _ in range(12):
        of, since, wait = int(rng.integers(3)), float(rng.integers(0, 6000)), float(rng.uniform(0.0, 2000.0))
        assert arises(clock, of, since, wait) == pytest.approx(day_by_day(season[of], start, since, wait), abs=1e-6)


def test_needs_follow_the_season_of_their_cell() -> None:
    """Ten thousand needs spread over a year: each month has its share of the index, within 3 standard errors; a need never due stays so."""
    index = np.array([[0.5, 0.7, 0.9, 1.0, 1.1, 1.2, 0.8, 0.4, 1.3, 1.4, 1.5, 1.2], np.ones(12)])
    clock = need_clock(index, dt.date(2026, 1, 1), 365)._replace(week=np.arange(169.0))
    n = 10_000
    due = np.append(np.random.default_rng(6).uniform(0.0, clock.passed[0, -1], n), np.inf).astype(np.float32)
    first_needs(due, clock, np.zeros(n + 1, dtype=np.int16))
    counts = np.histogram(due[:n], bins=clock.edge)[0]
    share = index[0] * np.diff(clock.edge) / clock.passed[0, -1]
    assert (np.abs(counts - n * share) < 3.0 * np.sqrt(n * share * (1.0 - share)) + 1.0).all()
    assert np.isinf(due[n])


def test_needs_come_when_people_shop() -> None:
    """A year of needs: none at night, each weekday and hour its share, within 4 standard errors; nobody buys again before he bought."""
    start, n = dt.date(2026, 7, 1), 60_000  # a Wednesday
    clock = need_clock(np.ones((1, 12)), start, 364)
    rng = np.random.default_rng(8)
    due = rng.uniform(0.0, 364.0 * 24.0, n).astype(np.float32)
    first_needs(due, clock, np.zeros(n, dtype=np.int16))
    hour, weekday = (due % 24.0).astype(np.int64), ((due / 24.0).astype(np.int64) + start.weekday()) % 7
    for found, profile in ((hour, HOUR_SHARE / 24.0), (weekday, WEEKDAY / 7.0)):
        counts = np.bincount(found, minlength=len(profile))
        assert (np.abs(counts - n * profile) <= 4.0 * np.sqrt(n * profile)).all()
        assert (counts[profile == 0.0] == 0).all()
    since, wait = rng.uniform(0.0, 8000.0, 500), rng.exponential(40.0, 500)
    again = np.array([arises(clock, 0, s, w) for s, w in zip(since, wait, strict=True)])
    assert (again >= since - 1e-6).all()


def test_halving_finds_what_a_search_finds() -> None:
    """Picks by share, ties and shares of nothing included, and points of a line, of every length up to 20."""
    rng = np.random.default_rng(11)
    for n in range(1, 21):
        cdf = np.sort(rng.choice([0.25, 0.5, *rng.uniform(size=8)], n))
        for u in (0.0, 0.25, 0.5, 1.0, *rng.uniform(size=20)):
            first = int(rng.integers(n))
            assert pick(cdf, first, n, u) == min(first + int(np.searchsorted(cdf[first:], u)), n - 1)
        x, y = np.cumsum(rng.uniform(0.1, 1.0, n + 1)), np.cumsum(rng.uniform(0.1, 1.0, n + 1))
        at = rng.uniform(x[0], x[-1], 20)
        assert [along(x, y, one) for one in [*at, *x]] == pytest.approx(np.interp([*at, *x], x, y))


def test_needs_long_after_the_calendar_stay_there() -> None:
    """Those near its end come when people shop, as one by one; those long after keep the season's time, which is never an hour of the run."""
    clock = need_clock(np.array([np.linspace(0.5, 1.5, 12)]), dt.date(2026, 7, 1), 100)
    waits = np.array([10.0, 2000.0, 2400.0, 4000.0, 5000.0, 90_000.0])
    due = waits.astype(np.float32)
    first_needs(due, clock, np.zeros(len(waits), dtype=np.int16))
    alone = np.array([arises(clock, 0, 0.0, wait) for wait in waits])
    late = due > clock.edge[-1] + 2100.0
    assert late.tolist() == [False, False, False, False, True, True]
    assert due[~late] == pytest.approx(alone[~late], abs=1e-3)
    assert due[late] == pytest.approx(waits[late] + clock.edge[-1] - clock.passed[0, -1], rel=1e-6)
    assert (np.abs(due[late] - alone[late]) <= WEEK_H).all()


def active_by_quarter(clock: NeedClock, n: int = 150_000) -> npt.NDArray[np.bool_]:
    """Who bought again in each of six quarters, (6, n): the engine's kernels at the published BG/NBD estimates, first purchases spread over 12 weeks."""
    keys = Streams(4)
    address, none = np.arange(n, dtype=np.int64), np.zeros(n, dtype=np.float32)
    segment, purchases = np.zeros(n, dtype=np.uint8), np.ones(n, dtype=np.uint16)
    rate, drop = np.empty(n, dtype=np.float32), np.empty(n, dtype=np.float32)
    tables = quantile_table("gamma", 0.243, 1.0 / 4.414)[None, :], quantile_table("beta", 0.793, 2.426)[None, :]
    draw_loyalty(keys.key("market.facts"), address, segment, *tables, rate, drop)
    last = (np.random.default_rng(7).uniform(0.0, 12.0 * WEEK_H, n)).astype(np.float32)
    alive, left, cell = np.ones(n, dtype=np.uint8), np.full(n, np.nan, dtype=np.float32), np.zeros(n, dtype=np.int16)
    out = np.zeros((6, n), dtype=np.bool_)
    rows = np.arange(n, dtype=np.int32)
    while len(rows):
        life, when = np.full(len(rows), WEEK_H), np.empty(len(rows))
        next_needs(keys.key("loyalty.need"), rows, address, purchases, rate, life, last, False, clock, cell, when)
        inside = when < 6.0 * QUARTER_H
        rows, when = rows[inside], when[inside]
        last[rows] = when
        stay = np.empty(len(rows), dtype=np.int32)
        pull = Pull(np.zeros(1), np.zeros(1), 0.0, 1.0, False, 0.0)  # the loop is open
        who = CoinHolders(address, segment, purchases, drop, none, none, none, alive, left)
        m = leave_or_stay(keys.key("loyalty.drop"), rows, when, who, pull, stay)
        rows = stay[:m]
        purchases[rows] += 1
        out[(last[rows] / QUARTER_H).astype(np.int64), rows] = True
    return out


def calendar(lively: F) -> NeedClock:
    """Six quarters of 13 weeks, the first of rate one."""
    edge = QUARTER_H * np.arange(7)
    return NeedClock(edge, np.concatenate(([0.0], np.cumsum(QUARTER_H * np.append(1.0, lively))))[None, :])


def retention(active: npt.NDArray[np.bool_]) -> F:
    """CRR of active buyers, quarters 1 to 4."""
    return np.array([active[q + 1][active[q]].mean() for q in range(1, 5)])


@pytest.mark.long
def test_quarters_of_cdnow() -> None:
    """The calendar's liveliness from the counts of active buyers alone: then CRR is the data's, each quarter within 3 standard errors.

    Without a calendar (the published model as it stands) the later quarters have a sixth too few active buyers and the second CRR is 6 errors off.
    """
    n = np.array(ACTIVE)
    error = np.sqrt(np.array(CRR) * (1.0 - np.array(CRR)) / n[:4])
    plain = active_by_quarter(calendar(np.ones(5)))
    assert (np.abs(retention(plain) - CRR) / error).max() > 4.0
    assert plain[3].mean() < 0.9 * ACTIVE[2] / COHORT
    lively = np.ones(5)
    for _ in range(4):
        active = active_by_quarter(calendar(lively))
        lively *= (n / COHORT / active[1:].mean(axis=1)) ** 1.3
    active = active_by_quarter(calendar(lively))
    assert active[1:].mean(axis=1) == pytest.approx(n / COHORT, rel=0.02)
    assert (np.abs(retention(active) - CRR) < 3.0 * error).all()
