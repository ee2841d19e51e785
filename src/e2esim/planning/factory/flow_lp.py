"""How much of each step to start on which day: the fractional plan solved by HiGHS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.linear_solver.python import model_builder_helper as mbh
from scipy import sparse

from e2esim.planning.factory.flow_model import Demand, Slots, flow_model
from e2esim.planning.factory.network import Network
from e2esim.planning.factory.problem import Floats, PlanProblem


@dataclass(frozen=True, kw_only=True, eq=False)
class FlowPlan:
    """Pieces a slot, objective, proven optimal or not, and the price of an hour of each week, (n_centres, n_weeks)."""

    qty: Floats
    objective: float
    optimal: bool
    hour_price: Floats


def solve_flow(problem: PlanProblem, net: Network, slots: Slots, demand: Demand, *, delay: float = 0.01, time_limit_s: float = 60.0) -> FlowPlan:
    """Solve the fractional plan on the given slots.

    Parameters
    ----------
    slots, demand
        Where steps may start and what is wanted.
    delay
        Price of a late piece a day.
    time_limit_s
        Limit of the solver [s]; without a solution in time the plan is empty and `objective` infinite.
    """
    model = flow_model(problem, net, slots, demand, delay=delay)
    status, values, duals = _run(model.rows(), model.cost, model.upper, model.low, model.high, time_limit_s)
    price = np.zeros(problem.capacity_h.shape)
    if values is None:
        return FlowPlan(qty=np.zeros(slots.step.size), objective=np.inf, optimal=False, hour_price=price)
    price.ravel()[model.caps] = -duals[model.first_cap :]
    return FlowPlan(
        qty=np.maximum(values[: slots.step.size], 0.0),
        objective=model.late_weight(float(model.cost @ values)),
        optimal=status,
        hour_price=price,
    )


def _run(matrix: sparse.csr_matrix, cost: Floats, upper: Floats, low: Floats, high: Floats, time_limit_s: float) -> tuple[bool, Floats | None, Floats]:
    model = mbh.ModelBuilderHelper()
    model.fill_model_from_sparse_data(np.zeros(cost.size), upper, cost, low, high, matrix)  # type: ignore[arg-type]
    solver = mbh.ModelSolverHelper("highs")
    solver.set_solver_specific_parameters("log_to_console=false")  # keeps the banner off standard output
    solver.set_time_limit_in_seconds(max(time_limit_s, 0.01))
    solver.solve(model)
    optimal = solver.status() == mbh.SolveStatus.OPTIMAL
    if not optimal:  # an interrupted simplex holds no plan worth following
        return False, None, np.zeros(low.size)
    return (
        True,
        np.asarray(solver.variable_values(), dtype=np.float64),
        np.asarray(solver.dual_values(), dtype=np.float64),
    )
