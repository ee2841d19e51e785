"""The master schedule: balances, limits, an independent solver, and what its prices mean."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from e2esim.planning.mps import HoursElsewhere, MpsSystem, OtherPlants, RollingMps
from e2esim.planning.static_mps import lots, static_mps


def system_of(rng, weeks=4, items=3, centres=2, materials=2, **kw):
    return MpsSystem(
        weeks=weeks,
        centre_hours=rng.uniform(0.1, 1.0, (centres, items)) * (rng.random((centres, items)) < 0.8),
        material_use=rng.uniform(0.5, 2.0, (materials, items)) * (rng.random((materials, items)) < 0.7),
        holding_eur=rng.uniform(0.1, 1.0, items),
        backlog_eur=rng.uniform(5.0, 20.0, items),
        shortfall_eur=rng.uniform(1.0, 3.0, items),
        overtime_eur=rng.uniform(5.0, 30.0, centres),
        **kw,
    )


def state_of(rng, system, tightness=1.0):
    w, i, m = system.weeks, system.n_items, system.n_materials
    demand = rng.uniform(0, 50, (w, i))
    hours = system.centre_hours @ demand.mean(axis=0)
    use = system.material_use @ demand.mean(axis=0)
    material = np.cumsum(rng.uniform(0.6, 1.3, (m, w)) * use[:, None], axis=1)
    material[:, w - 1] = np.where(rng.random(m) < 0.5, np.inf, material[:, w - 1])
    return {
        "demand": demand,
        "opening": rng.uniform(-30, 60, i),
        "receipts": rng.uniform(0, 10, (w, i)) * (rng.random((w, i)) < 0.3),
        "safety": np.tile(rng.uniform(0, 30, i), (w, 1)),
        "normal_h": np.tile(hours[:, None] * tightness, (1, w)),
        "overtime_h": np.tile(hours[:, None] * 0.2, (1, w)),
        "material": material,
    }


def minimum_by_scipy(system, state):
    """Twin: the plain formulation (make, stock, backlog, shortfall, overtime) by another solver."""
    w, i, c = system.weeks, system.n_items, system.n_centres
    n = w * i
    make, stock, owed, missing = (np.arange(n).reshape(w, i) + k * n for k in range(4))
    over = 4 * n + np.arange(c * w).reshape(c, w)
    size = 4 * n + c * w
    last = np.ones(w)
    last[-1] = system.last_weeks
    cost = np.zeros(size)
    cost[stock], cost[owed], cost[missing] = (
        system.holding_eur,
        last[:, None] * system.backlog_eur,
        last[:, None] * system.shortfall_eur,
    )
    cost[over] = system.overtime_eur[:, None]
    eq, eq_rhs, ub, ub_rhs = [], [], [], []
    for t in range(w):
        for k in range(i):
            row = np.zeros(size)
            row[stock[t, k]], row[owed[t, k]], row[make[t, k]] = 1, -1, -1
            if t:
                row[stock[t - 1, k]], row[owed[t - 1, k]] = -1, 1
            eq.append(row)
            eq_rhs.append(state["receipts"][t, k] - state["demand"][t, k] + (state["opening"][k] if t == 0 else 0.0))
            row = np.zeros(size)
            row[stock[t, k]] = row[missing[t, k]] = -1
            ub.append(row)
            ub_rhs.append(-state["safety"][t, k])
        for z in range(c):
            row = np.zeros(size)
            row[make[t]], row[over[z, t]] = system.centre_hours[z], -1
            ub.append(row)
            ub_rhs.append(state["normal_h"][z, t])
        for z in range(system.n_materials):
            if np.isfinite(state["material"][z, t]):
                row = np.zeros(size)
                row[make[: t + 1]] = system.material_use[z]
                ub.append(row)
                ub_rhs.append(state["material"][z, t])
    bounds = [(0, None)] * (4 * n) + [(0, h) for h in state["overtime_h"].ravel()]
    result = linprog(cost, np.array(ub), ub_rhs, np.array(eq), eq_rhs, bounds)
    assert result.status == 0
    return result.fun


def check(plan, system, state):
    net = state["opening"] + np.cumsum(plan.make + state["receipts"] - state["demand"], axis=0)
    np.testing.assert_allclose(plan.stock - plan.backlog, net, atol=1e-6)
    assert (plan.load <= state["normal_h"] + plan.overtime + 1e-6).all()
    assert (plan.overtime <= state["overtime_h"] + 1e-6).all()
    used = system.material_use @ np.cumsum(plan.make, axis=0).T
    assert (used <= state["material"] + 1e-6).all()
    for name in ("make", "stock", "backlog", "shortfall", "overtime"):
        assert (getattr(plan, name) >= 0).all()
    np.testing.assert_allclose(plan.shortfall, np.maximum(state["safety"] - plan.stock, 0.0), atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_rolling_plan_is_feasible_and_as_good_as_another_solver(seed):
    rng = np.random.default_rng(seed)
    system = system_of(rng)
    planner = RollingMps(system)
    for tightness in (1.3, 0.7):  # the second run starts from the basis of the first
        state = state_of(rng, system, tightness)
        plan = planner.plan(**state)
        check(plan, system, state)
        assert plan.objective == pytest.approx(minimum_by_scipy(system, state), rel=1e-6, abs=1e-6)
        money = plan.stock @ system.holding_eur
        last = np.ones(system.weeks)
        last[-1] = system.last_weeks
        money = money + last * (plan.backlog @ system.backlog_eur + plan.shortfall @ system.shortfall_eur)
        assert plan.objective == pytest.approx(
            money.sum() + (system.overtime_eur @ plan.overtime).sum(), rel=1e-6, abs=1e-6
        )


def test_whole_numbers_brute_force():
    """One centre, two items, two weeks, whole pieces: every plan tried."""
    system = MpsSystem(
        weeks=2,
        centre_hours=np.array([[1.0, 2.0]]),
        material_use=np.array([[1.0, 1.0]]),
        holding_eur=np.array([0.5, 0.6]),
        backlog_eur=np.array([4.0, 9.0]),
        shortfall_eur=np.array([1.0, 1.0]),
        overtime_eur=np.array([1.5]),
        last_weeks=2.0,
    )
    demand = np.array([[1.0, 1.0], [3.0, 2.0]])
    plan = RollingMps(system).plan(
        demand=demand,
        opening=np.zeros(2),
        receipts=np.zeros((2, 2)),
        safety=np.ones((2, 2)),
        normal_h=np.full((1, 2), 4.0),
        overtime_h=np.full((1, 2), 1.0),
        material=np.array([[4.0, 7.0]]),
    )
    best = np.inf
    for make in np.ndindex(5, 5, 5, 5):
        x = np.array(make, dtype=float).reshape(2, 2)
        hours = x @ system.centre_hours[0]
        if (hours > 5.0).any() or x[0].sum() > 4.0 or x.sum() > 7.0:
            continue
        net = np.cumsum(x - demand, axis=0)
        last = np.array([1.0, 2.0])[:, None]
        stock, owed = np.maximum(net, 0), np.maximum(-net, 0)
        cost = (
            stock * system.holding_eur
            + last * (owed * system.backlog_eur + np.maximum(1.0 - stock, 0) * system.shortfall_eur)
        ).sum()
        best = min(best, cost + 1.5 * np.maximum(hours - 4.0, 0.0).sum())
    assert plan.objective <= best + 1e-9
    assert plan.objective == pytest.approx(best, abs=1.0)  # whole pieces cost at most a little more than fractions


def test_prices_say_what_a_unit_more_saves():
    rng = np.random.default_rng(11)
    system = system_of(rng)
    state = state_of(rng, system, 0.8)
    plan = RollingMps(system).plan(**state)
    assert plan.status == "late"
    names = {b.kind for b in plan.binding()}
    assert "centre" in names
    for b in plan.binding()[:4]:
        name = "normal_h" if b.kind == "centre" else "material"
        more = {**state, name: state[name].copy()}
        if b.kind == "centre":
            more[name][b.index, b.week] += 1e-3
        else:
            more[name][b.index, b.week :] += 1e-3  # cumulative
        saved = plan.objective - RollingMps(system).plan(**more).objective
        assert saved == pytest.approx(b.price * 1e-3, rel=0.02)


def test_an_impossible_demand_is_a_status_not_an_error():
    rng = np.random.default_rng(2)
    system = system_of(rng)
    state = {**state_of(rng, system), "normal_h": np.zeros((2, 4)), "overtime_h": np.zeros((2, 4))}
    plan = RollingMps(system).plan(**state)
    assert plan.status == "late"
    assert plan.backlog[-1].sum() > 0


def test_two_planners_with_the_same_history_agree_to_the_last_bit():
    def run():
        rng = np.random.default_rng(5)
        system = system_of(rng, weeks=8, items=12)
        planner = RollingMps(system)
        return [planner.plan(**state_of(rng, system, t)).make for t in (1.1, 0.9, 0.7, 1.2)]

    for a, b in zip(run(), run(), strict=True):
        assert (a == b).all()


def test_wrong_shapes_are_named():
    rng = np.random.default_rng(1)
    system = system_of(rng)
    state = state_of(rng, system)
    with pytest.raises(ValueError, match=r"MPS: opening must have shape \(3,\)"):
        RollingMps(system).plan(**{**state, "opening": np.zeros(4)})
    with pytest.raises(ValueError, match="holding_eur must be finite and not negative"):
        MpsSystem(
            weeks=1,
            centre_hours=np.ones((1, 1)),
            material_use=np.zeros((0, 1)),
            holding_eur=np.array([-1.0]),
            backlog_eur=np.ones(1),
            shortfall_eur=np.ones(1),
            overtime_eur=np.ones(1),
        )


def test_static_plan_ignores_orders_and_cuts_all_items_of_a_full_centre():
    rng = np.random.default_rng(4)
    system = system_of(rng, weeks=8, items=4)
    forecast = rng.uniform(20, 40, (8, 4))
    loose = static_mps(
        system,
        forecast=forecast,
        opening=np.zeros(4),
        receipts=np.zeros((8, 4)),
        safety=np.full(4, 5.0),
        normal_h=np.full((2, 8), 1e9),
    )
    np.testing.assert_allclose(loose.make[:4].sum(axis=0), forecast[:4].sum(axis=0) + 5.0)
    assert (loose.make[:4] == loose.make[0]).all()  # level within the block
    tight = static_mps(
        system,
        forecast=forecast,
        opening=np.zeros(4),
        receipts=np.zeros((8, 4)),
        safety=np.full(4, 5.0),
        normal_h=np.tile(0.6 * loose.load[:, :1], (1, 8)),
    )
    assert (tight.load[:, :4] <= 0.6 * loose.load[:, :1] + 1e-9).all()
    users = (system.centre_hours > 0).any(axis=0)
    np.testing.assert_allclose((tight.make[0] / loose.make[0])[users], 0.6)


def test_the_static_plan_builds_ahead_of_a_shut_down():
    """Two blocks of four weeks, the second with two weeks closed: what it cannot make is made in the first; without hours there it is late."""
    system = system_of(np.random.default_rng(4), weeks=8, items=4)
    forecast, users = np.full((8, 4), 30.0), (system.centre_hours > 0).any(axis=0)
    weekly = (system.centre_hours @ forecast[0])[:, None]

    def planned(room):
        hours = np.tile(room * weekly, (1, 8))
        hours[:, 5:7] = 0.0
        return static_mps(system, forecast=forecast, opening=np.zeros(4), receipts=np.zeros((8, 4)), safety=np.zeros(4), normal_h=hours)

    roomy, tight = planned(1.5), planned(1.0)
    np.testing.assert_allclose(roomy.make[:4].sum(axis=0)[users], 150.0)  # 120 of its own, 30 of the 60 that the closed weeks leave to others
    np.testing.assert_allclose(roomy.backlog[-1], 0.0, atol=1e-9)
    np.testing.assert_allclose(tight.make.sum(axis=0)[users], 180.0)
    for plan, room in ((roomy, 1.5), (tight, 1.0)):
        assert (plan.load[:, :4].sum(axis=1) <= 4 * room * weekly[:, 0] + 1e-6).all()


def test_the_rolling_plan_beats_the_static_one_on_its_own_cost():
    rng = np.random.default_rng(8)
    system = system_of(rng, weeks=8, items=4, materials=0)
    state = state_of(rng, system, 1.05)
    state["opening"] = np.abs(state["opening"])
    rolling = RollingMps(system).plan(**state)
    static = static_mps(
        system,
        forecast=state["demand"],
        opening=state["opening"],
        receipts=state["receipts"],
        safety=state["safety"][0],
        normal_h=state["normal_h"],
    )
    assert (rolling.backlog @ system.backlog_eur).sum() <= (static.backlog @ system.backlog_eur).sum() + 1e-6


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.5, 4.0))
def test_lots_keep_the_total_and_the_rules(seed, factor):
    rng = np.random.default_rng(seed)
    n, weeks = 6, 12
    least, multiple = rng.integers(1, 20, n).astype(float), rng.integers(1, 6, n).astype(float)
    carry, total = np.zeros(n), np.zeros(n)
    plan = rng.uniform(0, 15, (weeks, n)) * (rng.random((weeks, n)) < 0.7)
    for week in plan:
        released, carry = lots(week, carry, lot_min=least, lot_multiple=multiple, lot_factor=factor)
        total += released
        np.testing.assert_allclose(np.round(released / multiple), released / multiple, atol=1e-9)
        assert ((released == 0) | (released >= least * factor - 1e-6)).all()
        assert (carry >= -1e-6).all()  # never ahead of the plan unless urgent
        assert (carry < np.maximum(np.ceil(least * factor / multiple) * multiple, multiple) + 1e-6).all()
    np.testing.assert_allclose(total + carry, plan.sum(axis=0), atol=1e-6)


def two_items_one_centre(promised):
    """Forty hours for fifty pieces of each of two items; the first is worth little, the second much."""
    system = MpsSystem(
        weeks=1,
        centre_hours=np.array([[1.0, 1.0]]),
        material_use=np.zeros((0, 2)),
        holding_eur=np.array([0.1, 0.1]),
        backlog_eur=np.array([2.0, 8.0]),
        shortfall_eur=np.array([0.1, 0.1]),
        overtime_eur=np.array([999.0]),
        broken_eur=np.array([12.0, 12.0]),
    )
    plan = RollingMps(system).plan(
        demand=np.array([[50.0, 50.0]]),
        opening=np.zeros(2),
        receipts=np.zeros((1, 2)),
        safety=np.zeros((1, 2)),
        normal_h=np.array([[40.0]]),
        overtime_h=np.zeros((1, 1)),
        material=np.zeros((0, 1)),
        promised=None if promised is None else np.array([promised]),
    )
    np.testing.assert_allclose(plan.make.sum(), 40.0)
    np.testing.assert_allclose(plan.backlog, 50.0 - plan.make)
    return plan.make[0].tolist()


def test_a_promised_piece_goes_before_a_dear_one_that_nobody_has_been_promised():
    assert two_items_one_centre(None) == pytest.approx([0.0, 40.0])
    assert two_items_one_centre([0.0, 0.0]) == pytest.approx([0.0, 40.0])
    assert two_items_one_centre([30.0, 0.0]) == pytest.approx([30.0, 10.0])
    assert two_items_one_centre([30.0, 20.0])[0] + two_items_one_centre([30.0, 20.0])[1] == pytest.approx(40.0)


def test_opening_backlog_is_promised():
    rng = np.random.default_rng(9)
    system = system_of(rng, broken_eur=np.full(3, 50.0))
    state = state_of(rng, system) | {"opening": np.full(3, -40.0)}
    plan = RollingMps(system).plan(**state, promised=np.zeros_like(state["demand"]))
    assert plan.status in ("on_time", "late")  # what is owed at the start is no demand and can still be late


def gave(state, kind, index, week, amount):
    """The state with more hours, or more of a material from a week on."""
    name = "normal_h" if kind == "centre" else "material"
    changed = state[name].copy()
    if kind == "centre":
        changed[index, week] += amount
    else:
        changed[index, week:] += amount
    return state | {name: changed}


def test_priced_gain_is_the_gain_solved_anew_inside_the_range():
    told = limits = held = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        system = system_of(rng)
        state = state_of(rng, system, tightness=0.8)
        rolling = RollingMps(system)
        plan = rolling.plan(**state)
        for limit in rolling.priced(plan):
            price = plan.hour_price if limit.kind == "centre" else plan.material_price
            assert limit.price == pytest.approx(price[limit.index].max())
            limits, held = limits + 1, held + (limit.more > 1e-6 or limit.less > 1e-6)
            for amount in (min(limit.more, 1e4), 0.3 * min(limit.more, 1e4), -min(limit.less, 0.5)):
                state_after = gave(state, limit.kind, limit.index, limit.week, amount)
                if state_after["normal_h"].min() < 0 or np.diff(state_after["material"], axis=1, prepend=0.0).min() < 0:
                    continue
                gain = plan.objective - RollingMps(system).plan(**state_after).objective
                assert gain == pytest.approx(limit.price * amount, rel=0.01, abs=1e-5), (seed, limit, amount)
                told += amount > 1e-6
    assert told >= 30
    assert held >= 0.9 * limits


def test_asking_for_prices_changes_no_later_plan():
    rng = np.random.default_rng(4)
    system = system_of(rng, weeks=6, items=5)
    asked, silent = RollingMps(system), RollingMps(system)
    for _ in range(8):
        state = state_of(rng, system, tightness=0.8)
        a, b = asked.plan(**state), silent.plan(**state)
        assert a.make.tobytes() == b.make.tobytes()
        assert a.hour_price.tobytes() == b.hour_price.tobytes()
        assert asked.priced(a)


def test_another_plant_serves_what_the_first_has_no_hours_for() -> None:
    """Ten pieces a week are asked of a plant that makes six; the other may serve five of them: four come from there, none is late."""
    system = MpsSystem(
        weeks=3, centre_hours=np.eye(2), material_use=np.zeros((0, 2)), holding_eur=np.full(2, 0.1), backlog_eur=np.full(2, 5.0),
        shortfall_eur=np.full(2, 1.0), overtime_eur=np.full(2, 30.0), other_plants=OtherPlants(first=np.array([0]), other=np.array([1]), eur=np.array([1.0])),
    )  # fmt: skip
    position = {
        "demand": np.array([[10.0, 2.0]] * 3), "opening": np.zeros(2), "receipts": np.zeros((3, 2)), "safety": np.zeros((3, 2)),
        "normal_h": np.array([[6.0] * 3, [20.0] * 3]), "overtime_h": np.zeros((2, 3)), "material": np.zeros((0, 3)),
    }  # fmt: skip
    programme = RollingMps(system)
    helped = programme.plan(**position, movable=np.full((3, 1), 5.0))
    assert helped.make.tolist() == [[6.0, 6.0]] * 3
    assert helped.backlog.sum() == 0.0
    assert helped.objective == pytest.approx(3 * 4 * 1.0)
    little = programme.plan(**position, movable=np.full((3, 1), 1.0))
    assert little.make[:, 1].tolist() == [3.0] * 3
    alone = programme.plan(**position)
    assert alone.make.tolist() == [[6.0, 2.0]] * 3
    assert alone.backlog[-1, 0] == pytest.approx(12.0)


def with_second_choice(pace: float, hours: float = 1.0, eur: float = 0.5) -> RollingMps:
    """Two work centres; the one item takes an hour of the first, of which ``hours`` may be done on the second."""
    away = HoursElsewhere(first=np.array([0]), other=np.array([1]), pace=np.array([pace]), hours=np.array([[hours]]), eur=np.array([eur]))
    return RollingMps(MpsSystem(
        weeks=2, centre_hours=np.array([[1.0], [0.0]]), material_use=np.zeros((0, 1)), holding_eur=np.array([0.1]), backlog_eur=np.array([50.0]),
        shortfall_eur=np.array([1.0]), overtime_eur=np.array([30.0, 30.0]), elsewhere=away,
    ))  # fmt: skip


def plan_of(system: RollingMps, demand: float) -> Any:
    return system.plan(
        demand=np.array([[demand], [demand]]), opening=np.zeros(1), receipts=np.zeros((2, 1)), safety=np.zeros((2, 1)), normal_h=np.full((2, 2), 40.0),
        overtime_h=np.zeros((2, 2)), material=np.zeros((0, 2)),
    )  # fmt: skip


def test_a_second_choice_does_what_the_first_has_no_hours_for() -> None:
    """40 h a week on each, 60 pieces a week wanted: 20 hours move, at half the pace they take all 40 of the other one."""
    plan = plan_of(with_second_choice(2.0), 60.0)
    assert plan.status == "on_time"
    assert plan.load == pytest.approx(np.full((2, 2), 40.0))
    assert plan.objective == pytest.approx(2 * 20.0 * 0.5)
    assert plan_of(with_second_choice(2.0), 30.0).load == pytest.approx(np.array([[30.0, 30.0], [0.0, 0.0]]))  # the first choice first
    short = plan_of(with_second_choice(4.0), 60.0)
    assert short.status == "late"
    assert short.make.sum() == pytest.approx(2 * (40.0 + 40.0 / 4.0))


def test_no_more_hours_move_than_may() -> None:
    """A fifth of each piece's hour may be done elsewhere: 40 h make 50 pieces, 10 hours of them on the second."""
    plan = plan_of(with_second_choice(1.0, hours=0.2), 60.0)
    assert plan.make.sum() == pytest.approx(100.0)
    assert plan.load == pytest.approx(np.array([[40.0, 40.0], [10.0, 10.0]]))
