"""The plant on a day as a planning problem, and the plan in force on it: what plan, promise and backorders are asked on.

Nothing that has not happened is known: a supply that is on its way is expected on its day, and one that has missed it on
the day that its supplier then tells (assumed: at once); hours are those of the calendar.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from e2esim.domain.planned_outcome import LineSource, Stage
from e2esim.planning.factory.bounds import lead_time_bound
from e2esim.planning.factory.call_offs import left_beside
from e2esim.planning.factory.counterfactual import late_pieces
from e2esim.planning.factory.grid import tier_weights
from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem
from e2esim.planning.factory.result import PlanResult, PlanStatus
from e2esim.planning.factory.shifts import DAY_H, Shifts, from_hour, hours_by_week, without
from e2esim.planning.factory.trace import Schedule, peg
from e2esim.simulate.factory.plant import FactoryState

WORKDAYS = 5  # weekly hours lie on Monday to Friday when a plan begins inside a week, as the door of the data has it


def open_lines(plant: FactoryState) -> Ints:
    """Rows of the lines with something to deliver, by name as the door of the data has them; forecasts behind."""
    lines = plant.lines
    rows = np.flatnonzero(lines["open"][: lines.n] > 1e-6)
    rows = np.array(sorted(rows.tolist(), key=plant.line_name.__getitem__), dtype=np.int64)
    return rows[np.argsort(lines["source"][rows] == LineSource.FORECAST, kind="stable")]


def problem_at(plant: FactoryState, day: int, rows: Ints | None = None) -> PlanProblem:
    """The problem that is left on the morning of a day, goods of the day booked; `rows` are the lines, open ones if None."""
    facts, lines = plant.facts, plant.lines
    rows = open_lines(plant) if rows is None else rows
    node, when, qty = on_its_way(plant, day)
    return replace(
        facts,
        today=facts.today + timedelta(days=day),
        on_hand=np.maximum(plant.stock[: facts.n_items], 0.0),
        capacity_h=hours_left(plant, day),
        shifts=shifts_left(plant, day),
        source_left=_calls_left(plant, day),
        orders=tuple(plant.line_name[k] for k in rows.tolist()),
        order_item=lines["item"][rows].astype(np.int64),
        order_qty=lines["open"][rows],
        order_due=lines["due"][rows] - day,
        order_priority=lines["priority"][rows],
        order_least=_least_parts(plant, rows),
        receipt_item=node,
        receipt_day=when,
        receipt_qty=qty,
    )


def on_its_way(plant: FactoryState, day: int) -> tuple[Ints, Ints, Floats]:
    """What is on its way on a morning, work in process included: node, day from today on which it is expected, quantity."""
    facts, lots, bought = plant.facts, plant.lots, plant.purchases
    placed, begun = plant.rows(bought, Stage.BEGUN), plant.rows(lots, Stage.BEGUN)
    waiting = np.arange(facts.n_items, plant.stock.size)
    waiting = waiting[plant.stock[waiting] > 1e-6]
    told = np.where(bought["due"][placed] > day, bought["due"][placed], bought["arrives"][placed])
    ends = np.where(lots["plan_end"][begun] - lots["plan_start"][begun] + lots["start"][begun] > day, _told_end(plant, begun), lots["end"][begun])
    node = np.r_[bought["node"][placed], plant.net.step_output[lots["step"][begun]], waiting]
    when = np.r_[told - day, ends - day, np.zeros(waiting.size, dtype=np.int64)]
    return node.astype(np.int64), np.maximum(when, 0).astype(np.int64), np.r_[bought["qty"][placed], lots["qty"][begun], plant.stock[waiting]]


def _calls_left(plant: FactoryState, day: int) -> Floats:
    """What suppliers that deliver so much a week may still be asked for, by calendar week from a day on, (n_sources, n_weeks) [pcs]."""
    facts, bought = plant.facts, plant.purchases
    rows = np.r_[plant.rows(bought, Stage.BEGUN), plant.rows(bought, Stage.DONE)]
    left = left_beside(facts, bought["source"][rows], bought["qty"][rows], bought["ordered"][rows])
    gone = (day + facts.today.weekday()) // 7
    return left[:, min(gone, max(left.shape[1] - 1, 0)) :] if left.size else left


def _least_parts(plant: FactoryState, rows: Ints) -> Floats:
    """Smallest part of each line that may be delivered alone, 0 where nobody says, (n,) [pcs]; empty where no line ever states one."""
    if not plant.facts.order_least.size:
        return plant.facts.order_least
    template = plant.lines["template"][rows]
    return np.asarray(np.where(template >= 0, np.minimum(plant.facts.order_least[np.maximum(template, 0)], plant.lines["open"][rows]), 0.0))


def _told_end(plant: FactoryState, begun: Ints) -> Ints:
    lots = plant.lots
    return np.asarray(lots["start"][begun] + lots["plan_end"][begun] - lots["plan_start"][begun], dtype=np.int64)


def shifts_left(plant: FactoryState, day: int) -> Shifts | None:
    """Machines from a morning on, without the hours of the lots that stand on them."""
    shifts, lots = plant.facts.shifts, plant.lots
    if shifts is None:
        return None
    begun = plant.rows(lots, Stage.BEGUN)
    begun = begun[(lots["machine"][begun] >= 0) & (lots["to"][begun] > DAY_H * day)]
    taken = [(int(lots["machine"][k]), max(float(lots["from"][k]) - DAY_H * day, 0.0), float(lots["to"][k]) - DAY_H * day) for k in begun.tolist()]
    return without(from_hour(shifts, DAY_H * day), taken)


def hours_to_go(plant: FactoryState, day: int) -> list[tuple[int, float]]:
    """Of each lot on the floor: work centre whose machine works it still, -1 = none, and the standard hours it still takes."""
    shifts, lots, found = plant.facts.shifts, plant.lots, []
    for row in plant.rows(lots, Stage.BEGUN).tolist():
        machine, ends = int(lots["machine"][row]), float(lots["to"][row])
        if shifts is None or machine < 0 or not ends > DAY_H * day:
            found.append((-1, 0.0))
            continue
        some = shifts.intervals(machine)
        opens, closes = shifts.opens[some.start : some.stop], shifts.closes[some.start : some.stop]
        hours = float(np.maximum(np.minimum(closes, ends) - np.maximum(opens, DAY_H * day), 0.0).sum()) * float(shifts.speed[machine])
        found.append((int(plant.facts.step_centre[lots["step"][row]]), hours))
    return found


def hours_left(plant: FactoryState, day: int) -> Floats:
    """Hours that no lot has taken, by week of seven days from a day, (n_centres, n_weeks) [h]."""
    left = _weekly_left(plant, day)
    shifts = shifts_left(plant, day)
    return left if shifts is None else np.where(shifts.by_hour[:, None], hours_by_week(shifts, left.shape[1]), left)


def _weekly_left(plant: FactoryState, day: int) -> Floats:
    """The same as if all hours were by week."""
    left = np.maximum(plant.calendar - plant.used, 0.0)
    week, inside = divmod(day, 7)
    if week >= left.shape[1]:
        return np.zeros((left.shape[0], 1))
    if not inside:
        return left[:, week:].copy()
    opening = plant.facts.today + timedelta(days=day - inside)
    share = _workdays(opening, inside) / max(_workdays(opening, 7), 1)
    ahead = left[:, week:]
    coming = np.c_[ahead[:, 1:], np.zeros(len(ahead))] * share
    kept = ahead * (1.0 - share)
    kept[:, 0] = ahead[:, 0] if share < 1.0 else 0.0
    return np.asarray(kept + coming)


def _workdays(first: date, days: int) -> int:
    return sum((first + timedelta(days=k)).weekday() < WORKDAYS for k in range(days))


def plan_at(plant: FactoryState, day: int) -> tuple[PlanProblem, PlanResult]:
    """The plan in force on a morning: what is not begun, on the problem that is left; supply for forecasts lies free."""
    rows = open_lines(plant)
    rows = rows[plant.lines["source"][rows] != LineSource.FORECAST]
    problem = problem_at(plant, day, rows)
    place = np.full(plant.lines.n, -1, dtype=np.int64)
    place[rows] = np.arange(rows.size)
    lots, bought, sent = plant.lots, plant.purchases, plant.shipments
    lot, buy, ship = plant.rows(lots, Stage.PLANNED), plant.rows(bought, Stage.PLANNED), plant.rows(sent, Stage.PLANNED)
    ship = ship[place[sent["line"][ship]] >= 0]
    late = np.maximum(day - lots["plan_start"][lot], 0)  # days by which a lot waits already
    schedule = Schedule(
        lot_step=lots["step"][lot].astype(np.int64),
        lot_qty=lots["qty"][lot],
        lot_from=lots["plan_from"][lot] + DAY_H * (late - day),
        lot_to=lots["plan_to"][lot] + DAY_H * (late - day),
        lot_ready=np.maximum(DAY_H * lots["plan_end"][lot], lots["plan_to"][lot]) + DAY_H * (late - day),
        lot_machine=lots["machine"][lot],
        delivery_order=place[sent["line"][ship]],
        delivery_day=np.maximum(sent["plan_day"][ship] - day, 0),
        delivery_qty=sent["qty"][ship],
    )
    ordered = np.maximum(bought["ordered"][buy], day)
    source = bought["source"][buy].astype(np.int64)
    received = ordered + bought["due"][buy] - bought["ordered"][buy] - day
    return problem, as_result(problem, schedule, (source, bought["qty"][buy], received, ordered - day))


def as_result(problem: PlanProblem, schedule: Schedule, bought: tuple[Ints, Floats, Ints, Ints]) -> PlanResult:
    """A schedule as a plan with its pegging; why something is late was told when it was made."""
    source, qty, received, ordered = bought
    net = network(problem)
    pegs = peg(problem, net, schedule, (source, qty, received))
    none, nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
    given = np.bincount(schedule.delivery_order, weights=schedule.delivery_qty, minlength=len(problem.orders))
    late = late_pieces(problem, schedule.delivery_order, schedule.delivery_day, schedule.delivery_qty)
    short = bool((given < problem.order_qty - 1e-6).any())
    return PlanResult(
        status=PlanStatus.SHORT if short else PlanStatus.LATE if late.max(initial=0.0) > 1e-6 else PlanStatus.ON_TIME,
        lot_step=schedule.lot_step,
        lot_qty=schedule.lot_qty,
        lot_start=schedule.lot_day,
        lot_end=schedule.lot_end,
        lot_from=schedule.lot_from,
        lot_to=schedule.lot_to,
        lot_ready=schedule.lot_ready,
        lot_machine=schedule.lot_machine,
        purchase_source=source,
        purchase_qty=qty,
        purchase_ordered=ordered,
        purchase_received=received,
        delivery_order=schedule.delivery_order,
        delivery_day=schedule.delivery_day,
        delivery_qty=schedule.delivery_qty,
        peg_delivery=pegs.peg_delivery,
        peg_kind=pegs.peg_kind,
        peg_row=pegs.peg_row,
        peg_qty=pegs.peg_qty,
        feed_lot=pegs.feed_lot,
        feed_kind=pegs.feed_kind,
        feed_row=pegs.feed_row,
        feed_qty=pegs.feed_qty,
        late_order=none,
        late_cause=none,
        late_place=none,
        late_day=none,
        late_qty=nothing,
        objective=float(tier_weights(problem) @ late),
        bound=lead_time_bound(problem, net),
        wall_s=0.0,
    )
