"""Load against capacity: textbook figures, and what the three rough methods must agree on."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from e2esim.planning.mrp import LotRule, MrpItem, plan_requirements
from e2esim.planning.rccp import RoutingStep, capacity_bills, crp_load, overall_factors, overloads, resource_profiles


def test_methods_agree_on_the_total() -> None:
    """All hours are counted once, whichever way they are spread."""
    g = np.random.default_rng(5)
    mps, hours = g.uniform(0, 90, (4, 10)), g.uniform(0, 1, (3, 4, 2))
    bills = capacity_bills(mps, hours.sum(axis=2))
    profiles = resource_profiles(mps, hours)
    shares = bills.sum(axis=1) / bills.sum()
    factors = overall_factors(mps, hours.sum(axis=(0, 2)), shares)
    assert profiles.sum(axis=1) == pytest.approx(bills.sum(axis=1))
    assert factors.sum(axis=1) == pytest.approx(bills.sum(axis=1))


def test_overdue_hours_fall_in_the_first_period() -> None:
    """What should have been done before the horizon is asked for in period 0, not wrapped to its end."""
    load = resource_profiles(np.array([[4.0, 2.0, 0.0]]), np.array([[[1.0, 0.0, 0.5]]]))
    assert load.tolist() == [[4 + 2 + 1, 2, 0]]


def test_crp_of_an_mrp_plan() -> None:
    """Two orders of 60 legs: saw 1 + 0.1 x 60 = 7 h at release, glue 0.2 x 60 = 12 h a period later."""
    items = {"table": MrpItem(lead_time=1), "leg": MrpItem(lead_time=2, lot=LotRule(multiple=60))}
    plan = plan_requirements(items, {"table": {"leg": 4}}, {"table": {5: 15, 7: 15}}, 8)
    steps = (RoutingStep(work_centre="saw", setup_h=1, run_h=0.1), RoutingStep(work_centre="glue", run_h=0.2, offset=1))
    load = crp_load({name: t.releases for name, t in plan.tables.items()}, {"leg": steps}, ("saw", "glue"))
    assert load[0].tolist() == pytest.approx([0, 0, 7, 0, 7, 0, 0, 0, 0])
    assert load[1].tolist() == pytest.approx([0, 0, 0, 12, 0, 12, 0, 0, 0])
    found = overloads(load, np.full((2, 9), 8.0), ("saw", "glue"))
    assert [(o.work_centre, o.period, round(o.short_h, 9)) for o in found] == [("glue", 3, 4.0), ("glue", 5, 4.0)]


def test_unknown_work_centre_is_named() -> None:
    with pytest.raises(ValueError, match="unknown work centres in routings: lathe"):
        crp_load({"leg": np.ones(3)}, {"leg": (RoutingStep(work_centre="lathe"),)}, ("saw",))
    with pytest.raises(ValueError, match="hours and offset must be >= 0"):
        RoutingStep(work_centre="saw", run_h=-1)


CASES = os.environ.get("E2ESIM_CASES")


@pytest.mark.skipif(not CASES, reason="E2ESIM_CASES names no folder of cases")
def test_published_capacity_bills() -> None:
    for case in json.loads((Path(str(CASES)) / "mrp_crp_textbook" / "rccp_cases.json").read_text()):
        centres = list(case["hours_per_unit"])
        load = capacity_bills(np.array([case["mps"]], float), np.array([[case["hours_per_unit"][c]] for c in centres]))
        for row, name in zip(load, centres, strict=True):
            assert row.tolist() == pytest.approx(case["expected"][name])
        capacity = np.array([[case["capacity"][c]] * load.shape[1] for c in centres], float)
        found = {(o.work_centre, o.period + 1) for o in overloads(load, capacity, centres)}
        assert found == {(c, t) for c, periods in case["overloaded"].items() for t in periods}
