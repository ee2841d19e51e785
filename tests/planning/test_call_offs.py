"""Suppliers that deliver only so much a week: call-offs against a brute force, and plans and promises that keep the limit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.planning.ctp.capable import promise
from e2esim.planning.ctp.model import DAY
from e2esim.planning.ctp.of_factory import state_of
from e2esim.planning.ctp.request import Request
from e2esim.planning.factory.call_offs import call_offs, limited
from e2esim.planning.factory.planner import plan
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.result import Cause, PlanResult
from e2esim.planning.factory.synthetic import synthetic_problem


def one_item(rows: list[tuple[int, float, float, float]], today: date = date(2026, 3, 2), weeks: int = 8) -> PlanProblem:
    """An item that is bought and sold; rows: lead time, moq, multiple, pieces a week (0: no limit)."""
    n, none, zero = len(rows), np.zeros(0, dtype=np.int64), np.zeros(0)
    week = np.array([[row[3] or np.inf] * (weeks + 1) for row in rows])
    return PlanProblem(
        today=today, items=("PART",), lot_min=np.ones(1), lot_multiple=np.ones(1), on_hand=np.zeros(1), step_item=none, step_name=(), step_centre=none,
        step_setup_h=zero, step_run_h=zero, step_flow_days=none, bom_parent=none, bom_component=none, bom_qty=zero, centres=(), capacity_h=np.zeros((0, weeks)),
        source_item=np.zeros(n, dtype=np.int64), source_supplier=tuple(f"S{k}" for k in range(n)), source_priority=np.arange(1, n + 1),
        source_lead_days=np.array([row[0] for row in rows]), source_moq=np.array([row[1] for row in rows]),
        source_multiple=np.array([row[2] for row in rows]), source_price=np.ones(n), source_left=week,
        orders=("A",), order_item=np.zeros(1, dtype=np.int64), order_qty=np.ones(1), order_due=np.array([10]), order_priority=np.ones(1, dtype=np.int64),
    )  # fmt: skip


def week_of(problem: PlanProblem, day: int) -> int:
    return (day + problem.today.weekday()) // 7


def broken(problem: PlanProblem, result: PlanResult) -> set[str]:
    """Rules of purchases, counted row by row."""
    said: set[str] = set()
    called: dict[tuple[int, int], float] = defaultdict(float)
    rows = zip(result.purchase_source.tolist(), result.purchase_qty.tolist(), result.purchase_ordered.tolist(), result.purchase_received.tolist(), strict=True)
    for s, qty, ordered, received in rows:
        said |= {"before today"} if ordered < 0 else set()
        said |= {"lead time"} if received - ordered < problem.source_lead_days[s] else set()
        said |= {"smallest"} if qty < problem.source_moq[s] - 1e-6 else set()
        said |= {"multiple"} if abs(qty / problem.source_multiple[s] - round(qty / problem.source_multiple[s])) > 1e-6 else set()
        called[s, week_of(problem, ordered)] += qty
    for (s, week), qty in called.items():
        said |= {"too much a week"} if qty > problem.source_left[s, week] + 1e-6 else set()
    stock = [float(x) for x in problem.on_hand]
    days = int(max(result.purchase_received.max(initial=0), result.delivery_day.max(initial=0), result.lot_end.max(initial=0))) + 1
    first = {int(i): int(np.flatnonzero(problem.step_item == i)[0]) for i in problem.step_item}
    bought = set(problem.source_item.tolist())
    for day in range(days):
        for node, when, qty in zip(problem.receipt_item.tolist(), problem.receipt_day.tolist(), problem.receipt_qty.tolist(), strict=True):
            if when == day and node in bought:
                stock[node] += qty
        for s, qty, _, received in zip(result.purchase_source, result.purchase_qty, result.purchase_ordered, result.purchase_received, strict=True):
            stock[problem.source_item[s]] += qty if received == day else 0.0
        for step, qty, start in zip(result.lot_step.tolist(), result.lot_qty.tolist(), result.lot_start.tolist(), strict=True):
            item = int(problem.step_item[step])
            if start == day and first[item] == step:
                for parent, part, per in zip(problem.bom_parent, problem.bom_component, problem.bom_qty, strict=True):
                    stock[part] -= qty * per if parent == item else 0.0
        for j, qty, when in zip(result.delivery_order.tolist(), result.delivery_qty.tolist(), result.delivery_day.tolist(), strict=True):
            stock[problem.order_item[j]] -= qty if when == day else 0.0
        said |= {"stock below zero"} if any(stock[i] < -1e-4 for i in bought) else set()
    return said


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 6), st.integers(0, 20), st.sampled_from([1.0, 3.0, 5.0]), st.integers(0, 12), st.integers(0, 3), st.booleans(),
    st.lists(st.tuples(st.integers(0, 45), st.integers(1, 30)), min_size=1, max_size=6),
)  # fmt: skip
def test_call_offs_cover_the_need_and_keep_every_week(
    weekday: int, lead: int, multiple: float, moq: int, weeks_of_room: int, second: bool, needs: list[tuple[int, int]]
) -> None:
    """What could come by a day, call-off by call-off, is all that can be covered; nothing that could be is left open."""
    weekly = max(moq, 1) + multiple * (1 + weeks_of_room)
    rows = [(lead, float(moq), multiple, weekly), *([(lead + 9, 0.0, 1.0, 0.0)] if second else [])]
    problem = one_item(rows, today=date(2026, 3, 2 + weekday))
    day = np.array(sorted({d for d, _ in needs}))
    need = np.cumsum([sum(q for d, q in needs if d == when) for when in day.tolist()]).astype(float)
    room = np.floor((weekly + 1e-9) / multiple) * multiple
    most = [room * sum(max(7 * k - weekday, 0) + lead <= when for k in range(9)) + (np.inf if second and when >= lead + 9 else 0.0) for when in day.tolist()]
    open_before = np.maximum.accumulate(np.maximum(need - np.array(most), 0.0))
    found = call_offs(problem, day, need - open_before, [0, 1][: len(rows)])
    come = np.array([sum(q for _, q, when in found if when <= d) for d in day.tolist()])
    assert (come >= need - open_before - 1e-6).all()
    called: dict[tuple[int, int], float] = defaultdict(float)
    for s, qty, when in found:
        ordered = when - int(problem.source_lead_days[s])
        assert ordered >= 0
        assert qty >= problem.source_moq[s] - 1e-9
        called[s, week_of(problem, ordered)] += qty
    assert all(qty <= problem.source_left[s, week] + 1e-6 for (s, week), qty in called.items())


@pytest.fixture(scope="module")
def scarce() -> tuple[PlanProblem, PlanResult, PlanResult]:
    """A factory one of whose bought parts comes in weekly rations, planned with and without them."""
    free = synthetic_problem(np.random.default_rng(5), finished=3, parts=3, bought=4, centres=3, orders=30, weeks=10, load=0.7)
    use = plan(free, rounds=10, time_limit_s=60.0)
    total = np.bincount(use.purchase_source, weights=use.purchase_qty, minlength=free.source_item.size)
    least = np.maximum(free.source_moq, np.maximum(free.source_multiple, 1.0))
    scarcest = int((total / least).argmax())
    weekly = np.where(np.arange(total.size) == scarcest, np.maximum(np.ceil(0.6 * total / free.n_weeks), least), np.inf)
    problem = replace(free, source_left=np.repeat(weekly[:, None], free.n_weeks + 1, axis=1))
    return problem, plan(problem, rounds=10, time_limit_s=60.0), use


def test_a_plan_keeps_the_weekly_limit(scarce: tuple[PlanProblem, PlanResult, PlanResult]) -> None:
    problem, rationed, free = scarce
    assert limited(problem).sum() == 1
    assert broken(problem, rationed) == set()
    assert "too much a week" in broken(problem, free)  # without the limit it would be broken: the test can fail
    assert rationed.objective >= free.bound - 1e-6
    blamed = rationed.late_cause == Cause.SUPPLIER
    assert rationed.objective > free.objective
    assert rationed.late_qty[blamed].sum() > 0.5 * rationed.late_qty.sum()
    assert set(rationed.late_place[blamed].tolist()) == set(np.flatnonzero(limited(problem)).tolist())


def test_a_promise_waits_for_next_week(scarce: tuple[PlanProblem, PlanResult, PlanResult]) -> None:
    problem = one_item([(4, 1.0, 1.0, 10.0)])
    answer = promise(state_of(problem), Request(name="new", buffer="PART", quantity=25.0, due=4 * DAY))
    assert [(d.time // DAY, d.quantity) for d in answer.deliveries] == [(4, 10.0), (11, 10.0), (18, 5.0)]
    more, rationed, _ = scarce
    state = state_of(more, rationed)
    asked = promise(state, Request(name="new", buffer=more.items[int(more.order_item[0])], quantity=6.0, due=5 * DAY))
    called: dict[str, float] = defaultdict(float)
    for work in asked.work:
        if work.kind == "buy":
            called[f"{work.operation} {week_of(more, work.start // DAY)}"] += work.quantity
    for s, who in enumerate(more.source_supplier):
        name = f"buy {more.items[more.source_item[s]]} from {who}"
        for week in range(more.n_weeks):
            own = sum(q for r, q, d in zip(rationed.purchase_source, rationed.purchase_qty, rationed.purchase_ordered, strict=True)
                      if r == s and week_of(more, int(d)) == week)  # fmt: skip
            assert own + called[f"{name} {week}"] <= more.source_left[s, week] + 1e-6
