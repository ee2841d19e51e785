"""A constrained plan, order by order: the answers to a whole order book, each around those before it.

For a day-grid factory with a whole order book use `planning.factory`, which plans all orders at once; this plan serves
where each order must be answered before the next is known, and networks that the factory's facts do not cover
(continuous time, change-overs, several sites, goods made to order).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from e2esim.planning.ctp.answer import Answer, Work
from e2esim.planning.ctp.capable import promise
from e2esim.planning.ctp.model import NEVER, CtpModel
from e2esim.planning.ctp.network import EPS
from e2esim.planning.ctp.request import Request, in_precedence
from e2esim.planning.ctp.search import Search
from e2esim.planning.ctp.state import State


@dataclass(frozen=True, kw_only=True, eq=False)
class OrderPlan:
    """Answers in the order in which they were given, the work that rebuilds safety stock, and the state they leave."""

    answers: tuple[Answer, ...]
    safety_work: tuple[Work, ...]
    state: State

    def __getitem__(self, name: str) -> Answer:
        """The answer to an order."""
        return next(a for a in self.answers if a.request.name == name)


def plan_in_order(model: CtpModel, requests: Iterable[Request]) -> OrderPlan:
    """Plan demands one after the other, by priority and then due date; safety stock is rebuilt with what is left.

    Parameters
    ----------
    model
        The facts.
    requests
        The order book.

    Examples
    --------
    >>> from e2esim.planning.ctp.model import DAY, Buffer, buy
    >>> shop = CtpModel(buffers=(Buffer(name="lamp", on_hand=4),), operations=(buy("lamp", lead_time=7 * DAY),))
    >>> book = [Request(name=n, buffer="lamp", quantity=3, due=DAY, priority=p) for n, p in (("A", 2), ("B", 1))]
    >>> [(a.request.name, a.by(DAY)) for a in plan_in_order(shop, book).answers]
    [('B', 3), ('A', 1.0)]
    """
    state = State(model)
    answers = cancel_superfluous(state, [promise(state, request) for request in in_precedence(requests)])
    return OrderPlan(answers=tuple(answers), safety_work=tuple(restore_safety_stock(state)), state=state)


def cancel_superfluous(state: State, answers: list[Answer]) -> list[Answer]:
    """Take back booked lots that later and larger ones have made superfluous; the answers with the work that is left.

    A lot is superfluous when stock never falls below zero without it; products are looked at before their parts.
    """
    rank = {row: k for k, row in enumerate(_downstream_first(state))}
    rows = state.net.buffer_row
    lots = [(rank[rows[w.gives[0][0]]], -w.available, k, n) for k, a in enumerate(answers) for n, w in enumerate(a.work) if w.gives]
    gone: set[tuple[int, int]] = set()
    for _, _, k, n in sorted(lots):
        work = answers[k].work[n]
        if all(state.stock_of(rows[name], batch).free(work.available) >= quantity - EPS for name, batch, quantity in work.gives):
            state.book(work, -1.0)
            gone.add((k, n))
    return [replace(a, work=tuple(w for n, w in enumerate(a.work) if (k, n) not in gone)) for k, a in enumerate(answers)] if gone else answers


def restore_safety_stock(state: State) -> list[Work]:
    """Bring stock back to its targets as early as supply allows, buffers nearest to customers first; books the work.

    A target that nothing can reach stays missed; demands are never touched, for only free supply is used.
    """
    done = len(state.work)
    for row in _downstream_first(state):
        for time, target in state.model.buffers[row].safety_stock:
            _reach(state, row, max(time, state.model.now), target)
    return state.work[done:]


def _reach(state: State, row: int, time: int, target: float) -> None:
    """Lift the level from ``time`` on to the target, until the next target takes over; later when it must be."""
    fact = state.model.buffers[row]
    until = next((t for t, _ in fact.safety_stock if t > time), NEVER)
    search = Search(state)
    while time < until and time <= state.model.horizon:
        line = state.stock_of(row)
        i = line.index(time)
        low = next((k for k in range(i, len(line.times)) if line.levels[k] < target - EPS and line.times[k] < until), -1)
        if low < 0:
            return
        when = max(time, line.times[low])
        reply = search.supply(row, target - line.levels[low], when)
        if reply.quantity > EPS and not reply.ok:
            search.supply(row, reply.quantity, when)
        time = when if reply.ok else max(reply.retry, when + 1)


def _downstream_first(state: State) -> list[int]:
    """Buffers, those that feed no other first."""
    feeds: list[set[int]] = [set() for _ in state.model.buffers]
    for way in state.net.all_ways:
        for taken, _ in way.takes:
            feeds[taken] |= {b for b, _ in way.gives}
    order: list[int] = []
    seen: set[int] = set()

    def visit(row: int) -> None:
        if row not in seen:
            seen.add(row)
            for other in feeds[row]:
                visit(other)
            order.append(row)

    for row in range(len(feeds)):
        visit(row)
    return order
