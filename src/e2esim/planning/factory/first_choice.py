"""Back to the first choice: work that a plan gives to a second choice returns where nothing gets later by it.

Owns the preference among ways to do a step. Lateness decides first; after it a second choice is taken only where the first,
even begun some weeks sooner, would have something late.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from e2esim.planning.factory.change_kernels import State
from e2esim.planning.factory.execute import Wants, copied, execute, search, wants_of
from e2esim.planning.factory.frame import Frame, frame
from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import AS_USUAL, Floats, Ints, PlanProblem
from e2esim.planning.factory.result import PlanResult
from e2esim.planning.factory.worked import day_started

SOONER_DAYS = (0, 7, 14, 28)  # days by which the work may begin sooner at its first choice
MOST_TRIES = 400  # plans tried: what is left stays where it is


def first_choices_again(view: Frame, wants: Wants, state: State) -> Wants:
    """Wants with as much as possible at first choices: all at once, then halves, down to single lots. None costs more than before.

    Examples
    --------
    >>> from e2esim.planning.factory.execute import backward
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> p = synthetic_problem(np.random.default_rng(1), finished=2, parts=2, bought=3, centres=3, orders=12, weeks=8)
    >>> view = frame(p, network(p), 56)
    >>> wants = backward(view, p.order_due)
    >>> first_choices_again(view, wants, np.ones(1, dtype=np.uint64)) is wants  # there is one way to do each step
    True
    """
    main = view.trees.main
    second = np.flatnonzero((wants.step != main[wants.step]) & (view.problem.takes[wants.step] == AS_USUAL))
    if not second.size:
        return _first_routings_again(view, wants, state)
    best, cost, tries = wants, search(view, wants, 0, state), 0
    parts = [second]
    while parts and tries < MOST_TRIES:
        rows = parts.pop()
        for days in SOONER_DAYS:
            tried = _returned(best, main, rows, days)
            new, tries = search(view, tried, 0, state), tries + 1
            if new <= cost:
                best, cost = tried, new
                break
        else:
            if rows.size > 1:
                parts += [rows[rows.size // 2 :], rows[: rows.size // 2]]
    return _first_routings_again(view, best, state)


def _first_routings_again(view: Frame, wants: Wants, state: State) -> Wants:
    """Wants with as many lots as possible by the first routing of their item, the last of other routings first. None costs more than before."""
    p = view.problem
    other = np.flatnonzero(p.takes[wants.step] != AS_USUAL)
    if not other.size:
        return wants
    lots = sorted(zip(wants.day[other].tolist(), wants.step[other].tolist(), wants.qty[other].tolist(), strict=True), reverse=True)
    best, cost, tries = wants, search(view, wants, 0, state), 0
    for lot in lots:
        for days in SOONER_DAYS if tries < MOST_TRIES else ():
            tried = _by_first_routing(view, best, lot, days)
            new, tries = search(view, tried, 0, state), tries + 1
            if new <= cost:
                best, cost = tried, new
                break
    return best


def _by_first_routing(view: Frame, wants: Wants, lot: tuple[int, int, float], days: int) -> Wants:
    """One lot of the last step of another routing (day, step, pieces) by the first routing, its end begun some days sooner; what was
    wanted before it on its own way is wanted no more.
    """
    p, (day, step, qty) = view.problem, lot
    left, halfway = wants.qty.copy(), int(p.takes[step])
    left[np.flatnonzero((wants.step == step) & (wants.day == day) & (wants.qty == qty))[:1]] = 0.0
    for before in np.flatnonzero((p.step_item == halfway) & p.is_main).tolist():
        gone = qty * float(p.step_need[before] / p.yields[step])
        rows = np.flatnonzero((p.mains[wants.step] == before) & (wants.day <= day))
        for row in rows[np.argsort(-wants.day[rows], kind="stable")].tolist():
            less = min(gone, float(left[row]))
            left[row] -= less
            gone -= less
    own = np.flatnonzero((p.step_item == p.step_item[step]) & p.is_main)[::-1]
    starts = np.maximum(day - days - np.r_[0, np.cumsum(view.lead_days[own[1:]])], 0).astype(np.int64)
    both = wants_of(p, np.r_[wants.step, own], np.r_[wants.day, starts], np.r_[left, qty * p.step_need[own]])
    return replace(both, rank=wants.rank)


def _returned(wants: Wants, main: Ints, rows: Ints, days: int) -> Wants:
    """Some wants at their first choice, begun some days sooner."""
    own = copied(wants)
    own.step[rows] = main[own.step[rows]]
    own.day[rows] = np.maximum(own.day[rows] - days, 0)
    return own


def later_at_first(problem: PlanProblem, result: PlanResult, most: int) -> dict[int, tuple[int, float]]:
    """Why lots of a plan stand at a second choice: the order that suffers most when one of them is done at its first choice instead.

    Returns
    -------
    dict
        By row of the plan's lots, for up to `most` of those at a second choice: the order, and how much more late it gets [piece days].
        Lots whose return makes nobody later are left out.
    """
    other = problem.mains[result.lot_step] != result.lot_step
    second = np.flatnonzero(other & (problem.takes[result.lot_step] == AS_USUAL))[:most]  # another routing has no step to go back to
    if not second.size:
        return {}
    net = network(problem)
    view = frame(problem, net, max(1, 7 * problem.n_weeks))
    now = _piece_days(view, wants_of(problem, result.lot_step, day_started(result.lot_from), result.lot_qty))
    found = {}
    for row in second.tolist():
        step = result.lot_step.copy()
        step[row] = problem.mains[step[row]]
        more = _piece_days(view, wants_of(problem, step, day_started(result.lot_from), result.lot_qty)) - now
        if more.size and more.max() > 1e-6:
            found[row] = int(more.argmax()), float(more.max())
    return found


def _piece_days(view: Frame, wants: Wants) -> Floats:
    """Pieces of every order times the days that they are late, to the end of the days where they never come."""
    p, done = view.problem, execute(view, wants)
    late = np.maximum(done.delivery_day - p.order_due[done.delivery_order], 0)
    given = np.bincount(done.delivery_order, weights=done.delivery_qty, minlength=len(p.orders))
    total = np.bincount(done.delivery_order, weights=done.delivery_qty * late, minlength=len(p.orders))
    return np.asarray(total + np.maximum(p.order_qty - given, 0.0) * np.maximum(view.days - p.order_due, 0))
