"""The planned run: without chance it is its plan, with chance it conserves goods, and it decides nothing by itself."""

from __future__ import annotations

import ast
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import e2esim
from e2esim.domain.planned_outcome import PlannedOutcome, Stage
from e2esim.kpi.planned import as_planned, measure_planned
from e2esim.planning.factory.buying import unit_prices
from e2esim.planning.factory.execute import wants_of
from e2esim.planning.factory.planner import laid_out, plan
from e2esim.planning.factory.sooner import seen
from e2esim.planning.factory.synthetic import synthetic_problem
from e2esim.simulate.factory.facts import NO_CHANCE, ChanceSwitches, PlannedCompany, RunRules
from e2esim.simulate.factory.luck import RunLuck, address_of
from e2esim.simulate.factory.made_plans import MadePlans
from e2esim.simulate.factory.run import PlannedRun
from e2esim.simulate.factory.synthetic import synthetic_company
from e2esim.study.post_game import PLAYERS, post_game

SEEDS = (1, 2, 3)


def run(company: PlannedCompany, chance: ChanceSwitches, *, days: int = 84, replan_days: int = 7) -> PlannedOutcome:
    return PlannedRun(company, RunRules(days=days, rounds=5, replan_days=replan_days, chance=chance)).advance()


@pytest.mark.parametrize("seed", SEEDS)
def test_without_chance_the_run_is_the_plan(seed: int) -> None:
    outcome = run(synthetic_company(seed, orders=30, weeks=12), NO_CHANCE)
    asked, kept = as_planned(outcome)
    assert asked.sum() >= 29
    assert kept.sum() >= 0.99 * asked.sum()
    lots, n = outcome.lots, outcome.lots.n
    mine = lots["plan_start"][:n] < outcome.days
    assert np.array_equal(lots["start"][:n][mine], lots["plan_start"][:n][mine])
    assert np.array_equal(lots["end"][:n][mine], lots["plan_end"][:n][mine])
    assert sum(night.replanned for night in outcome.nights) == 1


def test_chance_leaves_the_plan() -> None:
    company = synthetic_company(5, orders=30, weeks=12)
    asked, kept = as_planned(run(company, ChanceSwitches()))
    assert kept.sum() < asked.sum()


@pytest.mark.parametrize("seed", SEEDS)
def test_goods_are_conserved_under_chance(seed: int) -> None:
    """Stock at the end = opening + bought + made - used - delivered, counted anew from the rows."""
    company = synthetic_company(seed, orders=30, weeks=12)
    outcome, facts = run(company, ChanceSwitches()), company.case.facts
    expected = facts.on_hand.astype(float).copy()
    bought = outcome.purchases
    for row in range(bought.n):
        if bought["stage"][row] == Stage.DONE and bought["node"][row] < facts.n_items:
            expected[bought["node"][row]] += bought["qty"][row]
    lots = outcome.lots
    last = {int(i): max(s for s in range(facts.n_steps) if facts.step_item[s] == i) for i in facts.step_item}
    first = {int(i): min(s for s in range(facts.n_steps) if facts.step_item[s] == i) for i in facts.step_item}
    for row in range(lots.n):
        step, qty, stage = int(lots["step"][row]), lots["qty"][row], lots["stage"][row]
        item = int(facts.step_item[step])
        if stage == Stage.DONE and step == last[item]:
            expected[item] += qty
        if stage in (Stage.BEGUN, Stage.DONE) and step == first[item]:
            for b in np.flatnonzero(facts.bom_parent == item):
                expected[facts.bom_component[b]] -= qty * facts.bom_qty[b]
    sent = outcome.shipments
    for row in range(sent.n):
        if sent["stage"][row] == Stage.DONE:
            expected[outcome.lines["item"][sent["line"][row]]] -= sent["qty"][row]
    assert outcome.stock[-1] == pytest.approx(expected, abs=1e-6)
    assert (outcome.stock >= -1e-6).all()


def test_a_line_gets_at_most_what_it_ordered() -> None:
    outcome = run(synthetic_company(2, orders=30, weeks=12), ChanceSwitches())
    lines, n, sent = outcome.lines, outcome.lines.n, outcome.shipments
    done = sent["stage"][: sent.n] == Stage.DONE
    got = np.bincount(sent["line"][: sent.n][done], weights=sent["qty"][: sent.n][done], minlength=n)
    assert got == pytest.approx(lines["qty"][:n] - lines["open"][:n])
    assert (got <= lines["qty"][:n] + 1e-6).all()


def test_late_suppliers_make_orders_late() -> None:
    """Signed: supplies that all come late cost service, others equal."""
    company = synthetic_company(3, orders=30, weeks=12, late_share=1.0)
    value, price = company.material_value(), partial(unit_prices, company.case.facts)
    good, bad = (measure_planned(run(company, chance), value, price) for chance in (NO_CHANCE, replace(NO_CHANCE, supply=True)))
    assert bad["days_late"] > good["days_late"]
    assert bad["late_supplies"] == 100.0


