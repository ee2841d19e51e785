"""Kernels of lot sizing against slow, obvious twins: all subsets of set-ups, all coverages."""

import itertools

import numpy as np
import pytest

from e2esim.planning.lotsizing.bound_kernels import priced_plans
from e2esim.planning.lotsizing.search_kernels import (
    SearchFacts,
    Space,
    anneal,
    overload_cost,
    place_item,
    replan_item,
    uniform,
)

N_WEEKS, GRAIN = 4, 2


def small_shop(seed: int, late: int) -> SearchFacts:
    """Three items, two centres, two steps (one item with one step only)."""
    g = np.random.default_rng(seed)
    demand = np.round(g.uniform(0, 20, (3, N_WEEKS))) * (g.random((3, N_WEEKS)) < 0.85)
    cumulative = np.concatenate([np.zeros((3, 1)), np.cumsum(np.repeat(demand / GRAIN, GRAIN, axis=1), axis=1)], axis=1)
    return SearchFacts(
        cumulative=cumulative, ahead=np.array([4, 4, 4]), late=late, grain=GRAIN, holding=g.uniform(0.5, 1.5, 3),
        backlog=g.uniform(2, 6, 3), setup_cost=g.uniform(10, 40, 3), centre=np.array([[0, 1, 0], [1, 0, -1]]),
        run_h=g.uniform(0.5, 1.5, (2, 3)), setup_h=g.uniform(1, 4, (2, 3)), capacity_h=g.uniform(15, 40, (2, N_WEEKS)),
        overtime_h=np.full((2, N_WEEKS), 5.0), price=3.0, steep=50.0, members=np.array([[0, 1, 2], [0, 1, 0]]),
        n_members=np.array([3, 2]),
    )  # fmt: skip


def slow_cost(shop: SearchFacts, cover: np.ndarray) -> float:
    """Cost of a whole coverage table, counted from what is made each week."""
    made = np.diff(np.take_along_axis(shop.cumulative, cover, axis=1), axis=1, prepend=0.0)
    demand = np.diff(shop.cumulative[:, ::GRAIN], axis=1)
    stock = np.cumsum(made - demand, axis=1)
    total = (shop.holding[:, None] * np.maximum(stock, 0)).sum() + (shop.backlog[:, None] * np.maximum(-stock, 0)).sum()
    total += (shop.setup_cost[:, None] * (made > 0)).sum()
    for c in range(2):
        for t in range(N_WEEKS):
            load = sum(
                shop.setup_h[s, i] + shop.run_h[s, i] * made[i, t]
                for s in range(2) for i in range(3) if shop.centre[s, i] == c and made[i, t] > 0
            )  # fmt: skip
            over = max(0.0, load - shop.capacity_h[c, t])
            total += 3.0 * min(over, 5.0) + 50.0 * max(0.0, over - 5.0)
    return float(total)


def some_cover(seed: int, late: int) -> np.ndarray:
    """A random valid coverage that ends complete."""
    g = np.random.default_rng(seed)
    rows = []
    for _ in range(3):
        row = [0] * N_WEEKS
        at = 0
        for t in range(N_WEEKS):
            at = max(at, (t + 1 - late) * GRAIN, int(g.integers(0, N_WEEKS * GRAIN + 1)) if g.random() < 0.5 else 0)
            row[t] = min(at, N_WEEKS * GRAIN)
        row[-1] = N_WEEKS * GRAIN
        rows.append(row)
    return np.array(rows, dtype=np.int64)


def loaded(shop: SearchFacts, cover: np.ndarray) -> tuple[np.ndarray, float]:
    load, total = np.zeros((2, N_WEEKS)), 0.0
    for i in range(3):
        total += place_item(i, 0, N_WEEKS, 1.0, cover, load, shop)
    return load, total


@pytest.mark.parametrize("seed", range(8))
def test_place_item_counts_every_cost(seed: int) -> None:
    """Adding all items gives the slow cost; taking them away again gives nothing."""
    shop, cover = small_shop(seed, 1), some_cover(seed, 1)
    load, total = loaded(shop, cover)
    assert total == pytest.approx(slow_cost(shop, cover))
    for i in range(3):
        total += place_item(i, 0, N_WEEKS, -1.0, cover, load, shop)
    assert total == pytest.approx(0.0, abs=1e-9)
    assert np.allclose(load, 0.0)


