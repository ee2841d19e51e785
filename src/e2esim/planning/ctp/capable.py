"""Capable-to-promise: when can this request be delivered, and what would have to be started for it?"""

from __future__ import annotations

from dataclasses import replace
from math import floor

from e2esim.planning.ctp.answer import Answer, Delivery, MetLimit, WhyNotEarlier
from e2esim.planning.ctp.model import NEVER
from e2esim.planning.ctp.network import EPS
from e2esim.planning.ctp.request import Request
from e2esim.planning.ctp.search import Reply, Search
from e2esim.planning.ctp.state import Mark, State

LAYOUTS = ((1, False), (1, True))  # tried in turn: `search.Search.back` and `at_once`
PATIENT = 4  # replies that are followed one by one before steps double
MOST_ASKED = 10_000  # of a request that nothing can satisfy in continuous time
TOLERANCE = 1e-4  # rounding that stock may carry after many bookings [pcs]


def capable(state: State, request: Request) -> Answer:
    """Answer a request around all that is booked; the state is left as it was, to the last bit.

    Parameters
    ----------
    state
        What is booked.
    request
        What is wanted; its buffer and shipping operation must be known.

    Returns
    -------
    Answer
        Deliveries as late as possible before due, else as early as possible after; what stays short; the limits met.

    Raises
    ------
    KeyError
        If a buffer or shipping operation is not part of the model.

    Notes
    -----
    A request is asked for at its due date (now, when that has passed). What is possible then is shipped when it is at
    least the smallest shipment, and the rest is asked for at the first time at which more is possible, until all is
    delivered or the stated lateness is over. Partial shipments are whole units.

    Examples
    --------
    >>> from e2esim.planning.ctp.model import DAY, Buffer, CtpModel, buy
    >>> shop = CtpModel(buffers=(Buffer(name="lamp", on_hand=4),), operations=(buy("lamp", lead_time=7 * DAY),))
    >>> answer = capable(State(shop), Request(name="A", buffer="lamp", quantity=10, due=2 * DAY))
    >>> [(d.time // DAY, d.quantity) for d in answer.deliveries], str(answer.limits[-1].kind)
    ([(2, 4.0), (7, 6.0)], 'supplier')
    """
    mark = state.mark()
    answer = promise(state, request)
    state.undo(mark)
    return answer


def promise(state: State, request: Request) -> Answer:
    """Answer a request and book the answer at once."""
    mark = state.mark()
    trial = _Trial(state, request)
    time, left = trial.first, request.quantity
    while left > EPS and time <= trial.last:
        sent = trial.ship(left, time)
        if sent.quantity <= EPS:
            sent, time = trial.later(left, time, sent)
        trial.note(sent)
        if sent.quantity <= EPS:
            break
        left -= sent.quantity
        time = trial.on_grid(max(sent.retry, time + 1))
    answer = Answer(
        request=request,
        deliveries=tuple(trial.deliveries),
        work=tuple(state.work[mark[1] :]),
        short=max(0.0, left) if left > EPS else 0.0,
        limits=tuple(trial.met.values()),
        asked=trial.search.asked,
    )
    return replace(answer, limits=()) if answer.on_time else answer


def commit(state: State, answer: Answer) -> bool:
    """Book an answer. False, and nothing is changed, when something booked since then has taken its place."""
    mark = state.mark()
    touched = _apply(state, answer, 1.0)
    if all(state.stock_of(b, batch).free(time) >= -TOLERANCE for b, batch, time in touched) and not _overloaded(state, answer):
        return True
    state.undo(mark)
    return False


def withdraw(state: State, answer: Answer) -> None:
    """Take a booked answer back: its deliveries and its work. Goods that others took from it are then missing."""
    _apply(state, answer, -1.0)


