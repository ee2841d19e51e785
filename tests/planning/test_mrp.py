"""MRP against published tables, and laws that hold for any bill of material."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.planning.mrp import LotRule, MrpItem, MrpPlan, net_requirements, plan_requirements


def released(plan: MrpPlan, item: str) -> dict[int, float]:
    row = plan.tables[item].releases
    return {int(t): float(row[t]) for t in np.flatnonzero(row)}


def test_three_level_exercise_in_the_style_of_jacobs_and_chase() -> None:
    """Releases of a published exercise (edu.com, question 1098717): A of B and C; B of F; C of D, E, F."""
    items = {
        "A": MrpItem(lead_time=1, on_hand=20),
        "B": MrpItem(lead_time=1, on_hand=50, scheduled={1: 30}),
        "C": MrpItem(lead_time=2, on_hand=60),
        "D": MrpItem(lead_time=1, on_hand=25, lot=LotRule(multiple=50)),
        "E": MrpItem(lead_time=2, lot=LotRule(multiple=100)),
        "F": MrpItem(lead_time=2, lot=LotRule(multiple=100)),
    }
    bom = {"A": {"B": 2, "C": 3}, "B": {"F": 1}, "C": {"D": 1, "E": 1, "F": 2}}
    plan = plan_requirements(items, bom, {"A": {1: 20, 2: 20, 6: 60, 8: 50}}, 8)
    assert released(plan, "A") == {1: 20, 5: 60, 7: 50}
    assert released(plan, "B") == {4: 80, 6: 100}
    assert released(plan, "C") == {3: 180, 5: 150}
    assert released(plan, "D") == {2: 200, 4: 150}
    assert released(plan, "E") == {1: 200, 3: 200}
    assert released(plan, "F") == {1: 400, 2: 100, 3: 300, 4: 100}
    assert plan.in_time


def test_yield_safety_stock_and_past_due() -> None:
    """40 due in 2, 10 on hand, 5 to be kept, yield 0.7, lead time 3: 35 good = 50 started, two periods too late."""
    item = MrpItem(lead_time=3, on_hand=10, safety_stock=5, good_share=0.7)
    plan = plan_requirements({"x": item, "raw": MrpItem()}, {"x": {"raw": 2}}, {"x": {2: 40}}, 4)
    table = plan.tables["x"]
    assert table.receipts.tolist() == [0, 0, 35, 0, 0]
    assert table.releases[0] == pytest.approx(50)
    assert plan.late == (("x", 2, 2, pytest.approx(50)),)
    assert not plan.in_time
    assert plan.tables["raw"].gross[1] == pytest.approx(100)  # needed at once
    assert table.projected.tolist() == [10, 10, 5, 5, 5]


def test_periods_of_supply_order_together() -> None:
    table = net_requirements(MrpItem(on_hand=5, lot=LotRule(periods=3)), np.array([0.0, 5, 10, 0, 20, 7]))
    assert table.receipts.tolist() == [0, 0, 30, 0, 0, 7]


def test_pegging_traces_pieces_to_demand() -> None:
    """Stock goes to the first requirement, the planned order of period 3 to what is left of it and the next."""
    plan = plan_requirements(
        {"bike": MrpItem(), "wheel": MrpItem(on_hand=5, lot=LotRule(periods=2))},
        {"bike": {"wheel": 2}}, {"bike": {3: 4, 4: 1}, "wheel": {4: 1}}, 5,
    )  # fmt: skip
    pegs = [(p.supply, p.supply_period, p.parent, p.period, p.quantity) for p in plan.pegs if p.item == "wheel"]
    assert pegs == [
        ("on hand", 0, "bike", 3, 5.0), ("planned", 3, "bike", 3, 3.0), ("planned", 3, "", 4, 1.0),
        ("planned", 3, "bike", 4, 2.0),
    ]  # fmt: skip


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(ValueError, match=r"unknown component c.*demand: unknown item z.*period 9 must lie in 1\.\.4"):
        plan_requirements({"a": MrpItem()}, {"a": {"c": 1}}, {"z": {1: 1}, "a": {9: 1}}, 4)
    with pytest.raises(ValueError, match="cycle: a > b > a"):
        plan_requirements({"a": MrpItem(), "b": MrpItem()}, {"a": {"b": 1}, "b": {"a": 1}}, {}, 4)
    with pytest.raises(ValueError, match="lead_time must be >= 0, got -1"):
        MrpItem(lead_time=-1)


World = tuple[dict[str, MrpItem], dict[str, dict[str, float]], dict[str, dict[int, float]]]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to five items, each used by some before it."""
    n = draw(st.integers(1, 5))
    names = [f"i{k}" for k in range(n)]
    number = st.integers(0, 60)
    items = {
        name: MrpItem(
            lead_time=draw(st.integers(0, 4)), on_hand=draw(number), safety_stock=draw(st.integers(0, 20)),
            good_share=draw(st.sampled_from([1.0, 0.9, 0.5])),
            lot=LotRule(minimum=draw(number), multiple=draw(st.integers(0, 25)), periods=draw(st.integers(1, 3))),
            scheduled=draw(st.dictionaries(st.integers(1, 8), number, max_size=2)),
        )
        for name in names
    }  # fmt: skip
    bom = {
        names[k]: draw(st.dictionaries(st.sampled_from(names[k + 1 :]), st.integers(1, 3), max_size=2))
        for k in range(n - 1)
    }
    demand = {name: draw(st.dictionaries(st.integers(1, 8), number, max_size=4)) for name in names}
    return items, bom, demand


