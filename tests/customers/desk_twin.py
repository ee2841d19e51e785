"""The desk written slowly: lists of agents, one contact after the other, working time from a shift calendar laid out day by day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.customers.desk_kernels import ContactsRead, ContactsWritten, DeskReturns, Levers, Rules, answer_contacts
from e2esim.domain.book import CONTACT_COLUMNS, Columns
from e2esim.domain.worktime import WorkTime
from e2esim.streams import Streams
from e2esim.streams.draws import exponential, uniform

MONDAY = dt.date(2026, 1, 5)
ALWAYS = Levers(1.0, 1.0, 1.0, 1.0, 1.0)  # every request is resolved at once


@dataclass(frozen=True, kw_only=True)
class DeskFacts:
    """One desk: agents by department, department by reason, opening hours, handling, patience, relay."""

    agents: tuple[int, ...] = (1,)
    route: tuple[int, ...] = (0, 0, 0, 0, 0)
    first_weekday: int = 0
    opens: float = 0.0
    closes: float = 24.0
    days: int = 7
    handle_h: float = 0.05
    cases: float = 1.0  # times as much for reasons 2 and 3
    slower: float = 1.0
    patience_h: float = 1e12
    give_up_h: float = 1e12
    relay_share: float = 0.0
    relay_h: float = 5.0
    relay_loss: float = 0.0
    levers: Levers = ALWAYS
    conflict: float = 0.0
    aware: float = 0.0
    written: float = 0.0
    seed: int = 1

    @property
    def keys(self) -> npt.NDArray[np.uint64]:
        """Streams of handling, patience, relay, outcome, coming again, writing."""
        return np.array([Streams(self.seed).key(k) for k in ("handle", "patience", "relay", "outcome", "again", "written")], dtype=np.uint64)

    @property
    def handles(self) -> npt.NDArray[np.float64]:
        """Handling time by reason [h]."""
        return np.array([self.handle_h * (self.cases if r in (2, 3) else 1.0) for r in range(7)])

    @property
    def starts(self) -> npt.NDArray[np.int64]:
        """First agent of each department, and their number."""
        return np.concatenate(([0], np.cumsum(self.agents))).astype(np.int64)


@dataclass
class Answered:
    """Contacts after the desk, and who comes back when."""

    contacts: Columns
    free: npt.NDArray[np.float64]
    again: list[tuple[int, float]] = field(default_factory=list)

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return self.contacts.filled(name)

    @property
    def waits(self) -> npt.NDArray[np.float64]:
        """Time to an agent [h], NaN if abandoned."""
        return self["started"].astype(np.float64) - self["t"].astype(np.float64)


def contacts_at(
    times: npt.NDArray[np.float64], *, reasons: npt.NDArray[np.uint8] | int = 0, attempts: npt.NDArray[np.uint8] | int = 1, first: int = 0
) -> Columns:
    """A book of contacts at ``times`` [h], addresses from ``first``."""
    book = Columns(CONTACT_COLUMNS, max(1, len(times)))
    book.take(len(times))
    book["t"][:], book["reason"][:], book["attempt"][:] = times, reasons, attempts
    book["heard"][:] = np.maximum(0, np.asarray(attempts, dtype=np.int64) - 2)  # one of the earlier attempts was hung up
    book["address"][:] = first + np.arange(len(times))
    return book


def by_kernel(facts: DeskFacts, book: Columns, until: float = np.inf) -> Answered:
    """The engine's kernel on all contacts in order."""
    n = book.n
    free = np.zeros(int(facts.starts[-1]))
    back = DeskReturns(np.empty(n, dtype=np.int32), np.empty(n), np.empty(n, dtype=np.int32))
    hours = (facts.first_weekday, facts.opens, facts.closes, facts.days)
    asked = ContactsRead(book["address"], book["t"], book["reason"], book["attempt"], book["heard"])
    told = ContactsWritten(
        book["started"], book["answered"], book["handle_h"], book["handoffs"], book["resolved"], book["abandoned"], book["lost"], book["blind"],
        book["gave_up"], book["written"],
    )  # fmt: skip
    relay = (facts.relay_share, facts.relay_h, facts.relay_loss)
    laws = (facts.handles, facts.slower, facts.patience_h, facts.give_up_h, *relay, facts.levers, facts.conflict, facts.aware, facts.written)
    rules = Rules(facts.keys, facts.starts, np.array(facts.route, dtype=np.int64), *hours, *laws)
    rows = np.arange(n, dtype=np.int32)
    m, left = answer_contacts(rows, until, asked, told, rules, free, back)
    assert left == 0
    again, again_t = back.again, back.again_t
    return Answered(book, free, list(zip(again[:m].tolist(), again_t[:m].tolist(), strict=True)))


