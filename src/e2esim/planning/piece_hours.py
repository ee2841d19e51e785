"""Hours of a finished piece on every work centre, all levels of the bill and the set-ups of usual lots included."""

from __future__ import annotations

import numpy as np

from e2esim.domain.world import F, World


def piece_hours(world: World, level: F) -> F:
    """Hours of each item, (centres, items) [h/unit].

    Parameters
    ----------
    level : (items,)
        Weekly demand of the sold items [pcs/week]; what is sold is made in weekly lots, what goes into it in daily ones,
        none smaller than the smallest lot.
    """
    w = world
    flow = level + level @ w.bom.flat
    smallest = np.maximum(w.items.lot_min * w.settings.planning.lot_factor, 1.0)
    lot = np.maximum(smallest, np.where(w.items.sold, flow, flow / 7.0))
    setups = w.routing.setup_hours / lot
    return np.asarray(w.routing.centre_hours + setups + setups @ w.bom.flat.T)
