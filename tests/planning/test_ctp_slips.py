"""Who would slip: the request is met on its day, the rest is answered anew, and all of it together breaks no rule."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from e2esim.planning.ctp.capable import capable
from e2esim.planning.ctp.in_order import plan_in_order
from e2esim.planning.ctp.model import DAY, Buffer, CtpModel, Flow, Operation, OperationKind, Resource, ResourceLoad
from e2esim.planning.ctp.of_factory import promised_orders, purchase_names, state_of
from e2esim.planning.ctp.request import Request, precedence
from e2esim.planning.ctp.slips import Met, Slips, slips
from e2esim.planning.factory.planner import plan
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.result import PlanResult


def neighbour(name: str) -> ModuleType:
    """A module of the tests by its path (tests are no package)."""
    path = Path(__file__).parents[1] / f"{name}.py"
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


referee, factory_tests = neighbour("plan/plan_referee"), neighbour("planning/test_ctp_factory")


def machine(n: int) -> CtpModel:
    """One machine, a day a lot of any size, for ``n`` products."""
    make = [Operation(name=f"make {b}", gives=(Flow(buffer=b),), duration=DAY, loads=(ResourceLoad(resources=("machine",)),)) for b in "abc"[:n]]
    return CtpModel(buffers=tuple(Buffer(name=b) for b in "abc"[:n]), operations=tuple(make), resources=(Resource(name="machine"),), horizon=30 * DAY)


def order(name: str, buffer: str, due: int, priority: int, quantity: float = 5) -> Request:
    return Request(name=name, buffer=buffer, quantity=quantity, due=due * DAY, priority=priority)


def test_the_lowest_order_on_the_machine_gives_way_and_the_others_do_not() -> None:
    plan = plan_in_order(machine(3), [order("high", "a", 1, 1), order("low", "b", 2, 3), order("middle", "c", 3, 2)])
    new = order("new", "a", 2, 2)
    assert capable(plan.state, new).last == 4 * DAY
    found = slips(plan.state, new, plan.answers)
    assert found.met is Met.BY_SLIPS
    assert found.answer.last == 2 * DAY
    assert [(s.request.name, s.pieces, s.planned, s.becomes) for s in found.slips] == [("low", 5, 2 * DAY, 4 * DAY)]
    assert [w.operation for w in found.cancelled] == ["make b"]
    assert capable(plan.state, new).last == 4 * DAY  # nothing has moved


def test_nobody_of_higher_precedence_gives_way() -> None:
    plan = plan_in_order(machine(2), [order("first", "a", 1, 1), order("second", "b", 2, 1)])
    found = slips(plan.state, order("new", "a", 2, 2), plan.answers)
    assert found.met is Met.NEVER
    assert found.slips == ()
    assert found.answer.last == 3 * DAY


def test_nobody_slips_when_the_day_can_be_met_anyway() -> None:
    plan = plan_in_order(machine(1), [order("first", "a", 9, 3)])
    assert slips(plan.state, order("new", "a", 2, 1), plan.answers).met is Met.FREE


def without(problem: PlanProblem, result: PlanResult, found: Slips) -> PlanResult:
    """The plan without what is given up."""
    gone = {s.request.name for s in (*found.slips, *found.resupplied)}
    kept = np.array([problem.orders[o] not in gone for o in result.delivery_order], dtype=bool)
    lots, buys = np.ones(result.lot_step.size, dtype=bool), np.ones(result.purchase_source.size, dtype=bool)
    for work in found.cancelled:
        if work.kind is OperationKind.BUY:
            source = purchase_names(problem).index(work.operation)
            rows = np.flatnonzero((result.purchase_source == source) & (result.purchase_ordered == work.start // DAY) & buys)
            buys[rows[result.purchase_qty[rows] == work.quantity][0]] = False
        else:
            names = np.array([f"{problem.items[problem.step_item[s]]} step {problem.step_name[s]}" for s in result.lot_step])
            rows = np.flatnonzero((names == work.operation) & (result.lot_start == work.start // DAY) & (result.lot_qty == work.quantity) & lots)
            lots[rows[0]] = False
    fields = {f: getattr(result, f)[lots] for f in ("lot_step", "lot_qty", "lot_start", "lot_end")}
    fields |= {f: getattr(result, f)[buys] for f in ("purchase_source", "purchase_qty", "purchase_ordered", "purchase_received")}
    fields |= {f: getattr(result, f)[kept] for f in ("delivery_order", "delivery_day", "delivery_qty")}
    return replace(result, **fields)


@pytest.mark.parametrize("seed", range(3))
def test_request_and_new_answers_around_the_rest_of_the_plan_break_no_rule(seed: int, tmp_path: Path) -> None:
    problem = factory_tests.factory(seed, orders=80, load=1.05)
    result = plan(problem, rounds=5)
    state, promised = state_of(problem, result), promised_orders(problem, result)
    rng, ways = np.random.default_rng(seed), []
    for k in range(20):
        request = replace(factory_tests.wishes(problem, rng, 1)[0], priority=int(rng.integers(1, 3)), name="new")
        before = capable(state, request)
        found = slips(state, request, promised)
        assert capable(state, request) == before
        ways.append(found.met)
        if found.met is not Met.BY_SLIPS:
            assert (found.met is Met.FREE) == before.on_time
            continue
        assert found.answer.on_time
        assert all(precedence(s.request) > precedence(request) for s in (*found.slips, *found.resupplied))
        assert all(s.pieces > 0 for s in found.slips)
        folder = tmp_path / str(k)
        folder.mkdir()
        moved = [replace(s.answer, request=replace(s.request, name=f"{s.request.name} again")) for s in (*found.slips, *found.resupplied)]
        whole = factory_tests.write(folder, problem, without(problem, result, found), [found.answer, *moved])
        assert referee.broken_rules(whole, folder) == set()
    assert ways.count(Met.BY_SLIPS) >= 2
