"""Inspection of returned goods: a crew of its own at a steady rate in the plant's hours, first come first served."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import Columns
from e2esim.domain.world import World

Rows = npt.NDArray[np.int32]
F = npt.NDArray[np.float64]


class Inspection:
    """Rows that have come back and wait to be looked at; a large row goes on in the next tick, idle time is lost."""

    def __init__(self, world: World, book: Columns) -> None:
        self.book, self.tick_h = book, world.settings.horizon.tick_h
        self.calendar, self.pieces_h = world.plant.calendar, world.plant.inspection_pcs_h
        self._waiting: Rows = np.empty(0, dtype=np.int32)
        self._came: F = np.empty(0)  # [h]
        self._begun = 0.0  # pieces of the first row already looked at

    def __len__(self) -> int:
        """Rows that wait."""
        return len(self._waiting)

    def step(self, rows: Rows, t: float) -> tuple[Rows, F]:
        """Take in what came, work through (t - tick, t] [h]; return the rows done and the days that they waited, (n,) each."""
        work = self.calendar.hours(t - self.tick_h, t) * self.pieces_h
        ahead = np.cumsum(self.book["quantity"][self._waiting].astype(np.float64)) - self._begun
        done = int(np.searchsorted(ahead, work + 1e-9, side="right"))
        out, waited = self._waiting[:done], (t - self._came[:done]) / 24.0
        if done == len(self._waiting):
            self._begun = 0.0
        else:
            self._begun = work - ahead[done - 1] if done else self._begun + work
        self._waiting = np.concatenate([self._waiting[done:], rows])
        self._came = np.concatenate([self._came[done:], np.full(len(rows), t)])
        return out, waited
