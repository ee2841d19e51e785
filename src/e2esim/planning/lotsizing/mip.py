"""Linear and mixed-integer programs as plain arrays, solved by HiGHS through MathOpt.

MathOpt, because it is the one door of OR-Tools that hands back the incumbent of HiGHS at a time limit; arrays, because
building term by term takes longer than solving.
"""

import datetime
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt
from scipy import sparse

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Program:
    """Minimise ``cost @ x``, ``lower <= x <= upper``, ``row_lower <= rows @ x <= row_upper``; ``integer`` marks x."""

    cost: Floats
    lower: Floats
    upper: Floats
    rows: Any  # scipy sparse, (n_rows, n_columns)
    row_lower: Floats
    row_upper: Floats
    integer: Bools | None = None


class Ending(Enum):
    """How a solve ended."""

    SOLVED = "solved"
    STOPPED = "stopped"
    INFEASIBLE = "infeasible"


@dataclass(frozen=True, kw_only=True)
class MipAnswer:
    """``x`` is None without a solution; ``duals`` (n_rows,) of a linear program only; ``bound`` is proven."""

    ending: Ending
    x: Floats | None
    bound: float
    duals: Floats | None


def solve_program(program: Program, *, time_limit_s: float, relative_gap: float = 1e-6, nodes: int | None = None) -> MipAnswer:
    """Solve ``program`` within ``time_limit_s`` [s] and, if stated, so many ``nodes`` of its tree.

    Examples
    --------
    >>> one = Program(cost=np.array([1.0]), lower=np.array([0.0]), upper=np.array([9.0]),
    ...               rows=sparse.csr_array([[2.0]]), row_lower=np.array([3.0]), row_upper=np.array([np.inf]))
    >>> float(solve_program(one, time_limit_s=1.0).bound)
    1.5
    """
    model = mathopt.Model.from_model_proto(_proto(program))
    variables = list(model.variables())
    parameters = mathopt.SolveParameters(time_limit=datetime.timedelta(seconds=max(time_limit_s, 0.01)))
    if program.integer is not None:
        parameters.relative_gap_tolerance = relative_gap
        parameters.node_limit = nodes
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters)
    reason = mathopt.TerminationReason
    if result.termination.reason in (reason.INFEASIBLE, reason.INFEASIBLE_OR_UNBOUNDED):
        return MipAnswer(ending=Ending.INFEASIBLE, x=None, bound=np.inf, duals=None)
    x = np.array(result.variable_values(variables)) if result.has_primal_feasible_solution() else None
    duals = None
    if program.integer is None and result.has_dual_feasible_solution():
        duals = np.array(result.dual_values(list(model.linear_constraints())))
    ending = Ending.SOLVED if result.termination.reason == reason.OPTIMAL else Ending.STOPPED
    return MipAnswer(ending=ending, x=x, bound=float(result.termination.objective_bounds.dual_bound), duals=duals)


def _proto(program: Program) -> model_pb2.ModelProto:
    """The program as MathOpt's own message, filled by whole columns."""
    proto = model_pb2.ModelProto()
    n = len(program.cost)
    integer = np.zeros(n, dtype=np.bool_) if program.integer is None else program.integer
    proto.variables.ids.extend(range(n))
    proto.variables.lower_bounds.extend(program.lower)
    proto.variables.upper_bounds.extend(program.upper)
    proto.variables.integers.extend(integer)
    used = np.flatnonzero(program.cost)
    proto.objective.linear_coefficients.ids.extend(used)
    proto.objective.linear_coefficients.values.extend(program.cost[used])
    proto.linear_constraints.ids.extend(range(len(program.row_lower)))
    proto.linear_constraints.lower_bounds.extend(program.row_lower)
    proto.linear_constraints.upper_bounds.extend(program.row_upper)
    rows = sparse.csr_array(program.rows)
    rows.sum_duplicates()
    rows.sort_indices()
    entries = rows.tocoo()
    proto.linear_constraint_matrix.row_ids.extend(entries.row)
    proto.linear_constraint_matrix.column_ids.extend(entries.col)
    proto.linear_constraint_matrix.coefficients.extend(entries.data)
    return proto
