"""Working time of work centres and suppliers: when so many days of it are over, and what breakdowns add to them."""

from __future__ import annotations

import math
from typing import Any

from e2esim.chain.network import columns as C
from e2esim.chain.network.inner import called
from e2esim.streams.draws import uniform

_NEXT = 4096  # steps of a routing lie closer together than the addresses of two breakdowns


@called
def worked_until(shift: Any, first: int, end: int, t: float, days: float) -> float:
    """Time at which ``days`` of working time after ``t`` are over [d]; rows ``first`` to ``end`` of ``shift`` are open. None: every hour is.

    For no days at all: ``t`` itself in working time, else its next beginning. Behind the last row time runs on.
    """
    if first >= end:
        return t + days
    low, high = first, end  # rows before `low` begin at or before t
    while low < high:
        middle = (low + high) >> 1
        if shift[middle].opens <= t + C.EPS:
            low = middle + 1
        else:
            high = middle
    k = low - 1
    done = 0.0
    if k >= first:
        if t >= shift[end - 1].closes - C.EPS:
            return t + days
        done = shift[k].worked + min(t, shift[k].closes) - shift[k].opens
        if days <= C.EPS and t < shift[k].closes - C.EPS:
            return t
    if days <= C.EPS:
        return float(shift[k + 1].opens)
    target = done + days
    low, high = max(first, k), end  # the last row before which less than that is worked
    while low < high:
        middle = (low + high) >> 1
        if shift[middle].worked < target - C.EPS:
            low = middle + 1
        else:
            high = middle
    k = max(first, low - 1)
    return float(shift[k].opens + target - shift[k].worked)


@called
def worked(shift: Any, first: int, end: int, t: float, until: float) -> float:
    """Working time between ``t`` and ``until`` [d] in rows ``first`` to ``end`` of ``shift``."""
    days, low, high = 0.0, first, end
    while low < high:  # the first row that closes after t
        middle = (low + high) >> 1
        if shift[middle].closes <= t:
            low = middle + 1
        else:
            high = middle
    first = low
    while first < end and shift[first].opens < until:
        days += max(0.0, min(until, shift[first].closes) - max(t, shift[first].opens))
        first += 1
    return days


@called
def with_repairs(keys: Any, days: float, mtbf_d: float, mttr_d: float, address: int, number: int) -> float:
    """Working days that ``days`` of work take on a machine that breaks down while it works (preemptive outages, exponential times between and of repair).

    On average 1 + mttr / mtbf times as many (Hopp and Spearman, Factory Physics, "variability from preemptive outages").
    """
    left, whole = days, days
    while True:
        left += mtbf_d * math.log(uniform(keys[C.K_BREAK], address, number))
        if left <= 0.0:
            return whole
        whole -= mttr_d * math.log(uniform(keys[C.K_REPAIR], address, number))
        address += _NEXT
