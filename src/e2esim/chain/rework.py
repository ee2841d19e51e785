"""Rework at the plant: faulty pieces of a lot that go through a part of their routing again, as a lot of their own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.rework import Rework
from e2esim.domain.world import World

F = npt.NDArray[np.float64]


class PutRight:
    """How many faulty pieces are put right, and what their operations take; no clock."""

    def __init__(self, world: World, rework: Rework) -> None:
        made = world.items.made
        efficiency = np.ones(world.items.n)
        efficiency[made] = world.centres.efficiency[world.routing.centre[(world.routing.start[:-1] + rework.step)[made]]]
        self._first_h = (rework.run_h / efficiency).tolist()
        self._step, self._share, self._eur = rework.step.tolist(), rework.share.tolist(), rework.eur.tolist()
        self._carry: F = np.zeros(world.items.n)  # pieces to be put right, not yet whole

    def pieces(self, item: int, faulty: float) -> float:
        """Whole pieces of ``faulty`` ones that go back: the expected number, its fraction carried on."""
        due = float(self._carry[item]) + faulty * self._share[item]
        whole = min(float(np.floor(due + 1e-9)), faulty)
        self._carry[item] = due - whole
        return whole

    def step(self, item: int) -> int:
        """Operation at which they begin."""
        return int(self._step[item])

    def run_h(self, item: int, step: int, usual: float) -> float:
        """Machine hours of a piece at an operation that it passes again."""
        return float(self._first_h[item]) if step == self._step[item] else usual

    def material_eur(self, item: int, pieces: float) -> float:
        """What goes into ``pieces`` [EUR]."""
        return float(self._eur[item]) * pieces
