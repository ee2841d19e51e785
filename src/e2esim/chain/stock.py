"""Goods on hand by node and item, their flow ledger, and the rows that wait for them; no clock."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from e2esim.chain import stock_kernels as kernels
from e2esim.domain.book import Columns, OrderState
from e2esim.domain.bundled import kept
from e2esim.domain.calendar import DueCalendar, Links
from e2esim.domain.events import Event, EventLog
from e2esim.domain.world import World

Rows = npt.NDArray[np.int32]
F = npt.NDArray[np.float64]
Choose = Callable[[Rows, F], Rows]  # (due rows of short items, grouped by item; free stock (items,)) -> rows to serve

_AT_ONCE: F = np.empty(0)
_NO_ROWS: Rows = np.empty(0, dtype=np.int32)
LEDGER = ("opening", "received", "produced", "returned", "shipped", "consumed", "scrapped")


class ConservationError(RuntimeError):
    """Goods appeared from nowhere or went nowhere."""


class Stock:
    """All goods of the chain, (nodes, items) [unit]; node 0 is the firm: its stock points, those of the plant first.

    For each node and item: opening + received + produced + returned = shipped + consumed + scrapped + on_hand.
    Goods of allocated rows and of lots with issued material stay on hand but are ``reserved`` until they leave.
    """

    def __init__(self, world: World, book: Columns, log: EventLog, *, links: Links | None = None) -> None:
        shape = (world.nodes, world.items.n)
        self.world, self.book, self.log = world, book, log
        self.on_hand: F = np.zeros(shape)
        self.on_order: F = np.zeros(shape)  # call-offs and lots (plant), replenishments under way (accounts)
        self.backlog: F = np.zeros(shape)  # ordered and not allocated
        self.opening, self.received, self.produced, self.returned = (np.zeros(shape) for _ in range(4))
        self.shipped, self.consumed, self.scrapped = (np.zeros(shape) for _ in range(3))
        self.reserved: F = np.zeros(world.items.n)  # at the plant
        self.misbooked: F = np.zeros(world.items.n)  # by how much the book is above what is there
        self.latest: Rows = np.full(shape[0] * shape[1], -1, dtype=np.int32)  # last replenishment of each shelf
        self.listeners: list[Callable[[int], None]] = []  # told the item when goods come on hand at the plant
        self.links = links if links is not None else Links(book.capacity)
        self._head: Rows = np.full(shape[0] * shape[1], -1, dtype=np.int32)
        self._tail: Rows = self._head.copy()
        self._due_pieces: F = np.zeros(world.items.n)
        self._due_rows = np.zeros(world.items.n, dtype=np.int64)
        self._least: F = np.full(world.items.n, np.inf)  # smallest due row of each plant queue
        self._dirty = np.zeros(world.items.n, dtype=np.bool_)
        self._tick_h = world.settings.horizon.tick_h
        ticks = int(np.ceil(world.hours / self._tick_h)) + 2
        self._early = DueCalendar(ticks, 1, tick_h=self._tick_h, links=self.links)
        self._kept: tuple[kernels.Booked, kernels.Queues] | None = None  # as they were when a kernel last asked for them
        self._goods_kept: kernels.Goods | None = None
        self._at_accounts = 0  # rows waiting at accounts: bounds the buffer of a service
        self.open_node(0, world.opening.on_hand)

    # --- goods -----------------------------------------------------------------------------------------------------
    def open_node(self, node: int, quantity: F) -> None:
        """Set the opening stock of ``node``, (items,)."""
        self.opening[node] = quantity
        self.on_hand[node] = quantity
        if node == 0:
            self._dirty[:] = True

    @property
    def free(self) -> F:
        """On hand and not reserved at the plant, (items,)."""
        return np.asarray(self.on_hand[0] - self.reserved)

    @property
    def booked_free(self) -> F:
        """What the firm believes to be free, (items,): planning and promises know the book, pickers and machines the shelf."""
        return np.asarray(self.free + self.misbooked)

    @property
    def due(self) -> F:
        """Pieces of lines that wait at the plant and may be served, (items,)."""
        return self._due_pieces

    def available(self, item: int) -> float:
        """Free stock of one item at the plant."""
        return float(self.on_hand[0, item] - self.reserved[item])

    def receive(self, item: int, quantity: float) -> None:
        """Take goods of a supplier on hand at the plant."""
        self.received[0, item] += quantity
        self._arrive(item, quantity)

    def produce(self, item: int, good: float, scrapped: float) -> None:
        """Take a finished lot on hand at the plant; its scrap is produced and thrown away."""
        self.produced[0, item] += good + scrapped
        self.scrapped[0, item] += scrapped
        self._arrive(item, good)

    def reserve(self, item: int, quantity: float) -> None:
        """Set goods of the plant aside (a negative quantity frees them)."""
        self.reserved[item] += quantity
        self._dirty[item] |= quantity < 0

    def consume(self, item: int, quantity: float) -> None:
        """Use reserved goods in production."""
        self.reserved[item] -= quantity
        self.on_hand[0, item] -= quantity
        self.consumed[0, item] += quantity

    def lose(self, item: int, quantity: float) -> None:
        """Let free goods vanish, and the book not know it."""
        self.on_hand[0, item] -= quantity
        self.scrapped[0, item] += quantity
        self.misbooked[item] += quantity

    def discard(self, item: int, quantity: float) -> None:
        """Throw free goods away."""
        self.on_hand[0, item] -= quantity
        self.scrapped[0, item] += quantity

    def send(self, item: int, quantity: float) -> None:
        """Let reserved goods leave for another warehouse of the firm."""
        self.reserved[item] -= quantity
        self.on_hand[0, item] -= quantity
        self.shipped[0, item] += quantity

    def _arrive(self, item: int, quantity: float) -> None:
        self.on_hand[0, item] += quantity
        self.news(item)

    def news(self, *items: int) -> None:
        """Goods of ``items`` came on hand at the plant: look at their queues again and tell the listeners."""
        for item in items:
            self._dirty[item] = True
            for listen in self.listeners:
                listen(item)

    # --- rows that wait --------------------------------------------------------------------------------------------
    def wait(self, rows: Rows, eligible: npt.NDArray[np.floating] | None = None) -> None:
        """Let new rows wait at their node.

        ``eligible`` (n,) [h] is the time from which a plant row may be allocated (ship-by date less a window);
        without it, and for rows of accounts, at once.
        """
        n = len(rows)
        self.links.fit(self.book.capacity)
        times = _AT_ONCE if eligible is None else np.asarray(eligible, dtype=np.float64)
        room, ticks = np.empty((2, n), dtype=np.int32), np.empty(n, dtype=np.int64)
        at_accounts, beyond = kernels.let_wait(rows, times, self._early.lists(), *self._kept_now(), self.backlog, self.on_order, room, ticks)
        self._at_accounts += at_accounts
        self._early.beyond += beyond

    def hold(self, rows: Rows) -> None:
        """New plant rows are owed, and stand in no queue until they are `ready`."""
        b = self.book
        self.links.fit(b.capacity)
        kernels.admit(rows, b["kind"], b["node"], b["account"], b["item"], b["quantity"], self.backlog, self.on_order)

    def ready(self, rows: Rows) -> None:
        """Plant rows that were held may be allocated from now on."""
        self._enqueue(rows)

    def hasten(self, rows: Rows, was: npt.NDArray[np.floating], eligible: npt.NDArray[np.floating]) -> None:
        """Let waiting plant rows be allocated from ``eligible`` (n,) [h] and no longer from ``was`` (n,) [h] on."""
        before = np.ceil(np.asarray(was, dtype=np.float64) / self._tick_h).astype(np.int64)
        asleep = before >= self._early.open
        rows, before = rows[asleep], before[asleep]
        tick = np.ceil(np.asarray(eligible, dtype=np.float64)[asleep] / self._tick_h).astype(np.int64)
        self._early.withdraw_ticks(rows, before)
        later = tick >= self._early.open
        self._early.push_ticks(rows[later], tick[later])
        self._enqueue(rows[~later])

    def withdraw(self, rows: Rows, eligible: npt.NDArray[np.floating]) -> None:
        """Take waiting plant rows out of their queues, to be changed and to wait anew: ``eligible`` (n,) [h] as it was; they stay open."""
        tick = np.ceil(np.asarray(eligible, dtype=np.float64) / self._tick_h).astype(np.int64)
        asleep = tick >= self._early.open
        self._early.withdraw_ticks(rows[asleep], tick[asleep])
        self.cancel(rows)
        self.book["state"][rows] = OrderState.OPEN

    def _enqueue(self, rows: Rows) -> None:
        kernels.enqueue(rows, *self._kept_now())

    def _kept_now(self) -> tuple[kernels.Booked, kernels.Queues]:
        """The columns of the book and the queues as they are now, the same until the book grows."""
        b, link = self.book, self.links.next
        if self._kept is None or self._kept[0].kind is not b["kind"] or self._kept[1].link is not link:
            booked = kernels.Booked(b["kind"], b["node"], b["account"], b["item"], b["quantity"], b["state"])
            queues = kernels.Queues(self.world.items.n, self._head, self._tail, link, self._due_pieces, self._due_rows, self._least, self._dirty)
            self._kept = booked, queues
        return self._kept

    def _goods(self) -> kernels.Goods:
        self._goods_kept = kept(self._goods_kept, kernels.Goods, self.on_hand, self.shipped, self.backlog, self.reserved)
        return self._goods_kept

    def serve_accounts(self, rows: Rows, t: float) -> Rows:
        """Serve the account queues of ``rows`` (new consumer orders, or replenishments just delivered).

        First in first out, lines in full; goods leave the shelf and rows are SHIPPED at ``t`` [h]. Returns those rows.
        """
        b = self.book
        out = np.empty(self._at_accounts, dtype=np.int32)
        booked, queues = self._kept_now()
        m = kernels.serve_queues(rows, t, booked, b["allocated"], b["shipped"], self._goods(), queues, out)
        self._at_accounts -= m
        return self._told(t, out[:m].copy(), place=1)

    def allocate_plant(self, t: float, choose: Choose | None = None) -> Rows:
        """Allocate plant stock to the rows that may be served at ``t`` [h]; return them in order of allocation.

        Items with enough for all their due rows are served at once; ``choose`` decides for the short ones
        (first come first served without it).

        Raises
        ------
        ValueError
            If ``choose`` gives away more than there is, or a row that is not open.
        """
        for tick in range(self._early.open, math.floor(t / self._tick_h + 1e-9) + 1):
            due = self._early.pop(tick)
            if len(due):
                self._enqueue(due)
        rows = kernels.news(self._dirty, self._due_rows)
        if rows == 0:
            return _NO_ROWS
        out, short = np.empty((2, rows), dtype=np.int32)
        booked, queues = self._kept_now()
        m, c = kernels.allocate_plenty(t, choose is None, booked, self.book["allocated"], self._goods(), queues, out, short)
        plenty = out[:m]
        if m > 1:
            plenty.sort()
        if not c:
            return self._told(t, plenty, place=0)
        return self._told(t, np.concatenate((self._ration(t, short[:c], choose), plenty)), place=0)

    def _ration(self, t: float, short: Rows, choose: Choose | None) -> Rows:
        b = self.book
        if choose is None:
            buffer = np.empty_like(short)
            chosen = buffer[: kernels.choose_fifo(short, b["item"], b["quantity"], self.free, buffer)]
        else:
            chosen = np.asarray(choose(short, self.free), dtype=np.int32)
        wrong = kernels.take(
            chosen, t, b["item"], b["quantity"], b["state"], b["allocated"], self.on_hand, self.reserved, self.backlog,
            self._due_pieces, self._due_rows,
        )
        if wrong >= 0:
            item = self.world.items.ids[int(b["item"][wrong])]
            raise ValueError(f"the precedence rule gave row {wrong} too much of item {item}, or the row was not open")
        if len(chosen):
            self._relink(b["item"][chosen])
        return chosen

    def _relink(self, items: npt.NDArray[np.int16]) -> None:
        kernels.relink(
            np.unique(items).astype(np.int64), self.book["quantity"], self.book["state"], self._head, self._tail,
            self.links.next, self._due_pieces, self._due_rows, self._least,
        )

    def _told(self, t: float, rows: Rows, *, place: int) -> Rows:
        if len(rows):
            self.log.emit(t, Event.ORDERS_ALLOCATED, place=place, rows=len(rows), quantity=kernels.pieces(rows, self.book["quantity"]))
        return rows

    def cancel(self, rows: Rows) -> Rows:
        """Cancel the rows that are still open; return them. Rows allocated or gone are left alone."""
        b = self.book
        out = np.empty(len(rows), dtype=np.int32)
        m = kernels.cancel_open(
            rows, b["kind"], b["node"], b["account"], b["item"], b["quantity"], b["state"], self.backlog,
            self.on_order, out,
        )
        done = out[:m]
        at_plant = b["node"][done] == 0
        self._at_accounts -= m - int(at_plant.sum())
        if at_plant.any():
            self._relink(b["item"][done[at_plant]])
            self._dirty[b["item"][done[at_plant]]] = True
        return done

    # --- goods of rows ---------------------------------------------------------------------------------------------
    def ship(self, rows: Rows) -> float:
        """Let the reserved goods of picked plant rows leave; return the pieces."""
        b = self.book
        return float(kernels.ship(rows, b["item"], b["quantity"], self.on_hand, self.reserved, self.shipped))

    def land(self, rows: Rows) -> float:
        """Put delivered replenishments on their account's shelf; return the pieces of all ``rows``."""
        b = self.book
        return float(
            kernels.land(
                rows, b["kind"], b["account"], b["item"], b["quantity"],
                self.on_hand, self.received, self.on_order, self.latest,
            )
        )

    # --- the ledger ------------------------------------------------------------------------------------------------
    def check(self) -> None:
        """Check the ledger.

        Raises
        ------
        ConservationError
            Naming the item, the node and the difference, or the stock that is negative or promised twice.
        """
        source = self.opening + self.received + self.produced + self.returned
        difference = source - (self.shipped + self.consumed + self.scrapped + self.on_hand)
        tolerance = 1e-6 * (1.0 + np.abs(source))
        self._refuse(np.abs(difference) > tolerance, difference, "unexplained")
        self._refuse(self.on_hand < -tolerance, self.on_hand, "on hand, below zero")
        free = self.free[None, :]
        self._refuse(free < -tolerance[:1], free, "on hand less reserved, below zero")

    def _refuse(self, wrong: npt.NDArray[np.bool_], amount: F, what: str) -> None:
        if wrong.any():
            node, item = (int(k) for k in np.argwhere(wrong)[0])
            where = "the plant" if node == 0 else f"account {self.world.accounts.ids[node - 1]}"
            name = self.world.items.ids[item]
            raise ConservationError(f"item {name} at {where} (node {node}): {amount[node, item]:g} {what}")
