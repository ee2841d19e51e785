"""Nobody waits for ever, third part: who would still wait longer than `LONG_DAYS` takes hours from what is due later.

A first claim takes finished pieces from others; where none are made in time nobody can step back. Here each such order in turn, the one
whose waiting weighs most first, asks for lots of its late pieces some weeks before its claim begins, as if the hours of the work centres
were all its own: the lots of others wait for it. The first such plan is kept that is better for those who wait (`sooner.Waiting`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from e2esim.planning.factory.frame import Claims, Frame, with_claims
from e2esim.planning.factory.problem import Floats
from e2esim.planning.factory.sooner import EPS, Waiting, asked, joined, seen, spare, with_more

BEFORE_DAYS = (0, 7, 14, 21, 28)  # days before the claim for which the late pieces are asked, the first that is better is taken [d]
SHARES = (1.0, 0.5)  # of the late pieces


Better = Callable[[Waiting, Waiting], bool]  # whether a plan (the first) is taken in place of another


def hours_given(view: Frame, now: Waiting, claims: Claims, better: Better, may_go_on: Callable[[], bool]) -> tuple[Frame, Waiting]:
    """The plan in which orders that wait too long have hours before others, each with or without a claim, as long as that is better.

    Parameters
    ----------
    view, now
        The problem laid out, and the plan that others step back from.
    claims
        Who has a claim already, changed in place, and the day of everybody's.
    better
        Which plan is taken.
    may_go_on
        Asked before each plan that is tried; False ends it.
    """
    missing = np.array([late_for(view, now, order, int(day)) for order, day in enumerate(claims.due)])
    orders = np.flatnonzero((missing > EPS) & (claims.due < view.days))
    for order in orders[np.argsort(-now.wait[orders], kind="stable")].tolist():
        with_own = claims.who.copy()
        with_own[order] = True
        for who in [with_own] if claims.who[order] else [with_own, claims.who.copy()]:
            other = with_claims(view, claims._replace(who=who)) if who.any() else view
            found = _claimed(other, now, better, may_go_on) if who[order] > claims.who[order] else None
            found = found or _served(other, now, order, int(claims.due[order]), better, may_go_on)
            if found is not None:
                view, now = other, found
                claims.who[:] = who
                break
    return view, now


def _claimed(view: Frame, now: Waiting, better: Better, may_go_on: Callable[[], bool]) -> Waiting | None:
    """The same wants where claims are kept, None if that is not better."""
    after = seen(view, now.wants) if may_go_on() else now
    return after if better(after, now) else None


def _served(view: Frame, now: Waiting, order: int, until: int, better: Better, may_go_on: Callable[[], bool]) -> Waiting | None:
    """The first better plan in which an order has hours before others, None if there is none."""
    pieces = late_for(view, now, order, until)
    if pieces <= EPS:
        return None
    free, _ = spare(view, now.schedule)
    for share in SHARES:
        for day in [until - before for before in BEFORE_DAYS if until >= before]:
            more = asked(view, free, view.problem.capacity_h, order, float(np.ceil(share * pieces)), day)
            for lots in (joined(view.problem, now.wants, more), more):
                if not may_go_on():
                    return None
                found = seen(view, with_more(view.problem, now.wants, lots))
                if better(found, now):
                    return found
    return None


def late_for(view: Frame, now: Waiting, order: int, until: int) -> float:
    """Pieces of an order that come after a day, or never."""
    done, mine = now.schedule, now.schedule.delivery_order == order
    early: Floats = done.delivery_qty[mine & (done.delivery_day <= until)]
    return float(view.problem.order_qty[order] - early.sum())
