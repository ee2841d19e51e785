"""Ways out: the smallest relaxations of hours, material and dates that bring all or some orders on time.

Owns the elastic form of the fractional plan. Every limit may be exceeded at a cost: more hours in a week, more pieces of
a bought item on a day, a later date for pieces of an order. The optimum is the cheapest mix; with some kinds closed it
is the cheapest way by the rest, and what no amount of them can bring on time stays late and is told.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from e2esim.planning.factory.flow_lp import minimum
from e2esim.planning.factory.flow_model import Demand, Flags, FlowModel, flow_model
from e2esim.planning.factory.limits import SlotGrid
from e2esim.planning.factory.money import PlanMoney
from e2esim.planning.factory.network import MaterialNetwork
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem

LAST = 1e4  # with some kinds closed lateness costs so many times more: it is what is left, not a choice
OTHERS = 0.01  # orders outside the chosen set give way at this share of their cost
SOON = 1e-4  # a piece on day 0 costs so much more, relative, than one at the end: none is asked for sooner than needed
LATE_DAY = 1e-6  # a day later costs this share of being late: among equally cheap ways the shortest delays
LEAST = 1e-5  # amounts below are rounding [h, pcs]


class ReliefKind(IntEnum):
    """What is relaxed: hours of a week, pieces of an item by a day, the date of an order's pieces."""

    HOURS = 0
    MATERIAL = 1
    DATE = 2


@dataclass(frozen=True, kw_only=True)
class Relief:
    """One relaxation: `amount` hours at work centre `place` in the week of `day`, pieces of item `place` by `day`, or
    pieces of order `place`, due on `day`, delivered `days` later (-1: not inside the days looked at).
    """

    kind: ReliefKind
    place: int
    day: int
    amount: float
    eur: float
    days: int = 0


@dataclass(frozen=True, kw_only=True)
class WayOut:
    """A set of reliefs.

    Parameters
    ----------
    name
        ``mix``, ``hours``, ``material``, ``dates``: which kinds may be used; ``fewest``: fewest places of any kind.
    eur
        Their cost [EUR]; of `left` nothing is in it.
    left
        Pieces that stay late because no amount of what is allowed brings them on time [pcs].
    bound
        Proven least: EUR for the cheapest ways, places for ``fewest``.
    proven
        Whether nothing smaller exists in the fractional plan.
    """

    name: str
    reliefs: tuple[Relief, ...]
    eur: float
    left: float
    bound: float
    proven: bool


KINDS: dict[str, frozenset[ReliefKind]] = {
    "mix": frozenset(ReliefKind),
    "hours": frozenset({ReliefKind.HOURS}),
    "material": frozenset({ReliefKind.MATERIAL}),
    "dates": frozenset({ReliefKind.DATE}),
}


def others_later(way: WayOut) -> bool:
    """Whether a way by one kind of relief costs other orders their date.

    Examples
    --------
    >>> later = Relief(kind=ReliefKind.DATE, place=0, day=3, amount=5.0, eur=1.0, days=2)
    >>> [others_later(WayOut(name=n, reliefs=(later,), eur=1.0, left=0.0, bound=1.0, proven=True)) for n in ("hours", "dates")]
    [True, False]
    """
    return way.name in ("hours", "material") and any(r.kind == ReliefKind.DATE for r in way.reliefs)


def beyond_the_plan(way: WayOut, late: Floats, chosen: Flags) -> WayOut:
    """A way without the later dates of orders outside the chosen set that the plan has late anyway, (n_orders,) pieces of each.

    Examples
    --------
    >>> later = tuple(Relief(kind=ReliefKind.DATE, place=k, day=3, amount=5.0, eur=1.0, days=2) for k in (0, 1))
    >>> way = WayOut(name="hours", reliefs=later, eur=2.0, left=0.0, bound=2.0, proven=True)
    >>> done = beyond_the_plan(way, np.array([5.0, 1.0]), np.zeros(2, bool))
    >>> [(r.place, r.amount) for r in done.reliefs], done.eur
    ([(1, 4.0)], 0.8)
    """
    if way.name == "fewest":
        return way
    kept = []
    for r in way.reliefs:
        more = r.amount - float(late[r.place]) if r.kind == ReliefKind.DATE and not chosen[r.place] else r.amount
        if more > LEAST:
            kept.append(replace(r, amount=more, eur=r.eur * more / r.amount))
    eur = float(sum(r.eur for r in kept))
    return replace(way, reliefs=tuple(kept), eur=eur, bound=eur)


@dataclass(frozen=True, kw_only=True, eq=False)
class Elastic:
    """A model with a relief column for every row of hours and every event of what is bought, behind its own columns."""

    model: FlowModel
    hour_rows: Ints
    piece_rows: Ints
    cell_orders: tuple[Ints, ...]
    chosen: Flags
    late_eur: Floats

    @property
    def first(self) -> int:
        """First relief column."""
        return int(self.model.cost.size)


