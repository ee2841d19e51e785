"""Kernels of the bound: with a price on every work-centre hour each item plans alone, and that is solved exactly.

Nodes of an item's plan: 0 = before the horizon, 1..n_weeks = a set-up in week node - 1, n_weeks + 1 = the end.
Between two neighbouring set-ups every piece comes from one of the two, or is never delivered.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@njit(cache=True, inline="always")
def source(n: int, m: int, week: int, n_weeks: int, hold: float, back: float, piece: Floats) -> tuple[float, int]:
    """Cheapest way to make a piece due in ``week`` from the set-ups at nodes n and m: cost, week made (-1: none)."""
    best, made = 1e15, -1
    if n > 0:
        best, made = piece[n - 1] + hold * (week - (n - 1)), n - 1
    if m <= n_weeks:
        value = piece[m - 1] + back * (m - 1 - week)
        if value < best:
            best, made = value, m - 1
    return best, made


@njit(cache=True, nogil=True)
def stretches(demand: Floats, hold: float, back: float, unmet: float, late: int, piece: Floats, out: Floats) -> None:
    """Cost of all demand between neighbouring set-ups n and m, ``out`` (n_weeks + 2, n_weeks + 2) [EUR].

    ``piece``: price of a piece made in a week, (n_weeks,) [EUR]; ``late``: weeks beyond which no piece is made late.
    """
    n_weeks = demand.shape[0]
    for n in range(n_weeks + 1):
        begin = max(n - 1, 0)
        early = 0.0
        for m in range(n + 1, n_weeks + 2):
            if m - 2 >= begin:
                early += demand[m - 2] * min(source(n, n_weeks + 1, m - 2, n_weeks, hold, back, piece)[0], unmet)
            total = early
            if m <= n_weeks:
                for week in range(max(m - 1 - late, begin), m - 1):
                    alone = min(source(n, n_weeks + 1, week, n_weeks, hold, back, piece)[0], unmet)
                    both = min(source(n, m, week, n_weeks, hold, back, piece)[0], unmet)
                    total += demand[week] * (both - alone)
            out[n, m] = total


@njit(cache=True, nogil=True)
def shortest(cost: Floats, fixed: Floats, to_node: Floats, from_node: Floats, following: Ints) -> None:
    """Shortest path through the set-ups: cost up to a node, cost after it (n_weeks + 2,) and the node after it."""
    end = fixed.shape[0] + 1
    to_node[0] = 0.0
    for m in range(1, end + 1):
        best = 1e300
        for n in range(m):
            best = min(best, to_node[n] + cost[n, m])
        to_node[m] = best + (fixed[m - 1] if m < end else 0.0)
    from_node[end] = 0.0
    for n in range(end - 1, -1, -1):
        best, following[n] = 1e300, -1
        for m in range(n + 1, end + 1):
            value = cost[n, m] + (fixed[m - 1] if m < end else 0.0) + from_node[m]
            if value < best:
                best, following[n] = value, m
        from_node[n] = best


@njit(cache=True, nogil=True)
def priced_plans(
    demand: Floats, holding: Floats, backlog: Floats, unmet: Floats, late: Ints, piece: Floats, fixed: Floats,
    made: Floats, setups: Floats,
) -> float:
    """Every item's cheapest plan when a piece costs ``piece`` and a lot ``fixed``, (n_items, n_weeks) [EUR].

    Writes ``made`` [pcs] and ``setups`` (0 or 1); returns the sum of the costs [EUR].
    """
    n_items, n_weeks = demand.shape
    cost = np.zeros((n_weeks + 2, n_weeks + 2))
    to_node, from_node = np.zeros(n_weeks + 2), np.zeros(n_weeks + 2)
    following = np.zeros(n_weeks + 2, np.int64)
    total = 0.0
    made[:] = 0.0
    setups[:] = 0.0
    for i in range(n_items):
        stretches(demand[i], holding[i], backlog[i], unmet[i], late[i], piece[i], cost)
        shortest(cost, fixed[i], to_node, from_node, following)
        total += from_node[0]
        n = 0
        while n <= n_weeks:
            m = following[n]
            if m <= n_weeks:
                setups[i, m - 1] = 1.0
            for week in range(max(n - 1, 0), m - 1):
                value, t = source(n, m, week, n_weeks, holding[i], backlog[i], piece[i])
                if value < unmet[i]:
                    made[i, t] += demand[i, week]
            n = m
    return total


@njit(cache=True, nogil=True)
def worth_keeping(
    demand: Floats, holding: Floats, backlog: Floats, unmet: Floats, late: Ints, piece: Floats, fixed: Floats,
    slack: float, keep: Bools,
) -> None:
    """Mark the pairs (week made, week due) of plans that cost at most ``slack`` [EUR] more than the item's cheapest.

    ``keep``: (n_items, n_weeks, n_weeks), written where True.
    """
    n_items, n_weeks = demand.shape
    cost = np.zeros((n_weeks + 2, n_weeks + 2))
    to_node, from_node = np.zeros(n_weeks + 2), np.zeros(n_weeks + 2)
    following = np.zeros(n_weeks + 2, np.int64)
    for i in range(n_items):
        stretches(demand[i], holding[i], backlog[i], unmet[i], late[i], piece[i], cost)
        shortest(cost, fixed[i], to_node, from_node, following)
        for n in range(n_weeks + 1):
            for m in range(n + 1, n_weeks + 2):
                after = (fixed[i, m - 1] if m <= n_weeks else 0.0) + from_node[m]
                if to_node[n] + cost[n, m] + after > from_node[0] + slack:
                    continue
                for week in range(max(n - 1, 0), m - 1):
                    t = source(n, m, week, n_weeks, holding[i], backlog[i], piece[i])[1]
                    if t >= 0:
                        keep[i, t, week] = True
                    if n > 0:
                        keep[i, n - 1, week] = True
