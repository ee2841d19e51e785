"""The facility-location form: a piece due in week u made in week t is a variable of its own, limited by the set-up of
t.

Its linear relaxation is tight where the compact form (stock balance and big M) is weak.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from e2esim.planning.lotsizing.bound import most_late
from e2esim.planning.lotsizing.mip import Program
from e2esim.planning.lotsizing.problem import LotSizingProblem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class FacilityLocation:
    """The program and how to read it. Columns: shares of demand, set-ups, unmet shares, overtime hours (in this order).

    ``item, made, due`` (n_shares,) name the shares; the set-ups and unmet shares are n_items x n_weeks, overtime hours
    n_centres x n_weeks; the capacity rows are the last n_centres x n_weeks.
    """

    program: Program
    item: Ints
    made: Ints
    due: Ints
    net: Floats
    n_centres: int

    def quantities(self, x: Floats) -> Floats:
        """Pieces made, (n_items, n_weeks) [pcs]."""
        out = np.zeros_like(self.net)
        np.add.at(out, (self.item, self.made), x[: len(self.item)] * self.net[self.item, self.due])
        return out

    def setups(self, x: Floats) -> Floats:
        """Set-ups, fractions in a relaxation, (n_items, n_weeks)."""
        first = len(self.item)
        return x[first : first + self.net.size].reshape(self.net.shape)

    def prices(self, duals: Floats) -> Floats:
        """Prices of hours, (n_centres, n_weeks) [EUR/h]."""
        n = self.n_centres * self.net.shape[1]
        return np.maximum(-duals[-n:], 0.0).reshape(self.n_centres, -1)


def all_pairs(problem: LotSizingProblem) -> Bools:
    """Every pair (item, week made, week due) that a plan may use, (n_items, n_weeks, n_weeks)."""
    week = np.arange(problem.n_weeks)
    lateness = week[:, None] - week[None, :]
    allowed = lateness[None] <= most_late(problem)[:, None, None]
    return np.asarray(allowed & (problem.net_demand() > 0)[:, None, :])


def build(problem: LotSizingProblem, pairs: Bools, *, relaxed: bool) -> FacilityLocation:
    """Write the program with the given pairs.

    Parameters
    ----------
    pairs
        (n_items, n_weeks made, n_weeks due).
    relaxed
        Let set-ups be fractions.
    """
    net = problem.net_demand()
    n_items, n_weeks, n_centres = problem.n_items, problem.n_weeks, problem.n_centres
    item, made, due = np.nonzero(pairs)
    n, cells, slots = len(item), n_items * n_weeks, n_centres * n_weeks
    share, setup, unmet, over = np.arange(n), n + np.arange(cells), n + cells + np.arange(cells), n + 2 * cells
    needed = net > 0
    early = np.maximum(due - made, 0) * problem.holding[item]
    backlog = np.where(np.isfinite(problem.backlog), problem.backlog, 0.0)
    late = np.maximum(made - due, 0) * backlog[item]
    pieces = net[item, due]
    droppable = np.isfinite(problem.unmet)
    unmet_cost = np.where(droppable, problem.unmet, 0.0)[:, None] * net
    cost = np.concatenate([
        (early + late) * pieces, np.repeat(problem.setup_cost, n_weeks), unmet_cost.ravel(),
        np.full(slots, problem.overtime_cost),
    ])  # fmt: skip
    upper = np.concatenate([
        np.ones(n), pairs.any(axis=2).astype(float).ravel(), (needed & droppable[:, None]).astype(float).ravel(),
        problem.overtime_h.ravel(),
    ])  # fmt: skip
    rows = [item * n_weeks + due, np.arange(cells), cells + share, cells + share]
    columns = [share, unmet, share, setup[item * n_weeks + made]]
    values = [np.ones(n), np.ones(cells), np.ones(n), -np.ones(n)]
    week = np.arange(n_weeks)
    for centre, run, hours in zip(problem.centre, problem.run_h, problem.setup_h, strict=True):
        used, lot = centre[item] >= 0, np.repeat(centre >= 0, n_weeks)
        rows += [
            cells + n + (centre[item] * n_weeks + made)[used],
            cells + n + (centre[:, None] * n_weeks + week).ravel()[lot],
        ]
        columns += [share[used], setup[lot]]
        values += [(run[item] * pieces)[used], np.repeat(hours, n_weeks)[lot]]
    rows.append(cells + n + np.arange(slots))
    columns.append(over + np.arange(slots))
    values.append(-np.ones(slots))
    shape = (cells + n + slots, len(cost))
    matrix = sparse.coo_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)
    integer = np.zeros(len(cost), dtype=np.bool_)
    integer[setup] = True
    program = Program(
        cost=cost, lower=np.zeros(len(cost)), upper=upper, rows=matrix,
        row_lower=np.concatenate([needed.astype(float).ravel(), np.full(n + slots, -np.inf)]),
        row_upper=np.concatenate([np.ones(cells), np.zeros(n), problem.capacity_h.ravel()]),
        integer=None if relaxed else integer,
    )  # fmt: skip
    return FacilityLocation(program=program, item=item, made=made, due=due, net=net, n_centres=n_centres)
