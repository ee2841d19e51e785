"""The fractional plan: how much of each step to start on which day, as a linear programme.

Owns the formulation and its solution by HiGHS. Starts happen on the days of a grid; capacity is weekly and exact,
flow times are exact days, set-ups are spread over a usual lot (or left out, for a bound).

Formulation: x[s, t] pieces of step s started on day t; I[n, k] stock of node n (an item, or work in process behind a
step) after its k-th event; u[f, k, w] delivered on time to demand of weight w; B[f, k] late and open, v[f, k]
delivered late. Minimise weight * (demand - u) + delay * B, subject to the balance of every node, of what is late, and
the hours of every week.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ortools.linear_solver.python import model_builder_helper as mbh
from scipy import sparse

from e2esim.planning.factory.network import Network
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Slots:
    """Where steps may start, one row a (step, day): outputs count from `day`, inputs are taken on `take_day` (not
    before `day`).

    `run_h` [h/pc] is charged to the week of `day`.
    """

    step: Ints
    day: Ints
    take_day: Ints
    run_h: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Demand:
    """Orders summed by item, due day and `weight`, the price of a late piece."""

    item: Ints
    day: Ints
    qty: Floats
    weight: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class FlowPlan:
    """Pieces a slot, objective, proven optimal or not, and the price of an hour of each week, (n_centres, n_weeks)."""

    qty: Floats
    objective: float
    optimal: bool
    hour_price: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class _Events:
    """Days on which the balance of a node is written: `keys` = node * stride + day, sorted."""

    keys: Ints
    stride: int
    node: Ints
    day: Ints
    first: Flags

    def at_or_after(self, node: Ints, day: Ints) -> tuple[Ints, Flags]:
        """Row of the first event of a node at or after a day, and whether there is one."""
        row = np.searchsorted(self.keys, node * self.stride + day)
        ok = row < self.keys.size
        ok[ok] = self.node[row[ok]] == node[ok]
        return row, ok


class _Matrix:
    """Coordinates of a sparse matrix under construction."""

    def __init__(self) -> None:
        self.rows: list[Ints] = []
        self.cols: list[Ints] = []
        self.values: list[Floats] = []

    def add(self, row: Ints, col: Ints, value: Floats | float) -> None:
        """Add entries; `value` may be one number for all."""
        self.rows.append(row)
        self.cols.append(col)
        self.values.append(np.broadcast_to(np.asarray(value, dtype=np.float64), row.shape))

    def csr(self, shape: tuple[int, int]) -> sparse.csr_matrix:
        """The matrix, row-wise."""
        at = (np.concatenate(self.rows), np.concatenate(self.cols))
        return sparse.csr_matrix((np.concatenate(self.values), at), shape=shape)


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
    use_slot, use_node, use_qty = net.inputs_of(slots.step)
    arrive = slots.day + problem.step_flow_days[slots.step]
    events = _events(problem, net, slots, demand, arrive, use_slot, use_node)
    a = _Matrix()
    n_x, n_i = slots.step.size, events.keys.size
    stock_rhs = _balance(a, problem, net, slots, events, arrive, (use_slot, use_node, use_qty))
    cell_event, cell_weight, cell_qty = _cells(events, demand, net.free_from)
    n_u, u0 = cell_event.size, n_x + n_i
    late_event = np.flatnonzero(np.isin(events.node, demand.item))
    n_b = late_event.size
    late_rhs = _lateness(a, events, cell_event, cell_qty, late_event, n_i, u0)
    caps = _capacity_rows(a, problem, slots, n_i + n_b)
    cost = np.zeros(u0 + n_u + 2 * n_b)
    cost[u0 : u0 + n_u] = -cell_weight
    cost[u0 + n_u : u0 + n_u + n_b] = delay * _gaps(events, late_event)
    upper = np.full(cost.size, np.inf)
    upper[u0 : u0 + n_u] = cell_qty
    low = np.concatenate([stock_rhs, late_rhs, np.full(caps.size, -np.inf)])
    high = np.concatenate([stock_rhs, late_rhs, problem.capacity_h.ravel()[caps]])
    status, values, duals = _run(a.csr((low.size, cost.size)), cost, upper, low, high, time_limit_s)
    price = np.zeros(problem.capacity_h.shape)
    if values is None:
        return FlowPlan(qty=np.zeros(n_x), objective=np.inf, optimal=False, hour_price=price)
    price.ravel()[caps] = -duals[n_i + n_b :]
    return FlowPlan(
        qty=np.maximum(values[:n_x], 0.0),
        objective=float(cost @ values + cell_weight @ cell_qty),
        optimal=status,
        hour_price=price,
    )


def _events(problem: PlanProblem, net: Network, slots: Slots, demand: Demand, arrive: Ints, use_slot: Ints, use_node: Ints) -> _Events:
    """Balance days: uses of a node and, where it is sold, its arrivals; none from the day on which purchases cover all.

    A node that is neither made nor received early needs its last balance only: nothing comes in between.
    """
    horizon = int(max(arrive.max(initial=0), slots.take_day.max(initial=0), demand.day.max(initial=0))) + 1
    stride = horizon + 2
    sold = np.zeros(net.n_nodes, dtype=bool)
    sold[demand.item] = True
    fed = np.zeros(net.n_nodes, dtype=bool)
    out = net.step_output[slots.step]
    fed[out] = True
    fed[problem.receipt_item] = True
    receipts = problem.receipt_item * stride + np.minimum(problem.receipt_day, horizon)
    bought = np.flatnonzero(sold & (net.free_from <= horizon))
    keys = np.unique(
        np.concatenate(
            [
                use_node * stride + slots.take_day[use_slot],
                (out * stride + arrive)[sold[out]],
                np.flatnonzero(sold) * stride,
                receipts,
                bought * stride + np.maximum(net.free_from[bought] - 1, 0),
            ]
        )
    )
    keys = keys[keys % stride < net.free_from[keys // stride]]
    node = keys // stride
    last = np.r_[node[1:] != node[:-1], np.ones(min(1, keys.size), dtype=bool)]
    keys = keys[fed[node] | sold[node] | last]
    node = keys // stride
    first = np.r_[np.ones(min(1, keys.size), dtype=bool), node[1:] != node[:-1]]
    return _Events(keys=keys, stride=stride, node=node, day=keys % stride, first=first)


def _balance(
    a: _Matrix,
    problem: PlanProblem,
    net: Network,
    slots: Slots,
    events: _Events,
    arrive: Ints,
    uses: tuple[Ints, Ints, Floats],
) -> Floats:
    """Rows stock before + arrivals - uses - stock after = -opening; returns the right-hand side, (n_events,)."""
    use_slot, use_node, use_qty = uses
    n_x, n_i = slots.step.size, events.keys.size
    row, ok = events.at_or_after(net.step_output[slots.step], arrive)
    a.add(row[ok], np.flatnonzero(ok), 1.0)
    row, ok = events.at_or_after(use_node, slots.take_day[use_slot])
    a.add(row[ok], use_slot[ok], -use_qty[ok])
    every, later = np.arange(n_i), np.flatnonzero(~events.first)
    a.add(every, n_x + every, -1.0)
    a.add(later, n_x + later - 1, 1.0)
    opening = np.zeros(net.n_nodes)
    opening[: problem.n_items] = problem.on_hand
    rhs = np.where(events.first, -opening[events.node], 0.0)
    row, ok = events.at_or_after(problem.receipt_item, np.minimum(problem.receipt_day, events.stride - 2))
    np.subtract.at(rhs, row[ok], problem.receipt_qty[ok])
    return rhs


def _cells(events: _Events, demand: Demand, free_from: Ints) -> tuple[Ints, Floats, Floats]:
    """Demand by (last event at or before its due day, weight); what purchases cover for certain is left out."""
    row = np.searchsorted(events.keys, demand.item * events.stride + demand.day, side="right") - 1
    ok = (row >= 0) & (events.node[row] == demand.item) if events.keys.size else np.zeros(demand.item.size, dtype=bool)
    ok &= demand.day < free_from[demand.item]
    cell, where = np.unique(np.stack([row[ok], demand.weight[ok].astype(np.int64)]), axis=1, return_inverse=True)
    qty = np.bincount(where.ravel(), weights=demand.qty[ok], minlength=cell.shape[1])
    return cell[0], cell[1].astype(np.float64), qty.astype(np.float64)


def _lateness(a: _Matrix, events: _Events, cell_event: Ints, cell_qty: Floats, late_event: Ints, n_i: int, u0: int) -> Floats:
    """Rows late after - late before + on time + delivered late = demand, and the deliveries in the balance rows."""
    n_u, n_b = cell_event.size, late_event.size
    row_of = np.full(n_i, -1)
    row_of[late_event] = np.arange(n_b)
    rows, b0, v0 = n_i + np.arange(n_b), u0 + n_u + np.arange(n_b), u0 + n_u + n_b + np.arange(n_b)
    later = ~events.first[late_event]
    a.add(cell_event, u0 + np.arange(n_u), -1.0)
    a.add(late_event, v0, -1.0)
    a.add(rows, b0, 1.0)
    a.add(rows, v0, 1.0)
    a.add(rows[later], b0[later] - 1, -1.0)
    a.add(n_i + row_of[cell_event], u0 + np.arange(n_u), 1.0)
    return np.bincount(row_of[cell_event], weights=cell_qty, minlength=n_b).astype(np.float64)


def _gaps(events: _Events, late_event: Ints) -> Floats:
    """Days until the next event of the same item; what is late after the last one counts a hundred days."""
    gap = np.full(late_event.size, 100.0)
    same = events.node[late_event[1:]] == events.node[late_event[:-1]]
    gap[:-1][same] = np.diff(events.day[late_event])[same]
    return gap


def _capacity_rows(a: _Matrix, problem: PlanProblem, slots: Slots, first_row: int) -> Ints:
    """Rows hours <= capacity of every used week; returns which cell of `capacity_h` each row is."""
    cell = problem.step_centre[slots.step] * problem.n_weeks + slots.day // 7
    caps, row = np.unique(cell, return_inverse=True)
    a.add(first_row + row, np.arange(slots.step.size), slots.run_h)
    return np.asarray(caps, dtype=np.int64)


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
