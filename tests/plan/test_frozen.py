"""Released lots stay and the rest is planned around them: on made-up factories with little slack, by the slow referee."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from plan_referee import broken_rules

from e2esim.planning.factory.case import PlanCase
from e2esim.planning.factory.frozen import Released, around, let_go
from e2esim.planning.factory.planner import plan
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.result import PlanResult
from e2esim.planning.factory.synthetic import synthetic_problem
from e2esim.report.plan.folder import FRAMES
from e2esim.report.plan.view import PlanView


def problem_of(seed: int) -> PlanProblem:
    return synthetic_problem(np.random.default_rng(seed), finished=4, parts=5, bought=6, centres=3, orders=90, weeks=10, load=0.97)


def case_of(facts: PlanProblem) -> PlanCase:
    blank = ("",) * facts.n_items
    return PlanCase(
        facts=facts, title="t", item_name=blank, item_unit=blank, order_customer=("",) * len(facts.orders),
        receipt_name=tuple(f"R{k}" for k in range(facts.receipt_item.size)),
    )  # fmt: skip


def begun(result: PlanResult, days: int, shift: int = 0) -> Released:
    """What a plan begins before a day, seen `shift` days later."""
    lots, bought = result.lot_start < days, result.purchase_ordered < days
    return Released(
        lot_name=tuple(f"L{k:05d}" for k in np.flatnonzero(lots)),
        lot_step=result.lot_step[lots],
        lot_qty=result.lot_qty[lots],
        lot_start=result.lot_start[lots] - shift,
        lot_end=result.lot_end[lots] - shift,
        lot_from=result.lot_from[lots] - 24.0 * shift,
        lot_to=result.lot_to[lots] - 24.0 * shift,
        lot_ready=result.lot_ready[lots] - 24.0 * shift,
        lot_machine=result.lot_machine[lots],
        purchase_name=tuple(f"P{k:05d}" for k in np.flatnonzero(bought)),
        purchase_source=result.purchase_source[bought],
        purchase_qty=result.purchase_qty[bought],
        purchase_ordered=result.purchase_ordered[bought] - shift,
        purchase_received=result.purchase_received[bought] - shift,
    )


@pytest.mark.parametrize("seed", range(6))
def test_a_plan_around_released_lots_keeps_every_rule(seed: int, tmp_path: Path) -> None:
    """Half of the orders change item after the first plan, so that the rest is planned anew."""
    facts = problem_of(seed)
    first = plan(facts, rounds=10)
    moved = facts.order_item.copy()
    moved[::2] = (moved[::2] + 1) % 4
    facts = replace(facts, order_item=moved)
    case = replace(case_of(facts), released=begun(first, 17))
    left = case.remainder()
    assert left.faults == ()
    view = PlanView(case=case, left=left, result=plan(left.problem, rounds=10))
    assert view.lots.released > 5
    assert view.lots.step.size > view.lots.released
    frames = {name: make(view) for name, make in FRAMES.items()}
    for name in ("lots", "purchases", "deliveries"):
        frames[name].write_parquet(tmp_path / f"{name}.parquet")
    assert broken_rules(facts, tmp_path) == set()
    used = np.bincount(left.feed_lot, weights=left.feed_qty, minlength=view.lots.released)
    row, _, per = _inputs(facts, case.released)
    assert used == pytest.approx(np.bincount(row, weights=per, minlength=used.size))
    assert frames["mps"]["stock_end"].min() > -1e-6  # type: ignore[operator]


def _inputs(facts: PlanProblem, released: Released) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Pieces that every released lot takes: of each component at its first step, of what the step before made else."""
    rows, nodes, taken = [], [], []
    for lot, step in enumerate(released.lot_step.tolist()):
        item, qty = int(facts.step_item[step]), float(released.lot_qty[lot])
        if step == int(np.flatnonzero(facts.step_item == item)[0]):
            for b in np.flatnonzero(facts.bom_parent == item):
                rows.append(lot)
                nodes.append(int(facts.bom_component[b]))
                taken.append(qty * float(facts.bom_qty[b]))
        else:
            rows.append(lot)
            nodes.append(facts.n_items + step - 1)
            taken.append(qty)
    return np.array(rows), np.array(nodes), np.array(taken)


