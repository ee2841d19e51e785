"""Choosing the best: known answers, right as often as is claimed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from e2esim.study.selection import Floats, choose, subset

RUNS = 400
FEWEST = 0.95 - 3 * (0.95 * 0.05 / RUNS) ** 0.5  # three standard errors below what is claimed


def systems(means: Sequence[float], seed: int, *, luck: float = 1.0, noise: Sequence[float] = (1.0,)) -> Floats:
    """Many replications of systems that share their luck, (n_systems, 2000)."""
    rng = np.random.default_rng(seed)
    spread = np.resize(np.array(noise), len(means))[:, None]
    return np.array(means)[:, None] + luck * rng.standard_normal(2000) + spread * rng.standard_normal((len(means), 2000))


@pytest.mark.parametrize("noise", [(1.0,), (0.5, 2.0)])
def test_kn_chooses_the_best_at_the_hardest_answer_known(noise: tuple[float, ...]) -> None:
    """All others exactly delta behind the best: the least favourable case."""
    right = 0
    for seed in range(RUNS):
        values = systems([0.0, 0.0, 1.0, 0.0, 0.0], seed, noise=noise)
        found = choose(lambda who, start, n, values=values: values[list(who), start : start + n], 5, delta=1.0, first=10, most=2000)
        assert found.proven
        right += found.best == 2
    assert right / RUNS >= FEWEST


def test_kn_needs_few_replications_where_the_best_is_far_ahead_and_gives_up_when_told() -> None:
    far = systems([0.0, 0.0, 20.0], 1)
    found = choose(lambda who, start, n: far[list(who), start : start + n], 3, delta=1.0)
    assert (found.best, found.proven, max(found.replications)) == (2, True, 10)
    even = systems([0.0, 0.0, 0.0], 2)
    found = choose(lambda who, start, n: even[list(who), start : start + n], 3, delta=0.01, most=50)
    assert (found.proven, max(found.replications)) == (False, 50)


def test_the_subset_holds_the_best() -> None:
    held = sizes = 0
    for seed in range(RUNS):
        kept = subset(systems([0.0, 0.2, 0.5, -3.0, 0.4], seed)[:, :12])
        held += 2 in kept
        sizes += len(kept)
        assert 3 not in kept or len(kept) < 5
    assert held / RUNS >= FEWEST
    assert sizes / RUNS < 4.2  # the hopeless one is out nearly always


def test_one_system_is_the_best() -> None:
    assert subset(np.ones((1, 4))) == [0]
    assert choose(lambda who, start, n: np.ones((1, n)), 1, delta=0.1).proven
    with pytest.raises(ValueError, match="delta"):
        choose(lambda who, start, n: np.ones((2, n)), 2, delta=0.0)
