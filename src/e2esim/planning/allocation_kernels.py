"""The promise allocation of one item that shares nothing scarce with others: exact, as a flow, without a programme.

Pieces flow from the buckets in which they come free (or are made on top of the plan, at a cost) to a later bucket, from
there to a class, and along the buckets of the class to the end; what flows from bucket b to b + 1 of class k is what k has
got by the end of b. Each bucket that a piece has been with a class earns the delay it avoids, the end earns its value.
Solved by augmenting the dearest path (successive shortest paths: Ahuja, Magnanti and Orlin 1993, chapter 9).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.lean import counting_njit, lean_njit
from e2esim.planning.flow_kernels import augment

F = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_CLEARLY = 1e-5  # [h, unit] above the tolerance with which sums are tested
_FLOOR = 1e6  # [EUR/pcs] what a piece below the floor of its class seems to be worth: more than anything else


@counting_njit
def serve_alone(total: F, floor: F, supply: F, value: F, waiting: F, extra_eur: float, extra_cap: F) -> tuple[F, F]:
    """Return what each class gets by the end of each bucket, (classes, buckets), and what is made on top, (buckets,) [pcs].

    Parameters: ``total``, ``floor`` (classes, buckets) cumulative demand and the least that a class must get [pcs];
    ``supply`` (buckets,) cumulative, not falling [pcs]; ``value`` (classes,) [EUR/pcs]; ``waiting`` (classes, buckets)
    what a piece saves that is there all through the bucket [EUR/pcs]; ``extra_eur`` [EUR/pcs] and ``extra_cap``
    (buckets,) [pcs] of what may be made on top of the plan.
    """
    classes, buckets = total.shape
    source, sink = 0, 1
    comes, gets = 2, 2 + buckets  # first node of the buckets, first node of the classes' buckets
    nodes = gets + classes * buckets
    arcs = 2 * (2 * buckets + buckets - 1 + 3 * classes * buckets)
    tail, head = np.empty(arcs, np.int64), np.empty(arcs, np.int64)
    room, cost = np.zeros(arcs), np.zeros(arcs)
    n = 0
    for b in range(buckets):
        fresh = supply[b] - (supply[b - 1] if b > 0 else 0.0)
        n = _arc(tail, head, room, cost, n, source, comes + b, fresh, 0.0)
        n = _arc(tail, head, room, cost, n, source, comes + b, extra_cap[b], extra_eur)
        if b + 1 < buckets:
            n = _arc(tail, head, room, cost, n, comes + b, comes + b + 1, np.inf, 0.0)
        for k in range(classes):
            here = gets + k * buckets + b
            after = here + 1 if b + 1 < buckets else sink
            earned = waiting[k, b] + (value[k] if after == sink else 0.0)
            n = _arc(tail, head, room, cost, n, comes + b, here, np.inf, 0.0)
            n = _arc(tail, head, room, cost, n, here, after, floor[k, b], -earned - _FLOOR)
            n = _arc(tail, head, room, cost, n, here, after, max(total[k, b] - floor[k, b], 0.0), -earned)
    augment(tail, head, room, cost, nodes, source, sink)
    served, extra = np.zeros((classes, buckets)), np.zeros(buckets)
    n = 0
    for b in range(buckets):  # what has flowed along an arc is the room of the arc back
        extra[b] = room[n + 3]
        n += 4 + (2 if b + 1 < buckets else 0)
        for k in range(classes):
            served[k, b] = room[n + 3] + room[n + 5]
            n += 6
    return served, extra


@lean_njit
def _arc(tail: Ints, head: Ints, room: F, cost: F, n: int, start: int, end: int, most: float, price: float) -> int:
    tail[n], head[n], room[n], cost[n] = start, end, most, price
    tail[n + 1], head[n + 1], room[n + 1], cost[n + 1] = end, start, 0.0, -price
    return n + 2


class Shared(NamedTuple):
    """What items share: use of each for a piece, (things, items), and how much there is, (things, buckets); material cumulative."""

    hours_use: F
    hours: F
    material_use: F
    material: F


@counting_njit
def serve_each(
    total: F, floor: F, supply: F, short: npt.NDArray[np.bool_], value: F, waiting: F, extra_eur: F, extra_cap: F, shared: Shared
) -> tuple[F, F, bool]:
    """`serve_alone` for every short item; (items, classes, buckets) and (items, buckets), the others as their demand and zero.

    Items of which more may be made go first; where they take clearly more of what they ``shared`` than there is, the rest is left out
    and False returned (True says nothing: the sums are the caller's to test).
    """
    items, _, buckets = total.shape
    served, extra = total.copy(), np.zeros((items, buckets))
    taken, used = np.zeros(shared.hours.shape), np.zeros(shared.material.shape)
    for makes in (True, False):
        for i in range(items):
            if not short[i] or (extra_cap[i].max() > 0.0) != makes:
                continue
            served[i], extra[i] = serve_alone(total[i], floor[i], supply[i], value[i], waiting, extra_eur[i], extra_cap[i])
            if makes and (
                _exceeds(taken, shared.hours_use[:, i], extra[i], shared.hours)
                or _exceeds(used, shared.material_use[:, i], np.cumsum(extra[i]), shared.material)
            ):
                return served, extra, False
    return served, extra, True


@lean_njit
def _exceeds(taken: F, use: F, pieces: F, there: F) -> bool:
    """Add what ``pieces`` (buckets,) use to ``taken``; whether that is more than there is, by more than rounding could explain."""
    beyond = False
    for row in range(taken.shape[0]):
        for b in range(taken.shape[1]):
            taken[row, b] += use[row] * pieces[b]
            beyond |= taken[row, b] > there[row, b] * (1.0 + 1e-9) + _CLEARLY
    return beyond
