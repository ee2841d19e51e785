"""Whole lots of small plants by constraint programming, and what a plan owes to nothing but its data."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import product

import numpy as np
import pytest

from e2esim.planning.factory.bounds import relaxed_bound
from e2esim.planning.factory.counterfactual import late_pieces
from e2esim.planning.factory.exact_model import BRANCH_ROUNDS, exact_lots, start_days
from e2esim.planning.factory.execute import execute, wants_of
from e2esim.planning.factory.frame import frame
from e2esim.planning.factory.grid import tier_weights
from e2esim.planning.factory.network import network
from e2esim.planning.factory.planner import plan
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.synthetic import synthetic_problem


def one_machine(setup: float = 2.0) -> PlanProblem:
    """Two items on one machine of 10 h a week, an hour a piece, four orders: set-ups decide what is late."""
    base = synthetic_problem(np.random.default_rng(1), finished=2, parts=1, bought=1, centres=1, orders=4, weeks=4)
    none, nothing = np.zeros(0, np.int64), np.zeros(0)
    return replace(
        base, items=("A", "B"), lot_min=np.array([2.0, 3.0]), lot_multiple=np.ones(2), on_hand=np.zeros(2), step_item=np.array([0, 1]), step_name=("1", "1"),
        step_centre=np.zeros(2, np.int64), step_setup_h=np.full(2, setup), step_run_h=np.ones(2), step_flow_days=np.ones(2, np.int64),
        bom_parent=none, bom_component=none, bom_qty=nothing, centres=("M",), capacity_h=np.full((1, 3), 10.0), source_item=none, source_supplier=(),
        source_priority=none, source_lead_days=none, source_moq=nothing, source_multiple=nothing, source_price=nothing,
        orders=("a", "b", "c", "d"), order_item=np.array([0, 1, 0, 1]), order_qty=np.array([5.0, 4.0, 7.0, 6.0]), order_due=np.array([6, 6, 13, 13]),
        order_priority=np.array([1, 2, 2, 1]),
    )  # fmt: skip


def by_trying(problem: PlanProblem) -> float:
    """The least weighted late pieces over every choice of whole lots in two weeks."""
    weight, best = tier_weights(problem), np.inf
    for first, second in product(product(range(11), repeat=2), repeat=2):
        if any(0 < q < least for q, least in zip([*first, *second], [2, 3, 2, 3], strict=True)):
            continue
        if any(sum(q + problem.step_setup_h[0] for q in week if q) > 10 for week in (first, second)):
            continue
        late = 0.0
        for item, (soon, later) in enumerate(zip(first, second, strict=True)):
            j, k = item, item + 2
            late += min(
                weight[j] * (problem.order_qty[j] - given) + weight[k] * max(0.0, problem.order_qty[k] - (soon - given + later))
                for given in range(int(min(soon, problem.order_qty[j])) + 1)
            )
        best = min(best, late)
    return best


@pytest.mark.parametrize("setup", [0.5, 1.0, 2.0, 3.0])
def test_lots_of_two_weeks_are_the_best_there_are(setup: float) -> None:
    """The bound is their value; where three weeks are short the plan may prefer an order less that waits for ever."""
    problem = one_machine(setup)
    done = plan(problem, rounds=200, time_limit_s=120.0)  # so much that the kernels may be compiled in it
    assert done.bound == pytest.approx(by_trying(problem))
    assert done.objective == pytest.approx(by_trying(problem)) or (setup == 3.0 and done.objective <= by_trying(problem) + 1.0)


@pytest.mark.parametrize("setup", [0.5, 2.0])
def test_branch_and_bound_finds_them_too_and_again(setup: float) -> None:
    """So many rounds that branch and bound begins; a plan in which everything is late is all that it is told."""
    problem = one_machine(setup)
    late, net = problem.order_qty, network(problem)
    begin = execute(frame(problem, net, 15), wants_of(problem, np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)))
    found, again = (exact_lots(problem, net, 15, (begin, late), time_limit_s=60.0, rounds=BRANCH_ROUNDS, seed=1) for _ in range(2))
    assert found is not None
    assert again is not None
    assert found.bound == pytest.approx(by_trying(problem))
    done = execute(frame(problem, net, 15), wants_of(problem, found.step, found.day, found.qty))
    assert float(tier_weights(problem) @ late_pieces(problem, done.delivery_order, done.delivery_day, done.delivery_qty)) == pytest.approx(by_trying(problem))
    assert [found.step.tolist(), found.day.tolist(), found.qty.tolist()] == [again.step.tolist(), again.day.tolist(), again.qty.tolist()]


def test_the_execution_keeps_the_lots_of_the_model() -> None:
    problem = synthetic_problem(np.random.default_rng(3), finished=3, parts=3, bought=4, centres=3, orders=30, weeks=8, load=1.1)
    net = network(problem)
    days = int(problem.order_due.max()) + 2
    view = frame(problem, net, days + 30)
    empty = wants_of(problem, np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    begin = execute(view, empty)
    late = late_pieces(problem, begin.delivery_order, begin.delivery_day, begin.delivery_qty)
    found = exact_lots(problem, net, days, (begin, late), time_limit_s=20.0, rounds=300, seed=1)
    assert found is not None
    done = execute(view, wants_of(problem, found.step, found.day, found.qty))
    wanted = sorted(zip(found.step.tolist(), found.day.tolist(), found.qty.tolist(), strict=True))
    assert sorted(zip(done.lot_step.tolist(), done.lot_day.tolist(), done.lot_qty.tolist(), strict=True)) == wanted
    reached = float(tier_weights(problem) @ late_pieces(problem, done.delivery_order, done.delivery_day, done.delivery_qty))
    assert relaxed_bound(problem, net, days + 14, 20.0) - 1e-6 <= reached
    assert found.bound <= reached + 1e-6
    assert reached < float(tier_weights(problem) @ late)


def test_lots_start_when_a_week_begins_or_an_input_comes() -> None:
    problem = one_machine()
    assert start_days(problem, network(problem), 15) == [[0, 7], [0, 7]]


def test_the_same_rounds_give_the_same_plan_and_ledger() -> None:
    problem = synthetic_problem(np.random.default_rng(5), finished=3, parts=3, bought=4, centres=3, orders=40, weeks=8, load=1.2)
    first, again = plan(problem, rounds=30), plan(problem, rounds=30)
    for f in fields(first):
        if f.name != "wall_s":
            assert np.array_equal(getattr(first, f.name), getattr(again, f.name), equal_nan=f.name == "bound"), f.name
    assert first.late_qty.sum() > 0
