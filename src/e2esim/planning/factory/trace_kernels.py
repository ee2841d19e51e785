"""What a schedule implies: the purchases it needs and who is fed by what. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
from numba import njit

from e2esim.planning.factory.problem import Floats, Ints

EPS = 1e-6


@njit(cache=True)
def purchase_plan(
    event_start: Ints,
    event_day: Ints,
    event_qty: Floats,
    source_start: Ints,
    source: Ints,
    lead: Ints,
    moq: Floats,
    multiple: Floats,
) -> tuple[Ints, Floats, Ints]:
    """Purchases (source row, qty, day received) that keep every item's stock at or above zero.

    ``event_*``: net changes of each item in order of time, grouped at ``event_start``, (n_items + 1,); ``source``:
    source rows of each item by preference, grouped at ``source_start``. The first source that can deliver in time is
    taken, as late as possible.
    """
    out_source, out_qty, out_day = (
        np.empty(event_day.size, np.int64),
        np.empty(event_day.size),
        np.empty(event_day.size, np.int64),
    )
    n = 0
    for i in range(event_start.size - 1):
        level = 0.0
        k = event_start[i]
        while k < event_start[i + 1]:
            day = event_day[k]
            while k < event_start[i + 1] and event_day[k] == day:
                level += event_qty[k]
                k += 1
            if level >= -EPS:
                continue
            for j in range(source_start[i], source_start[i + 1]):
                s = source[j]
                if lead[s] <= day:
                    step = multiple[s] if multiple[s] > 0 else 1.0
                    q = np.ceil((max(-level, moq[s]) - EPS) / step) * step
                    out_source[n], out_qty[n], out_day[n] = s, q, day
                    n += 1
                    level += q
                    break
    return out_source[:n], out_qty[:n], out_day[:n]


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
