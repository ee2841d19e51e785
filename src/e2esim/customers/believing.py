"""What people share as a belief about a brand: what the firm claims of it, as far as nobody's words contradict.

A claim is said where the firm controls what is said and nobody asks it: touchpoints controlled and not direct before a purchase. Who was told
believes that the brand gives ``brands.claim`` more than it does, less what the words in his market fall short of the usual, and never less
than nothing. Belief moves his choice like a word of the same size; who buys in it expects what he believes, and misses part of it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.customers.touching import BEFORE, rows_by_place
from e2esim.domain.world import PHASES, World

F = npt.NDArray[np.float64]

MISSED = 0.5  # [share] of what was believed and is not there that is felt as missing, assumed (disconfirmation: Szymanski and Henard 2001)


def told(world: World) -> F:
    """Share of the consumers of each channel whom the firm tells what it claims, (channels,)."""
    t, silent = world.touch, np.ones((len(world.channels.ids), len(PHASES)))
    for place, p in rows_by_place(t):
        if t.controlled[p] and not t.direct[p]:
            silent.flat[place] *= 1.0 - t.reach[p]
    return np.asarray(1.0 - silent[:, BEFORE].prod(axis=1))


def claimed(world: World) -> F:
    """What is claimed of each item beyond what it gives, (items,) [satisfaction]."""
    brand = world.items.brand
    return np.where(brand >= 0, world.claim[brand], 0.0) if len(world.claim) else np.zeros(world.items.n)


def believed(claim: F, reputation: F) -> F:
    """What those who were told believe of each item in each market, (markets, items) [satisfaction].

    >>> believed(np.array([0.3, 0.0]), np.array([0.1, -0.1, -0.5])).round(6).tolist()
    [[0.3, 0.0], [0.2, 0.0], [0.0, 0.0]]
    """
    if not claim.any():  # asked at every purchase of every company
        return np.zeros((reputation.size, claim.size))
    return np.asarray(np.maximum(0.0, claim[None, :] + np.where(claim > 0.0, np.minimum(0.0, reputation)[:, None], 0.0)))
