"""The calendar of events: a binary heap on (time, key), payloads in slots. Times are rounded to 2**-32 d (20 us), so that equal means equal."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.chain.network import columns as C
from e2esim.chain.network.columns import NetworkState
from e2esim.chain.network.inner import called, inner, pasted

_GRID = 4294967296.0


@inner
def push(s: NetworkState, t: float, moment: int, level: int, point: int, kind: int, what: int, quantity: float) -> None:
    """Enter an event. At one time the order is: place of its moment in the sequence, level (downstream first), stock point, first entered."""
    key = ((s.moment[moment] * 256 + min(level, 255)) * 2097152 + point) << 31
    enter(s.heap, s.slot, s.counters, t, key, kind, what, quantity)


@called
def enter(heap: Any, slots: Any, c: npt.NDArray[np.int64], t: float, key: int, kind: int, what: int, quantity: float) -> None:
    """Put an event into the heap at its place."""
    n = c[C.N_HEAP]
    slot = c[C.N_FREE_SLOTS]
    if slot >= 0:
        c[C.N_FREE_SLOTS] = slots[slot].kind
    else:
        slot = n
    slots[slot].kind = kind
    slots[slot].what = what
    slots[slot].quantity = quantity
    c[C.N_SEQUENCE] += 1
    key += c[C.N_SEQUENCE] & 2147483647
    t = np.floor(t * _GRID + 0.5) / _GRID
    c[C.N_HEAP] = n + 1
    k = n
    while k > 0:
        up = (k - 1) >> 1
        if heap[up].t < t or (heap[up].t == t and heap[up].key < key):
            break
        heap[k].t = heap[up].t
        heap[k].key = heap[up].key
        heap[k].slot = heap[up].slot
        k = up
    heap[k].t = t
    heap[k].key = key
    heap[k].slot = slot


@pasted
def pop(s: NetworkState) -> int:
    """Take the first event off and return its slot; :func:`free` it when it is read."""
    c = s.counters
    slot = s.heap[0].slot
    n = c[C.N_HEAP] - 1
    c[C.N_HEAP] = n
    t, key, last = s.heap[n].t, s.heap[n].key, s.heap[n].slot
    k = 0
    while True:
        down = 2 * k + 1
        if down >= n:
            break
        right = down + 1
        if right < n and (s.heap[right].t < s.heap[down].t or (s.heap[right].t == s.heap[down].t and s.heap[right].key < s.heap[down].key)):
            down = right
        if t < s.heap[down].t or (t == s.heap[down].t and key < s.heap[down].key):
            break
        s.heap[k].t = s.heap[down].t
        s.heap[k].key = s.heap[down].key
        s.heap[k].slot = s.heap[down].slot
        k = down
    s.heap[k].t = t
    s.heap[k].key = key
    s.heap[k].slot = last
    return slot


@pasted
def free(s: NetworkState, slot: int) -> None:
    """Give a slot back."""
    s.slot[slot].kind = s.counters[C.N_FREE_SLOTS]
    s.counters[C.N_FREE_SLOTS] = slot
