"""Replenishment: how a trade account orders from the firm to refill its own stock, and the textbook rules behind it.

All cells (accounts x items) at once; pieces are whole. Knows no clock: the caller says which accounts review today.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from e2esim.domain.lean import lean_njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


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


@lean_njit
def replenish(
    accounts: Ints,
    target: Floats,
    wallet: Floats,
    goods: tuple[Floats, Floats, Floats, Floats],
    account: Ints,
    item: Ints,
    quantity: Ints,
) -> int:
    """Whole pieces that each of ``accounts`` orders today, up to its target; writes a line an item and returns how many.

    Parameters
    ----------
    accounts : (k,)
        Accounts whose day of order this is.
    target : (n_accounts, n_items)
        Target position [pcs]; none for an account that has no ``wallet`` (n_accounts,) left.
    goods : (n_accounts, n_items) each
        Stock of the firm, stock of others, open orders at the firm, own customers' lines not yet served [pcs]; the position is the first three less the last.
    account, item, quantity : (k n_items,)
        Overwritten: the lines, by account and item.

    Examples
    --------
    >>> one, (account, item, quantity) = np.ones((2, 1)), np.zeros((3, 2), dtype=np.int64)
    >>> replenish(np.array([0]), 7.2 * one, np.ones(2), (3.0 * one, 0.0 * one, 2.0 * one, one), account, item, quantity), int(quantity[0])
    (1, 4)
    """
    m = 0
    own, others, on_order, backlog = goods
    for a in accounts:
        for i in range(target.shape[1]):
            level = target[a, i] if wallet[a] > 0.0 else 0.0
            more = math.ceil(max(level - (own[a, i] + others[a, i] + on_order[a, i] - backlog[a, i]), 0.0) - 1e-9)
            if more > 0:
                account[m], item[m], quantity[m] = a, i, more
                m += 1
    return m


def smoothed_rate(rate: Floats, sold: Floats, days: float, alpha: Floats | float, season: Floats | float = 1.0) -> Floats:
    """Sell-out rate learnt by simple exponential smoothing of what was sold in the last ``days`` [pcs/day].

    Examples
    --------
    >>> smoothed_rate(np.array([[1.0]]), np.array([[14.0]]), 7.0, 0.2).tolist()
    [[1.2]]
    """
    return np.asarray(rate + alpha * (sold / (days * np.maximum(season, 1e-9)) - rate))
