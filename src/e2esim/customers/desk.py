"""The firm's answers: three silos or one team, first-contact resolution by three levers, and what an answer leaves in memory."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.customers.desk_kernels import (
    ContactsOpened,
    ContactsRead,
    ContactsWritten,
    DeskReturns,
    Levers,
    Rules,
    answer_contacts,
    asked_while_open,
    open_contacts,
    phases_known,
    to_work,
    waited,
)
from e2esim.customers.emission_kernels import answered, called, unanswered
from e2esim.customers.experiences import Experiences
from e2esim.domain.book import Reason, Service
from e2esim.domain.calendar import DueCalendar
from e2esim.domain.events import Event, EventLog
from e2esim.domain.settings import Organisation
from e2esim.domain.world import World
from e2esim.streams import Streams

_KEYS = ("desk.handle", "desk.patience", "desk.relay", "desk.outcome", "desk.again")
# departments of the silos: 0 marketing, 1 sales, 2 customer service
_SILO_ROUTE = dict.fromkeys((Reason.COMPLAINT, Reason.CLAIM, Reason.BILL, Reason.CALL_BACK), 2) | {
    Reason.INFORMATION: 1, Reason.WHERE_IS_MY_ORDER: 1, Reason.USE_HELP: 0,
}  # fmt: skip
PROMPT_H = 1.0  # [h] within which an answer before buying is still in time: later it qualifies two to seven times fewer (Oldroyd 2007, six firms, confounded)
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
        self._route = np.array([0 if one_team else _SILO_ROUTE[r] for r in Reason], dtype=np.int64)
        self._asked_first = np.zeros(3)  # questions before buying that are over, of them never answered, answered late; older ones count less
        handle_h = o.handle_min / 60.0 * self._slower
        self._handle_h = np.array([handle_h * (o.case_work if r in _CASES else 1.0) for r in Reason])
        self._levers = Levers(o.first_contact_low, max(o.first_contact_low, o.first_contact_high), o.culture, o.organisation, o.platform)

    @property
    def unanswered(self) -> float:
        """Share of the questions before buying that were never answered, of those over lately; 0 while there was none."""
        over, never, _ = self._asked_first
        return float(never / over) if over > 0.0 else 0.0

    @property
    def slow(self) -> float:
        """Share of the questions before buying that were answered later than `PROMPT_H`, of those over lately; 0 while there was none."""
        over, _, late = self._asked_first
        return float(late / over) if over > 0.0 else 0.0

    def _count_unanswered(self, rows: npt.NDArray[np.int32]) -> None:
        """Count the questions before buying among answered ``rows`` that are over."""
        c = self.contacts
        over = rows[(c["reason"][rows] == Reason.INFORMATION) & (c["final"][rows] == 1)]
        never = c["resolved"][over] == 0
        late = ~never & (c["answered"][over] - c["first"][over] > PROMPT_H)
        self._asked_first += np.array([len(over), np.count_nonzero(never), np.count_nonzero(late)], dtype=np.float64)

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
        if not self.world.settings.organisation.after_sale:
            self._refuse(rows, times, reasons)
            kept = reasons < Reason.COMPLAINT
            rows, times, reasons = rows[kept], times[kept], reasons[kept]
        if len(rows) == 0:
            return
        self._open(rows, times, reasons, np.ones(len(rows), dtype=np.uint8), times, np.zeros(len(rows), dtype=np.uint8))

    def _open(
        self,
        rows: npt.NDArray[np.int32],
        times: npt.NDArray[np.float64],
        reasons: npt.NDArray[np.uint8],
        attempts: npt.NDArray[np.uint8],
        since: npt.NDArray[np.floating],
        heard: npt.NDArray[np.uint8],
    ) -> None:
        first = self.contacts.take(len(rows))
        c = self.contacts
        opened = ContactsOpened(*(c[name] for name in ContactsOpened._fields))
        open_contacts(first, rows, times, reasons, attempts, since.astype(np.float64), heard, self.experiences.facts(), opened)
        self.orders["contacts"][rows[reasons != Reason.CALL_BACK]] += 1
        self._agenda.push(np.arange(first, first + len(rows), dtype=np.int32), times)

    def step(self, tick: int, now: float) -> None:
        """Answer what came in during the last tick."""
        c, o = self.contacts, self.world.settings.organisation
        hour, day = (now - 1e-9) % 24.0, int((now - 1e-9) // 24)
        if not (o.open_h <= hour <= o.close_h and (day + self.world.start.weekday()) % 7 < o.days_week):
            return  # what comes in while the desk is closed waits for its first hour
        agenda = self._agenda
        rows = agenda.pop(tick) if agenda.open == tick else np.concatenate([agenda.pop(k) for k in range(agenda.open, tick + 1)])
        if len(rows) == 0:
            return
        rows = rows[np.argsort(c["t"][rows], kind="stable")]
        self._asked(rows)
        served, back = self._answer(rows, now)
        waited(served, c["t"], c["started"], self.world.start.weekday(), o.open_h, o.close_h, o.days_week, c["queued"], c["written"])
        rows, again, again_t = served, *back
        self._feel(rows, again)
        waits = c["started"][rows] - c["t"][rows]
        heard = waits[~np.isnan(waits)]
        self.log.emit(now, Event.CONTACTS_ANSWERED, rows=len(rows), quantity=float(len(heard)), value=float(heard.mean()) if len(heard) else 0.0)
        if len(again):
            heard_before = c["heard"][again] + (c["abandoned"][again] == 0)
            self._open(c["row"][again], again_t, c["reason"][again], c["attempt"][again] + 1, c["first"][again], heard_before)

    def _waits(self, rows: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        """True where nobody has begun a contact, (n,)."""
        mark = np.zeros(self.contacts.n, dtype=np.bool_)
        mark[self._left] = True
        return np.asarray(mark[rows])

    def _asked(self, rows: npt.NDArray[np.int32]) -> None:
        """Requests that were made since the desk last looked stand in the log."""
        c, e = self.contacts, self.experiences
        new = rows[(c["attempt"][rows] == 1) & ~self._waits(rows)]
        if len(new):
            e.feel(called(e.room(len(new)), c["row"][new], c["t"][new].astype(np.float64), c["reason"][new], e.facts()))

    def _answer(self, rows: npt.NDArray[np.int32], now: float) -> tuple[npt.NDArray[np.int32], tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]]:
        """Let agents work until ``now`` [h]: the contacts that were taken up, those that ask again and when; what nobody began waits on."""
        c, o, first = self.contacts, self.world.settings.organisation, self.world.start.weekday()
        asked = ContactsRead(c["address"], c["t"], c["reason"], c["attempt"], c["heard"])
        told = ContactsWritten(
            c["started"], c["answered"], c["handle_h"], c["handoffs"], c["resolved"], c["abandoned"], c["lost"], c["blind"], c["gave_up"]
        )  # fmt: skip
        hours = (first, o.open_h, o.close_h, o.days_week)
        patience = o.patience_min / 60.0 * self._slower
        relay = (o.relay_share, o.relay_h, o.relay_loss)
        rules = Rules(
            self._keys, self._starts, self._route, *hours, self._handle_h, self._slower, patience, 24.0 * o.give_up_d, *relay, self._levers,
            o.conflict, o.phase_aware,
        )  # fmt: skip
        back = DeskReturns(np.empty(len(rows), dtype=np.int32), np.empty(len(rows)), np.empty(len(rows), dtype=np.int32))
        callers = asked_while_open(c["t"][rows], *hours) & (c["reason"][rows] != Reason.CALL_BACK)  # whom the firm calls does not wait
        m, left = answer_contacts(rows[callers], rows[~callers], to_work(now, *hours), asked, told, rules, self._free, back)
        later = self._left = back.later[:left].copy()
        if left:
            self._agenda.push(later, np.full(left, now + 1e-6))
            rows = rows[~self._waits(rows)]
        return rows, (back.again[:m], back.again_t[:m])

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
        e.feel(unanswered(e.room(len(rows)), rows[some], times[some]))

    def _feel(self, rows: npt.NDArray[np.int32], back: npt.NDArray[np.int32]) -> None:
        """Answers, and silence for good, are experiences; ``back`` will ask again."""
        c, e, s = self.contacts, self.experiences, self.world.settings.satisfaction
        c["final"][rows] = 1
        c["final"][back] = 0
        self._count_unanswered(rows)
        self._guide(rows)
        facts, batch = e.answers(), e.room(len(rows))
        reference = self.world.settings.organisation.answer_reference_h
        e.feel(answered(batch, rows, e.touch_key, facts, c["final"][rows], e.facts(), e.points, reference, (s.recovery_share, s.recovery_half_life_d)))
