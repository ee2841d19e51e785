"""The why-late ledger on planted bottlenecks: one limit is scarce, all else plentiful, so it must get the blame.

A case counts where the same problem without the planted limit has next to nothing late. The fast cases are those that
walking back along the pegs alone got wrong, and a few that it got right; `long` runs the whole lot.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from e2esim.planning.factory.planner import late_pieces, plan
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.result import Cause, PlanResult
from e2esim.planning.factory.synthetic import synthetic_problem
from e2esim.planning.factory.why_late import steps_behind

GOAL = 0.99
FINISHED, PARTS, BOUGHT = 4, 5, 6
FIRST_BOUGHT = FINISHED + PARTS
NEVER_SHORT = 1e4


def plentiful(seed: int, hours: float = 1.0) -> PlanProblem:
    """Work centres loaded by a third over `hours`, bought parts for years."""
    rng = np.random.default_rng(seed)
    problem = synthetic_problem(rng, finished=FINISHED, parts=PARTS, bought=BOUGHT, centres=4, orders=200, weeks=20, load=0.35)
    stock = problem.on_hand.copy()
    stock[FIRST_BOUGHT:] *= NEVER_SHORT
    return replace(problem, on_hand=stock, capacity_h=problem.capacity_h * hours)


def scarce_hours(seed: int, centre: int) -> tuple[PlanProblem, Cause, int]:
    """A work centre with 28 % of its hours."""
    problem = plentiful(seed)
    hours = problem.capacity_h.copy()
    hours[centre] *= 0.28
    return replace(problem, capacity_h=hours), Cause.WORK_CENTRE, centre


def _few_of(seed: int, part: int) -> tuple[PlanProblem, int]:
    """Stock of one bought part for some weeks, hours for all."""
    problem, item = plentiful(seed, hours=5.0), FIRST_BOUGHT + part
    stock = problem.on_hand.copy()
    stock[:FIRST_BOUGHT] *= 3.0
    stock[item] /= NEVER_SHORT
    return replace(problem, on_hand=stock), item


def slow_supplier(seed: int, part: int) -> tuple[PlanProblem, Cause, int]:
    """All sources of a bought part need 120 days."""
    problem, item = _few_of(seed, part)
    lead = np.where(problem.source_item == item, 120, problem.source_lead_days)
    return replace(problem, source_lead_days=lead), Cause.SUPPLIER, item


def scarce_material(seed: int, part: int) -> tuple[PlanProblem, Cause, int]:
    """A bought part that nobody sells: one open order for it, due on day 100."""
    problem, item = _few_of(seed, part)
    keep = problem.source_item != item
    names = ("item", "priority", "lead_days", "moq", "multiple", "price")
    sources = {f"source_{name}": getattr(problem, f"source_{name}")[keep] for name in names}
    supplier = tuple(np.array(problem.source_supplier)[keep].tolist())
    receipt = {"receipt_item": np.array([item]), "receipt_day": np.array([100]), "receipt_qty": np.array([1e5])}
    return replace(problem, **sources, source_supplier=supplier, **receipt), Cause.MATERIAL, item


def long_flow(seed: int, step: int) -> tuple[PlanProblem, Cause, int]:
    """A step that takes 60 days."""
    problem = plentiful(seed, hours=5.0)
    days = problem.step_flow_days.copy()
    days[step] = 60
    return replace(problem, step_flow_days=days), Cause.LEAD_TIME, step


PLANTED = {"hours": scarce_hours, "supplier": slow_supplier, "material": scarce_material, "flow": long_flow}


def blamed(problem: PlanProblem, result: PlanResult, cause: Cause, where: int) -> float:
    """Share of the late pieces for which the planted limit has the blame; a step can only have that of the items behind which it stands."""
    place = np.isin(result.late_place, np.flatnonzero(problem.source_item == where)) if cause == Cause.SUPPLIER else result.late_place == where
    mine = np.ones(result.late_order.size, dtype=bool)
    if cause == Cause.LEAD_TIME:
        mine = np.array([where in steps_behind(problem, int(problem.order_item[j])) for j in result.late_order], dtype=bool)
        assert not (place & (result.late_cause == cause) & ~mine).any(), "the step of another item"
    return float(result.late_qty[(result.late_cause == cause) & place].sum() / result.late_qty[mine].sum())


def adds_up(problem: PlanProblem, result: PlanResult) -> bool:
    """Whether the entries of every order add up to its late pieces."""
    late = late_pieces(problem, result.delivery_order, result.delivery_day, result.delivery_qty)
    return bool(np.allclose(np.bincount(result.late_order, weights=result.late_qty, minlength=late.size), late, atol=1e-6))


def lifted(problem: PlanProblem, cause: Cause, where: int) -> PlanProblem:
    """The same problem without the planted limit."""
    if cause == Cause.WORK_CENTRE:
        hours = problem.capacity_h.copy()
        hours[where] /= 0.28
        return replace(problem, capacity_h=hours)
    if cause == Cause.LEAD_TIME:
        return replace(problem, step_flow_days=np.where(np.arange(problem.n_steps) == where, 1, problem.step_flow_days))
    return replace(problem, on_hand=np.where(np.arange(problem.n_items) == where, 1e6, problem.on_hand))


@pytest.mark.parametrize(
    ("kind", "seed", "where"),
    [
        *(("hours", seed, centre) for seed, centre in [(11, 0), (12, 2), (14, 3), (15, 3), (16, 0), (16, 1), (19, 2), (21, 2), (24, 3)]),
        *(("supplier", seed, part) for seed, part in [(13, 1), (15, 5), (18, 0)]),
        *(("material", seed, part) for seed, part in [(11, 2), (15, 1)]),
        *(("flow", seed, step) for seed, step in [(11, 0), (15, 3)]),
    ],
)
def test_planted_bottleneck_gets_the_blame(kind: str, seed: int, where: int) -> None:
    problem, cause, place = PLANTED[kind](seed, where)
    result = plan(problem, rounds=50)
    assert result.late_qty.sum() > 50.0
    assert adds_up(problem, result)
    assert blamed(problem, result, cause, place) >= GOAL


@pytest.mark.long
@pytest.mark.parametrize("centre", range(4))
def test_every_planted_work_centre(centre: int) -> None:
    for seed in range(11, 26):
        problem, cause, place = scarce_hours(seed, centre)
        result = plan(problem, rounds=50)
        assert blamed(problem, result, cause, place) >= GOAL, seed


@pytest.mark.long
@pytest.mark.parametrize(("kind", "places", "least"), [("supplier", 6, 0.75), ("material", 6, 1.0), ("flow", 4, 0.85)])
def test_other_planted_limits(kind: str, places: int, least: float) -> None:
    """Of the cases with nothing else late; in those that fail, another flow or lead time would have to be lifted as well."""
    shares = []
    for seed in range(11, 19):
        for where in range(places):
            problem, cause, place = PLANTED[kind](seed, where)
            result = plan(problem, rounds=300)
            rest = plan(lifted(problem, cause, place), rounds=300).late_qty.sum()
            if result.late_qty.sum() > 50.0 and rest <= 0.01 * result.late_qty.sum():
                shares.append(blamed(problem, result, cause, place))
    assert len(shares) >= 8
    assert np.mean(np.array(shares) >= GOAL) >= least


def test_two_bottlenecks_share_the_blame() -> None:
    """Two scarce work centres that each alone would make as much late: neither takes all from the other."""
    problem = plentiful(13)
    hours = problem.capacity_h.copy()
    hours[[0, 1]] *= 0.25
    problem = replace(problem, capacity_h=hours)
    result = plan(problem, rounds=50)
    share = [blamed(problem, result, Cause.WORK_CENTRE, centre) for centre in (0, 1)]
    assert adds_up(problem, result)
    assert min(share) > 0.1
    assert sum(share) >= GOAL
