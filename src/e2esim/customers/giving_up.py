"""Who has waited too long: open lines whose customers buy elsewhere, day by day.

A line is given up at a constant hazard for every day beyond its promised one, and for every day beyond the patience of its
customer whatever was promised. Each line has one addressed threshold, so that whoever waits longer gives up sooner and nobody's
patience depends on who else waits. A trade account covers itself at a rival: those pieces stand on its shelf until they are sold.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.customers.giving_up_kernels import LinesWaiting, Patience, gives_up
from e2esim.customers.people import People
from e2esim.domain.book import Columns
from e2esim.domain.world import World
from e2esim.streams import Streams

Rows = npt.NDArray[np.int32]


class GivingUp:
    """The patience of everybody who waits; reads open lines and chooses those that are cancelled."""

    def __init__(self, world: World, people: People, orders: Columns, streams: Streams) -> None:
        self.world, self.people, self.orders = world, people, orders
        self._key = streams.key("patience.line")
        self._own = world.channels.buyer == 2
        self._first = 0  # no line before it is open

    def today(self, now: float) -> Rows:
        """Open lines that are given up by ``now`` [h]."""
        m, o = self.world.settings.market, self.orders
        if m.cancel_d <= 0 and m.cancel_trade_d <= 0:
            return np.empty(0, dtype=np.int32)
        who = Patience(self._key, float(now // 24), m.cancel_d, m.cancel_trade_d, m.patience_d, self.world.channels.reference_d, self._own)
        lines = LinesWaiting(o["state"][: o.n], *(o[name] for name in LinesWaiting._fields[1:]))
        out = np.empty(o.n - self._first, dtype=np.int32)
        given_up, self._first = gives_up(self._first, lines, who, out)
        return out[:given_up].copy()
