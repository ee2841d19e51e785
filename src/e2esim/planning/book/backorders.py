"""Backorder runs by segment: who may gain, who may lose, and what comes of it before anything is released.

A confirmation is a row (line, day, pieces). C(t), the pieces of a line confirmed by day t, says how good it is: a line
gets worse where C falls on any day. In a run each line has one of six strategies:

- **win**: confirmed in full on its wanted day (today if that is past), or flagged; then it gets what there is as early
  as it can be had. C never falls.
- **gain**: gets what there is as early as it can be had, up to its quantity. C never falls.
- **improve**: what is confirmed may come earlier; nothing is added. C never falls, C(end) stays.
- **redistribute**: gives up what it has and gets what there is in its turn: C may rise or fall.
- **fill**: gives up what it has and gets back what is left in its turn, at most what it had: C never rises on any day.
- **lose**: gives up what it has and gets nothing. C falls to 0.

Segments are served in their order, lines within a segment in the given order. What win, gain and improve hold is kept
aside before anybody is served: so no line ever worsens another of these three. The three rules by which a promise may
get worse are named `redistribute`, `fill` and `lose`. Only if supply no longer carries what is kept aside does such a
line lose; that is a breach, named `supply` and logged. (The strategies are those of SAP advanced ATP, backorder
processing, with improve beside; the definitions are ours.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from e2esim.planning.book.order_book import EPS, Deliveries, Flags, Floats, Ints
from e2esim.planning.book.quotas import free_by, take


class Strategy(StrEnum):
    """What a run may do to the lines of a segment."""

    WIN = "win"
    GAIN = "gain"
    IMPROVE = "improve"
    REDISTRIBUTE = "redistribute"
    FILL = "fill"
    LOSE = "lose"


KEPT = (Strategy.WIN, Strategy.GAIN, Strategy.IMPROVE)  # never worse


def turns(turn: Ints, priority: Ints, due: Ints) -> Ints:
    """In which order lines are served: turn of their segment, priority, due day, then as they stand.

    Examples
    --------
    >>> turns(np.array([1, 0, 0]), np.array([1, 2, 1]), np.array([0, 5, 9])).tolist()
    [2, 1, 0]
    """
    return np.lexsort((np.arange(due.size), due, priority, turn))


@dataclass(frozen=True, kw_only=True, eq=False)
class BackorderBook:
    """Lines with what is confirmed, and the supply.

    Parameters
    ----------
    item, quantity, due : (n,)
        Item, pieces wanted [pcs], wanted day [days from today].
    whole : (n,) bool
        True: the line is confirmed on one day in full, or not at all.
    confirmed
        Confirmations of today.
    supply : (n_items, n_days)
        Cumulative supply, the stock on day 0 [pcs]. Pieces keep until they are shipped.

    Raises
    ------
    ValueError
        If shapes disagree, supply falls, or more than the quantity of a line is confirmed.
    """

    item: Ints
    quantity: Floats
    due: Ints
    whole: Flags
    confirmed: Deliveries
    supply: Floats

    def __post_init__(self) -> None:
        n = self.item.size
        for name in ("quantity", "due", "whole"):
            if getattr(self, name).shape != (n,):
                raise ValueError(f"backorders: {name} needs one value for each line")
        if bool((np.diff(self.supply, axis=1) < -EPS).any()) or bool((self.supply < 0).any()):
            raise ValueError("backorders: cumulative supply must neither fall nor be negative")
        if n and bool((self.confirmed.served(n) > self.quantity + EPS).any()):
            raise ValueError("backorders: more is confirmed than ordered; trim what fell first (pull_in does)")

    @property
    def days(self) -> int:
        """Days of the horizon."""
        return int(self.supply.shape[1])


@dataclass(frozen=True, kw_only=True)
class Breach:
    """Pieces of a kept line that supply no longer carries on the day they were promised."""

    line: int
    pieces: float
    day: int
    rule: str = "supply"


@dataclass(frozen=True, kw_only=True)
class QuotaPots:
    """Pots that a run keeps within: ``left`` (n_items, n_pots, n_days) cumulative [pcs], and the pots open to each line.

    What is kept aside may overdraw its pots: an allocation does not break a promise.
    """

    left: Floats
    allowed: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class BackorderRun:
    """What a run would do.

    Parameters
    ----------
    confirmed
        The new confirmations.
    flagged : (n,) bool
        Lines of strategy win that are not confirmed in full on their wanted day.
    breaches
        Kept promises that supply no longer carries.
    taken
        (line, pot, pieces) where quotas were given.
    """

    confirmed: Deliveries
    flagged: Flags
    breaches: tuple[Breach, ...]
    taken: tuple[tuple[int, int, float], ...]


def curves(confirmed: Deliveries, lines: int, days: int) -> Floats:
    """Pieces of each line confirmed by each day, (n, n_days) [pcs]; what lies beyond the horizon does not count."""
    found = np.zeros((lines, days))
    inside = confirmed.day < days
    np.add.at(found, (confirmed.line[inside], confirmed.day[inside]), confirmed.quantity[inside])
    return np.cumsum(found, axis=1)


def backorder_run(book: BackorderBook, strategy: Sequence[Strategy], order: Ints, quotas: QuotaPots | None = None) -> BackorderRun:
    """Work out new confirmations; nothing is released by it.

    Parameters
    ----------
    strategy : (n,)
        Strategy of each line.
    order : (n,)
        Lines in the order in which they are served: by segment, then by precedence.
    quotas
        Pots to keep within; changed by the run.

    Examples
    --------
    Eight pieces. Line 0 must win its six, line 1 had five and may only fill up with what is left.

    >>> book = BackorderBook(item=np.zeros(2, dtype=int), quantity=np.array([6.0, 5.0]), due=np.zeros(2, dtype=int),
    ...     whole=np.zeros(2, dtype=bool), supply=np.array([[8.0, 8.0]]),
    ...     confirmed=Deliveries(line=np.array([1]), day=np.array([0]), quantity=np.array([5.0])))
    >>> run = backorder_run(book, [Strategy.WIN, Strategy.FILL], np.array([0, 1]))
    >>> run.confirmed.served(2).tolist(), run.flagged.tolist()
    ([6.0, 2.0], [False, False])
    """
    n = book.item.size
    had = curves(book.confirmed, n, book.days)
    work = _Work(book, had, np.zeros_like(had), book.supply.copy(), quotas)
    kept = [int(k) for k in order if strategy[k] in KEPT]
    breaches = [breach for k in sorted(kept, key=lambda k: strategy[k] is not Strategy.WIN) for breach in work.keep(k)]
    flagged = np.zeros(n, dtype=np.bool_)
    for k in order.tolist():
        flagged[k] = work.serve(k, strategy[k])
    return BackorderRun(confirmed=_rows(work.now), flagged=flagged, breaches=tuple(breaches), taken=work.taken())


def _rows(now: Floats) -> Deliveries:
    """Confirmations from curves."""
    new = np.diff(now, axis=1, prepend=0.0)
    line, day = np.nonzero(new > EPS)
    return Deliveries(line=line, day=day, quantity=new[line, day])


@dataclass(eq=False)
class _Work:
    """The run under way: ``had`` and ``now`` (n, n_days) by line, ``left`` (n_items, n_days) of the supply; pots by line."""

    book: BackorderBook
    had: Floats
    now: Floats
    left: Floats
    quotas: QuotaPots | None
    _pots_of: dict[int, list[tuple[int, int, float]]] = field(default_factory=dict)

    def keep(self, k: int) -> list[Breach]:
        """Put aside what a line has; where supply no longer carries it, the pieces wait, or go, and that is a breach."""
        free = free_by(self.left[self.book.item[k]])
        got = np.minimum(self.had[k], free)
        if self.book.whole[k] and (got < self.had[k] - EPS).any():
            fits = free >= self.had[k, -1] - EPS
            got = np.asarray(np.where(fits & (self.had[k] > EPS), self.had[k, -1], 0.0))
        self._put(k, got, overdraw=True)
        lost = self.had[k] - got
        if not (lost > EPS).any():
            return []
        day = int(np.argmax(lost > EPS))
        return [Breach(line=k, pieces=float(lost.max()), day=day)]

    def serve(self, k: int, strategy: Strategy) -> bool:
        """Serve one line by its strategy; True if it had to win and did not."""
        quantity, wanted = float(self.book.quantity[k]), max(int(self.book.due[k]), 0)
        if strategy is Strategy.LOSE:
            return False
        if strategy is Strategy.IMPROVE:
            quantity = float(self.now[k, -1])
        if strategy is Strategy.WIN and wanted >= self.book.days:
            return bool(self.now[k, -1] < quantity - EPS)
        floor = self._take_back(k)
        limit = self._limit(k, quantity, wanted, floor)
        if strategy is Strategy.FILL:
            limit = np.minimum(limit, self.had[k])
        got = np.maximum(self._shape(k, limit, quantity, strategy), floor)
        self._put(k, got, overdraw=bool((floor > EPS).any()))
        return strategy is Strategy.WIN and bool(got[wanted] < quantity - EPS)

    def _limit(self, k: int, quantity: float, wanted: int, floor: Floats) -> Floats:
        """Most pieces that the line can have by each day: supply, pots, wanted day, or what it has already."""
        free = free_by(self.left[self.book.item[k]])
        limit = np.minimum(free, quantity)
        if self.quotas is not None:
            pots = free_by(self.quotas.left[self.book.item[k]][list(self.quotas.allowed[k])]).sum(axis=0)
            limit = np.minimum(limit, np.maximum(pots, floor))
        limit[:wanted] = 0.0
        return np.asarray(np.minimum(np.maximum(limit, floor), np.maximum(free, floor)))

    def _shape(self, k: int, limit: Floats, quantity: float, strategy: Strategy) -> Floats:
        """What of the limit the line takes: all of it as it comes; a whole line everything on one day, or nothing."""
        if not self.book.whole[k]:
            return limit
        all_of = self.had[k, -1] if strategy is Strategy.FILL else quantity
        full = limit >= all_of - EPS
        return np.asarray(np.where(full & (all_of > EPS), all_of, 0.0))

    def _take_back(self, k: int) -> Floats:
        """Give what the line holds back to supply and pots; returns what it held, by day."""
        held: Floats = self.now[k].copy()
        self.left[self.book.item[k]] += held
        self.now[k] = 0.0
        if self.quotas is not None:
            for d, pot, pieces in self._pots_of.pop(k, []):
                self.quotas.left[self.book.item[k], pot, d:] += pieces
        return held

    def _put(self, k: int, got: Floats, *, overdraw: bool) -> None:
        """Give the line its new curve, out of supply and pots."""
        self.left[self.book.item[k]] -= got
        self.now[k] = got
        if self.quotas is None:
            return
        new = np.diff(got, prepend=0.0)
        allowed = self.quotas.allowed[k]
        for d in np.flatnonzero(new > EPS).tolist():
            parts = take(self.quotas.left[self.book.item[k]], allowed, float(new[d]), d)
            missing = float(new[d]) - sum(pieces for _, pieces in parts)
            if missing > EPS and overdraw:
                self.quotas.left[self.book.item[k], allowed[0], d:] -= missing
                parts.append((allowed[0], missing))
            self._pots_of.setdefault(k, []).extend((d, pot, pieces) for pot, pieces in parts)

    def taken(self) -> tuple[tuple[int, int, float], ...]:
        """Line, pot and pieces of all that is confirmed."""
        return tuple((k, pot, pieces) for k, parts in sorted(self._pots_of.items()) for _, pot, pieces in parts)


class RunVerdict(StrEnum):
    """What a run does to a line."""

    WINS = "wins"
    LOSES = "loses"
    MIXED = "mixed"
    SAME = "same"


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a run does to one line.

    Parameters
    ----------
    line, verdict
        ``wins``: better on some day and worse on none; ``mixed``: better on one, worse on another.
    before, after
        Pieces confirmed [pcs].
    last_before, last_after
        Day of the last confirmed piece; None = nothing confirmed.
    pieces_earlier, pieces_later
        Most pieces by which the line is better, and worse, on one day [pcs].
    piece_days
        Pieces times days by which they come sooner inside the horizon, negative = later [pcs*days].
    """

    line: int
    verdict: RunVerdict
    before: float
    after: float
    last_before: int | None
    last_after: int | None
    pieces_earlier: float
    pieces_later: float
    piece_days: float