def by_hand(facts: DeskFacts, book: Columns, horizon_d: int) -> Answered:
    """The same desk with lists and a calendar."""
    shifts = {d: [(facts.opens, facts.closes)] for d in range(1, facts.days + 1)}
    calendar = WorkTime.weekly(shifts, start=MONDAY + dt.timedelta(days=facts.first_weekday), days=horizon_d)
    desks = [[0.0] * n for n in facts.agents]
    handle, patience_key, relay, outcome, again_key, written_key = facts.keys
    result = Answered(book, np.zeros(0))

    def calls(r: int) -> bool:
        return calendar.is_open(float(book["t"][r])) and uniform(written_key, int(book["address"][r]), int(book["attempt"][r])) >= facts.written

    def idle(r: int) -> float:
        agents = sorted(desks[facts.route[int(book["reason"][r])]])
        return max(calendar.elapsed(float(book["t"][r])), agents[1] if len(agents) > 2 else agents[0])  # one stays on the telephone

    def serve(r: int, soonest: float = 0.0) -> None:
        who, n, t = int(book["address"][r]), int(book["attempt"][r]), float(book["t"][r])
        home = facts.route[int(book["reason"][r])]
        agents = desks[home]
        arrive = calendar.elapsed(t)
        start = max(arrive, min(agents), soonest)
        patience = exponential(patience_key, who, n, facts.patience_h)
        book["written"][r] = not calls(r)
        if not calls(r):  # who writes waits, not for ever
            patience = exponential(patience_key, who, 50 + n, facts.give_up_h)
        if (start - arrive if calls(r) else _clock(calendar, start) - t) > patience:
            gave_up = t + (patience / facts.slower if calls(r) else patience)
            book["abandoned"][r], book["gave_up"][r] = 1, gave_up
            if n < 4 and uniform(again_key, who, 100 + n) < 0.7:
                result.again.append((r, gave_up + exponential(again_key, who, n, 4.0)))
            return
        u = [uniform(outcome, who, k + n) for k in (0, 10, 20, 30, 50, 60)]
        v = facts.levers
        hard, skilled, placed, seen = u[0] >= v.low, u[1] < v.culture, u[2] < v.organisation, u[3] < v.platform
        placed = placed or uniform(outcome, who, 70 + n) < facts.aware
        takes = facts.handles[int(book["reason"][r])]
        spent = exponential(handle, who, n, takes) * (1.5 if hard and not seen else 1.0)
        agents[agents.index(min(agents))] = start + spent
        begun = arrive + (start - arrive) / facts.slower if calls(r) else start
        done = begun + spent / facts.slower
        lost, relayed = False, 0
        if len(desks) > 1 and not placed and uniform(relay, who, 10 * n) < facts.relay_share:
            relayed = 1
            others = [k for k in range(len(desks)) if k != home for _ in desks[k]]  # each agent of the others alike
            colleagues = desks[others[int(uniform(relay, who, 10 * n + 6) * len(others))]]
            help_h = exponential(relay, who, 10 * n + 2, takes / 2.0)
            begin = max(start, min(colleagues))
            colleagues[colleagues.index(min(colleagues))] = begin + help_h
            done += max(exponential(relay, who, 10 * n + 1, facts.relay_h), (begin - start + help_h) / facts.slower)
            spent += help_h
            if uniform(relay, who, 10 * n + 4) < facts.conflict:  # back and forth
                relayed = 2
                done += exponential(relay, who, 10 * n + 5, facts.relay_h)
            lost = not seen and uniform(relay, who, 10 * n + 3) < facts.relay_loss
        book["started"][r], book["answered"][r] = _clock(calendar, begun), _clock(calendar, done)
        book["handle_h"][r], book["handoffs"][r], book["lost"][r] = spent / facts.slower, relayed, lost
        book["blind"][r] = hard and not seen
        solved = not hard or (skilled and placed and seen and u[4] < (v.high - v.low) / (1.0 - v.low))
        if not lost and (solved or (book["heard"][r] > 0 and u[5] < 0.5)):
            book["resolved"][r] = 1
        elif n < 4:
            result.again.append((r, float(book["answered"][r]) + exponential(again_key, who, n, 24.0)))
    written = [r for r in range(book.n) if not calls(r)]
    for r in range(book.n):
        if not calls(r):
            continue
        arrive, home = calendar.elapsed(float(book["t"][r])), facts.route[int(book["reason"][r])]
        for w in [w for w in written if facts.route[int(book["reason"][w])] == home]:  # an idle agent takes up what was written
            if idle(w) >= arrive:
                break
            serve(w, idle(w))
            written.remove(w)
        serve(r)
    for w in written:
        serve(w, idle(w))
    result.free = np.concatenate([np.array(agents) for agents in desks])
    return result


def _clock(calendar: WorkTime, worked: float) -> float:
    """Clock time [h] at which ``worked`` hours since the start are done; at a shift's end the start of the next counts."""
    for opens, closes, before in zip(calendar.opens, calendar.closes, calendar.worked, strict=True):
        if before <= worked + 1e-12 and worked < before + closes - opens - 1e-12:
            return opens + max(0.0, worked - before)
    raise ValueError(f"{worked:g} working hours are beyond the calendar")