def ways_out(
    problem: PlanProblem, net: MaterialNetwork, grid: SlotGrid, money: PlanMoney, *, chosen: Flags | None = None, time_limit_s: float = 5.0
) -> tuple[WayOut, ...]:
    """The cheapest ways to bring orders on time: by any mix, by one kind only; best first.

    Parameters
    ----------
    grid
        See `limits.pricing_grid`; orders due before day 0 are outside, nothing brings them on time.
    chosen : (n_orders,)
        Orders that must be on time; all by default. The others keep their place only where it costs little.

    Returns
    -------
    tuple of WayOut
        Those that leave least late first, then the cheapest; empty when all is on time, or time was up.

    Examples
    --------
    >>> from e2esim.planning.factory.limits import pricing_grid
    >>> from e2esim.planning.factory.money import usual_money
    >>> from e2esim.planning.factory.network import network
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> p = synthetic_problem(np.random.default_rng(3), finished=3, parts=3, bought=4, centres=3, orders=30, weeks=8, load=1.3)
    >>> [w.name for w in ways_out(p, network(p), pricing_grid(p, network(p)), usual_money(p))][0]
    'mix'
    """
    until = time.perf_counter() + time_limit_s
    elastic = elastic_model(problem, net, grid, money, chosen)
    found = []
    for name, kinds in KINDS.items():
        left_s = until - time.perf_counter()
        way = cheapest(problem, elastic, money, name, allowed_by(elastic, kinds), left_s) if left_s > 0 and elastic.model.cell_qty.size else None
        if way is not None:
            found.append(way)
    if any(not w.reliefs and not w.left for w in found):
        return ()
    return tuple(sorted(found, key=lambda w: (round(w.left, 4), round(w.eur, 4), list(KINDS).index(w.name))))


def elastic_model(problem: PlanProblem, net: MaterialNetwork, grid: SlotGrid, money: PlanMoney, chosen: Flags | None = None) -> Elastic:
    """The model in which limits may be exceeded; a demand cell holds orders of one item, day and late cost."""
    days = grid.days
    inside = (problem.order_due >= 0) & (problem.order_due < days) & (problem.order_qty > 0)
    must = np.ones(len(problem.orders), dtype=bool) if chosen is None else chosen
    cost = money.late_eur * np.where(must, 1.0, OTHERS)
    prices, code = np.unique(np.stack([cost, must.astype(np.float64)]), axis=1, return_inverse=True)
    rows = np.flatnonzero(inside)
    key = np.stack([problem.order_item[rows], problem.order_due[rows], code.ravel()[rows] + 1])
    cell, where = np.unique(key, axis=1, return_inverse=True)
    qty = np.bincount(where.ravel(), weights=problem.order_qty[rows], minlength=cell.shape[1]).astype(np.float64)
    demand = Demand(item=cell[0], day=cell[1], qty=qty, weight=cell[2].astype(np.float64))
    model = flow_model(problem, net, grid.slots, demand, delay=1.0, every_day=True, every_due=True)
    bought = np.ones(net.n_nodes, dtype=bool)
    bought[problem.step_item] = False
    bought[problem.n_items :] = False
    of = np.round(model.cell_weight).astype(np.int64) - 1
    return Elastic(
        model=model,
        hour_rows=np.arange(model.first_cap, model.low.size),
        piece_rows=np.flatnonzero(bought[model.events.node]),
        cell_orders=_orders_of(problem, net, model, rows, code.ravel()),
        chosen=prices[1][of] > 0,
        late_eur=prices[0][of],
    )


def _orders_of(problem: PlanProblem, net: MaterialNetwork, model: FlowModel, rows: Ints, code: Ints) -> tuple[Ints, ...]:
    """Orders of every demand cell, by due day."""
    e = model.events
    event = np.searchsorted(e.keys, problem.order_item * e.stride + problem.order_due, side="right") - 1
    at = {(int(k), int(w)): n for n, (k, w) in enumerate(zip(model.cell_event, np.round(model.cell_weight), strict=True))}
    found: list[list[int]] = [[] for _ in at]
    for j in rows[np.argsort(problem.order_due[rows], kind="stable")].tolist():
        if problem.order_due[j] < net.free_from[problem.order_item[j]]:
            found[at[int(event[j]), int(code[j]) + 1]].append(j)
    return tuple(np.array(orders, dtype=np.int64) for orders in found)


@dataclass(frozen=True, kw_only=True, eq=False)
class Allowed:
    """Which hour rows, rows of pieces and demand cells may give way."""

    hours: Flags
    pieces: Flags
    cells: Flags


def allowed_by(elastic: Elastic, kinds: frozenset[ReliefKind]) -> Allowed:
    """Everything of some kinds."""
    return Allowed(
        hours=np.full(elastic.hour_rows.size, ReliefKind.HOURS in kinds),
        pieces=np.full(elastic.piece_rows.size, ReliefKind.MATERIAL in kinds),
        cells=np.full(elastic.model.cell_qty.size, ReliefKind.DATE in kinds),
    )


