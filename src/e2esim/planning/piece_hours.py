"""Hours of a finished piece on every work centre, all levels of the bill, usual set-ups and changeovers included."""

from __future__ import annotations

import numpy as np

from e2esim.domain.world import F, World

_WORKING_DAYS = 5.0  # a week, for counting lots a day


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
    setups = (w.routing.setup_hours + _expected_changeovers(w, flow / lot)) / lot
    return np.asarray(w.routing.centre_hours + setups + setups @ w.bom.flat.T)


def _expected_changeovers(world: World, lots: F) -> F:
    """Changeover hours before a lot of each item, (centres, items) [h]; ``lots`` a week (items,).

    As if lots came in no order, and a work centre of m machines met m - 1 of m of them with a machine already set up;
    where lots are sequenced by the day, a family is changed to once a day at most.
    """
    c, r = world.changeovers, world.routing
    if not c.hours.any():
        return np.zeros((len(world.centres.ids), world.items.n))
    visits = np.zeros((len(world.centres.ids), world.items.n), dtype=bool)
    visits[r.centre, np.repeat(np.arange(world.items.n), np.diff(r.start))] = True
    of_family = np.zeros((len(world.centres.ids), len(c.families)))
    for centre in range(len(world.centres.ids)):
        np.add.at(of_family[centre], c.family, np.where(visits[centre], lots, 0.0))
    once = np.ones_like(of_family)
    if world.settings.planning.sequence != "release":
        once /= np.maximum(1.0, of_family / _WORKING_DAYS)
    share = of_family / np.maximum(of_family.sum(axis=1, keepdims=True), 1e-9)
    hours = c.expected(share) * once[:, c.family] / world.centres.machines[:, None]
    return np.asarray(np.where(visits, hours, 0.0))
