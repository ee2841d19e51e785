"""What serving a piece is expected to cost, by demand cell and item: the accounts of the ledger between goods and contribution.

The run posts these costs when they happen; a plan needs them before. Same rates, same accounts, so that the contribution of a
plan and that of a run mean the same. Penalties are left out: a plan keeps its dates.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import ReturnCause
from e2esim.domain.dispatch import charged_m3
from e2esim.domain.liking import of_mix
from e2esim.domain.world import PHASES, SERVICES, World

F = npt.NDArray[np.float64]

_OWN = 2  # buyer code of own branches
_BEFORE = PHASES.index("buy")


def serving_eur(world: World) -> F:
    """Freight, warehouse, commission, services less their fees, credits for returns and touchpoints of a piece, (cells, items) [EUR/pcs]."""
    w, c = world, world.cells
    price = np.nan_to_num(w.price[:, c.channel].T)
    invoiced = ~w.channels.stockist[c.channel] | (w.channels.buyer[c.channel] == _OWN)  # to the consumer
    pair = 1.0 + w.items.pair_share[None, :]
    freight = _freight(world) + _picking(world)
    commission = w.channels.commission[c.channel, None] * price
    services = np.where(invoiced, _services(world), 0.0)[:, None] / pair
    touched = np.zeros((len(w.channels.ids), len(PHASES)))
    np.add.at(touched.reshape(-1), np.repeat(np.arange(len(w.touch.start) - 1), np.diff(w.touch.start)), of_mix(w, w.touch.eur))
    touched = touched[c.channel]
    before = touched[:, : _BEFORE].sum(axis=1) / w.settings.market.conversion
    touch = (before + touched[:, _BEFORE:-1].sum(axis=1))[:, None] / pair  # all phases but assistance
    return np.asarray(freight + commission + services + touch + _credits(world, price))


def contribution_eur(world: World) -> F:
    """Expected contribution of a piece: price, less goods at standard, less serving, (cells, items) [EUR/pcs]; 0 where not sold."""
    price = world.price[:, world.cells.channel].T
    gain = np.nan_to_num(price) - world.items.cost_eur[None, :] - serving_eur(world)
    return np.where(np.isnan(price), 0.0, gain)


def _freight(world: World) -> F:
    """Freight of a piece with its part of the line's drop, (cells, items) [EUR/pcs]."""
    w, c = world, world.cells
    lane = w.lanes.of[c.channel, c.market]
    room = np.array([*charged_m3(w), w.items.volume_m3])  # the last one is that of no lane
    m3 = np.where(lane >= 0, w.lanes.cost_eur_m3[lane], 0.0)[:, None] * room[lane]
    drop = np.where(lane >= 0, w.lanes.cost_eur_line[lane], 0.0)
    return np.asarray(m3 + drop[:, None] / pieces_a_line(world))


def _picking(world: World) -> F:
    """Picking and packing of a piece at the site that serves each cell, (cells, 1) [EUR/pcs]."""
    lane = world.lanes.of[world.cells.channel, world.cells.market]
    each = np.array([site.picking_cost_eur for site in world.sites])
    return np.asarray(each[np.where(lane >= 0, world.lanes.site[lane], 0)][:, None])


def pieces_a_line(world: World) -> F:
    """Mean pieces of an order line of the plant: a purchase, or what accounts sell between two orders, (cells, items) [pcs]."""
    w, c = world, world.cells
    size = np.tile(1.0 + w.items.pair_share, (len(c.channel), 1))
    for cell in np.flatnonzero(w.channels.stockist[c.channel]):
        members = c.account_order[c.account_start[cell] : c.account_start[cell + 1]]
        if len(members):
            sold = c.yearly[cell] / len(members) / 365.0 * float(w.accounts.review_d[members].mean())
            size[cell] = np.maximum(np.where(sold > 1e-9, sold / -np.expm1(-np.maximum(sold, 1e-9)), 1.0), 1.0)  # Poisson, given that there is one
    return size


def _services(world: World) -> F:
    """Services of a purchase less what is paid for them, (cells,) [EUR]."""
    w, s, c = world, world.services, world.cells
    install = w.channels.install[c.channel] * s.use[SERVICES.index("installation")]
    again = 1.0 + s.effect[SERVICES.index("installation")]  # a failed installation is done twice
    used = np.vstack(
        [
            np.full(len(c.channel), s.use[SERVICES.index("financing")]),
            np.where(w.channels.stockist[c.channel], 0.0, s.use[SERVICES.index("needs_analysis")]),
            install,
            install * s.use[SERVICES.index("used_collection")],
            np.full(len(c.channel), s.use[SERVICES.index("use_followup")]),
        ]
    )
    cost = s.cost_eur.copy()
    cost[SERVICES.index("installation")] *= again
    return np.asarray((cost - s.price_eur) @ used)


def _credits(world: World, price: F) -> F:
    """Credits for what is expected to come back, less what it is still worth, (cells, items) [EUR/pcs]."""
    w, c = world, world.cells
    second = w.channels.second_thoughts[c.channel, None] * _lost(w, ReturnCause.SECOND_THOUGHTS, price)
    defect = w.items.defect[None, :] * _lost(w, ReturnCause.DEFECT, price)
    unsold = np.zeros(len(c.channel))
    for cell in np.flatnonzero(w.channels.buyer[c.channel] == 1):
        members = c.account_order[c.account_start[cell] : c.account_start[cell + 1]]
        if len(members):
            held_d = float((w.accounts.cover_d[members] + 0.5 * w.accounts.review_d[members]).mean())
            unsold[cell] = w.channels.unsold_y[c.channel[cell]] * held_d / 365.0
    return np.asarray(second + defect + unsold[:, None] * np.maximum(_lost(w, ReturnCause.UNSOLD, price), 0.0))


def _lost(world: World, cause: ReturnCause, price: F) -> F:
    """What a piece that comes back costs: its price, less what it is worth still, with its treatment, (cells, items) [EUR]."""
    t, items = world.treatment, world.items
    left = price * (1.0 - t.b_grade(cause) * items.resale[None, :]) - t.sellable(cause) * items.cost_eur[None, :]
    return np.asarray(left + (t.cost_eur(cause) + world.plant.inspection_eur))