@given(worlds())
@settings(max_examples=80, deadline=None)
def test_laws_of_any_plan(world: World) -> None:
    """Material balance, safety stock kept, lot rules kept, components needed where parents start, pegs add up."""
    items, bom, demand = world
    plan = plan_requirements(items, bom, demand, 8)
    for name, item in items.items():
        table = plan.tables[name]
        flow = table.scheduled + table.receipts - table.gross
        assert np.allclose(np.diff(table.projected), flow[1:])
        assert (table.projected[1:] >= item.safety_stock - 1e-6).all()
        orders = table.receipts[table.receipts > 0]
        assert (orders >= item.lot.minimum - 1e-9).all()
        if item.lot.multiple:
            assert np.allclose(orders / item.lot.multiple, np.round(orders / item.lot.multiple))
        assert table.releases.sum() * item.good_share == pytest.approx(table.receipts.sum())
        needed = sum(demand.get(name, {}).values()) + sum(
            plan.tables[parent].releases.sum() * parts.get(name, 0) for parent, parts in bom.items()
        )
        assert table.gross.sum() == pytest.approx(needed)
        assert sum(p.quantity for p in plan.pegs if p.item == name) == pytest.approx(needed, abs=1e-6)


CASES = os.environ.get("E2ESIM_CASES")


@pytest.mark.skipif(not CASES, reason="E2ESIM_CASES names no folder of cases")
def test_published_tables() -> None:
    """Every table of the folder, exactly."""
    cases = json.loads((Path(str(CASES)) / "mrp_crp_textbook" / "mrp_cases.json").read_text())
    for case in cases:
        items = {}
        for name, rule in case["lot"].items():
            multiple = 0.0 if rule == "L4L" else float(rule.split()[1])
            items[name] = MrpItem(
                lead_time=case["lead_time"][name], on_hand=case["on_hand"].get(name, 0), lot=LotRule(multiple=multiple),
                scheduled={int(t): q for t, q in case["scheduled_receipts"].get(name, {}).items()},
            )  # fmt: skip
        demand = {name: {int(t): q for t, q in row.items()} for name, row in case["gross"].items()}
        plan = plan_requirements(items, case["bom"], demand, 12)
        for name in items:
            expected = {int(t): q for t, q in case["expected_planned_releases"].get(name, {}).items()}
            assert released(plan, name) == expected, (case["name"], name)
