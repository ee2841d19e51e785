"""A book promised again: what was promised first, then new orders in their precedence, then earlier dates where there are.

A line that the plan knows gives back what the plan delivers to it; then every group of lines is asked for, one after
the other, around all that is booked. So a later order never takes what an earlier one was given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from e2esim.planning.ctp.answer import Answer, MetLimit
from e2esim.planning.ctp.capable import promise
from e2esim.planning.ctp.model import DAY
from e2esim.planning.ctp.request import Request
from e2esim.planning.ctp.state import State
from e2esim.planning.promise.limits import main_limit

PRECEDENCE = ("priority", "due_date", "fifo")
MOST_DAYS_TRIED = 60  # for a set whose lines need the same goods


@dataclass(frozen=True, kw_only=True)
class BookLine:
    """One line of the book.

    Parameters
    ----------
    name, buffer, qty
        Order line, where it is served from, pieces wanted [pcs].
    due, priority
        Wanted day [d from today]; 1 goes first.
    ship_set
        Lines with the same word are delivered on one day; '' = alone.
    min_shipment
        Smallest part [pcs]; None = in one delivery.
    max_late
        Most days late [d]; None = any.
    promised
        Day that was promised before [d from today]; None = never.
    planned
        What the plan delivers to it: buffer, day, pieces.
    """

    name: str
    buffer: str
    qty: float
    due: int
    priority: int = 2
    ship_set: str = ""
    min_shipment: float | None = None
    max_late: int | None = None
    promised: int | None = None
    planned: tuple[tuple[str, int, float], ...] = ()


class LineOutcome(StrEnum):
    """What became of a line."""

    NEW = "new"  # promised for the first time
    KEPT = "kept"  # the promise given before stands
    BROKEN = "broken"  # the promise given before cannot be kept
    REFUSED = "refused"  # no promise inside what the customer accepts


@dataclass(frozen=True, kw_only=True)
class LineVerdict:
    """One line with its outcome.

    Parameters
    ----------
    parts
        Days and pieces promised [d from today, pcs]; empty when refused, or broken without another date.
    limit
        What keeps it from its due day, or broke the promise; None if nothing does.
    offered
        An earlier day than promised that is now possible [d from today]; its goods are held for it.
    """

    line: BookLine
    outcome: LineOutcome
    parts: tuple[tuple[int, float], ...] = ()
    limit: MetLimit | None = None
    offered: int | None = None

    @property
    def day(self) -> int | None:
        """Day of the last part."""
        return self.parts[-1][0] if self.parts else None


@dataclass(frozen=True)
class _Found:
    """Answers to the lines of a group, booked; None where it cannot be; the limit met on the way."""

    answers: tuple[Answer, ...] | None
    limit: MetLimit | None


def rebook(
    state: State, lines: Sequence[BookLine], *, precedence: str = "priority", progress: Callable[[int], None] = lambda _: None
) -> tuple[LineVerdict, ...]:
    """Promise a book again.

    Parameters
    ----------
    state
        The plan; everything that is promised stays booked in it.
    lines
        The book.
    precedence
        ``priority`` (then due day), ``due_date`` (then priority) or ``fifo`` (as the lines stand); promises given before go
        first, by the day that was promised.
    progress
        Told the number of lines done.

    Returns
    -------
    tuple of Verdict
        One a line, in the order of `lines`.

    Raises
    ------
    ValueError
        If the precedence is unknown.
    """
    if precedence not in PRECEDENCE:
        raise ValueError(f"precedence must be one of {', '.join(PRECEDENCE)}, got {precedence!r}")
    for line in lines:
        for buffer, day, qty in line.planned:
            state.move(state.net.buffer_row[buffer], "", max(day, 0) * DAY, qty)
    book = _LinesUnderWay(state, lines, progress)
    groups = sorted(_groups(lines), key=lambda group: min(_key(lines[k], k, precedence) for k in group))
    given = [group for group in groups if any(lines[k].promised is not None for k in group)]
    kept = [group for group in given if book.keep(group)]
    for group in given:
        if group not in kept:
            book.late(group)
    for group in groups:
        if group not in given:
            book.fresh(group)
    for group in kept:
        book.pull_in(group)
    return tuple(book.verdicts[k] for k in range(len(lines)))


def _groups(lines: Sequence[BookLine]) -> list[tuple[int, ...]]:
    """Rows of each ship set, and single rows."""
    found: dict[object, list[int]] = {}
    for k, line in enumerate(lines):
        found.setdefault(line.ship_set or k, []).append(k)
    return [tuple(rows) for rows in found.values()]


def _key(line: BookLine, row: int, precedence: str) -> tuple[float, ...]:
    day = line.due if line.promised is None else line.promised
    return {"priority": (line.priority, day, row), "due_date": (day, line.priority, row), "fifo": (row,)}[precedence]


class _LinesUnderWay:
    """The lines on their way through the state, and what became of each."""

    def __init__(self, state: State, lines: Sequence[BookLine], progress: Callable[[int], None]) -> None:
        self.state, self.lines, self.progress = state, lines, progress
        self.verdicts: dict[int, LineVerdict] = {}
        self.limits: dict[tuple[int, ...], MetLimit | None] = {}

    def keep(self, group: tuple[int, ...]) -> bool:
        """Book a group on the day that was promised; False if that cannot be."""
        day = self._given(group)
        found = self._find(group, day, day) if day >= 0 else _Found(None, None)
        if found.answers is None:
            self.limits[group] = found.limit
            return False
        self._settle(group, LineOutcome.KEPT, found)
        return True

    def late(self, group: tuple[int, ...]) -> None:
        """Book a group whose promise cannot be kept as soon as it can be."""
        found = self._find(group, max(self._given(group), 0), self._last(group))
        self._settle(group, LineOutcome.BROKEN, _Found(found.answers, self.limits[group] or found.limit))

    def fresh(self, group: tuple[int, ...]) -> None:
        """Promise a group for the first time."""
        found = self._find(group, max(max(self.lines[k].due for k in group), 0), self._last(group))
        self._settle(group, LineOutcome.NEW if found.answers is not None else LineOutcome.REFUSED, found)

    def pull_in(self, group: tuple[int, ...]) -> None:
        """Hold an earlier day for a group that was promised one later than it is due, if there is one now."""
        due = max(max(self.lines[k].due for k in group), 0)
        given = max(day for k in group if (day := self.verdicts[k].day) is not None)
        if due >= given:
            return
        mark = self.state.mark()
        for k in group:
            for day, qty in self.verdicts[k].parts:
                self.state.move(self.state.net.buffer_row[self.lines[k].buffer], "", day * DAY, qty)
        found = self._find(group, due, given - 1)
        if found.answers is None:
            self.state.undo(mark)
            return
        offered = max(_last_day(answer) for answer in found.answers)
        for k in group:
            self.verdicts[k] = replace(self.verdicts[k], offered=offered)

    def _given(self, group: tuple[int, ...]) -> int:
        return max(day for k in group if (day := self.lines[k].promised) is not None)

    def _last(self, group: tuple[int, ...]) -> int:
        """Last day on which every line of a group is still taken."""
        horizon = self.state.model.horizon // DAY
        return min(horizon if (line := self.lines[k]).max_late is None else line.due + (line.max_late or 0) for k in group)

    def _settle(self, group: tuple[int, ...], outcome: LineOutcome, found: _Found) -> None:
        for place, k in enumerate(group):
            parts = () if found.answers is None else _parts(found.answers[place])
            self.verdicts[k] = LineVerdict(line=self.lines[k], outcome=outcome, parts=parts, limit=found.limit)
        self.state.forget()  # what is promised stays; ways back from it would fill the memory
        self.progress(len(group))

    def _find(self, group: tuple[int, ...], wanted: int, last: int) -> _Found:
        """Book a group on the first day from `wanted` to `last` on which all its lines can come."""
        mark, day, limit = self.state.mark(), wanted, None
        for _ in range(MOST_DAYS_TRIED):
            if day > last:
                break
            answers = tuple(promise(self.state, self._request(k, day, last, alone=len(group) == 1)) for k in group)
            worst = max(answers, key=_last_day)
            limit = main_limit(worst) or limit
            if not any(answer.short > 0 for answer in answers) and (len(group) == 1 or _last_day(worst) <= day):
                return _Found(answers, limit)
            self.state.undo(mark)
            if any(answer.short > 0 for answer in answers):
                short = next(answer for answer in answers if answer.short > 0)
                return _Found(None, main_limit(short) or limit)
            day = _last_day(worst)
        return _Found(None, limit)

    def _request(self, row: int, day: int, last: int, *, alone: bool) -> Request:
        line = self.lines[row]
        return Request(
            name=line.name,
            buffer=line.buffer,
            quantity=line.qty,
            due=day * DAY,
            priority=line.priority,
            partial=alone and line.min_shipment is not None,
            min_shipment=line.min_shipment or 0.0,
            max_lateness=(last - day) * DAY,
        )


def _last_day(answer: Answer) -> int:
    return (answer.last or 0) // DAY


def _parts(answer: Answer) -> tuple[tuple[int, float], ...]:
    found: dict[int, float] = {}
    for delivery in answer.deliveries:
        found[delivery.time // DAY] = found.get(delivery.time // DAY, 0.0) + delivery.quantity
    return tuple(sorted(found.items()))
