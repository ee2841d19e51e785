"""The why-late ledger: every late piece gets the one limit that bound it.

Each late piece is followed from its delivery up the chain of lots that made it, always to the input that came last,
with the latest day on which each would have been in time. The walk ends at a supplier who cannot be faster, at flow
times longer than the time there was (an order due before day 0 had none), or at a lot whose inputs lay ready: then its work centre was full (work centre)
or it waited for others (precedence). The pieces of an order's entries add up to its late pieces.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.planning.factory.network import NEVER, Network
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem
from e2esim.planning.factory.result import Cause, PegKind
from e2esim.planning.factory.trace import Pegging, Schedule

FULL = 0.03  # a week with less than this share of its hours left, or no room for one more lot, is full
PASSED_ON = 0.5  # a work centre full in less than this share of the weeks of another only passes its queue on


@dataclass(frozen=True, kw_only=True, eq=False)
class Ledger:
    """Rows (order, `Cause`, place, day, pieces); see `PlanResult`."""

    order: Ints
    cause: Ints
    place: Ints
    day: Ints
    qty: Floats


Found = tuple[int, int, int]  # cause, place, day


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """What the walk of one late quantity found, and the busiest work centre it passed."""

    order: int
    found: Found
    busy: Found | None
    qty: float


@dataclass(frozen=True, kw_only=True, eq=False)
class _World:
    problem: PlanProblem
    net: Network
    schedule: Schedule
    bought_source: Ints
    feeds: dict[int, list[tuple[int, int]]]
    full: npt.NDArray[np.bool_]  # (n_steps, n_weeks) no room for one more lot of the step
    full_weeks: Ints  # (n_centres,) weeks of the plan in which some step of it had no room


def why_late(
    problem: PlanProblem,
    net: Network,
    schedule: Schedule,
    bought: tuple[Ints, Floats, Ints],
    pegs: Pegging,
    anyway: Floats,
) -> Ledger:
    """Explain every piece delivered after its due day or never.

    Parameters
    ----------
    anyway : (n_items,)
        Pieces of each item that are late even when no work centre has a limit. Lead times, suppliers and precedence
        get the blame for no more than these: what they hold up beyond, hours upstream had already cost.
    """
    due = problem.order_due[schedule.delivery_order]
    late_peg = schedule.delivery_day[pegs.peg_delivery] > due[pegs.peg_delivery]
    world = _world(problem, net, schedule, bought, pegs)
    rows: list[_Entry] = []
    for k in np.flatnonzero(late_peg):
        d = pegs.peg_delivery[k]
        order = int(schedule.delivery_order[d])
        item = int(problem.order_item[order])
        if due[d] < 0:
            found, busy = (int(Cause.LEAD_TIME), _last_step(problem, item), int(due[d])), None
        else:
            found, busy = _walk(world, int(pegs.peg_kind[k]), int(pegs.peg_row[k]), int(due[d]), item)
        rows.append(_Entry(order=order, found=found, busy=busy, qty=float(pegs.peg_qty[k])))
    given = np.bincount(schedule.delivery_order, weights=schedule.delivery_qty, minlength=len(problem.orders))
    for j in np.flatnonzero(problem.order_qty - given > 1e-6):
        found = _never(world, int(problem.order_item[j]), int(problem.order_due[j]))
        rows.append(_Entry(order=int(j), found=found, busy=None, qty=float(problem.order_qty[j] - given[j])))
    return _summed(_limited(world, rows, anyway))


def _limited(world: _World, rows: list[_Entry], anyway: Floats) -> list[tuple[int, Found, float]]:
    """Entries with the blame of all but work centres and material limited to `anyway`, earliest due orders first.

    What is late beyond that is late for want of hours: it goes to the work centre that was full for longest. The same
    one takes the blame of a work centre that was full in far fewer weeks, which only passes its queue on.
    """
    problem, left, out = world.problem, anyway.copy(), []
    behind = {int(i): steps_behind(problem, int(i)) for i in np.unique([problem.order_item[e.order] for e in rows])}
    for e in sorted(rows, key=lambda e: int(problem.order_due[e.order])):
        item, due = int(problem.order_item[e.order]), int(problem.order_due[e.order])
        fullest = None if due < 0 else _fullest(world, behind[item], due)
        if e.found[0] == Cause.WORK_CENTRE and fullest is not None:
            weak = world.full_weeks[e.found[1]] < PASSED_ON * world.full_weeks[fullest[1]]
            out.append((e.order, fullest if weak else e.found, e.qty))
            continue
        other = fullest or e.busy
        if e.found[0] in (Cause.WORK_CENTRE, Cause.MATERIAL) or other is None:
            out.append((e.order, e.found, e.qty))
            continue
        own = min(e.qty, max(0.0, float(left[item])))
        left[item] -= own
        out += [(e.order, found, q) for found, q in ((e.found, own), (other, e.qty - own)) if q > 1e-9]
    return out


def _fullest(world: _World, behind: list[int], due: int) -> Found | None:
    """The work centre of some steps that was full in the most weeks of the plan, None when none was full by a day."""
    steps = [s for s in behind if world.full[s, : max(0, due) // 7 + 1].any()]
    if not steps:
        return None
    centres = world.problem.step_centre[steps]
    return int(Cause.WORK_CENTRE), int(centres[int(world.full_weeks[centres].argmax())]), due


def steps_behind(problem: PlanProblem, item: int) -> list[int]:
    """Steps of an item and of everything that goes into it."""
    stack, seen, steps = [item], set(), []
    while stack:
        i = stack.pop()
        if i not in seen:
            seen.add(i)
            steps += np.flatnonzero(problem.step_item == i).tolist()
            stack += problem.bom_component[problem.bom_parent == i].tolist()
    return steps


def _world(problem: PlanProblem, net: Network, schedule: Schedule, bought: tuple[Ints, Floats, Ints], pegs: Pegging) -> _World:
    feeds: dict[int, list[tuple[int, int]]] = {}
    for lot, kind, row in zip(pegs.feed_lot.tolist(), pegs.feed_kind.tolist(), pegs.feed_row.tolist(), strict=True):
        feeds.setdefault(lot, []).append((kind, row))
    room = problem.capacity_h.copy()
    s = schedule.lot_step
    np.subtract.at(
        room,
        (problem.step_centre[s], schedule.lot_day // 7),
        problem.step_setup_h[s] + problem.step_run_h[s] * schedule.lot_qty,
    )
    lot_h = problem.step_setup_h + problem.step_run_h * np.maximum(problem.lot_min, 1.0)[problem.step_item]
    short = room[problem.step_centre] < np.maximum(lot_h[:, None], FULL * problem.capacity_h[problem.step_centre])
    full_weeks = np.zeros(len(problem.centres), dtype=np.int64)
    np.maximum.at(full_weeks, problem.step_centre, short[:, : int(schedule.lot_day.max(initial=0)) // 7 + 1].sum(axis=1))
    return _World(
        problem=problem,
        net=net,
        schedule=schedule,
        bought_source=bought[0],
        feeds=feeds,
        full=short,
        full_weeks=full_weeks,
    )


def _walk(world: _World, kind: int, row: int, wanted: int, item: int) -> tuple[Found, Found | None]:
    """Cause, place and day, and the busiest work centre passed, for a piece from supply (kind, row) that should have
    been there on day `wanted`.
    """
    problem = world.problem
    busiest: Found | None = None
    widest = 0
    while True:
        if kind == PegKind.PURCHASE:
            source = int(world.bought_source[row])
            fastest = int(world.net.free_from[problem.source_item[source]])
            if fastest > wanted:
                return (Cause.SUPPLIER, source, wanted), busiest
            return busiest or (Cause.PRECEDENCE, _last_step(problem, item), wanted), busiest
        if kind != PegKind.LOT:
            late = kind == PegKind.RECEIPT and problem.receipt_day[row] > wanted
            if late:
                return (Cause.MATERIAL, problem.receipt_owner(row), wanted), busiest
            return busiest or (Cause.PRECEDENCE, _last_step(problem, item), wanted), busiest
        step, start = int(world.schedule.lot_step[row]), int(world.schedule.lot_day[row])
        latest = wanted - int(problem.step_flow_days[step])
        if start <= latest:
            return busiest or (Cause.PRECEDENCE, step, wanted), busiest
        if latest < 0:
            return (Cause.LEAD_TIME, step, wanted), busiest
        blocked = world.full[step, latest // 7 : max(start // 7, latest // 7 + 1)]
        stretch = int(blocked.sum())
        if stretch > widest:
            busiest, widest = (Cause.WORK_CENTRE, int(problem.step_centre[step]), latest), stretch
        kind, row, ready = _last_input(world, row)
        if ready <= latest:
            return busiest or (Cause.PRECEDENCE, step, latest), busiest
        wanted = latest


def _last_input(world: _World, lot: int) -> Found:
    """Supply of a lot that came last: kind, row, day it was there (-1 for opening stock or no input)."""
    best = (int(PegKind.STOCK), 0, -1)
    for kind, row in world.feeds.get(lot, []):
        if kind == PegKind.LOT:
            day = int(world.schedule.lot_day[row] + world.problem.step_flow_days[world.schedule.lot_step[row]])
        elif kind == PegKind.PURCHASE:
            day = int(world.net.free_from[world.problem.source_item[world.bought_source[row]]])  # bought just in time, not late
        else:
            day = int(world.problem.receipt_day[row]) if kind == PegKind.RECEIPT else -1
        if day > best[2]:
            best = (kind, row, day)
    return best


def _never(world: _World, item: int, due: int) -> Found:
    """Cause of what is never delivered: a part nobody makes or sells, else the fullest work centre behind the item."""
    problem = world.problem
    steps = steps_behind(problem, item)
    behind = {item, *problem.step_item[steps].tolist()}
    behind |= set(problem.bom_component[np.isin(problem.bom_parent, list(behind))].tolist())
    for i in sorted(behind):
        if not np.any(problem.step_item == i) and world.net.free_from[i] >= NEVER:
            return Cause.MATERIAL, i, due
    if not steps:
        return Cause.SUPPLIER, int(np.flatnonzero(problem.source_item == item)[0]), due
    fullest = max(steps, key=lambda s: float(world.full[s].mean()))
    return Cause.WORK_CENTRE, int(problem.step_centre[fullest]), due


def _last_step(problem: PlanProblem, item: int) -> int:
    own = np.flatnonzero(problem.step_item == item)
    return int(own[-1]) if own.size else -1


def _summed(rows: list[tuple[int, Found, float]]) -> Ledger:
    """Rows of the same order, cause, place and day in one."""
    total: dict[tuple[int, int, int, int], float] = {}
    for order, (cause, place, day), qty in rows:
        key = (order, int(cause), place, day)
        total[key] = total.get(key, 0.0) + qty
    keys = sorted(total)
    columns = np.array(keys, dtype=np.int64).reshape(-1, 4)
    return Ledger(
        order=columns[:, 0],
        cause=columns[:, 1],
        place=columns[:, 2],
        day=columns[:, 3],
        qty=np.array([total[k] for k in keys], dtype=np.float64),
    )
