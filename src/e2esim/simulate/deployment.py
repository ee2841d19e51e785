"""Own branches replenished centrally: what DRP plans to ship to them by week, and what leaves for them today.

Owns the link between the DRP record and the chain: shelves, goods on their way, the sell-out that branches report, and
the free supply of the plant. Decisions are those of :mod:`e2esim.planning.drp`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.chain.stock import Stock
from e2esim.customers.trade import Trade
from e2esim.domain.world import World
from e2esim.planning.demand.hierarchy import whole_pieces
from e2esim.planning.drp import DrpNetwork, drp, equal_cover
from e2esim.simulate.promise import PromiseDesk

F = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int32]

_SAFETY = 0.8  # Poisson deviations held beyond the mean, as the accounts hold them; assumed
_LONGEST_WAIT = 3  # [days] that goods may lie ready before their departure, assumed


class Deployment:
    """Central planning of the shelves of own branches; without branches, or where they order themselves, it plans nothing."""

    def __init__(self, world: World, stock: Stock, trade: Trade, promise: PromiseDesk) -> None:
        self.world, self.stock, self.trade, self.promise = world, stock, trade, promise
        a, rule = world.accounts, world.settings.replenishment
        own = world.channels.buyer[a.channel] == 2
        self.members = np.flatnonzero(own & (rule.rule == "drp"))
        trade.central[self.members] = True
        self._supply_day = min(rule.look_ahead_d, promise.days - 1)
        self._lead_d = trade.lead_d[self.members]
        self._cover_d = a.cover_d[self.members]
        self._days = _planning_days(world, self.members, trade.transit_d[self.members], self._lead_d)
        self._gap_d = 7.0 / np.maximum(self._days.sum(axis=1), 1)
        self._fill_d = np.maximum(self._gap_d, rule.every_d)

    @property
    def active(self) -> bool:
        """Whether anything is replenished centrally."""
        return bool(len(self.members))

    def pieces(self, item: npt.NDArray[np.integer], account: npt.NDArray[np.integer], quantity: npt.NDArray[np.integer]) -> F:
        """Pieces among some plant rows that go to these branches, (items,)."""
        mine = np.isin(account, self.members)
        return np.bincount(item[mine], weights=quantity[mine], minlength=self.world.items.n).astype(np.float64)

    def mean_week(self) -> F:
        """Sell-out of the branches in a mean week of the year, (items,) [pcs/week]."""
        return np.asarray(7.0 * self.trade.rate_d[self.members].sum(axis=0))

    def need(self, day: int, weeks: int) -> F:
        """Shipments that DRP plans for the branches by week from ``day``, (weeks, items) [pcs]: dependent demand of the MPS."""
        n, items = len(self.members), self.world.items.n
        lead = np.maximum(1, np.round(self._lead_d / 7.0)).astype(np.int64)
        periods = weeks + int(lead.max(initial=0))
        rate = self.trade.rate_d[self.members]
        demand = np.stack([7.0 * rate * self._season(day + 7 * k)[:, None] for k in range(periods)], axis=2)
        shelf, coming = self._shelf()
        in_transit = np.zeros((n, items, periods))
        for b in range(n):
            in_transit[b, :, : lead[b]] = (coming[b] / lead[b])[:, None]
        blank = np.zeros((n, items))
        network = DrpNetwork(source=np.full(n, -1), transit=lead, safety=self._safety(rate * self._season(day)[:, None]), minimum=blank, multiple=blank + 1.0)
        plan = drp(network, demand, shelf, in_transit, feasible=True)
        return np.asarray(plan.shipments[:, :, :weeks].sum(axis=0).T)

    def ship(self, day: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Account, item and pieces ordered for the branches now, each on the weekdays that suit its departures.

        A shelf that would fall below its safety stock before goods of the next chance arrive is filled for ``every_d``
        days. What the plant cannot promise to that within ``look_ahead_d`` is shared so that all come to the same cover, those
        whose day it is not included; nothing is ordered beyond: the next day is planned anew.
        """
        today = self._days[:, (day + self.world.start.weekday()) % 7]
        if not today.any():
            none = np.zeros(0, dtype=np.int64)
            return none, none, none
        rate = self.trade.rate_d[self.members] * self._season(day)[:, None]
        shelf, coming = self._shelf()
        position = shelf + coming
        low = self._safety(rate) + rate * self._lead_d[:, None]
        falls = position < low + rate * self._gap_d[:, None]
        wanted = np.where(falls, np.ceil(low + rate * self._fill_d[:, None] - position - 1e-9), 0.0) * self.world.items.sold
        supply = np.maximum(np.floor(self.promise.free[:, self._supply_day]), 0.0)
        if (wanted.sum(axis=0) > supply).any():
            wanted = np.minimum(whole_pieces(equal_cover(position, rate, supply, wanted)), wanted)
        wanted *= today[:, None]  # the others' shares stay for their day
        branch, item = np.nonzero(wanted)
        return self.members[branch], item.astype(np.int64), wanted[branch, item].astype(np.int64)

    def _shelf(self) -> tuple[F, F]:
        """Pieces on the shelves less what customers wait for, and on their way, (branches, items) each."""
        nodes = 1 + self.members
        return self.stock.on_hand[nodes] - self.stock.backlog[nodes], self.stock.on_order[nodes]

    def _season(self, day: int) -> F:
        return np.asarray(self.trade.season(day)[self.members])

    def _safety(self, rate: F) -> F:
        """Wanted cover and some Poisson deviations of the demand of the lead time, (branches, items) [pcs]."""
        return np.asarray(rate * self._cover_d[:, None] + _SAFETY * np.sqrt(rate * (self._lead_d + self._cover_d)[:, None]))


def _planning_days(world: World, members: npt.NDArray[np.int64], transit_d: F, lead_d: F) -> npt.NDArray[np.bool_]:
    """Weekdays on which each branch is planned, (branches, 7): its goods are then due to leave shortly before a departure.

    An order leaves the transit and the margin before the day on which the branch expects it. Is that a day of departure,
    a late lot costs a whole departure; is it more than three days before one, goods lie waiting. Branches whose departures
    leave no such day are planned every day.
    """
    a, lanes = world.accounts, world.lanes
    wanted = np.floor(lead_d - transit_d - world.settings.promise.margin_d).astype(np.int64)
    days = np.ones((len(members), 7), dtype=np.bool_)
    for b, account in enumerate(members.tolist()):
        leaves = lanes.departs[lanes.of[a.channel[account], a.market[account]]]
        first = [next((k for k in range(7) if leaves[(day + wanted[b] + k) % 7]), 0) for day in range(7)]
        suits = np.array([1 <= k <= _LONGEST_WAIT for k in first]) & _worked(world)
        days[b] = suits if suits.any() else True
    return days


def _worked(world: World) -> npt.NDArray[np.bool_]:
    """Weekdays on which the plant usually works, (7,)."""
    days = min(int(world.hours // 24), 28)
    open_h = world.plant.calendar.daily(max(days, 7))
    weekday = (np.arange(len(open_h)) + world.start.weekday()) % 7
    return np.asarray(np.bincount(weekday, weights=open_h, minlength=7) > 0)
