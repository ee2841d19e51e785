"""Firm planned orders: works orders that have not begun, whose day and quantity the plan keeps, planning their parts and hours.

Owns when each step of such an order is worked, and the parts it takes as demand of the plan: an order that goes before all customers,
due on the day of the start. An order whose parts cannot be there is let go and planned like any other need.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from e2esim.planning.factory.case import PlanCase
from e2esim.planning.factory.clock_kernels import NEVER_H, day_of, done_at, next_open
from e2esim.planning.factory.frozen import Released, around, joined, kept_rows
from e2esim.planning.factory.money import behind_orders
from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.result import PlanResult
from e2esim.planning.factory.shifts import DAY_H, Shifts, without
from e2esim.planning.factory.trace import Schedule
from e2esim.planning.factory.worked import day_started, day_there, lead_days

NEEDED_BY = "firm order"  # customer of the parts of firm orders
EPS = 1e-6


@dataclass(frozen=True, kw_only=True)
class FirmOrder:
    """A works order that has not begun: item row, pieces, day on which it begins (None: so that it is there when due), day due [d from today].

    Of an order on the floor ``done`` steps are done or begun: the rest keep their day, from ``start`` on.
    """

    name: str
    item: int
    qty: float
    start: int | None
    due: int
    done: int = 0


@dataclass(frozen=True, kw_only=True)
class FirmNote:
    """What is to be said of a firm order: row of the orders given, and why its days cannot be those that it states."""

    order: int
    says: str


def with_firm_orders(case: PlanCase, orders: list[FirmOrder]) -> tuple[PlanCase, list[FirmNote]]:
    """Return ``case`` with firm orders among what stays, and their parts as demand; call it before `with_forecast`.

    Notes tell which begin later than stated because nobody works on that day, which are done after their due day, and which find
    no hours: these are let go.
    """
    if not orders:
        return case, []
    facts = case.facts
    lead = lead_days(facts, network(facts))
    lots: list[tuple[str, int, float, float, float, float, int]] = []
    notes: list[FirmNote] = []
    shifts = facts.shifts
    for k in sorted(range(len(orders)), key=lambda k: (orders[k].start if orders[k].start is not None else orders[k].due, orders[k].name)):
        order = orders[k]
        own = np.flatnonzero((facts.step_item == order.item) & facts.is_main)[order.done :]
        start = max(order.due - int(lead[own].sum()), 0) if order.start is None else max(order.start, 0)
        mine, shifts_after = _scheduled(facts, shifts, own.tolist(), order, DAY_H * start)
        tried = joined(case.released, _released([*lots, *mine]))
        if not mine or any(lack.node < 0 for lack in around(facts, tried).lacks):
            notes.append(FirmNote(order=k, says="its work centres have no hours for it: let go, and planned like any other need"))
            continue
        lots, shifts = [*lots, *mine], shifts_after
        begins, there = int(day_started(np.array([mine[0][3]]))[0]), int(day_there(np.array([mine[-1][5]]))[0])
        if order.start is not None and begins > start:
            notes.append(FirmNote(order=k, says=f"nobody works there on the day on which it is to begin: it begins {begins - start} d later"))
        if there > order.due:
            notes.append(FirmNote(order=k, says=f"is done {there - order.due} d after its day: what needs it waits"))
    firm = _released(lots)
    said = tuple((orders[note.order].name, note.says) for note in notes)
    return replace(_with_parts(case, firm), released=joined(case.released, firm), firm_notes=(*case.firm_notes, *said)), notes


def _scheduled(
    facts: PlanProblem, shifts: Shifts | None, steps: list[int], order: FirmOrder, hour: float
) -> tuple[list[tuple[str, int, float, float, float, float, int]], Shifts | None]:
    """Lots (name, step, pieces, from, to, there [h], machine) of the steps one after the other, and the machines without them; none if they never end."""
    lots, t = [], hour
    for s in steps:
        qty, c, flow = order.qty * float(facts.step_need[s]), int(facts.step_centre[s]), int(facts.step_flow_days[s])
        if shifts is None or not shifts.by_hour[c]:
            begins = DAY_H * float(np.ceil((t - EPS) / DAY_H))
            ends = ready = begins + DAY_H * flow
            machine = -1
        else:
            hours = float(facts.step_setup_h[s] + facts.step_run_h[s] * qty)
            found = [(*_on_machine(shifts, m, t, hours), m) for m in shifts.machines(c)]
            ends, begins, machine = min(found, default=(NEVER_H, t, -1))
            if ends >= NEVER_H:
                return [], shifts
            ready = DAY_H * (max(int(day_of(ends)), int(begins // DAY_H)) + flow) if flow else ends
            shifts = without(shifts, [(machine, begins, ends)]) if ends > begins else shifts
        lots.append((order.name, s, qty, begins, ends, ready, machine))
        t = ready
    return lots, shifts


def _on_machine(shifts: Shifts, machine: int, t: float, hours: float) -> tuple[float, float]:
    """End and begin of a lot on a machine, from some hour on; `NEVER_H` where it never ends."""
    some = shifts.intervals(machine)
    begins = float(next_open(shifts.opens, shifts.closes, some.start, some.stop, t))
    while begins < NEVER_H:
        ends = float(done_at(shifts.opens, shifts.closes, shifts.block, some.start, some.stop, begins, hours / float(shifts.speed[machine])))
        if ends < NEVER_H:
            return ends, begins
        later = [float(shifts.opens[k]) for k in some if shifts.opens[k] > begins + EPS]
        begins = min(later, default=NEVER_H)
    return NEVER_H, t


def _released(lots: list[tuple[str, int, float, float, float, float, int]]) -> Released:
    """Firm lots as what stays; the parts of first steps come to them as orders of the problem."""
    rows = list(zip(*lots, strict=True)) or [()] * 7
    begins, ends, ready = (np.array(rows[k], dtype=np.float64) for k in (3, 4, 5))
    none = np.zeros(0, dtype=np.int64)
    return Released(
        lot_name=tuple(rows[0]),
        lot_step=np.array(rows[1], dtype=np.int64),
        lot_qty=np.array(rows[2], dtype=np.float64),
        lot_start=day_started(begins),
        lot_end=day_there(ready),
        lot_from=begins,
        lot_to=ends,
        lot_ready=ready,
        lot_machine=np.array(rows[6], dtype=np.int64),
        lot_fed=np.ones(len(lots), dtype=np.bool_),
        purchase_source=none,
        purchase_qty=np.zeros(0),
        purchase_ordered=none,
        purchase_received=none,
    )


def _with_parts(case: PlanCase, firm: Released) -> PlanCase:
    """The case with the parts of firm lots as orders behind those of customers, before all of them in priority."""
    facts, net = case.facts, network(case.facts)
    row, node, per = net.inputs_of(firm.lot_step)
    first = node < facts.n_items  # the rest is work in process, which the step before brings
    row, node, per = row[first], node[first], per[first]
    highest = int(facts.order_priority.min(initial=1))
    names = [f"{firm.lot_name[k]} {facts.items[i]}" for k, i in zip(row.tolist(), node.tolist(), strict=True)]
    more = replace(
        facts,
        orders=(*facts.orders, *names),
        order_item=np.r_[facts.order_item, node].astype(np.int64),
        order_qty=np.r_[facts.order_qty, firm.lot_qty[row] * per],
        order_due=np.r_[facts.order_due, firm.lot_start[row]].astype(np.int64),
        order_least=np.r_[facts.order_least, np.zeros(row.size)] if facts.order_least.size else facts.order_least,
        order_priority=np.r_[facts.order_priority, np.full(row.size, highest, dtype=np.int64)],
    )
    customers = (*case.order_customer, *[f"{NEEDED_BY} {firm.lot_name[k]}" for k in row.tolist()])
    return replace(case, facts=more, order_customer=customers, n_firm=row.size, money=behind_orders(case.money, row.size))


def lacking_parts(case: PlanCase, problem: PlanProblem, result: PlanResult | Schedule) -> dict[str, str]:
    """Firm orders whose parts a plan does not have on the day of the start, each with what it lacks."""
    found: dict[str, str] = {}
    rows = range(case.n_orders, case.n_orders + case.n_firm)
    in_time = result.delivery_day <= problem.order_due[result.delivery_order]
    given = np.bincount(result.delivery_order[in_time], weights=result.delivery_qty[in_time], minlength=len(problem.orders))
    for k in rows:
        short = float(problem.order_qty[k] - given[k])
        if short > EPS:
            name = case.order_customer[k].removeprefix(f"{NEEDED_BY} ")
            found.setdefault(name, f"{short:g} of {problem.items[problem.order_item[k]]} are missing when it is to begin")
    return found


def without_firm(case: PlanCase, lacks: dict[str, str]) -> PlanCase:
    """The case without some firm orders, for what each lacks: their lots are gone, their parts are asked for no more."""
    names = set(lacks)
    asked = case.facts.order_qty.copy()
    for k in range(case.n_orders, case.n_orders + case.n_firm):
        if case.order_customer[k].removeprefix(f"{NEEDED_BY} ") in names:
            asked[k] = 0.0
    fed = case.released.lot_fed if case.released.lot_fed.size else np.zeros(case.released.lot_step.size, dtype=np.bool_)
    said = tuple((name, f"{what}: let go, and planned like any other need") for name, what in lacks.items())
    kept = np.array([not (fed[k] and name in names) for k, name in enumerate(case.released.lot_name)], dtype=np.bool_)
    return replace(case, facts=replace(case.facts, order_qty=asked), released=kept_rows(case.released, kept), firm_notes=(*case.firm_notes, *said))
