"""Repeat purchases against BG/NBD (Fader, Hardie and Lee, 2005) at the CDNOW estimates (23,570 customers, weeks).

E[X(t)] = .534, .901, 1.195, 1.444 repeat purchases at 13, 26, 39, 52 weeks; the closed form is written out here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy import special

from e2esim.config import load
from e2esim.customers.loyalty_kernels import CoinHolders, Pull, draw_loyalty, drop_probability, leave_or_stay, leaving, next_needs, past_of_one
from e2esim.customers.need_clock import NeedClock
from e2esim.domain.build import build_world
from e2esim.simulate import simulate
from e2esim.streams import Streams
from e2esim.streams.draws import quantile_table
from worlds import Row, tiny_world

F = npt.NDArray[np.float64]
R, ALPHA, A, B = 0.243, 4.414, 0.793, 2.426  # purchases a week, drop-out after a repeat purchase
PUBLISHED = {13: 0.534, 26: 0.901, 39: 1.195, 52: 1.444}
WEEK_H = 168.0
N = 250_000  # customers: s.e. about 0.4 % of the mean


def expected(t: float) -> float:
    """E[X(t)], equation (10) of the paper."""
    z = t / (ALPHA + t)
    return float((A + B - 1.0) / (A - 1.0) * (1.0 - (ALPHA / (ALPHA + t)) ** R * special.hyp2f1(R, B, A + B - 1.0, z)))


def tables() -> tuple[F, F]:
    """The engine's quantile tables of rate [1/week] and drop-out, (1, size)."""
    return quantile_table("gamma", R, 1.0 / ALPHA)[None, :], quantile_table("beta", A, B)[None, :]


FLAT = NeedClock(np.array([0.0]), np.zeros((1, 1)))  # no season
ONE_CELL = np.zeros(N + 1, dtype=np.int16)


def repeat_purchases(n: int, weeks: float, *, theta: float = 0.0, memory: float = 0.85, seed: int = 1) -> tuple[npt.NDArray[np.int64], F]:
    """Repeat purchases by week of ``n`` customers who bought at time 0, (weeks,) cumulative mean; and those of each, (n,).

    The engine's kernels, need by need: who has none left in the horizon, or leaves, is out.
    """
    keys = Streams(seed)
    address = np.arange(n, dtype=np.int64) + 7_000_000
    segment, purchases = np.zeros(n, dtype=np.uint8), np.ones(n, dtype=np.uint16)
    rate, drop, last = np.empty(n, dtype=np.float32), np.empty(n, dtype=np.float32), np.zeros(n, dtype=np.float32)
    draw_loyalty(keys.key("market.facts"), address, segment, *tables(), rate, drop)
    alive, left = np.ones(n, dtype=np.uint8), np.full(n, np.nan, dtype=np.float32)
    felt, felt_t = np.full(n, memory, dtype=np.float32), np.zeros(n, dtype=np.float32)
    count = np.zeros((n, 4), dtype=np.int64)
    rows = np.arange(n, dtype=np.int32)
    while len(rows):
        when = np.empty(len(rows))
        next_needs(keys.key("loyalty.need"), rows, address, purchases, rate, np.full(len(rows), WEEK_H), last, False, FLAT, ONE_CELL, when)
        inside = when < weeks * WEEK_H
        rows, when = rows[inside], when[inside]
        last[rows] = when
        stay = np.empty(len(rows), dtype=np.int32)
        who = CoinHolders(address, segment, purchases, drop, felt, felt_t, np.zeros(n, dtype=np.float32), alive, left)
        m = leave_or_stay(keys.key("loyalty.drop"), rows, when, who, Pull(np.array([theta]), np.array([memory]), 0.85, 5760.0, True, 0.0), stay)
        rows = stay[:m]
        purchases[rows] += 1
        for k, t in enumerate((13.0, 26.0, 39.0, 52.0)):
            count[rows, k] += last[rows] <= t * WEEK_H
    return count, alive.astype(np.float64)


@pytest.fixture(scope="module")
def neutral() -> npt.NDArray[np.int64]:
    """Repeat purchases at 13, 26, 39, 52 weeks with theta 0, (N, 4)."""
    return repeat_purchases(N, 52.0)[0]


def test_the_closed_form_is_the_published_one() -> None:
    """Within 0.2 %: the published parameters are rounded."""
    assert [expected(t) for t in PUBLISHED] == pytest.approx(list(PUBLISHED.values()), rel=2.0e-3)


def test_the_tables_of_quantiles_are_fine_enough() -> None:
    """E[X(t)] averaged over the tables: the bias is below 0.01 %, far below any standard error."""
    rates, drops = (t[0] for t in tables())
    for t in PUBLISHED:
        mean = np.mean([(-np.expm1(-rates * p * t) / p).mean() for p in np.maximum(drops, 1e-12)])
        assert mean == pytest.approx(expected(t), rel=1.0e-4)


@pytest.mark.parametrize("weeks", list(PUBLISHED))
def test_repeat_purchases(neutral: npt.NDArray[np.int64], weeks: int) -> None:
    """theta = 0 is exactly BG/NBD: within 3 standard errors, which are below 1 % of the mean."""
    x = neutral[:, list(PUBLISHED).index(weeks)]
    error = x.std() / np.sqrt(len(x))
    assert error < 0.01 * x.mean()
    assert abs(x.mean() - expected(weeks)) < 3.0 * error
    assert abs(x.mean() - PUBLISHED[weeks]) < 3.0 * error


def test_share_without_repeat(neutral: npt.NDArray[np.int64]) -> None:
    """P(X(52) = 0) = (alpha / (alpha + 52))^r: no coin is tossed after the first purchase."""
    share = (ALPHA / (ALPHA + 52.0)) ** R
    error = np.sqrt(share * (1.0 - share) / N)
    assert abs((neutral[:, 3] == 0).mean() - share) < 3.0 * error