def test_replanning_every_night_keeps_an_undisturbed_plan() -> None:
    company = synthetic_company(1, orders=30, weeks=12)
    nightly, weekly = (run(company, NO_CHANCE, replan_days=days) for days in (1, 7))
    assert np.array_equal(nightly.lines["delivered"][:30], weekly.lines["delivered"][:30])


def test_post_game_adds_up_and_does_not_hang_on_an_order() -> None:
    rules = RunRules(days=56, rounds=2)
    game = post_game(synthetic_company(5, orders=20, weeks=10), rules, workers=1)
    for measure in range(2):
        parts = sum((part.late_lines, part.days_late)[measure] for part in game.parts)
        assert game.plan[measure] + parts == pytest.approx(game.execution[measure])
    assert [part.cause for part in game.parts] == [name for name in PLAYERS if name != "demand"]


@pytest.mark.long
def test_shared_plans_change_no_run() -> None:
    """Runs that stand alike share a plan; what they reach is what each reaches alone."""
    company, rules = synthetic_company(5, orders=30, weeks=12), RunRules(days=70, rounds=2)
    plans = MadePlans(keep=True)
    shared = post_game(company, rules, plans=plans, workers=1)  # counted here, so in this process
    assert plans.found > plans.made > 1
    alone = MadePlans(keep=False)
    assert post_game(company, rules, plans=alone, workers=1) == shared
    assert alone.made == plans.made + plans.found


@pytest.mark.parametrize("orders", [40, 320])
def test_the_plan_of_a_night_is_that_of_the_command(orders: int) -> None:
    """Without a plan in force `laid_out` is `planned` less ledger and proof: the same lots and deliveries."""
    problem = synthetic_problem(np.random.default_rng(orders), finished=3, parts=4, bought=5, centres=3, orders=orders, weeks=14, load=0.9)
    night, command = laid_out(problem, None, time_limit_s=60.0, seed=1, rounds=5), plan(problem, time_limit_s=60.0, seed=1, rounds=5)
    assert np.array_equal(night.schedule.lot_qty, command.lot_qty)
    assert np.array_equal(night.schedule.lot_from, command.lot_from)
    assert np.array_equal(night.schedule.delivery_day, command.delivery_day)
    assert night.objective == pytest.approx(command.objective)
    assert night.bound <= command.bound + 1e-6


def test_a_plan_in_force_is_not_made_worse() -> None:
    """Planned again from the plan in force, over more orders than are sought exactly, no more is late in sum, those later than 30 days weighing more."""
    problem = synthetic_problem(np.random.default_rng(7), finished=4, parts=5, bought=6, centres=4, orders=400, weeks=30, load=0.95)
    first = laid_out(problem, None, time_limit_s=60.0, seed=1, rounds=10)
    own = wants_of(problem, first.schedule.lot_step, first.schedule.lot_day, first.schedule.lot_qty)
    again = laid_out(problem, own, time_limit_s=60.0, seed=2, rounds=0)
    assert seen(again.view, again.wants).late <= 1.001 * seen(first.view, first.wants).late + 1e-6


def test_luck_belongs_to_names() -> None:
    luck, other = RunLuck(1, 0), RunLuck(1, 1)
    place = address_of("purchase 7")
    assert luck.late_days(place, 1.0, 5.0, 1.0) == RunLuck(1, 0).late_days(place, 1.0, 5.0, 1.0) != other.late_days(place, 1.0, 5.0, 1.0)
    factors = [luck.factor("flow", address_of(f"lot {k}"), 0.3) for k in range(4000)]
    assert abs(np.mean(factors) - 1.0) < 3 * 0.3 / np.sqrt(4000)


DECISIONS = {
    "e2esim.planning.factory.planner": "laid_out",  # `planned` without its ledger
    "e2esim.planning.ctp.capable": "promise",
    "e2esim.planning.ctp.of_factory": "state_of",
    "e2esim.planning.promise.reply": "own_request",
    "e2esim.planning.demand.net_demand": "net_forecast",
    "e2esim.planning.book.backorders": "turns",
}


def imported(folder: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                found.setdefault(node.module, set()).update(alias.name for alias in node.names)
    return found


def defined(folder: Path) -> set[str]:
    names: set[str] = set()
    for path in folder.rglob("*.py"):
        names |= {n.name for n in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(n, (ast.FunctionDef, ast.ClassDef)) and n.name[0] != "_"}
    return names


def test_the_run_reaches_the_decisions_of_plan_and_promise() -> None:
    """T3: the run imports the functions behind the commands, and defines none of their names anew."""
    home = Path(e2esim.__file__).parent
    room = home / "simulate" / "factory"
    found = imported(room)
    for module, name in DECISIONS.items():
        assert name in found.get(module, set()), f"the run does not call {module}.{name}"
    rooms = ("factory", "ctp", "promise", "book", "demand")
    decisions = set().union(*(defined(home / "planning" / name) for name in rooms))
    assert defined(room) & decisions == set()


def test_plan_and_promise_call_the_same() -> None:
    """The commands behind which the run's decisions lie import the same functions."""
    home = Path(e2esim.__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for room in ("cli", "application") for path in (home / room).glob("*.py"))
    for name in ("planned", "reply", "state_of", "turns"):
        assert name in text
