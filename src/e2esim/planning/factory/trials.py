"""What the plan itself makes of a limit moved: whole lots, set-ups and all, planned on from where the plan stands.

The fractional plan prices a limit exactly; a factory works in lots. So the dearest limits, and the work centres that the
ledger blames, are moved and the plan's own wants improved for a fixed number of rounds, beside the same rounds without
the move: the difference is what the change brings on the floor, luck of the search included.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from e2esim.planning.factory.counterfactual import late_pieces
from e2esim.planning.factory.execute import Wants, copied, execute, search
from e2esim.planning.factory.frame import Frame, frame
from e2esim.planning.factory.grid import tier_weights
from e2esim.planning.factory.limit import Limit, LimitKind
from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import Floats, PlanProblem
from e2esim.planning.factory.result import Cause, PlanResult
from e2esim.planning.factory.shifts import with_overtime

ROUNDS = 200  # tried changes, with and without the move
MORE_HOURS = 0.1  # of the hours of a week, for work centres that the ledger blames and the fractional plan does not price


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A limit moved by `amount` and the plan carried on: weighted late pieces, late pieces and EUR saved.

    Negative when the search had worse luck with the move than without.
    """

    kind: LimitKind
    place: int
    day: int
    amount: float
    gain: float
    pieces: float
    eur: float


def moved(problem: PlanProblem, kind: LimitKind, place: int, day: int, amount: float) -> PlanProblem:
    """The problem with more hours in a week, more pieces by a day, or so many days less.

    Examples
    --------
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> p = synthetic_problem(np.random.default_rng(1), finished=2, parts=2, bought=3, centres=2, orders=4, weeks=4)
    >>> float((moved(p, LimitKind.HOURS, 1, 7, 5.0).capacity_h - p.capacity_h)[1, 1])
    5.0
    """
    if kind == LimitKind.HOURS:
        hours = problem.capacity_h.copy()
        hours[place, day // 7] += amount
        shifts = None if problem.shifts is None else with_overtime(problem.shifts, place, day // 7, amount)
        return replace(problem, capacity_h=hours, shifts=shifts)
    if kind == LimitKind.MATERIAL:
        return replace(
            problem,
            receipt_item=np.r_[problem.receipt_item, place],
            receipt_day=np.r_[problem.receipt_day, day],
            receipt_qty=np.r_[problem.receipt_qty, amount],
        )
    if kind == LimitKind.SUPPLIER_DAYS:
        return replace(problem, source_lead_days=_less(problem.source_lead_days, place, amount))
    return replace(problem, step_flow_days=_less(problem.step_flow_days, place, amount))


def _less(days: np.ndarray[tuple[int], np.dtype[np.int64]], place: int, amount: float) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    shorter = days.copy()
    shorter[place] = max(0, int(shorter[place]) - round(amount))
    return shorter


def candidates(problem: PlanProblem, result: PlanResult, limits: tuple[Limit, ...]) -> list[Limit]:
    """Limits worth a trial: the priced ones, and between them the blamed work centres, most late pieces first.

    A blamed work centre without a price is moved by `MORE_HOURS` in the week in which it bound.
    """
    blamed: dict[tuple[int, int], float] = {}
    for cause, place, day, qty in zip(result.late_cause.tolist(), result.late_place.tolist(), result.late_day.tolist(), result.late_qty.tolist(), strict=True):
        week = day // 7
        if cause == Cause.WORK_CENTRE and 0 <= week < problem.n_weeks and problem.capacity_h[place, week] > 0:
            blamed[place, week] = blamed.get((place, week), 0.0) + qty
    priced = {(x.place, x.day // 7) for x in limits if x.kind == LimitKind.HOURS}
    extra = [
        Limit(kind=LimitKind.HOURS, place=c, day=7 * w, price=0.0, least=0.0, most=float(np.ceil(MORE_HOURS * problem.capacity_h[c, w])),
              open_end=False, now=float(problem.capacity_h[c, w]), on_time=(), eur=0.0)
        for (c, w) in sorted(blamed, key=lambda key: -blamed[key]) if (c, w) not in priced
    ]  # fmt: skip
    longest = max(len(extra), len(limits))
    return [x for k in range(longest) for row in (limits, extra) for x in row[k : k + 1]]


def try_limits(
    problem: PlanProblem, wants: Wants, limits: Iterable[Limit], worth: Floats, days: int, *, seed: int = 1, rounds: int = ROUNDS
) -> Iterable[Trial]:
    """Try limits one after the other; the caller stops when time is up.

    Parameters
    ----------
    wants
        Those of the plan; they are left as they are.
    worth : (n_orders,)
        What a piece on time is worth [EUR/pc].
    days
        Days that the plan looks at [d].
    """
    before: Floats | None = None
    for limit in limits:
        if before is None:
            before = _late(problem, wants, days, seed, rounds)
        amount = float(np.ceil(limit.amount - 1e-6))
        saved = before - _late(moved(problem, limit.kind, limit.place, limit.day, amount), wants, days, seed, rounds)
        yield Trial(
            kind=limit.kind,
            place=limit.place,
            day=limit.day,
            amount=amount,
            gain=float(tier_weights(problem) @ saved),
            pieces=float(saved.sum()),
            eur=float(worth @ saved),
        )


def _late(problem: PlanProblem, wants: Wants, days: int, seed: int, rounds: int) -> Floats:
    """Late pieces of every order after some rounds, (n_orders,)."""
    view: Frame = frame(problem, network(problem), days)
    own = copied(wants)
    search(view, own, rounds, np.array([(2 * seed + 1) * 0x9E3779B97F4A7C15 % (1 << 64)], dtype=np.uint64))
    done = execute(view, own)
    return late_pieces(problem, done.delivery_order, done.delivery_day, done.delivery_qty)
