"""The judgement of the why-late ledger: the one limit that is to blame for each late piece.

The walks (:mod:`e2esim.planning.factory.why_late`) say where a piece was held up; counterfactual plans say whether lifting
that limit would have helped. The pieces of an order's entries add up to its late pieces.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from e2esim.planning.factory.counterfactual import Lifted, Limit
from e2esim.planning.factory.problem import Floats, Ints
from e2esim.planning.factory.result import Cause
from e2esim.planning.factory.why_late import Entry, Found, PlanWalk, items_behind, steps_behind

PASSED_ON = 0.5  # a work centre full in less than this share of the weeks of another only passes its queue on
MOST_SUSPECTS = 4  # limits that are lifted one by one
EPS = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Ledger:
    """Rows (order, `Cause`, place, day, pieces); see `PlanResult`."""

    order: Ints
    cause: Ints
    place: Ints
    day: Ints
    qty: Floats


Row = tuple[int, Found, float]  # order, what was found, pieces


def suspects(world: PlanWalk, ledger: Ledger) -> tuple[Limit, ...]:
    """Limits with the most blame, at most `MOST_SUSPECTS`; none where one has all of it and nothing is open to doubt.

    Behind what waited for others (precedence) stands a scarce part: its supply is suspected too.
    """
    blamed: dict[Limit, float] = {}
    scarce = _scarce_parts(world) if (ledger.cause == Cause.PRECEDENCE).any() else {}
    behind: dict[int, set[int]] = {}
    rows = zip(ledger.order.tolist(), ledger.cause.tolist(), ledger.place.tolist(), ledger.qty.tolist(), strict=True)
    for order, cause, place, qty in rows:
        limits = [(cause, place)]
        if cause == Cause.PRECEDENCE:
            item = int(world.problem.order_item[order])
            behind[item] = behind.get(item) or items_behind(world.problem, item)
            limits += [scarce[part] for part in behind[item] if part in scarce]
        for limit in limits:
            blamed[limit] = blamed.get(limit, 0.0) + qty
    if len(blamed) < 2:
        return ()
    ranked = sorted((limit for limit in blamed if limit[0] != Cause.PRECEDENCE and limit[1] >= 0), key=lambda limit: (-blamed[limit], limit))
    return tuple(ranked[:MOST_SUSPECTS])


def _scarce_parts(world: PlanWalk) -> dict[int, Limit]:
    """Bought parts that run out before more can come, and what limits their supply: the fastest source, or the material itself."""
    problem, net, plan = world.problem, world.net, world.schedule
    row, node, per = net.inputs_of(plan.lot_step)
    used, day = plan.lot_qty[row] * per, plan.lot_day[row]
    bought = np.setdiff1d(np.unique(node[node < problem.n_items]), problem.step_item)
    found: dict[int, Limit] = {}
    for item in bought.tolist():
        own, come = node == item, problem.receipt_item == item
        first = int(net.free_from[item])
        for when in sorted({first, *problem.receipt_day[come & (problem.receipt_day < first)].tolist()}):
            left = problem.on_hand[item] + problem.receipt_qty[come & (problem.receipt_day < when)].sum() - used[own & (day < when)].sum()
            if when > 0 and left < used[own].max():
                sources = np.flatnonzero(problem.source_item == item)
                supplier = when == first and sources.size
                found[item] = (int(Cause.SUPPLIER), int(sources[problem.source_lead_days[sources].argmin()])) if supplier else (int(Cause.MATERIAL), item)
                break
    return found


def judge(world: PlanWalk, rows: list[Entry], anyway: Floats, lifted: Lifted | None = None) -> Ledger:
    """Blame for what the walks found.

    Parameters
    ----------
    anyway : (n_items,)
        Pieces of each item that are late even when no work centre has a limit. Lead times, suppliers and precedence
        get the blame for no more than these: what they hold up beyond, hours upstream had already cost.
    lifted
        Late pieces of each item when one suspected limit is lifted. A weaker limit hands its blame on to a suspect whose
        lifting brings the pieces in time, even off their own route: what shared parts and hours lack is lost there.
    """
    if lifted is not None:
        hours = [k for k, (cause, _) in enumerate(lifted.limit) if cause == Cause.WORK_CENTRE]
        anyway = np.minimum(anyway, lifted.late[hours].min(axis=0, initial=np.inf))
    found = _limited(world, rows, anyway)
    return _summed(found if lifted is None else _handed_on(world, found, lifted))


def _limited(world: PlanWalk, rows: list[Entry], anyway: Floats) -> list[Row]:
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


def _fullest(world: PlanWalk, behind: list[int], due: int) -> Found | None:
    """The work centre of some steps that was full in the most weeks of the plan, None when none was full by a day."""
    steps = [s for s in behind if world.full[s, : max(0, due) // 7 + 1].any()]
    if not steps:
        return None
    centres = world.problem.step_centre[steps]
    return int(Cause.WORK_CENTRE), int(centres[int(world.full_weeks[centres].argmax())]), due


def _handed_on(world: PlanWalk, rows: list[Row], lifted: Lifted) -> list[Row]:
    """Rows with the blame of weaker limits handed to the suspect whose lifting helps, the greatest help first."""
    item, known = world.problem.order_item, {limit: k for k, limit in enumerate(lifted.limit)}
    late = np.zeros(world.problem.n_items)
    own = np.zeros_like(lifted.late)
    for order, (cause, place, _), qty in rows:
        late[item[order]] += qty
        if (cause, place) in known:
            own[known[cause, place], item[order]] += qty
    helps = np.maximum(late - lifted.late, 0.0)
    left = helps - own
    by_help = sorted(range(len(known)), key=lambda k: -helps[k].sum())
    out: list[Row] = []
    for order, (cause, place, day), qty in rows:
        i, limit = item[order], (cause, place)
        useless = limit in known and helps[known[limit], i] < qty - EPS
        for k in by_help:
            other = lifted.limit[k]
            taken = min(qty, float(left[k, i]))
            if taken > EPS and other != limit and _own_step(world, item[order], other) and (useless or _days(world, limit) < PASSED_ON * _days(world, other)):
                left[k, i] -= taken
                qty -= taken
                out.append((order, (*other, day), taken))
        if qty > EPS:
            out.append((order, (cause, place, day), qty))
    return out


def _own_step(world: PlanWalk, item: int, limit: Limit) -> bool:
    """Whether a limit may hold up an item: flow times of other items' steps never do."""
    cause, place = limit
    return cause != Cause.LEAD_TIME or place in steps_behind(world.problem, int(item))


def _days(world: PlanWalk, limit: Limit) -> float:
    """How long a limit lasts: days without hours, of lead or flow time, or until the material is there [d]."""
    problem, (cause, place) = world.problem, limit
    if cause == Cause.PRECEDENCE or place < 0:
        return 0.0
    if cause == Cause.WORK_CENTRE:
        return 7.0 * float(world.full_weeks[place])
    if cause == Cause.SUPPLIER:
        return float(problem.source_lead_days[place])
    if cause == Cause.LEAD_TIME:
        return float(problem.step_flow_days[place])
    return float(problem.receipt_day[problem.receipt_item == place].max(initial=0)) or 7.0 * problem.n_weeks


def _summed(rows: list[Row]) -> Ledger:
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
