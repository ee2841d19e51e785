"""Prices of limits: the gain that is told is the gain of a problem built and solved anew with the limit moved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from e2esim.planning.factory.flow_lp import solve_flow
from e2esim.planning.factory.limit import Limit, LimitKind
from e2esim.planning.factory.limits import SlotGrid, price_limits, pricing_grid
from e2esim.planning.factory.network import network
from e2esim.planning.factory.pieces import first_piece
from e2esim.planning.factory.problem import Floats, PlanProblem
from e2esim.planning.factory.synthetic import synthetic_problem


def made(seed: int, **change: float) -> PlanProblem:
    size = {"finished": 4, "parts": 5, "bought": 6, "centres": 4, "orders": 60, "weeks": 10, "load": 1.1}
    return synthetic_problem(np.random.default_rng(seed), **{**size, **change})  # type: ignore[arg-type]


def tight(seed: int) -> PlanProblem:
    """Everything scarce at once: hours, stock of bought parts, and orders before the flow time."""
    problem = made(seed, load=1.0 + 0.1 * (seed % 5))
    stock = problem.on_hand.copy()
    stock[9:] *= 0.5
    stock[:9] *= 0.3
    return replace(problem, on_hand=stock)


def late(problem: PlanProblem, grid: SlotGrid) -> float:
    """Weighted late pieces of the fractional plan, written and solved anew by another solver."""
    flow = solve_flow(problem, network(problem), grid.slots, grid.demand, delay=0.0)
    assert flow.optimal
    return flow.objective


def moved(problem: PlanProblem, limit: Limit, amount: float) -> PlanProblem:
    """The problem with one limit moved by hand."""
    if limit.kind == LimitKind.HOURS:
        hours = problem.capacity_h.copy()
        hours[limit.place, limit.day // 7] += amount
        return replace(problem, capacity_h=hours)
    if limit.kind == LimitKind.MATERIAL:
        if amount < 0:
            stock = problem.on_hand.copy()
            stock[limit.place] += amount
            return replace(problem, on_hand=stock)
        return replace(
            problem,
            receipt_item=np.r_[problem.receipt_item, limit.place],
            receipt_day=np.r_[problem.receipt_day, limit.day],
            receipt_qty=np.r_[problem.receipt_qty, amount],
        )
    column = "source_lead_days" if limit.kind == LimitKind.SUPPLIER_DAYS else "step_flow_days"
    days = getattr(problem, column).copy()
    days[limit.place] -= round(amount)
    return replace(problem, **{column: days})


@pytest.mark.parametrize("seed", range(8))
def test_told_gain_is_the_gain_solved_anew_inside_the_range(seed: int) -> None:
    problem = tight(seed)
    grid = pricing_grid(problem, network(problem))
    found = price_limits(problem, network(problem), grid, time_limit_s=60.0)
    base = late(problem, grid)
    assert found.solved
    assert found.unpriced == 0
    assert found.late == pytest.approx(base, abs=1e-4)
    assert len(found.rows) >= 2
    for limit in found.rows[:12] + found.rows[12::9]:
        days = limit.kind >= LimitKind.SUPPLIER_DAYS
        for amount in {limit.least, limit.most} if days else {0.37 * limit.most, limit.most, 0.5 * limit.least}:
            if days or limit.kind == LimitKind.HOURS or amount >= 0:
                gain = base - late(moved(problem, limit, amount), grid)
                assert gain == pytest.approx(limit.price * amount, rel=0.01, abs=1e-4), (limit, amount)


@pytest.mark.parametrize("seed", [0, 3, 5])
def test_ranges_end_where_the_price_changes_and_what_is_not_told_is_worth_nothing(seed: int) -> None:
    problem = tight(seed)
    net = network(problem)
    grid = pricing_grid(problem, net)
    found = price_limits(problem, net, grid, time_limit_s=60.0)
    base = late(problem, grid)
    ended = [limit for limit in found.rows if limit.kind <= LimitKind.MATERIAL and not limit.open_end]
    assert ended
    for limit in ended[:6]:
        beyond = 1.5 * limit.most + 1.0
        assert base - late(moved(problem, limit, beyond), grid) < limit.price * beyond * (1 - 1e-6)
    told = {(limit.place, limit.day // 7) for limit in found.rows if limit.kind == LimitKind.HOURS}
    weeks = [(c, w) for c in range(4) for w in range(11) if (c, w) not in told]
    for c, w in weeks[:: max(1, len(weeks) // 8)]:
        hours = problem.capacity_h.copy()
        hours[c, w] += 5.0
        assert late(replace(problem, capacity_h=hours), grid) == pytest.approx(base, abs=1e-4)
    kinds = {kind: {limit.place for limit in found.rows if limit.kind == kind} for kind in LimitKind}
    assert kinds[LimitKind.STEP_DAYS]
    for step in set(range(problem.n_steps)) - kinds[LimitKind.STEP_DAYS]:
        if problem.step_flow_days[step] > 0:
            days = problem.step_flow_days.copy()
            days[step] -= 1
            assert late(replace(problem, step_flow_days=days), grid) == pytest.approx(base, abs=1e-4), step
    for source in set(range(problem.source_item.size)) - kinds[LimitKind.SUPPLIER_DAYS]:
        days = problem.source_lead_days.copy()
        days[source] = max(0, days[source] - 1)
        assert late(replace(problem, source_lead_days=days), grid) == pytest.approx(base, abs=1e-4), source


def one_centre(**change: object) -> PlanProblem:
    """One item, one step of an hour a piece and a day; 10 h a week; 8 pieces wanted on days 6, 13 and 20."""
    problem = replace(
        synthetic_problem(np.random.default_rng(1), finished=1, parts=1, bought=1, centres=1, orders=3, weeks=3),
        lot_min=np.array([0.0, 0.0, 0.0]),
        on_hand=np.array([0.0, 0.0, 100.0]),
        step_item=np.array([0]),
        step_name=("10",),
        step_centre=np.array([0]),
        step_setup_h=np.zeros(1),
        step_run_h=np.ones(1),
        step_flow_days=np.ones(1, dtype=np.int64),
        bom_parent=np.array([0]),
        bom_component=np.array([2]),
        bom_qty=np.ones(1),
        capacity_h=np.full((1, 4), 10.0),
        order_item=np.zeros(3, dtype=np.int64),
        order_qty=np.array([12.0, 8.0, 12.0]),
        order_due=np.array([6, 13, 20]),
        order_priority=np.array([1, 1, 1]),
    )
    return replace(problem, **change)  # type: ignore[arg-type]


def test_a_case_solved_by_hand() -> None:
    """Week 0 lacks 2 h and weeks 1-2 have 20 h for 20 pieces: an hour of week 0 saves a piece, up to 2; others none.

    With 4 pieces more wanted on day 13, an hour of week 0 or of week 1 saves one, and of week 2 none: what is wanted by then
    was made late anyway or has its own hours. EUR: three a piece.
    """
    problem = one_centre()
    worth = np.full(3, 3.0)

    def told(p: PlanProblem) -> list[tuple[int, float, float, float]]:
        found = price_limits(p, network(p), pricing_grid(p, network(p)), worth=worth)
        return [(x.day // 7, round(x.price, 6), round(x.most, 6), round(x.eur, 6)) for x in found.rows if x.kind == LimitKind.HOURS]

    assert told(problem) == [(0, 1.0, 2.0, 6.0)]
    more = replace(problem, order_qty=np.array([12.0, 12.0, 8.0]))
    assert told(more) == [(0, 1.0, 4.0, 12.0), (1, 1.0, 2.0, 6.0)]


def test_a_day_less_is_told_with_the_days_it_takes() -> None:
    """Parts come on day 14, 5 are wanted on day 10: four days less and one for the step bring them; three bring none."""
    problem = one_centre(
        on_hand=np.zeros(3), source_item=np.array([2]), source_supplier=("S",), source_priority=np.array([1]), source_lead_days=np.array([14]),
        source_moq=np.ones(1), source_multiple=np.ones(1), source_price=np.ones(1), orders=("A",), order_item=np.zeros(1, dtype=np.int64),
        order_qty=np.array([5.0]), order_due=np.array([6]), order_priority=np.array([1]), step_flow_days=np.zeros(1, dtype=np.int64),
    )  # fmt: skip
    net = network(problem)
    rows = price_limits(problem, net, pricing_grid(problem, net)).rows
    days = [x for x in rows if x.kind == LimitKind.SUPPLIER_DAYS]
    assert days == []  # eight days are more than the seven that are looked at
    sooner = replace(problem, order_due=np.array([9]))
    days = [x for x in price_limits(sooner, net, pricing_grid(sooner, net)).rows if x.kind == LimitKind.SUPPLIER_DAYS]
    assert [(x.least, x.gain, x.now) for x in days] == [(7.0, 5.0, 14.0)]  # starts are weekly after the first week: day 7 is the last
    pieces = [(x.day, x.most, x.gain) for x in price_limits(sooner, net, pricing_grid(sooner, net)).rows if x.kind == LimitKind.MATERIAL]
    assert pieces == [(7, 5.0, 5.0)]


def test_first_piece_of_known_functions() -> None:
    """Random convex polygons: the slope right of 0 and its end, whatever subgradient is told at kinks."""
    rng = np.random.default_rng(5)
    for _ in range(200):
        kinks = np.r_[0.0, np.cumsum(rng.uniform(0.1, 5.0, rng.integers(1, 6)))]
        slopes = -np.sort(rng.uniform(0.0, 9.0, kinks.size))[::-1]
        slopes = slopes[np.argsort(slopes)]

        def f(t: float, kinks: Floats = kinks, slopes: Floats = slopes) -> tuple[float, float]:
            seg = np.diff(np.r_[kinks, np.inf])
            value = 50.0 + float((np.clip(t - kinks, 0.0, seg) * slopes).sum())
            at = int(np.searchsorted(kinks, t + 1e-12, side="right")) - 1
            low = slopes[max(0, at - 1)] if abs(kinks[at] - t) < 1e-9 else slopes[at]
            return value, float(rng.uniform(low, slopes[at]) if low < slopes[at] else slopes[at])

        start = (50.0, slopes[0] - float(rng.choice([0.0, 3.0])))
        piece = first_piece(f, start, float(rng.uniform(0.01, 120.0)), 100.0, 1e-9)
        assert piece is not None
        assert piece.slope == pytest.approx(slopes[0], abs=1e-6)
        assert piece.length == pytest.approx(kinks[1] if kinks.size > 1 else 100.0, rel=1e-6)
