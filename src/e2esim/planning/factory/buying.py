"""Terms of suppliers for the kernels, and what a purchase costs."""

from __future__ import annotations

import numpy as np

from e2esim.planning.factory.buying_kernels import LotTerms, SourceTerms
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem

DAYS_A_YEAR = 365.0


def sources_of(problem: PlanProblem) -> SourceTerms:
    """Terms of all sources."""
    return SourceTerms(
        lead=problem.source_lead_days,
        moq=problem.source_moq,
        multiple=problem.source_multiple,
        price=problem.source_price,
        order_eur=problem.source_order_eur if problem.source_order_eur.size else np.zeros(problem.source_item.size),
        break_start=np.searchsorted(problem.break_source, np.arange(problem.source_item.size + 1)),
        break_qty=problem.break_qty,
        break_price=problem.break_price,
    )


def lot_terms(problem: PlanProblem) -> LotTerms:
    """Rules of lots of all items."""
    keeps = problem.lot_keeps if problem.lot_keeps.size else np.full(problem.n_items, np.inf)
    return LotTerms(cover=problem.cover, fill=problem.fill, keeps=keeps, hold=problem.holding_share_y / DAYS_A_YEAR)


def unit_prices(problem: PlanProblem, source: Ints, qty: Floats) -> Floats:
    """Price of a piece in each purchase, (n_purchases,) [EUR], lower where the supplier has a lower price for so many.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> p = synthetic_problem(np.random.default_rng(1), finished=2, parts=2, bought=3, centres=3, orders=5, weeks=4)
    >>> p = replace(p, source_price=np.full(p.source_item.size, 10.0), break_source=np.array([0, 0]), break_qty=np.array([50.0, 90.0]),
    ...             break_price=np.array([9.0, 8.0]))
    >>> unit_prices(p, np.array([0, 0, 0, 1]), np.array([49.0, 50.0, 100.0, 100.0])).tolist()
    [10.0, 9.0, 8.0, 10.0]
    """
    price = problem.source_price[source].astype(np.float64)
    for s, least, lower in zip(problem.break_source.tolist(), problem.break_qty.tolist(), problem.break_price.tolist(), strict=True):
        price[(source == s) & (qty >= least - 1e-6)] = lower
    return price
