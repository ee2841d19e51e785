"""Who would wait if a wanted day were insisted upon: orders of the same item give way, the least important first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from e2esim.planning.ctp.capable import promise
from e2esim.planning.ctp.model import DAY
from e2esim.planning.ctp.request import Request
from e2esim.planning.ctp.state import State
from e2esim.planning.promise.sources import EPS, Wish


@dataclass(frozen=True, kw_only=True)
class Held:
    """An order that the plan serves from a buffer.

    Parameters
    ----------
    order
        Its row.
    buffer, due, priority
        Where it is served from; wanted day [d from today]; 1 goes first.
    parts
        What the plan delivers: days and pieces [d from today, pcs].
    """

    order: int
    buffer: str
    due: int
    priority: int
    parts: tuple[tuple[int, float], ...]

    @property
    def qty(self) -> float:
        """All that is delivered [pcs]."""
        return sum(qty for _, qty in self.parts)

    @property
    def last(self) -> int:
        """Day of the last delivery."""
        return max(day for day, _ in self.parts)


@dataclass(frozen=True, kw_only=True)
class Slip:
    """An order that comes later: day of its last delivery before and after; None = not inside the calendar."""

    order: int
    qty: float
    before: int
    after: int | None


@dataclass(frozen=True, kw_only=True)
class Insisted:
    """Whether the wanted day can be met by letting others wait, and who waits."""

    possible: bool
    slips: tuple[Slip, ...]


def insist(state: State, wish: Wish, buffer: str, held: Sequence[Held]) -> Insisted:
    """Serve a wish on its day whatever it costs others, and see what becomes of them; the state is left as it was.

    Parameters
    ----------
    state
        The plan.
    wish, buffer
        What is wanted on which day, and where it is served from.
    held
        Orders that the plan serves.

    Notes
    -----
    Lots and purchases of the plan stay; what is given up are finished goods that wait for other orders of the item. At
    the first day on which the wish would leave too few, an order served by then gives way: the least important, then
    the one due last. Those that gave way are promised again, the most important first, as soon as can be.

    Examples
    --------
    >>> from e2esim.planning.ctp.model import Buffer, CtpModel, buy
    >>> lamps = CtpModel(buffers=(Buffer(name="lamp", on_hand=5),), operations=(buy("lamp", lead_time=9 * DAY),), grid=DAY)
    >>> state = State(lamps)
    >>> state.move(0, "", 4 * DAY, -5.0)  # the plan delivers all to order 7
    >>> insist(state, Wish(qty=3, day=2), "lamp", [Held(order=7, buffer="lamp", due=4, priority=2, parts=((4, 5.0),))])
    Insisted(possible=True, slips=(Slip(order=7, qty=5.0, before=4, after=9),))
    """
    mark, row = state.mark(), state.net.buffer_row[buffer]
    waiting = sorted((order for order in held if order.buffer == buffer and order.parts), key=lambda order: (-order.priority, -order.due))
    moved: list[Held] = []
    while not _served(state, wish, buffer):
        short_on = _short_on(state, row, wish)
        giving = next((order for order in waiting if min(day for day, _ in order.parts) <= short_on), None)
        if giving is None:
            state.undo(mark)
            return Insisted(possible=False, slips=())
        waiting.remove(giving)
        moved.append(giving)
        for day, qty in giving.parts:
            state.move(row, "", day * DAY, qty)
    again = [_again(state, order) for order in sorted(moved, key=lambda order: (order.priority, order.due))]
    state.undo(mark)
    return Insisted(possible=True, slips=tuple(slip for slip in again if slip.after is None or slip.after > slip.before))


def _served(state: State, wish: Wish, buffer: str) -> bool:
    """Book the wish on its day; False, and nothing booked, where that cannot be."""
    mark = state.mark()
    request = Request(name="insisted", buffer=buffer, quantity=wish.qty, due=wish.day * DAY, partial=False, max_lateness=0)
    if promise(state, request).short <= 0:
        return True
    state.undo(mark)
    return False


def _short_on(state: State, row: int, wish: Wish) -> int:
    """First day from the wanted one on which stock would be less than the wish takes."""
    line = state.stock_of(row)
    at = line.index(wish.day * DAY)
    short = next((k for k in range(at, len(line.times)) if line.levels[k] < wish.qty - EPS), len(line.times) - 1)
    return max(line.times[short] // DAY, wish.day)


def _again(state: State, order: Held) -> Slip:
    """Promise an order that gave way again, in parts as the plan may, not before the plan would."""
    request = Request(name=str(order.order), buffer=order.buffer, quantity=order.qty, due=order.last * DAY, priority=order.priority)
    answer = promise(state, request)
    after = None if answer.short > 0 or answer.last is None else answer.last // DAY
    return Slip(order=order.order, qty=order.qty, before=order.last, after=after)
