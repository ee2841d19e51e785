"""A search that goes on from its best plan with new luck: more time is never worse, and the clock only cuts it short."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from e2esim.planning.factory import first_hours, planner
from e2esim.planning.factory.execute import backward, copied, search
from e2esim.planning.factory.first_claims import claim_days
from e2esim.planning.factory.first_plan import best_wants
from e2esim.planning.factory.frame import Claims, Frame, frame
from e2esim.planning.factory.network import network
from e2esim.planning.factory.planner import _with_new_luck, fresh_state
from e2esim.planning.factory.problem import Floats
from e2esim.planning.factory.sooner import seen, spare
from e2esim.planning.factory.synthetic import synthetic_problem
from e2esim.planning.factory.trace import Schedule


@pytest.fixture(scope="module")
def view() -> Frame:
    problem = synthetic_problem(np.random.default_rng(5), finished=3, parts=4, bought=5, centres=3, orders=40, weeks=10, load=1.2)
    return frame(problem, network(problem), 100)


def looks(most: int) -> Callable[[], bool]:
    left = iter(range(most))
    return lambda: next(left, -1) >= 0


def test_more_time_is_never_worse_and_much_more_helps(view: Frame) -> None:
    start = backward(view, view.problem.order_due)
    costs = []
    for most in (1, 3, 9, 27):
        wants = _with_new_luck(view, copied(start), fresh_state(1), looks(most), 0.0)
        costs.append(search(view, wants, 0, fresh_state(1)))
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] < costs[1]


def test_kicks_change_the_wants_and_cost_what_they_leave(view: Frame) -> None:
    wants = backward(view, view.problem.order_due)
    before = copied(wants)
    cost = search(view, wants, 0, fresh_state(2), kicks=8)
    assert (wants.day != before.day).any()
    assert search(view, wants, 0, fresh_state(2)) == pytest.approx(cost)


def test_without_time_only_the_cheapest_plan_is_topped_up(view: Frame) -> None:
    first, second = backward(view, view.problem.order_due), backward(view, np.maximum(view.problem.order_due - 7, 0))
    hasty, calm = (best_wants(view, [first, second], fresh_state(1), lambda go=go: go) for go in (False, True))  # type: ignore[misc]
    cost = {some: search(view, wants, 0, fresh_state(1)) for some, wants in (("hasty", hasty), ("calm", calm))}
    assert cost["calm"] <= cost["hasty"] <= min(search(view, w, 0, fresh_state(1)) for w in (first, second))

def test_first_claims_build_nothing_once_time_is_up(view: Frame, monkeypatch: pytest.MonkeyPatch) -> None:
    """593 late orders of a factory of 10,000 once took three minutes to be told that there was no time."""
    asked: list[Schedule] = []

    def counted(some: Frame, done: Schedule) -> tuple[Floats, Floats]:
        asked.append(done)
        return spare(some, done)

    monkeypatch.setattr(first_hours, "spare", counted)
    now = seen(view, backward(view, view.problem.order_due))
    until = claim_days(view)
    claims = Claims(who=np.zeros(until.size, dtype=bool), due=until.copy(), weight=4.0)
    for most, least_asked in ((0, 0), (1, 1)):
        asked.clear()
        first_hours.hours_given(view, now, until - 30, claims, lambda *_: False, looks(most))
        assert len(asked) == least_asked


def test_a_proof_that_a_plan_contradicts_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """On one case whole lots were proven to have 130 late pieces at least, and a plan of 128 was found."""
    problem = synthetic_problem(np.random.default_rng(5), finished=3, parts=4, bought=5, centres=3, orders=20, weeks=8, load=1.2)
    monkeypatch.setattr(planner, "_exact", lambda _view, wants, *_: (wants, 1e12))
    done = planner.plan(problem, rounds=5, time_limit_s=60.0)
    assert 0.0 <= done.bound <= done.objective
