"""Ways out: nothing cheaper and nothing smaller exists, proven by enumeration on small factories solved by other means."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from e2esim.planning.factory.fewest import fewest
from e2esim.planning.factory.flow_lp import solve_flow
from e2esim.planning.factory.grid import demand_of
from e2esim.planning.factory.limits import SlotGrid, pricing_grid
from e2esim.planning.factory.money import usual_money
from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.synthetic import synthetic_problem
from e2esim.planning.factory.ways_out import ReliefKind, WayOut, elastic_model, ways_out


def one_centre(**change: object) -> PlanProblem:
    """One item, one step of an hour a piece and a day; 10 h a week; three orders by the end of weeks 0, 1 and 2."""
    problem = replace(
        synthetic_problem(np.random.default_rng(1), finished=1, parts=1, bought=1, centres=1, orders=3, weeks=3),
        lot_min=np.zeros(3), on_hand=np.array([0.0, 0.0, 100.0]), step_item=np.array([0]), step_name=("10",), step_centre=np.array([0]),
        step_setup_h=np.zeros(1), step_run_h=np.ones(1), step_flow_days=np.ones(1, dtype=np.int64), bom_parent=np.array([0]),
        bom_component=np.array([2]), bom_qty=np.ones(1), capacity_h=np.full((1, 4), 10.0), order_item=np.zeros(3, dtype=np.int64),
        order_qty=np.array([12.0, 8.0, 8.0]), order_due=np.array([6, 13, 20]), order_priority=np.array([1, 1, 1]),
    )  # fmt: skip
    return replace(problem, **change)  # type: ignore[arg-type]


def small(seed: int) -> PlanProblem:
    """Two centres, three weeks, a handful of orders; hours and two bought parts are scarce."""
    rng = np.random.default_rng(seed)
    problem = synthetic_problem(rng, finished=2, parts=2, bought=2, centres=2, orders=6, weeks=3, load=1.4)
    stock = problem.on_hand.copy()
    stock[:4] = np.floor(0.3 * stock[:4])
    stock[4:] = np.floor(0.35 * stock[4:])
    return replace(problem, on_hand=stock, capacity_h=problem.capacity_h[:, :4])


def late(problem: PlanProblem, grid: SlotGrid) -> float:
    """Weighted late pieces of the fractional plan, solved anew."""
    qty = np.where((problem.order_due < 0) | (problem.order_due >= grid.days), 0.0, problem.order_qty)
    flow = solve_flow(problem, network(problem), grid.slots, demand_of(problem, problem.order_due, qty), delay=0.0)
    assert flow.optimal
    return flow.objective


def relieved(problem: PlanProblem, way: WayOut) -> PlanProblem:
    """The problem with the reliefs of a way out, and a breath more."""
    hours, wanted = problem.capacity_h.copy(), problem.order_qty.copy()
    item, day, qty = problem.receipt_item, problem.receipt_day, problem.receipt_qty
    for relief in way.reliefs:
        if relief.kind == ReliefKind.HOURS:
            hours[relief.place, relief.day // 7] += relief.amount + 1e-6
        elif relief.kind == ReliefKind.MATERIAL:
            item, day, qty = np.r_[item, relief.place], np.r_[day, relief.day], np.r_[qty, relief.amount + 1e-6]
        else:
            wanted[relief.place] -= relief.amount
    return replace(problem, capacity_h=hours, receipt_item=item, receipt_day=day, receipt_qty=qty, order_qty=np.maximum(wanted, 0.0))


Place = tuple[str, int, int, int]


def places(problem: PlanProblem, dates: bool) -> list[Place]:
    """Weeks of work centres, bought items and, if asked, the dates of orders alike."""
    made = set(problem.step_item.tolist())
    found = [("hours", c, w, 0) for c in range(2) for w in range(problem.n_weeks)]
    found += [("item", i, 0, 0) for i in range(problem.n_items) if i not in made]
    alike = {("date", int(problem.order_item[j]), int(problem.order_due[j]), int(problem.order_priority[j])) for j in range(len(problem.orders))}
    return found + sorted(alike) * dates


def opened(problem: PlanProblem, which: tuple[Place, ...]) -> PlanProblem:
    """The problem with plenty on some places."""
    hours, wanted, stock = problem.capacity_h.copy(), problem.order_qty.copy(), problem.on_hand.copy()
    for kind, a, b, c in which:
        if kind == "hours":
            hours[a, b] += 1e5
        elif kind == "item":
            stock[a] += 1e6
        else:
            wanted[(problem.order_item == a) & (problem.order_due == b) & (problem.order_priority == c)] = 0.0
    return replace(problem, capacity_h=hours, on_hand=stock, order_qty=wanted)


@pytest.mark.parametrize("dates", [True, False])
@pytest.mark.parametrize("seed", range(8))
def test_fewest_is_the_smallest_of_all_sets(seed: int, dates: bool) -> None:
    """Every smaller set of places is tried, each with plenty: none brings all on time."""
    problem = small(seed)
    net = network(problem)
    grid = pricing_grid(problem, net)
    money = usual_money(problem)
    kinds = frozenset(ReliefKind) if dates else frozenset({ReliefKind.HOURS, ReliefKind.MATERIAL})
    way = fewest(problem, net, elastic_model(problem, net, grid, money), money, kinds=kinds, time_limit_s=60.0)
    every = tuple(places(problem, dates))
    if way is None:
        assert late(problem, grid) < 1e-6 or late(opened(problem, every), grid) > 1e-4
        return
    assert way.proven
    assert way.left == 0
    used = {(r.kind, r.place, r.day if r.kind == ReliefKind.HOURS else 0) for r in way.reliefs if r.kind != ReliefKind.DATE}
    at = [int(r.place) for r in way.reliefs if r.kind == ReliefKind.DATE]
    used |= {(ReliefKind.DATE, *(int(x[j]) for x in (problem.order_item, problem.order_due, problem.order_priority))) for j in at}
    assert len(used) == way.bound
    assert late(relieved(problem, way), grid) == pytest.approx(0.0, abs=1e-3)
    for smaller in range(len(used)):
        for which in combinations(every, smaller):
            assert late(opened(problem, which), grid) > 1e-4, which


@pytest.mark.parametrize("seed", range(10))
def test_ways_bring_all_on_time_and_give_nothing_away(seed: int) -> None:
    """Solved anew with the reliefs nothing is late; with any one of them a little smaller something is."""
    problem = small(seed)
    net = network(problem)
    grid = pricing_grid(problem, net)
    money = usual_money(problem)
    ways = {way.name: way for way in ways_out(problem, net, grid, money, time_limit_s=60.0)}
    if not ways:
        assert late(problem, grid) == pytest.approx(0.0, abs=1e-6)
        return
    cost = {name: way.eur for name, way in ways.items() if not way.left}
    assert ways["mix"].eur == pytest.approx(min(cost.values()), rel=1e-9) or ways["mix"].eur < min(cost.values())
    for name in ("mix", "hours", "material"):
        stays = late(relieved(problem, ways[name]), grid)
        assert (stays < 1e-3) == (ways[name].left == 0), name
        for k, relief in enumerate(ways[name].reliefs):
            if relief.kind != ReliefKind.DATE and not ways[name].left:
                less = [*ways[name].reliefs]
                less[k] = replace(relief, amount=0.98 * relief.amount - 1e-3)
                assert late(relieved(problem, replace(ways[name], reliefs=tuple(less))), grid) > 1e-5, (name, relief)


def test_a_case_solved_by_hand() -> None:
    """10 h a week, an hour a piece: 12 wanted by the end of week 0 and 8 of week 1 need 2 h more, or 2 pieces later.

    The late ones come on day 8. An extra hour costs 60 EUR and a late piece 25: dates are the cheapest, 50 EUR; at 100 EUR hours are, 120 EUR.
    """
    problem = one_centre()
    net = network(problem)
    grid = pricing_grid(problem, net)

    def told(late_eur: float) -> list[tuple[str, float, float, list[tuple[int, int, float, int]]]]:
        money = replace(usual_money(problem), late_eur=np.full(3, late_eur))
        ways = ways_out(problem, net, grid, money)
        return [(w.name, round(w.eur, 3), round(w.left, 3), [(int(r.kind), r.place, round(r.amount, 6), r.days) for r in w.reliefs]) for w in ways]

    dates, hours = [(int(ReliefKind.DATE), 0, 2.0, 2)], [(int(ReliefKind.HOURS), 0, 2.0, 0)]
    assert told(25.0) == [("mix", 50.0, 0.0, dates), ("dates", 50.0, 0.0, dates), ("hours", 120.0, 0.0, hours), ("material", 0.0, 2.0, [])]
    assert told(100.0)[0] == ("mix", 120.0, 0.0, hours)
    assert told(100.0)[1] == ("hours", 120.0, 0.0, hours)


def test_a_chosen_set_pushes_the_others_aside() -> None:
    """Only the last order is chosen, and it is on time already: nothing gives way. The first one costs its 2 h or pieces."""
    problem = one_centre(order_qty=np.array([12.0, 8.0, 10.0]))
    net = network(problem)
    grid = pricing_grid(problem, net)
    money = usual_money(problem)
    way = {w.name: w for w in ways_out(problem, net, grid, money, chosen=np.array([True, False, False]))}["hours"]
    assert [(r.kind, r.day, round(r.amount, 6)) for r in way.reliefs if r.kind == ReliefKind.HOURS] == [(ReliefKind.HOURS, 0, 2.0)]
    last = ways_out(problem, net, grid, money, chosen=np.array([False, False, True]))
    assert all(r.kind == ReliefKind.DATE and r.place == 0 for w in last for r in w.reliefs)


def test_when_time_is_up_the_smallest_known_set_is_told_with_its_bound() -> None:
    problem = small(1)
    net = network(problem)
    grid = pricing_grid(problem, net)
    money = usual_money(problem)
    elastic = elastic_model(problem, net, grid, money)
    ways = ways_out(problem, net, grid, money, time_limit_s=60.0)
    way = fewest(problem, net, elastic, money, known=ways, time_limit_s=0.0)
    assert way is not None
    assert not way.proven
    assert way.bound == 0.0
    assert way.reliefs
