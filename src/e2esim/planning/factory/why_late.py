"""The walk of the why-late ledger: where each late piece was held up.

Each late piece is followed from its delivery up the chain of lots that made it, always to the input that came last,
with the latest day on which each would have been in time. The walk ends at a supplier who cannot be faster, at flow
times longer than the time there was (an order due before day 0 had none), or at a lot whose inputs lay ready: then its work centre was full (work centre)
or it waited for others (precedence). What the walks found is judged in :mod:`e2esim.planning.factory.blame`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.planning.factory.call_offs import call_weeks, first_possible, limited, rooms
from e2esim.planning.factory.network import NEVER, MaterialNetwork
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem
from e2esim.planning.factory.result import Cause, PegKind
from e2esim.planning.factory.trace import Pegging, Schedule
from e2esim.planning.factory.worked import free_by_day, hours_used

FULL = 0.03  # a week with less than this share of its hours left, or no room for one more lot, is full


Found = tuple[int, int, int]  # cause, place, day


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the walk of one late quantity found, and the busiest work centre it passed."""

    order: int
    found: Found
    busy: Found | None
    qty: float


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanWalk:
    """The plan as the walk sees it."""

    problem: PlanProblem
    net: MaterialNetwork
    schedule: Schedule
    bought_source: Ints
    rationed: dict[int, int]  # items of which limited suppliers bring no more inside the calendar, and the preferred of them
    possible: Ints  # (n_purchases,) first day on which each purchase could be there
    feeds: dict[int, list[tuple[int, int]]]
    full: npt.NDArray[np.bool_]  # (n_steps, n_weeks) no room for one more lot of the step
    full_weeks: Ints  # (n_centres,) weeks of the plan in which some step of it had no room
    lot_h: Floats  # (n_steps,) hours of one more lot [h]
    free_h: Floats  # (n_centres, n_days) free hours of work centres by the hour, next to nothing left out [h]


def walk_late(problem: PlanProblem, net: MaterialNetwork, schedule: Schedule, bought: tuple[Ints, Floats, Ints], pegs: Pegging) -> tuple[PlanWalk, list[Entry]]:
    """Walk back from every piece delivered after its due day or never."""
    due = problem.order_due[schedule.delivery_order]
    late_peg = schedule.delivery_day[pegs.peg_delivery] > due[pegs.peg_delivery]
    world = _world(problem, net, schedule, bought, pegs)
    rows: list[Entry] = []
    for k in np.flatnonzero(late_peg):
        d = pegs.peg_delivery[k]
        order = int(schedule.delivery_order[d])
        item = int(problem.order_item[order])
        if due[d] < 0:
            found, busy = (int(Cause.LEAD_TIME), _last_step(problem, item), int(due[d])), None
        else:
            found, busy = _walk(world, int(pegs.peg_kind[k]), int(pegs.peg_row[k]), int(due[d]), item)
        rows.append(Entry(order=order, found=found, busy=busy, qty=float(pegs.peg_qty[k])))
    given = np.bincount(schedule.delivery_order, weights=schedule.delivery_qty, minlength=len(problem.orders))
    for j in np.flatnonzero(problem.order_qty - given > 1e-6):
        found = _never(world, int(problem.order_item[j]), int(problem.order_due[j]))
        rows.append(Entry(order=int(j), found=found, busy=None, qty=float(problem.order_qty[j] - given[j])))
    return world, rows


def items_behind(problem: PlanProblem, item: int) -> set[int]:
    """An item and everything that goes into it."""
    stack, seen = [item], set()
    parent, component = problem.behind
    while stack:
        i = stack.pop()
        if i not in seen:
            seen.add(i)
            stack += component[parent == i].tolist()
    return seen


def steps_behind(problem: PlanProblem, item: int) -> list[int]:
    """Steps of an item and of everything that goes into it."""
    return np.flatnonzero(np.isin(problem.step_item, list(items_behind(problem, item)))).tolist()


