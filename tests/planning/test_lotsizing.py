"""Lot sizing against enumeration of all set-ups, a classic by hand, and the literature's instances where they are at
hand.

The oracle of quantities is a linear program written term by term for GLOP: another formulation and another solver.
"""

import itertools
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.linear_solver import pywraplp

from e2esim.planning.lotsizing import LotPlanStatus, LotSizingProblem, cost, load_hours, solve
from e2esim.planning.lotsizing.bound import best_blend, price_hours, promising_pairs, value_of
from e2esim.planning.lotsizing.facility_location import all_pairs, build
from e2esim.planning.lotsizing.improve import polish
from e2esim.planning.lotsizing.mip import solve_program
from e2esim.planning.lotsizing.search import search
from e2esim.planning.lotsizing.tiny import TWO_ITEMS


def generated(
    seed: int, items: int, weeks: int, centres: int, utilisation: float, **change: object
) -> LotSizingProblem:
    """A seeded problem with two routing steps, backlog, unmet demand and overtime; ``change`` replaces fields."""
    g = np.random.default_rng(seed)
    demand = np.round(g.gamma(2, 30, (items, 1)) * g.uniform(0.4, 1.6, (items, weeks)))
    first = np.arange(items) % centres
    second = np.where(centres > 1, (first + 1 + np.arange(items) % max(centres - 1, 1)) % centres, -1)
    run, setup = g.uniform(0.3, 1.2, (2, items)), g.uniform(2, 8, (2, items))
    load = np.zeros(centres)
    for centre, hours, lot in zip((first, second), run, setup, strict=True):
        has = centre >= 0
        np.add.at(load, centre[has], (hours * demand.mean(1) + 0.6 * lot)[has])
    holding = g.uniform(0.5, 1.5, items)
    problem = LotSizingProblem(
        demand=demand, centre=np.stack([first, second]), run_h=run, setup_h=setup,
        capacity_h=np.repeat(load[:, None] / utilisation, weeks, axis=1), holding=holding,
        setup_cost=g.uniform(50, 200, items), backlog=10 * holding, unmet=30 * holding,
        opening_stock=np.round(demand[:, 0] * g.uniform(0, 1.2, items)), overtime_cost=3.0, overtime_share=0.3,
    )  # fmt: skip
    return replace(problem, **change)  # type: ignore[arg-type]


def oracle_quantities(p: LotSizingProblem, setups: np.ndarray) -> float:
    """Least cost for given set-ups: GLOP, one variable and one constraint at a time; infinite if impossible."""
    lp = pywraplp.Solver.CreateSolver("GLOP")
    inf = lp.infinity()
    terms = []
    hours: dict[tuple[int, int], list[object]] = {}
    left = p.opening_stock.copy()
    for i in range(p.n_items):
        stock_before, late_before = 0.0, 0.0
        for t in range(p.n_weeks):
            used = min(left[i], p.demand[i, t])
            left[i] -= used
            made = lp.NumVar(0, inf if setups[i, t] else 0, "")
            stock = lp.NumVar(0, inf, "")
            late = lp.NumVar(0, inf if np.isfinite(p.backlog[i]) and t < p.n_weeks - 1 else 0, "")
            lost = lp.NumVar(0, inf if np.isfinite(p.unmet[i]) else 0, "")
            lp.Add(made + lost + stock_before - late_before == p.demand[i, t] - used + stock - late)
            terms += [stock * p.holding[i]]
            terms += [late * p.backlog[i]] if np.isfinite(p.backlog[i]) else []
            terms += [lost * p.unmet[i]] if np.isfinite(p.unmet[i]) else []
            for s in range(len(p.centre)):
                if p.centre[s, i] >= 0:
                    row = hours.setdefault((int(p.centre[s, i]), t), [])
                    row.append(made * p.run_h[s, i] + p.setup_h[s, i] * float(setups[i, t]))
            stock_before, late_before = stock, late
    for (c, t), row in hours.items():
        over = lp.NumVar(0, p.overtime_share * p.capacity_h[c, t], "")
        lp.Add(sum(row) <= p.capacity_h[c, t] + over)
        terms.append(over * p.overtime_cost)
    lp.Minimize(sum(terms))
    if lp.Solve() != pywraplp.Solver.OPTIMAL:
        return float("inf")
    return lp.Objective().Value() + float((p.setup_cost[:, None] * setups).sum())


