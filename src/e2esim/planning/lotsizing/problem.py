"""What a capacitated lot-sizing problem is, what a plan for it is, and what a plan costs.

The planner's MPS: how much of each item to make in each week, when every lot costs a set-up, takes set-up time on the
work centres of its routing, and competes for their hours. Knows no solver.
"""

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class LotSizingProblem:
    """One MPS with set-ups: n_items x n_weeks, every item with a routing of up to n_steps work centres.

    Cost of a plan = set-ups + stock at the end of each week + backlog at the end of each week + pieces never delivered
    + overtime. Stock left of ``opening_stock`` costs nothing here: no decision changes it.

    Parameters
    ----------
    demand
        Pieces due by week, (n_items, n_weeks) [pcs].
    centre
        Work centre of each routing step, -1 for no step, (n_steps, n_items).
    run_h, setup_h
        Run time of a piece and set-up time of a lot at each step, (n_steps, n_items) [h].
    capacity_h
        Normal hours, (n_centres, n_weeks) [h].
    holding, backlog, setup_cost, unmet
        Per item, (n_items,): a piece in stock for a week, a piece late for a week, a lot, a piece of demand never
        delivered [EUR]. ``inf`` in ``backlog`` or ``unmet`` forbids it.
    overtime_cost
        Of an hour beyond ``capacity_h`` [EUR/h].
    overtime_share
        Most overtime as a share of ``capacity_h``; 0 makes capacity hard.
    opening_stock
        On hand before week 0, (n_items,) [pcs]; used up before anything is made.

    Raises
    ------
    ValueError
        With every fault of the data in one message.

    References
    ----------
    Trigeiro, Thomas and McClain (1989), Management Science 35(3): the single-centre case without backlog and overtime.
    """

    demand: Floats
    centre: Ints
    run_h: Floats
    setup_h: Floats
    capacity_h: Floats
    holding: Floats
    setup_cost: Floats
    backlog: Floats
    unmet: Floats
    opening_stock: Floats
    overtime_cost: float = 0.0
    overtime_share: float = 0.0

    def __post_init__(self) -> None:
        faults = _shape_faults(self) or _value_faults(self)
        if faults:
            raise ValueError("lot sizing: " + "; ".join(faults))

    @property
    def n_items(self) -> int:
        """Number of items."""
        return int(self.demand.shape[0])

    @property
    def n_weeks(self) -> int:
        """Number of weeks."""
        return int(self.demand.shape[1])

    @property
    def n_centres(self) -> int:
        """Number of work centres."""
        return int(self.capacity_h.shape[0])

    @property
    def overtime_h(self) -> Floats:
        """Most overtime, (n_centres, n_weeks) [h]."""
        return self.overtime_share * self.capacity_h

    def net_demand(self) -> Floats:
        """Demand left after the opening stock has been given out in due order, (n_items, n_weeks) [pcs]."""
        total = np.maximum(np.cumsum(self.demand, axis=1) - self.opening_stock[:, None], 0.0)
        return np.diff(total, axis=1, prepend=0.0)


class LotPlanStatus(Enum):
    """How far the answer can be trusted."""

    OPTIMAL = "optimal"  # proven within the stated gap of 1e-4
    FEASIBLE = "feasible"  # a plan with a proven gap
    INFEASIBLE = "infeasible"  # proven: no plan keeps all hard limits
    NO_PLAN = "no_plan"  # none found in the time given


@dataclass(frozen=True, kw_only=True)
class LotPlan:
    """Answer of :func:`e2esim.planning.lotsizing.solve`.

    ``quantities`` [pcs], ``setups`` and ``unmet`` [pcs] are (n_items, n_weeks), ``overtime_h`` is (n_centres, n_weeks);
    ``objective`` and the proven lower ``bound`` [EUR]; ``gap`` = objective / bound - 1; ``reasons`` says why there is
    no plan. Without a plan the arrays are zero and the objective is infinite.
    """

    status: LotPlanStatus
    quantities: Floats
    setups: Bools
    unmet: Floats
    overtime_h: Floats
    objective: float
    bound: float
    wall_s: float
    reasons: tuple[str, ...] = field(default=())

    @property
    def gap(self) -> float:
        """Proven relative distance to the optimum: objective / bound - 1 (infinite without plan or bound)."""
        if not np.isfinite(self.objective):
            return float("inf")
        if self.objective - self.bound <= 1e-9 * max(1.0, abs(self.objective)):
            return 0.0
        return self.objective / self.bound - 1.0 if self.bound > 0.0 else float("inf")