def changes(book: BackorderBook, new: Deliveries) -> list[Change]:
    """What the new confirmations do to each line, in the order of the lines.

    Examples
    --------
    >>> book = BackorderBook(item=np.zeros(1, dtype=int), quantity=np.array([5.0]), due=np.zeros(1, dtype=int),
    ...     whole=np.zeros(1, dtype=bool), supply=np.full((1, 4), 5.0),
    ...     confirmed=Deliveries(line=np.array([0]), day=np.array([2]), quantity=np.array([5.0])))
    >>> change = changes(book, Deliveries(line=np.array([0]), day=np.array([0]), quantity=np.array([5.0])))[0]
    >>> change.verdict.value, change.last_before, change.last_after, change.piece_days
    ('wins', 2, 0, 10.0)
    """
    n = book.item.size
    old, now = curves(book.confirmed, n, book.days), curves(new, n, book.days)
    gap = now - old
    up, down = np.maximum(gap, 0.0).max(axis=1, initial=0.0), np.maximum(-gap, 0.0).max(axis=1, initial=0.0)
    found = []
    for k in range(n):
        better, worse = up[k] > EPS, down[k] > EPS
        verdict = RunVerdict.MIXED if better and worse else RunVerdict.WINS if better else RunVerdict.LOSES if worse else RunVerdict.SAME
        found.append(
            Change(
                line=k, verdict=verdict, before=float(old[k, -1]), after=float(now[k, -1]), last_before=_last(old[k]), last_after=_last(now[k]),
                pieces_earlier=float(up[k]), pieces_later=float(down[k]), piece_days=float(gap[k].sum()),
            )
        )  # fmt: skip
    return found


def _last(curve: Floats) -> int | None:
    return int(np.argmax(curve >= curve[-1] - EPS)) if curve.size and curve[-1] > EPS else None
