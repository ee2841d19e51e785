"""The exact plan of quantities once the set-ups are decided: a small linear program over stock and backlog."""

import numpy as np
import numpy.typing as npt
from scipy import sparse

from e2esim.planning.lotsizing.mip import Program, solve_program
from e2esim.planning.lotsizing.problem import Floats, LotSizingProblem


def best_quantities(
    problem: LotSizingProblem, setups: npt.NDArray[np.bool_], *, time_limit_s: float
) -> tuple[Floats, Floats] | None:
    """Cheapest quantities and unmet demand for given set-ups, each (n_items, n_weeks) [pcs]; None if there are none.

    Examples
    --------
    One set-up each; three pieces of item 0 wait a week:

    >>> from e2esim.planning.lotsizing.tiny import TWO_ITEMS
    >>> made, unmet = best_quantities(TWO_ITEMS, np.array([[True, False], [False, True]]), time_limit_s=5.0)
    >>> made.tolist()
    [[6.0, 0.0], [0.0, 2.0]]
    """
    net = problem.net_demand()
    n_weeks, cells = problem.n_weeks, net.size
    item, week = np.nonzero(setups)
    lots, slots = len(item), problem.n_centres * n_weeks
    stock, late, lost, over = (lots + k * cells + np.arange(cells) for k in (0, 1, 2, 3))
    over = over[0] + np.arange(slots)
    at = np.arange(cells)
    inner = at[at % n_weeks > 0]
    # made + lost + stock before - stock after - backlog before + backlog after = net demand
    rows = [item * n_weeks + week, at, at, inner, at, inner]
    columns = [np.arange(lots), lost, stock, stock[inner - 1], late, late[inner - 1]]
    values = [np.ones(lots), np.ones(cells), -np.ones(cells), np.ones(len(inner)), np.ones(cells), -np.ones(len(inner))]
    setup_load = np.zeros((problem.n_centres, n_weeks))
    for centre, run, hours in zip(problem.centre, problem.run_h, problem.setup_h, strict=True):
        used = centre[item] >= 0
        rows.append(cells + (centre[item] * n_weeks + week)[used])
        columns.append(np.arange(lots)[used])
        values.append(run[item][used])
        np.add.at(setup_load, (centre[item][used], week[used]), hours[item][used])
    rows.append(cells + np.arange(slots))
    columns.append(over)
    values.append(-np.ones(slots))
    may_late = np.isfinite(problem.backlog)[:, None] & (np.arange(n_weeks) < n_weeks - 1)
    may_lose = np.isfinite(problem.unmet)[:, None] & (net > 0)
    cost = np.concatenate([
        np.zeros(lots), np.repeat(problem.holding, n_weeks), _finite(problem.backlog, n_weeks),
        _finite(problem.unmet, n_weeks), np.full(slots, problem.overtime_cost),
    ])  # fmt: skip
    upper = np.concatenate([
        np.full(lots + cells, np.inf), np.where(may_late, np.inf, 0.0).ravel(), np.where(may_lose, np.inf, 0.0).ravel(),
        problem.overtime_h.ravel(),
    ])  # fmt: skip
    shape = (cells + slots, len(cost))
    program = Program(
        cost=cost, lower=np.zeros(len(cost)), upper=upper,
        rows=sparse.coo_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape),
        row_lower=np.concatenate([net.ravel(), np.full(slots, -np.inf)]),
        row_upper=np.concatenate([net.ravel(), (problem.capacity_h - setup_load).ravel()]),
    )  # fmt: skip
    answer = solve_program(program, time_limit_s=time_limit_s)
    if answer.x is None:
        return None
    made = np.zeros_like(net)
    made[item, week] = answer.x[:lots]
    return made, answer.x[lost].reshape(net.shape)


def _finite(per_item: Floats, n_weeks: int) -> Floats:
    return np.repeat(np.where(np.isfinite(per_item), per_item, 0.0), n_weeks)
