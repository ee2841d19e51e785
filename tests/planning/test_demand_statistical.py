"""The statistical forecast: what is chosen, how good it is, what it says about bad input."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.planning.demand import DemandClass, backtest, forecast_series, forecast_table, forecasts_of, mase
from e2esim.planning.demand.backtest import origins_of


def shop_series(seed: int, months: int = 96) -> np.ndarray:
    """A level that drifts, a season that grows with it, noise: what a shop sells in a month."""
    g = np.random.default_rng(seed)
    t = np.arange(months)
    drift = np.exp(np.cumsum(0.02 * g.standard_normal(months)))
    return 200 * drift * (1 + 0.35 * np.sin(2 * np.pi * t / 12)) * np.exp(0.06 * g.standard_normal(months))


def held_out(y: np.ndarray, held: int) -> tuple[float, float]:
    """MASE of the statistical forecast and of seasonal naive."""
    known, actual = y[:-held], y[-held:]
    made = forecast_series(known, horizon=held, season=12).quantity
    plain = forecasts_of("seasonal_naive", known, np.array([known.size]), held, 12)[0]
    return mase(made, actual, known, 12), mase(plain, actual, known, 12)


def test_beats_seasonal_naive_on_seasonal_series() -> None:
    """Paired over 24 series, the gain is three standard errors above zero."""
    pairs = np.array([held_out(shop_series(seed), 12) for seed in range(24)])
    gain = pairs[:, 1] - pairs[:, 0]
    assert gain.mean() > 3 * gain.std(ddof=1) / np.sqrt(gain.size)
    assert pairs[:, 0].mean() < 0.9 * pairs[:, 1].mean()


def test_a_known_season_and_trend_are_found() -> None:
    t = np.arange(72)
    y = (100 + t) + 20 * np.cos(2 * np.pi * t / 12)
    made = forecast_series(y[:60], horizon=12, season=12)
    assert made.quantity.tolist() == pytest.approx(y[60:].tolist(), rel=0.03)
    assert made.kind is DemandClass.SMOOTH


def test_seldom_demand_is_judged_by_squares_and_gets_its_rate() -> None:
    """Chance 0.2 of 5 pieces: a forecast of zero has the least absolute error, 1.0 a month is right."""
    g = np.random.default_rng(2)
    means = []
    for _ in range(12):
        made = forecast_series(np.where(g.random(120) < 0.2, 5.0, 0.0), horizon=12, season=12)
        assert made.backtest is not None
        assert made.backtest.measure == "rmsse"
        means.append(made.quantity.mean())
    assert np.mean(means) == pytest.approx(1.0, abs=3 * 2.0 / np.sqrt(12 * 60))


def test_candidates_are_in_order_and_the_mean_is_a_mean() -> None:
    y = shop_series(5)
    tried = backtest(y, DemandClass.SMOOTH, horizon=12, season=12, mean_of=3)
    assert (np.diff(tried.mase) >= 0).all()
    joined = next(name for name in tried.candidates if "+" in name)
    known = np.array([y.size])
    parts = [forecasts_of(name, y, known, 12, 12) for name in joined.split("+")]
    assert forecasts_of(joined, y, known, 12, 12).tolist() == np.mean(parts, axis=0).tolist()
    alone = [name for name in tried.candidates if "+" not in name]
    assert set(joined.split("+")) == set(alone[:3])


def test_backtest_of_seasonal_naive_by_hand() -> None:
    y = shop_series(6, 60)
    tried = backtest(y, DemandClass.SMOOTH, horizon=6, season=12, origins=5)
    errors, origins = [], range(50, 55)
    for n in origins:
        errors += [abs(y[n + h] - y[n + h - 12]) for h in range(6)]
    scale = np.mean([abs(y[t] - y[t - 12]) for t in range(12, 50)])
    at = tried.candidates.index("seasonal_naive")
    assert tried.mase[at] == pytest.approx(np.mean(errors) / scale)
    assert tried.error_sd[at, 2] == pytest.approx(np.sqrt(np.mean([(y[n + 2] - y[n - 10]) ** 2 for n in origins])))
    assert tried.origins == 5


@given(st.integers(2, 130), st.integers(1, 30), st.integers(1, 40), st.sampled_from([1, 4, 12, 52]))
def test_origins_stay_inside_the_history(periods: int, horizon: int, origins: int, season: int) -> None:
    known, steps = origins_of(periods, horizon, origins, season)
    assert known[0] >= 1
    assert known[-1] + steps <= periods
    assert 1 <= steps <= horizon
    assert 1 <= known.size <= origins


@given(st.integers(0, 10_000), st.integers(1, 45), st.sampled_from([1, 4, 12]), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_any_history_gives_a_forecast(seed: int, periods: int, season: int, chance: float) -> None:
    g = np.random.default_rng(seed)
    y = np.where(g.random(periods) < chance, np.round(g.gamma(1.0, 20.0, periods)), 0.0)
    made = forecast_series(y, horizon=5, season=season, outlier_limit=4.0)
    assert made.quantity.shape == made.error_sd.shape == (5,)
    assert np.isfinite(made.quantity).all()
    assert (made.quantity >= 0).all()


def test_an_outlier_in_the_last_season_is_kept_out_of_the_forecast() -> None:
    y = shop_series(7, 72)
    y[65] *= 6
    dirty = forecast_series(y, horizon=12, season=12, method="seasonal_naive")
    cleaned = forecast_series(y, horizon=12, season=12, method="seasonal_naive", outlier_limit=5)
    assert dirty.quantity[5] == y[65]
    assert cleaned.quantity[5] < 0.5 * y[65]
    assert 65 in cleaned.outliers
    late = forecast_series(np.r_[np.zeros(9), y], horizon=12, season=12, outlier_limit=5)
    assert late.outliers == tuple(9 + t for t in cleaned.outliers)  # counted in the history that was given


def test_table_sums_rows_fills_gaps_and_matches_the_arrays() -> None:
    y = shop_series(8, 48)
    rows = [("bed", "shop", t, 0.5 * q) for t, q in enumerate(y) for _ in range(2)]
    rows += [("bed", "web", t, 6.0) for t in range(1, 47, 5)] + [("lamp", "web", 40, 3.0)]
    table = pl.DataFrame(rows, schema=["item", "channel", "period", "quantity"], orient="row")
    made = forecast_table(table.sample(fraction=1, shuffle=True, seed=1), horizon=6, season=12)
    assert made.methods.select("item", "channel", "class").rows() == [
        ("bed", "shop", "smooth"), ("bed", "web", "slow"), ("lamp", "web", "slow"),
    ]  # fmt: skip
    assert made.methods["adi"].to_list() == [1.0, 4.7, 8.0]  # periods run to the last one of the table
    shop = made.forecast.filter(pl.col("channel") == "shop").sort("step")["quantity"].to_list()
    assert shop == pytest.approx(forecast_series(y, horizon=6, season=12).quantity.tolist())
    web = np.zeros(48)
    web[1:47:5] = 6
    seldom = made.forecast.filter(item="bed", channel="web").sort("step")["quantity"].to_list()
    assert seldom == pytest.approx(forecast_series(web, horizon=6, season=12).quantity.tolist())
    lamp = np.r_[np.zeros(40), 3.0, np.zeros(7)]  # asked for once, eight months ago
    once = made.forecast.filter(item="lamp").sort("step")["quantity"].to_list()
    assert once == pytest.approx(forecast_series(lamp, horizon=6, season=12).quantity.tolist())
    assert once[0] < 3.0


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match=r"missing or infinite.*negative quantities.*horizon and season"):
        forecast_series(np.array([1.0, np.nan, -2.0]), horizon=0, season=12)
    table = pl.DataFrame({"item": ["bed"] * 3, "channel": ["web"] * 3, "period": [0, 1, 2], "quantity": [5.0, -9, 1]})
    with pytest.raises(ValueError, match="item bed, channel web: history has negative"):
        forecast_table(table, horizon=3, season=12)
    with pytest.raises(ValueError, match="no column period; it has item, channel, week"):
        forecast_table(table.rename({"period": "week"}), horizon=3, season=12)


def test_the_library_is_loaded_by_the_first_fit_only() -> None:
    code = "import sys, e2esim.planning.demand; print('statsmodels' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


DATA = os.environ.get("E2ESIM_DATA")


@pytest.mark.skipif(not DATA, reason="E2ESIM_DATA names no folder with the furniture series")
def test_furniture_retail_of_eight_regions() -> None:
    """Last 24 months held out: at one go better on average, forecast anew each month better in every region."""
    table = pl.read_csv(Path(str(DATA)) / "furniture_retail_turnover_monthly.csv")
    once, monthly = [], []
    for region in table.columns[1:]:
        y = table[region].drop_nulls().cast(pl.Float64).to_numpy()
        once.append(held_out(y, 24))
        start = y.size - 24
        method = forecast_series(y[:start], horizon=12, season=12).method
        known = np.arange(start, y.size - 11)
        actual = y[known[:, None] + np.arange(12)]
        both = (forecasts_of(name, y, known, 12, 12) for name in (method, "seasonal_naive"))
        monthly.append([mase(f, actual, y[:start], 12) for f in both])
    assert len(once) == 8
    mean = np.mean(once, axis=0)
    assert mean[0] < 0.85 * mean[1]
    assert all(made < plain for made, plain in monthly)
