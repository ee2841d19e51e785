"""The facts of a planner's problem: items, routings, bills of material, capacity, suppliers, stock and orders.

Owns `PlanProblem`, frozen arrays checked at birth, and nothing that decides. Days are whole days from `today`
(day 0, 00:00), weeks are days `7 w` to `7 w + 7`; a step is one row of the routing table, sorted by item and sequence.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.planning.factory.shifts import Shifts

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def _no_ints() -> Ints:
    return np.zeros(0, dtype=np.int64)


def _no_floats() -> Floats:
    return np.zeros(0, dtype=np.float64)


def _no_table() -> Floats:
    return np.zeros((0, 0))


AS_USUAL, TAKES_PARTS = -1, -2  # in `PlanProblem.step_from`


class StepChain(NamedTuple):
    """The first choice of the step before each, -1 for none, and which steps are the first and the last of their item, (n_steps,)."""

    before: Ints
    first: Flags
    last: Flags


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanProblem:
    """One factory's planning problem: work centres with hours by week, or with machines that keep a calendar.

    Parameters
    ----------
    today
        Date of day 0; nothing starts, is ordered or is delivered before it.
    items, centres, orders
        Names, in the row order of the arrays that describe them.
    lot_min, lot_multiple : (n_items,)
        Smallest lot and lot step of made items [pcs]; ignored for purchased ones.
    lot_max : (n_items,)
        Largest lot [pcs], inf where there is none; empty: nowhere.
    lot_days : (n_items,)
        Days whose needs a lot or purchase covers [d], 0 where it covers its own; empty: nowhere.
    lot_keeps : (n_items,)
        Days that pieces may lie in stock [d], inf where they keep for ever; empty: everywhere. No purchase is lifted beyond what they need.
    lot_top : (n_items,)
        Pieces above zero up to which a lot or purchase fills the stock [pcs], 0 where it does not; empty: nowhere.
    on_hand : (n_items,)
        Stock on day 0 [pcs].
    step_item, step_name, step_centre, step_setup_h, step_run_h, step_flow_days : (n_steps,)
        Routing steps, sorted by item and sequence; set-up [h/lot], run [h/pc] and flow time [d]: the whole time of a lot
        where hours are by week, queue and move time after the work where they are by the hour.
    step_yield : (n_steps,)
        Good pieces that a step gives of each piece worked, above 0; empty: nothing is scrapped. Lots and run times count good pieces.
    step_price : (n_steps,)
        What a subcontractor asks for a good piece of the step [EUR/pc]; empty: nothing.
    step_from : (n_steps,)
        What the last step of another routing takes in place of what its first choice takes: the item that stands for the steps before it, a piece a
        piece; `TAKES_PARTS` the bill of material; `AS_USUAL` elsewhere. Empty: `AS_USUAL` everywhere.
    outside : (n_centres,)
        Work centres of subcontractors: set-up there is lead time, not work; empty: none.
    step_main : (n_steps,)
        Row of the first choice that a step may be done instead of, itself for a first choice; the second, third ... choices of a step
        stand behind it in the order of preference, with the same yield. Empty: there is one way to do each step.
    bom_parent, bom_component, bom_qty : (n_bom,)
        Components taken at the start of the first step of the parent, for each piece worked there [pcs/pc].
    capacity_h : (n_centres, n_weeks)
        Hours that may be charged to each week [h].
    source_item, source_supplier, source_priority, source_lead_days, source_moq, source_multiple, source_price :
    (n_sources,)
        Who delivers what; priority 1 is preferred; lead time [d], minimum and multiple [pcs], price [EUR/pc].
    source_left : (n_sources, n_call_weeks)
        Most that may be called off in each calendar week, the first being what is left of this one [pcs]; inf: no limit. Empty: no limits.
    source_order_eur : (n_sources,)
        Cost of a purchase order [EUR]; empty: none.
    break_source, break_qty, break_price : (n_breaks,)
        Purchases of a source of at least so many pieces cost this price each [pcs, EUR/pc]; sorted by source and quantity.
    holding_share_y
        Yearly cost of holding stock, of its value.
    order_item, order_qty, order_due, order_priority : (n_orders,)
        Demand [pcs], due day [d from today], priority (1 is the highest).
    order_least : (n_orders,)
        Smallest part of an order that may be delivered alone [pcs], 0 where any may; empty: any of all.
    shifts
        Machines of the work centres that keep a calendar; they are planned by the hour, and their rows of `capacity_h` sum
        those hours. None: all hours are by week.
    receipt_item, receipt_day, receipt_qty : (n_receipts,)
        Goods already released or ordered that will arrive (open orders, frozen plan) [pcs]; the item, or
        ``n_items + step`` for work in process behind a step.

    Raises
    ------
    ValueError
        Naming every broken rule at once.
    """

    today: date
    items: tuple[str, ...]
    lot_min: Floats
    lot_multiple: Floats
    on_hand: Floats
    step_item: Ints
    step_name: tuple[str, ...]
    step_centre: Ints
    step_setup_h: Floats
    step_run_h: Floats
    step_flow_days: Ints
    bom_parent: Ints
    bom_component: Ints
    bom_qty: Floats
    centres: tuple[str, ...]
    capacity_h: Floats
    source_item: Ints
    source_supplier: tuple[str, ...]
    source_priority: Ints
    source_lead_days: Ints
    source_moq: Floats
    source_multiple: Floats
    source_price: Floats
    orders: tuple[str, ...]
    order_item: Ints
    order_qty: Floats
    order_due: Ints
    order_priority: Ints
    receipt_item: Ints = field(default_factory=_no_ints)
    receipt_day: Ints = field(default_factory=_no_ints)
    receipt_qty: Floats = field(default_factory=_no_floats)
    step_yield: Floats = field(default_factory=_no_floats)
    step_main: Ints = field(default_factory=_no_ints)
    step_from: Ints = field(default_factory=_no_ints)
    step_price: Floats = field(default_factory=_no_floats)
    outside: Flags = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    lot_max: Floats = field(default_factory=_no_floats)
    order_least: Floats = field(default_factory=_no_floats)
    source_left: Floats = field(default_factory=_no_table)
    lot_days: Ints = field(default_factory=_no_ints)
    lot_keeps: Floats = field(default_factory=_no_floats)
    lot_top: Floats = field(default_factory=_no_floats)
    source_order_eur: Floats = field(default_factory=_no_floats)
    break_source: Ints = field(default_factory=_no_ints)
    break_qty: Floats = field(default_factory=_no_floats)
    break_price: Floats = field(default_factory=_no_floats)
    holding_share_y: float = 0.0
    shifts: Shifts | None = None

    def __post_init__(self) -> None:
        faults = [*_lengths(self), *_ranges(self)]
        if not faults:
            faults = [*_structure(self)]
        if faults:
            raise ValueError("plan problem: " + "; ".join(faults))

    @property
    def n_items(self) -> int:
        """Number of items."""
        return len(self.items)

    @property
    def n_steps(self) -> int:
        """Number of routing steps over all items."""
        return len(self.step_name)

    @property
    def largest_lot(self) -> Floats:
        """Largest lot of every item, (n_items,) [pcs]."""
        return self.lot_max if self.lot_max.size else np.full(self.n_items, np.inf)

    @property
    def is_outside(self) -> Flags:
        """Work centres of subcontractors, (n_centres,)."""
        return self.outside if self.outside.size else np.zeros(len(self.centres), dtype=np.bool_)

    @property
    def cover(self) -> Ints:
        """Days whose needs a lot of every item covers, (n_items,) [d]."""
        return self.lot_days if self.lot_days.size else np.zeros(self.n_items, dtype=np.int64)

    @property
    def fill(self) -> Floats:
        """Pieces up to which a lot of every item fills the stock, (n_items,) [pcs]."""
        return self.lot_top if self.lot_top.size else np.zeros(self.n_items)

    @property
    def yields(self) -> Floats:
        """Good pieces of each piece worked, (n_steps,)."""
        return self.step_yield if self.step_yield.size else np.ones(self.n_steps)

    @cached_property
    def mains(self) -> Ints:
        """First choice of every step, (n_steps,): itself where it is one."""
        return self.step_main if self.step_main.size else np.arange(self.n_steps)

    @cached_property
    def is_main(self) -> Flags:
        """Which steps are first choices, (n_steps,)."""
        return np.asarray(self.mains == np.arange(self.n_steps))

    @cached_property
    def takes(self) -> Ints:
        """What each step takes in place of its usual inputs, (n_steps,); see `step_from`."""
        return self.step_from if self.step_from.size else np.full(self.n_steps, AS_USUAL)

    @cached_property
    def behind(self) -> tuple[Ints, Ints]:
        """What goes into what: the rows of the bill, and the items that stand for the steps of other routings; (n,) each."""
        ways = np.flatnonzero(self.takes >= 0)
        return np.r_[self.bom_parent, self.step_item[ways]], np.r_[self.bom_component, self.takes[ways]]

    @cached_property
    def halfway(self) -> Flags:
        """Items that stand for the steps of another routing but its last, (n_items,)."""
        found = np.zeros(self.n_items, dtype=bool)
        found[self.takes[self.takes >= 0]] = True
        return found

    @property
    def choice(self) -> Ints:
        """How many ways to do a step come before this one, (n_steps,): 0 for the first choice."""
        return np.arange(self.n_steps) - self.mains

    @cached_property
    def chain(self) -> StepChain:
        """How the steps of an item follow one another, whatever the choice."""
        main = np.flatnonzero(self.is_main)
        item = self.step_item[main]
        first = np.r_[np.ones(min(1, main.size), dtype=bool), item[1:] != item[:-1]]
        before, first_of, last_of = (np.zeros(self.n_steps, dtype=np.int64) for _ in range(3))
        before[main] = np.where(first, -1, np.r_[-1, main[:-1]][: main.size])
        first_of[main], last_of[main] = first, np.r_[first[1:], np.ones(min(1, main.size), dtype=bool)]
        return StepChain(before=before[self.mains], first=first_of[self.mains] > 0, last=last_of[self.mains] > 0)

    @cached_property
    def step_need(self) -> Floats:
        """Good pieces of every step that one good piece of its item takes, (n_steps,): 1 for the last, more before what is scrapped later.

        Examples
        --------
        >>> from e2esim.planning.factory.synthetic import synthetic_problem
        >>> p = synthetic_problem(np.random.default_rng(1), finished=1, parts=1, bought=1, centres=1, orders=2, weeks=3)
        >>> bool((p.step_need == 1.0).all())
        True
        """
        need, yields, before = np.ones(self.n_steps), self.yields, self.chain.before
        for s in np.flatnonzero(self.is_main)[::-1]:
            if before[s] >= 0:
                need[before[s]] = need[s] / yields[s]
        return need[self.mains]

    @cached_property
    def bom_need(self) -> Floats:
        """Pieces of a component that one good piece of the parent takes after all scrap, (n_bom,)."""
        first = np.r_[True, self.step_item[1:] != self.step_item[:-1]][: self.n_steps]
        more = np.ones(self.n_items)
        more[self.step_item[first]] = (self.step_need / self.yields)[first]
        return self.bom_qty * more[self.bom_parent]

    @property
    def item_receipts(self) -> Flags:
        """Which receipts are of an item, not of work in process, (n_receipts,)."""
        return np.asarray(self.receipt_item < self.n_items)

    def receipt_owner(self, row: int) -> int:
        """Item to which a receipt belongs: itself, or the item behind whose step it is work in process."""
        node = int(self.receipt_item[row])
        return node if node < self.n_items else int(self.step_item[node - self.n_items])

    @property
    def n_weeks(self) -> int:
        """Number of weeks with stated capacity."""
        return int(self.capacity_h.shape[1])


_GROUPS = {
    "lot_": "items",
    "on_hand": "items",
    "step_": "step_name",
    "bom_": "bom_parent",
    "source_": "source_supplier",
    "order_": "orders",
    "receipt_": "receipt_item",
    "break_": "break_source",
}


_MAY_BE_EMPTY = (
    "step_yield", "step_main", "step_from", "step_price", "source_left", "source_order_eur", "lot_max", "lot_days", "lot_keeps", "lot_top", "order_least",
)  # fmt: skip


def _lengths(problem: PlanProblem) -> list[str]:
    faults = []
    for f in fields(problem):
        for prefix, owner in _GROUPS.items():
            if f.name.startswith(prefix):
                want, got = len(getattr(problem, owner)), len(getattr(problem, f.name))
                if want != got and not (f.name in _MAY_BE_EMPTY and not got):
                    faults.append(f"{f.name} has {got} rows, {owner} has {want}")
    if problem.shifts is not None and problem.shifts.by_hour.size != len(problem.centres):
        faults.append(f"shifts has {problem.shifts.by_hour.size} work centres, want {len(problem.centres)}")
    if problem.outside.size not in (0, len(problem.centres)):
        faults.append(f"outside has {problem.outside.size} rows, centres has {len(problem.centres)}")
    if problem.capacity_h.ndim != 2 or len(problem.capacity_h) != len(problem.centres):
        faults.append(f"capacity_h has shape {problem.capacity_h.shape}, want ({len(problem.centres)}, weeks)")
    return faults


def _ranges(problem: PlanProblem) -> list[str]:
    low = {
        "lot_min": 0.0,
        "lot_multiple": 0.0,
        "on_hand": 0.0,
        "step_setup_h": 0.0,
        "step_run_h": 0.0,
        "step_flow_days": 0.0,
        "bom_qty": 0.0,
        "capacity_h": 0.0,
        "source_lead_days": 0.0,
        "source_moq": 0.0,
        "source_multiple": 0.0,
        "order_qty": 0.0,
        "order_least": 0.0,
        "receipt_qty": 0.0,
        "receipt_day": 0.0,
        "lot_days": 0.0,
        "lot_top": 0.0,
        "source_order_eur": 0.0,
        "break_qty": 0.0,
        "break_price": 0.0,
    }
    index = {
        "step_item": len(problem.items),
        "step_centre": len(problem.centres),
        "step_main": len(problem.step_name),
        "bom_parent": len(problem.items),
        "bom_component": len(problem.items),
        "source_item": len(problem.items),
        "order_item": len(problem.items),
        "receipt_item": len(problem.items) + len(problem.step_name),
        "break_source": len(problem.source_supplier),
    }
    faults = []
    for name, least in low.items():
        column = getattr(problem, name)
        bad = np.flatnonzero(~(column.ravel() >= least) | ~np.isfinite(column.ravel()))
        if bad.size:
            faults.append(f"{name} row {bad[0]}: {column.ravel()[bad[0]]} is below {least:g} or not a number")
    for name, size in index.items():
        column = getattr(problem, name)
        bad = np.flatnonzero((column < 0) | (column >= size))
        if bad.size:
            faults.append(f"{name} row {bad[0]}: {column[bad[0]]} names no row of {size}")
    if np.any(~((problem.step_yield > 0) & (problem.step_yield <= 1))):
        faults.append("step_yield is not above 0 and at most 1")
    if problem.lot_max.size == problem.n_items and (small := np.flatnonzero(~(problem.lot_max >= problem.lot_min))).size:
        faults.append(f"lot_max row {small[0]}: {problem.lot_max[small[0]]} is below the smallest lot")
    return faults


def _structure(problem: PlanProblem) -> list[str]:
    faults = []
    if np.any(np.diff(problem.step_item) < 0):
        faults.append("step_item is not sorted by item")
    main = problem.mains
    alike = np.all(problem.step_item[main] == problem.step_item) and np.all(problem.yields[main] == problem.yields)
    if np.any(main[main] != main) or np.any(np.diff(main) < 0) or not alike:
        faults.append("step_main is not a first choice of the same item and yield with its other choices behind it")
    made = np.zeros(problem.n_items, dtype=bool)
    made[problem.step_item] = True
    if np.any((problem.takes != AS_USUAL) & (main == np.arange(main.size))) or np.any((problem.takes < TAKES_PARTS) | (problem.takes >= problem.n_items)):
        faults.append("step_from does not name what a second choice takes")
        return faults
    orphan = problem.bom_parent[~made[problem.bom_parent]]
    if orphan.size:
        faults.append(f"item {problem.items[orphan[0]]} has components but no routing step")
    if item_levels(problem.n_items, *problem.behind) is None:
        faults.append("the bill of material has a cycle")
    return faults


def item_levels(n_items: int, parent: Ints, component: Ints) -> Ints | None:
    """Low-level code of every item, (n_items,): 0 for what is no component; None when the bill has a cycle.

    >>> item_levels(3, np.array([0, 1]), np.array([1, 2])).tolist()
    [0, 1, 2]
    >>> item_levels(2, np.array([0, 1]), np.array([1, 0])) is None
    True
    """
    level = np.zeros(n_items, dtype=np.int64)
    for _ in range(n_items + 1):
        deeper = level.copy()
        np.maximum.at(deeper, component, level[parent] + 1)
        if np.array_equal(deeper, level):
            return level
        level = deeper
    return None
