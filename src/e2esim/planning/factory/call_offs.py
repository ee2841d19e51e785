"""Suppliers that deliver only so much a week: what may be called off when, as supply to plan with, and the call-offs of a plan.

A plan is sought as if everything that may be called off came as early as it can; when it stands, each piece is called off as late
as the weeks to come allow (latest start, so that no week holds more than its room).
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.planning.factory.problem import Floats, Ints, PlanProblem

EPS = 1e-6
FAR = 1 << 40  # lead time of a limited supplier where its call-offs are supply already [d]


class CallWeeks(NamedTuple):
    """Calendar weeks of call-offs, (n_weeks,): first and last day of each from today [d]; the first week is what is left of this one."""

    first: Ints
    last: Ints


def call_weeks(problem: PlanProblem) -> CallWeeks:
    """The weeks behind the columns of `source_left`.

    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> p = synthetic_problem(np.random.default_rng(1), finished=2, parts=2, bought=2, centres=2, orders=4, weeks=4)
    >>> from datetime import date
    >>> wednesday = replace(p, today=date(2026, 3, 4), source_left=np.full((p.source_item.size, 3), 9.0))
    >>> [days.tolist() for days in call_weeks(wednesday)]
    [[0, 5, 12], [4, 11, 18]]
    """
    monday = 7 * np.arange(problem.source_left.shape[1]) - problem.today.weekday()
    return CallWeeks(first=np.maximum(monday, 0).astype(np.int64), last=(monday + 6).astype(np.int64))


def limited(problem: PlanProblem) -> npt.NDArray[np.bool_]:
    """Which sources deliver only so much a week, (n_sources,)."""
    if not problem.source_left.size:
        return np.zeros(problem.source_item.size, dtype=np.bool_)
    return np.asarray(np.isfinite(problem.source_left).any(axis=1))


def rooms(problem: PlanProblem, source: int) -> Floats:
    """What may be called off each week, (n_weeks,) [pcs]: whole multiples, nothing where the smallest purchase does not fit."""
    multiple = float(problem.source_multiple[source]) or 1.0
    room = np.floor((problem.source_left[source] + EPS) / multiple) * multiple
    return np.asarray(np.where(room < problem.source_moq[source] - EPS, 0.0, room))


def with_call_offs(problem: PlanProblem) -> PlanProblem:
    """The problem with everything that limited suppliers may bring as receipts behind its own, and nothing else from them."""
    rows = np.flatnonzero(limited(problem))
    if not rows.size:
        return problem
    first = call_weeks(problem).first
    lead = problem.source_lead_days.copy()
    lead[rows] = FAR
    room = np.array([rooms(problem, s) for s in rows.tolist()])
    which, week = np.nonzero(room > 0)
    source = rows[which]
    return replace(
        problem,
        source_left=np.zeros((0, 0)),
        source_lead_days=lead,
        receipt_item=np.r_[problem.receipt_item, problem.source_item[source]],
        receipt_day=np.r_[problem.receipt_day, first[week] + problem.source_lead_days[source]],
        receipt_qty=np.r_[problem.receipt_qty, room[which, week]],
    )


def call_offs(problem: PlanProblem, day: Ints, need: Floats, sources: list[int]) -> list[tuple[int, float, int]]:
    """Purchases (source, pieces, day received) of one item that cover what it lacks, the preferred source first.

    ``need``: (n_days,) pieces that must have come by each of ``day``, both ascending; what no source can bring in time stays open.
    """
    found: list[tuple[int, float, int]] = []
    some = limited(problem)
    for s in sources:
        lead = int(problem.source_lead_days[s])
        if some[s]:
            opens = call_weeks(problem).first + lead
            most = np.r_[0.0, np.cumsum(rooms(problem, s))][np.searchsorted(opens, day, side="right")]
        else:
            most = np.where(day >= lead, np.inf, 0.0)
        left = np.maximum.accumulate(np.maximum(need - most, 0.0)) if need.size else need
        own = need - left
        found += _weekly(problem, s, day, own) if some[s] else _just_in_time(problem, s, day, own)
        need = left
    return found


def _just_in_time(problem: PlanProblem, s: int, day: Ints, need: Floats) -> list[tuple[int, float, int]]:
    found, bought = [], 0.0
    for when, wanted in zip(day.tolist(), need.tolist(), strict=True):
        if wanted > bought + EPS:
            found.append((s, _lot(problem, s, wanted - bought), when))
            bought += found[-1][1]
    return found


def _weekly(problem: PlanProblem, s: int, day: Ints, need: Floats) -> list[tuple[int, float, int]]:
    """One call-off a week, as late and as little as the weeks after it allow."""
    weeks, room, lead = call_weeks(problem), rooms(problem, s), int(problem.source_lead_days[s])
    wanted = np.r_[0.0, need][np.searchsorted(day, weeks.first[1:] + lead, side="left")]  # before the call-off of the week after can come
    wanted = np.r_[wanted, need[-1] if need.size else 0.0]
    early = wanted - np.cumsum(room)
    must = np.maximum.accumulate(early[::-1])[::-1] + np.cumsum(room)
    found, bought = [], 0.0
    for k in np.flatnonzero(room > 0).tolist():
        if must[k] > bought + EPS:
            first = int(day[np.searchsorted(need, bought + EPS)])
            when = max(int(weeks.first[k]) + lead, min(first, int(weeks.last[k]) + lead))
            found.append((s, min(_lot(problem, s, float(must[k]) - bought), float(room[k])), when))
            bought += found[-1][1]
    return found


def _lot(problem: PlanProblem, s: int, qty: float) -> float:
    multiple = float(problem.source_multiple[s]) or 1.0
    return float(np.ceil((max(qty, float(problem.source_moq[s])) - EPS) / multiple) * multiple)


def first_possible(problem: PlanProblem, source: Ints, qty: Floats, received: Ints, free_from: Ints) -> Ints:
    """Day on which each purchase could have been there at the earliest, (n_purchases,): the fastest source of the item where none is limited,
    the first weeks of its supplier that hold it and what is called off before it where it is.
    """
    could = free_from[problem.source_item[source]].astype(np.int64)
    some = limited(problem)
    for s in np.unique(source[some[source]]).tolist():
        rows = np.flatnonzero(source == s)
        rows = rows[np.argsort(received[rows], kind="stable")]
        week = np.searchsorted(np.cumsum(rooms(problem, s)), np.cumsum(qty[rows]) - EPS)
        first = call_weeks(problem).first
        could[rows] = first[np.minimum(week, first.size - 1)] + problem.source_lead_days[s]
    return could


def left_beside(problem: PlanProblem, source: Ints, qty: Floats, ordered: Ints) -> Floats:
    """`source_left` without purchases that are placed, on days from today on."""
    left = problem.source_left.copy()
    if left.size:
        week = (ordered + problem.today.weekday()) // 7
        ok = (ordered + problem.today.weekday() >= 0) & (week < left.shape[1])
        np.subtract.at(left, (source[ok], week[ok]), qty[ok])
    return np.maximum(left, 0.0)