def enumerated(p: LotSizingProblem) -> float:
    """Optimum over all set-ups."""
    cells = p.n_items * p.n_weeks
    best = float("inf")
    for bits in itertools.product((False, True), repeat=cells):
        setups = np.array(bits).reshape(p.n_items, p.n_weeks)
        if (p.setup_cost[:, None] * setups).sum() < best:
            best = min(best, oracle_quantities(p, setups))
    return best


HARD = {"backlog": np.full(2, np.inf), "unmet": np.full(2, np.inf), "overtime_share": 0.0}


@pytest.mark.parametrize(
    ("seed", "centres", "utilisation", "change"),
    [(1, 2, 0.9, {}), (2, 1, 1.1, {}), (3, 2, 0.7, HARD), (4, 1, 1.6, {"overtime_share": 0.0}), (5, 1, 0.75, HARD)],
)
def test_optimum_equals_enumeration(seed: int, centres: int, utilisation: float, change: dict[str, object]) -> None:
    """Branch and bound door: cost, and a plan that costs what it says; the prices alone never prove more."""
    problem = generated(seed, 2, 4, centres, utilisation, **change)
    truth = enumerated(problem)
    plan = solve(problem, time_limit_s=5.0, seed=1)
    assert plan.status is LotPlanStatus.OPTIMAL
    assert plan.objective == pytest.approx(truth, rel=1e-6)
    assert cost(problem, plan.quantities, plan.setups, plan.unmet) == pytest.approx(plan.objective, rel=1e-9)
    assert plan.objective * (1 - 1e-4) <= plan.bound <= plan.objective
    assert price_hours(problem, steps=60).bound <= truth + 1e-6


@pytest.mark.parametrize(("seed", "utilisation", "change"), [(1, 0.9, {}), (2, 1.3, {}), (3, 0.7, HARD)])
def test_quantities_equal_other_formulation(seed: int, utilisation: float, change: dict[str, object]) -> None:
    """For random set-ups the exact quantities cost what the oracle says, and are impossible when it says so."""
    problem = generated(seed, 2, 6, 2, utilisation, **change)
    g = np.random.default_rng(seed)
    compared = 0
    for _ in range(12):
        setups = g.random((2, 6)) < 0.75
        setups[:, 0] = True
        lots = polish(problem, setups, time_limit_s=5.0)
        truth = oracle_quantities(problem, setups)
        if np.isinf(truth):
            assert lots is None
            continue
        compared += 1
        assert lots is not None
        closed = float((problem.setup_cost[:, None] * (setups & ~lots.setups)).sum())
        assert lots.cost <= truth - closed + 1e-6 * truth  # closing a set-up also saves its hours
        assert lots.cost == pytest.approx(oracle_quantities(problem, lots.setups), rel=1e-6)
    assert compared >= 4


def test_one_item_without_capacity_is_wagner_whitin() -> None:
    """Twelve months of Silver, Pyke and Peterson (1998, section 6.2), set-up 54, holding 0.40: optimum 501.20."""
    demand = np.array([[10, 62, 12, 130, 154, 129, 88, 52, 124, 160, 238, 41]], dtype=float)
    one = LotSizingProblem(
        demand=demand, centre=np.array([[0]]), run_h=np.ones((1, 1)), setup_h=np.zeros((1, 1)),
        capacity_h=np.full((1, 12), 1e4), holding=np.array([0.4]), setup_cost=np.array([54.0]),
        backlog=np.array([np.inf]), unmet=np.array([np.inf]), opening_stock=np.zeros(1),
    )  # fmt: skip
    assert value_of(one, np.zeros((1, 12)))[0] == pytest.approx(501.2)
    assert search(one, np.zeros((1, 12)), seed=1, time_limit_s=0, moves=50).cost == pytest.approx(501.2)
    assert solve(one, time_limit_s=3.0, seed=1).objective == pytest.approx(501.2)


