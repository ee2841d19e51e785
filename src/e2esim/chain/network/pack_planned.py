"""What rule plan looks at: known and expected requirements by day, who takes from whom, and how far ahead it must look."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.chain.network.pack_times import usual_lead
from e2esim.domain.network import NetworkClock, SupplyNetwork
from e2esim.planning.expected_demand import own_requirements

Floats = npt.NDArray[np.float64]
_LOOK_AHEAD = (30, 400)  # [d] beyond the cumulative lead time, for work that a lot takes; and at most


class Plans(NamedTuple):
    """``gross``: (planned stock points, 2, days), at a rate and by date [units]; ``planned``: orders to come, (planned stock points + 2, days), the
    last two rows to work in; ``takers``: (units taken for one, way); ``ahead``: days to look ahead."""

    gross: Floats
    planned: Floats
    takers: list[tuple[float, int]]
    ahead: int


def lay_out_plans(network: SupplyNetwork, clock: NetworkClock, point: Any, way: Any) -> Plans:
    """Arrays of rule plan; ``point`` and ``way`` get their places in them."""
    points = sorted({int(p) for rule, p in zip(network.rules, network.rule_point, strict=True) if rule.rule == "plan"})
    point.planned = -1
    if not points:
        return Plans(np.zeros((0, 2, 0)), np.zeros((2, 0)), [], 0)
    point.planned[points] = np.arange(len(points))
    way.planned = point.planned[network.operation_point]
    way.planned_share = _shares(network)
    pairs = sorted(
        (int(p), k, float(q))
        for k in range(len(network.operations))
        for p, q in zip(*(a[network.input_start[k] : network.input_start[k + 1]] for a in (network.input_point, network.input_quantity)), strict=True)
    )
    start = np.searchsorted([p for p, _, _ in pairs], np.arange(network.n + 1))
    point.takers, point.takers_end = start[:-1], start[1:]
    ahead = _ahead(network)
    days = math.ceil(clock.horizon_d) + ahead + 1
    gross = own_requirements(network, points, days)
    return Plans(gross, np.zeros((len(points) + 2, days)), [(q, k) for _, k, q in pairs], ahead)


def _shares(network: SupplyNetwork) -> Floats:
    """Part of the orders of its stock point that each operation is expected to get; of the first alone where none states a share, (operations,)."""
    stated = np.array([o.share for o in network.operations], dtype=np.float64)
    first = np.zeros(stated.size)
    first[np.unique(network.operation_point, return_index=True)[1]] = 1.0
    total = np.bincount(network.operation_point, weights=stated, minlength=network.n)[network.operation_point]
    return np.where(total > 0.0, stated / np.where(total > 0.0, total, 1.0), first)


def _ahead(network: SupplyNetwork) -> int:
    """Days from which requirements may matter today: the longest cumulative lead time, a review, a safety time and the time that work takes."""
    longest = np.zeros(network.n)  # from the customer down to each stock point
    best = 0.0
    for p in np.argsort(network.point_level, kind="stable").tolist():
        first, end = np.searchsorted(network.operation_point, [p, p + 1])
        for w in range(int(first), int(end)):
            o = network.operations[w]
            reach = longest[p] + usual_lead(o) + o.order_delay_d
            best = max(best, reach)
            for source in network.input_point[network.input_start[w] : network.input_start[w + 1]].tolist():
                longest[source] = max(longest[source], reach)
    rules = [rule for rule in network.rules if rule.rule == "plan"]
    waits = sum(max(getattr(rule, name) for rule in rules) for name in ("review_d", "cover_d"))
    return min(_LOOK_AHEAD[1], math.ceil(best + waits) + _LOOK_AHEAD[0])
