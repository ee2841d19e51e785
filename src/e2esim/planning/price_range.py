"""How far dual prices hold: the range of a right side in which the optimal basis of a linear programme stays optimal.

Owns the ratio test on the last basis of a `KeptLp` (sensitivity analysis, Dantzig, 1963, ch. 12): nothing is solved again
and the programme is left as it was, so asking changes no later answer. Where the optimum is degenerate the range may be
empty on one side: the price is then one of several and holds that way for no amount at all.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from e2esim.planning.kept_lp import Floats, Ints, KeptLp

NEAR = 1e-7  # a basic value this close to its bound, relative, is at it
SMALL = 1e-9  # a basic value that moves less than this a unit does not move


def price_ranges(lp: KeptLp, rows: Ints) -> Floats:
    """How much less and more the right sides of some binding rows may be at the same price, (n, 2): less, more.

    Parameters
    ----------
    lp
        Solved; its last basis is read.
    rows
        Rows that bind. A row that does not bind has no price, and its range is told as 0.

    Examples
    --------
    Make x or y for orders of 3 and 9 at 1 EUR a piece less for x; 4 h: one more hour makes one more y, up to 12 h, and of
    one hour less y suffers too, down to 3 h.

    >>> from e2esim.planning.kept_lp import Terms
    >>> terms = Terms()
    >>> terms.add(0, [0, 1], 1.0)
    >>> lp = KeptLp(cost=np.array([-2.0, -1.0]), terms=terms, n_rows=1)
    >>> lp.bound_columns(0, np.array([3.0, 9.0]))
    >>> lp.bound_rows(0, np.array([-np.inf]), np.array([4.0]))
    >>> lp.solve(), lp.duals(0, 1).tolist(), price_ranges(lp, np.array([0])).tolist()
    (True, [-1.0], [[1.0, 8.0]])
    """
    matrix, n, m = lp.matrix(), lp.n_columns, lp.n_rows
    column_basic, row_basic = lp.basic()
    told = np.zeros((rows.size, 2))
    if column_basic.sum() + row_basic.sum() != m or not rows.size:
        return told
    basis = sparse.hstack([matrix[:, column_basic], -sparse.identity(m, format="csc")[:, row_basic]], format="csc")
    values = lp.values(0, n)
    activity = matrix @ values
    low, high = lp.row_bounds()
    x = np.concatenate([values[column_basic], activity[row_basic]])
    below = x - np.concatenate([np.zeros(int(column_basic.sum())), low[row_basic]])
    above = np.concatenate([lp.upper()[column_basic], high[row_basic]]) - x
    room_down, room_up = (np.where(room <= NEAR * (1.0 + np.abs(x)), 0.0, room) for room in (below, above))
    try:
        factor = splu(basis)
    except RuntimeError:  # singular to working accuracy: nothing can be told
        return told
    units = np.zeros((m, rows.size))
    units[rows, np.arange(rows.size)] = 1.0
    moves = factor.solve(units)
    for k in np.flatnonzero(~row_basic[rows]).tolist():
        told[k] = _room(-moves[:, k], room_down, room_up), _room(moves[:, k], room_down, room_up)
    return told


def _room(move: Floats, down: Floats, up: Floats) -> float:
    """How far one may go in a direction until the first basic value meets a bound."""
    falls, rises = move < -SMALL, move > SMALL
    steps = np.concatenate([down[falls] / -move[falls], up[rises] / move[rises]])
    return float(steps.min(initial=np.inf))
