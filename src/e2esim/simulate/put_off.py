"""What the master plan hears of lines that were promised for later than their customers wish: their pieces count on the day wished.

A day that a customer was given instead of the one he asked for is not a day on which he needs the goods: hours that the plan has free make them
sooner, overtime where it costs less than to keep him waiting. Otherwise an order book that an outage has filled up would stay long while
machines stand idle: every promise is kept.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import OrderKind, OrderState
from e2esim.simulate.promise import PromiseDesk

F = npt.NDArray[np.float64]


def put_off(promise: PromiseDesk, day: int, days: int, heard_h: float) -> tuple[F, F]:
    """Open pieces of the plant promised for later than wished, as seen on ``day``: (items,) of lines whose wish has passed, [pcs]; and what the others
    move in a table of ship days from ``day`` when they count on the day wished, (items, days) [pcs], each column of minus and plus.

    Lines placed at ``heard_h`` [h] or later are not known yet. Under fixed quoted days nobody is put off: no plan stands behind them.
    """
    o = promise.orders
    passed, moved = np.zeros(len(promise.committed)), np.zeros((len(promise.committed), days))
    if promise.rule == "quoted":
        return passed, moved
    known = (o.filled("state") == OrderState.OPEN) & (o.filled("node") == 0) & (o.filled("placed") < heard_h)
    rows = np.flatnonzero(known).astype(np.int32)
    ship = promise.ship_day[rows].astype(np.int64) - day
    soonest = np.floor(o["placed"][rows] / 24.0) + 1.0
    asked = np.floor(o["requested"][rows] / 24.0 - promise.transit_of(rows) - promise.margin_d)
    wish = np.where(o["kind"][rows] == OrderKind.DIRECT, soonest, np.maximum(asked, soonest)).astype(np.int64) - day
    late = (ship > np.maximum(wish, 0)) & (ship < days)
    item, pieces, ship, wish = o["item"][rows[late]], o["quantity"][rows[late]].astype(np.float64), ship[late], wish[late]
    past = wish < 0
    np.add.at(moved, (item, ship), -pieces)
    np.add.at(moved, (item[~past], wish[~past]), pieces[~past])
    np.add.at(passed, item[past], pieces[past])
    return passed, moved
