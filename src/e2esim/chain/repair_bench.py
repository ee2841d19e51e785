"""The plant's repair bench: returned pieces that can be sold again once they are repaired; a steady rate, first come first served."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.chain.stock import Stock
from e2esim.domain.world import World

F = npt.NDArray[np.float64]


class RepairBench:
    """Pieces that wait for their repair: on hand and reserved; idle time is lost."""

    def __init__(self, world: World, stock: Stock) -> None:
        self.stock, self.tick_h = stock, world.settings.horizon.tick_h
        self.calendar, self.pieces_h = world.plant.calendar, world.plant.repair_pcs_h
        self._waiting: list[list[float]] = []  # item and pieces, one batch after the other
        self._begun = 0.0  # of the piece in hand, in pieces

    def __len__(self) -> int:
        """Pieces that wait."""
        return int(sum(pieces for _, pieces in self._waiting))

    def push(self, pieces: F) -> None:
        """Take on ``pieces`` (items,) that have been put on hand."""
        for item in np.flatnonzero(pieces > 0.0).tolist():
            self.stock.reserve(item, float(pieces[item]))
            self._waiting.append([item, float(pieces[item])])

    def step(self, t: float) -> None:
        """Work through (t - tick, t] [h]; what is repaired is free."""
        if not self._waiting:
            return
        work = self._begun + self.calendar.hours(t - self.tick_h, t) * self.pieces_h
        while self._waiting and work >= 1.0 - 1e-9:
            item, pieces = int(self._waiting[0][0]), self._waiting[0][1]
            done = min(pieces, np.floor(work + 1e-9))
            self.stock.reserve(item, -done)
            self.stock.news(item)
            work -= done
            self._waiting[0][1] -= done
            if self._waiting[0][1] <= 0.0:
                del self._waiting[0]
        self._begun = max(work, 0.0) if self._waiting else 0.0
