"""The firm's answers: three silos or one team, first-contact resolution by three levers, and what an answer leaves in memory."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.customers.contact_kernels import (
    ContactsClosed,
    ContactsOpened,
    LinesAsked,
    Requested,
    ask_again,
    asked_in_vain,
    begun,
    contacts_closed,
    contacts_opened,
    open_contacts,
    over,
    waited,
)
from e2esim.customers.desk_kernels import ContactsRead, ContactsWritten, DeskReturns, Levers, Rules, answer_contacts, phases_known, to_work
from e2esim.customers.emission_kernels import answered, called, unanswered
from e2esim.customers.experiences import Experiences
from e2esim.customers.loyalty_kernels import chosen
from e2esim.customers.own_targets import CARELESS, HURRY, apart
from e2esim.domain.book import Reason, Service
from e2esim.domain.calendar import DueCalendar
from e2esim.domain.events import Event, EventLog
from e2esim.domain.settings import Organisation
from e2esim.domain.world import World
from e2esim.streams import Streams

F = npt.NDArray[np.float64]

_KEYS = ("desk.handle", "desk.patience", "desk.relay", "desk.outcome", "desk.again", "desk.written")
# departments of the silos: 0 marketing, 1 sales, 2 customer service
_SILO_ROUTE = dict.fromkeys((Reason.COMPLAINT, Reason.CLAIM, Reason.BILL, Reason.CALL_BACK), 2) | {
    Reason.INFORMATION: 1, Reason.WHERE_IS_MY_ORDER: 1, Reason.USE_HELP: 0,
}  # fmt: skip
PROMPT_H = 1.0  # [h] within which an answer before buying is still in time: later it qualifies two to seven times fewer (Oldroyd 2007, six firms, confounded)
_SIMPLE = (Reason.INFORMATION, Reason.WHERE_IS_MY_ORDER)  # what a portal can answer
_CASES = (Reason.COMPLAINT, Reason.CLAIM, Reason.BILL)  # what takes work behind the answer
_REMEMBERED_D = 14.0  # [days] in which what is known of unanswered questions is half forgotten, assumed
_SILO_SHARES = (0.2, 0.6, 0.2)  # of the agents, as their hours of work in the shipped company (assumed)


def on_shift(organisation: Organisation) -> float:
    """Agents who answer while the desk is open, on average: the hours paid are the hours rostered, and nobody works two shifts.

    >>> round(on_shift(Organisation(agents=24)), 1)  # 24 x 1,700 h paid for 2,607 h open a year
    15.6
    """
    o = organisation
    open_h_y = (o.close_h - o.open_h) * o.days_week * 365.0 / 7.0
    return o.agents * min(1.0, o.paid_h_y / open_h_y)


def staffing(organisation: Organisation, scale: float) -> tuple[npt.NDArray[np.int64], float]:
    """Agents on shift by department as compressed starts, and how much slower each works so that the load is kept at any scale.

    A small copy keeps the departments of the firm: its few requests find as many agents, each slower and with callers as much more patient, so that
    who waits, who hangs up and who is idle are as in the firm. A copy larger than the firm has more agents.
    """
    wanted = on_shift(organisation) * max(scale, 1.0)
    if organisation.mode == "one_team":
        counts = np.array([max(1, round(wanted))])
    else:
        counts = np.maximum(1, np.round(np.asarray(_SILO_SHARES) * wanted)).astype(np.int64)
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64), float(counts.sum() / (on_shift(organisation) * scale))


class ContactsNow(NamedTuple):
    """Columns of the contacts by who reads and writes them, valid while the table has this capacity."""

    capacity: int
    opened: ContactsOpened
    closed: ContactsClosed
    read: ContactsRead
    told: ContactsWritten


class Desk:
    """Requests queue, are answered, sometimes come back; every answer is an experience."""

    def __init__(self, world: World, experiences: Experiences, streams: Streams, log: EventLog, ticks: int) -> None:
        self.world, self.experiences, self.orders, self.log = world, experiences, experiences.orders, log
        o = world.settings.organisation
        self.contacts = experiences.contacts
        self._agenda = DueCalendar(ticks, 1024, tick_h=world.settings.horizon.tick_h)
        self._starts, self._slower = staffing(o, world.settings.scale)
        self._free = np.zeros(int(self._starts[-1]))
        self._left = np.empty(0, dtype=np.int32)  # contacts that nobody had begun when the desk last looked
        self._keys = np.array([streams.key(k) for k in _KEYS], dtype=np.uint64)
        one_team = o.mode == "one_team"
        route = np.array([0 if one_team else _SILO_ROUTE[r] for r in Reason], dtype=np.int64)
        self._asked_first = np.zeros(3)  # questions before buying that are over, of them never answered, answered late; older ones count less
        hurried = apart(o)
        handle_h = o.handle_min / 60.0 * self._slower * (1.0 - HURRY * hurried)
        handles = np.array([handle_h * (o.case_work if r in _CASES else 1.0) for r in Reason])
        self._hours = (world.start.weekday(), o.open_h, o.close_h, o.days_week)
        culture = o.culture * (1.0 - CARELESS * hurried)
        levers = Levers(o.first_contact_low, max(o.first_contact_low, o.first_contact_high), culture, o.organisation, o.platform)
        patience, relay = o.patience_min / 60.0 * self._slower, (o.relay_share, o.relay_h, o.relay_loss)
        self._rules = Rules(
            self._keys, self._starts, route, *self._hours, handles, self._slower, patience, 24.0 * o.give_up_d, *relay, levers, o.conflict, o.phase_aware,
            o.written_share,
        )  # fmt: skip
        self._columns: ContactsNow | None = None
        self._portal = o.portal_share * o.platform  # what the platform does not know the portal cannot tell
        self._portal_keys = {reason: streams.key(f"desk.portal.{reason.name.lower()}") for reason in _SIMPLE}

    @property
    def unanswered(self) -> float:
        """Share of the questions before buying that were never answered, of those over lately; 0 while there was none."""
        over, never, _ = self._asked_first.tolist()
        return float(never / over) if over > 0.0 else 0.0

    @property
    def slow(self) -> float:
        """Share of the questions before buying that were answered later than `PROMPT_H`, of those over lately; 0 while there was none."""
        over, _, late = self._asked_first.tolist()
        return float(late / over) if over > 0.0 else 0.0

    def grow(self, culture: float) -> None:
        """Agents have become as skilled and willing as ``culture``, a share, says."""
        levers = self._rules.levers._replace(culture=culture * (1.0 - CARELESS * apart(self.world.settings.organisation)))
        self._rules = self._rules._replace(levers=levers)

    def fade(self, hours: float) -> None:
        """Let questions of before weigh less after ``hours``."""
        self._asked_first *= 0.5 ** (hours / (24.0 * _REMEMBERED_D))

    def absent(self, share: float, until: float) -> None:
        """Let a share of the agents of each department be away until a time [h]; an answer begun is finished."""
        o = self.world.settings.organisation
        back = to_work(until, self.world.start.weekday(), o.open_h, o.close_h, o.days_week)
        for first, last in zip(self._starts[:-1], self._starts[1:], strict=True):
            away = slice(int(first), int(first) + round(share * int(last - first)))
            self._free[away] = np.maximum(self._free[away], back)

    def request(self, rows: npt.NDArray[np.int32], times: npt.NDArray[np.float64], reasons: npt.NDArray[np.uint8], tick: int) -> None:
        """Customers of order ``rows`` will contact the firm at ``times`` [h] for ``reasons``."""
        if len(rows) == 0:
            return
        if not self.world.settings.organisation.after_sale:
            self._refuse(rows, times, reasons)
            kept = reasons < Reason.COMPLAINT
            rows, times, reasons = rows[kept], times[kept], reasons[kept]
            if len(rows) == 0:
                return
        if self._portal > 0.0:
            rows, times, reasons = self._self_served(rows, times, reasons)
        self._open(Requested(rows, times, reasons, np.ones(len(rows), dtype=np.uint8), times, np.zeros(len(rows), dtype=np.uint8)))

    def _self_served(self, rows: npt.NDArray[np.int32], times: F, reasons: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.int32], F, npt.NDArray[np.uint8]]:
        """Requests that the portal does not answer: rows, times, reasons. Those that it answers are over at once."""
        served = np.zeros(len(rows), dtype=np.bool_)
        for reason in _SIMPLE:
            mine = np.flatnonzero(reasons == reason)
            served[mine[chosen(self._portal_keys[reason], self.orders["address"], rows[mine], self._portal)]] = True
        done = times[served]
        if len(done):
            self.log.emit(float(done.max()), Event.PORTAL_ANSWERED, rows=len(done), value=self.world.settings.organisation.portal_eur * len(done))
            self._asked_first[0] += np.count_nonzero(reasons[served] == Reason.INFORMATION)
        return rows[~served], times[~served], reasons[~served]

    def _open(self, asked: Requested) -> None:
        n = len(asked.rows)
        first, fresh = self.contacts.take(n), np.empty(n, dtype=np.int32)
        open_contacts(first, asked, self.experiences.facts(), self._noted().opened, self.orders["contacts"], fresh)
        self._agenda.push(fresh, asked.times)

    def _noted(self) -> ContactsNow:
        """The columns of the contacts as they are now: fetched anew only where the table has grown out of them."""
        if self._columns is None or self._columns.capacity != self.contacts.capacity:
            c = self.contacts
            read = ContactsRead(*(c[name] for name in ContactsRead._fields))
            told = ContactsWritten(*(c["handle_h" if name == "handled" else name] for name in ContactsWritten._fields))
            self._columns = ContactsNow(c.capacity, contacts_opened(c), contacts_closed(c), read, told)
        return self._columns

    def step(self, tick: int, now: float) -> None:
        """Answer what came in during the last tick."""
        c, o = self.contacts, self.world.settings.organisation
        hour, day = (now - 1e-9) % 24.0, int((now - 1e-9) // 24)
        if not (o.open_h <= hour <= o.close_h and (day + self._hours[0]) % 7 < o.days_week):
            return  # what comes in while the desk is closed waits for its first hour
        agenda = self._agenda
        rows = agenda.pop(tick) if agenda.open == tick else np.concatenate([agenda.pop(k) for k in range(agenda.open, tick + 1)])
        if len(rows) == 0:
            return
        rows = rows[c["t"][rows].argsort(kind="stable")]
        self._asked(rows)
        rows, again, again_t = self._answer(rows, now)
        waited(rows, self._noted().closed, *self._hours)
        self._feel(rows, again)
        waits = c["started"][rows] - c["t"][rows]
        heard = waits[~np.isnan(waits)]
        self.log.emit(now, Event.CONTACTS_ANSWERED, rows=len(rows), quantity=float(len(heard)), value=float(heard.mean()) if len(heard) else 0.0)
        if len(again):
            self._ask_again(again, again_t)

    def _ask_again(self, again: npt.NDArray[np.int32], times: npt.NDArray[np.float64]) -> None:
        """Contacts ``again`` are asked once more at ``times`` [h]."""
        n = len(again)
        attempts, heard, reasons = (np.empty(n, dtype=np.uint8) for _ in range(3))
        asked = Requested(np.empty(n, dtype=np.int32), times, reasons, attempts, np.empty(n), heard)
        ask_again(again, self._noted().opened, self.contacts["abandoned"], asked)
        self._open(asked)

    def _begun(self, rows: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """Those of ``rows`` that were not left when the desk last looked, in their order."""
        if len(self._left) == 0:
            return rows
        out = np.empty_like(rows)
        return out[: begun(rows, self._left, out)]

    def _asked(self, rows: npt.NDArray[np.int32]) -> None:
        """Requests that were made since the desk last looked stand in the log."""
        e, new = self.experiences, self._begun(rows)
        e.feel(called(e.room(len(new)), new, e.answers(), e.facts()))

    def _answer(self, rows: npt.NDArray[np.int32], now: float) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        """Let agents work until ``now`` [h]: the contacts that were taken up, those that ask again and when; what nobody began waits on."""
        noted = self._noted()
        back = DeskReturns(np.empty(len(rows), dtype=np.int32), np.empty(len(rows)), np.empty(len(rows), dtype=np.int32))
        m, left = answer_contacts(rows, to_work(now, *self._hours), noted.read, noted.told, self._rules, self._free, back)
        self._left = np.sort(back.later[:left])
        if left:
            self._agenda.push(back.later[:left], np.full(left, now + 1e-6))
        return self._begun(rows), back.again[:m], back.again_t[:m]

    def _guide(self, rows: npt.NDArray[np.int32]) -> None:
        """Whose phase is known when his request is solved is helped to his next step."""
        aware, c = self.world.settings.organisation.phase_aware, self.contacts
        if aware <= 0.0:
            return
        done = rows[(c["resolved"][rows] == 1) & (c["reason"][rows] != Reason.CALL_BACK)]
        known = np.empty(len(done), dtype=np.bool_)
        phases_known(self._keys[3], c["address"][done], c["attempt"][done].astype(np.int64), aware, known)
        if known.any():
            self.orders["services"][c["row"][done[known]]] |= int(Service.GUIDED)

    def _refuse(self, rows: npt.NDArray[np.int32], times: npt.NDArray[np.float64], reasons: npt.NDArray[np.uint8]) -> None:
        """A firm that sells products only answers no complaint, claim or question in use."""
        some = reasons >= Reason.COMPLAINT
        e = self.experiences
        self._in_vain(rows[some])
        e.feel(unanswered(e.room(len(rows)), rows[some], times[some]))

    def _in_vain(self, lines: npt.NDArray[np.int32]) -> None:
        """Requests about ``lines`` (rows of the order book) are over and were never solved: trade accounts remember it by the pieces."""
        if len(lines) == 0:
            return
        o = self.orders
        asked_in_vain(lines, LinesAsked(o["kind"], o["account"], o["quantity"]), self.experiences.people.unsolved)

    def _feel(self, rows: npt.NDArray[np.int32], back: npt.NDArray[np.int32]) -> None:
        """Answers, and silence for good, are experiences; ``back`` will ask again."""
        e, s = self.experiences, self.world.settings.satisfaction
        final = np.empty(len(rows), dtype=np.uint8)
        over(rows, back, PROMPT_H, self._noted().closed, self._asked_first, final)
        c = self.contacts
        self._in_vain(c["row"][rows[(final == 1) & (c["resolved"][rows] == 0) & (c["reason"][rows] != Reason.CALL_BACK)]])
        self._guide(rows)
        batch = e.room(len(rows))
        reference = self.world.settings.organisation.answer_reference_h
        e.feel(answered(batch, rows, e.touch_key, e.answers(), final, e.facts(), e.points, reference, (s.recovery_share, s.recovery_half_life_d)))