def _world(problem: PlanProblem, net: MaterialNetwork, schedule: Schedule, bought: tuple[Ints, Floats, Ints], pegs: Pegging) -> PlanWalk:
    feeds: dict[int, list[tuple[int, int]]] = {}
    for lot, kind, row in zip(pegs.feed_lot.tolist(), pegs.feed_kind.tolist(), pegs.feed_row.tolist(), strict=True):
        feeds.setdefault(lot, []).append((kind, row))
    s = schedule
    room = problem.capacity_h - hours_used(problem, s.lot_step, s.lot_qty, s.lot_from, s.lot_to, s.lot_machine)
    lot_h = problem.step_setup_h + problem.step_run_h * np.maximum(problem.lot_min, 1.0)[problem.step_item]
    short = room[problem.step_centre] < np.maximum(lot_h[:, None], FULL * problem.capacity_h[problem.step_centre])
    opened, free = free_by_day(problem, s.lot_step, s.lot_from, s.lot_to, s.lot_machine)
    full_weeks = np.zeros(len(problem.centres), dtype=np.int64)
    np.maximum.at(full_weeks, problem.step_centre, short[:, : int(schedule.lot_day.max(initial=0)) // 7 + 1].sum(axis=1))
    return PlanWalk(
        problem=problem,
        net=net,
        schedule=schedule,
        bought_source=bought[0],
        rationed=_rationed(problem, net, schedule),
        possible=first_possible(problem, *bought, net.free_from),
        feeds=feeds,
        full=short,
        full_weeks=full_weeks,
        lot_h=lot_h,
        free_h=np.where(free < FULL * opened, 0.0, free),
    )


def _rationed(problem: PlanProblem, net: MaterialNetwork, schedule: Schedule) -> dict[int, int]:
    """Items of limited suppliers alone whose supply the plan uses up, each with its preferred source."""
    found: dict[int, int] = {}
    row, node, per = net.inputs_of(schedule.lot_step)
    used = np.r_[schedule.lot_qty[row] * per, schedule.delivery_qty]
    of = np.r_[node, problem.order_item[schedule.delivery_order]]
    for item in np.unique(problem.source_item[limited(problem)]).tolist():
        own = np.flatnonzero(problem.source_item == item)
        if net.free_from[item] < NEVER or np.any(problem.step_item == item):
            continue
        soon = [rooms(problem, s)[call_weeks(problem).first + problem.source_lead_days[s] < 7 * problem.n_weeks].sum() for s in own.tolist()]
        come = problem.on_hand[item] + problem.receipt_qty[problem.receipt_item == item].sum() + sum(soon)
        if come - used[of == item].sum() < used[of == item].max(initial=1.0):
            found[item] = int(own[problem.source_priority[own].argmin()])
    return found


def _walk(world: PlanWalk, kind: int, row: int, wanted: int, item: int) -> tuple[Found, Found | None]:
    """Cause, place and day, and the busiest work centre passed, for a piece from supply (kind, row) that should have
    been there on day `wanted`.
    """
    problem = world.problem
    busiest: Found | None = None
    widest = 0.0
    while True:
        if kind == PegKind.PURCHASE:
            source = int(world.bought_source[row])
            if world.possible[row] > wanted:
                return (Cause.SUPPLIER, source, wanted), busiest
            return busiest or (Cause.PRECEDENCE, _last_step(problem, item), wanted), busiest
        if kind != PegKind.LOT:
            late = kind == PegKind.RECEIPT and problem.receipt_day[row] > wanted
            if late:
                return (Cause.MATERIAL, problem.receipt_owner(row), wanted), busiest
            return busiest or (Cause.PRECEDENCE, _last_step(problem, item), wanted), busiest
        step, start = int(world.schedule.lot_step[row]), int(world.schedule.lot_day[row])
        latest = wanted - int(world.schedule.lot_end[row] - start)
        if start <= latest:
            return busiest or (Cause.PRECEDENCE, step, wanted), busiest
        if latest < 0:
            return (Cause.LEAD_TIME, step, wanted), busiest
        stretch = _weeks_without_room(world, step, latest, start)
        if stretch > widest:
            busiest, widest = (Cause.WORK_CENTRE, int(problem.step_centre[step]), latest), stretch
        kind, row, ready = _last_input(world, row)
        if ready <= latest:
            return busiest or (Cause.PRECEDENCE, step, latest), busiest
        wanted = latest


def _weeks_without_room(world: PlanWalk, step: int, latest: int, start: int) -> float:
    """Weeks in which the work centre of a step kept a lot waiting between two days: full weeks where hours are by week, and where they are
    by the hour the days until its free hours would have held one more lot.
    """
    problem, centre = world.problem, int(world.problem.step_centre[step])
    if problem.shifts is None or not problem.shifts.by_hour[centre]:
        return float(world.full[step, latest // 7 : max(start // 7, latest // 7 + 1)].sum())
    room = np.cumsum(world.free_h[centre, latest : max(start, latest + 1)]) >= world.lot_h[step] - 1e-9
    return (int(room.argmax()) if room.any() else room.size) / 7.0


def _last_input(world: PlanWalk, lot: int) -> Found:
    """Supply of a lot that came last: kind, row, day it was there (-1 for opening stock or no input)."""
    best = (int(PegKind.STOCK), 0, -1)
    for kind, row in world.feeds.get(lot, []):
        if kind == PegKind.LOT:
            day = int(world.schedule.lot_end[row])
        elif kind == PegKind.PURCHASE:
            day = int(world.possible[row])  # bought just in time, not late
        else:
            day = int(world.problem.receipt_day[row]) if kind == PegKind.RECEIPT else -1
        if day > best[2]:
            best = (kind, row, day)
    return best


def _never(world: PlanWalk, item: int, due: int) -> Found:
    """Cause of what is never delivered: a part nobody makes or sells, else the fullest work centre behind the item."""
    problem = world.problem
    steps = steps_behind(problem, item)
    behind = items_behind(problem, item)
    for i in sorted(behind):
        if not np.any(problem.step_item == i) and world.net.free_from[i] >= NEVER and not np.any(problem.source_item == i):
            return Cause.MATERIAL, i, due
    if rationed := [i for i in sorted(behind) if i in world.rationed]:
        return Cause.SUPPLIER, world.rationed[rationed[0]], due
    if not steps:
        return Cause.SUPPLIER, int(np.flatnonzero(problem.source_item == item)[0]), due
    fullest = max(steps, key=lambda s: float(world.full[s].mean()))
    if problem.is_outside[problem.step_centre[fullest]]:
        return Cause.LEAD_TIME, fullest, due
    return Cause.WORK_CENTRE, int(problem.step_centre[fullest]), due


def _last_step(problem: PlanProblem, item: int) -> int:
    own = np.flatnonzero((problem.step_item == item) & problem.is_main)
    return int(own[-1]) if own.size else -1
