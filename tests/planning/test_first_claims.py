"""Who would wait too long has the first claim of his priority, where somebody is helped by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from e2esim.planning.factory import first_claims
from e2esim.planning.factory.execute import Wants, backward, wants_of
from e2esim.planning.factory.first_claims import claimed
from e2esim.planning.factory.frame import Frame, frame
from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.sooner import Waiting, seen
from e2esim.planning.factory.synthetic import synthetic_problem

WEEKS = 12


def full_weeks(spare_week: int, priority_of_others: int = 3) -> tuple[Frame, Wants]:
    """10 pieces due on day 7, when none can be there; 50 or 51 each week behind them with just the hours for these, and 10 h in one week more."""
    due = np.arange(7, 7 * WEEKS, 7)
    qty = np.where(due == 35, 51.0, 50.0)
    qty[0] = 10.0
    hours = np.zeros((1, 2 * WEEKS))
    hours[0, (due[1:] - 7) // 7] = qty[1:]
    hours[0, spare_week] += 10.0
    p = PlanProblem(
        today=date(2026, 1, 5),
        items=("A", "B"),
        lot_min=np.array([1.0, 0.0]),
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
        capacity_h=hours,
        source_item=np.array([1]),
        source_supplier=("S",),
        source_priority=np.array([1]),
        source_lead_days=np.array([7]),
        source_moq=np.ones(1),
        source_multiple=np.ones(1),
        source_price=np.ones(1),
        orders=tuple(f"o{k}" for k in range(due.size)),
        order_item=np.zeros(due.size, dtype=np.int64),
        order_qty=qty,
        order_due=due,
        order_priority=np.r_[3, np.full(due.size - 1, priority_of_others)],
    )
    lots = wants_of(p, np.zeros(due.size, dtype=np.int64), np.r_[due[1:] - 7, 7 * spare_week], np.r_[qty[1:], 10.0])
    return frame(p, network(p), 7 * WEEKS + 14), lots


def last_day(now: Waiting, order: int) -> int:
    return int(now.schedule.delivery_day[now.schedule.delivery_order == order].max())


def test_who_waits_too_long_takes_from_one_who_then_waits_for_days(monkeypatch: pytest.MonkeyPatch) -> None:
    view, wants = full_weeks(spare_week=6)
    assert claimed(view, wants, lambda _, same: same) == (view, wants)  # ten pieces more would be late: fewest late pieces come first
    monkeypatch.setattr(first_claims, "STEPS_BACK", 9.0)
    before, after = seen(view, wants), seen(*claimed(view, wants, lambda _, same: same))
    assert (last_day(before, 0), last_day(after, 0)) == (49, 35)
    days = after.schedule.delivery_day - view.problem.order_due[after.schedule.delivery_order]
    others = (after.schedule.delivery_order > 0) & (days > 0)
    assert (after.schedule.delivery_qty[others].sum(), days[others].max()) == (10.0, 14)
    assert claimed(view, wants, lambda _, same: same, bound=np.inf) == (view, wants)  # a plan with the fewest late pieces gives none of them up


def test_no_claim_where_whoever_steps_back_waits_as_long() -> None:
    view, wants = full_weeks(spare_week=WEEKS - 1)
    same_view, same = claimed(view, wants, lambda _, wants: wants)
    assert same_view is view
    assert last_day(seen(view, same), 0) == 7 * WEEKS


def test_nobody_of_a_higher_priority_steps_back() -> None:
    view, wants = full_weeks(spare_week=6, priority_of_others=2)
    after = seen(*claimed(view, wants, lambda _, same: same))
    assert last_day(after, 0) == 49
    assert all(last_day(after, k) == view.problem.order_due[k] for k in range(1, WEEKS - 1))


@pytest.mark.parametrize("seed", range(4))
def test_less_is_late_in_sum(seed: int) -> None:
    p = synthetic_problem(np.random.default_rng(seed), finished=4, parts=5, bought=6, centres=4, orders=80, weeks=12, load=1.15)
    view = frame(p, network(p), 84 + 98)
    wants = backward(view, p.order_due)
    before, after = seen(view, wants), seen(*claimed(view, wants, lambda _, same: same))
    assert after.late <= before.late + 1e-6


def test_hours_are_given_where_no_piece_is_made_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """B's ten pieces wait for hours at the end; in their week A's are made, and A's later lots can wait a week without being late by more."""
    view, wants = two_items_on_full_hours()
    monkeypatch.setattr(first_claims, "STEPS_BACK", 9.0)
    before, after = seen(view, wants), seen(*claimed(view, wants, lambda _, same: same))
    assert (last_day(before, 0), last_day(after, 0)) == (7 * WEEKS, 35)  # a claim alone moves nothing: nobody else has pieces of its item
    days = after.schedule.delivery_day - view.problem.order_due[after.schedule.delivery_order]
    assert days[after.schedule.delivery_order > 0].max() <= 30


def two_items_on_full_hours() -> tuple[Frame, Wants]:
    """10 pieces of C due on day 7, made in the last week; 50 of A each week with just the hours for them, and 10 h to spare from week 6 on."""
    view, _ = full_weeks(spare_week=6)
    p = view.problem
    n = len(p.orders)
    both = replace(
        p,
        items=("A", "B", "C"),
        lot_min=np.array([1.0, 0.0, 1.0]),
        lot_multiple=np.ones(3),
        on_hand=np.array([0.0, 1e6, 0.0]),
        step_item=np.array([0, 2]),
        step_name=("10", "10"),
        step_centre=np.zeros(2, dtype=np.int64),
        step_setup_h=np.zeros(2),
        step_run_h=np.ones(2),
        step_flow_days=np.full(2, 7),
        bom_parent=np.array([0, 2]),
        bom_component=np.array([1, 1]),
        bom_qty=np.ones(2),
        order_item=np.r_[2, np.zeros(n - 1, dtype=np.int64)],
        capacity_h=p.capacity_h + np.where(np.arange(p.n_weeks) >= WEEKS - 1, 10.0, 0.0),
    )
    due, qty = both.order_due, both.order_qty
    wants = wants_of(both, np.r_[np.zeros(n - 1, dtype=np.int64), 1], np.r_[due[1:] - 7, 7 * (WEEKS - 1)], np.r_[qty[1:], 10.0])
    return frame(both, network(both), 7 * WEEKS + 14), wants
