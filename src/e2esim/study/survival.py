"""How long a firm can do without a node of its chain, and how long it then needs, from stocks, rates and the calendar alone.

D. Simchi-Levi et al., Identifying risks and mitigating disruptions in the automotive supply chain, Interfaces 45, 2015: time to survive is
the longest time for which demand is met without the node, time to recover the time until all is as before.
"""

from __future__ import annotations

import math
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


class Knock(NamedTuple):
    """When a node fails: day of the run, and what the firm's stock points then hold, (items,) [unit]."""

    day: int
    held: F


def at_opening(world: World) -> Knock:
    """A node that fails on the first day, before the opening stock is touched."""
    return Knock(0, np.asarray(world.opening.on_hand))


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


def survives_d(world: World, node: ChainNode, at: Knock) -> float:
    """Days for which the stocks of the day meet the demand of the history, in its season, without a node; inf where others can take over in time.

    Stock of an item counts with what is above it in the bill. A second source must be able to deliver before the stock is gone, and
    counts from its lead time on with its weekly capacity. An outbound way has no stock behind it, nor has a fleet; hired trucks stand in for it.
    """
    use, held = used_a_day(world), np.asarray(at.held + at.held @ world.bom.flat)
    if node.kind == Blow.SITE:
        return 0.0
    if node.kind == Blow.FLEET:
        return 0.0 if np.isnan(world.fleets.hire_eur[world.fleets.ids.index(node.name)]) else np.inf
    if node.kind == Blow.WORK_CENTRE:
        place = world.centres.ids.index(node.name)
        items = _passing(world, place)
        return _in_season(world, at.day, _least(held[items], use[items]))
    lost = _rows_lost(world, node)
    if node.kind == Blow.MODE and node.name in {world.modes.ids[k] for k in world.lanes.mode}:
        return 0.0
    least = min((_item_survives(world, int(item), lost, use, held) for item in np.unique(world.supply.item[lost])), default=np.inf)
    return _in_season(world, at.day, least)


def recovers_d(world: World, node: ChainNode, outage_d: float, at: Knock) -> float:
    """Days from the beginning of an outage until the order book is as before: the outage, and what it left over what the node has to spare.

    Day by day of the calendar of the work centre or of the pickers, against the demand of its month. Where a rate has no limit, as long as
    the lead time of its goods; inf where it has nothing to spare. A plant is as slow as the slowest of its work centres and its picking crew:
    what a load of three quarters left over in four weeks takes it twelve more.
    """
    survived = survives_d(world, node, at)
    if outage_d <= survived:
        return 0.0
    if node.kind in (Blow.MODE, Blow.FLEET):
        return outage_d
    first, end = at.day + int(survived), at.day + math.ceil(outage_d)
    if node.kind == Blow.SITE:
        site = [one.site for one in world.sites].index(node.name)
        here = [*(_hours(world, int(place)) for place in np.flatnonzero(world.centres.site == site)), _picking(world, site)]
        return outage_d + max(made_up_d(*one, first, end) for one in here)
    if node.kind == Blow.WORK_CENTRE:
        return outage_d + made_up_d(*_hours(world, world.centres.ids.index(node.name)), first, end)
    lost, use, pace, days = _rows_lost(world, node), used_a_day(world), _pace(world), 0.0
    for item in np.unique(world.supply.item[lost]):
        mine = world.supply.item == item
        most, others = (float(world.supply.weekly_capacity[mine & which].sum()) / 7.0 for which in (lost, ~lost))
        need = np.maximum(use[item] * pace - others, 0.0)  # of those that failed
        lead = float(world.supply.lead_d[mine & lost].min())
        days = max(days, lead if np.isinf(most) else made_up_d(need, np.full(len(pace), most), first, end))
    return outage_d + days


def made_up_d(need: F, rate: F, first: int, end: int) -> float:
    """Days after day ``end`` in which what days ``first`` to ``end`` needed is made up beside what comes; (days,) each, in one unit.

    Behind the last day their means go on.

    >>> flat = np.ones(200)
    >>> made_up_d(0.75 * flat, flat, 0, 28), made_up_d(0.75 * flat, flat, 100, 128), made_up_d(flat, flat, 0, 28)
    (84.0, 84.0, inf)
    >>> made_up_d(0.75 * flat, np.where(np.arange(200) < 40, 0.0, 1.0), 0, 28)  # closed for 12 days more
    132.0
    """
    owed = float(need[first:end].sum())
    left = owed + np.cumsum((need - rate)[end:])
    done = np.flatnonzero(left <= 1e-9)
    if len(done):
        return float(done[0] + 1)
    spare = float((rate - need).mean())
    return len(left) + float(left[-1] if len(left) else owed) / spare if spare > 1e-12 else float("inf")


def used_a_day(world: World) -> F:
    """Units of each item that the demand of the history takes, on all levels, (items,) [unit/day]."""
    sold, items = world.settings.market.demand_factor * world.cells.yearly.sum(axis=0) / 365.0, world.items
    made = np.where(items.maker == np.arange(items.n), items.pooled(sold), 0.0)  # where it is made or bought
    return np.asarray(np.maximum(made, sold) + made @ world.bom.flat)


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
    alone, lead = float(held[item] / use[item]), float(world.supply.lead_d[others].min()) if len(others) else float("inf")
    if alone < lead:
        return alone
    missing = float(use[item] - world.supply.weekly_capacity[others].sum() / 7.0)
    return lead + float(held[item] - lead * use[item]) / missing if missing > 0 else float("inf")


def _in_season(world: World, day: int, mean_d: float) -> float:
    """Days from a day of the run on in which demand takes what ``mean_d`` days of mean demand take; behind the run its mean goes on."""
    taken = np.concatenate(([0.0], np.cumsum(_pace(world)[day:])))
    return float(np.interp(mean_d, taken, np.arange(len(taken)))) if mean_d <= taken[-1] else mean_d - float(taken[-1]) + len(taken) - 1


def _months(world: World) -> list[int]:
    return [month_of(world.start, day) for day in range(int(world.hours // 24))]


def _sold(world: World) -> F:
    """Pieces that the demand of the history takes a day, by calendar month, (12, items) [pcs/day]."""
    return np.asarray(world.settings.market.demand_factor * (world.cells.season.T @ world.cells.yearly) / 365.0)


def _pace(world: World) -> F:
    """Demand of each day of the run over the mean of the year, (days,)."""
    month = _sold(world).sum(axis=1)
    mean = world.settings.market.demand_factor * float(world.cells.yearly.sum()) / 365.0
    return np.asarray((month / mean if mean > 0.0 else np.ones(12))[_months(world)])


def _picking(world: World, site: int) -> tuple[F, F]:
    """Pieces that leave a site, and those that its crew can pick, by day of the run, (days,) each."""
    days, one = int(world.hours // 24), world.sites[site]
    return _sold(world)[:, world.items.site == site].sum(axis=1)[_months(world)], np.asarray(one.calendar.daily(days) * one.picking_pcs_h)


def _hours(world: World, place: int) -> tuple[F, F]:
    """Hours that demand needs of a work centre, and those of normal time and overtime that are planned, by day of the run, (days,) each."""
    c, days = world.centres, int(world.hours // 24)
    need = (_sold(world) @ world.routing.centre_hours[place])[_months(world)]
    pace = c.machines[place] * c.efficiency[place]
    normal = c.calendar[place].daily(days) * pace * (1.0 - world.settings.planning.reserve)
    return np.asarray(need), np.asarray(normal + c.overtime_h_week[place] * pace / 7.0)
