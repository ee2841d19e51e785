"""The forecast: a level for each item learnt from deseasonalised demand, times the season of the coming weeks.

Owns the weekly seasonal index, the level, the consumption of the forecast by orders, and the error measures.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def weekly_season(start: dt.date, weeks: int, monthly: Floats) -> Floats:
    """Seasonal index of each week from monthly indices, by the days that the week has in each month.

    Parameters
    ----------
    start
        First day of week 0.
    weeks
        Number of weeks.
    monthly : ndarray, (n_profiles, 12)
        Index of January to December, mean one [1].

    Returns
    -------
    ndarray, (n_profiles, n_weeks)

    Examples
    --------
    >>> monthly = np.array([[0.5, 1.5, *[1.0] * 10]])
    >>> weekly_season(dt.date(2026, 1, 26), 2, monthly).round(6).tolist()
    [[0.642857, 1.5]]
    """
    first = np.datetime64(start, "D")
    month = (first + np.arange(7 * weeks)).astype("datetime64[M]").astype(np.int64) % 12
    return np.asarray(monthly[:, month].reshape(monthly.shape[0], weeks, 7).mean(axis=2))


def initial_level(quantity: Floats, season: Floats, weights: Floats | None = None) -> Floats:
    """Level of each item from history: total demand over total season, (n_items,) [pcs/week].

    Parameters
    ----------
    quantity : ndarray, (n_weeks, n_items)
        Demand of past weeks [pcs].
    season : ndarray, (n_weeks, n_items)
        Their seasonal index [1].
    weights : ndarray, (n_weeks,), optional
        Weight of each week (recent ones more).

    Examples
    --------
    >>> initial_level(np.array([[8.0], [12.0]]), np.array([[0.8], [1.2]])).tolist()
    [10.0]
    """
    w = np.ones((quantity.shape[0], 1)) if weights is None else weights[:, None]
    base = (w * season).sum(axis=0)
    total = (w * quantity).sum(axis=0)
    return np.asarray(np.divide(total, base, out=np.zeros_like(total), where=base > 0))


def update(level: Floats, actual: Floats, season: Floats, alpha: float) -> Floats:
    """Level after a week: simple exponential smoothing of demand without its season, (n_items,) [pcs/week].

    level + alpha * (actual / season - level). Source: Holt (1957), Winters (1960), without trend and with known season.

    Examples
    --------
    >>> update(np.array([100.0]), np.array([144.0]), np.array([1.2]), 0.25).tolist()
    [105.0]
    """
    plain = np.divide(actual, season, out=level.copy(), where=season > 0)
    return np.asarray(level + alpha * (plain - level))


def forecast(level: Floats, season: Floats, bias: float = 0.0) -> Floats:
    """Forecast of the coming weeks, (n_weeks, n_items) [pcs].

    Parameters
    ----------
    level : ndarray, (n_items,)
        [pcs/week]
    season : ndarray, (n_weeks, n_items)
        Index of the coming weeks [1].
    bias
        Share of optimism [share].

    Examples
    --------
    >>> forecast(np.array([100.0]), np.array([[0.9], [1.1]]), bias=0.1).round(6).tolist()
    [[99.0], [121.0]]
    """
    return np.asarray(level[None, :] * season * (1.0 + bias))


def consume(plan: Floats, orders: Floats, *, back: int = 1, ahead: int = 1) -> Floats:
    """Forecast left after the open orders have consumed it: first in their own week, then before, then after it.

    Parameters
    ----------
    plan, orders : ndarray, (n_weeks, n_items)
        Forecast and open orders by due week [pcs].
    back, ahead
        Weeks searched before and after the week of an order.

    Returns
    -------
    ndarray, (n_weeks, n_items)
        Unconsumed forecast [pcs]; demand of the MPS = orders + this.

    Examples
    --------
    >>> consume(np.array([[10.0], [10.0], [10.0]]), np.array([[0.0], [25.0], [4.0]])).ravel().tolist()
    [0.0, 0.0, 1.0]
    """
    left, weeks = plan.astype(np.float64), plan.shape[0]
    over = np.maximum(orders - left, 0.0)
    left = np.maximum(left - orders, 0.0)
    for shift in (*range(-1, -back - 1, -1), *range(1, ahead + 1)):
        for week in range(max(0, -shift), min(weeks, weeks - shift)):
            eaten = np.minimum(over[week], left[week + shift])
            left[week + shift] -= eaten
            over[week] -= eaten
    return left


def wape(planned: Floats, actual: Floats) -> float:
    """Weighted absolute percentage error: sum of |forecast - actual| over sum of actual [share]; NaN without demand.

    Examples
    --------
    >>> wape(np.array([90.0, 30.0]), np.array([100.0, 20.0]))
    0.16666666666666666
    """
    total = float(np.sum(actual))
    return float(np.sum(np.abs(planned - actual))) / total if total > 0 else float("nan")


def bias_share(planned: Floats, actual: Floats) -> float:
    """Signed forecast error: (sum of forecast - sum of actual) over sum of actual [share]; NaN without demand.

    Examples
    --------
    >>> bias_share(np.array([90.0, 42.0]), np.array([100.0, 20.0]))
    0.1
    """
    total = float(np.sum(actual))
    return float(np.sum(planned) - total) / total if total > 0 else float("nan")
