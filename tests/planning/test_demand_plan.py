"""Demand planning as a whole: net forecast against a slow twin, honest accuracy, and seasonal indices by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.planning.demand import DemandCase, Orders, Override, Promotion, in_pieces, net_forecast, plan_demand
from e2esim.planning.demand.classes import DemandClass
from e2esim.planning.demand.holdout import score_steps
from e2esim.planning.demand.methods import METHODS
from e2esim.planning.demand.seasonal_index import is_flat, seasonal_index

WEEKS = 6


Order = tuple[str, str, float, float, int]  # item, channel, due, quantity, priority


def net_twin(final: list[list[float]], keys: list[tuple[str, str]], orders: list[Order], back: int, ahead: int) -> list[list[float]]:
    """Piece by piece: each order looks through its weeks in turn; orders of an item without a known channel share."""
    left = [list(row) for row in final]
    mixed = {item for item, channel, *_ in orders if (item, channel) not in keys}
    for item, channel, due, qty, _ in sorted(orders, key=lambda o: (o[4], o[2])):
        own = int(due // 7)
        if due < 0 or own >= WEEKS:
            continue
        turns = [w for w in range(own, -1, -1) if w == own or 7 * (w + 1) > due - back] + [w for w in range(own + 1, WEEKS) if 7 * w <= due + ahead]
        rows = [k for k, key in enumerate(keys) if (key[0] == item if item in mixed else key == (item, channel))]
        for week in turns:
            there = sum(left[k][week] for k in rows)
            bite = min(qty, there)
            for k in rows:
                left[k][week] -= bite * left[k][week] / there if there else 0.0
            qty -= bite
    return left


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(["", "s", "w"]), st.integers(-5, 45), st.integers(1, 40), st.integers(1, 3)), max_size=8),
    st.integers(0, 20),
    st.integers(0, 20),
)
def test_net_forecast_is_its_slow_twin(orders: list[tuple[str, str, int, int, int]], back: int, ahead: int) -> None:
    keys = (("A", "s"), ("A", "w"), ("B", "s"))
    history = np.outer([10.0, 20.0, 5.0], np.ones(8))
    plan = plan_demand(DemandCase(keys=keys, history=history, edges=7.0 * np.arange(-8, WEEKS + 1), season=52, judged=13), 7.0 * np.arange(WEEKS + 1))
    unique = list({(o[2], o[4]): o for o in orders}.values())  # no ties, so the sequence is one
    found = Orders(
        item=tuple(o[0] for o in unique), channel=tuple(o[1] for o in unique), due=np.array([o[2] for o in unique], float),
        quantity=np.array([o[3] for o in unique], float), priority=np.array([o[4] for o in unique], np.int64),
    )  # fmt: skip
    twin = net_twin(plan.adjusted.final.tolist(), list(keys), [(*o[:2], float(o[2]), float(o[3]), o[4]) for o in unique], back, ahead)
    assert net_forecast(plan, found, back=back, ahead=ahead) == pytest.approx(np.array(twin), abs=1e-9)


def test_pieces_keep_the_total_of_a_series() -> None:
    net = np.random.default_rng(1).uniform(0, 3, (5, 40))
    whole = in_pieces(net, np.ones(5, bool))
    assert np.all(whole == np.round(whole))
    assert np.all(whole >= 0)
    assert np.all(np.abs(whole.cumsum(axis=1) - net.cumsum(axis=1)) <= 0.5 + 1e-9)


def index_twin(history: list[float], season: int) -> list[float]:
    """Ratio to the year around each period, averaged by period of the year, late years weighing more; no smoothing, no shrinkage."""
    years = -(-len(history) // season)
    top, weight = [0.0] * season, [0.0] * season
    for t, q in enumerate(history):
        begin = min(max(t - season // 2, 0), len(history) - season)
        w = 0.8 ** (years - 1 - t // season)
        top[t % season] += w * q / (sum(history[begin : begin + season]) / season)
        weight[t % season] += w
    return [x / w for x, w in zip(top, weight, strict=True)]


def test_seasonal_index_is_the_classical_one_shrunk_towards_one() -> None:
    """A jagged season of four periods cannot be smoothed: the index is the classical one, pulled to one by one factor."""
    rng = np.random.default_rng(5)
    history = 100 * np.tile([0.3, 1.7, 1.7, 0.3], 9) * rng.uniform(0.9, 1.1, 36)
    index, raw = seasonal_index(history, 4), np.array(index_twin(history.tolist(), 4))
    belief = (index - 1) / (raw / raw.mean() - 1)
    assert belief == pytest.approx(np.full(4, belief[0]), rel=0.02)
    assert 0.9 < belief[0] < 1.02


def test_where_there_is_no_season_none_is_believed() -> None:
    """Of 200 series of noise, even, counted and lumpy, at most 5 % have a season (three standard errors above 1 %)."""
    rng = np.random.default_rng(6)
    noise = [rng.uniform(80, 120, (70, 156)), rng.poisson(0.5, (70, 156)), np.where(rng.random((60, 156)) < 0.15, rng.gamma(0.7, 10, (60, 156)), 0)]
    assert np.mean([not is_flat(seasonal_index(row.astype(float), 52)) for rows in noise for row in rows]) < 0.05
    assert is_flat(seasonal_index(np.full(156, 5.0), 52))


def test_the_index_beats_seasonal_naive_on_a_noisy_season() -> None:
    """Thirty series of three years: mean difference of the absolute errors beyond three standard errors."""
    rng, better = np.random.default_rng(7), []
    week = np.arange(156)
    for _ in range(30):
        mean = 100 * (1 + 0.4 * np.sin(2 * np.pi * (week + rng.integers(52)) / 52))
        sold, known = rng.poisson(mean).astype(float), np.array([143])
        index = seasonal_index(sold[:143], 52)
        error = {m: np.abs(METHODS[m](sold[:143], known, 13, index)[0] - sold[143:]).mean() for m in ("seasonal_naive", "season_mean")}
        better.append(error["seasonal_naive"] - error["season_mean"])
    assert np.mean(better) > 3 * np.std(better) / np.sqrt(len(better))


def test_accuracy_is_of_periods_that_no_method_has_seen() -> None:
    """A jump in the held-out quarter must hurt, whatever would have fitted it afterwards."""
    sold = np.concatenate([np.full(91, 10.0), np.full(13, 30.0)])[None, :]
    case = DemandCase(keys=(("A", ""),), history=sold, edges=7.0 * np.arange(-104, 5), season=52, judged=13)
    done = plan_demand(case, 7.0 * np.arange(5))
    statistical = next(s for s in done.scores if s.level == "all" and s.step == "statistical")
    assert statistical.wape == pytest.approx(20 / 30, abs=0.01)
    assert statistical.bias == pytest.approx(-20 / 30, abs=0.01)


def test_scores_by_hand() -> None:
    """Two series: pooled WAPE 6 / 40, bias 2 / 40; MASE against a step of 2 and of 4: (1 / 2 + 2 / 4) / 2."""
    actual, made = np.array([[10.0, 10.0], [10.0, 10.0]]), np.array([[11.0, 11.0], [8.0, 12.0]])
    history = np.array([[8.0, 10.0, 8.0], [8.0, 12.0, 8.0]])
    keys, kinds = [("A", ""), ("B", "")], [DemandClass.SMOOTH, DemandClass.ERRATIC]
    scores = score_steps({"naive": made}, actual, history, keys, kinds, 52)
    assert [(s.level, s.kind, s.series) for s in scores] == [
        ("all", "", 2), ("class", "smooth", 1), ("class", "erratic", 1), ("series", "smooth", 1), ("series", "erratic", 1),
    ]  # fmt: skip
    assert (scores[0].wape, scores[0].bias, scores[0].mase) == pytest.approx((6 / 40, 2 / 40, 0.5))


def test_an_override_across_today_keeps_its_daily_pace() -> None:
    case = DemandCase(
        keys=(("A", ""),), history=np.full((1, 8), 10.0), edges=7.0 * np.arange(-8, 5), season=52, judged=13,
        changes=(Override(start=-7, end=7, quantity=40), Promotion(start=7, end=14, uplift=1.0)),
    )  # fmt: skip
    assert plan_demand(case, 7.0 * np.arange(4)).adjusted.final.round(9).tolist() == [[20.0, 20.0, 10.0]]


@pytest.mark.parametrize("fault", [{"history": np.full((2, 8), 1.0)}, {"history": np.full((1, 8), -1.0)}, {"edges": np.zeros(13)}])
def test_a_case_is_checked_at_birth(fault: dict[str, np.ndarray]) -> None:
    good = {"history": np.full((1, 8), 1.0), "edges": 7.0 * np.arange(-8, 5)}
    with pytest.raises(ValueError, match="demand case"):
        DemandCase(keys=(("A", ""),), season=52, judged=13, **(good | fault))
