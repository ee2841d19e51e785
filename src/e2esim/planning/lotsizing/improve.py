"""From set-ups to a finished plan: exact quantities, set-ups nobody uses closed, cost counted from scratch."""

import time
from dataclasses import dataclass

import numpy as np

from e2esim.planning.lotsizing.fixed_setups import best_quantities
from e2esim.planning.lotsizing.problem import Bools, Floats, LotSizingProblem, cost


@dataclass(frozen=True, kw_only=True)
class Lots:
    """Quantities [pcs], set-ups and unmet demand [pcs], each (n_items, n_weeks), and their cost [EUR]."""

    cost: float
    quantities: Floats
    setups: Bools
    unmet: Floats


def as_found(problem: LotSizingProblem, quantities: Floats) -> Lots | None:
    """The plan that makes exactly ``quantities`` [pcs]; None if that breaks a hard limit."""
    made = np.where(quantities > 1e-9, quantities, 0.0)
    nothing = np.zeros_like(made)
    value = cost(problem, made, made > 0, nothing)
    return Lots(cost=value, quantities=made, setups=made > 0, unmet=nothing) if np.isfinite(value) else None


def polish(problem: LotSizingProblem, setups: Bools, *, time_limit_s: float) -> Lots | None:
    """The best plan within ``setups``, (n_items, n_weeks); None if there is none.

    Examples
    --------
    The set-up of item 1 in week 0 takes an hour and is not needed:

    >>> from dataclasses import replace
    >>> from e2esim.planning.lotsizing.tiny import TWO_ITEMS
    >>> roomy = replace(TWO_ITEMS, capacity_h=np.full((1, 2), 8.0))
    >>> lots = polish(roomy, np.array([[True, False], [True, True]]), time_limit_s=5.0)
    >>> lots.cost, lots.setups.tolist()
    (23.0, [[True, False], [False, True]])
    """
    end = time.perf_counter() + time_limit_s
    lots = _within(problem, setups, time_limit_s)
    left = end - time.perf_counter()
    if lots is None or np.array_equal(lots.setups, setups) or left < 0.5 * time_limit_s:
        return lots
    again = _within(problem, lots.setups, left)  # the hours of set-ups now closed are free
    return again if again is not None and again.cost < lots.cost else lots


def _within(problem: LotSizingProblem, setups: Bools, time_limit_s: float) -> Lots | None:
    found = best_quantities(problem, setups, time_limit_s=time_limit_s)
    if found is None:
        return None
    made, unmet = found
    made = np.where(made > 1e-7, made, 0.0)
    used = made > 0
    return Lots(cost=cost(problem, made, used, unmet), quantities=made, setups=used, unmet=unmet)
