"""The last mile: a first attempt to deliver fails for a share of the firm's consumers; the second, on the next day, finds them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.chain.attempt_kernels import not_found
from e2esim.domain.book import Columns
from e2esim.domain.calendar import DueCalendar, Links
from e2esim.domain.world import World
from e2esim.streams import Streams

Rows = npt.NDArray[np.int32]
F = npt.NDArray[np.float64]


class Attempts:
    """Lines that nobody took on the first attempt. No delivery on Sundays; a second attempt never fails (assumed)."""

    def __init__(self, world: World, book: Columns, streams: Streams, ticks: int, links: Links) -> None:
        self.world, self.book = world, book
        self.second = DueCalendar(ticks, 1, tick_h=world.settings.horizon.tick_h, links=links)
        self._key = streams.key("deliver.attempt")
        self._monday = world.start.weekday()

    def first(self, rows: Rows, times: F) -> Rows:
        """Rows (n,) that are taken on the first attempt at ``times`` (n,) [h]; the others cost one and come again the next day."""
        b, lanes = self.book, self.world.lanes
        lane = lanes.along(b["way"][rows], b["channel"][rows], b["market"][rows])
        missed = np.empty(len(rows), dtype=np.bool_)
        not_found(rows, self._key, b["address"], b["kind"], lane, lanes.miss_share, missed)
        again = rows[missed]
        if len(again):
            b["freight_eur"][again] += lanes.miss_eur[lane[missed]]
            self.second.push(again, times[missed] + self.wait(times[missed]))
        return rows[~missed]

    def wait(self, times: F) -> F:
        """Hours from a first attempt to the second: a day, two before a Sunday, (n,)."""
        weekday = (np.floor(times / 24.0).astype(np.int64) + self._monday) % 7
        return np.where(weekday == 5, 48.0, 24.0)

    def expected(self) -> int:
        """Rows that wait for their second attempt, after the end of the run too."""
        return len(self.second) + self.second.beyond