STRETCHES = [(s, s % 2, s % 3, 4 - (s // 4) % 2) for s in range(12)]


@pytest.mark.parametrize(("seed", "late", "first", "last"), STRETCHES)
def test_replan_item_is_the_best_of_all(seed: int, late: int, first: int, last: int) -> None:
    """Among all coverages of the stretch that keep its end and the lateness limit, none is cheaper."""
    shop, cover = small_shop(seed, late), some_cover(seed, late)
    item = seed % 3
    best = np.inf
    start = cover[item, first - 1] if first else 0
    for row in itertools.product(range(N_WEEKS * GRAIN + 1), repeat=last - first - 1):
        full = (*row, cover[item, last - 1])
        low = [start, *full[:-1]]
        if any(b < a for a, b in zip(low, full, strict=True)):
            continue
        if any(k < (first + n + 1 - late) * GRAIN for n, k in enumerate(full)):
            continue
        trial = cover.copy()
        trial[item, first:last] = full
        best = min(best, slow_cost(shop, trial))
    load, _ = loaded(shop, cover)
    place_item(item, first, last, -1.0, cover, load, shop)
    width = (4 + late + 1) * GRAIN + 1
    space = Space(np.empty(width), np.empty(width), np.zeros((N_WEEKS, width), np.int64))
    replan_item(item, first, last, cover, load, shop, space)
    assert slow_cost(shop, cover) == pytest.approx(best)


def test_anneal_keeps_its_books() -> None:
    """The cost it reports is the cost of the plan it hands over, and no single item can be replanned for less."""
    shop = small_shop(3, 1)
    cover = np.repeat(GRAIN * np.arange(1, N_WEEKS + 1)[None], 3, axis=0)
    start = slow_cost(shop, cover)
    best_cover = cover.copy()
    bits = np.array([7], dtype=np.uint64)
    best = anneal(bits, 3000, 20.0, 0.5, 2, 2, 4, cover, best_cover, np.inf, shop)
    assert best == pytest.approx(slow_cost(shop, best_cover))
    assert best < start
    for item in range(3):
        load, _ = loaded(shop, best_cover)
        trial = best_cover.copy()
        place_item(item, 0, N_WEEKS, -1.0, trial, load, shop)
        space = Space(np.empty(13), np.empty(13), np.zeros((N_WEEKS, 13), np.int64))
        replan_item(item, 0, N_WEEKS, trial, load, shop, space)
        assert slow_cost(shop, trial) >= best - 1e-6


def test_overload_cost_has_three_pieces() -> None:
    assert [overload_cost(x, 10.0, 5.0, 3.0, 50.0) for x in (9.0, 12.0, 16.0)] == [0.0, 6.0, 65.0]


def test_uniform_is_uniform() -> None:
    """Mean and variance of 20,000 draws within 3 standard errors of 1/2 and 1/12; no draw repeats a neighbour."""
    bits = np.array([123], dtype=np.uint64)
    draws = np.array([uniform(bits) for _ in range(20_000)])
    assert abs(draws.mean() - 0.5) <= 3 * np.sqrt(1 / 12 / 20_000)
    assert abs(draws.var() - 1 / 12) <= 3 * np.sqrt(1 / 180 / 20_000)
    assert abs(np.corrcoef(draws[:-1], draws[1:])[0, 1]) <= 3 / np.sqrt(20_000)


@pytest.mark.parametrize("seed", range(10))
def test_priced_plans_are_the_best_of_all_setups(seed: int) -> None:
    """Every subset of set-ups, every piece from the cheapest of them or never: the kernel finds the least."""
    g = np.random.default_rng(seed)
    weeks = 6
    demand = np.round(g.uniform(0, 20, (2, weeks)))
    holding, backlog = g.uniform(0.5, 1.5, 2), np.where(g.random(2) < 0.7, g.uniform(1, 5, 2), np.inf)
    unmet = np.where(g.random(2) < 0.7, g.uniform(8, 20, 2), np.inf)
    patience = np.ceil(np.where(np.isinf(unmet), 99.0, unmet) / backlog)  # 0 where backlog is infinite
    late = np.minimum(weeks, patience).astype(np.int64)
    piece, fixed = g.uniform(0, 3, (2, weeks)), g.uniform(5, 40, (2, weeks))
    truth = 0.0
    for i in range(2):
        best = np.inf
        for open_ in itertools.product((False, True), repeat=weeks):
            total = fixed[i][np.array(open_)].sum()
            for u in range(weeks):
                ways = [unmet[i]] + [
                    piece[i, t] + (holding[i] * (u - t) if t <= u else backlog[i] * (t - u))
                    for t in range(weeks) if open_[t]
                ]  # fmt: skip
                total += demand[i, u] * min(ways) if demand[i, u] > 0 else 0.0
            best = min(best, total)
        truth += best
    made, setups = np.zeros_like(demand), np.zeros_like(demand)
    total = priced_plans(demand, holding, backlog, unmet, late, piece, fixed, made, setups)
    assert total == pytest.approx(truth)
    assert (made[setups == 0] == 0).all()
