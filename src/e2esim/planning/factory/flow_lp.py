"""How much of each step to start on which day: the fractional plan solved by HiGHS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.linear_solver.python import model_builder_helper as mbh
from scipy import sparse

from e2esim.planning.factory.flow_model import Demand, Slots, flow_model
from e2esim.planning.factory.network import MaterialNetwork
from e2esim.planning.factory.problem import Floats, PlanProblem


@dataclass(frozen=True, kw_only=True, eq=False)
class FlowPlan:
    """Pieces a slot, (n_slots,), objective, proven optimal or not."""

    qty: Floats
    objective: float
    optimal: bool


def solve_flow(
    problem: PlanProblem, net: MaterialNetwork, slots: Slots, demand: Demand, *, delay: float = 0.01, second: float = 0.0, time_limit_s: float = 60.0
) -> FlowPlan:
    """Solve the fractional plan on the given slots.

    Parameters
    ----------
    slots, demand
        Where steps may start and what is wanted.
    delay
        Price of a late piece a day.
    second
        Price of an hour of work at a second choice.
    time_limit_s
        Limit of the solver [s]; without a solution in time the plan is empty and `objective` infinite.
    """
    model = flow_model(problem, net, slots, demand, delay=delay, second=second)
    values = minimum(model.rows(), model.cost, model.upper, model.low, model.high, time_limit_s)
    if values is None:
        return FlowPlan(qty=np.zeros(slots.step.size), objective=np.inf, optimal=False)
    return FlowPlan(
        qty=np.maximum(values[: slots.step.size], 0.0),
        objective=model.late_weight(float(model.cost @ values)),
        optimal=True,
    )


def minimum(matrix: sparse.csr_matrix, cost: Floats, upper: Floats, low: Floats, high: Floats, time_limit_s: float) -> Floats | None:
    """Values of an optimum, None if none was found in time; the dual values that this way to HiGHS gives are not to be used."""
    model = mbh.ModelBuilderHelper()
    model.fill_model_from_sparse_data(np.zeros(cost.size), upper, cost, low, high, matrix)  # type: ignore[arg-type]
    solver = mbh.ModelSolverHelper("highs")
    solver.set_solver_specific_parameters("log_to_console=false")  # keeps the banner off standard output
    solver.set_time_limit_in_seconds(max(time_limit_s, 0.01))
    solver.solve(model)
    if solver.status() != mbh.SolveStatus.OPTIMAL:  # an interrupted simplex holds no plan worth following
        return None
    return np.asarray(solver.variable_values(), dtype=np.float64)
