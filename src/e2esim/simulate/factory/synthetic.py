"""A made-up company for tests and examples of planned runs."""

from __future__ import annotations

import numpy as np

from e2esim.planning.factory.case import PlanCase
from e2esim.planning.factory.risk import PlanRisk
from e2esim.planning.factory.synthetic import synthetic_problem
from e2esim.planning.promise.elsewhere import nothing_elsewhere
from e2esim.simulate.factory.facts import PlannedCompany


def synthetic_company(seed: int, *, orders: int = 12, weeks: int = 8, late_share: float = 0.2, load: float = 0.7) -> PlannedCompany:
    """A small factory without forecast.

    >>> len(synthetic_company(1).case.facts.orders)
    12
    """
    rng = np.random.default_rng(seed)
    facts = synthetic_problem(rng, finished=2, parts=2, bought=3, centres=3, orders=orders, weeks=weeks, load=load)
    sources, n = np.ones(facts.source_item.size), len(facts.orders)
    case = PlanCase(
        facts=facts,
        title="synthetic",
        item_name=facts.items,
        item_unit=("pcs",) * facts.n_items,
        order_customer=tuple(f"customer {k % 3}" for k in range(n)),
        receipt_name=tuple(f"receipt {k}" for k in range(facts.receipt_item.size)),
    )
    return PlannedCompany(
        case=case,
        elsewhere=nothing_elsewhere(),
        risk=PlanRisk(
            source_late_share=late_share * sources,
            source_late_median_d=5.0 * sources,
            source_late_sigma=sources,
            centre_hours_cv=np.full(len(facts.centres), 0.1),
            step_flow_cv=np.full(facts.n_steps, 0.3),
        ),
        demand=None,
        view_weeks=26,
        order_channel=("",) * n,
        order_turn=np.zeros(n, dtype=np.int64),
        order_promised=np.full(n, -1, dtype=np.int64),
        order_least=np.full(n, np.nan),
        order_max_late=np.full(n, -1, dtype=np.int64),
        order_price=np.zeros(n),
    )
