"""The load that everybody would wish for: requirements without limits (MRP) and the hours they ask for (CRP).

Shows where demand exceeds the hours there are; the finite plan shows what can be done about it.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from e2esim.planning.factory.problem import Floats, PlanProblem
from e2esim.planning.mrp import LotRule, MrpItem, plan_requirements
from e2esim.planning.rccp import RoutingStep, crp_load

LOT_DAYS = 7  # requirements of a week are made in one lot


def wished_load(problem: PlanProblem) -> Floats:
    """Hours wanted of every work centre and week when all is made just in time, (n_centres, n_weeks) [h].

    Lots hold a week's requirements; what should have begun before today is wanted in week 0.

    Examples
    --------
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> p = synthetic_problem(np.random.default_rng(1), finished=2, parts=2, bought=3, centres=3, orders=20, weeks=6)
    >>> wished_load(p).shape == p.capacity_h.shape
    True
    """
    days = 7 * problem.n_weeks
    made = np.unique(problem.step_item)
    if not made.size or not days:
        return np.zeros(problem.capacity_h.shape)
    keep = np.isin(problem.bom_component, made)
    bom: dict[str, dict[str, float]] = defaultdict(dict)
    rows = (problem.bom_parent[keep].tolist(), problem.bom_component[keep].tolist(), problem.bom_need[keep].tolist())
    for parent, part, per in zip(*rows, strict=True):
        bom[problem.items[parent]][problem.items[part]] = per
    items = {problem.items[i]: _mrp_item(problem, int(i), days) for i in made}
    tables = plan_requirements(items, bom, _demand(problem, set(made.tolist()), days), days).tables
    releases = {}
    for name, table in tables.items():
        releases[name] = table.releases[1:].copy()
        releases[name][0] += table.releases[0]
    load = crp_load(releases, {problem.items[i]: _routing(problem, int(i)) for i in made}, problem.centres)
    return np.asarray(load.reshape(len(problem.centres), problem.n_weeks, 7).sum(axis=2))


def wished_use(problem: PlanProblem) -> Floats:
    """When every item is wanted if all is made just in time without limits, (n_items, n_days) [pcs]; what is overdue on day 0.

    Orders take what they are due, parents take components when a week's lot would begin; stock and open orders come first.

    Examples
    --------
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> p = synthetic_problem(np.random.default_rng(1), finished=2, parts=2, bought=3, centres=3, orders=20, weeks=6)
    >>> bool((wished_use(p).sum(axis=1)[np.unique(p.order_item)] > 0).all())
    True
    """
    days = max(7 * problem.n_weeks, int(problem.order_due.max(initial=0)) + 1, 1)
    bom: dict[str, dict[str, float]] = defaultdict(dict)
    for parent, part, per in zip(problem.bom_parent.tolist(), problem.bom_component.tolist(), problem.bom_need.tolist(), strict=True):
        bom[problem.items[parent]][problem.items[part]] = bom[problem.items[parent]].get(problem.items[part], 0.0) + per
    items = {name: _mrp_item(problem, i, days) for i, name in enumerate(problem.items)}
    tables = plan_requirements(items, bom, _demand(problem, set(range(problem.n_items)), days), days).tables
    wanted = np.array([tables[name].gross for name in problem.items]).reshape(problem.n_items, -1)
    wanted[:, 1] += wanted[:, 0]
    return np.asarray(wanted[:, 1:])


def _mrp_item(problem: PlanProblem, item: int, days: int) -> MrpItem:
    own = (problem.step_item == item) & problem.is_main
    scheduled: dict[int, float] = defaultdict(float)
    for row in range(problem.receipt_item.size):
        if problem.receipt_owner(row) == item:
            node = int(problem.receipt_item[row])
            behind = np.flatnonzero(own & (np.arange(problem.n_steps) > node - problem.n_items))
            rest = int(problem.step_flow_days[behind].sum()) if node >= problem.n_items else 0
            day = int(problem.receipt_day[row]) + rest
            if day < days:
                scheduled[day + 1] += float(problem.receipt_qty[row])
    return MrpItem(
        lead_time=int(problem.step_flow_days[own].sum()),
        on_hand=float(problem.on_hand[item]),
        lot=LotRule(minimum=float(problem.lot_min[item]), multiple=float(problem.lot_multiple[item]), periods=LOT_DAYS),
        scheduled=scheduled,
    )


def _demand(problem: PlanProblem, made: set[int], days: int) -> dict[str, dict[int, float]]:
    demand: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for item, due, qty in zip(problem.order_item.tolist(), problem.order_due.tolist(), problem.order_qty.tolist(), strict=True):
        if item in made and due < days:
            demand[problem.items[item]][max(due, 0) + 1] += qty
    return demand


def _routing(problem: PlanProblem, item: int) -> list[RoutingStep]:
    steps, offset = [], 0
    for s in np.flatnonzero((problem.step_item == item) & problem.is_main):
        steps.append(
            RoutingStep(
                work_centre=problem.centres[problem.step_centre[s]],
                setup_h=float(problem.step_setup_h[s]),
                run_h=float(problem.step_run_h[s] * problem.step_need[s]),
                offset=offset,
            )
        )
        offset += int(problem.step_flow_days[s])
    return steps
