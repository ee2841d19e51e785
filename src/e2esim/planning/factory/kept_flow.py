"""The fractional plan kept in a solver: limits moved a little, and what the optimum makes of it.

Owns the mapping from limits of the plan (hours of a week, pieces on a day) to rows and columns of the programme.
"""

from __future__ import annotations

import time

import numpy as np

from e2esim.planning.factory.flow_model import FlowModel
from e2esim.planning.factory.problem import Floats, Ints
from e2esim.planning.kept_lp import KeptLp, Terms


class KeptFlow:
    """One `FlowModel` in a solver that goes on from its last solution.

    Parameters
    ----------
    model
        The programme.
    until
        Value of `time.perf_counter` after which no question is answered any more.
    """

    def __init__(self, model: FlowModel, until: float) -> None:
        self.model, self.until = model, until
        at = model.rows().tocoo()
        terms = Terms()
        terms.add(at.row, at.col, at.data)
        self.lp = KeptLp(cost=model.cost, terms=terms, n_rows=model.low.size)
        self.lp.bound_columns(0, model.upper)
        self.lp.bound_rows(0, model.low, model.high)

    def left_s(self) -> float:
        """Seconds left."""
        return self.until - time.perf_counter()

    def solve(self, most_s: float = np.inf) -> bool:
        """Minimise; false when time is up."""
        limit_s = min(self.left_s(), most_s)
        return limit_s > 0 and self.lp.solve(limit_s)

    def late(self) -> float:
        """Weighted late pieces of the last solution."""
        return self.model.late_weight(self.lp.objective())

    def prices(self) -> Floats:
        """What one unit more of each row's limit saves in the last solution, one of the possible ones, (n_rows,)."""
        duals = self.lp.duals(0, self.model.low.size)
        return np.where(np.arange(duals.size) >= self.model.first_cap, -duals, duals)

    def price(self, row: int) -> float:
        """The same of one row."""
        dual = float(self.lp.duals(row, 1)[0])
        return -dual if row >= self.model.first_cap else dual

    def give(self, row: int, amount: float) -> None:
        """Let a row have `amount` more than the facts say: hours of a week, or pieces on an event's day."""
        m = self.model
        if row >= m.first_cap:
            self.lp.bound_rows(row, m.low[row : row + 1], m.high[row : row + 1] + amount)
        else:
            self.lp.bound_rows(row, m.low[row : row + 1] - amount, m.high[row : row + 1] - amount)

    def delivered(self) -> Floats:
        """Pieces on time of every demand cell in the last solution, (n_cells,)."""
        return self.lp.values(self.model.first_u, self.model.cell_qty.size)

    def add_purchases(self, events: Ints) -> int:
        """Add a column for each of some events that brings pieces then, closed at first; returns the first column."""
        terms = Terms()
        terms.add(events, np.arange(events.size), 1.0)
        return self.lp.add_columns(np.zeros(events.size), terms, np.zeros(events.size))

    def add_starts(self, slots: Ints, sooner: int, flow_days: Ints, output: Ints, uses: tuple[Ints, Ints, Floats]) -> int:
        """Add a twin of some slots whose output comes `sooner` days earlier, closed at first; returns the first column.

        Parameters
        ----------
        flow_days, output : (n_slots,)
            Flow time and node filled by the step of every slot of the model.
        uses
            Row of `slots`, node and pieces a piece of all their inputs.
        """
        m, terms = self.model, Terms()
        row, ok = m.events.at_or_after(output[slots], m.slots.day[slots] + flow_days[slots] - sooner)
        terms.add(row[ok], np.flatnonzero(ok), 1.0)
        which, node, qty = uses
        row, ok = m.events.at_or_after(node, m.slots.take_day[slots][which])
        terms.add(row[ok], which[ok], -qty[ok])
        terms.add(m.first_cap + m.cap_row[slots], np.arange(slots.size), m.slots.run_h[slots])
        return self.lp.add_columns(np.zeros(slots.size), terms, np.zeros(slots.size))

    def open(self, first: int, which: Ints) -> None:
        """Take the bound off some columns, counted from `first`."""
        for k in which.tolist():
            self.lp.bound_columns(first + k, np.array([np.inf]))

    def shut(self, first: int, which: Ints) -> None:
        """Close some columns, counted from `first`."""
        for k in which.tolist():
            self.lp.bound_columns(first + k, np.zeros(1))
