"""Methods: each against an independent slow form or a known answer; none may look ahead."""

from itertools import pairwise

import numpy as np
import pytest
from statsmodels.tsa.holtwinters import ExponentialSmoothing

from e2esim.planning.demand.intermittent_kernels import CROSTON, SBA, TSB, best_constant, rate_path
from e2esim.planning.demand.methods import GRID, METHODS, intermittent
from e2esim.planning.demand.smoothing import Shape, smooth

SHAPES = [
    Shape(),
    Shape(trend=True),
    Shape(trend=True, damped=True),
    Shape(season="add"),
    Shape(season="mul"),
    Shape(trend=True, damped=True, season="add"),
    Shape(trend=True, damped=True, season="mul"),
]


def seasonal_series(seed: int = 0, months: int = 84) -> np.ndarray:
    g = np.random.default_rng(seed)
    t = np.arange(months)
    return (100 + 0.5 * t) * (1 + 0.3 * np.sin(2 * np.pi * t / 12)) * np.exp(0.05 * g.standard_normal(months))


def by_hand(y: np.ndarray, shape: Shape, params: dict, period: int, horizon: int) -> list[float]:
    """The smoothing equations one period at a time; Hyndman, Athanasopoulos (2021), 8.3 and 8.4."""
    level, slope = params["initial_level"], params["initial_trend"] if shape.trend else 0.0
    season = list(params["initial_seasons"]) if shape.season else []
    phi = params["damping_trend"] if shape.damped else 1.0
    a, b, c = params["smoothing_level"], params["smoothing_trend"], params["smoothing_seasonal"]
    for x in y:
        s = season[-period] if shape.season else 0.0
        before = level + phi * slope
        base = x / s if shape.season == "mul" else x - s
        new = a * base + (1 - a) * before
        if shape.trend:
            slope = b * (new - level) + (1 - b) * phi * slope
        if shape.season:
            season.append(c * (x / before if shape.season == "mul" else x - before) + (1 - c) * s)
        level = new
    made, climb = [], 0.0
    for h in range(1, horizon + 1):
        climb += phi**h * slope
        s = season[-period + (h - 1) % period] if shape.season else 0.0
        made.append((level + climb) * s if shape.season == "mul" else level + climb + s)
    return made


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_smoothing_is_the_textbook_recursion_at_every_origin(shape: Shape) -> None:
    """Constants from the library's own fit on the first 60 months, equations by hand, forecasts from months 60 and 77."""
    y = seasonal_series()
    fitted = ExponentialSmoothing(
        y[:60], trend="add" if shape.trend else None, damped_trend=shape.damped, seasonal=shape.season or None,
        seasonal_periods=12 if shape.season else None, initialization_method="heuristic",
    ).fit(use_brute=False)  # fmt: skip
    made = smooth(y, shape, 12, 60).project(np.array([60, 77]), 26)
    for row, known in zip(made, (60, 77), strict=True):
        assert row.tolist() == pytest.approx(by_hand(y[:known], shape, fitted.params, 12, 26), rel=1e-9)
    library = fitted.forecast(11)  # its twelfth step leaves the last month out of its season
    assert made[0, :11].tolist() == pytest.approx(library.tolist(), rel=1e-9)


@pytest.mark.parametrize("name", METHODS)
def test_no_method_looks_ahead(name: str) -> None:
    """Demand after an origin, and after the first origin for the constants, changes no forecast made there."""
    y = seasonal_series(1)
    if name in ("croston", "sba", "tsb"):
        y = np.where(np.arange(y.size) % 3 == 0, y, 0.0)
    other = y.copy()
    other[70:] *= 5
    known = np.array([60, 65, 70])
    first, second = (METHODS[name](h, known, 12, 12) for h in (y, other))
    assert first.tolist() == second.tolist()


@pytest.mark.parametrize("name", METHODS)
def test_one_origin_of_many_is_the_same_as_alone(name: str) -> None:
    y = seasonal_series(2)
    many = METHODS[name](y, np.array([48, 60, 84]), 12, 12)
    alone = METHODS[name](y[:48], np.array([48]), 12, 12)
    assert many[0].tolist() == pytest.approx(alone[0].tolist(), rel=1e-12)
    assert (many >= 0).all()


def slow_rate(demand: np.ndarray, size: float, interval: float, alpha: float, kind: int) -> float:
    """Croston's two averages from the list of demands, written from their definition."""
    if kind == TSB:
        chance = 1 / interval
        for x in demand:
            chance = alpha * (x > 0) + (1 - alpha) * chance
            size = alpha * x + (1 - alpha) * size if x > 0 else size
        return chance * size
    at = [t for t, x in enumerate(demand) if x > 0]
    for t in at:
        size = alpha * demand[t] + (1 - alpha) * size
    for a, b in pairwise(at):
        interval = alpha * (b - a) + (1 - alpha) * interval
    return size / interval * (1 - alpha / 2 if kind == SBA else 1)


@pytest.mark.parametrize("kind", [CROSTON, SBA, TSB])
def test_kernel_of_intermittent_demand_against_its_slow_twin(kind: int) -> None:
    g = np.random.default_rng(8)
    demand = np.where(g.random(60) < 0.4, g.uniform(1, 20, 60), 0.0)
    path = rate_path(demand, 7.0, 2.5, 0.2, kind)
    assert path.tolist() == pytest.approx([slow_rate(demand[:n], 7.0, 2.5, 0.2, kind) for n in range(61)])
    errors = [np.sum((demand - rate_path(demand, 7.0, 2.5, a, kind)[:-1]) ** 2) for a in GRID]
    assert best_constant(demand, 7.0, 2.5, GRID, kind) == GRID[int(np.argmin(errors))]


def test_bias_of_croston_and_its_correction() -> None:
    """Demand of 10 with chance 0.25: Croston is too high by about alpha / (2 - alpha) (1 - chance), SBA nearly not."""
    g = np.random.default_rng(9)
    alpha, chance, n = 0.2, 0.25, 3000
    rates = np.array([
        [rate_path(row, 10.0, 4.0, alpha, kind)[-1] for kind in (CROSTON, SBA, TSB)]
        for row in 10.0 * (g.random((n, 150)) < chance)
    ])  # fmt: skip
    mean, error = rates.mean(axis=0) / 2.5, rates.std(axis=0) / 2.5 / np.sqrt(n)
    assert (error < 0.02).all()
    assert abs(mean[0] - (1 + alpha / (2 - alpha) * (1 - chance))) < 3 * error[0] + 0.01  # Taylor, second order
    assert abs(mean[1] - 1) < 0.5 * abs(mean[0] - 1)
    assert abs(mean[2] - 1) < 3 * error[2]


def test_a_dying_item_fades_under_tsb_only() -> None:
    dying = np.r_[np.tile([9.0, 0.0, 0.0], 12), np.zeros(24)]
    known = np.array([36, 60])
    alive = {k: intermittent(dying, known, 1, 12, kind=k)[:, 0] for k in (CROSTON, TSB)}
    assert alive[CROSTON][0] == alive[CROSTON][1]
    assert alive[TSB][1] < 0.7 * alive[TSB][0]


def test_too_little_history_is_refused() -> None:
    with pytest.raises(ValueError, match="needs 24 periods of history, not 20"):
        smooth(np.ones(30), Shape(season="add"), 12, 20)
    with pytest.raises(ValueError, match="a damped trend needs trend"):
        Shape(damped=True)
