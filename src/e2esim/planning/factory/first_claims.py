"""Nobody waits for ever, second part: who would wait longer than `LONG_DAYS` has the first claim of his priority once that time is over.

The fewest pieces are late where hopeless orders stand behind all others: every piece that comes goes to somebody who is still in time for
it. Turns (`sooner`) help where hours are free; where none are, somebody must step back. An order with a first claim gets, `LONG_DAYS`
after its due day, what is there before any other of its priority; those who step back are late by days. No order of a higher priority
steps back for it but where the search finds that this saves more. A claim is given where less is late by it in sum (`sooner.Waiting`): where
the same item is short for months whoever steps back waits as long, and nobody is helped. Where no piece is made in time to be claimed, hours
are given (`first_hours`). Pieces late come first, days late second: all claims together may have a twentieth of the late pieces more, and none
where the plan is proven to have the fewest.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from e2esim.planning.factory.bounds import earliest_days
from e2esim.planning.factory.execute import Wants, copied, wants_of
from e2esim.planning.factory.first_hours import hours_given
from e2esim.planning.factory.frame import Claims, Frame
from e2esim.planning.factory.grid import tier_weights
from e2esim.planning.factory.problem import Floats, Ints
from e2esim.planning.factory.sooner import EPS, LONG_DAYS, LONG_PIECES, Waiting, seen

STEPS_BACK = 0.05  # of the late pieces, by weight, at most so many more are late that nobody waits too long (assumed)
MOST_ROUNDS = 4  # of claims and a search: who steps back may wait too long in turn


def claimed(
    view: Frame, wants: Wants, improved: Callable[[Frame, Wants], Wants], may_go_on: Callable[[], bool] = lambda: True, *, bound: float = 0.0
) -> tuple[Frame, Wants]:
    """The frame and wants in which those who would wait too long have first claims, each as long as that is better.

    Parameters
    ----------
    view, wants
        The problem laid out, and what is wished for.
    improved
        Searches on under claims: (frame, wants to change) to wants.
    may_go_on
        Asked before each claim and each search; False ends it.
    bound
        Weighted late pieces that every plan has; a plan with no more gives none of them up (inf: none in any case).

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
    if not may_go_on():
        return view, wants
    now = seen(view, wants)
    least = late_pieces_of(view, now)
    most = least + EPS if least <= bound + EPS else (1.0 + STEPS_BACK) * least

    def better(after: Waiting, before: Waiting) -> bool:
        return after.beats(before) and late_pieces_of(view, after) <= max(most, late_pieces_of(view, before))

    until = claim_days(view)
    claims = Claims(who=np.zeros(until.size, dtype=bool), due=until.copy(), weight=1.0 + LONG_PIECES)
    for _ in range(MOST_ROUNDS):
        begun = as_made(view, now)
        other, after = hours_given(view, begun, until, claims, better, may_go_on)
        if after is begun:
            break
        found = seen(other, improved(other, copied(after.wants))) if may_go_on() else after
        view, now = other, found if better(found, after) else after
    return view, now.wants


def as_made(view: Frame, now: Waiting) -> Waiting:
    """The same plan wished for lot by lot as it is made, so that a lot that goes first moves those behind it and no others; as it was where that
    is worse.
    """
    p, done = view.problem, now.schedule
    own = seen(view, wants_of(p, done.lot_step, done.lot_day, done.lot_qty))
    more = late_pieces_of(view, own) > late_pieces_of(view, now) + EPS
    return now if more or now.beats(own) else own


def late_by_order(view: Frame, now: Waiting) -> Floats:
    """Pieces of each order that come after its due day or never, (n_orders,)."""
    p, done = view.problem, now.schedule
    on_time = done.delivery_day <= p.order_due[done.delivery_order]
    given = np.bincount(done.delivery_order[on_time], weights=done.delivery_qty[on_time], minlength=len(p.orders))
    return np.asarray(np.maximum(p.order_qty - given, 0.0))


def late_pieces_of(view: Frame, now: Waiting) -> float:
    """Late pieces, each by the weight of its order."""
    return float(tier_weights(view.problem) @ late_by_order(view, now))


def claim_days(view: Frame) -> Ints:
    """Day by which every order has its pieces where it has a claim, (n_orders,): no sooner than its item can be made at all."""
    p = view.problem
    return np.asarray(np.maximum(np.maximum(p.order_due + LONG_DAYS, 0), earliest_days(p, view.net)[p.order_item]))
