"""The service desk: queues of agents in working time, callers before what was written overnight, relay between departments, patience.

Working time runs only while the desk is open, so a queue recursion needs no clock: a contact starts at
max(arrival, earliest free agent). One department of c agents with exponential handling and infinite patience is M/M/c.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import Reason
from e2esim.domain.lean import counting_njit, lean_njit
from e2esim.domain.pasted import pasted_njit
from e2esim.streams.draws import Count, exponential, uniform

F = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]

_MAX_ATTEMPTS = 4
_CALL_BACK = int(Reason.CALL_BACK)
BLIND_WORK = 1.5  # of the handling time where the agent does not see orders, payments, complaints; assumed


@lean_njit
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


@pasted_njit
def to_clock(worked: float, first_weekday: int, opens: float, closes: float, days: int) -> float:
    """Clock time [h] at which ``worked`` working hours of the desk are done (inverse of :func:`to_work`).

    >>> to_clock(12.0, 0, 8.0, 18.0, 5)
    34.0
    """
    length = closes - opens
    day = math.floor(worked / length + 1e-12)
    week, weekday = day // days, day % days
    return 24.0 * (week * 7 + weekday - first_weekday) + opens + max(0.0, worked - day * length)


@pasted_njit
def is_open(t: float, first_weekday: int, opens: float, closes: float, days: int) -> bool:
    """True if the desk is open at clock time ``t`` [h].

    >>> is_open(10.0, 0, 8.0, 18.0, 5), is_open(24.0 * 5 + 10.0, 0, 8.0, 18.0, 5)
    (True, False)
    """
    day = math.floor(t / 24.0)
    return (day + first_weekday) % 7 < days and opens <= t - 24.0 * day < closes


class Levers(NamedTuple):
    """What an answer takes: first-contact resolution without and with everything, and the three levers, each 0 to 1."""

    low: float
    high: float
    culture: float
    organisation: float
    platform: float


@pasted_njit
def ceiling(levers: Levers) -> float:
    """Share of the hard requests that are solved at once where skill, place and sight are all there."""
    return (levers.high - levers.low) / (1.0 - levers.low) if levers.low < 1.0 else 1.0


@pasted_njit
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


@pasted_njit
def knows_phase(key: np.uint64, who: Count, n: Count, aware: float) -> bool:
    """Whether the firm knows where on the journey the customer is when he asks for the ``n``-th time; never where ``aware`` is 0."""
    return uniform(key, who, 70 + n) < aware


@lean_njit
def phases_known(key: np.uint64, who: I64, n: I64, aware: float, known: npt.NDArray[np.bool_]) -> None:
    """Write for each customer whether the firm knows his phase (`knows_phase`), (n,)."""
    for k in range(who.shape[0]):
        known[k] = knows_phase(key, who[k], n[k], aware)


@pasted_njit
def _soonest(free: F, a: int, b: int) -> int:
    best = a
    for k in range(a + 1, b):
        if free[k] < free[best]:
            best = k
    return best


class ContactsRead(NamedTuple):
    """Columns of the contacts that the desk reads: address, clock time [h], reason, attempt, how often heard before."""

    address: I64
    t: F32
    reason: U8
    attempt: U8
    heard: U8


class ContactsWritten(NamedTuple):
    """Columns of the contacts that the desk writes; NaN where there was no answer."""

    started: F32
    answered: F32
    handled: F32
    handoffs: U8
    resolved: U8
    abandoned: U8
    lost: U8
    blind: U8
    gave_up: F32
    written: U8


class Rules(NamedTuple):
    """How the desk works: streams (handle, patience, relay, outcome, again, written), agents by department (``dept_start``), department of each
    reason, hours, laws.

    ``conflict``: share of the requests passed on that departments dispute, which come back once; ``aware``: share of the contacts that come
    to whom they belong because the phase of the customer is known; ``written``: share of the requests of opening hours that are written.
    ``handle_h`` (reasons,) and ``patience_h`` are those of a desk with as many agents as here and ``slower`` times slower, whose few
    requests find the queues of the whole firm; what is told is the time of the whole firm.
    """

    keys: npt.NDArray[np.uint64]
    dept_start: I64
    route: I64
    first_weekday: int
    opens: float
    closes: float
    days: int
    handle_h: F
    slower: float
    patience_h: float
    give_up_h: float
    relay_share: float
    relay_h: float
    relay_loss: float
    levers: Levers
    conflict: float
    aware: float
    written: float


class DeskReturns(NamedTuple):
    """Room for what comes back to the desk: contacts asked again with their times [h], and written ones that nobody has begun."""

    again: I32
    again_t: F
    later: I32


@counting_njit
def answer_contacts(
    asking: I32, until: float, asked: ContactsRead, told: ContactsWritten, rules: Rules, free: F, back: DeskReturns
) -> tuple[int, int]:
    """Serve who, of those ``asking``, asks while the desk is open before who wrote while it was closed, each in order of arrival.

    Whom the firm calls does not wait, so he is served as if he had written.

    Written requests are taken up while two agents of a department are idle (one, where there are fewer than three) before the next
    caller comes, and at the end before ``until`` [working h]; who has waited too long by then gives up. ``free`` (agents,): working
    time at which each agent is free. Returns how many
    ask again (``back.again``, ``back.again_t``) and how many written ones are left (``back.later``).
    """
    m = 0
    rows, written = _by_way(asking, asked, rules)
    count = rules.dept_start.shape[0] - 1
    head = np.zeros(count, dtype=np.int64)
    begun = np.zeros(written.shape[0], dtype=np.bool_)
    for k in range(rows.shape[0]):
        arrive = _working(asked.t[rows[k]], rules)
        d = rules.route[asked.reason[rows[k]]]
        while True:
            while head[d] < written.shape[0] and (begun[head[d]] or rules.route[asked.reason[written[head[d]]]] != d):
                head[d] += 1
            if head[d] == written.shape[0] or _start(written[head[d]], asked, rules, free) >= arrive:
                break
            begun[head[d]] = True
            m += _serve(written[head[d]], _start(written[head[d]], asked, rules, free), asked, told, rules, free, back, m)
        m += _serve(rows[k], -1.0, asked, told, rules, free, back, m)
    left = 0
    for k in range(written.shape[0]):
        if begun[k]:
            continue
        start = _start(written[k], asked, rules, free)
        if start >= until and _clock(until, rules) - asked.t[written[k]] > _letter_patience(written[k], asked, rules):
            start = until  # has given up meanwhile
            m += _serve(written[k], start, asked, told, rules, free, back, m)
        elif start < until:
            m += _serve(written[k], start, asked, told, rules, free, back, m)
        else:
            back.later[left] = written[k]
            left += 1
    return m, left


@pasted_njit
def _writes(r: int, asked: ContactsRead, rules: Rules) -> bool:
    """Whether a request is written: while the desk is closed, or because the customer likes it better."""
    if not is_open(asked.t[r], rules.first_weekday, rules.opens, rules.closes, rules.days):
        return True
    return rules.written > 0.0 and uniform(rules.keys[5], asked.address[r], asked.attempt[r]) < rules.written


@counting_njit
def _by_way(asking: I32, asked: ContactsRead, rules: Rules) -> tuple[I32, I32]:
    """Who calls while the desk is open, and who wrote or is called, each in the order given."""
    rows, written = np.empty_like(asking), np.empty_like(asking)
    a = b = 0
    for k in range(asking.shape[0]):
        r = asking[k]
        if asked.reason[r] != _CALL_BACK and not _writes(r, asked, rules):
            rows[a] = r
            a += 1
        else:
            written[b] = r
            b += 1
    return rows[:a], written[:b]


@pasted_njit
def _working(t: float, rules: Rules) -> float:
    return to_work(t, rules.first_weekday, rules.opens, rules.closes, rules.days)


@pasted_njit
def _clock(worked: float, rules: Rules) -> float:
    return to_clock(worked, rules.first_weekday, rules.opens, rules.closes, rules.days)


@pasted_njit
def _letter_patience(r: int, asked: ContactsRead, rules: Rules) -> float:
    """How long the customer waits for an answer to what he wrote [clock h]; whom the firm calls waits for nothing."""
    if asked.reason[r] == _CALL_BACK:
        return np.inf
    return exponential(rules.keys[1], asked.address[r], 50 + np.int64(asked.attempt[r]), rules.give_up_h)


@pasted_njit
def _start(r: int, asked: ContactsRead, rules: Rules, free: F) -> float:
    """Working time at which a written request would be begun: when two agents are idle, so that one stays on the telephone, where there are three."""
    d = rules.route[asked.reason[r]]
    a, b = rules.dept_start[d], rules.dept_start[d + 1]
    soonest = _soonest(free, a, b)
    idle = free[soonest] if b - a < 3 else np.inf
    for k in range(a, b):
        if b - a >= 3 and k != soonest:
            idle = min(idle, free[k])
    return max(_working(asked.t[r], rules), idle)


@pasted_njit
def _colleague(d: int, u: float, rules: Rules, free: F) -> int:
    """The agent of another department than ``d`` who helps: a department drawn by how many work there, and who of it is free first."""
    first, last = rules.dept_start[d], rules.dept_start[d + 1]
    drawn = np.int64(u * (free.shape[0] - (last - first)))
    drawn += last - first if drawn >= first else 0
    other = np.searchsorted(rules.dept_start, drawn, side="right") - 1
    return _soonest(free, rules.dept_start[other], rules.dept_start[other + 1])


@pasted_njit
def _serve(r: int, start: float, asked: ContactsRead, told: ContactsWritten, rules: Rules, free: F, back: DeskReturns, m: int) -> int:
    """Answer one contact, at ``start`` [working h] at the soonest, or find that the customer has given up; 1 if he asks again (at place ``m``), else 0."""
    keys, who, n, t = rules.keys, asked.address[r], np.int64(asked.attempt[r]), asked.t[r]
    d, handle_h = rules.route[asked.reason[r]], rules.handle_h[asked.reason[r]]
    agent = _soonest(free, rules.dept_start[d], rules.dept_start[d + 1])
    arrive = _working(t, rules)
    start = max(arrive, free[agent], start)
    calls_back = asked.reason[r] == _CALL_BACK
    writes = calls_back or _writes(r, asked, rules)  # who writes waits, not for ever
    told.written[r] = 1 if writes and not calls_back else 0
    patience = _letter_patience(r, asked, rules) if writes else exponential(keys[1], who, n, rules.patience_h)
    if (_clock(start, rules) - t if writes else start - arrive) > patience:
        told.abandoned[r] = 1
        told.started[r] = np.nan
        told.gave_up[r] = t + (patience if writes else patience / rules.slower)
        if n < _MAX_ATTEMPTS and uniform(keys[4], who, 100 + n) < 0.7:
            back.again[m], back.again_t[m] = r, told.gave_up[r] + exponential(keys[4], who, n, 4.0)
            return 1
        return 0
    hard, skilled, placed, seen = asked_of(keys[3], who, n, rules.levers)
    placed = placed or knows_phase(keys[3], who, n, rules.aware)
    own = exponential(keys[0], who, n, handle_h)
    if hard and not seen:  # the customer tells it all again
        told.blind[r] = 1
        own *= BLIND_WORK
    free[agent] = start + own
    begun = start if writes else arrive + (start - arrive) / rules.slower  # a pile of letters lasts as long in the whole firm
    told.started[r] = _clock(begun, rules)
    done = begun + own / rules.slower
    hops = 0
    count = rules.dept_start.shape[0] - 1
    if count > 1 and not placed and uniform(keys[2], who, 10 * n) < rules.relay_share:
        hops = 1
        colleague = _colleague(d, uniform(keys[2], who, 10 * n + 6), rules, free)
        helped = exponential(keys[2], who, 10 * n + 2, 0.5 * handle_h)
        begin = max(start, free[colleague])  # helps as soon as he is free: time kept for later would be lost to others
        free[colleague] = begin + helped
        done = max(done + exponential(keys[2], who, 10 * n + 1, rules.relay_h), done + (begin - start + helped) / rules.slower)
        own += helped
        if uniform(keys[2], who, 10 * n + 4) < rules.conflict:  # not ours: it goes back, and waits once more
            hops = 2
            done += exponential(keys[2], who, 10 * n + 5, rules.relay_h)
        if not seen and uniform(keys[2], who, 10 * n + 3) < rules.relay_loss:
            told.lost[r] = 1
    told.handoffs[r] = hops
    told.handled[r] = own / rules.slower
    told.answered[r] = _clock(done, rules)
    solved = not hard or (skilled and placed and seen and uniform(keys[3], who, 50 + n) < ceiling(rules.levers))
    if told.lost[r] == 0 and (solved or (asked.heard[r] > 0 and uniform(keys[3], who, 60 + n) < 0.5)):
        told.resolved[r] = 1
    elif n < _MAX_ATTEMPTS and not calls_back:
        back.again[m], back.again_t[m] = r, told.answered[r] + exponential(keys[4], who, n, 24.0)
        return 1
    return 0
