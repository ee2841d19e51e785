"""Which orders would slip: who would have to give up planned supply so that a request is met on its date.

`capable` never moves what is planned. This module asks what would happen if orders of lower precedence gave way, and
proves it: the request is booked on time, every order that gave way is answered anew around it, and all limits hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from e2esim.planning.ctp.answer import Answer, Delivery, Work
from e2esim.planning.ctp.capable import TOLERANCE, capable, promise
from e2esim.planning.ctp.network import EPS
from e2esim.planning.ctp.request import Request, precedence
from e2esim.planning.ctp.state import State

MOST_GIVING_WAY = 400  # orders that are looked at


class Met(StrEnum):
    """Whether the wanted date can be met."""

    FREE = "free"  # without touching anybody
    BY_SLIPS = "by_slips"  # when orders of lower precedence give way
    NEVER = "never"  # not even then


@dataclass(frozen=True, kw_only=True)
class Slip:
    """One order that gives way [s, pcs]: what was planned for it, and its new answer."""

    request: Request
    was: tuple[Delivery, ...]
    answer: Answer

    @property
    def pieces(self) -> float:
        """Pieces that would come later than planned, or not at all; 0 when it is served anew in time."""
        times = {d.time for d in self.was}
        return max((sum(d.quantity for d in self.was if d.time <= t) - self.answer.by(t) for t in times), default=0.0)

    @property
    def planned(self) -> int:
        """When the first of the pieces that slip was planned [s]."""
        late = [d.time for d in self.was if sum(e.quantity for e in self.was if e.time <= d.time) - self.answer.by(d.time) > EPS]
        return min(late, default=max(d.time for d in self.was))

    @property
    def becomes(self) -> int | None:
        """When all of the order is there; None when some of it is short."""
        return None if self.answer.short > EPS else self.answer.last


@dataclass(frozen=True, kw_only=True)
class Slips:
    """What it would take to meet a request on its date.

    Parameters
    ----------
    met
        Whether it can be met, and how.
    answer
        The answer to the request: on time, or (never) the best that giving way can do.
    slips
        Orders that would be later than planned, those of the lowest precedence first.
    resupplied
        Orders that give up what was planned for them and are served anew without any delay.
    cancelled
        Planned lots and purchases that would be given up.
    """

    met: Met
    answer: Answer
    slips: tuple[Slip, ...] = ()
    resupplied: tuple[Slip, ...] = ()
    cancelled: tuple[Work, ...] = ()


@dataclass
class _Released:
    """An order taken out of the state, with the lots that could go with it."""

    order: Answer
    lots: list[Work]


def slips(state: State, request: Request, promised: Sequence[Answer]) -> Slips:
    """Find the orders that would slip if a request had to be met on its due date; the state is left as it was.

    Parameters
    ----------
    state
        What is booked.
    request
        The request and its wanted date.
    promised
        Orders that are booked in `state`, with the work that may be given up with them (`of_factory.promised_orders`,
        `in_order.OrderPlan.answers`).

    Notes
    -----
    Only orders behind the request by `request.precedence` give way: those of the same buffer first, then those that
    share its parts or work centres, the lowest precedence first, as few as will do (halving, then each is put
    back that is not needed). A lot is given up with an order only if nobody else needs it.
    """
    mark = state.mark()
    wanted = replace(request, max_lateness=max(0, state.model.now - request.due))
    if capable(state, wanted).short <= EPS:
        return Slips(met=Met.FREE, answer=capable(state, wanted))
    candidates = _candidates(state, request, promised)
    needed = _fewest(state, wanted, candidates)
    if needed is None:
        for order in candidates:
            _release(state, order)
        answer = capable(state, request)
        state.undo(mark)
        return Slips(met=Met.NEVER, answer=answer)
    released = _spare(state, wanted, [_release(state, order) for order in candidates[:needed]])
    answer = promise(state, wanted)
    again = sorted(released, key=lambda r: precedence(r.order.request))
    moved = [Slip(request=r.order.request, was=r.order.deliveries, answer=promise(state, r.order.request)) for r in again][::-1]
    state.undo(mark)
    return Slips(
        met=Met.BY_SLIPS,
        answer=replace(answer, request=request),
        slips=tuple(s for s in moved if s.pieces > EPS),
        resupplied=tuple(s for s in moved if s.pieces <= EPS),
        cancelled=tuple(w for r in released for w in r.lots),
    )


def _candidates(state: State, request: Request, promised: Sequence[Answer]) -> list[Answer]:
    """Orders behind the request that hold something it could use: of its buffer first, the lowest precedence first."""
    tree, resources = _upstream(state, request.buffer)
    mine, due = precedence(request), max(request.due, state.model.now)
    behind = sorted((a for a in promised if a.deliveries and precedence(a.request) > mine), key=lambda a: precedence(a.request), reverse=True)
    same, shared = [], []
    for answer in behind:
        if any(d.buffer == request.buffer for d in answer.deliveries):
            same.append(answer)
        elif any(w.start <= due and _shares(w, tree, resources) for w in answer.work):  # later work cannot help
            shared.append(answer)
    return [*same, *shared][:MOST_GIVING_WAY]


def _shares(work: Work, tree: set[str], resources: set[str]) -> bool:
    return any(r in resources for r in work.resources) or any(b in tree for b, _, _ in work.takes)


def _upstream(state: State, buffer: str) -> tuple[set[str], set[str]]:
    """Buffers and resources behind a buffer."""
    net = state.net
    todo, seen, resources = [net.buffer_row[buffer]], set(), set()
    while todo:
        row = todo.pop()
        if row in seen:
            continue
        seen.add(row)
        for way, _ in net.ways[row]:
            resources |= {r for load in way.fact.loads for r in load.resources}
            todo += [b for b, _ in way.takes]
    return {state.model.buffers[b].name for b in seen}, resources


def _fewest(state: State, wanted: Request, candidates: list[Answer]) -> int | None:
    """The least number of candidates, from the first on, whose giving way is enough; None if all are not."""

    def enough(n: int) -> bool:
        mark = state.mark()
        for order in candidates[:n]:
            _release(state, order)
        met = capable(state, wanted).short <= EPS
        state.undo(mark)
        return met

    if not candidates or not enough(len(candidates)):
        return None
    low, high = 0, 1
    while high < len(candidates) and not enough(high):
        low, high = high, min(2 * high, len(candidates))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _release(state: State, order: Answer) -> _Released:
    """Take an order out: its deliveries go back to stock, and those of its lots that nobody else needs are given up."""
    rows = state.net.buffer_row
    for d in order.deliveries:
        if not order.request.ship_by:
            state.move(rows[d.buffer], order.request.batch, d.left_at, d.quantity)
    gone = []
    for work in _downstream_first(order.work):
        if all(state.stock_of(rows[b], batch).free(work.available) >= q - TOLERANCE for b, batch, q in work.gives):
            state.book(work, -1.0)
            gone.append(work)
    return _Released(order=order, lots=gone)


def _downstream_first(work: Sequence[Work]) -> Iterator[Work]:
    return iter(sorted(work, key=lambda w: (-w.start, -w.available)))


def _spare(state: State, wanted: Request, released: list[_Released]) -> list[_Released]:
    """Put back every order whose giving way is not needed, the highest precedence first."""
    kept = released
    for one in sorted(released, key=lambda r: precedence(r.order.request)):
        if len(kept) == 1:
            break
        mark = state.mark()
        if _put_back(state, one) and capable(state, wanted).short <= EPS:
            kept = [r for r in kept if r is not one]
        else:
            state.undo(mark)
    return kept


def _put_back(state: State, one: _Released) -> bool:
    """Book an order again exactly as it was; False when others that are still out gave it what it needs."""
    rows = state.net.buffer_row
    touched = []
    for work in one.lots:
        state.book(work)
        touched += [(rows[b], batch, work.start) for b, batch, _ in work.takes]
    for d in one.order.deliveries:
        if not one.order.request.ship_by:
            state.move(rows[d.buffer], one.order.request.batch, d.left_at, -d.quantity)
            touched.append((rows[d.buffer], one.order.request.batch, d.left_at))
    return all(state.stock_of(b, batch).free(time) >= -TOLERANCE for b, batch, time in touched)
