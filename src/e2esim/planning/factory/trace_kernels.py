"""What a schedule implies: who is fed by what. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
from numba import njit

from e2esim.planning.factory.problem import Floats, Ints

EPS = 1e-6


@njit(cache=True)
def first_come(in_node: Ints, in_qty: Floats, out_node: Ints, out_qty: Floats, n_nodes: int) -> tuple[Ints, Ints, Floats]:
    """Match supplies to uses of each node first in, first out; returns (row of use, row of supply, pieces).

    Both lists are sorted by (node, day) and hold enough supply in time for every use.
    """
    size = in_node.size + out_node.size + 1
    use, give, qty = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size)
    n = 0
    a = 0
    left = in_qty[0] if in_node.size else 0.0
    for b in range(out_node.size):
        need = out_qty[b]
        while need > EPS and a < in_node.size:
            if in_node[a] < out_node[b] or (in_node[a] == out_node[b] and left <= EPS):
                a += 1
                if a < in_node.size:
                    left = in_qty[a]
                continue
            if in_node[a] > out_node[b]:
                break
            take = min(need, left)
            use[n], give[n], qty[n] = b, a, take
            n += 1
            need -= take
            left -= take
    return use[:n], give[:n], qty[:n]
