"""Who waits longer than a month, what holds it, and what its going first costs others: worlds of known answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from e2esim.planning.factory.long_waits import LongWait, long_waits
from e2esim.planning.factory.planner import Clock, result_of
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.result import PlanResult
from e2esim.planning.factory.sooner import seen

from .test_first_claims import WEEKS, full_weeks


def made(spare_week: int) -> tuple[PlanProblem, PlanResult]:
    view, wants = full_weeks(spare_week=spare_week)
    none = np.zeros(len(view.problem.orders))
    return view.problem, result_of(view, seen(view, wants).schedule, 0.0, Clock(start=0.0, limit_s=1.0), none)


def the_only(problem: PlanProblem, result: PlanResult) -> LongWait:
    (found,) = long_waits(problem, result)
    return found


def test_the_price_of_going_first_is_ten_pieces_of_others_and_the_full_work_centre_is_named() -> None:
    """Ten pieces due on day 7 come on day 49; going first they come on day 14, and ten of others are late for it."""
    wait = the_only(*made(spare_week=6))
    assert (wait.order, wait.pieces, wait.days) == (0, 10.0, 42)
    assert (wait.first_day, wait.others) == (14, 10.0)
    assert (wait.full, wait.left_h) == (0, 0.0)
    assert wait.soonest == 7
    assert not wait.proven(7)


def test_what_cannot_be_there_is_proven() -> None:
    problem, result = made(spare_week=6)
    slow = replace(problem, on_hand=np.array([0.0, 0.0]), source_lead_days=np.array([45]))
    wait = the_only(slow, result)
    assert wait.soonest == 45 + 7
    assert wait.proven(7)


def test_nobody_waits_where_all_is_made_in_time() -> None:
    problem, result = made(spare_week=2)
    assert long_waits(problem, result) == ()
    assert WEEKS > 6
