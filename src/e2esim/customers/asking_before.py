"""The firm asks buyers what they expect, before anything has come (requirements B5, K2), and tells them what they will get.

Who is asked when he buys says how long he expects to wait. Whose day lies later is told so while he can still choose: from then on he expects what he was
told, and a delivery on that day is no disappointment. The firm learns expectations by segment, beside what is lived. That an expectation set before is
what is compared afterwards is Oliver's (1980); that all believe what they are told is assumed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.customers.experiences import Experiences
from e2esim.customers.journey import Journey
from e2esim.customers.loyalty_kernels import chosen
from e2esim.domain.book import Columns
from e2esim.domain.events import Event, EventLog
from e2esim.domain.world import World
from e2esim.streams import Streams

F = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int32]


class AskingBefore:
    """Questions at the purchase, and what they leave."""

    def __init__(self, world: World, experiences: Experiences, journey: Journey, orders: Columns, streams: Streams, log: EventLog) -> None:
        self.world, self.experiences, self.journey, self.orders, self.log = world, experiences, journey, orders, log
        self._key = streams.key("feedback.before")

    def bought(self, rows: Rows, now: float) -> None:
        """Purchases just made, with their promised day: some of their buyers are asked."""
        share = self.world.settings.feedback.ask_before
        if share <= 0.0:
            return
        o, asked = self.orders, self.asked(rows)
        expected, promised = self.journey.expectation.of(asked, self.experiences.facts()), lead_promised(asked, o)
        for segment in np.unique(o["segment"][asked]):
            mine = o["segment"][asked] == segment
            self.log.emit(
                now, Event.EXPECTATION_ASKED, place=int(segment), rows=int(mine.sum()), quantity=float(expected[mine].sum()), value=float(promised[mine].sum())
            )

    def asked(self, rows: Rows) -> Rows:
        """Those of ``rows`` whose buyers were asked, the same whenever one looks."""
        known = rows[~np.isnan(self.orders["promised"][rows]) & (self.orders["consumer"][rows] >= 0)]
        return known[chosen(self._key, self.orders["address"], known, self.world.settings.feedback.ask_before)]

    def set_right(self, rows: Rows, expected: F) -> None:
        """Let who of ``rows`` was asked expect what he was told then, where that is later; ``expected`` (n,) [days], in place."""
        if self.world.settings.feedback.ask_before <= 0.0:
            return
        told = np.isin(rows, self.asked(rows)) & (self.orders["placed"][rows] >= 0.0)
        expected[told] = np.maximum(expected[told], lead_promised(rows[told], self.orders))


def lead_promised(rows: Rows, orders: Columns) -> F:
    """Days from order to promised day, (n,)."""
    return np.asarray((orders["promised"][rows] - orders["placed"][rows]) / 24.0, dtype=np.float64)