@pytest.mark.parametrize(("rate", "drop"), [(0.05, 0.3), (0.2, 0.1), (0.02, 0.9)])
def test_past_of_one(rate: float, drop: float) -> None:
    """A replayed past: those still customers and their purchases, against sums over the Poisson number of needs in 52 weeks."""
    n, t = 40_000, 52.0
    keys = [Streams(3).key(k) for k in ("need", "drop", "item")]
    out, seen = np.empty(5), []
    for who in range(n):
        stays = past_of_one(*keys, who, -t * WEEK_H, rate, drop, np.array([0.5, 1.0]), np.full(2, WEEK_H), out)
        seen.append((stays, out[3] - 1.0 if stays else 0.0))
        assert not stays or (out[0] <= out[1] <= 0.0 < out[2])
    stays, repeats = np.array(seen).T
    lam = rate * t
    alive = np.exp(-lam) + (np.exp(-lam * drop) - np.exp(-lam)) / (1.0 - drop)
    assert abs(stays.mean() - alive) < 3.0 * np.sqrt(alive * (1.0 - alive) / n)
    assert abs(repeats.mean() - lam * np.exp(-lam * drop)) < 3.0 * repeats.std() / np.sqrt(n)


def test_satisfied_customers_stay_longer() -> None:
    """theta > 0: same luck, better memory: more stay, more purchases; theta 0: no difference at all."""
    happy, sad = (repeat_purchases(40_000, 52.0, theta=1.5, memory=m) for m in (1.25, 0.45))
    assert happy[1].mean() > sad[1].mean() + 0.05
    assert happy[0][:, 3].mean() > 1.1 * sad[0][:, 3].mean()
    assert (happy[1] >= sad[1]).mean() > 0.93  # common draws; who stays longer meets later coins
    blind = [repeat_purchases(20_000, 52.0, theta=0.0, memory=m)[0] for m in (1.25, 0.45)]
    assert np.array_equal(*blind)


def test_drop_probability_moves_by_the_logit() -> None:
    """logit(p) = logit(base) - theta (memory - competitor); a first purchase meets only what dissatisfaction adds."""
    p = drop_probability(0.25, 2.0, 0.3)
    assert np.log(p / (1.0 - p)) == pytest.approx(np.log(0.25 / 0.75) - 0.6)
    assert leaving(0.25, 2.0, 0.3, 0.0, 1) == 0.0
    worse = drop_probability(0.25, 2.0, -0.3)
    assert leaving(0.25, 2.0, -0.3, 0.0, 1) == pytest.approx((worse - 0.25) / 0.75)
    assert leaving(0.25, 2.0, -0.3, 0.0, 2) == worse
    assert drop_probability(0.25, 2.0, 0.3, 0.6) == pytest.approx(0.25)  # a scar of 0.6 takes back what the advantage gives
    assert [drop_probability(edge, 2.0, 1.0) for edge in (0.0, 1.0)] == [0.0, 1.0]


def _weekly_buyers(rows: list[Row]) -> list[Row]:
    """Consumers of the CDNOW parameters whose product lives one week."""
    return [row | {"r": R, "alpha_lives": ALPHA, "a": A, "b": B} if row["kind"] == "consumer" else row for row in rows]


@pytest.mark.long
def test_a_whole_world_without_the_loop_is_bgnbd(tmp_path: Path) -> None:
    """New customers of a simulated world, loop off: repeat purchases in their first 13 weeks, within 3 standard errors."""
    week_y = WEEK_H / 8760.0
    folder = tiny_world(
        tmp_path / "week",
        segments=_weekly_buyers,
        items=lambda rows: [row | {"life_y": week_y} for row in rows],
        settings={"horizon": {"days": 140, "warmup_days": 7}, "market": {"loyalty_loop": False, "history_y": 0.05, "demand_factor": 2.0}},
    )
    o = simulate(build_world(load([f"scenario={folder}/silo", "scale=2"])))
    first, since = o.consumers.filled("first"), 24.0 * 140 - 13 * WEEK_H
    new = np.nonzero((first > 0.0) & (first < since))[0]
    buyer, placed = o.orders.filled("consumer"), o.orders.filled("placed")
    bought = buyer >= 0
    repeat = np.zeros(o.consumers.n)
    within = bought & (placed > first[buyer]) & (placed <= first[buyer] + 13 * WEEK_H)
    np.add.at(repeat, buyer[within], 1.0)
    x = repeat[new]
    error = x.std() / np.sqrt(len(x))
    assert error < 0.05 * x.mean()
    assert abs(x.mean() - PUBLISHED[13]) < 3.0 * error


def test_each_need_taken_elsewhere_has_its_own_luck() -> None:
    """Needs lost one after the other: the waits are exponential with the full mean, not the same one again and again."""
    n, key = 4_000, Streams(3, 0).key("loyalty.need")
    rows, address = np.zeros(n, dtype=np.int32), np.array([77], dtype=np.int64)
    one = (address, np.array([1], dtype=np.uint16), np.array([2.0], dtype=np.float32), np.full(1, 1000.0))
    waits, when = np.empty(n - 1), np.empty(1)
    for k in range(1, n):
        next_needs(key, rows[:1], *one, np.array([1000.0 * k], dtype=np.float32), True, FLAT, ONE_CELL, when)
        waits[k - 1] = when[0] - 1000.0 * k
    assert abs(waits.mean() - 500.0) < 3.0 * 500.0 / n**0.5
    assert abs(waits.std() / 500.0 - 1.0) < 0.1
