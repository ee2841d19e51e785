"""Demand that DRP and the planner expect at a stock point, day by day: of its own customers and, a lead time earlier, of those downstream."""

from __future__ import annotations

import math
from collections.abc import Container

import numpy as np
import numpy.typing as npt

from e2esim.domain.network import SupplyNetwork
from e2esim.domain.network_rows import DemandRow

Floats = npt.NDArray[np.float64]
_MARGIN = 400  # [d] beyond the horizon: lead time and review of the slowest source


def expected_demand(network: SupplyNetwork, points: list[int], horizon_d: float) -> Floats:
    """Cumulative expected demand on each of ``points`` from the start, (points, days + 1) [units].

    A stock point with several sources asks them in proportion to their shares, or the first one where none are given. An order counts on its day, a
    stream at its rate.
    """
    days = math.ceil(horizon_d) + _MARGIN
    if not points:
        return np.zeros((0, 0))
    daily: dict[int, Floats] = {}
    for d, p in zip(network.demands, network.demand_point.tolist(), strict=True):
        _add(daily, p, _on_its_days(d, days) if d.order else _at_its_rate(d, days))
    for p in np.argsort(network.point_level, kind="stable").tolist():
        if p in daily:
            _pass_on(network, p, daily)
    out = np.zeros((len(points), days + 1))
    for k, p in enumerate(points):
        if p in daily:
            out[k, 1:] = np.cumsum(daily[p])
    return out


def own_requirements(network: SupplyNetwork, points: list[int], days: int) -> Floats:
    """Requirements of each of ``points`` apart from planned orders, (points, 2, days) [units]: at a rate, and by date.

    By date: orders, and streams whose lines come on whole days. At a rate: other streams, and what stock points that are not planned are expected to
    ask for, a lead time before they need it. What planned ones will order they say themselves.
    """
    rates: dict[int, Floats] = {}
    dated: dict[int, Floats] = {}
    for d, p in zip(network.demands, network.demand_point.tolist(), strict=True):
        if d.order or _keeps_days(d):
            _add(dated, p, _on_its_days(d, days))
        else:
            _add(rates, p, _at_its_rate(d, days))
    planned = set(points)
    for p in np.argsort(network.point_level, kind="stable").tolist():
        own = [found[p] for found in (rates, dated) if p in found]
        if own:
            _pass_on(network, p, {p: np.sum(own, axis=0)}, rates, planned if p in planned else ())
    out = np.zeros((len(points), 2, days))
    for k, p in enumerate(points):
        for kind, found in enumerate((rates, dated)):
            if p in found:
                out[k, kind] = found[p]
    return out


def _add(daily: dict[int, Floats], p: int, more: Floats) -> None:
    daily[p] = daily[p] + more if p in daily else more


def _keeps_days(d: DemandRow) -> bool:
    """Whether the lines of a stream come on whole days that are known."""
    return d.gap.law == "constant" and not d.gap_first and d.first_d == round(d.first_d) and d.gap.mean >= 1.0 and d.gap.mean == round(d.gap.mean)


def _at_its_rate(d: DemandRow, days: int) -> Floats:
    day = np.arange(days)
    overlap = np.clip(np.minimum(day + 1.0, min(d.to_d, float(days))) - np.maximum(day, d.first_d), 0.0, 1.0)
    return np.asarray(d.quantity.expectation / max(d.gap.expectation, 1e-9) * overlap)


def _on_its_days(d: DemandRow, days: int) -> Floats:
    """Expected quantity of a stream of known days on them, (days,)."""
    out = np.zeros(days)
    on = np.arange(d.first_d, min(d.to_d, float(days)), d.gap.mean).astype(np.int64)
    out[on] += d.quantity.expectation
    return out


def _pass_on(network: SupplyNetwork, p: int, daily: dict[int, Floats], to: dict[int, Floats] | None = None, but: Container[int] = ()) -> None:
    """Ask the sources of ``p`` for what it needs, in ``to`` (``daily`` itself if None), apart from the sources in ``but``."""
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
            if source not in but:
                _add(daily if to is None else to, source, wish * network.input_quantity[j])
