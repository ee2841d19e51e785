"""What it is worth to know an input before one decides, and how much of the doubt about a result is of the inputs, how much is luck.

The value of knowing input x: mean over x of the best decision's expected result given x, less the best expected result without knowing it
(expected value of partial perfect information, EVPPI: H. Raiffa and R. Schlaifer 1961; estimated from one sample of all inputs together by
regression: M. Strong, J. Oakley and A. Brennan 2014). It is zero for an input that would not change the decision, however much it moves the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import qmc

from e2esim.study.surrogate import fit_surrogate

Floats = npt.NDArray[np.float64]
GRID = 33  # places of the input that is known
_REST = 6  # 2 ** places of all others, over which is averaged
SHUFFLES = 40  # of an input among the points: what luck alone would call a value


@dataclass(frozen=True, kw_only=True)
class Knowing:
    """What knowing one input is worth, in the unit of the result; ``by_luck``: what an input without effect would be found worth in 95 of 100 studies."""

    factor: str
    value: float
    by_luck: float

    @property
    def seen(self) -> bool:
        """Whether it is more than luck alone would show."""
        return self.value > self.by_luck


@dataclass(frozen=True, kw_only=True)
class Doubts:
    """Variance of one replication's result under a decision, split: inputs not known, and luck (seeds)."""

    decision: str
    mean: float
    inputs: float
    luck: float


def doubts(decision: str, values: Floats) -> Doubts:
    """Split the variance of results, (n_points, replications), by one-way analysis of variance; NaN for the luck of one replication.

    Examples
    --------
    >>> found = doubts("a", np.array([[1.0, 3.0], [5.0, 7.0]]))
    >>> (found.mean, found.luck, found.inputs)
    (4.0, 2.0, 7.0)
    """
    n = values.shape[1]
    luck = float(values.var(axis=1, ddof=1).mean()) if n > 1 else np.nan
    between = float(values.mean(axis=1).var(ddof=1))
    return Doubts(decision=decision, mean=float(values.mean()), inputs=max(between - luck / n, 0.0) if n > 1 else np.nan, luck=luck)


def values_of_knowing(names: Sequence[str], where: Floats, results: Floats, seed: int = 1) -> list[Knowing]:
    """Value of knowing each input, largest first.

    Parameters
    ----------
    names
        Of the inputs.
    where : (n_points, n_inputs)
        In the unit cube, spread as the inputs are believed to be.
    results : (n_decisions, n_points)
        Mean result of each decision at each point, more is better, on common random numbers.

    Examples
    --------
    >>> where = qmc.Sobol(2, rng=np.random.default_rng(1)).random_base2(6)
    >>> first, other = values_of_knowing(["x", "y"], where, np.array([np.zeros(64), 8.0 * (where[:, 0] - 0.5)]))
    >>> first.factor, abs(first.value - 1.0) < 0.05, other.seen
    ('x', True, False)
    """
    gains = results - results[0]  # only differences decide, and common random numbers make them quieter
    rng = np.random.default_rng(seed)
    found = []
    for k, name in enumerate(names):
        value = _value(where, gains, k, seed)
        shuffled = [_value(_one_shuffled(where, k, rng), gains, k, seed) for _ in range(SHUFFLES)]
        found.append(Knowing(factor=name, value=value, by_luck=float(np.quantile(shuffled, 0.95))))
    return sorted(found, key=lambda one: -one.value)


def _one_shuffled(where: Floats, k: int, rng: np.random.Generator) -> Floats:
    other = where.copy()
    other[:, k] = rng.permutation(other[:, k])
    return other


def _value(where: Floats, gains: Floats, k: int, seed: int) -> float:
    """EVPPI of input ``k`` from surrogates of the gains over the first decision."""
    known = (np.arange(GRID) + 0.5) / GRID
    rest = qmc.Sobol(where.shape[1], rng=np.random.default_rng(seed)).random_base2(_REST)
    dense = np.repeat(rest[None], GRID, axis=0)
    dense[:, :, k] = known[:, None]
    flat = dense.reshape(-1, where.shape[1])
    given = np.array([np.zeros(GRID) if not gain.any() else fit_surrogate(where, gain)(flat).reshape(GRID, -1).mean(axis=1) for gain in gains])
    return float(given.max(axis=0).mean() - given.mean(axis=1).max())
