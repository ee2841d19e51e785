"""Demand beside the orders: what they leave of the forecast, in whole pieces, ready to be planned.

Owns consumption by item and channel, the demand fence, and the sequence from a demand case to net demand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.planning.demand.adjustments import Key
from e2esim.planning.demand.consumption import consume_by_date
from e2esim.planning.demand.demand_plan import DemandCase, DemandPlan, plan_demand
from e2esim.planning.demand.hierarchy import bottom_up, top_down

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Orders:
    """Open orders, as consumption sees them; (n_orders,) each."""

    item: tuple[str, ...]
    channel: tuple[str, ...]  # "" where nobody knows
    due: Floats  # [days from today]
    quantity: Floats  # [unit]
    priority: Ints  # 1 is the highest


@dataclass(frozen=True, kw_only=True, eq=False)
class DemandData:
    """What demand planning of a planner's folder needs: the case, the weeks to forecast, how orders consume them."""

    today: dt.date
    title: str
    case: DemandCase
    edges: Floats  # (n_weeks + 1,) weeks of the plan [days from today]
    orders: Orders
    whole: npt.NDArray[np.bool_]  # (n_series,) items counted in pieces
    item_name: tuple[str, ...]  # (n_series,)
    unit: tuple[str, ...]  # (n_series,)
    back: float  # [days]
    ahead: float  # [days]
    fence: float  # [days]


@dataclass(frozen=True, kw_only=True, eq=False)
class NetDemand:
    """Demand planning done: the forecast, what orders left of it, and that as demand to plan."""

    data: DemandData
    plan: DemandPlan
    net: Floats  # (n_series, n_weeks) [unit]
    planned: Floats  # the same in whole pieces [unit]


def forecast_demand(data: DemandData) -> NetDemand:
    """Forecast, adjust and net the demand of a folder; some milliseconds a series.

    Examples
    --------
    >>> case = DemandCase(keys=(("A", ""),), history=np.full((1, 8), 10.0), season=52, judged=13, edges=7.0 * np.arange(-8, 9))
    >>> some = Orders(item=("A",), channel=("",), due=np.array([2.0]), quantity=np.array([4.0]), priority=np.array([1]))
    >>> data = DemandData(today=dt.date(2026, 1, 5), title="", case=case, edges=7.0 * np.arange(3), orders=some, back=0.0,
    ...                   whole=np.array([True]), item_name=("",), unit=("pcs",), ahead=0.0, fence=0.0)
    >>> forecast_demand(data).planned.tolist()
    [[6.0, 10.0]]
    """
    plan = plan_demand(data.case, data.edges)
    net = net_forecast(plan, data.orders, back=data.back, ahead=data.ahead, fence=data.fence)
    return NetDemand(data=data, plan=plan, net=net, planned=in_pieces(net, data.whole))


def net_forecast(plan: DemandPlan, orders: Orders, *, back: float, ahead: float, fence: float = 0.0) -> Floats:
    """What orders leave of the final forecast, (n_series, n_buckets) [unit].

    An order takes from the series of its item and channel, in the bucket of its due day first, then before it, then
    after it, the highest priority first. Where an order of an item names no channel, or one without a forecast of its
    own, the orders of the item take from the forecast of all its channels together. Overdue orders were part of
    forecasts that have passed: they take nothing.

    Parameters
    ----------
    back, ahead
        How far an order reaches [days].
    fence
        Buckets that end within so many days get no net forecast: what is not ordered by now will not come [days].

    Examples
    --------
    >>> case = DemandCase(keys=(("A", "shop"), ("A", "web")), history=np.array([[10.0] * 4, [30.0] * 4]), season=52,
    ...                   judged=13, edges=7.0 * np.arange(-4, 9))
    >>> plan = plan_demand(case, 7.0 * np.arange(3))
    >>> some = Orders(item=("A",), channel=("web",), due=np.array([9.0]), quantity=np.array([40.0]), priority=np.array([1]))
    >>> net_forecast(plan, some, back=7, ahead=0).tolist()
    [[10.0, 10.0], [20.0, 0.0]]
    """
    final = plan.adjusted.final
    group, series = _groups(plan.keys, orders)
    sequence = np.lexsort((orders.due, orders.priority))
    taken = consume_by_date(
        bottom_up(final, group, int(group.max(initial=-1)) + 1), plan.edges, orders.due[sequence], orders.quantity[sequence],
        back=back, ahead=ahead, series=series[sequence], today=0.0,
    )  # fmt: skip
    net = top_down(taken.net, group, final)
    net[:, plan.edges[1:] <= fence] = 0.0
    return net


def _groups(keys: Sequence[Key], orders: Orders) -> tuple[Ints, Ints]:
    """Group of series that is consumed together, (n_series,), and group that each order takes from, (n_orders,)."""
    known = set(keys)
    items = {item for item, _ in keys}
    mixed = {item for item, channel in zip(orders.item, orders.channel, strict=True) if item in items and (item, channel) not in known}
    names = [(item, "") if item in mixed else (item, channel) for item, channel in keys]
    number = {name: n for n, name in enumerate(dict.fromkeys(names))}
    wanted = [(item, "") if item in mixed else (item, channel) for item, channel in zip(orders.item, orders.channel, strict=True)]
    return np.array([number[name] for name in names], np.int64), np.array([number.get(name, -1) for name in wanted], np.int64)


def in_pieces(net: Floats, whole: npt.NDArray[np.bool_]) -> Floats:
    """Net forecast as demand to plan: whole pieces where the item is counted, the total of a series kept over time.

    Parameters
    ----------
    net : ndarray, (n_series, n_buckets)
        [unit]
    whole : ndarray, (n_series,)
        Whether the item is counted in pieces.

    Examples
    --------
    >>> in_pieces(np.array([[0.4, 0.4, 0.4], [0.4, 0.4, 0.4]]), np.array([True, False])).tolist()
    [[0.0, 1.0, 0.0], [0.4, 0.4, 0.4]]
    """
    steps = np.diff(np.floor(np.cumsum(net, axis=1) + 0.5), prepend=0.0, axis=1)
    return np.asarray(np.where(whole[:, None], steps, np.round(net, 3)))
