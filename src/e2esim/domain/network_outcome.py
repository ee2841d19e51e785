"""What one replication of a supply network leaves: its sums, its periods, its order book and its work centres, all as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.network import NetworkClock, SupplyNetwork

Floats = npt.NDArray[np.float64]
ORDER_KINDS = ("sale", "transfer", "purchase", "works", "return", "sent_back", "opening")


@dataclass(frozen=True, kw_only=True, eq=False)
class NetworkOutcome:
    """One finished replication.

    Parameters
    ----------
    network, clock
        What ran, and how.
    tally : name -> (points,)
        Sums of the reporting window, from the warm-up to the horizon.
    ledger : name -> (points,)
        Goods in and out in the whole run [units]; opening + received + made + returned = sold + moved + consumed + sent_back + on_hand.
    record : name -> (points, periods)
        Stock, backlog and orders under way when counted, and what was asked, ordered, sent and received in each period [units].
    book : name -> (orders,)
        One row an order from a stock point (or from outside) to another: ``kind`` is a place in ``ORDER_KINDS``, ``at`` and ``to`` are stock
        points (-1: outside), ``what`` is the operation, or the stream of demand of a sale or return; days; units; EUR. Empty if not kept.
    centres : name -> (work centres,)
        Machine days used, starts, starts that had waited, days waited, ends, days of overtime.
    on_hand : (points,)
        At the horizon [units].
    under_way_by_operation : (operations,)
        Sent or being made, and not yet there, at the horizon [units].
    """

    network: SupplyNetwork
    clock: NetworkClock
    tally: dict[str, Floats]
    ledger: dict[str, Floats]
    record: dict[str, npt.NDArray[np.float32]]
    book: dict[str, npt.NDArray[Any]]
    centres: dict[str, Floats]
    on_hand: Floats
    under_way_by_operation: Floats
    replication: int = 0

    @property
    def window_d(self) -> float:
        """Length of the reporting window [d]."""
        return self.clock.horizon_d - self.clock.warmup_d
