"""The price of every limit: what one more hour, one more piece or one day less is worth, and how far that price holds.

The fractional plan is solved on its due days; where a limit has a price there, it is moved and the plan solved again
until the first straight piece of its value is known from end to end. So the gain that is told is the one that solving
again gives, inside the range that is told, even where the optimum has many dual prices. Lead times move in whole days.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from e2esim.planning.factory.flow_model import SOONER, Demand, FlowModel, Slots, flow_model
from e2esim.planning.factory.grid import demand_of, lot_cycles, tier_weights, weekly_slots
from e2esim.planning.factory.kept_flow import KeptFlow
from e2esim.planning.factory.limit import Limit, LimitKind, Limits
from e2esim.planning.factory.network import NEVER, MaterialNetwork
from e2esim.planning.factory.pieces import Answer, first_piece
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem

LEAST_PRICE = 1e-6  # weighted late pieces a unit
SOLVE_S = 2.0  # no single question may take longer [s]
PLATEAUS = 2  # days of an item that are priced: the last on which a piece is worth most, and the last of the next price
MOST_STEPS = 20  # steps whose flow time is priced
SAME = 0.005  # prices a day this close, relative, are one price
FULL_SLOTS = 9_000  # with more slots than this only orders up to four weeks after `last_late` are looked at
NEAR_DAYS = 70
FIRST_SHARE = 0.05  # of the hours of a week: the first question
LEAST_HOURS = 24.0  # hours are priced at least so far, in weeks with few [h]


@dataclass(frozen=True, kw_only=True, eq=False)
class SlotGrid:
    """The slots and the demand on which limits are priced."""

    slots: Slots
    demand: Demand
    days: int


def pricing_grid(problem: PlanProblem, net: MaterialNetwork, last_late: int | None = None) -> SlotGrid:
    """Weekly starts (daily in the first week) and orders on their own due day, without those already overdue.

    A large problem is looked at until four weeks after day `last_late`.
    """
    end = int(problem.order_due.max(initial=0)) + 1
    horizon = max(1, min(7 * problem.n_weeks, 7 * ((end + 13) // 7)))
    weeks = max(1.0, horizon / 7.0 - 1.0)
    cycle = lot_cycles(problem, net, weeks)
    days = horizon
    if last_late is not None and problem.n_steps * (horizon // 7 + 7) > FULL_SLOTS:
        days = min(horizon, max(NEAR_DAYS, 7 * ((last_late + 34) // 7)))
    inside = (problem.order_due >= 0) & (problem.order_due < days)
    wanted = demand_of(problem, problem.order_due, np.where(inside, problem.order_qty, 0.0))
    return SlotGrid(slots=weekly_slots(problem, net, days, cycle, weeks), demand=wanted, days=days)


def price_limits(problem: PlanProblem, net: MaterialNetwork, grid: SlotGrid, *, worth: Floats | None = None, time_limit_s: float = 5.0) -> Limits:
    """Price the limits of a problem, the most promising first, until all are done or time is up.

    Parameters
    ----------
    grid
        See `pricing_grid`.
    worth : (n_orders,)
        What a piece on time is worth [EUR/pc]; zeros where it is not known.

    Examples
    --------
    >>> from e2esim.planning.factory.network import network
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> p = synthetic_problem(np.random.default_rng(3), finished=3, parts=3, bought=4, centres=3, orders=30, weeks=8, load=1.3)
    >>> found = price_limits(p, network(p), pricing_grid(p, network(p)))
    >>> found.solved, found.unpriced, found.rows[0].kind.name, bool(found.rows[0].gain <= found.late)
    (True, 0, 'HOURS', True)
    """
    began = time.perf_counter()
    model = flow_model(problem, net, grid.slots, grid.demand, delay=None, every_day=True)
    kept = KeptFlow(model, began + time_limit_s)
    if not model.cell_qty.size or not kept.solve():
        solved = not model.cell_qty.size
        return Limits(rows=(), late=0.0, days=grid.days, unpriced=0, solved=solved, wall_s=time.perf_counter() - began)
    search = _Search(problem, net, grid, model, kept, worth)
    rows = search.run()
    rows.sort(key=lambda limit: (-limit.gain, limit.kind, limit.day, limit.place))
    return Limits(rows=tuple(rows), late=search.value, days=grid.days, unpriced=search.unpriced, solved=True, wall_s=time.perf_counter() - began)


Task = tuple[float, Callable[[], Limit | None]]  # at most worth so many weighted pieces; the question


class _Search:
    """All questions about one solved model."""

    def __init__(self, problem: PlanProblem, net: MaterialNetwork, grid: SlotGrid, model: FlowModel, kept: KeptFlow, worth: Floats | None) -> None:
        self.problem, self.net, self.model, self.kept = problem, net, model, kept
        self.value = kept.late()
        self.prices = kept.prices()
        self.starts = kept.lp.values(0, model.slots.step.size)
        self.on_time = kept.delivered()
        self.tiers = np.unique(-model.cell_weight)  # highest weight first
        self.worth = cell_worth(problem, net, grid, model, worth)
        self.tolerance = 1e-6 + 1e-9 * float(model.cell_weight @ model.cell_qty)
        self.usual = float(np.median(problem.order_qty))
        self.unpriced = 0
        self.rows_of: dict[tuple[LimitKind, int, int], int] = {}

    def run(self) -> list[Limit]:
        """Limits with a price, in the order of what they may be worth at most."""
        tasks = sorted([*self._hours(), *self._pieces(), *self._supplier_days(), *self._step_days()], key=lambda task: -task[0])
        rows = []
        for _, question in tasks:
            limit = question() if self.kept.left_s() > 0 else None
            if limit is None:
                self.unpriced += 1
            elif limit.price > LEAST_PRICE:
                rows.append(limit)
        return [self._less(limit) for limit in rows]

    def _hours(self) -> Iterator[Task]:
        m, p = self.model, self.problem
        for row in (m.first_cap + np.flatnonzero(self.prices[m.first_cap :] > LEAST_PRICE)).tolist():
            centre, week = divmod(int(m.caps[row - m.first_cap]), p.n_weeks)
            now = float(p.capacity_h[centre, week])
            most = max(now, float(np.median(p.capacity_h[centre])), LEAST_HOURS)
            limit = _limit(LimitKind.HOURS, centre, 7 * week, most, now)
            yield self._most(row, 0.2 * most), lambda row=row, limit=limit: self._amounts(row, limit)  # type: ignore[misc]

    def _pieces(self) -> Iterator[Task]:
        """Bought items, and those that nobody makes or sells, on the last days of their highest prices."""
        p, e = self.problem, self.model.events
        made = np.zeros(self.net.n_nodes, dtype=bool)
        made[p.step_item] = True
        made[p.n_items :] = True
        use = wanted_pieces(p, self.net)
        rows = np.flatnonzero((self.prices[: e.node.size] > LEAST_PRICE) & ~made[e.node])
        for item in np.unique(e.node[rows]).tolist():
            own = rows[e.node[rows] == item]
            price = self.prices[own]
            ends = np.flatnonzero(np.r_[price[1:] < price[:-1] * (1 - SAME) - LEAST_PRICE, True])[:PLATEAUS]
            for row in own[ends].tolist():
                day = int(e.day[row])
                limit = _limit(LimitKind.MATERIAL, item, day, max(1.0, float(use[item])), at_hand(p, item, day))
                yield self._most(row, limit.most), lambda row=row, limit=limit: self._amounts(row, limit)  # type: ignore[misc]

    def _most(self, row: int, amount: float) -> float:
        """At most what `amount` more of a row's limit can save: a dual price never promises too little."""
        return min(self.value, float(self.prices[row]) * amount)

    def _first(self, limit: Limit) -> float:
        """Where to ask first: a small share of the hours, or the pieces of a usual order."""
        return FIRST_SHARE * limit.most if limit.kind == LimitKind.HOURS else max(1.0, self.usual)

    def _ask(self, row: int, sign: float) -> Callable[[float], Answer]:
        """Value and slope when a row has more (sign 1) or less (-1) than the facts say."""

        def ask(amount: float) -> Answer:
            self.kept.give(row, sign * amount)
            return (self.kept.late(), -sign * self.kept.price(row)) if self.kept.solve(SOLVE_S) else None

        return ask

    def _amounts(self, row: int, limit: Limit) -> Limit | None:
        """Price of one more of what a row limits, and how far it holds."""
        ask = self._ask(row, 1.0)
        piece = first_piece(ask, (self.value, -float(self.prices[row])), self._first(limit), limit.most, self.tolerance)
        found: Limit | None = limit
        if piece is None:
            found = None
        elif piece.slope < -LEAST_PRICE:
            found = replace(limit, price=-piece.slope, most=piece.length, open_end=piece.open_end)
            found = self._valued(found) if ask(piece.length) is not None else None
            self.rows_of[limit.kind, limit.place, limit.day] = row
        self.kept.give(row, 0.0)
        return found

    def _less(self, limit: Limit) -> Limit:
        """A limit with how far the same price holds when some is taken away."""
        row = self.rows_of.get((limit.kind, limit.place, limit.day))
        if row is None or limit.now <= 0 or self.kept.left_s() <= 0:
            return limit
        piece = first_piece(self._ask(row, -1.0), (self.value, limit.price), self._first(limit), limit.now, self.tolerance)
        self.kept.give(row, 0.0)
        same = piece is not None and piece.slope <= limit.price + max(LEAST_PRICE, 1e-6 * limit.price)
        return replace(limit, least=-piece.length) if piece is not None and same else limit

    def _valued(self, limit: Limit) -> Limit:
        """A limit with what the last solution delivers more on time."""
        more = self.kept.delivered() - self.on_time
        tiers = tuple(round(float(more[self.model.cell_weight == -t].sum()), 6) for t in self.tiers)
        return replace(limit, on_time=tiers, eur=round(float(more @ self.worth), 6))

    def _supplier_days(self) -> Iterator[Task]:
        """The fastest source of every bought item that is scarce before it can come."""
        p, e = self.problem, self.model.events
        for item in np.unique(p.source_item).tolist():
            lead = int(self.net.free_from[item])
            events = np.flatnonzero((e.node == item) & (e.day >= lead - SOONER))
            if 0 < lead < NEVER and events.size and self.prices[events].max() > LEAST_PRICE:
                own = np.flatnonzero(p.source_item == item)
                source = int(own[p.source_lead_days[own].argmin()])
                first = self.kept.add_purchases(events)
                sooner = lead - e.day[events]
                limit = _limit(LimitKind.SUPPLIER_DAYS, source, 0, min(SOONER, lead), lead)
                worth = min(self.value, float(self.prices[events].max()) * float(wanted_pieces(p, self.net)[item]))
                yield worth, lambda first=first, sooner=sooner, limit=limit: self._days(first, sooner, limit)  # type: ignore[misc]

    def _step_days(self) -> Iterator[Task]:
        """Steps that would start other lots if they took a day less: those with a profitable twin."""
        p, m = self.problem, self.model
        gain = self._twin_gains()
        best = np.zeros(p.n_steps)
        np.maximum.at(best, m.slots.step, gain)
        flow, output = p.step_flow_days[m.slots.step], self.net.step_output[m.slots.step]
        worthy = np.argsort(-best, kind="stable")[: int((best > LEAST_PRICE).sum())]
        self.unpriced += max(0, worthy.size - MOST_STEPS)
        for step in worthy[:MOST_STEPS].tolist():
            slots = np.flatnonzero(m.slots.step == step)
            first = self.kept.add_starts(slots, 1, flow, output, self.net.inputs_of(m.slots.step[slots]))
            limit = _limit(LimitKind.STEP_DAYS, step, 0, 1, float(p.step_flow_days[step]))
            worth = min(self.value, float(np.maximum(gain[slots], 0.0) @ (1.0 + self.starts[slots])))
            yield worth, lambda first=first, n=slots.size, limit=limit: self._days(first, np.ones(n, dtype=np.int64), limit)  # type: ignore[misc]

    def _twin_gains(self) -> Floats:
        """What a piece of every slot would save if it came out a day sooner, at the prices of today, (n_slots,)."""
        p, m, s = self.problem, self.model, self.model.slots
        value = np.zeros(s.step.size)
        row, ok = m.events.at_or_after(self.net.step_output[s.step], s.day + p.step_flow_days[s.step] - 1)
        value[ok] = self.prices[row[ok]]
        which, node, qty = self.net.inputs_of(s.step)
        row, ok = m.events.at_or_after(node, s.take_day[which])
        np.subtract.at(value, which[ok], qty[ok] * self.prices[row[ok]])
        value -= s.run_h * self.prices[m.first_cap + m.cap_row]
        return np.where(p.step_flow_days[s.step] > 0, value, 0.0)

    def _days(self, first: int, sooner: Ints, limit: Limit) -> Limit | None:
        """Open the columns that come up to so many days sooner, day by day, while the price a day stays the same."""
        kept, found, solved = self.kept, limit, False
        for days in range(1, int(limit.most) + 1):
            kept.open(first, np.flatnonzero((sooner <= days) & (sooner > days - 1)))
            solved = kept.solve(SOLVE_S)
            if not solved:
                break
            price = (self.value - kept.late()) / days
            if found.price == 0 and price * days > self.tolerance:
                found = self._valued(replace(found, price=price, least=float(days), most=float(days)))
            elif found.price > 0:
                if abs(price - found.price) > SAME * found.price:
                    break
                found = replace(found, most=float(days), open_end=days == limit.most)
        kept.shut(first, np.arange(sooner.size))
        return found if solved or found.price > 0 else None


