"""Nobody waits for ever, second part: who would wait longer than `LONG_DAYS` has the first claim of his priority once that time is over.

The fewest pieces are late where hopeless orders stand behind all others: every piece that comes goes to somebody who is still in time for
it. Turns (`sooner`) help where hours are free; where none are, somebody must step back. An order with a first claim gets, `LONG_DAYS`
after its due day, what is there before any other of its priority; those who step back are late by days. No order of a higher priority
steps back for it but where the search finds that this saves more. A claim is given where less is late by it in sum (`sooner.Waiting`): where
the same item is short for months whoever steps back waits as long, and nobody is helped. Claims after whose search more pieces are late than
before are taken back: pieces late come first, days late second.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from e2esim.planning.factory.bounds import earliest_days
from e2esim.planning.factory.execute import Wants, copied
from e2esim.planning.factory.frame import Claims, Frame, with_claims
from e2esim.planning.factory.problem import Flags, Ints
from e2esim.planning.factory.sooner import EPS, LONG_DAYS, LONG_PIECES, Waiting, seen

STEPS_BACK = 0.0  # of the late pieces, by weight, at most so many more are late that nobody waits too long: pieces late come first
MOST_ROUNDS = 4  # of claims and a search: who steps back may wait too long in turn


def long_waiters(now: Waiting, view: Frame) -> Flags:
    """Orders with pieces that come later than they would with a first claim, (n_orders,)."""
    p, done = view.problem, now.schedule
    until = _claim_days(view)
    given = np.bincount(done.delivery_order, weights=done.delivery_qty, minlength=until.size)
    found = p.order_qty - given > EPS
    found[done.delivery_order[done.delivery_day > until[done.delivery_order]]] = True
    return np.asarray(found & (until < view.days))


def claimed(view: Frame, wants: Wants, improved: Callable[[Frame, Wants], Wants], may_go_on: Callable[[], bool] = lambda: True) -> tuple[Frame, Wants]:
    """The frame and wants in which those who would wait too long have first claims, each as long as that is better.

    Parameters
    ----------
    view, wants
        The problem laid out, and what is wished for.
    improved
        Searches on under claims: (frame, wants to change) to wants.
    may_go_on
        Asked before each claim and each search; False ends it.

    Examples
    --------
    >>> from e2esim.planning.factory.execute import backward
    >>> from e2esim.planning.factory.frame import frame
    >>> from e2esim.planning.factory.network import network
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> p = synthetic_problem(np.random.default_rng(3), finished=2, parts=2, bought=3, centres=3, orders=40, weeks=12, load=1.2)
    >>> view = frame(p, network(p), 300)
    >>> wants = backward(view, p.order_due)
    >>> after = seen(*claimed(view, wants, lambda _, wants: wants))
    >>> bool(after.late <= seen(view, wants).late)
    True
    """
    best = seen(view, wants)
    kept, least = (view, wants), _late_pieces(view, best)
    who = np.zeros(len(view.problem.orders), dtype=bool)
    for _ in range(MOST_ROUNDS):
        other, after = _claims_that_pay(view, best, who, may_go_on)
        if other is view:
            break
        found = seen(other, improved(other, copied(after.wants))) if may_go_on() else after
        view, best = other, found if found.beats(after) else after
        if _late_pieces(view, best) <= (1.0 + STEPS_BACK) * least:
            kept = view, best.wants
    return kept


def _late_pieces(view: Frame, now: Waiting) -> float:
    """Pieces that come after their due day, each by the weight of its order."""
    p, done = view.problem, now.schedule
    on_time = done.delivery_day <= p.order_due[done.delivery_order]
    given = np.bincount(done.delivery_order[on_time], weights=done.delivery_qty[on_time], minlength=len(p.orders))
    return float(view.orders.weight @ np.maximum(p.order_qty - given, 0.0))


def _claims_that_pay(view: Frame, now: Waiting, who: Flags, may_go_on: Callable[[], bool]) -> tuple[Frame, Waiting]:
    """The frame with a claim more for each long waiter by whom less is late in sum, the longest first; ``who`` has a claim, changed in place."""
    until = _claim_days(view)
    waiters = np.flatnonzero(long_waiters(now, view) & ~who)
    for order in waiters[np.argsort(-now.wait[waiters], kind="stable")].tolist():
        if not may_go_on():
            break
        who[order] = True
        other = with_claims(view, Claims(who=who.copy(), due=until, weight=1.0 + LONG_PIECES))
        after = seen(other, now.wants)
        if after.beats(now):
            view, now = other, after
        else:
            who[order] = False
    return view, now


def _claim_days(view: Frame) -> Ints:
    """Day from which every order would have its first claim, (n_orders,): no sooner than its item can be made at all."""
    p = view.problem
    return np.asarray(np.maximum(np.maximum(p.order_due + LONG_DAYS, 0), earliest_days(p, view.net)[p.order_item]))
