"""The aggregate plan against a hand-written programme, the books of its views, criticalities, opportunities, silos, scenarios."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from e2esim.planning.sop.criticalities import criticalities
from e2esim.planning.sop.opportunity import vet
from e2esim.planning.sop.problem import Budget, SopProblem
from e2esim.planning.sop.programme import OBJECTIVES, SopProgramme
from e2esim.planning.sop.roles import roles
from e2esim.planning.sop.scenarios import ALL, Ground, SopScenario, apply, figures, solve_scenario
from e2esim.planning.sop.silo import silo_plan
from e2esim.planning.sop.tiny import tiny_problem
from e2esim.planning.sop.views import view

T, P = 3, 2


def small(**values: Any) -> SopProblem:
    """Two families of one product, three months, two work centres, two materials; the peak is in the last month."""
    facts: dict[str, Any] = {
        "months": ("2026-01", "2026-02", "2026-03"), "days": np.array([31.0, 28.0, 31.0]), "products": ("bed",
        "cushion"), "families": ("beds", "cushions"),
        "family": np.array([0, 1]), "forecast": np.array([[50.0, 80.0], [60.0, 60.0], [120.0, 90.0]]),
        "orders": np.array([[10.0, 0.0], [0.0, 0.0], [0.0, 0.0]]),
        "consensus": np.array([[50.0, 80.0], [60.0, 60.0], [120.0, 90.0]]), "price_eur": np.array([200.0, 30.0]),
        "cost_eur": np.array([120.0, 18.0]),
        "serve_eur": np.array([10.0, 2.0]), "late_eur": np.array([12.0, 2.0]), "risk_eur": np.array([4.0, 0.5]),
        "holding_eur": np.array([2.0, 0.3]), "lose_share": 0.3,
        "opening": np.array([20.0, 10.0]), "backlog": np.array([5.0, 0.0]), "receipts": np.array([[4.0, 0.0], [0.0, 0.0], [0.0, 0.0]]),
        "safety": np.array([[8.0, 6.0]] * 3), "centres": ("cut", "sew"), "hours": np.array([[0.5, 0.1], [1.0, 0.2]]),
        "normal_h": np.array([[60.0, 60.0, 60.0], [70.0, 70.0, 70.0]]),
        "overtime_h": np.array([[0.0] * 3, [10.0] * 3]), "shift_h": np.zeros((2, 3)),
        "overtime_eur": np.array([20.0, 12.0]), "shift_eur": np.array([30.0, 18.0]),
        "materials": ("foam", "cloth"), "use": np.array([[8.0, 0.5], [3.0, 1.0]]),
        "material_stock": np.array([300.0, 100.0]), "material_reserve": np.array([50.0, 0.0]),
        "material_coming": np.array([[0.0, 100.0, 0.0], [0.0, 0.0, 0.0]]),
        "material_holding_eur": np.array([0.02, 0.03]), "suppliers": ("chem", "weaver"),
        "source_material": np.array([0, 1, 1]), "source_supplier": np.array([0, 1, 0]),
        "source_eur": np.array([2.0, 3.0, 3.5]), "source_good": np.array([0.99, 1.0, 1.0]),
        "source_most": np.array([[400.0, 500.0, 700.0], [150.0, 150.0, 200.0], [np.inf, np.inf, np.inf]]),
        "receivable_d": np.array([30.0, -2.0]),
        "payable_d": np.array([60.0, 45.0, 30.0]), "lane_share": np.array([[0.5, 0.4]]),
        "volume_m3": np.array([0.5, 0.1]), "truck_m3": 8.0, "budget": Budget.none(3, 2),
    }  # fmt: skip
    return SopProblem(**(facts | values))


def by_hand(p: SopProblem) -> float:
    """The same programme written out one variable after the other for another solver; the value of the plan."""
    names: dict[tuple[Any, ...], int] = {}
    cost: list[float] = []
    upper: list[float | None] = []

    def variable(*name: Any, eur: float, most: float = np.inf) -> int:
        names[name] = len(cost)
        cost.append(-eur)
        upper.append(None if np.isinf(most) else most)
        return len(cost) - 1

    cheap = [min(p.source_eur[r] / p.source_good[r] for r in range(p.n_sources) if p.source_material[r] == m) for m in range(p.n_materials)]
    for t in range(p.n_months):
        for k in range(p.n_products):
            variable("make", t, k, eur=0.0)
            variable("deliver", t, k, eur=p.price_eur[k] - p.cost_eur[k] - p.serve_eur[k])
            variable("stock", t, k, eur=-p.holding_eur[k])
            variable("short", t, k, eur=-p.risk_eur[k])
            variable("wait", t, k, eur=-p.late_eur[k])
        for c in range(p.n_centres):
            variable("over", t, c, eur=-p.overtime_eur[c], most=p.overtime_h[c, t])
            variable("shift", t, c, eur=-p.shift_eur[c], most=p.shift_h[c, t])
        for r in range(p.n_sources):
            variable("buy", t, r, eur=-(p.source_eur[r] - p.source_good[r] * cheap[p.source_material[r]]), most=p.source_most[r, t])
        for m in range(p.n_materials):
            variable("left", t, m, eur=-p.material_holding_eur[m])
    equal, at_most = [], []
    for t in range(p.n_months):
        for k in range(p.n_products):
            row = {("make", t, k): 1.0, ("deliver", t, k): -1.0, ("stock", t, k): -1.0}
            if t:
                row["stock", t - 1, k] = 1.0
            equal.append((row, -p.receipts[t, k] - (p.opening[k] if t == 0 else 0.0)))
            row = {("deliver", t, k): 1.0, ("wait", t, k): 1.0}
            if t:
                row["wait", t - 1, k] = -(1.0 - p.lose_share)
            equal.append((row, p.consensus[t, k] + (p.backlog[k] if t == 0 else 0.0)))
            at_most.append(({("stock", t, k): -1.0, ("short", t, k): -1.0}, -p.safety[t, k]))
        for c in range(p.n_centres):
            row = {("make", t, k): p.hours[c, k] for k in range(p.n_products)} | {("over", t, c): -1.0, ("shift", t, c): -1.0}
            at_most.append((row, p.normal_h[c, t]))
        for m in range(p.n_materials):
            row = {("make", t, k): -p.use[m, k] for k in range(p.n_products)} | {("left", t, m): -1.0}
            row |= {("buy", t, r): p.source_good[r] for r in range(p.n_sources) if p.source_material[r] == m}
            if t:
                row["left", t - 1, m] = 1.0
            equal.append((row, -p.material_coming[m, t] - (p.material_stock[m] if t == 0 else 0.0)))

    def matrix(rows: list[Any]) -> tuple[Any, Any]:
        a = np.zeros((len(rows), len(cost)))
        for i, (row, _) in enumerate(rows):
            for name, value in row.items():
                a[i, names[name]] = value
        return a, np.array([right for _, right in rows])

    (a_eq, b_eq), (a_ub, b_ub) = matrix(equal), matrix(at_most)
    found = linprog(cost, A_ub=a_ub, b_ub=b_ub, A_eq=a_eq, b_eq=b_eq, bounds=[(0.0, u) for u in upper], method="highs")
    assert found.status == 0
    return float(-found.fun)


@pytest.mark.parametrize("seed", range(6))
def test_the_programme_equals_its_twin(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p = small()
    p = p.changed(
        consensus=p.consensus * rng.uniform(0.5, 1.6, p.consensus.shape),
        normal_h=p.normal_h * rng.uniform(0.6, 1.3, p.normal_h.shape),
        shift_h=rng.uniform(0, 15, p.normal_h.shape),
        source_most=p.source_most * rng.uniform(0.4, 1.1, p.source_most.shape),
    )
    plan = SopProgramme(p).solve()
    assert plan.objective == pytest.approx(by_hand(p), rel=1e-9)


def test_objective_is_the_value_of_the_views() -> None:
    """Contribution less the value of service, worked out from flows, is what the programme maximised."""
    p = small()
    plan = SopProgramme(p).solve()
    assert plan.objective == pytest.approx(float(view(p, plan).value_eur.sum()), rel=1e-9)
    silo = silo_plan(p, bias=0.1)
    assert silo.objective <= plan.objective + 1e-6


@pytest.mark.parametrize("rule", [*OBJECTIVES, "silo"])
def test_the_books_close(rule: str) -> None:
    """Goods, waiting, hours and materials balance in every plan; revenue less cost is margin; the total is the sum."""
    p = small(shift_h=np.full((2, 3), 5.0))
    plan = silo_plan(p, bias=0.1) if rule == "silo" else SopProgramme(p, objective=rule).solve()
    v = view(p, plan)
    stock = p.opening + np.cumsum(plan.make + p.receipts - plan.deliver, axis=0)
    np.testing.assert_allclose(plan.stock, stock, atol=1e-6)
    waiting = p.backlog + np.cumsum(p.consensus - plan.deliver - plan.lost, axis=0)
    np.testing.assert_allclose(plan.backlog, waiting, atol=1e-6)
    assert (p.hours @ plan.make.T <= p.normal_h + plan.overtime + plan.shift + 1e-6).all()
    bought = np.array([(plan.buy * p.source_good[:, None])[p.source_material == m].sum(axis=0) for m in range(2)])
    left = p.material_stock[:, None] + np.cumsum(p.material_coming + bought - p.use @ plan.make.T, axis=1)
    np.testing.assert_allclose(plan.material, left, atol=1e-6)
    assert (plan.buy <= p.source_most + 1e-6).all()
    assert min(x.min() for x in (plan.make, plan.deliver, plan.stock, plan.backlog, plan.buy, plan.material)) >= 0
    np.testing.assert_allclose(v.margin_eur, v.revenue_eur - v.goods_eur)
    np.testing.assert_allclose(v.revenue_eur[:, 0], 200.0 * plan.deliver[:, 0])
    spent = plan.overtime.T @ p.overtime_eur + plan.shift.T @ p.shift_eur + v.dearer_eur + v.holding_eur
    np.testing.assert_allclose(v.contribution_eur, (v.margin_eur - v.serving_eur).sum(axis=1))
    np.testing.assert_allclose(v.means_eur, spent)
    np.testing.assert_allclose(v.value_eur, v.contribution_eur - spent - v.service_eur.sum(axis=1))
    assert (v.in_month <= v.consensus + 1e-6).all()
    capital = v.stock_eur.sum(axis=1) + v.material_eur + v.receivable_eur - v.payable_eur
    np.testing.assert_allclose(v.working_capital_eur, capital)
    assert (v.material_eur >= 50.0 * p.cheapest_eur()[0] - 1e-6).all()  # the reserve is still there


def test_a_criticality_is_what_solving_without_the_limit_gains() -> None:
    p = small()
    found = criticalities(p)
    assert {c.kind for c in found} == {"work centre", "material"}
    base = SopProgramme(p).solve().objective
    for c in found:
        months = list(range(T)) if c.month < 0 else [c.month]
        if c.kind == "work centre":
            lifted = p.normal_h.copy()
            lifted[p.centres.index(c.name), months] = 1e9
            free = p.changed(normal_h=lifted)
        else:
            m = p.materials.index(c.name)
            most = np.zeros((1, T))
            most[0, months] = 1e9
            free = p.changed(
                source_material=np.append(p.source_material, m), source_supplier=np.append(p.source_supplier, 0), source_good=np.append(p.source_good, 1.0),
                source_eur=np.append(p.source_eur, p.cheapest_eur()[m]), payable_d=np.append(p.payable_d, 30.0), source_most=np.vstack((p.source_most, most)),
            )  # fmt: skip
        assert c.eur == pytest.approx(SopProgramme(free).solve().objective - base, rel=1e-6, abs=1e-6), c
        assert c.size > 0
    assert [c.eur for c in found] == sorted((c.eur for c in found), reverse=True)


def test_the_price_of_an_hour_is_what_one_more_earns() -> None:
    p = small()
    plan = SopProgramme(p).solve()
    c, t = np.unravel_index(int(plan.hour_price.argmax()), plan.hour_price.shape)
    more = p.normal_h.copy()
    more[c, t] += 0.01
    assert (SopProgramme(p.changed(normal_h=more)).solve().objective - plan.objective) / 0.01 == pytest.approx(plan.hour_price[c, t], rel=1e-6)


def test_roles_have_their_own_best_plan() -> None:
    """No plan gives a role more of its own target than the plan made for it; none is worth more than the end-to-end one."""
    p = small(shift_h=np.full((2, 3), 5.0))
    plan = SopProgramme(p).solve()
    rows = {(r.role, r.measure): r for r in roles(p, plan)}
    assert {role for role, _ in rows} == {"executives", "sales", "operations", "finance", "personnel"}
    assert rows["sales", "revenue"].alone >= rows["sales", "revenue"].value - 1e-6
    assert rows["personnel", "overtime_share"].alone <= rows["personnel", "overtime_share"].value + 1e-9
    assert rows["finance", "working_capital"].alone <= rows["finance", "working_capital"].value + 1e-6
    assert all(r.alone_value_eur <= plan.objective + 1e-6 for r in rows.values())
    assert rows["executives", "contribution"].alone_value_eur == pytest.approx(plan.objective)


def test_silos_serve_less_and_are_worth_less() -> None:
    """Full machines, cheapest source, full trucks: less value, worse service, more stock where there is room."""
    roomy = small(normal_h=np.full((2, 3), 200.0), source_most=np.full((3, 3), 5000.0))
    for p, slack in ((small(), False), (roomy, True)):
        together = SopProgramme(p).solve()
        silo = silo_plan(p, bias=0.08)
        a, b = view(p, together), view(p, silo)
        assert b.value_eur.sum() < a.value_eur.sum()
        assert b.in_month.sum() < a.in_month.sum()
        assert silo.overtime.sum() == 0.0
        if slack:
            assert b.stock.sum() > a.stock.sum()
            assert b.load_h.sum() > a.load_h.sum()
    assert (silo_plan(small()).buy[2] == 0).all()  # the dearer source of cloth is not asked
    assert SopProgramme(small()).solve().buy[2].sum() > 0


def test_an_opportunity_is_vetted() -> None:
    """The machine has 20 h left: 20 pieces are taken whole, 40 in part, and none at a price below cost."""
    p = tiny_problem()
    assert vet(p, product=0, month=1, quantity=20.0, price_eur=90.0).answer == "accept"
    partly = vet(p, product=0, month=1, quantity=40.0, price_eur=90.0)
    assert (partly.answer, partly.quantity) == ("partly", pytest.approx(20.0))
    assert partly.gain_eur == pytest.approx(20 * 30 - 20 * 1)  # margin less a month of holding
    assert partly.binding[0][1] == "line"
    refused = vet(p, product=0, month=1, quantity=20.0, price_eur=55.0)
    assert (refused.answer, refused.quantity, refused.gain_eur) == ("refuse", 0.0, pytest.approx(0.0))
    assert refused.all_gain_eur == pytest.approx(20 * (55 - 60) - 20)
    assert refused.least_price_eur == pytest.approx(61.0)
    assert vet(p, product=0, month=1, quantity=20.0, price_eur=61.001).answer == "accept"
    impossible = vet(p, product=0, month=0, quantity=500.0, price_eur=61.0)
    assert impossible.all_gain_eur is None
    assert impossible.answer != "accept"
    short = small()
    everything = vet(short, product=0, month=2, quantity=10.0, price_eur=1000.0)
    assert everything.answer == "accept"
    assert everything.gain_eur < everything.margin_eur  # it displaces others


def test_scenarios_change_what_they_say() -> None:
    p = small()
    ground = Ground(problem=p, shift_h=np.full((2, 3), 20.0), frame=np.zeros((3, 3)), elasticity=2.0, bias=0.08)
    base = solve_scenario(ground, "base", SopScenario())
    seen = {
        name: figures(solve_scenario(ground, name, change))
        for name, change in {
            "shift": SopScenario(shift={ALL: 1.0}), "second": SopScenario(second_source={"cloth": 1.1}), "failed": SopScenario(supplier={"chem": 0.0}),
            "silo": SopScenario(rule="silo"), "up": SopScenario(demand={"beds": 1.5}), "dear": SopScenario(price={ALL: 1.1}),
        }.items()
    }  # fmt: skip
    told = figures(base)
    assert seen["shift"]["value"][0] > told["value"][0]
    assert seen["shift"]["extra_shift"][0] > 0 == told["extra_shift"][0]
    assert seen["second"]["value"][0] > told["value"][0]
    assert seen["failed"]["value"][0] < seen["silo"]["value"][0] < told["value"][0]
    assert seen["up"]["demand"][0] == pytest.approx(told["demand"][0] + 0.5 * p.forecast[:, 0].sum())
    assert seen["dear"]["demand"][0] == pytest.approx(p.forecast.sum() * 1.1**-2.0, rel=0.01)
    np.testing.assert_allclose(apply(ground, SopScenario()).source_most, p.source_most)
    assert SopScenario(demand={"sofas": 1.2}, shift={"weld": 1.0}).unknown(p) == [("demand", "sofas", p.families), ("shift", "weld", p.centres)]


def test_an_impossible_number_is_named() -> None:
    with pytest.raises(ValueError, match="consensus must be numbers, not negative"):
        small(consensus=-np.ones((T, P)))
    with pytest.raises(ValueError, match="hours must have shape"):
        small(hours=np.ones((1, P)))
    with pytest.raises(ValueError, match="objective"):
        SopProgramme(small(), objective="fame")


def test_shifts_open_before_a_peak_that_the_month_itself_cannot_carry() -> None:
    """300 pieces in the fourth month, 140 h in it with its shift: stock is built, and the month before has a shift too."""
    peak = np.array([[60.0], [60.0], [60.0], [300.0]])
    p = tiny_problem(
        months=("2026-01", "2026-02", "2026-03", "2026-04"), days=np.array([31.0, 28.0, 31.0, 30.0]), forecast=peak, consensus=peak, orders=0 * peak,
        receipts=0 * peak, safety=0 * peak, normal_h=np.full((1, 4), 100.0), overtime_h=np.zeros((1, 4)), shift_h=np.array([[0.0, 40.0, 40.0, 40.0]]),
        material_coming=np.zeros((1, 4)), source_most=np.full((1, 4), np.inf), budget=Budget.none(4, 1),
    )  # fmt: skip
    plan = SopProgramme(p).solve()
    assert plan.backlog.sum() == pytest.approx(0.0, abs=1e-6)
    assert plan.shift[0].tolist() == pytest.approx([0.0, 0.0, 40.0, 40.0])
    assert plan.stock[2, 0] == pytest.approx(160.0)
    assert SopProgramme(p.changed(shift_h=np.zeros((1, 4)))).solve().objective < plan.objective
