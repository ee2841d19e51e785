"""A linear programme kept alive between runs: built once from arrays, then only its bounds move.

Minimise cost @ x subject to low <= A @ x <= high and 0 <= x <= upper. The solver is OR-Tools' CLP through pywraplp:
moved bounds leave its last basis dual feasible, so the next solution starts from it. Measured on the MPS of 64 items,
13 weeks, 7 work centres and 25 materials: CLP kept alive 9-40 ms, GLOP kept alive 15-90 ms (and seen to cycle for
ever on a degenerate promise allocation), HiGHS built anew 22-75 ms (and it prints its banner on the standard output).

The answer may depend on the runs before it where several solutions are equally good: keep one programme for one
replication, and two replications of one seed agree to the last bit.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from ortools.linear_solver import linear_solver_pb2, pywraplp
from scipy import sparse

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# the functions behind the methods of variables and constraints: half the time of a call goes into the method around it
_swig = pywraplp._pywraplp


_INSIDE = 1e-6  # by which a value must lie between its bounds, or a reduced cost from nothing, to say whether a column is basic


class Terms:
    """Coordinates of a sparse matrix under construction; ``add`` broadcasts rows, columns and values together."""

    def __init__(self) -> None:
        self.row: list[Ints] = []
        self.column: list[Ints] = []
        self.value: list[Floats] = []

    def add(self, row: npt.ArrayLike, column: npt.ArrayLike, value: npt.ArrayLike) -> None:
        """Add the coefficients ``value`` at (row, column)."""
        r, c, v = np.broadcast_arrays(
            np.asarray(row, dtype=np.int64), np.asarray(column, dtype=np.int64), np.asarray(value, dtype=np.float64)
        )
        self.row.append(r.ravel())
        self.column.append(c.ravel())
        self.value.append(v.ravel())


class KeptLp:
    """One minimisation whose matrix and costs stay while bounds of rows and columns move.

    Parameters
    ----------
    cost : ndarray, (n_columns,)
        Cost of a unit of each column.
    terms
        The coefficients; a (row, column) pair may occur once only.
    n_rows
        Rows of the matrix; they are free until :meth:`bound_rows` is called.

    Examples
    --------
    >>> terms = Terms()
    >>> terms.add(0, [0, 1], 1.0)
    >>> lp = KeptLp(cost=np.array([1.0, 3.0]), terms=terms, n_rows=1)
    >>> lp.bound_columns(0, np.array([4.0, 9.0]))
    >>> lp.bound_rows(0, np.array([6.0]), np.array([np.inf]))
    >>> lp.solve(), lp.values(0, 2).tolist(), lp.duals(0, 1).tolist()
    (True, [4.0, 2.0], [3.0])
    """

    def __init__(self, *, cost: Floats, terms: Terms, n_rows: int) -> None:
        self._cost = np.array(cost, dtype=np.float64)
        self._triplets = (
            np.concatenate(terms.row).tolist(),
            np.concatenate(terms.column).tolist(),
            np.concatenate(terms.value).tolist(),
        )
        self._upper = np.full(cost.size, np.inf)
        self._low = np.full(n_rows, -np.inf)
        self._high = np.full(n_rows, np.inf)
        self._matrix: sparse.csc_matrix | None = None
        self._found: tuple[Floats, Floats] | None = None
        self._told = linear_solver_pb2.MPSolutionResponse()  # the last solution
        self._history: list[tuple[Floats, Floats, Floats]] | None = None  # upper, low, high of every solution asked for
        self._build("CLP")

    def remember(self) -> None:
        """Write down from now on what is asked, so that `repeat` can bring another programme into the same state."""
        self._history = []

    def history(self) -> dict[str, Floats]:
        """Bounds at every solution asked for since `remember`, (n_solutions, n_columns) and (n_solutions, n_rows), and as they are now.

        Raises
        ------
        ValueError
            If nobody asked to remember.
        """
        if self._history is None:
            raise ValueError("a linear programme that does not remember its solutions cannot be written down")
        asked = [*self._history, (self._upper, self._low, self._high)]
        upper, low, high = (np.array([one[k] for one in asked]) for k in range(3))
        return {"upper": upper, "low": low, "high": high}

    def repeat(self, history: dict[str, Floats]) -> None:
        """Solve again, in its order, what another programme solved: the solver's basis and factors are those of its whole life.

        >>> def shop() -> KeptLp:
        ...     terms = Terms()
        ...     terms.add(0, [0, 1], 1.0)
        ...     lp = KeptLp(cost=np.array([1.0, 1.0]), terms=terms, n_rows=1)  # two answers are equally good
        ...     lp.remember()
        ...     return lp
        >>> def ask(lp: KeptLp, need: float) -> list[float]:
        ...     lp.bound_rows(0, np.array([need]), np.array([np.inf]))
        ...     return lp.values(0, 2).tolist() if lp.solve() else []
        >>> first, second = shop(), shop()
        >>> first.bound_columns(0, np.array([4.0, 4.0]))
        >>> _ = ask(first, 2.0), ask(first, 5.0)
        >>> second.repeat(first.history())
        >>> ask(first, 3.0) == ask(second, 3.0)
        True
        """
        last = len(history["upper"]) - 1
        for k, (upper, low, high) in enumerate(zip(history["upper"], history["low"], history["high"], strict=True)):
            self.bound_columns(0, upper)
            self.bound_rows(0, low, high)
            if k < last:
                self.solve()

    def _build(self, name: str) -> None:
        """Write the whole programme, bounds of today included, into a new solver."""
        solver = pywraplp.Solver.CreateSolver(name)
        if solver is None:
            raise RuntimeError(f"OR-Tools was built without {name}")
        self._solver = solver
        self._x = [solver.NumVar(0.0, upper, "") for upper in self._upper.tolist()]
        self._rows = [
            solver.Constraint(low, high) for low, high in zip(self._low.tolist(), self._high.tolist(), strict=True)
        ]
        put, rows, columns = _swig.Constraint_SetCoefficient, self._rows, self._x
        for row, column, value in zip(*self._triplets, strict=True):
            put(rows[row], columns[column], value)
        objective = solver.Objective()
        for x, cost in zip(self._x, self._cost.tolist(), strict=True):
            objective.SetCoefficient(x, cost)
        objective.SetMinimization()

    def bound_columns(self, first: int, upper: Floats) -> None:
        """Set the upper bounds of the columns from ``first`` on; calls the solver only for those that move."""
        moved = np.flatnonzero(self._upper[first : first + upper.size] != upper)
        put, columns = _swig.Variable_SetUb, self._x
        for k, high in zip((first + moved).tolist(), upper[moved].tolist(), strict=True):
            put(columns[k], high)
        self._upper[first : first + upper.size] = upper

    def bound_rows(self, first: int, low: Floats, high: Floats) -> None:
        """Set both bounds of the rows from ``first`` on."""
        last = first + high.size
        moved = np.flatnonzero((self._low[first:last] != low) | (self._high[first:last] != high))
        put, rows = _swig.Constraint_SetBounds, self._rows
        for k, least, most in zip((first + moved).tolist(), low[moved].tolist(), high[moved].tolist(), strict=True):
            put(rows[k], least, most)
        self._low[first:last], self._high[first:last] = low, high

    def add_columns(self, cost: Floats, terms: Terms, upper: Floats) -> int:
        """Add columns behind the others, and return the first of them; `terms` count columns from it."""
        first = self._cost.size
        self._cost = np.concatenate([self._cost, cost])
        self._upper = np.concatenate([self._upper, upper])
        objective = self._solver.Objective()
        for c, u in zip(cost.tolist(), upper.tolist(), strict=True):
            x = self._solver.NumVar(0.0, u, "")
            objective.SetCoefficient(x, c)
            self._x.append(x)
        new = [np.concatenate(part).tolist() for part in (terms.row, terms.column, terms.value)]
        for row, column, value in zip(*new, strict=True):
            self._rows[row].SetCoefficient(self._x[first + column], value)
        for kept, more in zip(self._triplets, ([*new[0]], [first + k for k in new[1]], [*new[2]]), strict=True):
            kept.extend(more)
        return first

    def price_columns(self, first: int, cost: Floats) -> None:
        """Set the costs of the columns from ``first`` on; calls the solver only for those that move."""
        objective = self._solver.Objective()
        for k in np.flatnonzero(self._cost[first : first + cost.size] != cost).tolist():
            objective.SetCoefficient(self._x[first + k], float(cost[k]))
        self._cost[first : first + cost.size] = cost

    def solve(self, limit_s: float | None = None) -> bool:
        """Minimise; true if an optimum was found. A failed warm start is tried once more from nothing, then by GLOP.

        With a limit [s] there is one try, and false may mean that it was too short.
        """
        self._found = None
        if self._history is not None:
            self._history.append((self._upper.copy(), self._low.copy(), self._high.copy()))
        if limit_s is not None:
            self._solver.SetTimeLimit(max(1, round(1000 * limit_s)))
        if self._solver.Solve() == pywraplp.Solver.OPTIMAL:
            return True
        if limit_s is not None:
            return False
        for name in ("CLP", "GLOP"):
            self._build(name)
            if self._solver.Solve() == pywraplp.Solver.OPTIMAL:
                return True
        self._build("CLP")
        return False

    def values(self, first: int, size: int) -> Floats:
        """Values of ``size`` columns from ``first`` on."""
        return self._solution()[0][first : first + size].copy()

    def values_at(self, columns: Ints) -> Floats:
        """Values of the given columns."""
        return self._solution()[0][columns]

    def duals(self, first: int, size: int) -> Floats:
        """Change of the minimum for a unit more on the right side of ``size`` rows from ``first`` on."""
        return self._solution()[1][first : first + size].copy()

    def _solution(self) -> tuple[Floats, Floats]:
        """Values of all columns and duals of all rows, read from the solver in one message, once a solution."""
        if self._found is None:
            told = linear_solver_pb2.MPSolutionResponse()
            self._solver.FillSolutionResponseProto(told)
            self._found = np.array(told.variable_value, dtype=np.float64), np.array(told.dual_value, dtype=np.float64)
            self._told = told
        return self._found

    @property
    def n_rows(self) -> int:
        """Rows."""
        return int(self._low.size)

    @property
    def n_columns(self) -> int:
        """Columns."""
        return int(self._cost.size)

    def matrix(self) -> sparse.csc_matrix:
        """The coefficients, (n_rows, n_columns)."""
        if self._matrix is None or self._matrix.shape[1] != self.n_columns:
            row, column, value = self._triplets
            self._matrix = sparse.csc_matrix((value, (row, column)), shape=(self.n_rows, self.n_columns))
        return self._matrix

    def row_bounds(self) -> tuple[Floats, Floats]:
        """Bounds of all rows, low and high."""
        return self._low.copy(), self._high.copy()

    def upper(self) -> Floats:
        """Upper bounds of all columns."""
        return self._upper.copy()

    def basic(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Which columns and which rows are basic in the last solution, (n_columns,) and (n_rows,)."""
        basic, ask = pywraplp.Solver.BASIC, _swig.Variable_basis_status
        values, x = self._solution()[0], self._x
        reduced = np.array(self._told.reduced_cost, dtype=np.float64)
        columns = (values > _INSIDE) & (values < self._upper - _INSIDE)  # between its bounds only a basic one lies
        for k in np.flatnonzero(~columns & (np.abs(reduced) <= _INSIDE)).tolist():  # what costs to move is not basic
            columns[k] = ask(x[k]) == basic
        return columns, np.fromiter(map(_swig.Constraint_basis_status, self._rows), dtype=np.int64, count=self.n_rows) == basic

    def objective(self) -> float:
        """The minimum found."""
        return float(self._solver.Objective().Value())
