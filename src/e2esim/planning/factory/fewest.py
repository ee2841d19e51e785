"""The fewest places that must give way so that all chosen orders are on time: proven smallest, or bounded.

Owns a search by hitting sets (implicit hitting sets, Moreno-Centeno and Karp, 2013; the cuts are those of combinatorial
Benders, Codato and Fischetti, 2006). A place is the hours of a work centre in a week, a bought item on any day, or the
date of the orders of one item, day and late cost. A set of open places either brings all orders on time, or the dual
prices of what stays late name the places of which one more must be open; the smallest set that hits every such cut is
tried next, so its size is a lower bound all along.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from ortools.sat.python import cp_model

from e2esim.planning.factory.flow_model import Flags
from e2esim.planning.factory.kept_flow import KeptFlow
from e2esim.planning.factory.limits import wanted_pieces
from e2esim.planning.factory.money import PlanMoney
from e2esim.planning.factory.network import MaterialNetwork
from e2esim.planning.factory.problem import Ints, PlanProblem
from e2esim.planning.factory.ways_out import Allowed, Elastic, ReliefKind, WayOut, cheapest

TELL_S = 10.0  # for the amounts on a set that is found [s]
PRICE = 1e-7  # what a place must save per unit to be named by a cut


@dataclass(frozen=True, kw_only=True, eq=False)
class _Places:
    """Places of three kinds behind one another: rows of hours, bought items, demand cells."""

    rows: Ints
    items: Ints
    cells: int

    @property
    def count(self) -> int:
        return int(self.rows.size + self.items.size + self.cells)


def fewest(
    problem: PlanProblem,
    net: MaterialNetwork,
    elastic: Elastic,
    money: PlanMoney,
    *,
    kinds: frozenset[ReliefKind] = frozenset(ReliefKind),
    known: tuple[WayOut, ...] = (),
    time_limit_s: float = 5.0,
) -> WayOut | None:
    """The fewest places of some kinds, with the cheapest amounts on them; None when nothing is late, or no set is known.

    Parameters
    ----------
    kinds
        Which places may give way.
    known
        Ways out found before: when time is up the one with the fewest places is told, with the bound reached.

    Returns
    -------
    WayOut or None
        `bound` is a proven lower bound of the number of places, `proven` says that they are as few.
    """
    until = time.perf_counter() + time_limit_s
    m = elastic.model
    places = _Places(rows=elastic.hour_rows, items=np.unique(m.events.node[elastic.piece_rows]), cells=m.cell_qty.size)
    kept = KeptFlow(m, until)
    kept.lp.price_columns(0, _lateness_only(elastic))
    cuts: list[Ints] = []
    sizes = {ReliefKind.HOURS: places.rows.size, ReliefKind.MATERIAL: places.items.size, ReliefKind.DATE: places.cells}
    allowed = np.repeat([kind in kinds for kind in sizes], list(sizes.values()))
    open_places, bound = np.zeros(0, dtype=np.int64), 0
    while True:
        more, done = _cuts(problem, net, elastic, kept, places, open_places, allowed)
        if done and not more:
            return None if not open_places.size else _told(problem, elastic, money, places, open_places, float(open_places.size), True)
        if any(not cut.size for cut in more):  # no set of these kinds brings all on time
            return None
        cuts += more
        if not more:
            break
        smallest = _smallest_hit(cuts, places.count, max(0.05, until - time.perf_counter()))
        if smallest is None:
            break
        open_places, bound = smallest, smallest.size
    rest = [(len(_used(elastic, way)), way) for way in known if not way.left]
    if not rest:
        return None
    size, way = min(rest, key=lambda pair: (pair[0], pair[1].eur))
    return replace(way, name="fewest", bound=float(bound), proven=bound == size)


def _used(elastic: Elastic, way: WayOut) -> set[tuple[ReliefKind, int, int]]:
    """Places that a way out uses: weeks of work centres, items, demand cells."""
    cell = {int(j): n for n, orders in enumerate(elastic.cell_orders) for j in orders}
    used = set()
    for relief in way.reliefs:
        place = cell[relief.place] if relief.kind == ReliefKind.DATE else relief.place
        used.add((relief.kind, place, relief.day if relief.kind == ReliefKind.HOURS else 0))
    return used


def _cuts(
    problem: PlanProblem, net: MaterialNetwork, elastic: Elastic, kept: KeptFlow, places: _Places, open_places: Ints, allowed: Flags
) -> tuple[list[Ints], bool]:
    """Cuts that some open places miss, and whether time sufficed to know.

    All places of each cut are opened before the next is asked for, so they have none in common and each counts.
    """
    found: list[Ints] = []
    while True:
        named = _late_despite(problem, net, elastic, kept, places, open_places)
        if named is None:
            return found, False
        if not named.size:
            return found, True
        cut = named[allowed[named]]
        found.append(cut)
        if not cut.size:
            return found, True
        open_places = np.union1d(open_places, cut)


def _lateness_only(elastic: Elastic) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Costs that count the pieces of chosen orders which are not on time, and nothing else."""
    m = elastic.model
    cost = np.zeros(m.cost.size)
    cost[m.first_u : m.first_u + m.cell_qty.size] = -elastic.chosen.astype(np.float64)
    return cost


