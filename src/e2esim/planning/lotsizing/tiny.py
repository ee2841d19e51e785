"""A two-item, two-week problem that fits in the head; the examples of this room use it."""

from typing import Final

import numpy as np

from e2esim.planning.lotsizing.problem import LotSizingProblem

TWO_ITEMS: Final = LotSizingProblem(
    demand=np.array([[3.0, 3.0], [0.0, 2.0]]),
    centre=np.array([[0, 0]]),
    run_h=np.array([[1.0, 1.0]]),
    setup_h=np.array([[1.0, 1.0]]),
    capacity_h=np.array([[7.0, 7.0]]),
    holding=np.array([1.0, 1.0]),
    setup_cost=np.array([10.0, 10.0]),
    backlog=np.array([np.inf, np.inf]),
    unmet=np.array([np.inf, np.inf]),
    opening_stock=np.zeros(2),
)