def cheapest(problem: PlanProblem, elastic: Elastic, money: PlanMoney, name: str, allowed: Allowed, time_limit_s: float) -> WayOut | None:
    """The cheapest reliefs among those that are allowed, None when time is up."""
    m = elastic.model
    late = elastic.late_eur * np.where(elastic.chosen & ~allowed.cells, LAST, 1.0)
    upper = np.concatenate([m.upper, np.where(np.r_[allowed.hours, allowed.pieces], np.inf, 0.0)])
    rows = np.concatenate([elastic.hour_rows, elastic.piece_rows])
    sign = np.where(rows >= m.first_cap, -1.0, 1.0)
    values = minimum(m.rows_with(rows, sign), _costs(problem, elastic, money, late), upper, m.low, m.high, time_limit_s)
    return None if values is None else _read(problem, elastic, money, values, name, allowed)


def _costs(problem: PlanProblem, elastic: Elastic, money: PlanMoney, late: Floats) -> Floats:
    """Cost of every column [EUR]."""
    m, e = elastic.model, elastic.model.events
    own = m.cost.copy()
    own[m.first_u : m.first_u + late.size] = -late
    first_b = m.first_u + late.size
    day_eur = np.full(problem.n_items, np.inf)
    np.minimum.at(day_eur, e.node[m.cell_event], LATE_DAY * elastic.late_eur)
    own[first_b : first_b + m.late_event.size] *= np.where(np.isfinite(day_eur), day_eur, 0.0)[e.node[m.late_event]]
    hours = money.hour_eur[m.caps // problem.n_weeks]
    sooner = 1.0 + SOON * (1.0 - e.day[elastic.piece_rows] / max(1, int(e.day.max(initial=1))))
    return np.concatenate([own, hours, money.piece_eur[e.node[elastic.piece_rows]] * sooner])


def _read(problem: PlanProblem, elastic: Elastic, money: PlanMoney, values: Floats, name: str, allowed: Allowed) -> WayOut:
    m, e = elastic.model, elastic.model.events
    split = elastic.first + elastic.hour_rows.size
    reliefs = []
    for k in np.flatnonzero(values[elastic.first : split] > LEAST).tolist():
        centre, week = divmod(int(m.caps[k]), problem.n_weeks)
        hours = float(values[elastic.first + k])
        reliefs.append(Relief(kind=ReliefKind.HOURS, place=centre, day=7 * week, amount=hours, eur=hours * float(money.hour_eur[centre])))
    for k in np.flatnonzero(values[split:] > LEAST).tolist():
        row, pieces = int(elastic.piece_rows[k]), float(values[split + k])
        item = int(e.node[row])
        reliefs.append(Relief(kind=ReliefKind.MATERIAL, place=item, day=int(e.day[row]), amount=pieces, eur=pieces * float(money.piece_eur[item])))
    short = np.maximum(m.cell_qty - values[m.first_u : m.first_u + m.cell_qty.size], 0.0)
    stuck = elastic.chosen & ~allowed.cells
    reliefs += _dates(problem, elastic, values, np.where(stuck, 0.0, short))
    eur = float(sum(relief.eur for relief in reliefs))
    left = float(short[stuck].sum())
    return WayOut(name=name, reliefs=tuple(reliefs), eur=eur, left=left if left > LEAST else 0.0, bound=eur, proven=True)


def _dates(problem: PlanProblem, elastic: Elastic, values: Floats, short: Floats) -> list[Relief]:
    """Late pieces of every cell, given to its last orders, with the days until they come (first due, first served)."""
    m, e = elastic.model, elastic.model.events
    came = values[m.first_u + short.size + m.late_event.size :][: m.late_event.size].copy()
    found = []
    for cell in np.lexsort((elastic.late_eur, e.day[m.cell_event])).tolist():
        open_pieces = float(short[cell])
        for order in elastic.cell_orders[cell][::-1].tolist():
            pieces = min(open_pieces, float(problem.order_qty[order]))
            if pieces <= LEAST:
                break
            open_pieces -= pieces
            due = int(problem.order_due[order])
            day = _come(m, came, int(m.cell_event[cell]), due, pieces)
            eur = pieces * float(elastic.late_eur[cell])
            found.append(Relief(kind=ReliefKind.DATE, place=order, day=due, amount=pieces, eur=eur, days=max(1, day - due) if day >= 0 else -1))
    return found


def _come(m: FlowModel, came: Floats, event: int, due: int, pieces: float) -> int:
    """Day on which the last of some pieces late at an event has come, taking them out of `came`; -1 if they do not."""
    e, day = m.events, -1
    for k in np.flatnonzero((m.late_event >= event) & (e.node[m.late_event] == e.node[event]) & (came > LEAST)).tolist():
        taken = min(pieces, float(came[k]))
        came[k] -= taken
        pieces -= taken
        day = max(day, int(e.day[m.late_event[k]]), due)
        if pieces <= LEAST:
            return day
    return -1
