"""Nobody waits for ever, third part: who would still wait longer than `LONG_DAYS` takes hours from what is due later.

A first claim takes finished pieces from others; where none are made in time nobody can step back. Here each such order in turn, the one
whose waiting weighs most first, has a claim from some weeks before its last day on; and asks for lots of its late pieces by then, as if the
hours of the work centres were all its own: the lots of others wait for it. The first such plan is kept that is better for those who wait
(`sooner.Waiting`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from e2esim.planning.factory.execute import Wants
from e2esim.planning.factory.frame import Claims, Frame, with_claims
from e2esim.planning.factory.problem import Floats, Ints
from e2esim.planning.factory.sooner import EPS, Waiting, asked, joined, seen, spare, with_more

BEFORE_DAYS = (0, 7, 14, 21, 28)  # days before the last one from which the claim holds, the first that is better is taken [d]
SHARES = (1.0, 0.5)  # of the late pieces


Better = Callable[[Waiting, Waiting], bool]  # whether a plan (the first) is taken in place of another


def hours_given(view: Frame, now: Waiting, until: Ints, claims: Claims, better: Better, may_go_on: Callable[[], bool]) -> tuple[Frame, Waiting]:
    """The plan in which orders that wait too long go first among those of their priority, each as long as that is better.

    Parameters
    ----------
    view, now
        The problem laid out, and the plan that others step back from.
    until : (n_orders,)
        Day by which each order wants its pieces.
    claims
        Who has a claim already, and from when; changed in place.
    better
        Which plan is taken.
    may_go_on
        Asked before each plan that is tried; False ends it.
    """
    done = now.schedule
    early = done.delivery_day <= until[done.delivery_order]
    missing = view.problem.order_qty - np.bincount(done.delivery_order[early], weights=done.delivery_qty[early], minlength=until.size)
    orders = np.flatnonzero((missing > EPS) & (until < view.days))
    for order in orders[np.argsort(-now.wait[orders], kind="stable")].tolist():
        if not may_go_on():
            break
        for other, with_own, found in ways_to_go_first(view, now, claims, order, int(until[order]), may_go_on):
            if better(found, now):
                view, now = other, found
                claims.who[:], claims.due[:] = with_own.who, with_own.due
                break
    return view, now


def ways_to_go_first(
    view: Frame, now: Waiting, claims: Claims, order: int, until: int, may_go_on: Callable[[], bool] = lambda: True
) -> Iterator[tuple[Frame, Claims, Waiting]]:
    """Plans in which an order has a claim from some weeks before a day on, alone and with its lots before those of others."""
    p, pieces, free = view.problem, late_for(view, now, order, until), spare(view, now.schedule)[0]
    mine = np.arange(len(p.orders)) == order
    for before in [days for days in BEFORE_DAYS if until >= days]:
        own = claims._replace(who=claims.who | mine, due=np.where(mine, until - before, claims.due))
        first = with_claims(view, own)
        for share in (0.0, *SHARES) if pieces > EPS else (0.0,):
            if not may_go_on():
                return
            wants = _with_lots(first, now, free, order, share * pieces, until - before) if share else now.wants
            yield first, own, seen(first, wants)


def _with_lots(view: Frame, now: Waiting, free: Floats, order: int, pieces: float, day: int) -> Wants:
    """Wants with lots of so many pieces of an order by a day, as if all hours were its own."""
    more = asked(view, free, view.problem.capacity_h, order, float(np.ceil(pieces)), day)
    return with_more(view.problem, now.wants, joined(view.problem, now.wants, more))


def late_for(view: Frame, now: Waiting, order: int, until: int) -> float:
    """Pieces of an order that come after a day, or never."""
    done, mine = now.schedule, now.schedule.delivery_order == order
    early: Floats = done.delivery_qty[mine & (done.delivery_day <= until)]
    return float(view.problem.order_qty[order] - early.sum())
