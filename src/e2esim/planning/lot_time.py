"""Lots no longer than their lead time: what takes longer is divided, so that the next step works while the first goes on.

A promise counts with the planned lead time of an item. A lot that works longer than that comes late whatever else happens, and the work
centres behind the first stand idle meanwhile; a plant that is slow for its lots then makes half of what its hours allow.
"""

from __future__ import annotations

import numpy as np

from e2esim.domain.world import F, World


def most_in_lead_time(world: World, day_h: F) -> F:
    """Largest lot of each item whose steps, one after the other on one machine each, end within its planned lead time, (items,) [pcs].

    Parameters
    ----------
    day_h : (centres,)
        Hours that a machine of each work centre works on a day on which it works [h].

    Returns
    -------
    (items,) [pcs], in whole multiples of the lot and no smaller than the smallest lot; infinite where nothing is worked on.
    """
    w, r = world, world.routing
    owner = np.repeat(np.arange(w.items.n), np.diff(r.start))
    pace = np.maximum(w.centres.efficiency * day_h, 1e-9)[r.centre]
    fixed, piece = (np.bincount(owner, weights=hours / pace, minlength=w.items.n) for hours in (r.setup_h, r.run_h))
    days = np.maximum(np.ceil(w.items.lead_h / 24.0 - 1e-9), 1.0)
    most = np.divide(np.maximum(days - fixed, 0.0), piece, out=np.full(w.items.n, np.inf), where=piece > 0.0)
    multiple = np.maximum(w.items.lot_multiple, 1e-9)
    least = np.ceil(w.items.lot_min / multiple - 1e-9) * multiple
    return np.asarray(np.maximum(np.floor(most / multiple + 1e-9) * multiple, np.maximum(least, multiple)))


def divided(quantity: float, most: float, multiple: float) -> list[float]:
    """A lot as the fewest lots of at most ``most``, as even as whole multiples allow, the larger ones first [pcs].

    Examples
    --------
    >>> divided(48.0, 18.0, 1.0), divided(50.0, 20.0, 5.0), divided(12.0, 18.0, 1.0), divided(12.0, float("inf"), 1.0)
    ([16.0, 16.0, 16.0], [20.0, 15.0, 15.0], [12.0], [12.0])
    """
    if quantity <= most + 1e-9:
        return [quantity]
    number = int(np.ceil(quantity / most - 1e-9))
    steps = quantity / multiple
    if abs(steps - round(steps)) > 1e-6:  # what is measured, not counted
        return [quantity / number] * number
    each, more = divmod(round(steps), number)
    return [multiple * (each + (k < more)) for k in range(number)]
