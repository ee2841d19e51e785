"""Kernel of forecast consumption by dated orders."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@njit(cache=True)
def consume_orders(left: Floats, edges: Floats, series: Ints, due: Floats, quantity: Floats, back: float, ahead: float) -> Floats:
    """Let orders, in the given sequence, eat the forecast; returns what each has eaten, (n_orders,) [pcs].

    Parameters
    ----------
    left : ndarray, (n_series, n_buckets)
        Forecast, changed in place [pcs].
    edges : ndarray, (n_buckets + 1,)
        Start of each bucket and end of the last [days].
    series, due, quantity : ndarray, (n_orders,)
        Row of ``left`` (-1: none), due date [days], size [pcs].
    back, ahead
        How far before and after its due date an order may reach [days].
    """
    buckets = left.shape[1]
    eaten = np.zeros(due.size)
    for o in range(due.size):
        row = series[o]
        own = np.searchsorted(edges, due[o], side="right") - 1
        if row < 0 or own < 0 or own >= buckets:
            continue
        need = quantity[o]
        for turn in range(2):  # its own bucket and those before it, then those after it
            b = own if turn == 0 else own + 1
            while need > 0.0 and 0 <= b < buckets:
                if turn == 0 and b < own and edges[b + 1] <= due[o] - back:
                    break
                if turn == 1 and edges[b] > due[o] + ahead:
                    break
                bite = min(need, left[row, b])
                left[row, b] -= bite
                need -= bite
                b += -1 if turn == 0 else 1
        eaten[o] = quantity[o] - need
    return eaten