def _late_despite(problem: PlanProblem, net: MaterialNetwork, elastic: Elastic, kept: KeptFlow, places: _Places, open_places: Ints) -> Ints | None:
    """Places of which one must be open besides the open ones; empty when all is on time with these, None when time is up."""
    m, p = elastic.model, places
    rows, items, cells = _split(p, open_places)
    need = wanted_pieces(problem, net)
    plenty = float((m.slots.run_h.max(initial=0.0) + 1.0) * (need.sum() + 1.0))
    given = [(int(p.rows[k]), plenty) for k in rows]
    for k in items:
        own = elastic.piece_rows[m.events.node[elastic.piece_rows] == p.items[k]]
        given.append((int(own[0]), float(need[p.items[k]]) + 1.0))
    for row, amount in given:
        kept.give(row, amount)
    upper = m.cell_qty.copy()
    upper[cells] = 0.0  # what may come at any later day need not come at all here
    kept.lp.bound_columns(m.first_u, upper)
    solved = kept.solve()
    late = float(upper[elastic.chosen].sum()) + kept.lp.objective() if solved else 0.0
    prices = kept.prices() if solved else np.zeros(m.low.size)
    for row, _ in given:
        kept.give(row, 0.0)
    if not solved:
        return None
    if late <= 1e-6 * (1.0 + float(upper.sum())):
        return np.zeros(0, dtype=np.int64)
    item_price = np.zeros(net.n_nodes)
    np.maximum.at(item_price, m.events.node[elastic.piece_rows], prices[elastic.piece_rows])
    named = np.concatenate([prices[p.rows] > PRICE, item_price[p.items] > PRICE, elastic.chosen & (prices[m.cell_event] > PRICE)])
    named[open_places] = False
    return np.flatnonzero(named)


def _split(places: _Places, which: Ints) -> tuple[Ints, Ints, Ints]:
    """Numbers of hour rows, items and cells among some places."""
    a, b = places.rows.size, places.rows.size + places.items.size
    return which[which < a], which[(which >= a) & (which < b)] - a, which[which >= b] - b


def _smallest_hit(cuts: list[Ints], count: int, time_limit_s: float) -> Ints | None:
    """The smallest set of places with one of every cut, None when time is up."""
    model = cp_model.CpModel()
    z = {k: model.new_bool_var("") for k in sorted(set(np.concatenate(cuts).tolist()))}
    for cut in cuts:
        model.add_bool_or([z[k] for k in cut.tolist()])
    model.minimize(sum(z.values()))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = time_limit_s
    solver.parameters.num_workers = 1
    if solver.solve(model) != cp_model.OPTIMAL:
        return None
    assert count >= len(z)
    return np.array([k for k, var in z.items() if solver.value(var)], dtype=np.int64)


def _told(problem: PlanProblem, elastic: Elastic, money: PlanMoney, places: _Places, which: Ints, bound: float, proven: bool) -> WayOut | None:
    """The cheapest amounts on some places."""
    rows, items, cells = _split(places, which)
    allowed = Allowed(
        hours=np.isin(elastic.hour_rows, places.rows[rows]),
        pieces=np.isin(elastic.model.events.node[elastic.piece_rows], places.items[items]),
        cells=np.isin(np.arange(elastic.model.cell_qty.size), cells),
    )
    way = cheapest(problem, elastic, money, "fewest", allowed, TELL_S)
    return None if way is None else replace(way, bound=bound, proven=proven)
