"""What is noted of a contact: that it was opened, how long it waited, whether it is over; and who asks again."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.customers.books import OrderFacts
from e2esim.customers.desk_kernels import is_open, to_work
from e2esim.domain.book import Columns, OrderKind, Reason
from e2esim.domain.lean import lean_njit
from e2esim.streams.draws import child

F = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
F32 = npt.NDArray[np.float32]
U8 = npt.NDArray[np.uint8]

_INFORMATION, _CALL_BACK = int(Reason.INFORMATION), int(Reason.CALL_BACK)
_REPLENISH = int(OrderKind.REPLENISH)


class ContactsOpened(NamedTuple):
    """Columns of the contacts that are filled when a customer turns to the firm, each (capacity,)."""

    address: npt.NDArray[np.int64]
    t: F32
    consumer: I32
    account: npt.NDArray[np.int16]
    row: I32
    reason: U8
    channel: U8
    market: U8
    segment: U8
    heard: U8
    attempt: U8
    first: F32


class ContactsClosed(NamedTuple):
    """Columns of the contacts that are read and filled once the desk has done its work, each (capacity,)."""

    t: F32
    first: F32
    started: F32
    answered: F32
    queued: F32
    reason: U8
    resolved: U8
    written: U8
    final: U8


class Requested(NamedTuple):
    """Requests to be opened, (n,) each: rows of the order book, times [h], reasons, attempts, times of the first attempt [h], how often heard before."""

    rows: I32
    times: F
    reasons: U8
    attempts: U8
    since: F
    heard: U8


def contacts_opened(contacts: Columns) -> ContactsOpened:
    """The columns as they are now: fetch anew after rows were opened."""
    return ContactsOpened(*(contacts[name] for name in ContactsOpened._fields))


def contacts_closed(contacts: Columns) -> ContactsClosed:
    """The columns as they are now: fetch anew after rows were opened."""
    return ContactsClosed(*(contacts[name] for name in ContactsClosed._fields))


@lean_njit
def open_contacts(at: int, asked: Requested, o: OrderFacts, c: ContactsOpened, counts: U8, fresh: I32) -> None:
    """Open contacts from number ``at``, with who asks and where as in the order book; ``fresh`` (n,) gets their numbers.

    ``counts`` (capacity,), contacts by line, goes up by each of these but calls of the firm.
    """
    for k in range(asked.rows.shape[0]):
        r, x, reason = asked.rows[k], at + k, asked.reasons[k]
        fresh[k] = x
        c.address[x] = child(o.address[r], 1_000 + np.int64(reason))
        c.consumer[x], c.account[x], c.channel[x], c.market[x], c.segment[x] = o.consumer[r], o.account[r], o.channel[r], o.market[r], o.segment[r]
        c.row[x], c.t[x], c.reason[x], c.first[x], c.heard[x] = r, asked.times[k], reason, asked.since[k], asked.heard[k]
        c.attempt[x] = asked.attempts[k]
        if reason != _CALL_BACK:
            counts[r] += 1


@lean_njit
def ask_again(again: I32, c: ContactsOpened, abandoned: U8, out: Requested) -> None:
    """Write the next attempt of contacts ``again`` (n,) into ``out``, its times excepted."""
    for k in range(again.shape[0]):
        x = again[k]
        out.rows[k], out.reasons[k], out.attempts[k], out.since[k] = c.row[x], c.reason[x], c.attempt[x] + 1, c.first[x]
        out.heard[k] = c.heard[x] + (1 if abandoned[x] == 0 else 0)


@lean_njit
def begun(rows: I32, left: I32, out: I32) -> int:
    """Write which of ``rows`` are not among ``left``, (m,) ascending, in their order; returns how many."""
    n = 0
    for k in range(rows.shape[0]):
        at = np.searchsorted(left, rows[k])
        if at == left.shape[0] or left[at] != rows[k]:
            out[n] = rows[k]
            n += 1
    return n


@lean_njit
def waited(rows: I32, c: ContactsClosed, first_weekday: int, opens: float, closes: float, days: int) -> None:
    """Write of contacts ``rows`` whether they came while the desk was closed, and how long the others were queued while it was open [h].

    ``started`` of NaN = not answered; ``queued`` stays NaN then.
    """
    for k in range(rows.shape[0]):
        r = rows[k]
        if c.written[r] == 1 or not is_open(c.t[r], first_weekday, opens, closes, days):
            c.written[r] = 1
        elif not math.isnan(c.started[r]):
            c.queued[r] = max(to_work(c.started[r], first_weekday, opens, closes, days) - to_work(c.t[r], first_weekday, opens, closes, days), 0.0)


class LinesAsked(NamedTuple):
    """Columns of the order book that tell whose line a request is about, each (capacity,)."""

    kind: U8
    account: npt.NDArray[np.int16]
    quantity: I32


@lean_njit
def asked_in_vain(line: I32, lines: LinesAsked, pieces: F) -> None:
    """Add the pieces of the trade lines among ``line`` (n,), rows of the order book, to their accounts' ``pieces`` (accounts,)."""
    for k in range(line.shape[0]):
        r = line[k]
        if r >= 0 and lines.kind[r] == _REPLENISH:
            pieces[lines.account[r]] += lines.quantity[r]


@lean_njit
def over(rows: I32, again: I32, prompt_h: float, c: ContactsClosed, asked_first: F, final: U8) -> None:
    """Contacts ``rows`` are over but for those that are asked ``again``; ``final`` (n,) gets 1 where one is.

    ``asked_first`` (3,): questions before buying that are over, of them never answered, answered later than ``prompt_h`` [h] after they were asked first.
    """
    for k in range(rows.shape[0]):
        c.final[rows[k]] = 1
    for k in range(again.shape[0]):
        c.final[again[k]] = 0
    asked = never = late = 0
    for k in range(rows.shape[0]):
        r = rows[k]
        final[k] = c.final[r]
        if c.reason[r] == _INFORMATION and c.final[r] == 1:
            asked += 1
            if c.resolved[r] == 0:
                never += 1
            elif c.answered[r] - c.first[r] > prompt_h:
                late += 1
    asked_first[0] += asked
    asked_first[1] += never
    asked_first[2] += late
