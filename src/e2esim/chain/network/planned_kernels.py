"""Rule plan: what a stock point will need by day, what it must order today for it, and what it will order later, for those upstream to see."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.chain.network import columns as C
from e2esim.chain.network.columns import NetworkState
from e2esim.chain.network.inner import called, pasted
from e2esim.chain.network.working_kernels import worked_until
from e2esim.planning.requirement_kernels import net_requirements

Floats = npt.NDArray[np.float64]


@pasted
def planned_order(s: NetworkState, p: int, r: int, position: float, t: float) -> float:
    """Units that stock point ``p`` must order at ``t`` by its rule ``r``, whose next review comes later than they must be ordered."""
    row = s.point[p].planned
    today = int(t + C.EPS)
    days = min(int(s.clock[C.AHEAD]), s.gross.shape[2] - today)
    dated_today = today > t + C.EPS or (today >= t - C.EPS and s.moment[C.ORDER_MOMENT] < s.moment[C.DEMAND_MOMENT])
    asked_for(s.gross, s.planned, s.way, s.taker, s.point[p].takers, s.point[p].takers_end, row, today, days, dated_today)
    w = s.point[p].ways
    if days <= 0 or w >= s.point[p].ways_end:
        return 0.0
    gross, receipts = s.planned[-2, :days], s.planned[-1, :days]
    net_requirements(gross, position, s.rule[r].level, s.rule[r].lot_min, s.rule[r].lot_multiple, receipts)
    early = s.rule[r].cover_d + (1.0 if s.moment[C.DEMAND_MOMENT] < s.moment[C.RECEIVE_MOMENT] else 0.0)
    return released(s.way, s.step, s.centre, s.shift, s.opens, s.planned, receipts, w, row, t, early, s.rule[r].review_d)


@called
def asked_for(
    gross: Floats, planned: Floats, way: Any, taker: Any, first: int, end: int, row: int, today: int, days: int, dated_today: bool
) -> None:
    """Write what is asked for of the stock point of ``row`` from ``today`` on into the last row but one of ``planned``, (days,)."""
    for d in range(days):
        total = gross[row, 0, today + d]
        if d > 0 or dated_today:
            total += gross[row, 1, today + d]
        planned[-2, d] = total
    for k in range(first, end):
        w, each = taker[k].point, taker[k].quantity
        planned[-2, 0] += way[w].unseen * each
        lower = way[w].planned
        if lower >= 0:
            each *= way[w].planned_share
            delay = int(way[w].delay_d + C.EPS)
            for d in range(days - delay):
                planned[-2, d + delay] += planned[lower, today + d] * each


@called
def released(
    way: Any, step: Any, centre: Any, shift: Any, opens: Any, planned: Floats, receipts: Floats, w: int, row: int, t: float, early: float,
    review_d: float,
) -> float:
    """Place each receipt on the last day on which it may be ordered: the sum of those before the next review; the later ones into ``planned``."""
    today, now = int(t + C.EPS), 0.0
    planned[row, today:] = 0.0
    for d in range(receipts.shape[0]):
        q = receipts[d]
        if q <= 0.0:
            continue
        need = today + d - early
        day = min(need, math.floor(need - way[w].delay_d - way[w].lead_d + C.EPS))
        while day > t and arrival(way, step, centre, shift, opens, w, day, q) > need + C.EPS:
            day -= 1.0
        if day < t + review_d - C.EPS:
            now += q
        else:
            planned[row, int(day)] += q
    return now


@called
def arrival(way: Any, step: Any, centre: Any, shift: Any, opens: Any, w: int, day: float, q: float) -> float:
    """Day on which ``q`` ordered on ``day`` are there if all goes as usual and nothing waits [d]."""
    t = day + way[w].delay_d
    if way[w].opens >= 0 and int(t) < opens.shape[1]:
        t = max(t, float(opens[way[w].opens, int(t + C.EPS)]))
    for k in range(way[w].steps, way[w].steps_end):
        c = step[k].centre
        t = worked_until(shift, centre[c].shifts, centre[c].shifts_end, t, step[k].setup_d + step[k].run_d * q)
    own = max(0.0, way[w].lead_d - way[w].way_d)
    return worked_until(shift, way[w].shifts, way[w].shifts_end, t, own) + min(way[w].lead_d, way[w].way_d)
