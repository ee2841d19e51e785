"""Which factors move a KPI: elementary effects (M. D. Morris 1991) and shares of variance (I. M. Sobol' 1993), by SALib.

The factors are laid on the unit cube; the response of a point is its mean over replications on common random numbers.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.study.surrogate import filled, fit_surrogate

Floats = npt.NDArray[np.float64]
METHODS = ("morris", "sobol", "surrogate")
LEVELS = 4  # of the grid of Morris
_DENSE = 1024  # base of the sample of a surrogate, whose points cost nothing


def places(method: str, names: Sequence[str], size: int, seed: int = 1) -> Floats:
    """Places in the unit cube that a method needs, (n_points, n_factors).

    Parameters
    ----------
    method
        'morris': ``size`` trajectories, size x (factors + 1) points; 'sobol': size x (factors + 2) points; 'surrogate': ``size`` points that
        fill the space (`e2esim.study.surrogate`).
    names
        Of the factors.
    size
        Of 'sobol' a power of two.
    seed
        Of the sampling.

    Raises
    ------
    ValueError
        If the method is not known or the size does not fit.
    """
    if method == "morris":
        from SALib.sample import morris

        if size < 2:
            raise ValueError("the method morris needs two trajectories at least")
        return np.asarray(morris.sample(_problem(names), size, num_levels=LEVELS, seed=seed), dtype=np.float64)
    if method == "surrogate":
        return filled(len(names), size, seed)
    if method != "sobol":
        raise ValueError(f"there is no method {method!r}; one of {', '.join(METHODS)}")
    if size < 2 or size & (size - 1):
        raise ValueError(f"the method sobol needs a power of two, not {size}")
    from SALib.sample import sobol

    return np.asarray(sobol.sample(_problem(names), size, calc_second_order=False, seed=seed), dtype=np.float64)


def effects(method: str, names: Sequence[str], where: Floats, response: Floats, seed: int = 1) -> pl.DataFrame:
    """What each factor does to one response.

    Parameters
    ----------
    where : (n_points, n_factors)
        As `places` gave them.
    response : (n_points,)
        Mean of the KPI at each.

    Returns
    -------
    pl.DataFrame
        factor and, for 'morris', mu_star (mean size of the effect over the whole range, with its 95 % half-width), mu, sigma (how much it depends
        on the others); for 'sobol' and 'surrogate', first and total share of variance with their 95 % half-widths. Largest first.
    """
    if method == "surrogate":
        return shares_of_surrogate(names, where, response, seed)
    if np.ptp(response) == 0.0:
        columns = ("mu_star", "mu_star_half", "mu", "sigma") if method == "morris" else ("first", "first_half", "total", "total_half")
        return pl.DataFrame({"factor": list(names), **{name: [0.0] * len(names) for name in columns}})
    problem = _problem(names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # divisions by a spread of zero inside; told apart below
        if method == "morris":
            from SALib.analyze import morris

            found = morris.analyze(problem, where, response, num_levels=LEVELS, seed=seed)
            table = {"mu_star": found["mu_star"], "mu_star_half": found["mu_star_conf"], "mu": found["mu"], "sigma": found["sigma"]}
        else:
            from SALib.analyze import sobol

            found = sobol.analyze(problem, response, calc_second_order=False, seed=seed)
            table = {"first": found["S1"], "first_half": found["S1_conf"], "total": found["ST"], "total_half": found["ST_conf"]}
    frame = pl.DataFrame({"factor": list(names), **{key: np.asarray(column, dtype=np.float64) for key, column in table.items()}})
    return frame.sort("mu_star" if method == "morris" else "total", descending=True, maintain_order=True)


def shares_of_surrogate(names: Sequence[str], where: Floats, response: Floats, seed: int = 1) -> pl.DataFrame:
    """Sobol' shares of a surrogate of the response, and ``foretold``: how well it foretells points it has not seen (1 = exactly, 0 = as the mean)."""
    from SALib.sample import sobol

    model = fit_surrogate(where, response)
    dense = np.asarray(sobol.sample(_problem(names), _DENSE, calc_second_order=False, seed=seed), dtype=np.float64)
    return effects("sobol", names, dense, model(dense), seed).with_columns(pl.lit(model.foretold).alias("foretold"))


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
