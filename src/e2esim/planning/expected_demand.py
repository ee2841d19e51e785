"""Demand that DRP expects at a stock point, day by day: that of its own customers and, a lead time earlier, of everything downstream."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from e2esim.domain.network import SupplyNetwork

_MARGIN = 400  # [d] beyond the horizon: lead time and review of the slowest source


def expected_demand(network: SupplyNetwork, points: list[int], horizon_d: float) -> npt.NDArray[np.float64]:
    """Cumulative expected demand on each of ``points`` from the start, (points, days + 1) [units].

    A stock point with several sources asks them in proportion to their shares, or the first one where none are given.
    """
    days = math.ceil(horizon_d) + _MARGIN
    if not points:
        return np.zeros((0, 0))
    daily: dict[int, npt.NDArray[np.float64]] = {}
    for d, p in zip(network.demands, network.demand_point.tolist(), strict=True):
        rate = d.quantity.expectation / max(d.gap.expectation, 1e-9)
        begin, end = d.first_d, min(d.to_d, float(days))
        day = np.arange(days)
        overlap = np.clip(np.minimum(day + 1.0, end) - np.maximum(day, begin), 0.0, 1.0)
        daily[p] = daily.get(p, np.zeros(days)) + rate * overlap
    for p in np.argsort(network.point_level, kind="stable").tolist():
        if p in daily:
            _pass_on(network, p, daily)
    out = np.zeros((len(points), days + 1))
    for k, p in enumerate(points):
        if p in daily:
            out[k, 1:] = np.cumsum(daily[p])
    return out


def _pass_on(network: SupplyNetwork, p: int, daily: dict[int, npt.NDArray[np.float64]]) -> None:
    ways = np.flatnonzero(network.operation_point == p).tolist()
    shares = [network.operations[w].share for w in ways]
    if not any(shares):
        ways, shares = ways[:1], [1.0]
    for w, share in zip(ways, shares, strict=True):
        o = network.operations[w]
        early = round(o.lead.expectation + o.order_delay_d)
        wish = np.concatenate([daily[p][early:], np.zeros(min(early, daily[p].size))]) * (share / sum(shares))
        wish[0] += daily[p][:early].sum() * share / sum(shares)
        for j in range(network.input_start[w], network.input_start[w + 1]):
            source = int(network.input_point[j])
            daily[source] = daily.get(source, np.zeros(wish.size)) + wish * network.input_quantity[j]
