"""Carry a supply network out from the start to its horizon."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from e2esim.chain.network import columns as C
from e2esim.chain.network.columns import NetworkState
from e2esim.chain.network.pack import pack
from e2esim.chain.network.timeline_kernels import FINISHED, NEEDS_ROOM, run
from e2esim.domain.network import NetworkClock, SupplyNetwork
from e2esim.streams import Streams

_EVENTS = 2_000_000  # between two reports of progress


def execute(
    network: SupplyNetwork,
    clock: NetworkClock,
    streams: Streams,
    *,
    book: bool = True,
    record: bool = True,
    progress: Callable[[float], None] | None = None,
) -> NetworkState:
    """Run one replication and return its arrays; ``book`` keeps a row an order, ``record`` a row a stock point and period."""
    state = pack(network, clock, streams, book=book, record=record)
    while True:
        ended = run(state, _EVENTS)
        if ended == FINISHED:
            return state
        if ended == NEEDS_ROOM:
            state = _grown(state)
        if progress is not None:
            progress(float(state.counters[C.N_BAND]) / max(1, state.band.shape[0] - 1))


def _grown(s: NetworkState) -> NetworkState:
    """Double the book where it is nearly full, and the calendar likewise."""
    more = int(s.counters[C.N_ROOM])
    s.counters[C.N_ROOM] = 0
    changed: dict[str, Any] = {}
    if s.counters[C.N_BOOK] + more + 64 > s.book.shape[0]:
        rows = 2 * s.book.shape[0] + more
        changed |= {name: _longer(getattr(s, name), rows) for name in ("book",)}
    need = int(s.counters[C.N_HEAP] + s.counters[C.N_WAITING]) + more + 64
    if need + s.point.shape[0] > s.heap.shape[0] or not changed:
        rows = 2 * s.heap.shape[0] + need
        changed |= {name: _longer(getattr(s, name), rows) for name in ("heap", "slot")}
    return s._replace(**changed)


def _longer(a: Any, rows: int) -> Any:
    out = np.zeros(rows, dtype=a.dtype).view(np.recarray)
    out[: a.shape[0]] = a
    return out
