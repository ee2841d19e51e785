"""Methods: each against an independent slow form or a known answer; none may look ahead."""

from itertools import pairwise

import numpy as np
import pytest

from e2esim.planning.demand.intermittent_kernels import CROSTON, SBA, TSB, best_constant, rate_path
from e2esim.planning.demand.methods import GRID, LEVELS, METHODS, TRENDS, intermittent
from e2esim.planning.demand.seasonal_index import seasonal_index
from e2esim.planning.demand.smoothing_kernels import best_level, best_trend, level_path, trend_path


def seasonal_series(seed: int = 0, months: int = 84) -> np.ndarray:
    g = np.random.default_rng(seed)
    t = np.arange(months)
    return (100 + 0.5 * t) * (1 + 0.3 * np.sin(2 * np.pi * t / 12)) * np.exp(0.05 * g.standard_normal(months))


def level_by_hand(sold: list[float], usual: list[float], start: float, alpha: float) -> list[float]:
    """Weighted means: of what was sold, and of what is usual; the level is their ratio."""
    found = [start]
    for n in range(1, len(sold) + 1):
        weights = [alpha * (1 - alpha) ** (n - 1 - t) for t in range(n)]
        rest = (1 - alpha) ** n
        top = rest * start + sum(w * q for w, q in zip(weights, sold, strict=False))
        found.append(top / (rest + sum(w * u for w, u in zip(weights, usual, strict=False))))
    return found


def test_kernel_of_the_level_against_its_slow_twin() -> None:
    g = np.random.default_rng(3)
    sold, usual = g.poisson(5, 40).astype(float), g.uniform(0, 2, 40)
    assert level_path(sold, usual, 4.0, 0.2).tolist() == pytest.approx(level_by_hand(sold.tolist(), usual.tolist(), 4.0, 0.2))
    missed = [sum((q - m * u) ** 2 for q, m, u in zip(sold, level_by_hand(sold.tolist(), usual.tolist(), 4.0, a), usual, strict=False)) for a in LEVELS]
    assert best_level(sold, usual, 4.0, LEVELS) == LEVELS[int(np.argmin(missed))]


def trend_by_hand(sold: list[float], level: float, slope: float, alpha: float, beta: float, damping: float) -> tuple[list[float], float]:
    """The smoothing equations one period at a time; Hyndman, Athanasopoulos (2021), 8.2."""
    levels, missed = [level], 0.0
    for q in sold:
        ahead = level + damping * slope
        missed += (q - ahead) ** 2
        new = alpha * q + (1 - alpha) * ahead
        slope = beta * (new - level) + (1 - beta) * damping * slope
        level = new
        levels.append(level)
    return levels, missed


def test_kernel_of_the_trend_against_its_slow_twin() -> None:
    sold = seasonal_series(4, 40)
    level, _, missed = trend_path(sold, (90.0, 1.0), 0.3, 0.1, 0.93)
    twin = trend_by_hand(sold.tolist(), 90.0, 1.0, 0.3, 0.1, 0.93)
    assert (level.tolist(), missed) == (pytest.approx(twin[0]), pytest.approx(twin[1]))
    best = best_trend(sold, (90.0, 1.0), *TRENDS)
    least = min((trend_by_hand(sold.tolist(), 90.0, 1.0, a, b, d)[1], (a, b, d)) for a in TRENDS[0] for b in TRENDS[1] for d in TRENDS[2])
    assert best == least[1]


@pytest.mark.parametrize("name", METHODS)
def test_no_method_looks_ahead(name: str) -> None:
    """Demand after an origin, and after the first origin for the constants, changes no forecast made there."""
    y = seasonal_series(1)
    if name in ("croston", "sba", "tsb"):
        y = np.where(np.arange(y.size) % 3 == 0, y, 0.0)
    other = y.copy()
    other[70:] *= 5
    known = np.array([60, 65, 70])
    index = seasonal_index(y[:60], 12)
    first, second = (METHODS[name](h, known, 12, index) for h in (y, other))
    assert first.tolist() == second.tolist()


@pytest.mark.parametrize("name", METHODS)
def test_one_origin_of_many_is_the_same_as_alone(name: str) -> None:
    y = seasonal_series(2)
    index = seasonal_index(y[:48], 12)
    many = METHODS[name](y, np.array([48, 60, 84]), 12, index)
    alone = METHODS[name](y[:48], np.array([48]), 12, index)
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
    alive = {k: intermittent(dying, known, 1, np.ones(12), kind=k)[:, 0] for k in (CROSTON, TSB)}
    assert alive[CROSTON][0] == alive[CROSTON][1]
    assert alive[TSB][1] < 0.7 * alive[TSB][0]
