"""The service desk: first come first served queues of agents in working time, relay between departments, patience.

Working time runs only while the desk is open, so a queue recursion needs no clock: a contact starts at
max(arrival, earliest free agent). One department of c agents with exponential handling and infinite patience is M/M/c.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from e2esim.streams.draws import Count, exponential, uniform

F = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]

_MAX_ATTEMPTS = 4
BLIND_WORK = 1.5  # of the handling time where the agent does not see orders, payments, complaints; assumed


@njit(cache=True)
def to_work(t: float, first_weekday: int, opens: float, closes: float, days: int) -> float:
    """Working hours of the desk up to clock time ``t`` [h]; ``first_weekday`` 0 = the run starts on a Monday.

    >>> to_work(24.0 + 10.0, 0, 8.0, 18.0, 5)
    12.0
    """
    length = closes - opens
    day = math.floor(t / 24.0)
    shifted = day + first_weekday
    week, weekday = shifted // 7, shifted % 7
    inside = min(max(t - 24.0 * day - opens, 0.0), length) if weekday < days else 0.0
    return (week * days + min(weekday, days)) * length + inside


@njit(cache=True)
def to_clock(worked: float, first_weekday: int, opens: float, closes: float, days: int) -> float:
    """Clock time [h] at which ``worked`` working hours of the desk are done (inverse of :func:`to_work`).

    >>> to_clock(12.0, 0, 8.0, 18.0, 5)
    34.0
    """
    length = closes - opens
    day = math.floor(worked / length + 1e-12)
    week, weekday = day // days, day % days
    return 24.0 * (week * 7 + weekday - first_weekday) + opens + max(0.0, worked - day * length)


@njit(cache=True)
def is_open(t: float, first_weekday: int, opens: float, closes: float, days: int) -> bool:
    """True if the desk is open at clock time ``t`` [h].

    >>> is_open(10.0, 0, 8.0, 18.0, 5), is_open(24.0 * 5 + 10.0, 0, 8.0, 18.0, 5)
    (True, False)
    """
    day = math.floor(t / 24.0)
    return (day + first_weekday) % 7 < days and opens <= t - 24.0 * day < closes


@njit(cache=True)
def waited(rows: I32, t: F32, started: F32, first_weekday: int, opens: float, closes: float, days: int, queued: F32, written: U8) -> None:
    """Write of contacts ``rows`` whether they came while the desk was closed, and how long the others were queued while it was open [h].

    ``started`` of NaN = not answered; ``queued`` stays NaN then.
    """
    for k in range(rows.shape[0]):
        r = rows[k]
        if not is_open(t[r], first_weekday, opens, closes, days):
            written[r] = 1
        elif not math.isnan(started[r]):
            queued[r] = max(to_work(started[r], first_weekday, opens, closes, days) - to_work(t[r], first_weekday, opens, closes, days), 0.0)


class Levers(NamedTuple):
    """What an answer takes: first-contact resolution without and with everything, and the three levers, each 0 to 1."""

    low: float
    high: float
    culture: float
    organisation: float
    platform: float


@njit(cache=True)
def ceiling(levers: Levers) -> float:
    """Share of the hard requests that are solved at once where skill, place and sight are all there."""
    return (levers.high - levers.low) / (1.0 - levers.low) if levers.low < 1.0 else 1.0


@njit(cache=True)
def asked_of(key: np.uint64, who: Count, n: Count, levers: Levers) -> tuple[bool, bool, bool, bool]:
    """Whether a request is hard, and of its agent: skilled and willing (culture), the right one (organisation), who sees all (platform).

    An easy request is solved by anybody. A hard one takes all three, so that the chance to solve at once is
    low + (high - low) x culture x organisation x platform; what is missing decides what the customer suffers: a wrong answer, a
    hand-off, or having to tell it all again.
    """
    hard = uniform(key, who, n) >= levers.low
    skilled = uniform(key, who, 10 + n) < levers.culture
    placed = uniform(key, who, 20 + n) < levers.organisation
    seen = uniform(key, who, 30 + n) < levers.platform
    return hard, skilled, placed, seen


@njit(cache=True)
def _soonest(free: F, a: int, b: int) -> int:
    best = a
    for k in range(a + 1, b):
        if free[k] < free[best]:
            best = k
    return best


@njit(cache=True)
def answer_contacts(
    rows: I32,
    keys: npt.NDArray[np.uint64],
    address: I64,
    t: F32,
    reason: U8,
    attempt: U8,
    heard: U8,
    free: F,
    dept_start: I64,
    route: I64,
    first_weekday: int,
    opens: float,
    closes: float,
    days: int,
    handle_h: float,
    patience_h: float,
    give_up_h: float,
    relay_share: float,
    relay_h: float,
    relay_loss: float,
    levers: Levers,
    started: F32,
    answered: F32,
    handled: F32,
    handoffs: U8,
    resolved: U8,
    abandoned: U8,
    lost: U8,
    blind: U8,
    gave_up: F32,
    again: I32,
    again_t: F,
) -> int:
    """Serve the contacts ``rows`` (in order of arrival); returns how many come back (written to ``again``, ``again_t``).

    ``free`` (agents,): working time at which each agent is free, grouped by department (``dept_start``); ``route`` (reasons,):
    department of each reason; who was ``heard`` before has told part of it. ``keys``: handle, patience, relay, outcome, again.
    """
    m = 0
    departments = dept_start.shape[0] - 1
    for k in range(rows.shape[0]):
        r = rows[k]
        who = address[r]
        n = np.int64(attempt[r])
        arrive = to_work(t[r], first_weekday, opens, closes, days)
        d = route[reason[r]]
        agent = _soonest(free, dept_start[d], dept_start[d + 1])
        start = max(arrive, free[agent])
        patience = exponential(keys[1], who, n, patience_h)
        writes = not is_open(t[r], first_weekday, opens, closes, days)  # who writes while the desk is closed waits, not for ever
        begins = to_clock(start, first_weekday, opens, closes, days)
        if writes:
            patience = exponential(keys[1], who, 50 + n, give_up_h)
        if (begins - t[r] if writes else start - arrive) > patience:
            abandoned[r] = 1
            started[r] = np.nan
            gave_up[r] = t[r] + patience
            if n < _MAX_ATTEMPTS and uniform(keys[4], who, 100 + n) < 0.7:
                again[m], again_t[m] = r, t[r] + patience + exponential(keys[4], who, n, 4.0)
                m += 1
            continue
        hard, skilled, placed, seen = asked_of(keys[3], who, n, levers)
        own = exponential(keys[0], who, n, handle_h)
        if hard and not seen:  # the customer tells it all again
            blind[r] = 1
            own *= BLIND_WORK
        free[agent] = start + own
        started[r] = begins
        done = start + own
        hops = 0
        if departments > 1 and not placed and uniform(keys[2], who, 10 * n) < relay_share:
            hops = 1
            done += exponential(keys[2], who, 10 * n + 1, relay_h)
            other = (d + 1) % departments
            colleague = _soonest(free, dept_start[other], dept_start[other + 1])
            helped = exponential(keys[2], who, 10 * n + 2, 0.5 * handle_h)
            begin = max(start + own, free[colleague])
            free[colleague] = begin + helped
            done = max(done, begin + helped)
            own += helped
            if not seen and uniform(keys[2], who, 10 * n + 3) < relay_loss:
                lost[r] = 1
        handoffs[r] = hops
        handled[r] = own
        answered[r] = to_clock(done, first_weekday, opens, closes, days)
        solved = not hard or (skilled and placed and seen and uniform(keys[3], who, 50 + n) < ceiling(levers))
        if lost[r] == 0 and (solved or (heard[r] > 0 and uniform(keys[3], who, 60 + n) < 0.5)):
            resolved[r] = 1
        elif n < _MAX_ATTEMPTS:
            again[m], again_t[m] = r, answered[r] + exponential(keys[4], who, n, 24.0)
            m += 1
    return m
