"""What an earlier plan has released: lots and purchases that stay, and the problem that is left around them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import Any

import numpy as np

from e2esim.planning.factory.call_offs import left_beside
from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import Flags, Floats, Ints, PlanProblem
from e2esim.planning.factory.result import PegKind
from e2esim.planning.factory.shifts import DAY_H, Shifts, without
from e2esim.planning.factory.worked import hours_used

EPS = 1e-6
HOURS = 0.01  # overload of a week that rounding may make [h]


def _no_flags() -> Flags:
    return np.zeros(0, dtype=np.bool_)


@dataclass(frozen=True, kw_only=True, eq=False)
class Released:
    """Lots and purchases that stay as they are; days from today, negative for what has begun already [d, pcs].

    Parameters
    ----------
    lot_name, lot_step, lot_qty, lot_start, lot_end, lot_from, lot_to, lot_ready, lot_machine : (n_lots,)
        One row a lot and routing step, as in `PlanResult`.
    lot_fed : (n_lots,)
        Firm planned orders: the parts of their first step come to them as orders of the problem; empty: none.
    purchase_name, purchase_source, purchase_qty, purchase_ordered, purchase_received : (n_purchases,)
        Purchase orders.
    """

    lot_name: tuple[str, ...] = ()
    lot_step: Ints
    lot_qty: Floats
    lot_start: Ints
    lot_end: Ints
    lot_from: Floats
    lot_to: Floats
    lot_ready: Floats
    lot_machine: Ints
    lot_fed: Flags = field(default_factory=_no_flags)
    purchase_name: tuple[str, ...] = ()
    purchase_source: Ints
    purchase_qty: Floats
    purchase_ordered: Ints
    purchase_received: Ints


@dataclass(frozen=True, kw_only=True)
class FrozenLack:
    """What released lots need and do not have: `amount` hours of work centre `place` in the week of `day` (node -1), or
    pieces of stock node `node` for lot row `lot` on `day`.
    """

    lot: int
    node: int
    place: int
    day: int
    amount: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Remainder:
    """What is left to plan: the problem without the hours and goods of released lots, with what they bring.

    Receipts of `problem` are those of the facts, then one a released lot, then one a released purchase. `feed_*` say
    what released lots take: `PegKind` (stock or receipt) and its row. `faults` name what does not fit.
    """

    problem: PlanProblem
    feed_lot: Ints
    feed_kind: Ints
    feed_row: Ints
    feed_qty: Floats
    lacks: tuple[FrozenLack, ...]
    faults: tuple[str, ...]


def nothing_released() -> Released:
    """No lot and no purchase."""
    none, zero = np.zeros(0, dtype=np.int64), np.zeros(0)
    return Released(
        lot_step=none,
        lot_qty=zero,
        lot_start=none,
        lot_end=none,
        lot_from=zero,
        lot_to=zero,
        lot_ready=zero,
        lot_machine=none,
        purchase_source=none,
        purchase_qty=zero,
        purchase_ordered=none,
        purchase_received=none,
    )


def joined(one: Released, other: Released) -> Released:
    """What stays of both, that of the first in front."""
    fed = [some.lot_fed if some.lot_fed.size else np.zeros(some.lot_step.size, dtype=np.bool_) for some in (one, other)]
    parts = {f.name: (getattr(one, f.name), getattr(other, f.name)) for f in fields(one) if f.name != "lot_fed"}
    both: dict[str, Any] = {name: (*a, *b) if isinstance(a, tuple) else np.concatenate([a, b]) for name, (a, b) in parts.items()}
    return Released(**both, lot_fed=np.concatenate(fed))


def kept_rows(released: Released, kept: Flags) -> Released:
    """Released with some of its lots."""
    names = tuple(name for name, stay in zip(released.lot_name, kept, strict=True) if stay)
    columns = [f.name for f in fields(released) if f.name.startswith("lot_") and f.name != "lot_name"]
    some = {name: getattr(released, name)[kept] for name in columns if getattr(released, name).size}
    return replace(released, lot_name=names, **some)


def around(problem: PlanProblem, released: Released) -> Remainder:
    """The problem that is left when released lots and purchases stay.

    Lots that begin on day 0 or later take their hours and parts out of the problem; those that began before have taken
    both already and only bring their output. A lot takes the latest supply that is there in time, which leaves the
    early ones to others.

    Examples
    --------
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> p = synthetic_problem(np.random.default_rng(1), finished=2, parts=2, bought=3, centres=3, orders=5, weeks=4)
    >>> bool(around(p, nothing_released()).problem.capacity_h.sum() == p.capacity_h.sum())
    True
    """
    net = network(problem)
    room, lacks = _room(problem, released)
    n, old = problem.n_items, problem.receipt_item.size
    node = np.concatenate(
        [
            np.arange(n),
            problem.receipt_item,
            net.step_output[released.lot_step],
            problem.source_item[released.purchase_source],
        ]
    )
    bought = np.maximum(released.purchase_received, 0)
    hour = np.concatenate([np.full(n, -1.0), DAY_H * problem.receipt_day, np.maximum(released.lot_ready, 0.0), DAY_H * bought])
    qty = np.concatenate([problem.on_hand, problem.receipt_qty, released.lot_qty, released.purchase_qty])
    ahead = np.flatnonzero(released.lot_start >= 0)
    row, used, per = net.inputs_of(released.lot_step[ahead])
    need = released.lot_qty[ahead][row] * per
    if released.lot_fed.size:
        need = np.where(released.lot_fed[ahead][row] & (used < problem.n_items), 0.0, need)
    feeds: list[tuple[int, int, float]] = []
    for k in np.lexsort((row, released.lot_from[ahead][row])):
        lot = int(ahead[row[k]])
        short = _take(feeds, lot, float(need[k]), node == used[k], hour, qty, float(released.lot_from[lot]))
        if short > EPS:
            lacks.append(FrozenLack(lot=lot, node=int(used[k]), place=-1, day=int(released.lot_start[lot]), amount=short))
    table = np.array([(lot, supply) for lot, supply, _ in feeds], dtype=np.int64).reshape(-1, 2)
    stock = table[:, 1] < n
    left = replace(
        problem,
        capacity_h=np.maximum(room, 0.0),
        shifts=_free_shifts(problem, released),
        source_left=left_beside(problem, released.purchase_source, released.purchase_qty, released.purchase_ordered),
        on_hand=qty[:n],
        receipt_item=node[n:].astype(np.int64),
        receipt_day=np.ceil(hour[n:] / DAY_H - 1e-6).astype(np.int64),
        receipt_qty=qty[n:],
    )
    assert left.receipt_item.size == old + released.lot_step.size + released.purchase_source.size
    return Remainder(
        problem=left,
        feed_lot=table[:, 0],
        feed_kind=np.where(stock, int(PegKind.STOCK), int(PegKind.RECEIPT)).astype(np.int64),
        feed_row=np.where(stock, table[:, 1], table[:, 1] - n),
        feed_qty=np.array([q for _, _, q in feeds], dtype=np.float64),
        lacks=tuple(lacks),
        faults=tuple(_told(problem, released, lack) for lack in lacks),
    )


def let_go(problem: PlanProblem, released: Released) -> Released:
    """Released without the lots that cannot be kept: those that lack goods, and the last ones of weeks without room.

    Lots that only the output of such lots feeds follow them. What is left lacks nothing.
    """
    while True:
        lacks = around(problem, released).lacks
        if not lacks:
            return released
        gone = {lack.lot for lack in lacks if lack.node >= 0} or {_last_in(problem, released, lacks[0])}
        released = kept_rows(released, np.array([k not in gone for k in range(released.lot_step.size)], dtype=np.bool_))


def _last_in(problem: PlanProblem, released: Released, lack: FrozenLack) -> int:
    """The lot that starts last at a work centre in an overloaded week."""
    here = (problem.step_centre[released.lot_step] == lack.place) & (released.lot_start // 7 == lack.day // 7) & (released.lot_start >= 0)
    rows = np.flatnonzero(here)
    return int(rows[released.lot_start[rows].argmax()])


def _room(problem: PlanProblem, released: Released) -> tuple[Floats, list[FrozenLack]]:
    """Hours left beside released lots, and the weeks in which they do not fit."""
    ahead = (released.lot_start >= 0) | (released.lot_machine >= 0)
    r = released
    room = problem.capacity_h - hours_used(problem, r.lot_step[ahead], r.lot_qty[ahead], r.lot_from[ahead], r.lot_to[ahead], r.lot_machine[ahead])
    lacks = [FrozenLack(lot=-1, node=-1, place=int(c), day=7 * int(w), amount=-float(room[c, w])) for c, w in np.argwhere(room < -HOURS)]
    return room, lacks


def _free_shifts(problem: PlanProblem, released: Released) -> Shifts | None:
    """Machines without the hours of released lots, those of lots that run on today included."""
    if problem.shifts is None or not (released.lot_machine >= 0).any():
        return problem.shifts
    rows = np.flatnonzero((released.lot_machine >= 0) & (released.lot_to > released.lot_from))
    taken = [(int(released.lot_machine[k]), float(released.lot_from[k]), float(released.lot_to[k])) for k in rows]
    return without(problem.shifts, taken)


def _take(feeds: list[tuple[int, int, float]], lot: int, need: float, here: Ints, hour: Floats, qty: Floats, start: float) -> float:
    """Take `need` from the latest supplies there on `start`, changing `qty`; returns what is missing."""
    rows = np.flatnonzero(here & (hour <= start + EPS) & (qty > EPS))
    for supply in rows[np.argsort(-hour[rows], kind="stable")]:
        if need <= EPS:
            break
        taken = min(need, float(qty[supply]))
        qty[supply] -= taken
        need -= taken
        feeds.append((lot, int(supply), taken))
    return need


def _told(problem: PlanProblem, released: Released, lack: FrozenLack) -> str:
    """A lack in words."""
    day = problem.today + timedelta(days=lack.day)
    if lack.node < 0:
        there = float(problem.capacity_h[lack.place, lack.day // 7])
        return f"work centre {problem.centres[lack.place]}, week of {day}: released lots take {there + lack.amount:.1f} h of {there:.1f} h"
    what = problem.items[lack.node] if lack.node < problem.n_items else f"work before step {problem.step_name[released.lot_step[lack.lot]]}"
    item = problem.items[problem.step_item[released.lot_step[lack.lot]]]
    return f"lot {released.lot_name[lack.lot]} of {item} starts on {day}: {lack.amount:g} of {what} are missing then"
