"""What customers expect of a delivery: a fact of their channel, and what they have learnt.

Who is always served in three days expects three days (Boulding, Kalra, Staelin and Zeithaml, 1993: expectations are updated by every
contact). A trade account learns from its own deliveries; a consumer, who buys once in years, from what others of his channel and market
are told to have waited. How much of the expectation is learnt is a setting, 0 = the fact of the channel alone; its size is assumed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.customers.books import OrderFacts
from e2esim.domain.book import Columns
from e2esim.domain.lean import lean_njit
from e2esim.domain.pasted import pasted_njit
from e2esim.domain.world import World

F = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int32]

FADE_D = 90.0  # [days] by which what was lived weighs half, assumed
PRIOR = 20.0  # lines as expected by the channel that everybody has lived before, assumed


class LeadTimes(NamedTuple):
    """Lead times as the channel shows them [days], by channel for consumers and for trade, and what was lived: days and lines behind them.

    ``learnt``: share of the expectation that is learnt; ``faster_y``: share by which the rivals' lead times fall a year.
    """

    consumer: F
    trade: F
    learnt: float
    faster_y: float
    lived: F  # (channels, markets)
    lines: F
    own_lived: F  # (accounts,)
    own_lines: F


@pasted_njit
def lead_expected(r: int, o: OrderFacts, x: LeadTimes) -> float:
    """Lead time that the buyer of row ``r`` expects [days]."""
    channel, trade = o.channel[r], o.consumer[r] < 0
    reference = x.trade[channel] if trade else x.consumer[channel]
    if x.faster_y > 0.0:
        reference *= (1.0 - x.faster_y) ** (max(np.float64(o.placed[r]), 0.0) / 8760.0)
    if x.learnt == 0.0:
        return float(reference)
    lived = x.own_lived[o.account[r]] if trade else x.lived[channel, o.market[r]]
    n = x.own_lines[o.account[r]] if trade else x.lines[channel, o.market[r]]
    known = (lived + PRIOR * reference) / (n + PRIOR)
    return float((1.0 - x.learnt) * reference + x.learnt * known)


@lean_njit
def leads_expected(rows: Rows, o: OrderFacts, x: LeadTimes, out: F) -> None:
    """Write the lead time that the buyer of each of ``rows`` expects into ``out``, (n,) [days]."""
    for k in range(rows.shape[0]):
        out[k] = lead_expected(rows[k], o, x)


class Expectation:
    """Lead time that buyers expect, by account, and by channel and market for consumers."""

    def __init__(self, world: World, orders: Columns, trade_reference: F) -> None:
        self.orders = orders
        self.learnt = world.settings.satisfaction.expectation_learnt
        shape = (len(world.channels.ids), len(world.markets))
        self._sum, self._count = np.zeros(shape), np.zeros(shape)
        self._own_sum, self._own_count = np.zeros(world.accounts.n), np.zeros(world.accounts.n)
        self._day = 0
        self.known = LeadTimes(
            np.asarray(world.channels.reference_d, dtype=np.float64), np.asarray(trade_reference, dtype=np.float64), self.learnt,
            world.settings.market.rival_faster_y, self._sum, self._count, self._own_sum, self._own_count,
        )  # fmt: skip

    def of(self, rows: Rows, facts: OrderFacts) -> F:
        """Expected lead time of each row, (n,) [days]; ``facts``: the order book."""
        out = np.empty(len(rows))
        leads_expected(rows, facts, self.known, out)
        return out

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