@given(st.integers(0, 10_000), st.floats(0.6, 1.3))
@settings(max_examples=25, deadline=None)
def test_any_prices_prove_a_bound(seed: int, utilisation: float) -> None:
    """Random prices never exceed the facility-location relaxation; its own prices reach it; the search for prices comes near where hours suffice."""
    problem = generated(seed, 4, 8, 2, utilisation)
    relaxed = build(problem, all_pairs(problem), relaxed=True)
    answer = solve_program(relaxed.program, time_limit_s=10.0)
    assert answer.duals is not None
    prices = np.random.default_rng(seed).uniform(0, 4, problem.capacity_h.shape)
    assert value_of(problem, prices)[0] <= answer.bound + 1e-6 * abs(answer.bound)
    assert value_of(problem, relaxed.prices(answer.duals))[0] == pytest.approx(answer.bound, rel=1e-3)
    start = price_hours(problem, steps=30)
    assert best_blend(problem, start, relaxed.prices(answer.duals)).bound >= start.bound
    if utilisation <= 1.0:  # in a plant loaded above its hours one of 250 stays 11 % below: no law
        assert price_hours(problem, steps=300).bound >= 0.95 * answer.bound


def test_promising_pairs_keep_the_relaxation() -> None:
    """A wide slack loses nothing of the relaxation's value; a tiny one drops most pairs."""
    problem = generated(7, 12, 16, 4, 0.95)
    full = solve_program(build(problem, all_pairs(problem), relaxed=True).program, time_limit_s=20.0).bound
    prices = price_hours(problem, steps=300).prices
    pairs = promising_pairs(problem, prices, 200.0)
    few = solve_program(build(problem, pairs, relaxed=True).program, time_limit_s=20.0).bound
    assert few == pytest.approx(full, rel=2e-3)
    assert promising_pairs(problem, prices, 1.0).sum() < 0.5 * pairs.sum() < 0.5 * all_pairs(problem).sum()


@pytest.mark.long
def test_large_problem_reaches_its_bound() -> None:
    """60 items, 26 weeks, 8 centres, nearly full: 20,000 moves and exact quantities end within 2 % of the bound."""
    problem = generated(11, 60, 26, 8, 0.92)
    priced = price_hours(problem, steps=300)
    found = search(problem, priced.prices, seed=3, time_limit_s=0, moves=20_000)
    lots = polish(problem, found.quantities > 1e-9, time_limit_s=20.0)
    assert lots is not None
    assert lots.cost <= found.cost * (1 + 1e-9)
    assert priced.bound <= lots.cost <= 1.02 * priced.bound
    again = search(problem, priced.prices, seed=3, time_limit_s=0, moves=20_000)
    assert np.array_equal(found.quantities, again.quantities)
    other = search(problem, priced.prices, seed=4, time_limit_s=0, moves=20_000)
    assert not np.array_equal(found.quantities, other.quantities)


def test_large_door_proves_its_gap() -> None:
    """Through the door: more than 20,000 pairs, so search and relaxation run side by side."""
    problem = generated(12, 40, 26, 6, 0.9)
    plan = solve(problem, time_limit_s=30.0, seed=1, moves=15_000)
    assert plan.status is LotPlanStatus.FEASIBLE
    assert 0 < plan.gap < 0.02
    assert cost(problem, plan.quantities, plan.setups, plan.unmet) == pytest.approx(plan.objective)
    over = np.maximum(load_hours(problem, plan.quantities, plan.setups) - problem.capacity_h, 0)
    assert np.allclose(over, plan.overtime_h)


