"""The reply to one request: our own promise, the alternatives, what limits it, and who would wait if it were forced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from e2esim.planning.ctp.answer import Answer, MetLimit
from e2esim.planning.ctp.capable import capable
from e2esim.planning.ctp.model import DAY
from e2esim.planning.ctp.request import Request
from e2esim.planning.ctp.state import State
from e2esim.planning.promise.alternatives import Alternatives, alternatives
from e2esim.planning.promise.elsewhere import Elsewhere
from e2esim.planning.promise.limits import main_limit
from e2esim.planning.promise.sources import SiteGoods, Wish, stepwise


@dataclass(frozen=True, kw_only=True, eq=False)
class PromiseReply:
    """What is answered.

    Parameters
    ----------
    wish, item, priority
        What was asked for; row of the item.
    parts
        Days and pieces of our own promise, in order [d from today, pcs]; empty if nothing can be promised.
    short
        Pieces that are not promised: later than the customer takes them, or never [pcs].
    limit
        What keeps it from being on time; None if it is.
    sources
        Our own goods first, then other sites, then substitutes; rows of the alternatives.
    choices
        The ranked offers and what is refused; None where the wish is met.
    """

    wish: Wish
    item: int
    priority: int
    parts: tuple[tuple[int, float], ...]
    short: float
    limit: MetLimit | None
    sources: tuple[SiteGoods, ...]
    choices: Alternatives | None

    @property
    def promised(self) -> int | None:
        """Day of the last delivery of our own promise, None without any [d from today]."""
        return self.parts[-1][0] if self.parts else None

    @property
    def on_time(self) -> bool:
        """Whether all pieces come on the wanted day."""
        return self.short <= 0 and all(day <= self.wish.day for day, _ in self.parts)


def reply(state: State, buffers: Sequence[str], items: Sequence[str], elsewhere: Elsewhere, wish: Wish, item: int, priority: int) -> PromiseReply:
    """Answer one request.

    Parameters
    ----------
    state
        What is booked; it is left as it was.
    buffers, items
        Buffer and name of every item.
    elsewhere
        Substitutes and other sites.
    wish, item, priority
        What is asked for.

    Notes
    -----
    Where the customer has stated a smallest part, the promise may come in such parts; else it is one delivery, and
    parts are an alternative. Substitutes are asked for in the same way as the item itself.
    """
    ask = _asker(state, wish, priority)
    own = capable(state, own_request(wish, buffers[item], priority))
    parts = tuple((d // DAY, q) for d, q in _delivered(own))
    if own.on_time:
        return PromiseReply(wish=wish, item=item, priority=priority, parts=parts, short=0.0, limit=None, sources=(), choices=None)
    sources = tuple(_sources(ask, buffers, items, elsewhere, wish, item))
    return PromiseReply(
        wish=wish,
        item=item,
        priority=priority,
        parts=parts,
        short=own.short,
        limit=main_limit(own),
        sources=sources,
        choices=alternatives(wish, sources),
    )


Asker = Callable[[str, bool, float, int | None], Answer]


def _asker(state: State, wish: Wish, priority: int) -> Asker:
    """Ask the plan for the wish from a buffer: in parts or not, smallest part [pcs], most days late (None = any) [d]."""

    @cache
    def ask(buffer: str, partial: bool, least: float, max_late: int | None) -> Answer:
        return capable(state, _request(wish, buffer, priority, partial, least, max_late))

    return ask


def own_request(wish: Wish, buffer: str, priority: int, name: str = "request") -> Request:
    """What our own promise is asked for: in parts only where the customer has stated a smallest one.

    >>> own_request(Wish(qty=6, day=3), "lamp", 1).partial
    False
    """
    return replace(_request(wish, buffer, priority, wish.min_shipment is not None, wish.min_shipment or 0.0, wish.max_late), name=name)


def _request(wish: Wish, buffer: str, priority: int, partial: bool, least: float, max_late: int | None) -> Request:
    return Request(
        name="request",
        buffer=buffer,
        quantity=wish.qty,
        due=wish.day * DAY,
        priority=priority,
        partial=partial,
        min_shipment=least,
        max_lateness=None if max_late is None else max_late * DAY,
    )


def _delivered(answer: Answer) -> list[tuple[int, float]]:
    """Moments and pieces, those of one moment together [s, pcs]."""
    found: dict[int, float] = {}
    for delivery in answer.deliveries:
        found[delivery.time] = found.get(delivery.time, 0.0) + delivery.quantity
    return sorted(found.items())


def _sources(ask: Asker, buffers: Sequence[str], items: Sequence[str], elsewhere: Elsewhere, wish: Wish, item: int) -> Iterator[SiteGoods]:
    yield _ours(ask, wish, buffers[item], items[item])
    yield from elsewhere.at_sites(item, items[item], rank=1)
    for place, (other, cost) in enumerate(elsewhere.substitutes_of(item), start=1):
        yield _ours(ask, wish, buffers[other], items[other], substitute=True, extra_cost=cost, rank=100 * place)
        yield from elsewhere.at_sites(other, items[other], substitute=True, extra_cost=cost, rank=100 * place + 1)


def _ours(ask: Asker, wish: Wish, buffer: str, name: str, *, substitute: bool = False, extra_cost: float = 0.0, rank: int = 0) -> SiteGoods:
    """What our own plant can deliver of an item, by day: in parts as they come, and all at once."""
    in_parts = ask(buffer, True, 0.0, None)
    parts = _delivered(in_parts)
    once = in_parts if len(parts) == 1 else ask(buffer, False, 0.0, None)
    day, pieces = stepwise(np.array([t // DAY for t, _ in parts], dtype=np.int64), np.array([q for _, q in parts]), wish.qty)
    at_once = None if once.last is None or once.short > 0 else once.last // DAY
    return SiteGoods(item=name, substitute=substitute, extra_cost=extra_cost, rank=rank, day=day, pieces=pieces, at_once=at_once)
