"""Kernels of the factory planner against slow, obvious twins."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from e2esim.planning.factory.backward_kernels import backward_wants, gather
from e2esim.planning.factory.bounds import earliest_days, lead_time_bound, relaxed_bound
from e2esim.planning.factory.buying_kernels import LotTerms, SourceTerms, StockChanges, purchase_plan
from e2esim.planning.factory.change_kernels import draw
from e2esim.planning.factory.execute import Wants, backward, execute, search, wants_of
from e2esim.planning.factory.flow_lp import solve_flow
from e2esim.planning.factory.flow_model import Slots
from e2esim.planning.factory.frame import frame
from e2esim.planning.factory.grid import demand_of, early_due, lot_cycles, net_need
from e2esim.planning.factory.hand_out_kernels import hand_out
from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.shop_floor import Steps
from e2esim.planning.factory.synthetic import synthetic_problem
from e2esim.planning.factory.trace_kernels import first_come


def tiny(seed: int, load: float = 0.9) -> PlanProblem:
    return synthetic_problem(
        np.random.default_rng(seed), finished=2, parts=2, bought=3, centres=3, orders=14, weeks=5, load=load
    )


def slow_dispatch(problem: PlanProblem, wants: Wants, days: int) -> list[tuple[int, int, float]]:
    """Twin of `dispatch`: dictionaries, one day after another, oldest debt first."""
    net = network(problem)
    stock = {n: float(q) for n, q in enumerate(problem.on_hand)}
    coming: dict[tuple[int, int], float] = {}
    room = {(c, w): float(h) for c, row in enumerate(problem.capacity_h) for w, h in enumerate(row)}
    owed: dict[int, float] = {}
    since: dict[int, int] = {}
    lots = []
    for day in range(days):
        for node in range(net.n_nodes):
            stock[node] = stock.get(node, 0.0) + coming.pop((day, node), 0.0)
        for s, d, q in zip(wants.step.tolist(), wants.day.tolist(), wants.qty.tolist(), strict=True):
            if d == day:
                if owed.get(s, 0.0) <= 1e-6:
                    since[s] = day
                owed[s] = owed.get(s, 0.0) + q
        queue = sorted((s for s in owed if owed[s] > 1e-6), key=lambda s: (since[s], s))
        while queue:
            s = queue.pop(0)
            least = max(1.0, float(problem.lot_min[problem.step_item[s]]))
            later = sum(q for t, d, q in zip(wants.step, wants.day, wants.qty, strict=True) if t == s and d > day)
            q = min(float(np.ceil(owed[s] - 1e-6)), float(problem.largest_lot[problem.step_item[s]]))
            if q < least:
                if owed[s] < 0.5 * least and later > 1e-6:
                    continue
                q = least
            inputs = list(
                zip(
                    net.in_node[net.in_start[s] : net.in_start[s + 1]].tolist(),
                    net.in_qty[net.in_start[s] : net.in_start[s + 1]].tolist(),
                    strict=True,
                )
            )
            for node, per in inputs:
                if day < net.free_from[node]:
                    q = min(q, (stock.get(node, 0.0) + 1e-6) / per)
            cell = (int(problem.step_centre[s]), day // 7)
            hours = room[cell] - problem.step_setup_h[s]
            q = np.floor(min(q, (hours + 1e-6) / problem.step_run_h[s]) + 1e-6)
            if hours < 0 or q < least - 1e-6 or day + problem.step_flow_days[s] >= days:
                continue
            room[cell] -= problem.step_setup_h[s] + q * problem.step_run_h[s]
            for node, per in inputs:
                stock[node] -= q * per
            done = (day + int(problem.step_flow_days[s]), int(net.step_output[s]))
            coming[done] = coming.get(done, 0.0) + q
            owed[s] -= q
            if owed[s] > 1e-6:
                since[s] = day
            lots.append((s, day, float(q)))
            if q > problem.largest_lot[problem.step_item[s]] - 1e-6 and owed[s] > 1e-6:
                queue.insert(0, s)  # one more of the largest size
    return lots


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("load", "most"), [(0.6, np.inf), (1.4, np.inf), (0.8, 1.5)])
def test_dispatch_equals_its_slow_twin(seed: int, load: float, most: float) -> None:
    problem = tiny(seed, load)
    problem = replace(problem, lot_max=np.floor(most * np.maximum(problem.lot_min, 1.0)))
    view = frame(problem, network(problem), 70)
    base = backward(view, early_due(problem, 3))
    wants = wants_of(problem, base.step, base.day, base.qty)
    wants = Wants(
        step=wants.step, day=wants.day, qty=wants.qty, rank=np.arange(problem.n_steps) * 1.0, start=wants.start
    )
    got = execute(view, wants)
    assert list(zip(got.lot_step.tolist(), got.lot_day.tolist(), got.lot_qty.tolist(), strict=True)) == slow_dispatch(
        problem, wants, 70
    )
    assert got.lot_qty.size > 0


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(st.integers(0, 6), min_size=6, max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 6)), min_size=1, max_size=6),
)
def test_hand_out_keeps_as_many_whole_orders_on_time_as_possible(
    supply: list[int], orders: list[tuple[int, int]]
) -> None:
    due, qty = (np.array(x) for x in zip(*sorted(orders), strict=True))
    size = 6 * due.size + 20
    row, day, out = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size)
    cum = np.cumsum(np.array(supply, dtype=float))
    n = hand_out(cum.copy(), due, due, qty.astype(float), np.zeros(due.size), np.zeros(due.size, np.int64), row, day, out, 0)
    in_time = np.zeros(due.size)
    for k in range(n):
        in_time[row[k]] += out[k] * (day[k] <= due[row[k]])
    best = max(
        sum(keep)
        for keep in product((0, 1), repeat=due.size)
        if all((qty * np.array(keep))[due <= d].sum() <= cum[d] for d in range(6))
    )
    assert int((in_time >= qty - 1e-9).sum()) == best
    for d in range(6):
        assert out[:n][day[:n] <= d].sum() <= cum[d] + 1e-9
    given_all = out[:n].sum()
    assert given_all == pytest.approx(min(cum[-1], qty.sum()))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=8, max_size=8), st.integers(5, 20), st.integers(0, 9))
def test_no_part_is_smaller_than_its_order_allows(come: list[int], qty: int, least: int) -> None:
    """One late order: each part and what is left after it is at least the smallest part; parts go as soon as they may."""
    least = min(least, qty)
    row, day, out = np.zeros(50, np.int64), np.zeros(50, np.int64), np.zeros(50)
    cum = np.cumsum(come).astype(float)
    n = hand_out(cum.copy(), np.array([0]), np.array([0]), np.array([float(qty)]), np.array([float(least)]), np.zeros(1, np.int64), row, day, out, 0)
    stock, left, expected = 0, qty, []
    for d, more in enumerate(come):
        stock += more
        parts = [p for p in range(1, min(stock, left) + 1) if p == left or (p >= least and left - p >= least)]
        if parts:
            expected.append((d, float(parts[-1])))
            stock, left = stock - parts[-1], left - parts[-1]
    assert [(int(a), float(b)) for a, b in zip(day[:n], out[:n], strict=True)] == expected


def test_higher_tier_is_served_first() -> None:
    row, day, out = np.empty(30, np.int64), np.empty(30, np.int64), np.empty(30)
    n = hand_out(np.array([5.0, 5.0, 8.0]), np.array([1, 0]), np.array([1, 0]), np.array([4.0, 4.0]), np.zeros(2), np.array([0, 1]), row, day, out, 0)
    assert [(int(r), int(d), float(q)) for r, d, q in zip(row[:n], day[:n], out[:n], strict=True)] == [
        (0, 1, 4.0),
        (1, 0, 1.0),
        (1, 2, 3.0),
    ]


def test_first_come_first_served() -> None:
    use, give, qty = first_come(
        np.array([0, 0, 1]), np.array([3.0, 4.0, 5.0]), np.array([0, 0, 1]), np.array([2.0, 4.0, 5.0]), 2
    )
    assert list(zip(use.tolist(), give.tolist(), qty.tolist(), strict=True)) == [
        (0, 0, 2.0),
        (1, 0, 1.0),
        (1, 1, 3.0),
        (2, 2, 5.0),
    ]


def test_purchases_take_the_preferred_source_that_is_in_time() -> None:
    """Stock 5; uses 4 on day 3, 4 on day 8, 30 on day 20. Source 0 needs 14 days, source 1 needs 7 and is dearer."""
    none = np.zeros(2)
    source, qty, day = purchase_plan(
        StockChanges(start=np.array([0, 4]), day=np.array([-1, 3, 8, 20]), qty=np.array([5.0, -4.0, -4.0, -30.0])),
        np.array([0, 2]),
        np.array([0, 1]),
        SourceTerms(
            lead=np.array([14, 7]), moq=np.array([10.0, 4.0]), multiple=np.array([5.0, 4.0]), price=none, order_eur=none,
            break_start=np.zeros(3, np.int64), break_qty=none[:0], break_price=none[:0],
        ),
        LotTerms(cover=np.zeros(1, np.int64), fill=none[:1], keeps=np.full(1, np.inf), hold=0.0),
    )  # fmt: skip
    assert list(zip(source.tolist(), qty.tolist(), day.tolist(), strict=True)) == [(1, 4.0, 8), (0, 30.0, 20)]


@pytest.mark.parametrize("seed", range(5))
def test_lots_by_rule_cover_what_is_wanted(seed: int) -> None:
    """Against a walk over the days with plain numbers: stock never falls below zero, and each lot is what its rule says."""
    rng = np.random.default_rng(seed)
    wanted = np.where(rng.random(60) < 0.4, rng.integers(1, 30, 60), 0).astype(float)
    cover, fill = int(rng.integers(0, 12)), float(rng.integers(0, 2) * rng.integers(1, 80))
    if fill:
        cover = 0
    lots = wanted.copy()
    gather(lots, cover, fill)
    level, until = 0.0, -1
    for day in range(60):
        if lots[day]:
            assert day >= until
            asked = wanted[day] - level + fill if fill else wanted[day : day + max(cover, 1)].sum()
            assert lots[day] == pytest.approx(asked)
            until = day + cover
        level += lots[day] - wanted[day]
        assert level >= -1e-9
    assert level <= fill + 1e-9


def test_backward_covers_all_needs_when_hours_are_plenty() -> None:
    problem = tiny(3, 0.05)
    view = frame(problem, network(problem), 70)
    wants = backward(view, problem.order_due)
    made = np.bincount(wants.step, weights=wants.qty, minlength=problem.n_steps)
    assert made == pytest.approx(net_need(problem, network(problem))[problem.step_item])


def test_backward_moves_earlier_when_a_week_is_full() -> None:
    """30 pieces for day 21 at 1 h each and 1 h set-up, 12 h a week, 2 days of flow: 11 in week 2, 11 in week 1, 8 in
    week 0.
    """
    need = np.zeros((1, 28))
    need[0, 21] = 30
    one, zero = np.array([1.0]), np.zeros(1, np.int64)
    steps = Steps(
        output=zero, in_start=np.zeros(2, np.int64), in_node=zero[:0], in_qty=one[:0], centre=zero, setup=one, run=one,
        flow=np.array([2]),
        lot_min=np.zeros(1), lot_multiple=one, lot_max=np.full(1, np.inf),
    )  # fmt: skip
    step, day, qty = backward_wants(
        need, np.zeros(1), np.zeros((28, 1)), zero, np.ones(1, np.int64), steps, np.full((1, 4), 12.0), np.array([10_000]),
        np.arange(28)[None, :], (np.zeros(1, np.int64), np.zeros(1)),
    )
    assert list(zip((day // 7).tolist(), qty.tolist(), strict=True)) == [(2, 11.0), (1, 11.0), (0, 8.0)]
    assert step.tolist() == [0, 0, 0]


@pytest.mark.parametrize("seed", range(5))
def test_fractional_plan_equals_a_dense_programme(seed: int) -> None:
    """Every day a slot; a dense LP with cumulative rows, written term by term, reaches the same objective."""
    problem = tiny(seed, 1.3)
    net, days = network(problem), 35
    step, day = np.repeat(np.arange(problem.n_steps), days), np.tile(np.arange(days), problem.n_steps)
    demand = demand_of(problem, problem.order_due)
    slots = Slots(step=step, day=day, take_day=day, run_h=problem.step_run_h[step])
    got = solve_flow(problem, net, slots, demand, delay=0.0)
    n_x, n_u = step.size, demand.qty.size
    rows, right = [], []
    for node in range(net.n_nodes):
        for d in range(days):
            if d >= net.free_from[node]:
                continue
            row = np.zeros(n_x + n_u)
            for k in range(n_x):
                if net.step_output[step[k]] == node and day[k] + problem.step_flow_days[step[k]] <= d:
                    row[k] -= 1
                for i in range(net.in_start[step[k]], net.in_start[step[k] + 1]):
                    if net.in_node[i] == node and day[k] <= d:
                        row[k] += net.in_qty[i]
            row[n_x:][(demand.item == node) & (demand.day <= d)] += 1
            rows.append(row)
            right.append(problem.on_hand[node] if node < problem.n_items else 0.0)
    for c in range(len(problem.centres)):
        for w in range(5):
            rows.append(
                np.r_[
                    np.where((problem.step_centre[step] == c) & (day // 7 == w), problem.step_run_h[step], 0.0),
                    np.zeros(n_u),
                ]
            )
            right.append(problem.capacity_h[c, w])
    upper = [(0, None)] * n_x + [(0, q) for q in demand.qty]
    slow = linprog(np.r_[np.zeros(n_x), -demand.weight], A_ub=np.array(rows), b_ub=np.array(right), bounds=upper)
    assert got.objective == pytest.approx(slow.fun + demand.weight @ demand.qty, rel=1e-6, abs=1e-6)
    assert relaxed_bound(problem, net, days, 10.0) <= got.objective + 1e-6
    assert lead_time_bound(problem, net) <= got.objective + 1e-6


def test_lots_grow_only_where_weekly_set_ups_do_not_fit() -> None:
    easy = synthetic_problem(np.random.default_rng(2), orders=400, load=0.6)
    assert lot_cycles(easy, network(easy), 52.0).min() == 1.0
    tight = synthetic_problem(np.random.default_rng(2), orders=100, load=1.2)
    cycle = lot_cycles(tight, network(tight), 52.0)
    assert cycle.max() > 2.0
    assert cycle.max() <= 13.0


def test_earliest_day_counts_flow_and_lead_times() -> None:
    problem = tiny(1)
    bare = earliest_days(problem, network(problem))
    bought = ~np.isin(np.arange(problem.n_items), problem.step_item)
    assert np.all(bare[bought] == network(problem).free_from[: problem.n_items][bought])


def test_generator_is_uniform_and_repeats() -> None:
    a, b = np.array([88172645463325252], np.uint64), np.array([88172645463325252], np.uint64)
    first = [draw(a, 10) for _ in range(20_000)]
    assert first == [draw(b, 10) for _ in range(20_000)]
    share = np.bincount(first, minlength=10) / 20_000
    assert np.abs(share - 0.1).max() < 4 * np.sqrt(0.09 / 20_000)


def test_search_returns_the_cost_of_what_it_leaves() -> None:
    problem = tiny(4, 1.4)
    view = frame(problem, network(problem), 70)
    wants = backward(view, problem.order_due)
    state = np.array([7], np.uint64)
    before = search(view, wants, 0, state)
    reached = search(view, wants, 80, state)
    assert reached <= before
    assert search(view, wants, 0, state) == pytest.approx(reached)


def test_dispatch_of_nothing_is_nothing() -> None:
    problem = tiny(1)
    view = frame(problem, network(problem), 30)
    none = wants_of(problem, np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    assert execute(view, none).lot_qty.size == 0


def test_who_has_a_claim_for_a_day_comes_sooner_where_all_others_leave_some() -> None:
    """5 pieces are put by for day 3 before the others get theirs; 2 of them are free on day 1, where the second order takes what is left on day 2."""
    row, day, out = np.empty(9, np.int64), np.empty(9, np.int64), np.empty(9)
    cum = np.array([0.0, 2.0, 6.0, 11.0, 11.0])
    due, wanted = np.array([3, 2]), np.array([0, 2])
    n = hand_out(cum, due, wanted, np.array([5.0, 4.0]), np.zeros(2), np.array([0, 1]), row, day, out, 0)
    assert list(zip(row[:n].tolist(), day[:n].tolist(), out[:n].tolist(), strict=True)) == [(1, 2, 4.0), (0, 1, 2.0), (0, 3, 3.0)]