def _limit(kind: LimitKind, place: int, day: int, most: float, now: float) -> Limit:
    """A limit to be priced."""
    return Limit(kind=kind, place=place, day=day, price=0.0, least=0.0, most=float(most), open_end=False, now=float(now), on_time=(), eur=0.0)


def at_hand(problem: PlanProblem, item: int, day: int) -> float:
    """Pieces of an item in stock or received up to a day, whatever is taken out."""
    come = (problem.receipt_item == item) & (problem.receipt_day <= day)
    return float(problem.on_hand[item] + problem.receipt_qty[come].sum())


def wanted_pieces(problem: PlanProblem, net: MaterialNetwork) -> Floats:
    """Pieces of every item that all orders take together, stock or no stock, (n_items,)."""
    need = np.bincount(problem.order_item, weights=problem.order_qty, minlength=problem.n_items).astype(np.float64)
    for level in range(int(net.level.max(initial=0)) + 1):
        rows = net.level[problem.bom_parent] == level
        np.add.at(need, problem.bom_component[rows], need[problem.bom_parent[rows]] * problem.bom_need[rows])
    return need


def order_cells(problem: PlanProblem, net: MaterialNetwork, model: FlowModel, days: int) -> Ints:
    """Demand cell of every order, (n_orders,); -1 for orders that are not in the model."""
    e = model.events
    row = np.searchsorted(e.keys, problem.order_item * e.stride + np.minimum(problem.order_due, e.stride - 1), side="right") - 1
    known = {(int(k), float(w)): n for n, (k, w) in enumerate(zip(model.cell_event, model.cell_weight, strict=True))}
    weight = tier_weights(problem)
    cells = [known.get((int(k), float(w)), -1) for k, w in zip(row, weight, strict=True)]
    outside = (problem.order_due < 0) | (problem.order_due >= np.minimum(days, net.free_from[problem.order_item]))
    return np.where(outside, -1, np.array(cells, dtype=np.int64))


def cell_worth(problem: PlanProblem, net: MaterialNetwork, grid: SlotGrid, model: FlowModel, worth: Floats | None) -> Floats:
    """Mean worth of a piece on time of every demand cell [EUR/pc], (n_cells,)."""
    if worth is None or not worth.any():
        return np.zeros(model.cell_qty.size)
    cell = order_cells(problem, net, model, grid.days)
    inside = cell >= 0
    total = np.bincount(cell[inside], weights=(worth * problem.order_qty)[inside], minlength=model.cell_qty.size)
    return np.asarray(total / np.maximum(model.cell_qty, 1e-12))
