"""The obvious, slow answer to a promise on a factory's day grid: a mixed-integer programme of everything that could be started.

It shares nothing with the search: lots of each step on each day, purchases on each day, stock of every node at the end
of every day, hours of every week. Small problems only.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from e2esim.planning.ctp.model import DAY
from e2esim.planning.ctp.of_factory import node_names
from e2esim.planning.ctp.state import State
from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import PlanProblem

MOST = 1e4  # no lot is larger


def feasible(problem: PlanProblem, state: State, item: int, quantity: float, day: int) -> bool:
    """Whether ``quantity`` of an item can leave on ``day`` beside all that is booked in ``state``."""
    net = network(problem)
    days = 7 * problem.n_weeks
    kinds = [("step", s) for s in range(problem.n_steps)] + [("buy", s) for s in range(problem.source_item.size)]
    n = len(kinds) * days
    rows: dict[str, int] = {name: k for k, name in enumerate(node_names(problem))}
    booked = {rows[b.name]: [state.stock_of(k).level(d * DAY) for d in range(days)] for k, b in enumerate(state.model.buffers)}
    change = {node: np.zeros((days, 2 * n)) for node in booked}
    hours = {(c, w): np.zeros(2 * n) for c in range(len(problem.centres)) for w in range(problem.n_weeks)}
    upper = np.full(2 * n, MOST)
    upper[n:] = 1.0
    links = []
    for k, (kind, s) in enumerate(kinds):
        whole = problem.lot_multiple[problem.step_item[s]] if kind == "step" else problem.source_multiple[s]
        whole = whole if whole > 0 else 1.0
        least = max(problem.lot_min[problem.step_item[s]], whole) if kind == "step" else problem.source_moq[s]
        lead = int(problem.step_flow_days[s] if kind == "step" else problem.source_lead_days[s])
        node = int(net.step_output[s] if kind == "step" else problem.source_item[s])
        for d in range(days):
            lots, started = k * days + d, n + k * days + d
            if d + lead >= days:
                upper[lots] = upper[started] = 0.0
                continue
            change[node][d + lead :, lots] += whole
            links.append((lots, started, least / whole, MOST))
            if kind == "step":
                for r in range(net.in_start[s], net.in_start[s + 1]):
                    change[int(net.in_node[r])][d:, lots] -= whole * net.in_qty[r]
                row = hours[int(problem.step_centre[s]), d // 7]
                row[lots] += problem.step_run_h[s] * whole
                row[started] += problem.step_setup_h[s]
    limits = []
    for node, matrix in change.items():
        wanted = np.where(np.arange(days) >= day, quantity if node == item else 0.0, 0.0)
        limits.append(LinearConstraint(matrix, wanted - np.array(booked[node]) - 1e-6))
    for (c, w), row in hours.items():
        if row.any():
            limits.append(LinearConstraint(row, -np.inf, max(0.0, state.buckets[c].free[w]) + 1e-7))
    link = np.zeros((2 * len(links), 2 * n))
    for r, (lots, started, least, most) in enumerate(links):
        link[2 * r, lots], link[2 * r, started] = 1.0, -most
        link[2 * r + 1, lots], link[2 * r + 1, started] = -1.0, least
    limits.append(LinearConstraint(link, -np.inf, 0.0))
    found = milp(np.zeros(2 * n), constraints=limits, integrality=np.ones(2 * n), bounds=Bounds(0.0, upper), options={"time_limit": 20})
    assert found.status in (0, 2), found.message
    return found.status == 0


def first_day(problem: PlanProblem, state: State, item: int, quantity: float, due: int, last: int) -> int | None:
    """First day from ``due`` to ``last`` on which all can leave at once, by halving: more time never hurts."""
    if not feasible(problem, state, item, quantity, last):
        return None
    low, high = due - 1, last
    while high - low > 1:
        middle = (low + high) // 2
        if feasible(problem, state, item, quantity, middle):
            high = middle
        else:
            low = middle
    return high
