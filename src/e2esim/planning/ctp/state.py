"""The state of the world that promises are made against: stock and load over time, and a way back.

Every change is written down before it is made, so that any attempt can be undone to the last bit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from e2esim.planning.ctp.answer import Work
from e2esim.planning.ctp.model import CtpModel
from e2esim.planning.ctp.network import CtpNetwork, Way, amount, network_of
from e2esim.planning.ctp.resources import Buckets, Held, SetupResource
from e2esim.planning.ctp.timeline import Timeline

Mark = tuple[int, int]
Recorded = Timeline | Buckets | Held | SetupResource


class State:
    """Stock of every buffer and load of every resource over time.

    Parameters
    ----------
    model
        The facts; what they say to be on hand, arriving and in use is booked.
    stock
        Timelines of the buffers when they are known already, in the order of ``model.buffers``.

    Examples
    --------
    >>> from e2esim.planning.ctp.model import Buffer
    >>> state = State(CtpModel(buffers=(Buffer(name="table", on_hand=3),)))
    >>> before = state.mark()
    >>> state.move(0, "", 5, -2.0)
    >>> state.stock_of(0).free(0)
    1.0
    >>> state.undo(before)
    >>> state.stock_of(0).free(0)
    3.0
    """

    def __init__(self, model: CtpModel, *, stock: list[Timeline] | None = None) -> None:
        self.net: CtpNetwork = network_of(model)
        self.buckets: dict[int, Buckets] = {}  # by row of model.resources
        self.lines: dict[int, Held | SetupResource] = {}
        for row, fact in enumerate(model.resources):
            if fact.bucket_start:
                self.buckets[row] = Buckets(fact)
            else:
                self.lines[row] = SetupResource(fact, model.now) if fact.setups else Held(fact)
        self._stock = stock if stock is not None else [_opening(self.net, b, "") for b in range(len(model.buffers))]
        self._batches: dict[tuple[int, str], Timeline] = {}
        self._undo: list[tuple[Recorded, Any]] = []
        self.work: list[Work] = []
        self._own = 0

    @property
    def model(self) -> CtpModel:
        """The facts."""
        return self.net.model

    def go_on(self, now: int) -> None:
        """Let time pass: nothing starts, is ordered or is delivered before ``now`` [s]; what is booked stays."""
        self.net = replace(self.net, model=replace(self.model, now=now))

    def stock_of(self, buffer: int, batch: str = "") -> Timeline:
        """Stock of a buffer over time, of one batch where goods are made to order."""
        if not batch or not self.net.to_order[buffer]:
            return self._stock[buffer]
        key = (buffer, batch)
        if key not in self._batches:
            self._batches[key] = _opening(self.net, buffer, batch)
        return self._batches[key]

    def new_batch(self) -> str:
        """A batch that no other lot has: parts made to order for a lot that is made to stock."""
        self._own += 1
        return f"lot {self._own}"

    def mark(self) -> Mark:
        """A point to which `undo` can go back."""
        return len(self._undo), len(self.work)

    def undo(self, mark: Mark) -> None:
        """Go back to a point, exactly."""
        while len(self._undo) > mark[0]:
            thing, saved = self._undo.pop()
            thing.restore(saved)
        del self.work[mark[1] :]

    def forget(self) -> None:
        """Make everything so far final: it cannot be undone any more."""
        self._undo.clear()
        self.work.clear()

    def move(self, buffer: int, batch: str, time: int, change: float) -> None:
        """Book goods that arrive or leave."""
        line = self.stock_of(buffer, batch)
        self._undo.append((line, line.saved()))
        line.add(time, change)

    def start(self, way: Way, units: float, start: int, end: int, chosen: tuple[int, ...], takes: list[tuple[int, str]], batch: str) -> Work:
        """Book what a lot needs of its resources and what it gives; what it takes is booked by whoever asked for it.

        Parameters
        ----------
        chosen
            Resource of each load, buckets first.
        takes
            Buffer and batch of each input, in the order of ``way.takes``.
        """
        self._hold(way, units, start, end, chosen)
        available = way.available(end)
        gives = []
        for b, per in way.gives:
            self.move(b, batch, available, per * units)
            gives.append((self.model.buffers[b].name, batch if self.net.to_order[b] else "", per * units))
        work = Work(
            operation=way.fact.name,
            kind=way.kind,
            quantity=units,
            start=start,
            end=end,
            resources=tuple(self.model.resources[r].name for r in chosen),
            takes=tuple((self.model.buffers[b].name, of, per * units) for (b, of), (_, per) in zip(takes, way.takes, strict=True)),
            gives=tuple(gives),
            available=available,
        )
        self.work.append(work)
        return work

    def book(self, work: Work, sign: float = 1.0) -> None:
        """Book a lot as it was answered, inputs included; ``sign=-1`` takes it back."""
        rows = self.net.buffer_row
        way = self.net.all_ways[self.net.way_row[work.operation]]
        chosen = tuple(self.net.resource_row[name] for name in work.resources)
        self._hold(way, work.quantity, work.start, work.end, chosen, sign)
        for name, batch, quantity in work.takes:
            self.move(rows[name], batch, work.start, -sign * quantity)
        for name, batch, quantity in work.gives:
            self.move(rows[name], batch, work.available, sign * quantity)

    def _hold(self, way: Way, units: float, start: int, end: int, chosen: tuple[int, ...], sign: float = 1.0) -> None:
        for (load, _), r in zip(way.buckets, chosen, strict=False):
            bucket = self.buckets[r]
            self._undo.append((bucket, bucket.saved()))
            bucket.take(start, sign * amount(load, units))
        for (load, _), r in zip(way.held, chosen[len(way.buckets) :], strict=True):
            line = self.lines[r]
            self._undo.append((line, line.saved()))
            (line.hold if sign > 0 else line.release)(start, end, load.size, load.setup)


def _opening(net: CtpNetwork, buffer: int, batch: str) -> Timeline:
    fact, now = net.model.buffers[buffer], net.model.now
    changes = [(now, fact.on_hand)] if not batch else []
    changes += [(max(now, r.time), r.quantity) for r in fact.receipts if r.batch == batch]
    return Timeline(changes)
