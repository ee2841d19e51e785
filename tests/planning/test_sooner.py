"""Nobody waits for ever: late orders come sooner where nobody else is late for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from e2esim.planning.factory.execute import backward, wants_of
from e2esim.planning.factory.frame import Frame, frame
from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.sooner import seen, sooner
from e2esim.planning.factory.synthetic import synthetic_problem

WEEKS = 12
LAST = 7 * (WEEKS - 2)


def one_line(hours: float, lot_min: float) -> tuple[Frame, PlanProblem]:
    """One article of one step of 7 days: 10 pieces due on day 3, when none can be there, and 50 each week behind it."""
    due = np.array([3, *range(14, 7 * (WEEKS - 1), 7)])
    p = PlanProblem(
        today=date(2026, 1, 5),
        items=("A", "B"),
        lot_min=np.array([lot_min, 0.0]),
        lot_multiple=np.ones(2),
        on_hand=np.array([0.0, 1e6]),
        step_item=np.array([0]),
        step_name=("10",),
        step_centre=np.array([0]),
        step_setup_h=np.zeros(1),
        step_run_h=np.ones(1),
        step_flow_days=np.array([7]),
        bom_parent=np.array([0]),
        bom_component=np.array([1]),
        bom_qty=np.ones(1),
        centres=("W",),
        capacity_h=np.full((1, 2 * WEEKS), hours),
        source_item=np.array([1]),
        source_supplier=("S",),
        source_priority=np.array([1]),
        source_lead_days=np.array([7]),
        source_moq=np.ones(1),
        source_multiple=np.ones(1),
        source_price=np.ones(1),
        orders=tuple(f"o{k}" for k in range(due.size)),
        order_item=np.zeros(due.size, dtype=np.int64),
        order_qty=np.array([10.0, *[50.0] * (due.size - 1)]),
        order_due=due,
        order_priority=np.full(due.size, 3),
    )
    return frame(p, network(p), 7 * WEEKS), p


def put_behind_all(p: PlanProblem) -> tuple[np.ndarray, np.ndarray]:
    """Lots just in time for all but the first order, whose pieces are made last: the fewest late pieces, the longest wait."""
    return np.r_[p.order_due[1:] - 7, LAST], np.r_[p.order_qty[1:], p.order_qty[0]]


@pytest.mark.parametrize("lot_min", [1.0, 25.0])
def test_who_was_put_behind_all_comes_at_once_where_hours_are_free(lot_min: float) -> None:
    view, p = one_line(60.0, lot_min)
    day, qty = put_behind_all(p)
    before = seen(view, wants_of(p, np.zeros(day.size, dtype=np.int64), day, qty))
    first = before.schedule.delivery_order == 0
    assert before.schedule.delivery_day[first].tolist() == [LAST + 7]
    after = seen(view, sooner(view, before.wants, 50))
    assert after.schedule.delivery_day[after.schedule.delivery_order == 0].tolist() == [7]
    others = after.schedule.delivery_order > 0
    assert (after.schedule.delivery_day[others] <= p.order_due[after.schedule.delivery_order[others]]).all()


def test_it_waits_where_every_hour_is_another_ones() -> None:
    """50 hours a week from day 7 on are what the others need; before it 10 more would have to be made in a closed week."""
    view, p = one_line(50.0, 1.0)
    hours = p.capacity_h.copy()
    hours[0, 0] = 0.0
    shut = replace(p, capacity_h=hours)
    view = frame(shut, network(shut), 7 * WEEKS)
    day, qty = put_behind_all(p)
    before = seen(view, wants_of(p, np.zeros(day.size, dtype=np.int64), day, qty))
    after = seen(view, sooner(view, before.wants, 50))
    assert after.late <= before.late
    assert after.schedule.delivery_day[after.schedule.delivery_order == 0].max() >= LAST


@pytest.mark.parametrize(("load", "seed"), [(1.0, 0), (1.0, 9), (1.15, 6), (1.15, 8)])
def test_nothing_gets_later_in_sum(load: float, seed: int) -> None:
    """On the last of them most waiting is saved by a plan that has more pieces late."""
    p = synthetic_problem(np.random.default_rng(seed), finished=4, parts=5, bought=6, centres=4, orders=80, weeks=12, load=load)
    view = frame(p, network(p), 84 + 42)
    before = seen(view, backward(view, p.order_due))
    after = seen(view, sooner(view, before.wants, 200))
    assert after.late <= before.late + 1e-6
    assert after.total < 0.95 * before.total


def test_tries_are_counted() -> None:
    view, p = one_line(60.0, 1.0)
    day, qty = put_behind_all(p)
    wants = wants_of(p, np.zeros(day.size, dtype=np.int64), day, qty)
    assert sooner(view, wants, 0) is wants
    assert sooner(view, wants, 50, lambda: False) is wants
