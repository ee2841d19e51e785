"""Bills that are wrong: who gets one asks, is annoyed, and pays later.

A bill follows a delivery. The share of wrong ones is a fact of the channel (default 0); that it is felt as one more effort, that it is asked about
within some days, and that the money comes two weeks later is assumed: no size was found for furniture.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.customers import emission_kernels as emit
from e2esim.customers.experiences import Experiences
from e2esim.customers.requests import NO_REQUESTS, Requests
from e2esim.domain.book import Columns, OrderKind, Reason
from e2esim.domain.experience import Lived
from e2esim.domain.lean import lean_njit
from e2esim.domain.world import ATTRIBUTES, PHASES, World
from e2esim.streams import Streams
from e2esim.streams.draws import uniform

Rows = npt.NDArray[np.int32]
F = npt.NDArray[np.float64]
U8 = npt.NDArray[np.uint8]

ASKS_D = 3.0  # [days] from the delivery to the question about its bill, assumed
DISPUTED_D = 14.0  # [days] by which a wrong bill is paid later, assumed
_SELL_OUT, _BILL = int(OrderKind.SELL_OUT), int(Reason.BILL)
_EFFORT, _BUY = ATTRIBUTES.index("effort"), PHASES.index("buy")


@lean_njit
def wrong_bills(rows: Rows, key: np.uint64, address: npt.NDArray[np.int64], kind: U8, channel: U8, share: F, out: Rows) -> int:
    """Write which of ``rows`` get a wrong bill, each with the ``share`` of its channel by its own address; returns how many."""
    n = 0
    for k in range(rows.shape[0]):
        r = rows[k]
        if kind[r] != _SELL_OUT and share[channel[r]] > 0.0 and uniform(key, address[r], 0) < share[channel[r]]:
            out[n] = r
            n += 1
    return n


class Billing:
    """Writes the bills of what was delivered."""

    def __init__(self, world: World, experiences: Experiences, orders: Columns, streams: Streams) -> None:
        self.world, self.experiences, self.orders = world, experiences, orders
        self._key = streams.key("billing.wrong")
        self._share = np.where(world.channels.buyer != 2, world.channels.wrong_bills, 0.0)

    def bill(self, rows: Rows, now: float) -> Requests:
        """Bill delivered rows at ``now`` [h]; the questions about wrong ones: rows, times, reasons. What a shop sells it bills itself."""
        o, out = self.orders, np.empty(len(rows), dtype=np.int32)
        rows = out[: wrong_bills(rows, self._key, o["address"], o["kind"], o["channel"], self._share, out)]
        if len(rows) == 0:
            return NO_REQUESTS
        e = self.experiences
        o["disputed_d"][rows] = DISPUTED_D
        e.feel(emit.alone(e.room(len(rows)), rows, now, int(Lived.BILLED), _BUY, _EFFORT, 1.0))
        return rows, np.full(len(rows), now + 24.0 * ASKS_D), np.full(len(rows), _BILL, dtype=np.uint8)
