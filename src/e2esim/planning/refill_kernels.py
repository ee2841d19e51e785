"""How much a stock point orders, given its position: the refill rules of the textbooks as one pure function."""

from __future__ import annotations

import math

from e2esim.domain.lean import lean_njit

PLAN = 5  # orders what its net requirements say: e2esim.planning.requirement_kernels
RULE_CODES = {"base_stock": 0, "s_S": 1, "r_Q": 2, "periodic": 3, "drp": 0, "none": 4, "plan": PLAN}
_EPS = 1e-9


@lean_njit
def refill(rule: int, position: float, reorder: float, level: float, quantity: float, below: bool) -> float:
    """Quantity to order [units] at inventory position ``position`` = on hand + on order - backlog; negative: there is too much.

    ``below``: rules with a reorder point order only below it, otherwise at it too. base_stock (and DRP, whose level follows the forecast): up to
    the level. s_S: at the reorder point up to the level. r_Q: as many fixed quantities as lift the position over the reorder point.
    periodic: the fixed quantity, whatever there is.

    >>> refill(0, 7.0, 0.0, 10.0, 0.0, False), refill(1, 5.0, 5.0, 20.0, 0.0, False), refill(1, 5.0, 5.0, 20.0, 0.0, True)
    (3.0, 15.0, 0.0)
    >>> refill(2, -3.0, 5.0, 0.0, 4.0, False), refill(3, 99.0, 0.0, 0.0, 6.0, False)
    (12.0, 6.0)
    """
    if rule == 0:
        return level - position
    if rule == 3:
        return quantity
    low = position < reorder - _EPS if below else position <= reorder + _EPS
    if not low or rule == 4:
        return 0.0
    if rule == 1:
        return level - position
    times = math.floor((reorder - position) / quantity + _EPS) + 1.0
    if below and position + (times - 1.0) * quantity >= reorder - _EPS:
        times -= 1.0
    return quantity * times
