"""Random changes of what is wanted, for the sake of a late order. Arrays in, changed in place."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.lean import lean_njit
from e2esim.planning.factory.problem import Floats, Ints
from e2esim.planning.factory.shop_floor import Trees

State = npt.NDArray[np.uint64]


@lean_njit
def draw(state: State, n: int) -> int:
    """A whole number below ``n`` from a xorshift generator (Marsaglia, 2003) whose ``state`` is (1,) uint64, never
    0.
    """
    x = state[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state[0] = x
    return int((x >> np.uint64(11)) % np.uint64(n))


@lean_njit
def pick_late(state: State, late: Floats, weight: Floats) -> int:
    """Row of a late order drawn in proportion to its weight times the square root of its late pieces; -1 when none
    is late.
    """
    total = 0.0
    for j in range(late.size):
        if late[j] > 1e-6:
            total += weight[j] * np.sqrt(late[j])
    if total <= 0.0:
        return -1
    mark = total * draw(state, 1 << 30) / (1 << 30)
    for j in range(late.size):
        if late[j] > 1e-6:
            mark -= weight[j] * np.sqrt(late[j])
            if mark <= 0.0:
                return j
    return -1


@lean_njit
def merge(state: State, day: Ints, qty: Floats, a: int, b: int, low: int, high: int) -> None:
    """Put two neighbouring wants of rows ``a`` to ``b`` together on the earlier day, the first pair in ``low``..``high``
    or a random one.
    """
    k = a + draw(state, b - a - 1)
    for j in range(a, b):
        if low <= day[j] <= high and j + 1 < b:
            k = j
            break
    if day[k + 1] - day[k] <= 28:
        qty[k] += qty[k + 1]
        qty[k + 1] = 0.0


@lean_njit
def enlarge(state: State, day: Ints, qty: Floats, a: int, b: int, latest: int) -> None:
    """Want more in the last lot up to day ``latest``, less in the first after it."""
    best = -1
    for k in range(a, b):
        if day[k] <= latest and qty[k] > 0 and (best < 0 or day[k] > day[best]):
            best = k
    if best < 0:
        return
    more = float(1 + draw(state, 40))
    later = -1
    for k in range(a, b):
        if day[k] > day[best] and qty[k] > 0 and (later < 0 or day[k] < day[later]):
            later = k
    qty[best] += more
    if later >= 0:
        qty[later] = max(0.0, qty[later] - more)


@lean_njit
def choose(state: State, step: Ints, day: Ints, s: int, n: int, a: int, b: int, low: int, high: int) -> None:
    """Have some of the wants ``a`` to ``b`` of step ``s`` between two days done another way, one of ``n``."""
    other = s + draw(state, n)
    for k in range(a, b):
        if low <= day[k] <= high and draw(state, 2) == 0:
            step[k] = other


@lean_njit
def change(
    state: State,
    step: Ints,
    day: Ints,
    qty: Floats,
    rank: Floats,
    target: int,
    due: int,
    want_start: Ints,
    centre: Ints,
    trees: Trees,
) -> None:
    """One random change of the wants for the sake of one late order of item ``target`` due on day ``due``.

    Wants are grouped by first choice at ``want_start``; ``step`` says which choice each is.
    """
    n_tree = trees.tree_start[target + 1] - trees.tree_start[target]
    if n_tree == 0:
        return
    at = trees.tree_start[target] + draw(state, n_tree)
    s = trees.tree_step[at]
    latest = due - trees.tree_lead[at]
    if trees.choices[s] > 1 and draw(state, 3) == 0:
        low, high = latest - 7 * draw(state, 6), latest + 7 * draw(state, 3)
        choose(state, step, day, s, trees.choices[s], want_start[s], want_start[s + 1], low, high)
        return
    kind = draw(state, 10)
    if kind == 8:  # this step goes before or after others
        rank[s] = draw(state, 1000)
        return
    if kind == 9:  # a neighbour on the same work centre waits
        c = centre[s]
        s = trees.mate_step[trees.mate_start[c] + draw(state, trees.mate_start[c + 1] - trees.mate_start[c])]
    low = latest - 7 * draw(state, 6)
    high = latest + 7 * draw(state, 3)
    shift = 1 + draw(state, 14)
    a, b = want_start[trees.main[s]], want_start[trees.main[s] + 1]
    if kind == 7 and b - a > 1:
        merge(state, day, qty, a, b, low, high)
    elif kind == 6:
        enlarge(state, day, qty, a, b, latest)
    else:
        for k in range(a, b):
            if low <= day[k] <= high and (kind != 9 or step[k] == s):
                day[k] = day[k] + shift if kind == 9 else max(0, day[k] - shift)
