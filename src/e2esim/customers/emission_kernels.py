"""Emit experiences: stages write what customers live through as rows; nothing here knows how it feels.

Every emitter writes from row ``n`` of ``out`` (dtype EXPERIENCE) and returns the row after its last; `ROWS` is the most a moment needs.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from e2esim.customers.books import ContactFacts, OrderFacts, Touchpoints, WordsRead
from e2esim.customers.expecting import LeadTimes, lead_expected
from e2esim.customers.journey_kernels import AFTER, DEFECT_SHOWS, IN_USE, SHOP_MENDS, SHOP_REPLACES
from e2esim.customers.satisfaction_kernels import (
    ANSWER_TIME,
    COMPLETENESS,
    DAMAGE,
    DEFECT,
    EFFORT,
    EXPERIENCE,
    INSTALLATION,
    INTEGRATION,
    LEAD_TIME,
    PUNCTUALITY,
    RESOLUTION,
    late_days,
)
from e2esim.domain.book import LineProblem, Reason, ReturnCause, Service
from e2esim.domain.experience import SERVICE, Flag, Lived
from e2esim.domain.lean import lean_njit
from e2esim.domain.pasted import pasted_njit
from e2esim.streams.draws import uniform

F = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
Batch = npt.NDArray[np.void]

DISCOVER, EVALUATE, BUY, RECEIVE, USE, ASSIST = range(6)
ROWS = 8  # beside the touchpoints
NEVER = 99.0  # failed attempts of a request that is never resolved
TOLD_D = 0.5  # [days] of lateness forgiven where the delay was told before, assumed

_ENDS, _ASKS, _SPEAKS, _JUDGES = int(Flag.ENDS), int(Flag.ASKS), int(Flag.SPEAKS), int(Flag.JUDGES_SERVICE)
_ADVERTISEMENT, _ADVICE, _OFFER, _HAND_OVER = int(Lived.ADVERTISEMENT), int(Lived.ADVICE), int(Lived.OFFER), int(Lived.HAND_OVER)
_INSTALLED, _USED_TAKEN, _FIRST_USE, _FOLLOW_UP = int(Lived.INSTALLED), int(Lived.USED_TAKEN), int(Lived.FIRST_USE), int(Lived.FOLLOW_UP)
_DEFECT_MET, _ANSWER, _NO_ANSWER, _RECOVERY = int(Lived.DEFECT_MET), int(Lived.ANSWER), int(Lived.NO_ANSWER), int(Lived.RECOVERY)
_GIVEN_UP, _CHANGE_REFUSED, _REVIEW_READ = int(Lived.GIVEN_UP), int(Lived.CHANGE_REFUSED), int(Lived.REVIEW_READ)
_PROMISED, _SENT_BACK, _SHOP_RECOVERY, _REFUND = int(Lived.PROMISED), int(Lived.SENT_BACK), int(Lived.SHOP_RECOVERY), int(Lived.REFUND)
_QUESTION, _FOUND_OUT, _HELP_ASKED, _COMPLAINED = int(Lived.QUESTION), int(Lived.FOUND_OUT), int(Lived.HELP_ASKED), int(Lived.COMPLAINED)
_DELAY_TOLD, _CALLED_BACK = int(Lived.DELAY_TOLD), int(Lived.CALLED_BACK)
WORST_D = 30.0  # [days] of lateness that a line given up is felt like
_DAMAGED, _INCOMPLETE, _FAILED, _DEFECT = int(LineProblem.DAMAGED), int(LineProblem.INCOMPLETE), int(LineProblem.INSTALL_FAILED), int(LineProblem.DEFECT)
_BROKEN, _TROUBLE = int(LineProblem.INTEGRATION), int(LineProblem.TOUCHPOINT)
_NEEDS, _INSTALL, _COLLECTED, _FOLLOWED = int(Service.NEEDS_ANALYSIS), int(Service.INSTALLATION), int(Service.USED_COLLECTION), int(Service.USE_FOLLOWUP)
_TOLD, _SIMPLE = int(Service.DELAY_TOLD), int(Service.SIMPLE)
_INFORMATION, _WHERE, _COMPLAINT, _CLAIM, _USE_HELP = (int(r) for r in Reason if r <= Reason.USE_HELP)
_CALL_BACK = int(Reason.CALL_BACK)
_BACK_DEFECT, _BACK_SECOND, _BACK_DAMAGE = int(ReturnCause.DEFECT), int(ReturnCause.SECOND_THOUGHTS), int(ReturnCause.DAMAGE)
LISTENED_GAIN = 0.04  # [satisfaction] of being called back or told what was done about one's answer, assumed: as of being asked
CALL_BACK_HALF_D = 130.0  # [days] by which a call-back makes good half: 47 % bought again within 90 days, 29 % at 90 to 180 (Dillard and Bates)


@pasted_njit
def live(out: Batch, n: int, row: int, t: float, kind: int, phase: int, attribute: int, shown: float, expected: float) -> int:
    """Write one experience; returns ``n`` + 1."""
    x = out[n]
    x["row"], x["contact"], x["t"], x["kind"], x["phase"], x["touchpoint"] = row, -1, t, kind, phase, -1
    x["attribute"], x["flags"], x["shown"], x["expected"] = attribute, 0, shown, expected
    x["feeling"], x["felt"] = 0.0, math.nan
    return n + 1


@pasted_njit
def touch(out: Batch, n: int, row: int, t: float, phase: int, kind: int, key: np.uint64, o: OrderFacts, points: Touchpoints) -> int:
    """Touchpoints of a phase that the customer of ``row`` meets: enjoyment, and now and then a problem (which marks the row)."""
    who, at = o.address[row], 6 * np.int64(o.channel[row]) + phase
    for p in range(points.start[at], points.start[at + 1]):
        code = points.code[p]
        if uniform(key, who, 3 * code) >= points.reach[o.segment[row], p]:
            continue
        counted = t >= points.from_h
        if counted:
            points.seen[code, o.channel[row], o.segment[row], 0] += 1.0
        if points.enjoyment[p] != 0.0:
            out[live(out, n, row, t, kind, phase, EXPERIENCE, points.enjoyment[p], 0.0) - 1]["touchpoint"] = code
            n += 1
        if uniform(key, who, 3 * code + 1) < points.problem[p]:
            out[live(out, n, row, t, kind, phase, EFFORT, 1.0, 0.0) - 1]["touchpoint"] = code
            n += 1
            o.problems[row] |= _TROUBLE
            if counted:
                points.seen[code, o.channel[row], o.segment[row], 1] += 1.0
            if o.trouble[row] < 0:
                o.trouble[row] = code
    return n


@pasted_njit
def close(out: Batch, first: int, n: int, flags: int) -> int:
    """End the moment that began at ``first``; nothing if it is empty."""
    if n > first:
        out[n - 1]["flags"] = flags
    return n


@lean_njit
def bought(out: Batch, rows: I32, key: np.uint64, o: OrderFacts, points: Touchpoints, needs_gain: float, others: WordsRead) -> int:
    """Discover, evaluate and buy, as lived when the purchase is made; who hears of the firm from others expects what they say, who was told a claim
    misses part of it. Who buys simply lives none."""
    n = 0
    for k in range(rows.shape[0]):
        r, first = rows[k], n
        if o.services[r] & _SIMPLE:
            continue
        t = np.float64(o.placed[r])
        if uniform(others.key, o.address[r], 0) < others.heard[o.channel[r]]:
            n = live(out, n, r, t, _REVIEW_READ, EVALUATE, SERVICE, -others.expected * others.reputation[o.market[r]], 0.0)
            first = n if others.expected == 0.0 else first  # nothing to feel: no moment by itself
        missed = others.missed[o.market[r], o.item[r]]
        if missed > 0.0 and uniform(others.key, o.address[r], 1) < others.told[o.channel[r]]:
            n = live(out, n, r, t, _ADVERTISEMENT, DISCOVER, SERVICE, -missed, 0.0)
        n = touch(out, n, r, t, DISCOVER, _ADVERTISEMENT, key, o, points)
        n = touch(out, n, r, t, EVALUATE, _ADVICE, key, o, points)
        if o.services[r] & _NEEDS and needs_gain > 0.0:
            n = live(out, n, r, t, _ADVICE, EVALUATE, SERVICE, needs_gain, 0.0)
        n = touch(out, n, r, t, BUY, _OFFER, key, o, points)
        if o.problems[r] & _BROKEN:
            n = live(out, n, r, t, _OFFER, BUY, INTEGRATION, 1.0, 0.0)
        n = close(out, first, n, _ENDS)
    return n


@lean_njit
def received(
    out: Batch, rows: I32, key: np.uint64, o: OrderFacts, points: Touchpoints, expected_d: F, collect_gain: float
) -> int:
    """A delivery: when, how soon, whole, sound, installed, the used product taken along; ``expected_d`` (n,) expected lead times."""
    n = 0
    for k in range(rows.shape[0]):
        r, first = rows[k], n
        t, bits, trade = np.float64(o.delivered[r]), o.problems[r], o.consumer[r] < 0
        if trade and o.account[r] < 0:
            continue
        late = late_days(o.delivered[r], o.promised[r])
        if late > 0.0:
            n = live(out, n, r, t, _HAND_OVER, RECEIVE, PUNCTUALITY, late, TOLD_D if o.services[r] & _TOLD else 0.0)
        n = live(out, n, r, t, _HAND_OVER, RECEIVE, LEAD_TIME, (t - o.placed[r]) / 24.0, expected_d[k])
        if bits & _DAMAGED:
            n = live(out, n, r, t, _HAND_OVER, RECEIVE, DAMAGE, 1.0, 0.0)
        if bits & _INCOMPLETE:
            n = live(out, n, r, t, _HAND_OVER, RECEIVE, COMPLETENESS, 1.0, 0.0)
        if o.services[r] & _INSTALL:
            n = live(out, n, r, t, _INSTALLED, RECEIVE, INSTALLATION, 1.0 if bits & _FAILED else -1.0, 0.0)
        if not trade:
            if o.services[r] & _COLLECTED and collect_gain > 0.0:
                n = live(out, n, r, t, _USED_TAKEN, RECEIVE, SERVICE, collect_gain, 0.0)
            n = touch(out, n, r, t, RECEIVE, _HAND_OVER, key, o, points)
        n = close(out, first, n, _ENDS | _ASKS | _SPEAKS)
    return n


@pasted_njit
def used(out: Batch, n: int, row: int, t: float, key: np.uint64, o: OrderFacts, points: Touchpoints, follow_gain: float) -> int:
    """Some weeks after delivery: touchpoints of use, and the firm that asks how the product does."""
    first = n
    n = touch(out, n, row, t, USE, _FIRST_USE, key, o, points)
    if o.services[row] & _FOLLOWED and follow_gain > 0.0:
        n = live(out, n, row, t, _FOLLOW_UP, USE, SERVICE, follow_gain, 0.0)
    return close(out, first, n, _ENDS)


@pasted_njit
def breaks(out: Batch, n: int, row: int, t: float, o: OrderFacts) -> int:
    """A defect shows in use."""
    o.problems[row] |= _DEFECT
    return close(out, n, live(out, n, row, t, _DEFECT_MET, USE, DEFECT, 1.0, 0.0), _ENDS | _SPEAKS)


@lean_njit
def defects(out: Batch, rows: I32, t: float, o: OrderFacts) -> int:
    """Defects of ``rows`` show in use, or are told of."""
    n = 0
    for k in range(rows.shape[0]):
        n = breaks(out, n, rows[k], t, o)
    return n


@lean_njit
def given_up(out: Batch, rows: I32, t: float) -> int:
    """Lines that their customers have cancelled: felt like the worst lateness."""
    n = 0
    for k in range(rows.shape[0]):
        n = live(out, n, rows[k], t, _GIVEN_UP, RECEIVE, PUNCTUALITY, WORST_D, 0.0)
        out[n - 1]["flags"] = _ENDS | _SPEAKS
    return n


@lean_njit
def change_refused(out: Batch, rows: I32, t: float) -> int:
    """A wish to change an open line was refused: felt like one more effort, with the delivery."""
    n = 0
    for k in range(rows.shape[0]):
        n = live(out, n, rows[k], t, _CHANGE_REFUSED, RECEIVE, EFFORT, 1.0, 0.0)
        out[n - 1]["flags"] = _ENDS
    return n


@lean_njit
def called(out: Batch, contacts: I32, c: ContactFacts, o: OrderFacts) -> int:
    """First requests among ``contacts``: asked before buying, found out that it is late, asked for help, complained.

    They stand in the log only: what is felt is the answer.
    """
    n = 0
    for k in range(contacts.shape[0]):
        x = contacts[k]
        r, reason, t = c.row[x], c.reason[x], np.float64(c.t[x])
        if c.attempt[x] != 1:
            continue
        if reason == _INFORMATION:
            n = live(out, n, r, t, _QUESTION, EVALUATE, EFFORT, 1.0, 0.0)
        elif reason == _WHERE:
            n = live(out, n, r, t, _FOUND_OUT, RECEIVE, PUNCTUALITY, max(0.0, t - o.promised[r]) / 24.0, 0.0)
        elif reason == _USE_HELP:
            n = live(out, n, r, t, _HELP_ASKED, USE, EFFORT, 1.0, 0.0)
        elif reason in (_COMPLAINT, _CLAIM):
            n = live(out, n, r, t, _COMPLAINED, ASSIST, EFFORT, 1.0, 0.0)
    return n


@lean_njit
def told(out: Batch, rows: I32, kind: int, attribute: int, t: F, shown: F, expected: F) -> int:
    """What the firm says about a delivery (promised, promised anew, will be late), at ``t`` with values ``shown``, ``expected``, (n,) each; in the log only."""
    n = 0
    for k in range(rows.shape[0]):
        n = live(out, n, rows[k], t[k], kind, RECEIVE, attribute, shown[k], expected[k])
    return n


@lean_njit
def promised(out: Batch, rows: I32, o: OrderFacts, known: LeadTimes, over: F) -> int:
    """A day is given for an order placed in the run: its lead time against the expected one, in the log only; ``over`` (n,) gets the end of that day [h]."""
    n = 0
    for k in range(rows.shape[0]):
        r = rows[k]
        day = np.float64(o.promised[r])
        over[k] = (np.floor(day / 24.0) + 1.0) * 24.0
        if o.placed[r] >= 0.0 and not math.isnan(day):
            n = live(out, n, r, np.float64(o.placed[r]), _PROMISED, RECEIVE, LEAD_TIME, (o.promised[r] - o.placed[r]) / 24.0, lead_expected(r, o, known))
    return n


@lean_njit
def alone(out: Batch, rows: I32, t: float, kind: int, phase: int, attribute: int, shown: float) -> int:
    """One experience a row that is a moment by itself, felt and remembered, not asked about."""
    n = 0
    for k in range(rows.shape[0]):
        n = live(out, n, rows[k], t, kind, phase, attribute, shown, 0.0)
        out[n - 1]["flags"] = _ENDS
    return n


@lean_njit
def called_back(out: Batch, n: int, row: int, t: float, share: float, o: OrderFacts) -> int:
    """An agent has called who was unhappy: a share of what went wrong is made good while it is fresh, and it does good to be heard."""
    since = max(0.0, t - o.delivered[row]) / 24.0
    n = repaid(out, n, row, t, _RECOVERY, share * math.pow(0.5, since / CALL_BACK_HALF_D), o)
    return live(out, n, row, t, _CALLED_BACK, ASSIST, SERVICE, LISTENED_GAIN, 0.0)


@pasted_njit
def repaid(out: Batch, n: int, row: int, t: float, kind: int, share: float, o: OrderFacts) -> int:
    """Make good a share of what each problem of the row has cost (``shown`` holds the share)."""
    bits = o.problems[row]
    late = late_days(o.delivered[row], o.promised[row]) if o.delivered[row] <= t else 0.0
    if late > 0.0:
        n = live(out, n, row, t, kind, ASSIST, PUNCTUALITY, share, late)
    for bit, attribute in ((_DAMAGED, DAMAGE), (_INCOMPLETE, COMPLETENESS), (_FAILED, INSTALLATION), (_DEFECT, DEFECT)):
        if bits & bit:
            n = live(out, n, row, t, kind, ASSIST, attribute, share, 1.0)
    return n


@pasted_njit
def mended(out: Batch, n: int, row: int, t: float, kind: int, share: float, o: OrderFacts) -> int:
    """The shop solves what its consumer complained about, or a return is credited (kind REFUND); nothing for trade."""
    if o.consumer[row] < 0:
        return n
    return close(out, n, repaid(out, n, row, t, kind, share, o), _ENDS)


@lean_njit
def come_later(out: Batch, codes: I32, t: float, key: np.uint64, o: OrderFacts, points: Touchpoints, follow_gain: float, shop_share: float) -> int:
    """What comes weeks after a delivery, ``codes`` AFTER * row + kind: first all touchpoints of use, then defects that show, then what shops make good."""
    n = 0
    for k in range(codes.shape[0]):
        if codes[k] % AFTER == IN_USE:
            n = used(out, n, codes[k] // AFTER, t, key, o, points, follow_gain)
    for k in range(codes.shape[0]):
        if codes[k] % AFTER == DEFECT_SHOWS:
            n = breaks(out, n, codes[k] // AFTER, t, o)
    for k in range(codes.shape[0]):
        if codes[k] % AFTER == SHOP_MENDS or codes[k] % AFTER == SHOP_REPLACES:
            n = mended(out, n, codes[k] // AFTER, t, _SHOP_RECOVERY, shop_share, o)
    return n


@lean_njit
def refunded(out: Batch, rows: I32, t: float, causes: npt.NDArray[np.uint8], effort: float, share: float, o: OrderFacts) -> int:
    """Goods are back (``causes`` (capacity,), by row): consumers sent them, which takes ``effort`` if that is above 0, and what was broken is credited."""
    n = 0
    for k in range(rows.shape[0]):
        cause = causes[rows[k]]
        if o.consumer[rows[k]] >= 0 and cause in (_BACK_DEFECT, _BACK_SECOND, _BACK_DAMAGE):
            n = live(out, n, rows[k], t, _SENT_BACK, ASSIST if effort > 0.0 else RECEIVE, EFFORT, effort, 0.0)
            out[n - 1]["flags"] = _ENDS if effort > 0.0 else 0
    for k in range(rows.shape[0]):
        if causes[rows[k]] == _BACK_DEFECT or causes[rows[k]] == _BACK_DAMAGE:
            n = mended(out, n, rows[k], t, _REFUND, share, o)
    return n


@lean_njit
def unanswered(out: Batch, rows: I32, times: F) -> int:
    """Requests to a firm that answers none."""
    n = 0
    for k in range(rows.shape[0]):
        n = live(out, n, rows[k], times[k], _NO_ANSWER, ASSIST, RESOLUTION, NEVER, 0.0)
        out[n - 1]["flags"] = _ENDS | _SPEAKS
    return n


@lean_njit
def answered(
    out: Batch,
    contacts: I32,
    key: np.uint64,
    c: ContactFacts,
    final: npt.NDArray[np.uint8],
    o: OrderFacts,
    points: Touchpoints,
    reference_h: float,
    recovery: tuple[float, float],
) -> int:
    """Answers of the desk, or that none came; ``c`` columns of the contacts, ``final`` (n,): 1 = the customer will not ask again.

    ``recovery``: share of the loss made good by an answer at once, and the days by which that halves.
    """
    n = 0
    for k in range(contacts.shape[0]):
        x, first = contacts[k], n
        r, tries = c.row[x], np.float64(c.attempt[x])
        gone = c.abandoned[x] == 1
        t = np.float64(c.gave_up[x] if gone else c.answered[x])
        kind = _NO_ANSWER if gone else _ANSWER
        if c.reason[x] == _CALL_BACK:
            if c.resolved[x] == 1:
                n = close(out, first, called_back(out, n, r, t, recovery[0], o), _ENDS)
                for j in range(first, n):
                    out[j]["contact"] = x
            continue
        if not gone:
            n = live(out, n, r, t, kind, ASSIST, ANSWER_TIME, t - np.float64(c.t[x]), reference_h)
        steps = tries - 1.0 + np.float64(c.handoffs[x]) + np.float64(c.lost[x])
        if steps > 0.0:
            n = live(out, n, r, t, kind, ASSIST, EFFORT, steps, max(0.0, tries - 2.0))
        if c.blind[x] == 1:
            n = live(out, n, r, t, kind, ASSIST, INTEGRATION, 1.0, 0.0)
        never = final[k] == 1 and c.resolved[x] == 0
        if c.resolved[x] == 0:
            n = live(out, n, r, t, _NO_ANSWER if never else kind, ASSIST, RESOLUTION, NEVER if never else tries, tries - 1.0)
        elif tries > 1.0:  # what the failed attempts have cost is forgiven
            n = live(out, n, r, t, kind, ASSIST, RESOLUTION, 0.0, tries - 1.0)
        if c.resolved[x] == 1 and (c.reason[x] == _COMPLAINT or c.reason[x] == _CLAIM):
            since = (t - np.float64(c.first[x])) / 24.0
            n = repaid(out, n, r, t, _RECOVERY, recovery[0] * math.pow(0.5, max(0.0, since) / recovery[1]), o)
        if not gone and o.consumer[r] >= 0:
            n = touch(out, n, r, t, ASSIST, kind, key, o, points)
        for j in range(first, n):
            out[j]["contact"] = x
        asks = final[k] == 1
        n = close(out, first, n, _ENDS | (_ASKS | _JUDGES | _SPEAKS if asks else 0))
    return n