def test_large_hard_capacity_is_kept() -> None:
    """No overtime, no backlog, nothing unmet: the plan keeps every hour."""
    hard = {"backlog": np.full(40, np.inf), "unmet": np.full(40, np.inf), "overtime_share": 0.0}
    problem = generated(13, 40, 26, 6, 0.8, **hard)
    plan = solve(problem, time_limit_s=30.0, seed=1, moves=15_000)
    assert plan.status is LotPlanStatus.FEASIBLE
    assert (load_hours(problem, plan.quantities, plan.setups) <= problem.capacity_h * (1 + 1e-6)).all()
    assert (np.cumsum(plan.quantities - problem.net_demand(), axis=1) >= -1e-6).all()
    assert plan.gap < 0.04


def test_impossible_is_a_status_with_reasons() -> None:
    """Three hours a week cannot make eight pieces in two weeks; allowed to lose some, the plan says which."""
    short = replace(TWO_ITEMS, capacity_h=np.full((1, 2), 3.0))
    plan = solve(short, time_limit_s=3.0, seed=1)
    assert plan.status is LotPlanStatus.INFEASIBLE
    assert plan.reasons == ("work centre 0: 2.0 h short by week 1 before any set-up",)
    assert np.isinf(plan.objective)
    lossy = solve(replace(short, unmet=np.array([50.0, 40.0])), time_limit_s=3.0, seed=1)
    # two hours a week are left after one set-up a week: item 0 loses one piece each week, item 1 both
    assert lossy.unmet.tolist() == [[1.0, 1.0], [0.0, 2.0]]
    assert lossy.objective == pytest.approx(20 + 2 * 50 + 2 * 40)


def test_more_of_everything_never_costs_more() -> None:
    """More hours, more opening stock or cheaper set-ups never raise the optimum."""
    problem = generated(21, 3, 5, 2, 1.0)
    base = solve(problem, time_limit_s=5.0, seed=1).objective
    for change in (
        {"capacity_h": problem.capacity_h * 1.1},
        {"setup_cost": problem.setup_cost * 0.9},
        {"setup_h": problem.setup_h * 0.5},
    ):
        assert solve(replace(problem, **change), time_limit_s=5.0, seed=1).objective <= base * (1 + 1e-4)


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(ValueError, match=r"demand\[0, 1\] = -3\.0.*holding\[1\] = nan.*centre must lie in -1\.\.0"):
        replace(
            TWO_ITEMS, demand=np.array([[3.0, -3.0], [0.0, 2.0]]), holding=np.array([1.0, np.nan]),
            centre=np.array([[0, 4]]),
        )  # fmt: skip
    with pytest.raises(ValueError, match=r"holding has shape \(3,\), expected \(2,\)"):
        replace(TWO_ITEMS, holding=np.ones(3))


CASES = os.environ.get("E2ESIM_CASES")


@pytest.mark.long
@pytest.mark.skipif(not CASES, reason="E2ESIM_CASES names no folder of cases")
def test_trigeiro_optima() -> None:
    """Trigeiro, Thomas and McClain (1989): mean gap to the proven optimum at most 0.3 %, worst 1 %, at 20 s each."""
    folder = Path(str(CASES)) / "clsp_trigeiro1989"
    optima = json.loads((folder / "optima.json").read_text())["instances"]
    gaps = []
    for name, known in optima.items():
        d = json.loads((folder / "instances" / f"{name}.json").read_text())
        items, weeks = d["items"], d["periods"]
        problem = LotSizingProblem(
            demand=np.array(d["demand"]).T.copy(), centre=np.zeros((1, items), dtype=np.int64),
            run_h=np.array([d["unit_time"]]), setup_h=np.array([d["setup_time"]]),
            capacity_h=np.full((1, weeks), d["capacity_per_period"]), holding=np.array(d["holding_cost"]),
            setup_cost=np.array(d["setup_cost"]), backlog=np.full(items, np.inf), unmet=np.full(items, np.inf),
            opening_stock=np.zeros(items),
        )  # fmt: skip
        plan = solve(problem, time_limit_s=20.0, seed=1)
        assert plan.bound <= known["optimum"] * (1 + 1e-6) <= plan.objective * (1 + 2e-6), name
        gaps.append(plan.objective / known["optimum"] - 1)
    assert np.mean(gaps) <= 0.003
    assert max(gaps) <= 0.01
