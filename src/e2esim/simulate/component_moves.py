"""Components that one plant makes or buys and another works with: what today's trucks between them carry.

What is needed at the other plant is known from the netting, which sees a move as an operation with a lead time of its own. Where the
source has too little, it is shared between its own waiting lots and the plants that it supplies in proportion to what they want; lanes of
a later priority bring what is left over elsewhere.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.chain.stock import Stock
from e2esim.chain.transfers import Transfers
from e2esim.domain.world import World

F = npt.NDArray[np.float64]

_MEMORY = 0.99  # of what a lane brought a day before that still counts towards its part, as between warehouses; assumed


class ComponentMoves:
    """Trucks with components between plants; without such lanes it does nothing."""

    def __init__(self, world: World, stock: Stock, transfers: Transfers) -> None:
        self.world, self.stock, self.transfers = world, stock, transfers
        feeds, items = world.links.feeds, world.items
        mine = np.flatnonzero(items.brought[feeds.point])
        self._point, self._source, self._link, self._weight = feeds.point[mine], feeds.source[mine], feeds.link[mine], feeds.weight[mine]
        self._brought: F = np.zeros(len(mine))  # by each lane, the older the less
        self._monday = world.start.weekday()
        self._works = np.array([one.calendar.daily(int(world.hours // 24) + 1) > 0 for one in world.sites])

    def under_way(self) -> F:
        """Components loaded for other plants and not there yet, by the stock point that gets them, (items,)."""
        total = np.zeros(self.world.items.n)
        if len(self._point):
            for load in self.transfers.open.values():
                np.add.at(total, load.item, load.pieces)
        return np.where(self.world.items.brought, total, 0.0)

    def load(self, day: int, wanted: F, own: F) -> None:
        """Load the trucks that leave on ``day``.

        ``wanted`` (items,) of each component is to leave for its stock point now; ``own`` (items,) is what released lots at its source
        wait for.
        """
        if not len(self._point):
            return
        self._brought *= _MEMORY
        lacking = np.where(self.world.items.brought, wanted, 0.0)
        usual = self._weight > 0.0
        self._send(day, usual, self._parts(lacking), own, lacking)
        self._send(day, ~usual, lacking[self._point], own, lacking)

    def _parts(self, wanted: F) -> F:
        """What each lane should bring so that all that it has brought is its part, (feeds,)."""
        total = wanted.copy()
        np.add.at(total, self._point, self._brought)
        single = self._weight >= 1.0
        return np.where(single, wanted[self._point], np.clip(self._weight * total[self._point] - self._brought, 0.0, wanted[self._point]))

    def _send(self, day: int, which: npt.NDArray[np.bool_], parts: F, own: F, lacking: F) -> None:
        """Load ``parts`` (feeds,) of the lanes ``which`` that leave today, as far as their sources have them; lowers ``lacking`` (items,)."""
        links = self.world.links
        leaves = links.departs[self._link, (day + self._monday) % 7] & self._works[links.source[self._link], min(day, self._works.shape[1] - 1)]
        going = np.flatnonzero(which & leaves & (parts > 0.0) & (lacking[self._point] > 0.0))
        if not len(going):
            return
        asked = own.copy()
        np.add.at(asked, self._source[going], parts[going])
        free = np.maximum(np.minimum(self.stock.free, self.stock.booked_free), 0.0)
        share = np.minimum(1.0, free / np.maximum(asked, 1e-9))[self._source[going]]
        pieces = np.minimum(parts[going], lacking[self._point[going]]) * share
        pieces = np.where(self.world.items.counted[self._point[going]], np.floor(pieces + 1e-6), pieces)
        for link in np.unique(self._link[going][pieces > 0.0]).tolist():
            rows = (self._link[going] == link) & (pieces > 0.0)
            feeds = going[rows]
            self.transfers.load(link, self._point[feeds], self._source[feeds], pieces[rows], 24.0 * day + float(links.cutoff_h[link]))
            self._brought[feeds] += pieces[rows]
            np.subtract.at(lacking, self._point[feeds], pieces[rows])
