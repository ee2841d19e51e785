"""The fractional plan as arrays: variables, balances and hours of the linear programme, for any solver.

Owns the formulation. Starts happen on the days of a grid; capacity is weekly and exact, flow times are exact days,
set-ups are spread over a usual lot (or left out, for a bound).

Formulation: x[s, t] pieces of step s started on day t; I[n, k] stock of node n (an item, or work in process behind a
step) after its k-th event; u[f, k, w] delivered on time to demand of weight w; B[f, k] late and open, v[f, k]
delivered late. Minimise weight * (demand - u) + delay * B, subject to the balance of every node, of what is late, and
the hours of every week.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from e2esim.planning.factory.network import MaterialNetwork
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem

if TYPE_CHECKING:
    from scipy import sparse

Flags = npt.NDArray[np.bool_]
SOONER = 7  # lead times may be shortened by as many days in a model with `every_day`


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
class Events:
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


class Matrix:
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
        from scipy import sparse  # here, since a promise must not load it

        at = (np.concatenate(self.rows), np.concatenate(self.cols))
        return sparse.csr_matrix((np.concatenate(self.values), at), shape=shape)


@dataclass(frozen=True, kw_only=True, eq=False)
class FlowModel:
    """The linear programme: minimise cost @ x with low <= matrix @ x <= high and 0 <= x <= upper.

    Columns are x of every slot, I of every event, from `first_u` on u of every demand cell, then B and v of every late
    event. Rows are the balances of all events, the lateness of late events, from `first_cap` on the hours of `caps`,
    the cells of `capacity_h` (row-wise); `cap_row` says which of these each slot loads. A demand cell is (last event at or
    before the due day, weight), `cell_qty` pcs.
    """

    matrix: Matrix
    cost: Floats
    upper: Floats
    low: Floats
    high: Floats
    slots: Slots
    events: Events
    cell_event: Ints
    cell_weight: Floats
    cell_qty: Floats
    late_event: Ints
    caps: Ints
    cap_row: Ints
    first_u: int
    first_cap: int

    def rows(self) -> sparse.csr_matrix:
        """The matrix, row-wise."""
        return self.matrix.csr((self.low.size, self.cost.size))

    def rows_with(self, rows: Ints, values: Floats) -> sparse.csr_matrix:
        """The matrix with a further column for each of some rows, with one entry each."""
        from scipy import sparse  # here, since a promise must not load it

        more = sparse.csr_matrix((values, (rows, np.arange(rows.size))), shape=(self.low.size, rows.size))
        return sparse.csr_matrix(sparse.hstack([self.rows(), more]))

    def late_weight(self, value: float) -> float:
        """Weighted late pieces behind a value of `cost @ x`."""
        return value + float(self.cell_weight @ self.cell_qty)


def flow_model(
    problem: PlanProblem, net: MaterialNetwork, slots: Slots, demand: Demand, *,
    delay: float | None = 0.01, second: float = 0.0, every_day: bool = False, every_due: bool = False,
) -> FlowModel:
    """Write the fractional plan on the given slots.

    Parameters
    ----------
    slots, demand
        Where steps may start and what is wanted.
    delay
        Price of a late piece a day; None leaves out what happens to late pieces.
    second
        Price of an hour of work at a second choice, twice that of a third ...; 0 in bounds.
    every_day
        Whether balances are also written on the days that only matter when goods come a little sooner.
    every_due
        Whether they are written on every due day too, so that each has a demand cell of its own.
    """
    use_slot, use_node, use_qty = net.inputs_of(slots.step)
    arrive = slots.day + problem.step_flow_days[slots.step]
    events = _events(problem, net, slots, demand, arrive, use_slot, use_node, every_day, every_due)
    a = Matrix()
    n_x, n_i = slots.step.size, events.keys.size
    stock_rhs = _balance(a, problem, net, slots, events, arrive, (use_slot, use_node, use_qty))
    cell_event, cell_weight, cell_qty = _cells(events, demand, net.free_from)
    n_u, u0 = cell_event.size, n_x + n_i
    a.add(cell_event, u0 + np.arange(n_u), -1.0)
    late_event = np.flatnonzero(np.isin(events.node, demand.item)) if delay is not None else np.zeros(0, dtype=np.int64)
    n_b = late_event.size
    late_rhs = _lateness(a, events, cell_event, cell_qty, late_event, n_i, u0) if n_b else np.zeros(0)
    caps, cap_row = _capacity_rows(a, problem, slots, n_i + n_b)
    cost = np.zeros(u0 + n_u + 2 * n_b)
    cost[:n_x] = second * problem.choice[slots.step] * slots.run_h
    cost[u0 : u0 + n_u] = -cell_weight
    cost[u0 + n_u : u0 + n_u + n_b] = (delay or 0.0) * _gaps(events, late_event)
    upper = np.full(cost.size, np.inf)
    upper[u0 : u0 + n_u] = cell_qty
    return FlowModel(
        matrix=a,
        cost=cost,
        upper=upper,
        low=np.concatenate([stock_rhs, late_rhs, np.full(caps.size, -np.inf)]),
        high=np.concatenate([stock_rhs, late_rhs, problem.capacity_h.ravel()[caps]]),
        slots=slots,
        events=events,
        cell_event=cell_event,
        cell_weight=cell_weight,
        cell_qty=cell_qty,
        late_event=late_event,
        caps=caps,
        cap_row=cap_row,
        first_u=u0,
        first_cap=n_i + n_b,
    )


def _events(
    problem: PlanProblem, net: MaterialNetwork, slots: Slots, demand: Demand, arrive: Ints, use_slot: Ints, use_node: Ints, every_day: bool, every_due: bool
) -> Events:
    """Balance days: uses of a node and, where it is sold, its arrivals; none from the day on which purchases cover all.

    A node that is neither made nor received early needs its last balance only, unless `every_day`: nothing comes in
    between. What is sold then also gets the day before each arrival, and the last week before purchases are there.
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
                *(_sooner(net, sold, bought, out, arrive, stride) if every_day else ()),
                *((demand.item * stride + demand.day,) if every_due else ()),
            ]
        )
    )
    keys = keys[keys % stride < net.free_from[keys // stride]]
    node = keys // stride
    last = np.r_[node[1:] != node[:-1], np.ones(min(1, keys.size), dtype=bool)]
    keys = keys[fed[node] | sold[node] | last | every_day]
    node = keys // stride
    first = np.r_[np.ones(min(1, keys.size), dtype=bool), node[1:] != node[:-1]]
    return Events(keys=keys, stride=stride, node=node, day=keys % stride, first=first)


def _sooner(net: MaterialNetwork, sold: Flags, bought: Ints, out: Ints, arrive: Ints, stride: int) -> list[Ints]:
    """Keys of the day before each arrival of what is sold, and of the `SOONER` days before its purchases are there."""
    days = [np.maximum(net.free_from[bought] - k, 0) for k in range(1, SOONER + 1)]
    return [(out * stride + np.maximum(arrive - 1, 0))[sold[out]], *(bought * stride + day for day in days)]


def _balance(
    a: Matrix,
    problem: PlanProblem,
    net: MaterialNetwork,
    slots: Slots,
    events: Events,
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


def _cells(events: Events, demand: Demand, free_from: Ints) -> tuple[Ints, Floats, Floats]:
    """Demand by (last event at or before its due day, weight); what purchases cover for certain is left out."""
    row = np.searchsorted(events.keys, demand.item * events.stride + demand.day, side="right") - 1
    ok = (row >= 0) & (events.node[row] == demand.item) if events.keys.size else np.zeros(demand.item.size, dtype=bool)
    ok &= demand.day < free_from[demand.item]
    cell, where = np.unique(np.stack([row[ok], demand.weight[ok].astype(np.int64)]), axis=1, return_inverse=True)
    qty = np.bincount(where.ravel(), weights=demand.qty[ok], minlength=cell.shape[1])
    return cell[0], cell[1].astype(np.float64), qty.astype(np.float64)


def _lateness(a: Matrix, events: Events, cell_event: Ints, cell_qty: Floats, late_event: Ints, n_i: int, u0: int) -> Floats:
    """Rows late after - late before + on time + delivered late = demand, and the deliveries in the balance rows."""
    n_u, n_b = cell_event.size, late_event.size
    row_of = np.full(n_i, -1)
    row_of[late_event] = np.arange(n_b)
    rows, b0, v0 = n_i + np.arange(n_b), u0 + n_u + np.arange(n_b), u0 + n_u + n_b + np.arange(n_b)
    later = ~events.first[late_event]
    a.add(late_event, v0, -1.0)
    a.add(rows, b0, 1.0)
    a.add(rows, v0, 1.0)
    a.add(rows[later], b0[later] - 1, -1.0)
    a.add(n_i + row_of[cell_event], u0 + np.arange(n_u), 1.0)
    return np.bincount(row_of[cell_event], weights=cell_qty, minlength=n_b).astype(np.float64)


def _gaps(events: Events, late_event: Ints) -> Floats:
    """Days until the next event of the same item; what is late after the last one counts a hundred days."""
    gap = np.full(late_event.size, 100.0)
    same = events.node[late_event[1:]] == events.node[late_event[:-1]]
    gap[:-1][same] = np.diff(events.day[late_event])[same]
    return gap


def _capacity_rows(a: Matrix, problem: PlanProblem, slots: Slots, first_row: int) -> tuple[Ints, Ints]:
    """Rows hours <= capacity of every used week; returns the cell of `capacity_h` of each row, and the row of each slot."""
    cell = problem.step_centre[slots.step] * problem.n_weeks + slots.day // 7
    caps, row = np.unique(cell, return_inverse=True)
    a.add(first_row + row, np.arange(slots.step.size), slots.run_h)
    return np.asarray(caps, dtype=np.int64), np.asarray(row, dtype=np.int64)