class _Trial:
    """One request on its way through the network."""

    def __init__(self, state: State, request: Request) -> None:
        self.deliveries: list[Delivery] = []
        self.met: dict[tuple[WhyNotEarlier, str], MetLimit] = {}  # the last limit of each name, in the order in which they decided
        self.state, self.request, self.search = state, request, Search(state)
        net, model = state.net, state.model
        self.sites = [net.buffer_row[b] for b in (request.buffer, *request.sites)]
        self.layouts = LAYOUTS if any(w.buckets for w in net.all_ways) else LAYOUTS[:1]
        self.way = net.all_ways[net.way_row[request.ship_by]] if request.ship_by else None
        self.first = max(request.due // model.grid * model.grid, model.now)
        self.last = model.horizon if request.max_lateness is None else min(model.horizon, request.due + request.max_lateness)

    def on_grid(self, time: int) -> int:
        """The first moment of the grid at or after ``time``."""
        grid = self.state.model.grid
        return -(-time // grid) * grid

    def ship(self, left: float, time: int) -> Reply:
        """Ship all that is left, or as much as is possible and allowed, at a time."""
        least = max(min(self.request.smallest, left), EPS)
        first = reply = self._try(left, time)
        tried = left
        while not reply.ok and self.request.smallest < self.request.quantity:
            tried = min(_whole(reply.quantity), tried - EPS)
            if tried < least - EPS or tried <= EPS:
                return Reply(0.0, first.retry, first.limit)
            reply = self._try(tried, time)
        if not reply.ok:
            return Reply(0.0, first.retry, first.limit)
        return Reply(tried, first.retry, first.limit)

    def later(self, left: float, time: int, refused: Reply) -> tuple[Reply, int]:
        """The first shipment after a time at which none was possible, and when; booked.

        Each reply names the next time worth asking. On a day grid, where that may be many days in turn, steps double
        after a few, and what they leap over is halved until the first possible day is found; the last day is asked
        before giving up, for a reply knows only of the way in which lots were laid out.
        """
        low, reply, step, grid = time, refused, 1, self.state.model.grid
        end = self.last // grid * grid
        mark, count = self.state.mark(), len(self.deliveries)
        for tried in range(MOST_ASKED):
            self.note(reply)
            time = self.on_grid(max(reply.retry, low + 1))
            if grid > 1 and tried >= PATIENT:
                step *= 2
                time = max(time, low + step * grid)
            if grid > 1 and low < end:
                time = min(time, end)
            if time > self.last:
                break
            reply = self.ship(left, time)
            if reply.quantity > EPS:
                if grid == 1 or time - low <= grid:
                    return reply, time
                self._drop(mark, count)
                time = self._first_day(left, low, time, mark, count)
                return self.ship(left, time), time
            low = time
        return Reply(0.0, NEVER, reply.limit), time

    def _first_day(self, left: float, low: int, high: int, mark: Mark, count: int) -> int:
        """Halve the days between a time at which nothing was possible and one at which something is."""
        grid = self.state.model.grid
        while high - low > grid:
            middle = (low + high) // 2 // grid * grid
            reply = self.ship(left, middle)
            self._drop(mark, count)
            if reply.quantity > EPS:
                high = middle
            else:
                low = middle
                self.note(reply)
        return high

    def _drop(self, mark: Mark, count: int) -> None:
        self.state.undo(mark)
        del self.deliveries[count:]

    def note(self, reply: Reply) -> None:
        """Write down the limit that a reply met, the latest last."""
        if reply.limit is not None:
            self.met.pop((reply.limit.kind, reply.limit.name), None)
            self.met[reply.limit.kind, reply.limit.name] = reply.limit

    def _try(self, quantity: float, time: int) -> Reply:
        """All of a quantity at a time, or nothing; the reply of the way of laying out lots that gets furthest."""
        best: Reply | None = None
        for back, at_once in self.layouts:
            self.search.back, self.search.at_once = back, at_once
            mark, count = self.state.mark(), len(self.deliveries)
            reply = self._through(quantity, time) if self.way is not None else self._over_sites(quantity, time)
            if reply.ok:
                return reply
            self._drop(mark, count)
            if best is None or reply.quantity > best.quantity + EPS:
                best = reply
        assert best is not None
        return best

    def _through(self, quantity: float, time: int) -> Reply:
        assert self.way is not None
        before = len(self.state.work)
        reply = self.search.run(self.way, quantity, time, self.request.batch)
        if reply.ok:
            shipped = [w for w in self.state.work[before:] if w.operation == self.request.ship_by]
            self.deliveries += [Delivery(time=time, quantity=w.quantity, buffer=self.request.buffer, left_at=w.start) for w in shipped]
        return reply

    def _over_sites(self, quantity: float, time: int) -> Reply:
        """Free stock of every site first, in order; then what they can get."""
        left, retry, limit = quantity, NEVER, None
        rounds = [(b, False) for b in self.sites] if len(self.sites) == 1 else [(b, stock) for stock in (True, False) for b in self.sites]
        for buffer, from_stock in rounds:
            reply = self.search.take(buffer, self.request.batch, left, time, from_stock=from_stock)
            part = left if reply.ok else _whole(reply.quantity) if len(self.sites) > 1 else 0.0
            if not reply.ok and part > EPS and not self.search.take(buffer, self.request.batch, part, time, from_stock=from_stock).ok:
                part = 0.0
            if part > EPS:
                self._hand_over(buffer, part, time)
                left -= part
            if left <= EPS:
                return Reply(quantity, time)
            if limit is None or reply.retry < retry:
                retry, limit = reply.retry, reply.limit
            if len(self.sites) == 1:
                return Reply(reply.quantity, retry, limit)
        return Reply(quantity - left, retry, limit)

    def _hand_over(self, buffer: int, quantity: float, time: int) -> None:
        name = self.state.model.buffers[buffer].name
        self.deliveries.append(Delivery(time=time, quantity=quantity, buffer=name, left_at=time))


def _whole(quantity: float) -> float:
    return float(floor(quantity + EPS))


def _apply(state: State, answer: Answer, sign: float) -> list[tuple[int, str, int]]:
    """Book or take back work and deliveries; the stock that was touched: buffer, batch, time."""
    rows = state.net.buffer_row
    touched = [(rows[name], batch, work.start) for work in answer.work for name, batch, _ in work.takes]
    touched += [(rows[name], batch, work.available) for work in answer.work for name, batch, _ in work.gives]
    for work in answer.work:
        state.book(work, sign)
    if not answer.request.ship_by:
        for d in answer.deliveries:
            state.move(rows[d.buffer], answer.request.batch, d.left_at, -sign * d.quantity)
            touched.append((rows[d.buffer], answer.request.batch, d.left_at))
    return touched


def _overloaded(state: State, answer: Answer) -> bool:
    """Whether a resource that the answer uses holds more than it can."""
    for row in {state.net.resource_row[r] for work in answer.work for r in work.resources}:
        if row in state.buckets:
            over = min(state.buckets[row].free) < -TOLERANCE
        else:
            over = not state.lines[row].fits()
        if over:
            return True
    return False
