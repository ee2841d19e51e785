"""Orders consume the forecast they were part of, so that no demand is planned twice.

Owns the spreading of dated quantities over buckets of any length, and consumption by due date. The weekly matrix form
that the MPS uses inside the simulation is ``planning.forecast.consume``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.planning.demand.consumption_kernels import consume_orders

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

Date = dt.date | dt.datetime


def days(dates: Sequence[Date], origin: Date) -> Floats:
    """Dates as days after an origin, (n_dates,) [days].

    Examples
    --------
    >>> days([dt.date(2026, 1, 3), dt.datetime(2026, 1, 3, 12)], dt.date(2026, 1, 1)).tolist()
    [2.0, 2.5]
    """
    start = np.datetime64(origin, "s")
    return np.array([(np.datetime64(d, "s") - start) / np.timedelta64(86400, "s") for d in dates], float)


def spread(start: Floats, end: Floats, quantity: Floats, edges: Floats) -> Floats:
    """Quantities given for ranges of dates, spread evenly over their days and summed by bucket, (n_buckets,) [pcs].

    What lies before the first or after the last edge is lost.

    Parameters
    ----------
    start, end, quantity : ndarray, (n_ranges,)
        Range [days], end not included, and its total [pcs].
    edges : ndarray, (n_buckets + 1,)
        Start of each bucket and end of the last [days].

    Examples
    --------
    >>> spread(np.array([0.0]), np.array([10.0]), np.array([100.0]), np.array([0.0, 1.0, 4.0, 20.0])).tolist()
    [10.0, 30.0, 60.0]
    """
    if (end <= start).any():
        raise ValueError(f"a range must end after it starts: {int(np.sum(end <= start))} do not")
    return np.asarray((overlap(start, end, edges) * (quantity / (end - start))[:, None]).sum(axis=0))


def overlap(start: Floats, end: Floats, edges: Floats) -> Floats:
    """Days that each range has in each bucket, (n_ranges, n_buckets) [days].

    Examples
    --------
    >>> overlap(np.array([0.5]), np.array([3.0]), np.array([0.0, 1.0, 4.0])).tolist()
    [[0.5, 2.0]]
    """
    inside = np.minimum(end[:, None], edges[None, 1:]) - np.maximum(start[:, None], edges[None, :-1])
    return np.asarray(np.maximum(inside, 0.0))


@dataclass(frozen=True, kw_only=True)
class Consumption:
    """What is left of the forecast, and what each order has taken of it."""

    net: Floats  # (n_series, n_buckets) forecast left to plan; 0 in buckets that have passed [pcs]
    eaten: Floats  # (n_orders,) part of each order that the forecast had foreseen [pcs]


def consume_by_date(
    gross: Floats,
    edges: Floats,
    due: Floats,
    quantity: Floats,
    *,
    back: float,
    ahead: float,
    series: Ints | None = None,
    today: float | None = None,
    past_orders: bool = False,
) -> Consumption:
    """Net the forecast by orders: each takes its own bucket, then earlier ones, nearest first, then later ones.

    Parameters
    ----------
    gross : ndarray, (n_series, n_buckets)
        Forecast [pcs].
    edges : ndarray, (n_buckets + 1,)
        Start of each bucket and end of the last [days]; buckets of any length.
    due, quantity : ndarray, (n_orders,)
        Due date [days] and size [pcs] of the orders, in the sequence in which they may take (by priority, then date).
    back, ahead
        How far before and after its due date an order may reach [days]: to earlier buckets that end after
        ``due - back`` and to later ones that start at ``due + ahead`` or before.
    series : ndarray, (n_orders,), optional
        Row of ``gross`` that each order belongs to, -1 for one nobody forecast; all to row 0 if left out.
    today
        Buckets that end by now are not planned any more, so their net is 0; None keeps all [days].
    past_orders
        Whether orders due before today take part (they may reach into the future), as a late but alive order would.

    Examples
    --------
    >>> month = np.array([0.0, 31.0, 59.0, 90.0, 120.0])
    >>> consume_by_date(np.full((1, 4), 350.0), month, np.array([19.0, 50.0, 78.0]),
    ...                 np.array([300.0, 500.0, 280.0]), back=30, ahead=30).net.tolist()
    [[0.0, 0.0, 0.0, 320.0]]
    """
    _check(gross, edges, due, quantity, back, ahead)
    row = np.zeros(due.size, np.int64) if series is None else series.astype(np.int64)
    if today is not None and not past_orders:
        row = np.where(due < today, -1, row)
    net = np.array(gross, dtype=np.float64)
    eaten = consume_orders(
        net, np.asarray(edges, float), row, np.asarray(due, float), np.asarray(quantity, float), float(back),
        float(ahead),
    )  # fmt: skip
    if today is not None:
        net[:, edges[1:] <= today] = 0.0
    return Consumption(net=net, eaten=eaten)


def _check(gross: Floats, edges: Floats, due: Floats, quantity: Floats, back: float, ahead: float) -> None:
    wrong = []
    if gross.ndim != 2 or edges.size != gross.shape[-1] + 1:
        wrong.append(f"forecast {gross.shape} needs one more edge than buckets, not {edges.size}")
    if (np.diff(edges) <= 0).any():
        wrong.append("edges must rise")
    if (gross < 0).any() or (quantity < 0).any():
        wrong.append("forecast and orders must be >= 0")
    if due.shape != quantity.shape:
        wrong.append(f"{due.size} due dates for {quantity.size} orders")
    if back < 0 or ahead < 0:
        wrong.append("back and ahead must be >= 0 days")
    if wrong:
        raise ValueError("; ".join(wrong))