def load_hours(problem: LotSizingProblem, quantities: Floats, setups: Bools) -> Floats:
    """Hours that lots put on the work centres, (n_centres, n_weeks) [h].

    Examples
    --------
    >>> from e2esim.planning.lotsizing.tiny import TWO_ITEMS
    >>> load_hours(TWO_ITEMS, np.array([[6.0, 0.0], [0.0, 2.0]]), np.array([[True, False], [False, True]]))
    array([[7., 3.]])
    """
    load = np.zeros((problem.n_centres, problem.n_weeks))
    for centre, run, setup in zip(problem.centre, problem.run_h, problem.setup_h, strict=True):
        has = centre >= 0
        np.add.at(load, centre[has], run[has, None] * quantities[has] + setup[has, None] * setups[has])
    return load


def cost(problem: LotSizingProblem, quantities: Floats, setups: Bools, unmet: Floats) -> float:
    """Cost of a plan [EUR]; infinite where it breaks a hard limit by more than rounding.

    Parameters
    ----------
    quantities, setups, unmet
        Made, set up, never delivered, each (n_items, n_weeks) [pcs].

    Examples
    --------
    Two set-ups at 10, and three pieces of item 0 kept for a week at 1:

    >>> from e2esim.planning.lotsizing.tiny import TWO_ITEMS
    >>> made = np.array([[6.0, 0.0], [0.0, 2.0]])
    >>> cost(TWO_ITEMS, made, made > 0, np.zeros((2, 2)))
    23.0
    """
    net = problem.net_demand()
    stock = np.cumsum(quantities + unmet - net, axis=1)
    over = np.maximum(load_hours(problem, quantities, setups) - problem.capacity_h, 0.0)
    slack = 1e-6 * (1.0 + problem.capacity_h)
    tolerance = 1e-6 * (1.0 + net.sum(axis=1, keepdims=True))
    hard = (over > problem.overtime_h + slack).any() or ((quantities > tolerance) & ~setups).any()
    late = np.where(stock < -tolerance, -stock, 0.0)
    lost = np.where(unmet > tolerance, unmet, 0.0)
    if hard or (late[~np.isfinite(problem.backlog)] > 0).any() or (lost[~np.isfinite(problem.unmet)] > 0).any():
        return float("inf")
    if (late[:, -1] > 0).any():  # what is neither made nor declared unmet is not a plan
        return float("inf")
    backlog = np.where(np.isfinite(problem.backlog), problem.backlog, 0.0)
    unmet_cost = np.where(np.isfinite(problem.unmet), problem.unmet, 0.0)
    return float(
        (problem.setup_cost[:, None] * setups).sum()
        + (problem.holding[:, None] * np.maximum(stock, 0.0)).sum()
        + (backlog[:, None] * late).sum()
        + (unmet_cost[:, None] * lost).sum()
        + problem.overtime_cost * over.sum()
    )


def _shape_faults(p: LotSizingProblem) -> list[str]:
    if p.demand.ndim != 2 or p.capacity_h.ndim != 2 or p.centre.ndim != 2:
        return ["demand, capacity_h and centre must be two-dimensional"]
    items, weeks = p.demand.shape
    expected = {
        "centre": (p.centre.shape[0], items), "run_h": p.centre.shape, "setup_h": p.centre.shape,
        "capacity_h": (p.capacity_h.shape[0], weeks),
        **dict.fromkeys(("holding", "setup_cost", "backlog", "unmet", "opening_stock"), (items,)),
    }  # fmt: skip
    return [
        f"{name} has shape {getattr(p, name).shape}, expected {shape}"
        for name, shape in expected.items()
        if getattr(p, name).shape != shape
    ]


def _value_faults(p: LotSizingProblem) -> list[str]:
    faults = []
    names = ("demand", "run_h", "setup_h", "capacity_h", "holding", "setup_cost", "backlog", "unmet", "opening_stock")
    for name in names:
        values = getattr(p, name)
        may_be_inf = name in ("backlog", "unmet")
        wrong = np.isnan(values) | (values < 0) | (np.isinf(values) & (not may_be_inf))
        if wrong.any():
            where = tuple(int(k) for k in np.argwhere(wrong)[0])
            faults.append(f"{name}{list(where)} = {values[where]} must be a number >= 0")
    if (p.centre < -1).any() or (p.centre >= p.n_centres).any():
        faults.append(f"centre must lie in -1..{p.n_centres - 1}")
    if not p.overtime_cost >= 0 or not 0 <= p.overtime_share < np.inf:
        faults.append("overtime_cost and overtime_share must be finite and >= 0")
    return faults