def test_what_began_before_today_only_brings_its_output() -> None:
    """A week later: lots begun before today take neither hours nor parts again, those ahead take both."""
    facts = problem_of(2)
    released = begun(plan(facts, rounds=5), 9, shift=7)
    case = replace(case_of(facts), released=released)
    left = case.remainder()
    ahead = released.lot_start >= 0
    step = released.lot_step[ahead]
    hours = facts.step_setup_h[step] + facts.step_run_h[step] * released.lot_qty[ahead]
    assert (facts.capacity_h - left.problem.capacity_h).sum() == pytest.approx(hours.sum())
    assert 0 < ahead.sum() < ahead.size
    assert set(left.feed_lot.tolist()) <= set(np.flatnonzero(ahead).tolist())


def test_lots_without_parts_or_hours_are_named() -> None:
    facts = problem_of(3)
    released = begun(plan(facts, rounds=5), 14)
    bare = replace(facts, on_hand=np.zeros(facts.n_items))
    faults = replace(case_of(bare), released=released).remainder().faults
    assert any("are missing then" in fault for fault in faults)
    idle = replace(facts, capacity_h=0.1 * facts.capacity_h)
    faults = replace(case_of(idle), released=released).remainder().faults
    assert any(fault.startswith("work centre WC") and "released lots take" in fault for fault in faults)


@pytest.mark.parametrize("seed", range(4))
def test_what_keeping_takes_is_the_least_and_what_stays_lacks_nothing(seed: int) -> None:
    """With what is told everything can be kept; with a little less of any of it something lacks again."""
    facts = problem_of(seed)
    released = begun(plan(facts, rounds=5), 14)
    facts = replace(facts, on_hand=np.floor(0.6 * facts.on_hand), capacity_h=0.8 * facts.capacity_h)
    lacks = around(facts, released).lacks
    assert lacks

    def given(amounts: list[float]) -> PlanProblem:
        hours, item, day, qty = facts.capacity_h.copy(), [], [], []
        for lack, amount in zip(lacks, amounts, strict=True):
            if lack.node < 0:
                hours[lack.place, lack.day // 7] += amount
            else:
                item.append(lack.node)
                day.append(lack.day)
                qty.append(amount)
        return replace(
            facts,
            capacity_h=hours,
            receipt_item=np.array(item, dtype=np.int64),
            receipt_day=np.array(day, dtype=np.int64),
            receipt_qty=np.array(qty),
        )

    amounts = [lack.amount for lack in lacks]
    assert around(given(amounts), released).lacks == ()
    for k in range(len(lacks)):
        less = amounts.copy()
        less[k] -= 0.05
        assert around(given(less), released).lacks != (), lacks[k]
    stays = let_go(facts, released)
    assert around(facts, stays).lacks == ()
    assert stays.lot_step.size < released.lot_step.size
    assert plan(around(facts, stays).problem, rounds=2).lot_qty.size > 0


def test_the_last_lots_of_an_overloaded_week_go() -> None:
    facts = problem_of(3)
    released = begun(plan(facts, rounds=5), 14)
    centre, week = int(facts.step_centre[released.lot_step[0]]), 0
    here = np.flatnonzero((facts.step_centre[released.lot_step] == centre) & (released.lot_start // 7 == week))
    assert here.size > 1
    hours = facts.step_setup_h[released.lot_step] + facts.step_run_h[released.lot_step] * released.lot_qty
    room = facts.capacity_h.copy()
    room[centre, week] = hours[here].sum() - 0.5
    stays = let_go(replace(facts, capacity_h=room), released)
    last = here[released.lot_start[here].argmax()]
    assert released.lot_name[last] not in stays.lot_name
    first = here[released.lot_start[here].argmin()]
    assert released.lot_name[first] in stays.lot_name
