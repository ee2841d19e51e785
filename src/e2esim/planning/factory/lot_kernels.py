"""The next lot of a step: whose turn it is, how large it may be, and what it takes. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
from numba import njit

from e2esim.domain.lean import lean_njit
from e2esim.planning.factory.problem import Floats, Ints
from e2esim.planning.factory.shop_floor import Steps

EPS = 1e-6


@lean_njit
def startable(q: float, day: int, hours: float, s: int, steps: Steps, level: Floats, free_from: Ints) -> float:
    """Most of ``q`` of a step that inputs and ``hours`` allow, in whole multiples."""
    for i in range(steps.in_start[s], steps.in_start[s + 1]):
        node = steps.in_node[i]
        if day < free_from[node] and steps.in_qty[i] > 0:
            q = min(q, (level[node] + EPS) / steps.in_qty[i])
    if steps.run[s] > 0:
        q = min(q, (hours + EPS) / steps.run[s])
    return float(np.floor((q + EPS) / steps.lot_multiple[s]) * steps.lot_multiple[s])


@njit(cache=True)
def owed_first(owed: Floats, since: Floats, rank: Floats, steps: Ints) -> Ints:
    """Steps that owe pieces, oldest debt first, ties by ``rank``; written into ``steps``, (n_steps,)."""
    n = 0
    for s in range(owed.size):
        if owed[s] > EPS:
            steps[n] = s
            n += 1
    key = np.empty(n)
    for j in range(n):
        key[j] = since[steps[j]] * 1e3 + rank[steps[j]]
    return steps[:n][np.argsort(key)]


@lean_njit
def take_inputs(s: int, q: float, day: int, steps: Steps, sold: Ints, level: Floats, cum: Floats) -> None:
    """Take the inputs of ``q`` pieces; ``cum`` keeps the least stock of the day of what is sold."""
    for i in range(steps.in_start[s], steps.in_start[s + 1]):
        node = steps.in_node[i]
        level[node] -= q * steps.in_qty[i]
        if node < sold.size and sold[node]:
            cum[node, day] = min(cum[node, day], level[node])


@lean_njit
def wanted_lot(s: int, owed: Floats, future: Floats, steps: Steps, most: float) -> float:
    """Pieces of the next lot of a step, up to ``most`` if that is a lot and to the largest one; 0 when it is too little yet and more is to come."""
    least, multiple = steps.lot_min[s], steps.lot_multiple[s]
    if owed[s] < 0.5 * least and future[s] > EPS:
        return 0.0
    q = min(owed[s], max(most, least))
    return float(min(max(np.ceil((q - EPS) / multiple) * multiple, least), steps.lot_max[s]))
