"""Shelf life: what a plan would use too old, what expires unused, and the plan that does without.

A plan is sought as if goods kept for ever. Then every item is walked through, what expires first being used first; where something
would be used after its last day, what expires is taken out on that day as demand of its own, and the plan is sought again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeVar

import numpy as np

from e2esim.planning.factory.case import PlanCase
from e2esim.planning.factory.frozen import Remainder
from e2esim.planning.factory.money import among_orders
from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem
from e2esim.planning.factory.result import PlanResult

MOST_PLANS = 4  # plans that are sought until nothing is used too old
EPS = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class ShelfLife:
    """Days that an item may lie in stock, (n_items,) [d], inf where it keeps for ever; batches of stock: item, pieces, last day of use [d]."""

    days: Floats
    batch_item: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    batch_qty: Floats = field(default_factory=lambda: np.zeros(0))
    batch_last: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def items(self) -> Ints:
        """Items of which something may expire."""
        return np.union1d(np.flatnonzero(np.isfinite(self.days)), self.batch_item).astype(np.int64)


class Gone(NamedTuple):
    """What expires unused: item row, the day after its last one [d], pieces, whether a lot of our own."""

    item: int
    day: int
    qty: float
    made: bool


class Batch(NamedTuple):
    """Pieces that are there from a day on and may be used until another; whether a lot of our own."""

    day: int
    last: float
    qty: float
    made: bool


@dataclass(frozen=True, kw_only=True)
class Aged:
    """What expires, and the pieces of each item that the plan would use too old, by item row: what was bought, and lots of our own."""

    gone: tuple[Gone, ...]
    stale: dict[int, float]
    old_lots: dict[int, float]


def walk_batches(batches: list[Batch], uses: list[tuple[int, float]]) -> tuple[list[tuple[int, float, bool]], float]:
    """What of one item expires before its last use (day after the last one, pieces, made), and the pieces for which nothing good is there.

    At each use the good batch that expires first is taken.

    Examples
    --------
    Ten pieces keep until day 3, five more come on day 8: of the use of twelve on day 8 only five are good.

    >>> walk_batches([Batch(0, 3, 10.0, False), Batch(8, 99, 5.0, False)], [(2, 1.0), (8, 12.0)])
    ([(4, 9.0, False)], 7.0)
    """
    left, lacking = [batch.qty for batch in batches], 0.0
    order = sorted(range(len(batches)), key=lambda k: (batches[k].last, batches[k].day))
    for day, need in sorted(uses):
        qty = need
        for k in order:
            if batches[k].day <= day <= batches[k].last and qty > EPS:
                taken = min(qty, left[k])
                left[k] -= taken
                qty -= taken
        lacking += max(qty, 0.0)
    end = max((day for day, _ in uses), default=0)
    return [(int(batches[k].last) + 1, left[k], batches[k].made) for k in order if left[k] > EPS and batches[k].last < end], lacking


def aged(case: PlanCase, left: PlanProblem, result: PlanResult) -> Aged:
    """Walk a plan through: what expires and what is used too old, of every item with a shelf life."""
    shelf, net = case.shelf, network(left)
    assert shelf is not None
    row, node, per = net.inputs_of(result.lot_step)
    kept = ~np.isin(result.delivery_order, scrap_rows(case))
    used = np.r_[node, left.order_item[result.delivery_order[kept]]]
    day = np.r_[result.lot_start[row], result.delivery_day[kept]]
    qty = np.r_[result.lot_qty[row] * per, result.delivery_qty[kept]]
    gone: list[Gone] = []
    stale: dict[int, float] = {}
    old: dict[int, float] = {}
    for item in shelf.items().tolist():
        mine = used == item
        uses = list(zip(day[mine].tolist(), qty[mine].tolist(), strict=True))
        lost, lacking = walk_batches(_batches(shelf, item, left, result, net.step_output[result.lot_step]), uses)
        gone += [Gone(item, *one) for one in lost]
        own = min(lacking, sum(pieces for _, pieces, made in lost if made))
        if own > EPS:
            old[item] = own
        if lacking - own > EPS:
            stale[item] = lacking - own
    return Aged(gone=tuple(gone), stale=stale, old_lots=old)


def _batches(shelf: ShelfLife, item: int, left: PlanProblem, result: PlanResult, out: Ints) -> list[Batch]:
    """Stock by its batches, the rest as fresh as today, and everything that comes."""
    keeps, found, rest = float(shelf.days[item]), [], float(left.on_hand[item])
    for k in np.flatnonzero(shelf.batch_item == item).tolist():
        some = min(float(shelf.batch_qty[k]), rest)
        found.append(Batch(-1, float(shelf.batch_last[k]), some, False))
        rest -= some
    found.append(Batch(-1, keeps, rest, False))
    come, bought, made = left.receipt_item == item, left.source_item[result.purchase_source] == item, out == item
    for days, pieces, ours in (
        (left.receipt_day[come], left.receipt_qty[come], False),
        (result.purchase_received[bought], result.purchase_qty[bought], False),
        (result.lot_end[made], result.lot_qty[made], True),
    ):
        found += [Batch(int(d), d + keeps, float(q), ours) for d, q in zip(days.tolist(), pieces.tolist(), strict=True)]
    return found


def scrap_rows(case: PlanCase) -> Ints:
    """Orders of the case that take out what expires."""
    first = case.n_orders + case.n_firm
    return np.arange(first, first + case.n_scrap)


def with_scrap(case: PlanCase, found: Aged) -> PlanCase:
    """The case with what expires of stock and purchases taken out on its day; ``case`` has none of that yet."""
    facts, at = case.facts, case.n_orders + case.n_firm
    rows = [one for one in found.gone if not one.made and one.day < 7 * facts.n_weeks]
    item = np.array([one.item for one in rows], dtype=np.int64)
    highest = int(facts.order_priority.min(initial=1))
    more = replace(
        facts,
        orders=(*facts.orders[:at], *(f"{facts.items[one.item]} expires {k}" for k, one in enumerate(rows)), *facts.orders[at:]),
        order_item=np.insert(facts.order_item, at, item),
        order_qty=np.insert(facts.order_qty, at, np.array([one.qty for one in rows])),
        order_due=np.insert(facts.order_due, at, np.array([one.day for one in rows], dtype=np.int64)),
        order_priority=np.insert(facts.order_priority, at, np.full(item.size, highest, dtype=np.int64)),
        order_least=np.insert(facts.order_least, at, np.zeros(item.size)) if facts.order_least.size else facts.order_least,
    )
    customers = (*case.order_customer[:at], *["scrap"] * item.size, *case.order_customer[at:])
    return replace(case, facts=more, order_customer=customers, n_scrap=item.size, money=among_orders(case.money, at, item.size))


Sought = TypeVar("Sought", bound=tuple[PlanCase, Remainder, PlanResult, object])


def nothing_too_old(case: PlanCase, seek: Callable[[PlanCase], Sought]) -> tuple[Sought, Aged]:
    """The plan of which nothing is used too old, else of which least is; ``seek`` makes the plan of a case, and may say more of it."""
    found = seek(case)
    best, least = found, aged(found[0], found[1].problem, found[2])
    told = least
    for _ in range(MOST_PLANS - 1):
        if not told.stale:
            break
        found = seek(with_scrap(case, told))
        told = aged(found[0], found[1].problem, found[2])
        if sum(told.stale.values()) < sum(least.stale.values()) - EPS:
            best, least = found, told
    return best, least
