"""Available-to-promise: owns the supply that is still free, by item and day, and the textbook tables behind it.

Daily buckets. Day 0 is the day of the nightly run; a receipt of a day can be shipped on that day. The promise itself
is the kernel :func:`e2esim.planning.atp_kernels.promise_rows`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

OPEN_QUOTA: Floats = np.zeros((0, 0, 0))


def free_supply(on_hand: Floats, receipts: Floats, committed: Floats) -> Floats:
    """Cumulative ATP with look-ahead: pieces that can still be promised for each day without breaking a later promise.

    Parameters
    ----------
    on_hand : ndarray, (n_items,)
        Stock, allocated pieces excluded [pcs].
    receipts, committed : ndarray, (n_items, n_days)
        Planned receipts and open promises by ship day [pcs]; what is overdue stands on day 0.

    Returns
    -------
    ndarray, (n_items, n_days)
        Never falls along a row; negative where promises already exceed supply [pcs].

    Notes
    -----
    free[i, d] = min over d' >= d of (on_hand[i] + sum up to d' of (receipts - committed)). Source: the cumulative ATP
    with look-ahead of Vollmann, Berry, Whybark and Jacobs (2005).

    Examples
    --------
    >>> free_supply(np.array([5.0]), np.array([[0.0, 10.0, 0.0]]), np.array([[2.0, 0.0, 9.0]])).tolist()
    [[3.0, 4.0, 4.0]]
    """
    level = on_hand[:, None] + np.cumsum(receipts - committed, axis=1)
    return np.ascontiguousarray(np.minimum.accumulate(level[:, ::-1], axis=1)[:, ::-1])


def daily_receipts(weekly: Floats, week_of_day: Ints, weight: Floats) -> Floats:
    """Spread weekly quantities over the days of their week in proportion to the work done on them.

    Parameters
    ----------
    weekly : ndarray, (n_weeks, n_items)
        Planned quantities [pcs].
    week_of_day : ndarray of int, (n_days,)
        Week row of each day; days of weeks beyond the plan get nothing.
    weight : ndarray, (n_days,)
        Working hours of each day (any unit). A week without any puts its quantity on its last day.

    Returns
    -------
    ndarray, (n_items, n_days)
        [pcs]

    Examples
    --------
    >>> daily_receipts(np.array([[8.0], [3.0]]), np.array([0, 0, 1, 1]), np.array([1.0, 3.0, 0.0, 0.0])).tolist()
    [[2.0, 6.0, 0.0, 3.0]]
    """
    weeks = weekly.shape[0]
    inside = week_of_day < weeks
    week = np.where(inside, week_of_day, 0)
    hours = np.where(inside, weight, 0.0)
    total = np.bincount(week, weights=hours, minlength=weeks)
    last = np.r_[week_of_day[1:] != week_of_day[:-1], True]
    idle = total[week] <= 0
    share = np.where(
        idle, (last & inside).astype(np.float64), np.divide(hours, total[week], out=np.zeros_like(hours), where=~idle)
    )
    return np.ascontiguousarray((weekly[week] * (share * inside)[:, None]).T)


def quote(free: Floats, quantity: float | Floats = 1.0) -> Ints:
    """First day on which ``quantity`` pieces are free, (n_items,); n_days where they are not within the horizon.

    Examples
    --------
    >>> quote(np.array([[-2.0, 0.0, 3.0], [4.0, 4.0, 4.0], [0.0, 0.0, 0.0]])).tolist()
    [2, 0, 3]
    """
    return np.asarray((free < quantity - 1e-6).sum(axis=1), dtype=np.int64)


def discrete_atp(on_hand: float, mps: Floats, orders: Floats, *, look_ahead: bool = True) -> Floats:
    """Discrete ATP of one item: what each receipt leaves after the orders up to the next receipt.

    Parameters
    ----------
    on_hand
        Stock at the start [pcs].
    mps, orders : ndarray, (n_periods,)
        Master schedule receipts and customer orders [pcs].
    look_ahead
        A period that owes takes from the nearest earlier period that has; without it each period stands alone.

    Returns
    -------
    ndarray, (n_periods,)
        ATP in period 0 and in the periods with a receipt, zero elsewhere [pcs].

    Notes
    -----
    Source: Vollmann, Berry, Whybark and Jacobs, Manufacturing Planning and Control (2005).

    Examples
    --------
    >>> mps, orders = np.array([0.0, 0.0, 50.0, 0.0, 50.0]), np.array([4.0, 2.0, 30.0, 10.0, 55.0])
    >>> discrete_atp(10.0, mps, orders).tolist()
    [4.0, 0.0, 5.0, 0.0, 0.0]
    >>> discrete_atp(10.0, mps, orders, look_ahead=False).tolist()
    [4.0, 0.0, 10.0, 0.0, -5.0]
    """
    atp = np.zeros(mps.size)
    starts = np.unique(np.r_[0, np.flatnonzero(mps > 0)])
    atp[starts] = mps[starts] - np.add.reduceat(orders, starts)
    atp[0] += on_hand
    if look_ahead:
        for earlier, later in zip(starts[-2::-1], starts[:0:-1], strict=True):
            atp[earlier] += min(atp[later], 0.0)
            atp[later] = max(atp[later], 0.0)
    return atp


def cumulative_atp(on_hand: float, mps: Floats, orders: Floats, *, look_ahead: bool = True) -> Floats:
    """Cumulative ATP of one item by period; with look-ahead no later order is ever broken.

    Examples
    --------
    >>> mps, orders = np.array([0.0, 0.0, 50.0, 0.0, 50.0]), np.array([4.0, 2.0, 30.0, 10.0, 55.0])
    >>> cumulative_atp(10.0, mps, orders).tolist()
    [4.0, 4.0, 9.0, 9.0, 9.0]
    >>> cumulative_atp(10.0, mps, orders, look_ahead=False).tolist()
    [6.0, 4.0, 24.0, 14.0, 9.0]
    """
    level = on_hand + np.cumsum(mps - orders)
    if not look_ahead:
        return np.asarray(level)
    return np.asarray(np.minimum.accumulate(level[::-1])[::-1])


def backward_atp(on_hand: float, supply: Floats, demand: Floats, *, accumulate: bool = False) -> Floats:
    """ATP of one item when a shortage is covered from the nearest earlier periods that have something left.

    Parameters
    ----------
    on_hand
        Stock at the start [pcs]; it counts as supply of the first period.
    supply, demand : ndarray, (n_periods,)
        [pcs]
    accumulate
        Add what earlier periods have left to the later ones; a shortage that nothing covers stays in its period.

    Returns
    -------
    ndarray, (n_periods,)
        What can be promised in each period; negative where nothing earlier covers a shortage [pcs].

    Notes
    -----
    Source: Oracle Inventory User's Guide (A60725), available to promise, backward consumption.

    Examples
    --------
    >>> backward_atp(0.0, np.array([2.0, 0.0, 5.0]), np.array([0.0, 3.0, 0.0])).tolist()
    [0.0, -1.0, 5.0]
    >>> backward_atp(0.0, np.array([2.0, 3.0]), np.array([0.0, 0.0]), accumulate=True).tolist()
    [2.0, 5.0]
    """
    left = np.asarray(supply - demand, dtype=np.float64)
    left[0] += on_hand
    for period in range(left.size):
        for earlier in range(period - 1, -1, -1):
            if left[period] >= 0:
                break
            taken = min(max(left[earlier], 0.0), -left[period])
            left[earlier] -= taken
            left[period] += taken
    if not accumulate:
        return left
    carried = 0.0
    for period in range(left.size):
        if left[period] >= 0:
            left[period] += carried
            carried = left[period]
    return left


def master_schedule(on_hand: float, forecast: Floats, orders: Floats, *, lot: float) -> Floats:
    """Lots of one item: one in each period in which stock would fall below zero without, (n_periods,) [pcs].

    Demand of a period is the larger of forecast and orders. Source: Stevenson, Operations Management, master scheduling.

    Examples
    --------
    >>> master_schedule(5.0, np.array([4.0, 4.0]), np.array([1.0, 9.0]), lot=10.0).tolist()
    [0.0, 10.0]
    """
    lots = np.zeros(forecast.size)
    stock = on_hand
    for period, need in enumerate(np.maximum(forecast, orders).tolist()):
        while stock + lots[period] < need:
            lots[period] += lot
        stock += float(lots[period]) - need
    return lots


def projected_on_hand(on_hand: float, mps: Floats, forecast: Floats, orders: Floats) -> Floats:
    """Stock at the end of each period if demand is the larger of forecast and orders, (n_periods,) [pcs].

    Examples
    --------
    >>> projected_on_hand(5.0, np.array([0.0, 10.0]), np.array([4.0, 4.0]), np.array([1.0, 9.0])).tolist()
    [1.0, 2.0]
    """
    return np.asarray(on_hand + np.cumsum(mps - np.maximum(forecast, orders)))


def first_period(cumulative: Floats, quantity: float, *, wanted: int = 0) -> int | None:
    """First period from ``wanted`` on whose cumulative ATP (with look-ahead) holds ``quantity``, None if there is none.

    Examples
    --------
    >>> first_period(np.array([3.0, 4.0, 9.0]), 5.0)
    2
    """
    fits = np.flatnonzero(cumulative[wanted:] >= quantity - 1e-6)
    return wanted + int(fits[0]) if fits.size else None
