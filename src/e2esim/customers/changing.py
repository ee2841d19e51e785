"""Trade accounts that change their minds: which open lines they want changed, when, and how.

Requests for changes have no measured size (searched for in trade and furniture): the share is a fact of the channel, what is asked for
is assumed. Each line has its own draws, so that nobody's change depends on who else orders.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import Columns, OrderKind
from e2esim.domain.calendar import DueCalendar
from e2esim.domain.lean import counting_njit
from e2esim.domain.world import World
from e2esim.planning.changes import OrderChange
from e2esim.streams import Streams
from e2esim.streams.draws import uniform

Rows = npt.NDArray[np.int32]
F = npt.NDArray[np.float64]

KINDS = np.cumsum([0.30, 0.20, 0.20, 0.20, 0.10])  # more, fewer, later, sooner, another item; assumed
SIZE = (0.2, 0.5)  # [share] of the pieces by which more or fewer are wanted, from .. to, assumed
DAYS = (2, 7)  # [days] by which later or sooner is wanted, from .. to, assumed


class Wishes(NamedTuple):
    """Requests of a day: rows, what each wants, pieces more (or fewer) and days later (or sooner), (n,); ``draw`` picks another item."""

    rows: Rows
    kind: npt.NDArray[np.int64]
    pieces: npt.NDArray[np.int64]
    days: npt.NDArray[np.int64]
    draw: F


class Changing:
    """Remembers who will ask for a change, and when."""

    def __init__(self, world: World, orders: Columns, streams: Streams) -> None:
        self.world, self.orders = world, orders
        self._key = streams.key("change.line")
        days = world.settings.horizon.days + 2
        self._agenda = DueCalendar(days, 1024, tick_h=24.0)

    @property
    def active(self) -> bool:
        """True if anybody ever asks."""
        return bool(self.world.channels.change_share.any())

    def notice(self, rows: Rows, ship_h: F) -> None:
        """New promised plant rows: some accounts will ask, between the order and the day on which it is to ship, ``ship_h`` (n,) [h]."""
        o, w = self.orders, self.world
        trade = (o["kind"][rows] == OrderKind.REPLENISH) & (w.channels.buyer[o["channel"][rows]] == 1)
        rows, ship_h = rows[trade], ship_h[trade]
        if not len(rows):
            return
        asks, moment = asking(self._key, o["address"], rows, w.channels.change_share[o["channel"][rows]])
        rows, moment, ship_h = rows[asks], moment[asks], ship_h[asks]
        if not len(rows):
            return
        placed = o["placed"][rows].astype(np.float64)
        self._agenda.fit(o.capacity)
        self._agenda.push(rows, placed + 24.0 + moment * np.maximum(ship_h - placed - 24.0, 0.0))

    def today(self, day: int) -> Wishes:
        """What is asked for on ``day``."""
        rows = self._agenda.pop(day)
        return Wishes(rows, *wished(self._key, self.orders["address"], self.orders["quantity"], rows, KINDS, SIZE, DAYS))


@counting_njit
def asking(key: np.uint64, address: npt.NDArray[np.int64], rows: Rows, share: F) -> tuple[npt.NDArray[np.bool_], F]:
    """Which rows will be asked to be changed, and at what share of the time to their promised day, (n,) each."""
    asks = np.zeros(rows.shape[0], dtype=np.bool_)
    moment = np.zeros(rows.shape[0])
    for k in range(rows.shape[0]):
        who = address[rows[k]]
        asks[k] = uniform(key, who, 0) < share[k]
        moment[k] = uniform(key, who, 1)
    return asks, moment


@counting_njit
def wished(
    key: np.uint64, address: npt.NDArray[np.int64], quantity: Rows, rows: Rows, kinds: F, size: tuple[float, float], days: tuple[int, int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], F]:
    """Kind, pieces, days and a draw for each row; a line keeps at least one piece."""
    n = rows.shape[0]
    kind, pieces, later = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    draw = np.zeros(n)
    for k in range(n):
        r = rows[k]
        who = address[r]
        u = uniform(key, who, 2)
        while kind[k] < kinds.shape[0] - 1 and u >= kinds[kind[k]]:
            kind[k] += 1
        share = size[0] + (size[1] - size[0]) * uniform(key, who, 3)
        step = days[0] + np.int64((days[1] - days[0] + 1) * uniform(key, who, 4))
        if kind[k] == 0:
            pieces[k] = max(1, round(share * quantity[r]))
        elif kind[k] == 1:
            pieces[k] = -min(max(1, round(share * quantity[r])), quantity[r] - 1)
        elif kind[k] == 2:
            later[k] = step
        elif kind[k] == 3:
            later[k] = -step
        draw[k] = uniform(key, who, 5)
    return kind, pieces, later, draw


assert [int(kind) for kind in OrderChange] == list(range(len(KINDS)))
