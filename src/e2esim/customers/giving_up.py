"""Who has waited too long: open lines whose customers buy elsewhere, day by day.

A line is given up at a constant hazard for every day beyond its promised one, and for every day beyond the patience of its
customer whatever was promised. Each line has one addressed threshold, so that whoever waits longer gives up sooner and nobody's
patience depends on who else waits. A trade account covers itself at a rival: those pieces stand on its shelf until they are sold.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.customers.giving_up_kernels import thresholds
from e2esim.customers.people import People
from e2esim.domain.book import Columns, OrderKind, OrderState
from e2esim.domain.world import World
from e2esim.streams import Streams

F = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int32]


class GivingUp:
    """The patience of everybody who waits; reads open lines and chooses those that are cancelled."""

    def __init__(self, world: World, people: People, orders: Columns, streams: Streams) -> None:
        self.world, self.people, self.orders = world, people, orders
        self._key = streams.key("patience.line")
        self._first = 0  # no line before it is open

    def today(self, now: float) -> Rows:
        """Open lines that are given up by ``now`` [h]."""
        m, o = self.world.settings.market, self.orders
        if m.cancel_d <= 0 and m.cancel_trade_d <= 0:
            return np.empty(0, dtype=np.int32)
        state = o.filled("state")[self._first :]
        rows = (self._first + np.flatnonzero(state == OrderState.OPEN)).astype(np.int32)
        self._first = int(rows[0]) if len(rows) else o.n
        if not len(rows):
            return rows
        hazard = self._hazard(rows, now)
        rows, hazard = rows[hazard > 0], hazard[hazard > 0]
        return rows[thresholds(self._key, o["address"], rows) < hazard]

    def _hazard(self, rows: Rows, now: float) -> F:
        """Hazard that each row has gathered by ``now``, (n,)."""
        m, o, w = self.world.settings.market, self.orders, self.world
        today = np.floor(now / 24.0)
        trade = o["kind"][rows] == OrderKind.REPLENISH
        late = np.maximum(np.nan_to_num(today - np.floor(o["promised"][rows] / 24.0)), 0.0)
        wish = np.floor(o["requested"][rows] / 24.0) + np.where(trade, 0.0, w.channels.reference_d[o["channel"][rows]])
        beyond = np.maximum(today - wish - m.patience_d, 0.0)
        own = w.channels.buyer[o["channel"][rows]] == 2
        rate = np.where(trade, np.where(own, 0.0, m.cancel_trade_d), m.cancel_d)  # an own branch waits for its own firm
        return np.asarray(rate * (late + beyond))
