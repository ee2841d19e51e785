"""Bills that are wrong: who gets one asks, is annoyed, and pays later.

A bill follows a delivery. The share of wrong ones is a fact of the channel (default 0); that it is felt as one more effort, that it is asked about
within some days, and that the money comes two weeks later is assumed: no size was found for furniture.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.customers import emission_kernels as emit
from e2esim.customers.experiences import Experiences
from e2esim.customers.loyalty_kernels import chosen
from e2esim.domain.book import Columns, OrderKind, Reason
from e2esim.domain.experience import Lived
from e2esim.domain.world import ATTRIBUTES, PHASES, World
from e2esim.streams import Streams

Rows = npt.NDArray[np.int32]
F = npt.NDArray[np.float64]
Requests = tuple[Rows, F, npt.NDArray[np.uint8]]

ASKS_D = 3.0  # [days] from the delivery to the question about its bill, assumed
DISPUTED_D = 14.0  # [days] by which a wrong bill is paid later, assumed
_EFFORT, _BUY = ATTRIBUTES.index("effort"), PHASES.index("buy")


class Billing:
    """Writes the bills of what was delivered."""

    def __init__(self, world: World, experiences: Experiences, orders: Columns, streams: Streams) -> None:
        self.world, self.experiences, self.orders = world, experiences, orders
        self._key = streams.key("billing.wrong")
        self._shares = [(channel, float(share)) for channel, share in enumerate(world.channels.wrong_bills) if share > 0.0]

    def bill(self, rows: Rows, now: float) -> Requests:
        """Bill delivered rows at ``now`` [h]; the questions about wrong ones: rows, times, reasons. What a shop sells it bills itself."""
        o, wrong = self.orders, np.zeros(len(rows), dtype=np.bool_)
        for channel, share in self._shares:
            mine = (o["channel"][rows] == channel) & (o["kind"][rows] != OrderKind.SELL_OUT) & (self.world.channels.buyer[channel] != 2)
            wrong[mine] = chosen(self._key, o["address"], rows[mine], share)
        rows = rows[wrong]
        if len(rows):
            e = self.experiences
            o["disputed_d"][rows] = DISPUTED_D
            e.feel(emit.alone(e.room(len(rows)), rows, now, int(Lived.BILLED), _BUY, _EFFORT, 1.0))
        return rows, np.full(len(rows), now + 24.0 * ASKS_D), np.full(len(rows), Reason.BILL, dtype=np.uint8)
