"""What customers expect of a delivery: a fact of their channel, and what they have learnt.

Who is always served in three days expects three days (Boulding, Kalra, Staelin and Zeithaml, 1993: expectations are updated by every
contact). A trade account learns from its own deliveries; a consumer, who buys once in years, from what others of his channel and market
are told to have waited. How much of the expectation is learnt is a setting, 0 = the fact of the channel alone; its size is assumed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import Columns
from e2esim.domain.world import World

F = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int32]

FADE_D = 90.0  # [days] by which what was lived weighs half, assumed
PRIOR = 20.0  # lines as expected by the channel that everybody has lived before, assumed


class Expectation:
    """Lead time that buyers expect, by account, and by channel and market for consumers."""

    def __init__(self, world: World, orders: Columns, trade_reference: F) -> None:
        self.world, self.orders, self._trade = world, orders, trade_reference
        self.learnt = world.settings.satisfaction.expectation_learnt
        shape = (len(world.channels.ids), len(world.markets))
        self._sum, self._count = np.zeros(shape), np.zeros(shape)
        self._own_sum, self._own_count = np.zeros(world.accounts.n), np.zeros(world.accounts.n)
        self._day = 0

    def of(self, rows: Rows) -> F:
        """Expected lead time of each delivered row, (n,) [days]."""
        o, w = self.orders, self.world
        channel = o["channel"][rows]
        trade = o["consumer"][rows] < 0
        reference = np.where(trade, self._trade[channel], w.channels.reference_d[channel])
        faster = w.settings.market.rival_faster_y
        if faster > 0.0:
            reference = reference * (1.0 - faster) ** (np.maximum(o["placed"][rows], 0.0) / 8760.0)
        if self.learnt == 0.0:
            return np.asarray(reference, dtype=np.float64)
        lived, n = self._lived(rows, trade)
        known = (lived + PRIOR * reference) / (n + PRIOR)
        return np.asarray((1.0 - self.learnt) * reference + self.learnt * known)

    def learn(self, rows: Rows, now: float) -> None:
        """Count deliveries just lived; older ones fade."""
        if self.learnt == 0.0 or not len(rows):
            return
        day = int(now // 24)
        if day > self._day:
            fade = 0.5 ** ((day - self._day) / FADE_D)
            for memory in (self._sum, self._count, self._own_sum, self._own_count):
                memory *= fade
            self._day = day
        o = self.orders
        lead = (o["delivered"][rows].astype(np.float64) - o["placed"][rows]) / 24.0
        trade = o["consumer"][rows] < 0
        for total, count, some, at in (
            (self._own_sum, self._own_count, trade, (o["account"][rows[trade]],)),
            (self._sum, self._count, ~trade, (o["channel"][rows[~trade]], o["market"][rows[~trade]])),
        ):
            np.add.at(total, at, lead[some])
            np.add.at(count, at, 1.0)

    def _lived(self, rows: Rows, trade: npt.NDArray[np.bool_]) -> tuple[F, F]:
        """Days lived and lines behind them, of the account or of the channel's others, (n,) each."""
        o = self.orders
        at: tuple[npt.NDArray[Any], ...] = (o["channel"][rows], o["market"][rows])
        lived, n = self._sum[at], self._count[at]
        account = o["account"][rows[trade]]
        lived[trade], n[trade] = self._own_sum[account], self._own_count[account]
        return lived, n
