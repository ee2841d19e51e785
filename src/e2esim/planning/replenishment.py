"""Replenishment: how a trade account orders from the firm to refill its own stock, and the textbook rules behind it.

All cells (accounts x items) at once; pieces are whole. Knows no clock: the caller says which accounts review today.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def base_stock(position: Floats, level: Floats) -> Floats:
    """Order up to ``level`` at every review [pcs].

    Examples
    --------
    >>> base_stock(np.array([3.0, 12.0]), np.array([10.0, 10.0])).tolist()
    [7.0, 0.0]
    """
    return np.maximum(level - position, 0.0)


def min_max(position: Floats, low: Floats, high: Floats) -> Floats:
    """Order up to ``high`` when the position is at or below ``low``, else nothing [pcs]: the (s, S) rule.

    Examples
    --------
    >>> min_max(np.array([20.0, 25.0]), np.array([20.0, 20.0]), np.array([40.0, 40.0])).tolist()
    [20.0, 0.0]
    """
    return np.where(position <= low, np.maximum(high - position, 0.0), 0.0)


def order_up_to_level(
    rate: Floats, lead_d: Floats, review_d: Floats, cover_d: Floats, season: Floats | float = 1.0
) -> Floats:
    """Target position of each cell: expected sell-out over lead time, review period and wanted cover [pcs].

    Parameters
    ----------
    rate : ndarray, (n_accounts, n_items)
        Expected sell-out on a mean day of the year [pcs/day].
    lead_d, review_d, cover_d : ndarray, (n_accounts,)
        Lead time the account expects, days between its orders, cover beyond them [days].
    season
        Index of the coming weeks, a number or broadcastable to ``rate`` [1].

    Examples
    --------
    >>> order_up_to_level(np.array([[0.5]]), np.array([6.0]), np.array([7.0]), np.array([14.0])).tolist()
    [[13.5]]
    """
    return np.asarray(rate * season * (lead_d + review_d + cover_d)[:, None])


def replenish(
    *, target: Floats, on_hand: Floats, on_order: Floats, backlog: Floats, reviews: Flags, lot: float = 1.0
) -> Floats:
    """Whole pieces that every account orders today.

    Parameters
    ----------
    target, on_hand, on_order, backlog : ndarray, (n_accounts, n_items)
        Target position, stock, open orders at the firm, own customers' lines not yet served [pcs].
    reviews : ndarray of bool, (n_accounts,)
        Accounts whose day of order this is.
    lot
        Orders are multiples of this [pcs].

    Returns
    -------
    ndarray, (n_accounts, n_items)
        max(0, target - position) rounded up to lots, position = on_hand + on_order - backlog; zero where there is no
        review.

    Examples
    --------
    >>> one = np.ones((2, 1))
    >>> replenish(target=one * 7.2, on_hand=one * 3.0, on_order=one * 2.0, backlog=one,
    ...           reviews=np.array([True, False])).tolist()
    [[4.0], [0.0]]
    """
    wanted = base_stock(on_hand + on_order - backlog, target)
    return np.where(reviews[:, None], np.ceil(wanted / lot - 1e-9) * lot, 0.0)


def smoothed_rate(rate: Floats, sold: Floats, days: float, alpha: Floats | float, season: Floats | float = 1.0) -> Floats:
    """Sell-out rate learnt by simple exponential smoothing of what was sold in the last ``days`` [pcs/day].

    Examples
    --------
    >>> smoothed_rate(np.array([[1.0]]), np.array([[14.0]]), 7.0, 0.2).tolist()
    [[1.2]]
    """
    return np.asarray(rate + alpha * (sold / (days * np.maximum(season, 1e-9)) - rate))
