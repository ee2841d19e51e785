"""Send flow along cheapest paths: Bellman and Ford, testing only the arcs whose tail has moved since their last test.

Arcs are tested in the order of their numbers, pass after pass, as in the plain algorithm, and an arc that is left out could not
have moved anything: the paths, and among equal ones the path that is found, are those of the plain algorithm (its slow twin is in
the tests). Which arcs wait for a test stands in words of 64 bits (Sedgewick and Wayne 2011, 4.4: a queue instead of passes).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.lean import counting_njit, lean_njit

F = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Short = npt.NDArray[np.uint32]  # an index without a sign needs no test whether it counts from the end

_LEAST = 1e-9  # [pcs] room below which an arc is full
_TIE = 1e-7  # [EUR/pcs] by which a path must be cheaper
_ONE, _BRUIJN, _SHIFT = np.uint64(1), np.uint64(0x03F79D71B4CB0A89), np.uint64(58)
_PLACE = np.zeros(64, dtype=np.uint32)  # of a lone bit, by the top six bits of its product with a de Bruijn sequence
for _bit in range(64):
    _PLACE[((int(_BRUIJN) << _bit) & (2**64 - 1)) >> 58] = _bit


@lean_njit
def lowest_bit(word: np.uint64) -> np.uint32:
    """Number of the lowest bit that is set in ``word``, which is not 0 (Leiserson, Prokop and Randall 1998).

    >>> lowest_bit(np.uint64(40))
    3
    """
    lone = word & (~word + _ONE)
    return _PLACE[np.uint32((lone * _BRUIJN) >> _SHIFT)]  # type: ignore[no-any-return]


@counting_njit
def augment(tail: Ints, head: Ints, room: F, cost: F, nodes: int, source: int, sink: int) -> None:
    """Send flow from ``source`` to ``sink`` along the cheapest path as long as it costs less than nothing.

    ``tail``, ``head``, ``room`` [pcs] and ``cost`` [EUR/pcs], each (arcs,); arc ``a ^ 1`` leads back. Writes ``room``.
    """
    arcs = len(tail)
    words = (arcs + 63) // 64
    start, end = tail.astype(np.uint32), head.astype(np.uint32)
    leaving, waiting = np.zeros((nodes, words), np.uint64), np.zeros(words, np.uint64)
    for a in range(arcs):
        if room[a] > _LEAST:
            leaving[tail[a], a >> 6] |= _ONE << np.uint64(a & 63)
    distance, by = np.empty(nodes), np.empty(nodes, np.uint32)
    for _ in range(50 * arcs):
        _cheapest(start, end, cost, source, leaving, waiting, distance, by)
        if distance[sink] >= 0.0:
            return
        most, node = np.inf, sink
        while node != source:
            most, node = min(most, room[by[node]]), tail[by[node]]
        node = sink
        while node != source:
            there = np.int64(by[node])
            room[there] -= most
            room[there ^ 1] += most
            for b in (there, there ^ 1):
                bit = _ONE << np.uint64(b & 63)
                if room[b] > _LEAST:
                    leaving[tail[b], b >> 6] |= bit
                else:
                    leaving[tail[b], b >> 6] &= ~bit
            node = tail[there]


@lean_njit
def _cheapest(start: Short, end: Short, cost: F, source: int, leaving: Words, waiting: Words, distance: F, by: Short) -> None:
    """Write the least cost from ``source`` to each node into ``distance`` and the arc by which it comes into ``by``, (nodes,).

    Arcs lead from ``start`` to ``end``, (arcs,); ``leaving`` (nodes, words): arcs with room that leave a node; ``waiting`` (words,): arcs whose
    start has moved.
    """
    words = len(waiting)
    distance[:] = np.inf
    distance[source] = 0.0
    left = False
    for w in range(words):
        waiting[w] = leaving[source, w]
        left = left or waiting[w] != 0
    while left:
        left = False
        for k in range(words):
            at = np.uint32(k)
            ahead = waiting[at]
            while ahead != 0:
                bit = lowest_bit(ahead)
                a = np.uint32((at << np.uint32(6)) | bit)
                one = _ONE << np.uint64(bit)
                waiting[at] &= ~one
                node = end[a]
                reached = distance[start[a]] + cost[a]
                if reached < distance[node] - _TIE:
                    distance[node], by[node] = reached, a
                    for v in range(words):
                        waiting[v] |= leaving[node, v]
                ahead = waiting[at] & ~(one | (one - _ONE))
        for w in range(words):
            left = left or waiting[w] != 0
