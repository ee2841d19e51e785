"""The search: ask a buffer for pieces at a time, through everything that could give them.

An ask is all or nothing. When it succeeds, what it needs is booked; when it fails nothing is, and the reply says how
much would have been possible and from when more is. So the caller may ask again for less, or later.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from e2esim.planning.ctp.answer import MetLimit, WhyNotEarlier
from e2esim.planning.ctp.model import NEVER, OperationKind
from e2esim.planning.ctp.network import EPS, Way
from e2esim.planning.ctp.placing import PlacedLot, blocker, earliest, fit, latest_start
from e2esim.planning.ctp.state import State

_LEAD = {
    OperationKind.MAKE: WhyNotEarlier.LEAD_TIME,
    OperationKind.BUY: WhyNotEarlier.SUPPLIER,
    OperationKind.MOVE: WhyNotEarlier.TRANSPORT,
    OperationKind.SHIP: WhyNotEarlier.TRANSPORT,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What an ask found: the quantity possible by the time asked, the first time at which more is, and why not all.

    `limit` is None exactly when everything asked for is there.
    """

    quantity: float
    retry: int
    limit: MetLimit | None = None

    @property
    def ok(self) -> bool:
        """Whether all is there, and booked."""
        return self.limit is None


class Search:
    """Asks on one state; `asked` counts them.

    `back` is how far whole lots may be pulled forward (`placing.fit`); `at_once` has what stock lacks now and later on
    made in one go, which saves set-ups and smallest lots, instead of each part as late as possible.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self.back = 1
        self.at_once = False
        self.asked = 0
        self._path: set[tuple[int, str]] = set()  # buffers being asked: a transfer must not come back to them

    def take(self, buffer: int, batch: str, quantity: float, time: int, *, from_stock: bool = False) -> Reply:
        """Take a quantity out of a buffer at a time; what stock lacks, then or later on because of it, is made or bought.

        Parameters
        ----------
        from_stock
            Only what is free already.
        """
        self.asked += 1
        state, mark = self.state, self.state.mark()
        line = state.stock_of(buffer, batch)
        key = (buffer, batch)
        base = line.times, line.levels
        state.move(buffer, batch, time, -quantity)
        added, at = 0.0, line.index(time)
        if min(line.levels[at:]) >= -EPS:
            return Reply(quantity, time)
        while at < len(line.times):
            level = min(line.levels[at:]) if self.at_once else line.levels[at]
            lacking = min(-level, quantity - added) if line.levels[at] < -EPS else 0.0
            if lacking <= EPS:
                at += 1
                continue
            when = line.times[at]
            reply = Reply(0.0, NEVER, self._no_way(buffer, when)) if from_stock or key in self._path else self._supply(key, lacking, when)
            if not reply.ok:
                state.undo(mark)
                return self._short(base, quantity, lacking, when, reply)
            added += lacking
            at = line.index(when)
        return Reply(quantity, time)

    def supply(self, buffer: int, quantity: float, time: int) -> Reply:
        """Bring more into a buffer by a time, whatever is there already."""
        return self._supply((buffer, ""), quantity, time)

    def _short(self, base: tuple[list[int], list[float]], quantity: float, lacking: float, time: int, reply: Reply) -> Reply:
        """The reply when supply fell short at a time: stock that arrives after it may be there before more supply is."""
        possible = max(0.0, quantity - lacking + reply.quantity)
        later = _next_rise(base, time)
        retry = reply.retry if later is None else min(reply.retry, later)
        return Reply(possible if possible > EPS else 0.0, max(retry, time + 1), reply.limit)

    def _supply(self, key: tuple[int, str], quantity: float, time: int) -> Reply:
        """Get goods into a buffer by a time, from its ways in order of priority."""
        ways = self.state.net.ways[key[0]]
        retry, limit, left, mark = NEVER, self._no_way(key[0], time), quantity, self.state.mark()
        self._path.add(key)
        try:
            for way, per in ways:
                reply = self.run(way, left / per, time, key[1])
                if not reply.ok and reply.quantity > EPS:
                    again = self.run(way, reply.quantity, time, key[1])
                    left -= reply.quantity * per if again.ok else 0.0
                elif reply.ok:
                    return Reply(quantity, time)
                if reply.limit is not None and (reply.retry < retry or retry == NEVER):
                    retry, limit = reply.retry, reply.limit
                if left <= EPS:
                    return Reply(quantity, time)
        finally:
            self._path.discard(key)
        self.state.undo(mark)
        return Reply(quantity - left, retry, limit)

    def run(self, way: Way, units: float, time: int, batch: str) -> Reply:
        """Have units of an operation ready by a time, its safety time kept where that makes nothing late."""
        latest_end = way.end_for(time)
        end = latest_end - way.fact.soft_safety
        while True:
            reply = self._run_by(way, units, end, batch)
            if reply.ok:
                return Reply(units, time)
            if end >= latest_end:
                break
            end = min(reply.retry, latest_end)  # the soft safety time gives way, as little as it can
        return Reply(reply.quantity, way.available(reply.retry) if reply.retry < NEVER else NEVER, reply.limit)

    def _run_by(self, way: Way, units: float, end: int, batch: str) -> Reply:
        """Place lots that end by a time until there are enough units, each with its inputs."""
        state, mark = self.state, self.state.mark()
        left, not_before = units, state.model.now
        hungry: Reply | None = None  # inputs were missing when more could have been started
        while left > EPS:
            place = fit(state, way, min(way.rounded(left), way.fact.lot_max), end, not_before, self.back)
            if place is None:
                reply = self._no_place(way, end) if hungry is None else self._after(way, hungry, end)
                break
            fed = self._feed(way, place, batch)
            if fed.ok:
                left -= place.units
                continue
            less = way.cut(min(fed.quantity, place.units))
            if 0.0 < less < place.units - EPS:
                smaller = fit(state, way, less, end, not_before, self.back)
                if smaller is not None and self._feed(way, smaller, batch).ok:
                    left -= smaller.units
            if way.fact.duration_per and not_before < fed.retry < end:
                not_before, hungry = fed.retry, fed  # a smaller lot takes less time and may start when inputs are there
                continue
            reply = self._after(way, fed, end)
            break
        else:
            return Reply(units, end)
        state.undo(mark)
        return Reply(max(0.0, units - left), reply.retry, reply.limit)

    def _feed(self, way: Way, place: PlacedLot, batch: str) -> Reply:
        """Book a placed lot and take its inputs; all inputs are asked even when one fails, to learn the worst."""
        mark, to_order = self.state.mark(), self.state.net.to_order
        units, retry, limit = place.units, place.start, None
        own = batch or self.state.new_batch()
        wanted = [(buffer, own if to_order[buffer] else "") for buffer, _ in way.takes]
        self.state.start(way, place.units, place.start, place.end, place.chosen, wanted, batch)  # before its parts, which may need the same hours
        for (buffer, of), (_, per) in zip(wanted, way.takes, strict=True):
            reply = self.take(buffer, of, per * max(units, way.smallest if limit else 0.0), place.start)
            if not reply.ok:
                units = min(units, reply.quantity / per)
                if limit is None or reply.retry > retry:
                    retry, limit = reply.retry, reply.limit
        if limit is not None:
            self.state.undo(mark)
            return Reply(units, retry, limit)
        return Reply(place.units, place.start)

    def _after(self, way: Way, fed: Reply, end: int) -> Reply:
        """When more of an operation could end, given when more of its inputs could be there."""
        assert fed.limit is not None
        if fed.retry >= NEVER:
            return Reply(0.0, NEVER, fed.limit)
        place = earliest(self.state, way, way.smallest, fed.retry)
        limit = self._longer_wait(way, fed, end, None if place is None else place.start)
        return Reply(0.0, NEVER if place is None else max(place.end, end + 1), limit)

    def _longer_wait(self, way: Way, fed: Reply, end: int, start: int | None) -> MetLimit:
        """What an operation waits for longer: its inputs, or after them a resource without room until ``start``."""
        assert fed.limit is not None
        state, grid, work = self.state, way.grid, way.work(way.smallest)
        ready = -(-fed.retry // grid) * grid
        until = state.model.horizon if start is None else start
        if until - ready <= max(0, fed.retry - latest_start(way, way.smallest, end)):
            return fed.limit
        row = blocker(state, way, way.smallest, ready + work)
        if row < 0:
            return fed.limit
        fact = state.model.resources[row]
        kind = WhyNotEarlier.SUPPLIER if fact.is_supplier else WhyNotEarlier.WORK_CENTRE
        return MetLimit(kind=kind, name=fact.name, wanted=ready, possible=NEVER if start is None else start)

    def _no_place(self, way: Way, end: int) -> Reply:
        """Why an operation cannot end by a time, and when it can at the earliest."""
        state = self.state
        row = blocker(state, way, way.smallest, end)
        start = max(state.model.now, latest_start(way, way.smallest, end) + way.grid)
        place = earliest(state, way, way.smallest, start)
        possible = NEVER if place is None else max(place.end, end + 1)
        if row >= 0:
            fact = state.model.resources[row]
            kind, name = (WhyNotEarlier.SUPPLIER if fact.is_supplier else WhyNotEarlier.WORK_CENTRE), fact.name
        else:
            kind, name = _LEAD[way.kind], way.fact.name
        return Reply(0.0, possible, MetLimit(kind=WhyNotEarlier.HORIZON if place is None else kind, name=name, wanted=end, possible=possible))

    def _no_way(self, buffer: int, time: int) -> MetLimit:
        return MetLimit(kind=WhyNotEarlier.MATERIAL, name=self.state.model.buffers[buffer].name, wanted=time, possible=NEVER)


def _next_rise(base: tuple[list[int], list[float]], time: int) -> int | None:
    """First moment after ``time`` at which there is more stock than at ``time``, whoever it is meant for."""
    times, levels = base
    at = bisect_right(times, time) - 1
    enough = levels[at] + EPS
    return next((times[k] for k in range(at + 1, len(times)) if levels[k] > enough), None)
