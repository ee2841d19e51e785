"""Packing: a crew of its own behind the pickers, a steady rate in the hours of its warehouse; line after line as they were picked."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import Columns
from e2esim.domain.worktime import WorkTime

Rows = npt.NDArray[np.int32]
F = npt.NDArray[np.float64]


class Packing:
    """Picked rows that wait until they are packed; they may leave then, and the book calls that their hour of picking.

    In working hours the end of a line is that of the one before it, or its own picking where that is later, and its pieces at the rate
    (Lindley's recursion of one server).
    """

    def __init__(self, calendar: WorkTime, pieces_h: float, book: Columns) -> None:
        self.calendar, self.pieces_h, self.book = calendar, pieces_h, book
        self._waiting: Rows = np.empty(0, dtype=np.int32)
        self._done: F = np.empty(0)  # working hour in which each is packed
        self._free = 0.0  # the same of the last one that came

    def __len__(self) -> int:
        """Rows that wait."""
        return len(self._waiting)

    def step(self, rows: Rows, t: float) -> Rows:
        """Take in what was picked until ``t`` [h]; return the rows packed by then, in order."""
        if len(rows):
            self._take_on(rows)
        if not len(self._waiting):
            return rows
        m = int(np.searchsorted(self._done, self.calendar.elapsed(t) + 1e-9, side="right"))
        out = self._waiting[:m]
        self.book["picked"][out] = [min(self.calendar.add(0.0, hour), t) for hour in self._done[:m].tolist()]
        self._waiting, self._done = self._waiting[m:], self._done[m:]
        return out

    def _take_on(self, rows: Rows) -> None:
        came = np.array([self.calendar.elapsed(at) for at in self.book["picked"][rows].tolist()])
        takes = np.cumsum(self.book["quantity"][rows] / self.pieces_h)
        before = np.concatenate(([0.0], takes[:-1]))
        done = takes + np.maximum(np.maximum.accumulate(came - before), self._free)
        self._free = float(done[-1])
        self._waiting, self._done = np.concatenate([self._waiting, rows]), np.concatenate([self._done, done])
