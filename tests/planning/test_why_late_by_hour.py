"""Who is to blame where machines keep a calendar: the days in which there was no room decide, not the hours of the week."""

from __future__ import annotations

from datetime import date

import numpy as np

from e2esim.planning.factory.planner import plan
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.result import Cause
from e2esim.planning.factory.shifts import hours_by_week, open_hours, shifts_of
from e2esim.planning.factory.worked import free_by_day

WEEKS = 6


def workshop(before_h: float, part_days: int) -> PlanProblem:
    """A machine open 8 h a day, Monday to Friday, with so many hours for an order of priority 1 due on Wednesday, and one of 8 h of priority 3
    behind it, whose part takes so many days.
    """
    shifts = shifts_of([[(1.0, [(24.0 * (7 * w + d) + 8, 24.0 * (7 * w + d) + 16, 7 * w + d) for w in range(WEEKS) for d in range(5)])]])
    return PlanProblem(
        today=date(2026, 1, 5),
        items=("A", "B", "P"),
        lot_min=np.ones(3),
        lot_multiple=np.ones(3),
        on_hand=np.zeros(3),
        step_item=np.array([0, 1]),
        step_name=("10", "10"),
        step_centre=np.zeros(2, dtype=np.int64),
        step_setup_h=np.zeros(2),
        step_run_h=np.ones(2),
        step_flow_days=np.ones(2, dtype=np.int64),
        bom_parent=np.array([1]),
        bom_component=np.array([2]),
        bom_qty=np.ones(1),
        centres=("W",),
        capacity_h=hours_by_week(shifts, WEEKS),
        source_item=np.array([2]),
        source_supplier=("S",),
        source_priority=np.array([1]),
        source_lead_days=np.array([part_days]),
        source_moq=np.ones(1),
        source_multiple=np.ones(1),
        source_price=np.ones(1),
        orders=("first", "second"),
        order_item=np.array([0, 1]),
        order_qty=np.array([before_h, 8.0]),
        order_due=np.array([2, 2]),
        order_priority=np.array([1, 3]),
        shifts=shifts,
    )


def test_two_full_days_of_an_idle_week_are_to_blame() -> None:
    p = workshop(before_h=16.0, part_days=0)
    done = plan(p, rounds=20)
    assert [(int(k), int(c), int(at)) for k, c, at in zip(done.late_order, done.late_cause, done.late_place, strict=True)] == [(1, Cause.WORK_CENTRE, 0)]
    _, free = free_by_day(p, done.lot_step, done.lot_from, done.lot_to, done.lot_machine)
    assert free[0, :5].tolist() == [0.0, 0.0, 0.0, 8.0, 8.0]


def test_a_machine_with_free_hours_is_not() -> None:
    done = plan(workshop(before_h=8.0, part_days=9), rounds=20)
    assert done.late_order.tolist() == [1]
    assert done.late_cause.tolist() == [Cause.SUPPLIER]


def test_free_hours_are_the_open_ones_without_lots() -> None:
    p = workshop(before_h=16.0, part_days=0)
    none = np.zeros(0)
    opened, free = free_by_day(p, none.astype(np.int64), none, none, none.astype(np.int64))
    assert p.shifts is not None
    assert np.array_equal(opened, free)
    assert np.array_equal(open_hours(p.shifts, 7 * WEEKS, 24.0).reshape(WEEKS, 7).sum(axis=1), p.capacity_h[0])
