"""Forecasts that add up: items to channels and markets and back.

Owns bottom-up sums, top-down shares and whole pieces that keep their total.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def bottom_up(values: Floats, member: Ints, groups: int) -> Floats:
    """Sums by group, (n_groups, n_periods) [pcs].

    Parameters
    ----------
    values : ndarray, (n_series, n_periods)
        [pcs]
    member : ndarray, (n_series,)
        Group of each series.
    groups
        Number of groups.

    Examples
    --------
    >>> bottom_up(np.array([[1.0], [2.0], [4.0]]), np.array([0, 1, 0]), 2).tolist()
    [[5.0], [2.0]]
    """
    total = np.zeros((groups, values.shape[1]))
    np.add.at(total, member, values)
    return total


def top_down(total: Floats, member: Ints, weights: Floats) -> Floats:
    """Group totals shared out to their series in proportion to weights, (n_series, n_periods) [pcs].

    With the series' own forecasts as weights this is top-down by forecast proportions (Athanasopoulos et al., 2009),
    with past demand by historical ones. A group without any weight in a period is shared evenly.

    Parameters
    ----------
    total : ndarray, (n_groups, n_periods)
        What the groups shall add up to [pcs].
    member : ndarray, (n_series,)
        Group of each series; every group with a total needs at least one.
    weights : ndarray, (n_series, n_periods)
        Not below zero.

    Examples
    --------
    >>> top_down(np.array([[90.0, 10.0]]), np.array([0, 0]), np.array([[2.0, 0.0], [1.0, 0.0]])).tolist()
    [[60.0, 5.0], [30.0, 5.0]]
    """
    if (weights < 0).any():
        raise ValueError("weights must be >= 0")
    size = np.bincount(member, minlength=total.shape[0])
    if size.size != total.shape[0] or (total[size == 0] != 0).any():
        raise ValueError("every group with a total needs a series, and every series a group")
    base = bottom_up(weights, member, total.shape[0])[member]
    even = np.broadcast_to((1.0 / size[member])[:, None], weights.shape)
    share = np.divide(weights, base, out=np.array(even), where=base > 0)
    return np.asarray(total[member] * share)


def whole_pieces(values: Floats) -> Floats:
    """Whole numbers a series, that add up to the rounded total of each period, (n_series, n_periods) [pcs].

    The largest remainders are rounded up; of equal ones the first series. Source: Hamilton's method.

    Examples
    --------
    >>> whole_pieces(np.array([[1.4], [1.4], [1.2]])).tolist()
    [[2.0], [1.0], [1.0]]
    """
    floor = np.floor(values + 1e-9)
    missing = np.rint(values.sum(axis=0) - floor.sum(axis=0)).astype(int)
    rank = np.argsort(np.argsort(-(values - floor), axis=0, kind="stable"), axis=0, kind="stable")
    return np.asarray(floor + (rank < missing[None, :]))
