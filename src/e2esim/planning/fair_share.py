"""Shares of scarce supply by simple rules: in proportion to what waits, and the greedy allocation above such floors.

Cumulative by bucket; all items at once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def fair_share(demand: Floats, supply: Floats) -> Floats:
    """Cumulative supply shared among the classes in proportion to what waits at each bucket.

    Parameters
    ----------
    demand : ndarray, (n_items, n_classes, n_buckets)
        New demand in each bucket [pcs].
    supply : ndarray, (n_items, n_buckets)
        Cumulative supply, not falling [pcs]; negative counts as none.

    Returns
    -------
    ndarray, (n_items, n_classes, n_buckets)
        Cumulative pieces [pcs]; never falls, never exceeds demand or supply.

    Examples
    --------
    >>> fair_share(np.array([[[6.0, 0.0], [2.0, 4.0]]]), np.array([[4.0, 9.0]])).tolist()
    [[[3.0, 4.875], [1.0, 4.125]]]
    """
    share = np.zeros_like(demand)
    waiting = np.zeros(demand.shape[:2])
    given = np.zeros(demand.shape[0])
    for b in range(demand.shape[2]):
        waiting += demand[:, :, b]
        total = waiting.sum(axis=1)
        fresh = np.minimum(np.maximum(supply[:, b] - given, 0.0), total)
        part = waiting * np.divide(fresh, total, out=np.zeros_like(total), where=total > 0)[:, None]
        share[:, :, b] = part + (share[:, :, b - 1] if b else 0.0)
        waiting, given = waiting - part, given + fresh
    return share


def greedy_served(demand: Floats, supply: Floats, floor: Floats, worth: Floats) -> Floats:
    """Greedy twin without extra production: each bucket gives the floors first, then the waiting classes by worth.

    ``demand`` and ``floor`` (n_items, n_classes, n_buckets), new and cumulative [pcs]; ``supply`` (n_items, n_buckets)
    cumulative [pcs]; ``worth`` (n_items, n_classes). Returns cumulative pieces like ``demand``.

    Examples
    --------
    >>> demand, floor = np.array([[[6.0], [4.0]]]), np.array([[[1.0], [0.0]]])
    >>> greedy_served(demand, np.array([[5.0]]), floor, np.array([[1.0, 2.0]])).tolist()
    [[[1.0], [4.0]]]
    """
    items, classes, buckets = demand.shape
    served = np.zeros_like(demand)
    rows, order = np.arange(items), np.argsort(-worth, axis=1, kind="stable")
    level = np.zeros((items, classes))
    for b in range(buckets):
        due = np.cumsum(demand, axis=2)[:, :, b]
        # what the floors of the other classes still need is kept back from the class in turn
        level = np.maximum(level, np.minimum(floor[:, :, b], due))
        left = np.maximum(supply[:, b] - level.sum(axis=1), 0.0)
        for turn in range(classes):
            k = order[:, turn]
            more = np.minimum(left, due[rows, k] - level[rows, k])
            level[rows, k] += more
            left -= more
        served[:, :, b] = level
    return served
