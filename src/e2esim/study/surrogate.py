"""A surrogate of a dear response: a thin plate spline through few points, smoothed as cross-validation says, with its error stated.

The spline is scipy's (`scipy.interpolate.RBFInterpolator`; J. Duchon 1977, G. Wahba 1990).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.interpolate import RBFInterpolator
from scipy.stats import qmc

Floats = npt.NDArray[np.float64]
SMOOTH = (0.0, 1e-3, 1e-2, 1e-1, 1.0, 10.0)  # how far from its points a spline may pass; the best by cross-validation is taken
FOLDS = 8


@dataclass(frozen=True)
class Surrogate:
    """A response at any place of the unit cube. ``foretold``: share of the spread of points left out that it foretells (Q squared)."""

    at: Callable[[Floats], Floats]
    foretold: float

    def __call__(self, where: Floats) -> Floats:
        """Response at places, (n_points, n_factors)."""
        return self.at(where)


def filled(dimensions: int, points: int, seed: int = 1) -> Floats:
    """Places that fill the unit cube, (points, dimensions): a Latin hypercube with its points far apart.

    Raises
    ------
    ValueError
        If there are too few points for a spline and its error.
    """
    least = 2 * (dimensions + 1)
    if points < least:
        raise ValueError(f"a surrogate of {dimensions} factors needs {least} points at least")
    return np.asarray(qmc.LatinHypercube(dimensions, rng=np.random.default_rng(seed), optimization="random-cd").random(points), dtype=np.float64)


def fit_surrogate(where: Floats, response: Floats) -> Surrogate:
    """Fit a spline to a response, (n_points,), at places, (n_points, n_factors).

    Examples
    --------
    >>> where = filled(2, 30)
    >>> model = fit_surrogate(where, where[:, 0] + where[:, 1] ** 2)
    >>> model.foretold > 0.95, abs(float(model(np.array([[0.5, 0.5]]))[0]) - 0.75) < 0.05
    (True, True)
    """
    spread = float(np.var(response))
    if spread == 0.0:
        return Surrogate(lambda places: np.full(len(places), response[0]), 1.0)
    errors = [_left_out(where, response, smooth) for smooth in SMOOTH]
    best = int(np.argmin(errors))
    model = RBFInterpolator(where, response, smoothing=SMOOTH[best], degree=1)
    return Surrogate(lambda places: np.asarray(model(places), dtype=np.float64), 1.0 - errors[best] / spread)


def _left_out(where: Floats, response: Floats, smooth: float) -> float:
    """Mean squared error at points that the spline has not seen, fold by fold."""
    fold = np.arange(len(response)) % min(FOLDS, len(response))
    error = 0.0
    for k in range(int(fold.max()) + 1):
        seen = fold != k
        model = RBFInterpolator(where[seen], response[seen], smoothing=smooth, degree=1)
        error += float(((model(where[~seen]) - response[~seen]) ** 2).sum())
    return error / len(response)
