"""Hours of the master plan that second choices of work centres may do: which, at what pace, at what price.

Ways of one pace between two work centres are one way of the plan. Run times move, set-ups stay counted at the first choice.
"""

from __future__ import annotations

import numpy as np

from e2esim.domain.world import F, World
from e2esim.planning.mps import HoursElsewhere

LEAST_DEARER = 0.01  # of its cost that an hour done elsewhere counts as dearer at least, so that the first choice is asked first; assumed


def hours_elsewhere(world: World, sold: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> HoursElsewhere | None:
    """What second choices may do of a finished piece of the items ``sold``; None where there are none."""
    r, c = world.routing, world.centres
    owner = np.repeat(np.arange(world.items.n), np.diff(r.start))
    found: dict[tuple[int, int, float], F] = {}
    for k, ways in enumerate(r.others):
        for way in ways:
            if r.run_h[k] <= 0.0:
                continue
            key = (int(r.centre[k]), way.centre, round(way.run_h / float(r.run_h[k]), 9))
            found.setdefault(key, np.zeros(world.items.n))[owner[k]] += r.run_h[k]
    if not found:
        return None
    first, other = (np.array([key[side] for key in found], dtype=np.int64) for side in (0, 1))
    pace, own = np.array([key[2] for key in found]), np.array(list(found.values()))
    eur_h = c.cost_eur_h / c.efficiency
    dearer = np.maximum(pace * eur_h[other] - eur_h[first], np.maximum(LEAST_DEARER * eur_h[first], 1e-3))
    return HoursElsewhere(first=first, other=other, pace=pace, hours=(own + own @ world.bom.flat.T)[:, sold], eur=world.settings.scale * dearer)
