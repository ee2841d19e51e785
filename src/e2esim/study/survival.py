"""How long a firm can do without a node of its chain, and how long it then needs, from stocks and rates alone.

D. Simchi-Levi et al., Identifying risks and mitigating disruptions in the automotive supply chain, Interfaces 45, 2015: time to survive is
the longest time for which demand is met without the node, time to recover the time until all is as before.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.build.months import month_of
from e2esim.domain.disturbances import Blow
from e2esim.domain.world import World

F = npt.NDArray[np.float64]

NODES = (Blow.SUPPLIER, Blow.WORK_CENTRE, Blow.SITE, Blow.MODE, Blow.FLEET)  # kinds of nodes that are knocked out


class ChainNode(NamedTuple):
    """A node that may fail."""

    kind: Blow
    name: str

    def __str__(self) -> str:
        return f"{self.kind.name.lower()} {self.name}"


def nodes(world: World) -> list[ChainNode]:
    """Suppliers, work centres, plants and warehouses, ways of transport that are used."""
    used = {*world.supply.mode[np.arange(len(world.supply.item))].tolist(), *world.lanes.mode.tolist()}
    return [
        *(ChainNode(Blow.SUPPLIER, name) for k, name in enumerate(world.supply.suppliers) if k in world.supply.supplier),
        *(ChainNode(Blow.WORK_CENTRE, name) for name in world.centres.ids),
        *(ChainNode(Blow.SITE, site.site) for site in world.sites),
        *(ChainNode(Blow.MODE, name) for k, name in enumerate(world.modes.ids) if k in used),
        *(ChainNode(Blow.FLEET, name) for name in world.fleets.ids),
    ]


def survives_d(world: World, node: ChainNode) -> float:
    """Days for which stocks meet the demand of the history without a node; inf where others can take over in time.

    Stock of an item counts with what is above it in the bill. A second source must be able to deliver before the stock is gone, and
    counts with its weekly capacity. An outbound way has no stock behind it, nor has a fleet; hired trucks stand in for it.
    """
    use, held = used_a_day(world), _held(world)
    if node.kind == Blow.SITE:
        return 0.0
    if node.kind == Blow.FLEET:
        return 0.0 if np.isnan(world.fleets.hire_eur[world.fleets.ids.index(node.name)]) else np.inf
    if node.kind == Blow.WORK_CENTRE:
        place = world.centres.ids.index(node.name)
        items = _passing(world, place)
        return _least(held[items], use[items])
    lost = _rows_lost(world, node)
    if node.kind == Blow.MODE and node.name in {world.modes.ids[k] for k in world.lanes.mode}:
        return 0.0
    return min((_item_survives(world, int(item), lost, use, held) for item in np.unique(world.supply.item[lost])), default=np.inf)


def recovers_d(world: World, node: ChainNode, outage_d: float) -> float:
    """Days from the beginning of an outage until the order book is as before: the outage, and what it left over what the node has to spare.

    Where its rate has no limit, as long as the lead time of its goods; inf where it has nothing to spare. A plant is as slow as the
    slowest of its work centres and its picking crew: what a load of three quarters left over in four weeks takes it twelve more.
    """
    missing = max(0.0, outage_d - survives_d(world, node))
    if missing == 0.0:
        return 0.0
    if node.kind in (Blow.MODE, Blow.FLEET):
        return outage_d
    if node.kind == Blow.SITE:
        site = [one.site for one in world.sites].index(node.name)
        loads = [*_load(world)[world.centres.site == site].tolist(), _picking_load(world, site)]
        return outage_d + max(_made_up_d(missing, load) for load in loads)
    if node.kind == Blow.WORK_CENTRE:
        return outage_d + _made_up_d(missing, float(_load(world)[world.centres.ids.index(node.name)]))
    lost, use, days = _rows_lost(world, node), used_a_day(world), 0.0
    for row in np.flatnonzero(lost):
        need, most = use[world.supply.item[row]], world.supply.weekly_capacity[row] / 7.0
        spare = most - need
        days = max(days, float(world.supply.lead_d[row]) if np.isinf(most) else missing * need / spare if spare > 0 else np.inf)
    return outage_d + days


def used_a_day(world: World) -> F:
    """Units of each item that the demand of the history takes, on all levels, (items,) [unit/day]."""
    sold, items = world.settings.market.demand_factor * world.cells.yearly.sum(axis=0) / 365.0, world.items
    made = np.where(items.maker == np.arange(items.n), items.pooled(sold), 0.0)  # where it is made or bought
    return np.asarray(np.maximum(made, sold) + made @ world.bom.flat)


def _held(world: World) -> F:
    """Units of each item in stock, those inside what is above it too, (items,)."""
    return np.asarray(world.opening.on_hand + world.opening.on_hand @ world.bom.flat)


def _least(held: F, use: F) -> float:
    used = use > 1e-9
    return float((held[used] / use[used]).min()) if used.any() else float("inf")


def _passing(world: World, place: int) -> npt.NDArray[np.int64]:
    owner = np.repeat(np.arange(world.items.n), np.diff(world.routing.start))
    return np.unique(owner[world.routing.centre == place])


def _rows_lost(world: World, node: ChainNode) -> npt.NDArray[np.bool_]:
    if node.kind == Blow.SUPPLIER:
        return np.asarray(world.supply.supplier == world.supply.suppliers.index(node.name))
    return np.asarray(world.supply.mode == world.modes.ids.index(node.name))


def _item_survives(world: World, item: int, lost: npt.NDArray[np.bool_], use: F, held: F) -> float:
    if use[item] <= 1e-9:
        return float("inf")
    others = np.flatnonzero((world.supply.item == item) & ~lost)
    alone = float(held[item] / use[item])
    if not len(others) or alone < float(world.supply.lead_d[others].min()):
        return alone
    missing = float(use[item] - world.supply.weekly_capacity[others].sum() / 7.0)
    return float(held[item]) / missing if missing > 0 else float("inf")


def _made_up_d(missing_d: float, load: float) -> float:
    """Days in which what stood still for ``missing_d`` days is made up beside what comes, at a ``load``.

    >>> _made_up_d(28.0, 0.75), _made_up_d(28.0, 1.0)
    (84.0, inf)
    """
    return missing_d * load / (1.0 - load) if load < 1.0 else float("inf")


def _picking_load(world: World, site: int) -> float:
    """Pieces that leave a site over what its crew can pick."""
    sold = world.settings.market.demand_factor * world.cells.yearly.sum(axis=0)[world.items.site == site].sum() / 365.0
    days, one = int(world.hours // 24), world.sites[site]
    return float(sold / max(one.calendar.daily(days).mean() * one.picking_pcs_h, 1e-9))


def _load(world: World) -> F:
    """Hours that the demand of the history needs, in the season of the run, over those of normal time and overtime that are planned, (centres,)."""
    c, days = world.centres, int(world.hours // 24)
    season = world.cells.season[:, [month_of(world.start, day) for day in range(days)]].mean(axis=1)
    sold = world.settings.market.demand_factor * (season @ world.cells.yearly) / 365.0
    need = world.routing.centre_hours @ sold
    open_h = np.array([cal.daily(days).sum() * m * e / days for cal, m, e in zip(c.calendar, c.machines, c.efficiency, strict=True)])
    open_h *= 1.0 - world.settings.planning.reserve
    return np.asarray(need / (open_h + c.overtime_h_week * c.machines * c.efficiency / 7.0))
