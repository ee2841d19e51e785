"""Kernels over experiences and contacts: surveys, word of mouth, the desk."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy.typing as npt

from e2esim.domain.book import LineProblem, OrderKind, Reason
from e2esim.domain.lean import lean_njit

Array = npt.NDArray[Any]

_REPLENISH = int(OrderKind.REPLENISH)
_COMPLAINT, _CLAIM, _CALL_BACK = int(Reason.COMPLAINT), int(Reason.CLAIM), int(Reason.CALL_BACK)

_IN_ORDER = int(LineProblem.DAMAGED | LineProblem.INCOMPLETE | LineProblem.INSTALL_FAILED | LineProblem.DEFECT)

VOICE = 17  # columns of the sums, in this order
LINES, CSAT_N, CSAT_SUM, CSAT_TOP, NPS_N, PROMOTERS, DETRACTORS, CES_N = range(8)
CES_SUM, EASY, FELT, SATISFACTION, GOOD_WORD, BAD_WORD, PROBLEM, TROUBLED, COMPLAINED = range(8, 17)

DESK = 13  # columns of the sums, in this order
CONTACTS, FIRST, ABANDONED, HANDLED_FIRST, SOLVED_FIRST, ANSWERED, ANSWER_H = range(7)
STARTED, WAIT_H, HANDOFFS, LOST, COMPLAINTS, AGENT_H = range(7, 13)


RIPE_H = 168.0  # [h] before the end of the window from which on answers are not timed


class LinesVoiced(NamedTuple):
    """Columns of the order book, each (n,); ``csat``, ``nps``, ``ces``: what everybody would answer."""

    kind: Array
    promised: Array
    delivered: Array
    problems: Array
    complained: Array
    csat: Array
    nps: Array
    ces: Array
    answered: Array
    satisfaction: Array
    spoke: Array


@lean_njit
def voices(cell: Array, lines: LinesVoiced, start: float, end: float, out: Array) -> None:
    """Add up what consumers (DIRECT, SELL_OUT) feel and say about deliveries in [start, end) [h], by cell.

    ``csat`` 1-5 (0 none), ``nps`` 0-10 (-1 none), ``ces`` 1-7 (0 none), each (n,): what everybody would answer.
    ``out``: (2, n_cells, VOICE), first everybody, then those who answered the survey.
    """
    for i in range(cell.shape[0]):
        if lines.kind[i] == _REPLENISH or not (lines.delivered[i] >= start and lines.delivered[i] < end):
            continue
        for face in range(2):
            if face == 1 and lines.answered[i] == 0:
                continue
            o = out[face, cell[i]]
            o[LINES] += 1.0
            if lines.csat[i] > 0:
                o[CSAT_N] += 1.0
                o[CSAT_SUM] += lines.csat[i]
                o[CSAT_TOP] += lines.csat[i] >= 4
            if lines.nps[i] >= 0:
                o[NPS_N] += 1.0
                o[PROMOTERS] += lines.nps[i] >= 9
                o[DETRACTORS] += lines.nps[i] <= 6
            if lines.ces[i] > 0:
                o[CES_N] += 1.0
                o[CES_SUM] += lines.ces[i]
                o[EASY] += lines.ces[i] >= 5
            if not math.isnan(lines.satisfaction[i]):
                o[FELT] += 1.0
                o[SATISFACTION] += lines.satisfaction[i]
            o[GOOD_WORD] += lines.spoke[i] > 0
            o[BAD_WORD] += lines.spoke[i] < 0
            o[PROBLEM] += lines.problems[i] != 0
            late = not math.isnan(lines.promised[i]) and math.floor(lines.delivered[i] / 24.0) > math.floor(lines.promised[i] / 24.0)
            if late or lines.problems[i] & _IN_ORDER:
                o[TROUBLED] += 1.0
                o[COMPLAINED] += lines.complained[i]


@lean_njit
def service_voices(
    cell: Array, consumer: Array, t: Array, final: Array, csat: Array, nps: Array, ces: Array, said: Array, start: float, end: float, out: Array
) -> None:
    """Add up what consumers say when a request of [start, end) [h] is over, resolved or not, by cell; ``out`` as in `voices`."""
    for i in range(cell.shape[0]):
        if final[i] == 0 or consumer[i] < 0 or csat[i] == 0 or not (t[i] >= start and t[i] < end):
            continue
        for face in range(2):
            if face == 1 and said[i] == 0:
                continue
            o = out[face, cell[i]]
            o[CSAT_N] += 1.0
            o[CSAT_SUM] += csat[i]
            o[CSAT_TOP] += csat[i] >= 4
            o[NPS_N] += 1.0
            o[PROMOTERS] += nps[i] >= 9
            o[DETRACTORS] += nps[i] <= 6
            o[CES_N] += 1.0
            o[CES_SUM] += ces[i]
            o[EASY] += ces[i] >= 5


class ContactsAsked(NamedTuple):
    """Columns of the contacts, each (n,)."""

    t: Array
    reason: Array
    attempt: Array
    started: Array
    answered: Array
    handoffs: Array
    handle_h: Array
    resolved: Array
    abandoned: Array
    lost: Array


@lean_njit
def desk(cell: Array, asked: ContactsAsked, start: float, end: float, out: Array) -> None:
    """Add up contacts that arrive in [start, end) [h], by cell; ``out``: (n_cells, DESK)."""
    for i in range(cell.shape[0]):
        if not (asked.t[i] >= start and asked.t[i] < end):
            continue
        o = out[cell[i]]
        if asked.reason[i] == _CALL_BACK:  # the firm called: work, and no request
            o[AGENT_H] += asked.handle_h[i]
            continue
        o[CONTACTS] += 1.0
        o[ABANDONED] += asked.abandoned[i]
        o[LOST] += asked.lost[i]
        o[HANDOFFS] += asked.handoffs[i]
        o[AGENT_H] += asked.handle_h[i]
        if asked.attempt[i] <= 1:
            o[FIRST] += 1.0
            o[COMPLAINTS] += asked.reason[i] == _COMPLAINT or asked.reason[i] == _CLAIM
            if asked.started[i] < end and asked.abandoned[i] == 0:
                o[HANDLED_FIRST] += 1.0
                o[SOLVED_FIRST] += asked.resolved[i]
        if asked.t[i] >= end - RIPE_H:  # the long waits of the last week are not over: without them it would look quick
            continue
        if asked.started[i] < end:
            o[STARTED] += 1.0
            o[WAIT_H] += asked.started[i] - asked.t[i]
        if asked.answered[i] < end:
            o[ANSWERED] += 1.0
            o[ANSWER_H] += asked.answered[i] - asked.t[i]
